"""What stands where: a document may be long, so nothing is looked for from its beginning."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from xcase.records import Sentence, Span, Tagged


def sentence_at(sentences: Sequence[Sentence], place: int) -> Sentence | None:
    """Return which of the sentences, in text order, holds the character at a place."""
    at = bisect_right(sentences, place, key=lambda s: s.start) - 1
    return sentences[at] if at >= 0 and place < sentences[at].end else None


def within(spans: Sequence[Tagged], start: int, end: int) -> list[Tagged]:
    """Return which of the spans, in the order of their starts, stand in ``text[start:end]``."""
    first = bisect_left(spans, start, key=lambda t: t.start)
    last = bisect_right(spans, end, key=lambda t: t.start)
    return [t for t in spans[first:last] if t.end <= end]


def outermost(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the spans that are in none of the others, in text order."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if not kept or span.end > kept[-1].end:
            kept.append(span)
    return tuple(kept)


def is_in_name(title: Span, names: Sequence[Span]) -> bool:
    """Whether a title is one of the (outermost) names or its end, as in "James Farmer".

    In "Captain Ahmed" it is not.
    """
    at = bisect_right(names, title.start, key=lambda name: name.start) - 1
    if at < 0 or title.end > names[at].end:
        return False
    return title.start > names[at].start or title.end == names[at].end
