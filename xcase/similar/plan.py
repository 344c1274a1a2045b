"""A draft of a mentoring plan out of the journeys of similar cases; every line keeps its quote.

Nothing is written that no case says: a line is a sentence of a journey, put under the question that
it answers, beside the case that it comes from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xcase.endings import ended_well
from xcase.records import Analysis, Case, Document, Evidence, SimilarCase
from xcase.similar.facets import gap_skills

# Cases whose journeys enter a draft, and sentences taken from each for the steps.
CASES = 3
STEPS = 4
# Fewer words are an aside, not a step.
MIN_WORDS = 6


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a draft: the section it belongs to, the case, and the words it rests on."""

    section: str
    case_id: str
    says: str
    quote: Evidence


def draft(analysis: Analysis, found: Sequence[SimilarCase]) -> tuple[Line, ...]:
    """Return the lines of a draft plan, section by section, the best case first in each."""
    cases = {c.id: c for c in analysis.cases}
    documents = {d.id: d for d in analysis.documents}
    chosen = [(cases[f.case_id], documents[f.document_id]) for f in found[:CASES]]
    # What did not work is no plan: such a story warns.
    worked = [(case, document) for case, document in chosen if ended_well(case)]
    lines = [
        line
        for section in (_skills, _frame, _steps, _signs)
        for told in worked
        for line in section(*told)
    ]
    return (*lines, *(line for told in chosen for line in _warnings(*told)))


def _skills(case: Case, document: Document) -> list[Line]:
    lines = []
    for skill, mentions in gap_skills(case).items():
        developed = [m for m in mentions if m.status == "developed"]
        if developed:
            best = max(developed, key=lambda m: m.confidence)
            lines.append(_line("work on", case, document, skill, best.start, best.end))
    return lines[:STEPS]


def _frame(case: Case, document: Document) -> list[Line]:
    told = (
        ("how long", case.program.duration),
        ("how often", case.program.cadence),
        ("in what form", case.program.format),
    )
    return [
        _line("frame", case, document, what, quotes[0].start, quotes[0].end)
        for what, quotes in told
        if quotes
    ]


def _steps(case: Case, document: Document) -> list[Line]:
    """Return the sentences of the journey in which a skill is taught or used, else the surest."""
    journey = [
        s
        for s in case.sentences
        if s.phase == "journey" and len(document.text[s.start : s.end].split()) >= MIN_WORDS
    ]
    taught = [m.start for m in case.skills if m.status in ("developed", "used")]

    def merit(i: int) -> tuple[int, float]:
        sentence = journey[i]
        skills = sum(sentence.start <= at < sentence.end for at in taught)
        return min(skills, 1), sentence.confidence

    best = sorted(sorted(range(len(journey)), key=merit, reverse=True)[:STEPS])
    return [
        _line("steps", case, document, "tried there", journey[i].start, journey[i].end)
        for i in best
    ]


def _signs(case: Case, document: Document) -> list[Line]:
    return [
        _line("signs that it works", case, document, o.type, o.start, o.end)
        for o in case.outcomes
        if o.polarity == "positive"
    ][:2]


def _warnings(case: Case, document: Document) -> list[Line]:
    return [
        _line("watch for", case, document, f"{o.type}, {o.polarity}", o.start, o.end)
        for o in case.outcomes
        if o.polarity != "positive"
    ][:2]


def _line(section: str, case: Case, document: Document, says: str, start: int, end: int) -> Line:
    quote = Evidence(document.id, start, end, document.text[start:end])
    return Line(section, case.id, says, quote)
