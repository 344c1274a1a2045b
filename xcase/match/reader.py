"""What a profile says: skills had and wanted, each with its words, and vectors of its sentences.

List columns are looked up by the names and aliases of the taxonomy; a member that it does not know
stays a skill by its own words, so that "welding" can still meet "welding". Free text is read by the
annotator, and for skills that are named outright by the same table.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from xcase import sentences
from xcase.columns import items
from xcase.embed import TextEncoder
from xcase.extract.skills import find_skills
from xcase.impersonal import impersonal
from xcase.match.records import Aim, Evidence, Profile, ProfileSkill, Roster, Side
from xcase.parse import mark
from xcase.phrases import PhraseTable
from xcase.pipeline import Annotates
from xcase.records import Annotation, Sentence, SkillMention
from xcase.settings import Settings
from xcase.taxonomy import CONTAINER_WORDS, load_skills
from xcase.vectors import checked

Vectors = npt.NDArray[np.float32]

# Columns of free text, and what a skill told there is unless its own words say otherwise.
TEXT_COLUMNS: dict[str, Aim] = {"text": "have", "goals": "want"}
LIST_COLUMNS: dict[str, Aim] = {"skills_have": "have", "skills_want": "want"}
# What a mentee hopes for, and what a mentor is, in the order in which they are compared.
GOAL_COLUMNS = ("goals", "text")
OFFER_COLUMNS = ("text", "skills_have", "role", "goals")
# A skill named in running text; less than 1 because a name may stand there for many reasons.
NAMED = 0.8
# A profile is compared by at most so many sentences, so that no long one counts for everything.
MAX_SENTENCES = 24
CHUNK = 64

# Words of a sentence that say that what it names is wished for.
_WISH = re.compile(
    r"\b(?:want|wish|hop(?:e|es|ing)|learn|improve|develop|grow|need|lack|struggl\w+|afraid|freeze|"
    r"better at|work on|difficult\w*|hard for me|would like|looking for|get good at)\b",
    re.IGNORECASE,
)
# A mentor "hopes to help": only learning is a wish of his own.
_WISH_TO_LEARN = re.compile(
    r"\b(?:(?:want|wish|hope|hoping|like) to (?:learn|get better|improve)|struggle with)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence of a profile, as evidence; its vector stands in the same row of ``vectors``."""

    person: int
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Passages:
    """The sentences of one roster by which people are compared, in the order of its profiles."""

    passages: tuple[Passage, ...]
    vectors: Vectors


def tell_in_words(*rosters: Roster) -> bool:
    """Say whether anybody tells something in free text, which takes the models to read."""
    return any(
        column in person.columns
        for roster in rosters
        for person in roster.profiles
        for column in TEXT_COLUMNS
    )


def read_skills(roster: Roster, annotator: Annotates | None) -> Roster:
    """Return the roster with the skills of each profile.

    Args:
        annotator: reads free text; without one only list columns are read.
    """
    profiles = [replace(p, skills=tuple(_listed(p))) for p in roster.profiles]
    if annotator is not None:
        told = _told(profiles, roster.side, annotator)
        profiles = [
            replace(p, skills=(*p.skills, *found)) for p, found in zip(profiles, told, strict=True)
        ]
    profiles = [replace(p, skills=_surest(p, roster.side)) for p in profiles]
    return replace(roster, profiles=tuple(profiles))


def read_passages(roster: Roster, encoder: TextEncoder) -> Passages:
    """Return the sentences that tell what a mentee wants, or what a mentor is, with vectors.

    The skills that a mentee lists count elsewhere; here they would only count twice.
    """
    columns = GOAL_COLUMNS if roster.side == "mentee" else OFFER_COLUMNS
    passages = [
        Passage(number, evidence)
        for number, profile in enumerate(roster.profiles)
        for evidence in _passages(profile, columns)[:MAX_SENTENCES]
    ]
    if not passages:
        return Passages((), np.zeros((0, 0), np.float32))
    read = [impersonal(p.evidence.quote, roster.profiles[p.person].name).text for p in passages]
    texts = list(dict.fromkeys(read))
    row = {text: i for i, text in enumerate(texts)}
    vectors = checked(encoder.encode(texts), "of sentences")
    return Passages(tuple(passages), vectors[[row[text] for text in read]])


def cell_text(profile: Profile, column: str) -> str:
    """Return the text of a cell; members of a list are parted by ``; ``."""
    value = profile.columns.get(column, "")
    return "; ".join(value) if isinstance(value, list) else str(value)


