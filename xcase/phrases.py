"""Find the phrases of a table in a text: on word boundaries, ignoring case and a plural s."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from xcase.records import Span

# What may stand between two words of a phrase: no comma, no full stop, no blank line. But a plural
# that owns ("parents' evening"), and the brackets of "501(c)(3)".
_JOINED = re.compile(r"['’]?[^\S\n]*\n?[^\S\n]*|-|\)?\(")
_WORD = re.compile(r"[^\W_]+(?:['’&.-][^\W_]+)*|&")
# Without their s these are other words: the art of listening, the casting of a film, the chamber of
# commerce, a new idea, a patient mentor, Serie A.
_NOT_PLURAL = frozenset({"arts", "castings", "chambers", "news", "patients", "series"})


class Hit(NamedTuple):
    """A phrase found: what it stands for, and where."""

    label: str
    span: Span


class PhraseTable:
    """Phrases that each stand for a label; the longest phrase at a place wins.

    Args:
        entries: ``(phrase, label)`` pairs; a phrase is matched word by word.
    """

    def __init__(self, entries: Iterable[tuple[str, str]]) -> None:
        self._labels: dict[tuple[str, ...], str] = {}
        for phrase, label in entries:
            self._labels[tuple(normal(w) for w in _WORD.findall(phrase))] = label
        self._longest = max(map(len, self._labels), default=0)
        self._first = {key[0] for key in self._labels if key}

    def find(self, text: str, start: int = 0, end: int | None = None) -> Iterator[Hit]:
        """Yield the phrases in ``text[start:end]`` from left to right, none inside another."""
        words = [
            (normal(m.group()), m.start(), m.end())
            for m in _WORD.finditer(text, start, len(text) if end is None else end)
        ]
        at = 0
        while at < len(words):
            size = self._match(text, words, at)
            if size:
                key = tuple(w for w, _, _ in words[at : at + size])
                yield Hit(self._labels[key], Span(words[at][1], words[at + size - 1][2]))
            at += size or 1

    def _match(self, text: str, words: list[tuple[str, int, int]], at: int) -> int:
        if words[at][0] not in self._first:
            return 0
        longest = 1
        while longest < min(self._longest, len(words) - at) and _JOINED.fullmatch(
            text, words[at + longest - 1][2], words[at + longest][1]
        ):
            longest += 1
        for size in range(longest, 0, -1):
            if tuple(w for w, _, _ in words[at : at + size]) in self._labels:
                return size
        return 0


def normal(word: str) -> str:
    """Return a word in lower case, with straight quotes and without a possessive or plural s."""
    word = word.lower().replace("’", "'").removesuffix("'s")
    if word in _NOT_PLURAL:
        return word
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    return word
