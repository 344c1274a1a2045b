"""Text to sentences: headings and list items stand alone, prose is split by spaCy's senter.

The unit is that of the annotation guideline: an orthographic sentence, a heading, or one list item.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from xcase.records import Span
from xcase.spacy_model import load_component

if TYPE_CHECKING:
    from spacy.language import Language

Kind = Literal["heading", "item", "prose"]
KINDS: tuple[Kind, ...] = ("heading", "item", "prose")

# A title longer than this is a sentence that lost its full stop.
MAX_HEADING_WORDS = 14
# A longer sentence, item or heading is cut: the networks read no more of one (windows.py).
MAX_UNIT = 600
# spaCy refuses texts above a million characters; no single line of prose is that long.
MAX_LINE = 100_000

_LINE = re.compile(r"[^\n]+")
_ITEM = re.compile(r"(?:[-*•‣▪–—✅❌✔✓➤►·]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s+")
_INNER_END = re.compile(r"[.!?…][\"'”’)\]]*\s+\S")
# An opening bracket, with the spaces after it, that a sentence was said to end on.
_OPENED = re.compile(r"[\[(][ \t]{0,3}$")
# So many characters before a beginning are looked at: a line may be a page long.
_EDGE = 12
_CLOSED_BY = re.compile(r"[.!?…][\"'”’)\]]{0,3}$")
# What no sentence begins with right after another's end.
_GOES_ON = frozenset(".,;:!?…-)]’'\"”")
_CLOSED = re.compile(r"[.!?…;,][\"'”’)\]]*$")


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence, heading or list item at ``text[start:end]`` of its document."""

    start: int
    end: int
    kind: Kind


def split(texts: Iterable[str]) -> Iterator[list[Unit]]:
    """Yield the units of each text, in order; white space belongs to no unit."""
    for text in texts:
        units: list[Unit] = []
        for line in _lines(text):
            kind = kind_of_line(text[line.start : line.end])
            if kind == "prose" and _INNER_END.search(text, line.start, line.end):
                found = _prose(text, line)
            else:
                found = iter((line,))
            units.extend(Unit(*part, kind) for span in found for part in _short(text, span))
        yield units


def kind_of_line(line: str) -> Kind:
    """Tell a heading or list item from prose by its shape alone."""
    if line.startswith("#"):
        return "heading"
    if _ITEM.match(line):
        return "item"
    few = len(line.split()) <= MAX_HEADING_WORDS
    return "heading" if few and not _CLOSED.search(line) else "prose"


def _lines(text: str) -> Iterator[Span]:
    for match in _LINE.finditer(text):
        yield from _stripped(text, *match.span())


def _prose(text: str, line: Span) -> Iterator[Span]:
    for cut in range(line.start, line.end, MAX_LINE):
        piece = text[cut : min(cut + MAX_LINE, line.end)]
        starts = [
            s for sent in _senter()(piece).sents if (s := _start(piece, sent.start_char)) >= 0
        ]
        for start, end in pairwise([*starts, len(piece)]):
            yield from _stripped(text, cut + start, cut + end)


def _start(line: str, at: int) -> int:
    """Return where the sentence begins that is said to begin at ``at``, -1 if none does.

    The senter, which has read no transcripts, ends sentences after "HOST:" and inside "[00:17]",
    before a full stop and within "non-members".
    """
    if at == 0:
        return 0
    near = line[max(0, at - _EDGE) : at]
    if opened := _OPENED.search(near):
        at -= len(near) - opened.start()
    before = near[: opened.start() if opened else None].rstrip()
    if at == 0 or before.endswith(":"):
        return -1
    if line[at - 1].isspace() or (_CLOSED_BY.search(before) and line[at] not in _GOES_ON):
        return at
    return -1


def _short(text: str, span: Span) -> Iterator[Span]:
    """Yield a span, or parts of it that are short enough: its sentences, and parts of those."""
    if span.end - span.start <= MAX_UNIT:
        yield span
        return
    for sentence in _prose(text, span):
        start = sentence.start
        while sentence.end - start > MAX_UNIT:
            space = text.rfind(" ", start + 1, start + MAX_UNIT)
            end = space if space > 0 else start + MAX_UNIT
            yield from _stripped(text, start, end)
            start = end
        yield from _stripped(text, start, sentence.end)


def _stripped(text: str, start: int, end: int) -> Iterator[Span]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield Span(start, end)


@functools.cache
def _senter() -> Language:
    return load_component("senter")
