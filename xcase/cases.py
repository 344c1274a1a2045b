"""An annotated document becomes its record and its cases: where each begins, and what it tells."""

from __future__ import annotations

from collections.abc import Sequence

from xcase import language
from xcase.extract.industry import find_industries, heard_in
from xcase.extract.outcomes import find_outcomes
from xcase.extract.people import find_people
from xcase.extract.places import outermost, within
from xcase.extract.program import find_program
from xcase.extract.roles import find_roles
from xcase.extract.skills import find_skills
from xcase.records import Annotation, Case, Document, Person, Source, Span, Tagged
from xcase.segment import Story, segment
from xcase.sentences import Unit
from xcase.settings import Settings


def extract_cases(
    source: Source, units: Sequence[Unit], annotation: Annotation, settings: Settings
) -> tuple[Document, tuple[Case, ...]]:
    """Turn one annotated document into its record and its cases."""
    stories, reason = _stories(source.text, units, annotation, settings)
    cases = tuple(
        _case(source, story, number, annotation, settings, alone=len(stories) == 1)
        for number, story in enumerate(stories, start=1)
    )
    document = Document(
        id=source.id,
        path=source.path,
        sha256=source.sha256,
        title=source.title,
        metadata=source.metadata,
        text=source.text,
        kind="cases" if cases else "not_a_case",
        reason=reason,
    )
    return document, cases


def _stories(
    text: str, units: Sequence[Unit], annotation: Annotation, settings: Settings
) -> tuple[list[Story], str]:
    """Return the stories of a text, and why there are none; other languages are not guessed at."""
    if other := language.foreign(text):
        return [], f"seems to be in another language than English ({other}); translate it first"
    return segment(text, units, annotation, settings)


def _case(
    source: Source,
    story: Story,
    number: int,
    annotation: Annotation,
    settings: Settings,
    *,
    alone: bool,
) -> Case:
    text, told = source.text, story.sentences
    tagged = within(annotation.spans, story.start, story.end)
    # By-lines, salutations and signatures name people too, and are whose if there is one story.
    mentee, mentor = (
        find_people(text, annotation.spans, 0, len(text), settings.person)
        if alone
        else find_people(text, tagged, story.start, story.end, settings.person)
    )
    names = _names(tagged, mentee, mentor)
    guessed = (
        (annotation.industry_from, annotation.industry_to)
        if alone
        else heard_in(annotation, story.first, story.first + len(told))
    )
    industry_from, industry_to = find_industries(
        text, told, guessed, settings.industry_words, names
    )
    outcomes = find_outcomes(text, tagged, told, settings.outcome)
    role_from, role_to = find_roles(text, told, outcomes, names)
    return Case(
        id=f"{source.id}:{number}",
        document_id=source.id,
        title=story.title or source.title,
        start=story.start,
        end=story.end,
        mentee=mentee,
        mentor=mentor,
        industry_from=industry_from,
        industry_to=industry_to,
        role_from=role_from,
        role_to=role_to,
        program=find_program(text, tagged, told, Span(story.start, story.end), settings.duration),
        sentences=told,
        skills=tuple(find_skills(text, tagged, told, settings.skill)),
        outcomes=tuple(outcomes),
    )


def _names(tagged: Sequence[Tagged], *people: Person | None) -> tuple[Span, ...]:
    """Return where a story names somebody."""
    named = [mention for p in people if p and p.name for mention in p.mentions]
    return outermost([*named, *(Span(t.start, t.end) for t in tagged if t.kind == "name")])