def _listed(profile: Profile) -> Iterator[ProfileSkill]:
    for column, aim in LIST_COLUMNS.items():
        text = cell_text(profile, column)
        at = 0
        for item in profile.columns.get(column, ()):
            at = text.index(item, at)
            evidence = Evidence(f"{profile.id}#{column}", at, at + len(item), item)
            for skill in _skills_of(item):
                yield ProfileSkill(skill, aim, 1.0, evidence)
            at += len(item)


def _skills_of(item: str) -> list[str]:
    found = list(dict.fromkeys(hit.label for hit in _names().find(item)))
    return found or [" ".join(item.casefold().split())]


def _told(
    profiles: Sequence[Profile], side: Side, annotator: Annotates
) -> list[list[ProfileSkill]]:
    found: list[list[ProfileSkill]] = [[] for _ in profiles]
    cells = [
        (number, column, cell_text(profile, column))
        for number, profile in enumerate(profiles)
        for column in TEXT_COLUMNS
        if column in profile.columns
    ]
    for first in range(0, len(cells), CHUNK):
        chunk = cells[first : first + CHUNK]
        read = [impersonal(text, profiles[number].name) for number, _, text in chunk]
        texts = [one.text for one in read]
        units = list(sentences.split(texts))
        annotations = annotator.annotate(list(zip(texts, units, mark(texts), strict=True)))
        for (number, column, told), one, split, annotation in zip(
            chunk, read, units, annotations, strict=True
        ):
            document = f"{profiles[number].id}#{column}"
            for skill in _read(document, one.text, split, annotation, side, column):
                start, end = one.before(skill.evidence.start, skill.evidence.end)
                evidence = Evidence(document, start, end, told[start:end])
                found[number].append(replace(skill, evidence=evidence))
    return found


def _read(
    document: str,
    text: str,
    units: Sequence[sentences.Unit],
    annotation: Annotation,
    side: Side,
    column: str,
) -> Iterator[ProfileSkill]:
    # A profile is all background: what its owner brings and lacks before anything has happened.
    told = [Sentence(u.start, u.end, "background", 1.0) for u in units]
    mentions = find_skills(text, annotation.spans, told, Settings().skill)
    for mention in mentions:
        aim = _aim_of_mention(mention, column, side)
        evidence = Evidence(document, mention.start, mention.end, mention.surface)
        yield ProfileSkill(mention.skill, aim, mention.confidence, evidence)
    wish = _WISH if side == "mentee" else _WISH_TO_LEARN
    for unit in units:
        for hit in _names().find(text, unit.start, unit.end):
            same = [m for m in mentions if m.skill == hit.label and m.start < hit.span.end]
            same = [m for m in same if hit.span.start < m.end]
            aim = TEXT_COLUMNS[column] if side == "mentee" else "have"
            if same:
                aim = _aim_of_mention(same[0], column, side)
            elif wish.search(text, unit.start, hit.span.start):
                aim = "want"
            evidence = Evidence(document, *hit.span, text[slice(*hit.span)])
            yield ProfileSkill(hit.label, aim, NAMED, evidence)


def _aim_of_mention(mention: SkillMention, column: str, side: Side) -> Aim:
    if mention.status == "lacked":
        return "want"
    return TEXT_COLUMNS[column] if side == "mentee" else "have"


def _surest(profile: Profile, side: Side) -> tuple[ProfileSkill, ...]:
    """Keep each skill once, with its surest words and aim.

    Where both are as sure, a mentee wants what he also has, and a mentor has what he also wants.
    """
    first: Aim = "want" if side == "mentee" else "have"
    best: dict[str, ProfileSkill] = {}
    for skill in sorted(profile.skills, key=lambda s: (-s.confidence, s.aim != first)):
        best.setdefault(skill.skill, skill)
    return tuple(sorted(best.values(), key=lambda s: (s.aim, -s.confidence, s.skill)))


def _passages(profile: Profile, columns: Sequence[str]) -> list[Evidence]:
    found = []
    for column in columns:
        if column not in profile.columns:
            continue
        text = cell_text(profile, column)
        document = f"{profile.id}#{column}"
        if column in TEXT_COLUMNS:
            (units,) = sentences.split([text])
            spans = [(u.start, u.end) for u in units]
        else:
            spans, at = [], 0
            for item in items(profile.columns[column]):
                at = text.index(item, at)
                spans.append((at, at + len(item)))
                at += len(item)
        found += [Evidence(document, a, b, text[a:b]) for a, b in spans]
    return found


@functools.cache
def _names() -> PhraseTable:
    return PhraseTable(
        (phrase, skill.name)
        for skill in load_skills()
        for phrase in (skill.name, *skill.aliases)
        if phrase not in CONTAINER_WORDS
    )
