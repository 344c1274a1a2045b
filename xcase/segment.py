"""A document's sentences to its cases, each sentence with its phase.

Zero, one or several cases are found: sentences before, between and after the stories (by-lines,
sign-up lines, conclusions) belong to no case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xcase.records import PHASES, Annotation, Sentence
from xcase.sentences import Unit
from xcase.settings import Settings

# A case begins only where at least so many sentences of a story stand on either side.
MIN_STORY = 2
OTHER = PHASES.index("other")


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
    sentences = [_sentence(u, p) for u, p in zip(units, annotation.phases, strict=True)]
    told = [i for i, s in enumerate(sentences) if s.phase != "other"]
    if annotation.has_case < settings.case:
        chance = f"probability of a case {annotation.has_case:.2f}"
        return (
            [],
            f"reads as an essay, programme page or advice, not as a person's story ({chance})",
        )
    if not told:
        return [], "no sentence tells the background, journey or outcome of a person"
    stories = []
    for first, last in _stretches(text, units, annotation, told, settings):
        inner = [i for i in told if first <= i < last]
        begin = _heading_before(units, first, inner[0])
        stories.append(
            Story(
                title=_title(text, units, begin, inner[0]),
                first=begin,
                sentences=tuple(sentences[begin : inner[-1] + 1]),
            )
        )
    return stories, ""


def _sentence(unit: Unit, phases: tuple[float, ...]) -> Sentence:
    best = max(range(len(PHASES)), key=phases.__getitem__)
    return Sentence(unit.start, unit.end, PHASES[best], round(phases[best], 3))


def _stretches(
    text: str,
    units: Sequence[Unit],
    annotation: Annotation,
    told: Sequence[int],
    settings: Settings,
) -> list[tuple[int, int]]:
    starts = [
        i
        for i, p in enumerate(annotation.case_starts)
        if p >= settings.case_start and _on_new_line(text, units, i)
    ]
    bounds = [0]
    for start in starts:
        before = sum(bounds[-1] <= i < start for i in told)
        after = sum(i >= start for i in told)
        if before >= MIN_STORY and after >= MIN_STORY:
            bounds.append(start)
    return list(zip(bounds, [*bounds[1:], len(units)], strict=True))


def _on_new_line(text: str, units: Sequence[Unit], index: int) -> bool:
    """A further case begins with a line of its own, never in the middle of a paragraph."""
    return index > 0 and "\n" in text[units[index - 1].end : units[index].start]


def _heading_before(units: Sequence[Unit], first: int, story: int) -> int:
    begin = story
    while begin > first and units[begin - 1].kind == "heading":
        begin -= 1
    return begin


def _title(text: str, units: Sequence[Unit], begin: int, story: int) -> str:
    if begin == story:
        return ""
    return text[units[begin].start : units[begin].end].lstrip("# ").strip()
