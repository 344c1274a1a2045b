"""What stands where: a document may be long, so nothing is looked for from its beginning."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from xcase.records import Sentence, Tagged


def sentence_at(sentences: Sequence[Sentence], place: int) -> Sentence | None:
    """Return which of the sentences, in text order, holds the character at a place."""
    at = bisect_right(sentences, place, key=lambda s: s.start) - 1
    return sentences[at] if at >= 0 and place < sentences[at].end else None


def within(spans: Sequence[Tagged], start: int, end: int) -> list[Tagged]:
    """Return which of the spans, in the order of their starts, stand in ``text[start:end]``."""
    first = bisect_left(spans, start, key=lambda t: t.start)
    last = bisect_right(spans, end, key=lambda t: t.start)
    return [t for t in spans[first:last] if t.end <= end]
