"""The words of a case: BM25 over what it tells, and which of a query's words it shares."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from xcase import phrases
from xcase.similar.sound import require

# The BM25 score that is worth one half; its weight is small, and it was not tuned.
HALF = 8.0
_WORD = re.compile(r"[^\W_]{2,}")
_LETTERS = re.compile(r"[^\W_]+")


# Stories use few words again and again.
normal = functools.lru_cache(maxsize=1 << 15)(phrases.normal)


class Words:
    """A BM25 index whose documents are cases, in the order of the index."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    @classmethod
    def build(cls, texts: Sequence[str]) -> Words:
        """Index one text per case."""
        import bm25s

        engine = bm25s.BM25()
        engine.index([words_of(text) or [""] for text in texts], show_progress=False)
        return cls(engine)

    @classmethod
    def load(cls, folder: Path) -> Words:
        """Open a saved index without reading all of it into memory."""
        import bm25s

        return cls(bm25s.BM25.load(str(folder), mmap=True))

    def save(self, folder: Path) -> None:
        """Write the index to a folder."""
        self._engine.save(str(folder), show_progress=False)

    def values(self, text: str) -> np.ndarray:
        """Return for each case from 0 (no word in common) up to 1, rising with BM25.

        Raises:
            AnalysisError: the words are damaged.
        """
        known = [w for w in words_of(text) if w in self._engine.vocab_dict]
        if not known:
            return np.zeros(self._engine.scores["num_docs"], dtype=np.float32)
        try:
            scores = self._engine.get_scores(known)
        except (IndexError, ValueError):
            scores = np.array([np.nan])
        require(bool(((scores >= 0) & (scores < np.inf)).all()))
        shared: np.ndarray = scores / (scores + HALF)
        return shared


def words_of(text: str) -> list[str]:
    """Return the words of a text that say something, in lower case, without a plural s."""
    from bm25s.stopwords import STOPWORDS_EN

    words = (normal(m.group()) for m in _WORD.finditer(text))
    return [w for w in words if w not in STOPWORDS_EN and w not in _TOO_COMMON]


def telling(text: str, spans: np.ndarray) -> np.ndarray:
    """Return for each token (``n x 2`` places in the text) whether its word says something."""
    words = [m.span() for m in _LETTERS.finditer(text)]
    says = [bool(words_of(text[start:end])) for start, end in words]
    at = np.searchsorted([start for start, _ in words], spans[:, 0], side="right") - 1
    return np.array([i >= 0 and says[i] for i in at], dtype=bool)


def shared_spans(query: str, text: str, start: int, end: int) -> list[tuple[str, int, int]]:
    """Return (word, start, end) of each place in ``text[start:end]`` of a word of the query."""
    wanted = set(words_of(query))
    places = ((normal(m.group()), *m.span()) for m in _WORD.finditer(text, start, end))
    return [place for place in places if place[0] in wanted]


# Function words that the library's list lacks and that every first-person profile is full of.
_TOO_COMMON = frozenset((
    "am", "my", "me", "we", "our", "us", "you", "your", "he", "she", "his", "her", "him",
    "them", "do", "does", "did", "have", "has", "had", "can", "could", "would", "should",
    "when", "who", "what", "where", "how", "why", "which", "from", "about", "out", "up", "so",
    "than", "too", "very", "just", "now", "get", "got", "want", "one", "also", "because",
    "more", "most", "all", "any", "some", "don", "didn",
))  # fmt: skip
