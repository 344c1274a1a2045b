"""A document's sentences to its cases, each sentence with its phase.

Zero, one or several cases are found: sentences before, between and after the stories (by-lines,
sign-up lines, conclusions) belong to no case.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from xcase import boundaries
from xcase.attribution import lines_of_names
from xcase.confidence import probability
from xcase.phases import phase_odds, phased
from xcase.records import PHASES, Annotation, Sentence
from xcase.sentences import MAX_HEADING_WORDS, Unit
from xcase.settings import Settings

# A case begins only where at least so many sentences of a story stand on either side.
MIN_STORY = 2
OTHER = PHASES.index("other")
# "Case Study 2: ...", "## Story 1", "C.2 Matter of", "3) Brick by brick"
# Bounded, because names and signs share their spaces.
_NUMBERED = re.compile(r"[#\s]{0,9}([A-Za-z][A-Za-z .]{0,60}?|)[\s.#]{0,9}(\d{1,2})\b")
# What is numbered inside one story: its parts, its meetings, its time, the questions put to it.
_WITHIN = frozenset((
    "part", "chapter", "section", "step", "stage", "phase", "act", "session", "meeting", "visit",
    "lesson", "module", "day", "week", "month", "quarter", "term", "semester", "year", "question",
    "q",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Story:
    """The sentences of one case; ``title`` is its own heading, or empty."""

    title: str
    first: int
    sentences: tuple[Sentence, ...]

    @property
    def start(self) -> int:
        return self.sentences[0].start

    @property
    def end(self) -> int:
        return self.sentences[-1].end


def segment(
    text: str, units: Sequence[Unit], annotation: Annotation, settings: Settings
) -> tuple[list[Story], str]:
    """Return the stories of a document, and the reason when there are none."""
    if not units:
        return [], "the document holds no sentence"
    sentences = phased(text, units, annotation, settings.phase_order)
    told = [i for i, s in enumerate(sentences) if s.phase != "other"]
    if annotation.has_case < settings.case:
        chance = f"probability of a case {annotation.has_case:.2f}"
        return (
            [],
            f"reads as an essay, programme page or advice, not as a person's story ({chance})",
        )
    if not told:
        return [], "no sentence tells the background, journey or outcome of a person"
    stretches = _stretches(text, units, annotation, told, settings)
    inner = [told[bisect_left(told, first) : bisect_left(told, last)] for first, last in stretches]
    names = lines_of_names(text, units, annotation, inner)
    stories: list[Story] = []
    after = 0
    for (first, _), own, line in zip(stretches, inner, names, strict=True):
        # A line that signs the story before may have been taken for the first of this one.
        own = [i for i in own if i >= after]
        begin = _heading_before(units, max(first, after), own[0])
        if line is not None and line > own[0] and not stories:
            # Where stories are signed, what stands above the first is the page's.
            begin = own[0]
        begin = min(begin, own[0] if line is None else line)
        after = max(own[-1], line or 0) + 1
        title = begin if begin < own[0] else line
        stories.append(
            Story(
                title="" if title is None else _title(text, units[title]),
                first=begin,
                sentences=tuple(sentences[begin:after]),
            )
        )
    return stories, ""


def _stretches(
    text: str,
    units: Sequence[Unit],
    annotation: Annotation,
    told: Sequence[int],
    settings: Settings,
) -> list[tuple[int, int]]:
    series = _numbered(text, units, annotation)
    if series:
        return list(zip([0, *series[1:]], [*series[1:], len(units)], strict=True))
    bounds, begun = [0], 0
    odds = phase_odds(text, units, annotation)
    for place in boundaries.candidates(text, units, annotation, odds, told):
        if place.before - begun < MIN_STORY or len(told) - place.before < MIN_STORY:
            continue
        if probability("case_start", place.features) >= settings.case_start:
            bounds.append(place.begin)
            begun = place.before
    return list(zip(bounds, [*bounds[1:], len(units)], strict=True))


def _numbered(text: str, units: Sequence[Unit], annotation: Annotation) -> list[int]:
    """Return the headings "Case study 1", "Case study 2", ... if each opens a story of its own.

    The steps of a list are numbered too, so each stretch must tell more than one phase; and so are
    the parts of a story and its months, whose name ends in a word for them.
    """
    found: dict[str, list[int]] = {}
    for i, unit in enumerate(units):
        match = _NUMBERED.match(text, unit.start, unit.end)
        if match and len(text[unit.start : unit.end].split()) <= MAX_HEADING_WORDS:
            name = match[1].lower()
            if not _WITHIN.isdisjoint(name.split()[-1:]):
                continue
            series = found.setdefault(name, [])
            if int(match[2]) == len(series) + 1:
                series.append(i)
    phases = [max(range(len(p)), key=p.__getitem__) for p in annotation.phases]
    for series in (s for s in found.values() if len(s) > 1):
        stretches = zip(series, [*series[1:], len(units)], strict=True)
        told = [[p for p in phases[a:b] if p != OTHER] for a, b in stretches]
        if all(len(t) > MIN_STORY and len(set(t)) > 1 for t in told):
            return series
    return []


def _heading_before(units: Sequence[Unit], first: int, story: int) -> int:
    begin = story
    while begin > first and units[begin - 1].kind == "heading":
        begin -= 1
    return begin


def _title(text: str, line: Unit) -> str:
    return text[line.start : line.end].strip("#-–—•* ()[]")
