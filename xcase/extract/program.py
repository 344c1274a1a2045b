"""How the mentoring was run: how long, how often, in which form."""

from __future__ import annotations

import re
from collections.abc import Sequence

from xcase.confidence import logit, probability
from xcase.records import Program, Quote, Tagged

_RHYTHM = re.compile(
    r"\b(?:every|each|once|twice|daily|weekly|fortnightly|monthly|quarterly|bi-?weekly|"
    r"bi-?monthly|annually|times|per|a (?:day|week|fortnight|month|quarter|term|year)|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?)\b",
    re.IGNORECASE,
)
_FORMAT = re.compile(
    r"\b(?:one[- ](?:to|on)[- ]one|1[:-]1|group mentoring|peer (?:mentoring|circle|group)|"
    r"reverse mentoring|speed mentoring|(?:by|over|on) (?:video|zoom|phone|e-?mail)|"
    r"video calls?|phone calls?|in person|face[- ]to[- ]face|job shadowing|workshops?|cohort)\b",
    re.IGNORECASE,
)


def find_program(
    text: str, tagged: Sequence[Tagged], start: int, end: int, threshold: float
) -> Program:
    """Return the programme facts of the story ``text[start:end]``."""
    told = [
        Quote(text[t.start : t.end], t.start, t.end)
        for t in tagged
        if t.kind == "duration" and probability("duration", {"tag": logit(t.score)}) >= threshold
    ]
    return Program(
        duration=tuple(q for q in told if not _RHYTHM.search(q.surface)),
        cadence=tuple(q for q in told if _RHYTHM.search(q.surface)),
        format=tuple(Quote(m.group(), *m.span()) for m in _FORMAT.finditer(text, start, end)),
    )
