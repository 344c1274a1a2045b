"""Documents to fixed-length token windows for the network, and back to character offsets.

Sentences are packed whole, each followed by a separator token (Cohan et al. 2019, *Pretrained
Language Models for Sequential Sentence Classification*). A long document becomes several windows
that overlap by some sentences, so that each sentence is labelled where it has context on both
sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xcase.sentences import KINDS, Unit

# MPNet has 512 positions; 384 keeps memory low and holds nine documents in ten whole.
WINDOW_TOKENS = 384
# No real sentence of the corpus is longer; xcase.sentences cuts what would be.
SENTENCE_TOKENS = 160
# Sentences shared by neighbouring windows, half of them labelled in each.
OVERLAP = 6
# Relative place in the document is told in this many steps.
PLACES = 10


@dataclass(frozen=True, slots=True)
class Window:
    """Part of a document as the network sees it.

    ``offsets[i]`` are the document characters of token ``i`` (``(0, 0)`` for special tokens),
    ``token_unit[i]`` the index of its sentence in the document or -1, ``ends[j]`` the position of
    the separator of the window's ``j``-th sentence ``units[j]``; ``owned[j]`` says whether this
    window gives that sentence its labels.
    """

    ids: list[int]
    offsets: list[tuple[int, int]]
    token_unit: list[int]
    units: list[int]
    ends: list[int]
    owned: list[bool]
    kinds: list[int]
    places: list[int]


def pack(text: str, units: Sequence[Unit], tokenizer: Any) -> list[Window]:
    """Cut a document into windows of at most ``WINDOW_TOKENS`` tokens.

    Args:
        tokenizer: a ``tokenizers.Tokenizer`` that cuts after ``SENTENCE_TOKENS``.
    """
    if not units:
        return []
    encoded = tokenizer.encode_batch(
        [_unmarked(text[u.start : u.end]) for u in units], add_special_tokens=False
    )
    sizes = [len(sentence.ids) + 1 for sentence in encoded]
    around = (tokenizer.token_to_id("<s>"), tokenizer.token_to_id("</s>"))
    bounds = _bounds(sizes)
    windows = []
    for place, (first, last) in enumerate(bounds):
        low = first if place == 0 else (first + bounds[place - 1][1]) // 2
        high = last if place == len(bounds) - 1 else (bounds[place + 1][0] + last) // 2
        windows.append(_window(units, encoded, around, range(first, last), range(low, high)))
    return windows


def _unmarked(sentence: str) -> str:
    """Blank out the marks of a heading: the network knows it by its kind."""
    bare = sentence.lstrip("#")
    return " " * (len(sentence) - len(bare)) + bare


def _bounds(sizes: Sequence[int]) -> list[tuple[int, int]]:
    bounds: list[tuple[int, int]] = []
    first = 0
    while True:
        last, used = first, 1
        while last < len(sizes) and used + sizes[last] <= WINDOW_TOKENS:
            used += sizes[last]
            last += 1
        bounds.append((first, last))
        if last == len(sizes):
            return bounds
        first = max(last - OVERLAP, first + 1)


def _window(
    units: Sequence[Unit],
    encoded: Sequence[Any],
    around: tuple[int, int],
    members: range,
    owned: range,
) -> Window:
    begin, separator = around
    ids, offsets, token_unit, ends = [begin], [(0, 0)], [-1], []
    for index in members:
        start, sentence = units[index].start, encoded[index]
        ids += sentence.ids
        offsets += [(start + a, start + b) for a, b in sentence.offsets]
        token_unit += [index] * len(sentence.ids)
        ends.append(len(ids))
        ids.append(separator)
        offsets.append((0, 0))
        token_unit.append(-1)
    return Window(
        ids=ids,
        offsets=offsets,
        token_unit=token_unit,
        units=list(members),
        ends=ends,
        owned=[index in owned for index in members],
        kinds=[KINDS.index(units[index].kind) for index in members],
        places=[index * PLACES // len(units) for index in members],
    )
