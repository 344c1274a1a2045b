"""One case as a page shows it: its facts, and its text in paragraphs with the facts marked.

Marks may overlap, so the text is cut where any mark begins or ends; each piece knows the marks that
lie over it and those that end after it, whose labels are written there. A label is text, so that
the marking is told to a reader who sees no colour or hears the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from xcase.confidence import SURE
from xcase.pages.table import Cell, Table
from xcase.records import Case, Document, IndustryGuess, Outcome, Person, Phase, Quote, SkillMention

_HEADING = re.compile(r"#{1,6} +")


@dataclass(frozen=True, slots=True)
class Mark:
    """A skill or outcome over ``text[start:end]`` of the document.

    ``name`` is the skill or the type of outcome; ``says`` its status or polarity (and what limits
    it, such as whose it is if not the mentee's); ``look`` the class that the style sheet knows.
    """

    id: str
    kind: Literal["skill", "outcome"]
    start: int
    end: int
    name: str
    says: str
    look: str
    surface: str
    confidence: float

    @property
    def unsure(self) -> bool:
        """Whether it is more likely wrong than right."""
        return self.confidence < SURE


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; ``over`` are the marks that cover it, ``ending`` those that end after it."""

    text: str
    over: tuple[Mark, ...]
    opening: tuple[Mark, ...]
    ending: tuple[Mark, ...]

    @property
    def look(self) -> str:
        """The classes of the piece: where one mark is sure, it decides how the piece is drawn."""
        sure = [m for m in self.over if not m.unsure]
        looks = dict.fromkeys(name for m in sure or self.over for name in m.look.split())
        return " ".join([*looks, *([] if sure or not self.over else ["unsure"])])


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences that tell one part of the story; ``opens`` where another part begins."""

    phase: Phase
    opens: bool
    heading: bool
    unsure: bool
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of what is known of a case."""

    name: str
    value: str
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class CaseView:
    """What the macro ``case`` of ``_case.html`` shows; ``anchor`` is unique on its page."""

    anchor: str
    case_id: str
    title: str
    source: str
    facts: tuple[Fact, ...]
    paragraphs: tuple[Paragraph, ...]
    skills: Table | None
    outcomes: Table | None


def case_view(case: Case, document: Document, *, anchor: str = "case") -> CaseView:
    """Return a case for the page; ``anchor`` begins the ids of its marks."""
    marks = _marks(case, anchor)
    return CaseView(
        anchor=anchor,
        case_id=case.id,
        title=case.title or case.id,
        source=document.path or document.id,
        facts=tuple(_facts(case)),
        paragraphs=tuple(_paragraphs(case, document.text, marks)),
        skills=_table(marks, "skill", ("skill", "status", "sure", "words")),
        outcomes=_table(marks, "outcome", ("outcome", "how", "sure", "words")),
    )


def _marks(case: Case, anchor: str) -> list[Mark]:
    facts: list[SkillMention | Outcome] = [*case.skills, *case.outcomes]
    facts.sort(key=lambda f: (f.start, -f.end))
    return [_mark(fact, f"{anchor}-m{number}") for number, fact in enumerate(facts, start=1)]


def _mark(fact: SkillMention | Outcome, name: str) -> Mark:
    place = (fact.start, fact.end)
    if isinstance(fact, Outcome):
        says, kind = fact.polarity, fact.type.replace("_", " ")
        return Mark(
            name, "outcome", *place, kind, says, f"outcome {says}", fact.surface, fact.confidence
        )
    said: list[str] = [fact.status]
    if fact.holder != "mentee":
        said.append(f"by the {fact.holder}" if fact.holder == "mentor" else "by somebody else")
    if fact.hypothetical:
        said.append("only supposed")
    return Mark(
        name, "skill", *place, fact.skill, ", ".join(said), f"skill {fact.status}", fact.surface,
        fact.confidence,
    )  # fmt: skip


def _paragraphs(case: Case, text: str, marks: Sequence[Mark]) -> Iterator[Paragraph]:
    """Yield the sentences of a case, those of one phase and one paragraph together."""
    groups: list[list[int]] = []
    for i in range(len(case.sentences)):
        if i and not _breaks(case, text, i):
            groups[-1].append(i)
        else:
            groups.append([i])
    before = None
    for group in groups:
        told = [case.sentences[i] for i in group]
        start, end = told[0].start, told[-1].end
        heading = _HEADING.match(text[start:end])
        yield Paragraph(
            phase=told[0].phase,
            opens=told[0].phase != before,
            heading=heading is not None,
            unsure=sum(s.confidence for s in told) / len(told) < SURE,
            pieces=tuple(_pieces(text, start + (heading.end() if heading else 0), end, marks)),
        )
        before = told[0].phase


def _breaks(case: Case, text: str, i: int) -> bool:
    one, other = case.sentences[i - 1], case.sentences[i]
    if one.phase != other.phase or "\n" in text[one.end : other.start]:
        return True
    return text.startswith("#", one.start) or text.startswith("#", other.start)


def _pieces(text: str, start: int, end: int, marks: Sequence[Mark]) -> Iterator[Piece]:
    here = [m for m in marks if m.start < end and m.end > start]
    cuts = {start, end, *(m.start for m in here), *(m.end for m in here)}
    inside = sorted(cut for cut in cuts if start <= cut <= end)
    for first, last in pairwise(inside):
        over = tuple(m for m in here if m.start <= first and m.end >= last)
        yield Piece(
            text[first:last],
            over,
            tuple(m for m in over if m.start == first),
            tuple(m for m in over if m.end == last),
        )


def _facts(case: Case) -> Iterator[Fact]:
    yield Fact("Mentee", _who(case.mentee))
    yield Fact("Mentor", _who(case.mentor))
    for name, industry, role in (
        ("From", case.industry_from, case.role_from),
        ("To", case.industry_to, case.role_to),
    ):
        yield Fact(name, _where(industry, role), bool(industry and industry.confidence < SURE))
    for name, quotes in (
        ("Duration", case.program.duration),
        ("Rhythm", case.program.cadence),
        ("Form", case.program.format),
    ):
        if quotes:
            yield Fact(name, ", ".join(dict.fromkeys(q.surface for q in quotes)))


def _who(person: Person | None) -> str:
    told = "" if person is None else person.name or person.description or ""
    return told or "not told"


def _where(industry: IndustryGuess | None, role: Quote | None) -> str:
    parts = [industry.label if industry else "", role.surface if role else ""]
    return ", ".join(p for p in parts if p) or "not told"


def _table(marks: Sequence[Mark], kind: str, columns: tuple[str, ...]) -> Table | None:
    mine = [m for m in marks if m.kind == kind]
    rows = tuple(
        (
            Cell(m.name, unsure=m.unsure),
            Cell(m.says),
            Cell(f"{m.confidence:.0%}".replace("%", " %"), number=True),
            Cell(f"“{m.surface}”", href=f"#{m.id}"),
        )
        for m in mine
    )
    caption = "Skills, with the words that show them" if kind == "skill" else "Outcomes"
    return Table(caption, columns, rows) if rows else None
