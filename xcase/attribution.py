"""Whose story it is, where a page says so in a line above or below it: "— Tomasina, driller".

Testimonials and survey answers are signed; whoever takes such a line for the heading of the next
story gives each story the name of the one before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from xcase.annotate.labels import ROLES
from xcase.records import Annotation
from xcase.sentences import MAX_HEADING_WORDS, Unit

# A line speaks of a mentee from this probability on.
NAMES = 0.25
# One that begins with a name does so with at least this probability.
BEGINS = 0.3
# A page signs its stories if more than this share of them is followed by such a line.
SIGNED = 0.5
# So many sentences before a story the line above it may stand.
ABOVE = 2
MENTEE = ROLES.index("mentee")
_WORD = re.compile(r"\w")
# What tells something ends so; "Ruth E., inventory clerk" does not.
_CLOSED = re.compile(r"[.!?][\"”’')]*$")


def lines_of_names(
    text: str, units: Sequence[Unit], annotation: Annotation, told: Sequence[Sequence[int]]
) -> list[int | None]:
    """Return for each story the sentence beside it that says whose it is, or None.

    Between two stories a name may head the second or sign the first. What stands above the first
    story and below the last one tells which.

    Args:
        text: of the document.
        units: its sentences.
        annotation: what the network says of it.
        told: for each story the sentences that tell it, in order and not empty.
    """
    if len(told) < 2:
        # Whose the only story of a page is, all of the page tells.
        return [None] * len(told)
    chances = name_chances(text, units, annotation, {i for story in told for i in story})
    ends = [*(story[0] for story in told[1:]), min(told[-1][-1] + 1, len(units) - 1)]
    below = [
        next((i for i in range(story[-1], end + 1) if chances[i] >= NAMES), None)
        for story, end in zip(told, ends, strict=True)
    ]
    begins = [0, *(story[-1] + 1 for story in told)]
    above = [
        next(
            (i for i in range(story[0], max(b, story[0] - ABOVE) - 1, -1) if chances[i] >= NAMES),
            None,
        )
        for b, story in zip(begins, told, strict=False)
    ]
    first = 0.0 if above[0] is None else chances[above[0]]
    last = 0.0 if below[-1] is None else chances[below[-1]]
    signed = sum(line is not None for line in below)
    return below if last > first and signed > SIGNED * len(told) else above


def name_chances(
    text: str, units: Sequence[Unit], annotation: Annotation, told: set[int]
) -> list[float]:
    """Return for each sentence the chance that it is a line which names or describes a mentee."""
    chances = [0.0] * len(units)
    at = 0
    for span in sorted(annotation.spans, key=lambda s: s.start):
        while at < len(units) and units[at].end <= span.start:
            at += 1
        if at == len(units):
            break
        unit = units[at]
        if span.kind not in ("name", "mentee") or span.start < unit.start:
            continue
        if _is_line(text, unit, in_story=at in told):
            tagged = span.readings.get("tags", (span.score,))[MENTEE]
            role = span.readings.get("role", (0.0,))[MENTEE]
            begins = span.kind == "name" and not _WORD.search(text, unit.start, span.start)
            chances[at] = max(chances[at], tagged, role, BEGINS * begins)
    return chances


def _is_line(text: str, unit: Unit, *, in_story: bool) -> bool:
    """Whether a sentence is short and ends a line, on which it stands alone or is no sentence."""
    said = text[unit.start : unit.end]
    if len(said.split()) > MAX_HEADING_WORDS or not _ends_line(text, unit.end):
        return False
    alone = text[max(0, unit.start - 3) : unit.start].rstrip(" \t")[-1:] in ("", "\n")
    return (alone and not in_story) or _CLOSED.search(said) is None


def _ends_line(text: str, end: int) -> bool:
    return text[end : end + 3].lstrip(" \t")[:1] in ("", "\n")
