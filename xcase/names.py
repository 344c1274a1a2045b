"""Where people and organisations are named in a text, by spaCy's entity recogniser."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from xcase.records import Span
from xcase.spacy_model import load_component

if TYPE_CHECKING:
    from spacy.language import Language

# Beyond this a text is cut into pieces: spaCy refuses a million characters at once.
MAX_PIECE = 100_000
KINDS = ("PERSON", "ORG")


# What the recogniser takes for the end (or the beginning) of a name, and never is.
_NO_NAME = frozenset({"i", "he", "she", "we", "they", "it", "you", "my", "his", "her", "the", "a"})
_WORD = re.compile(r"\S+")


def find_names(texts: Iterable[str]) -> Iterator[list[Span]]:
    """Yield the spans of the people and organisations that each text names."""
    for text in texts:
        yield [Span(start, end) for label, start, end in entities(text) if label in KINDS]


def entities(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield (spaCy's label, start, end) of what is named on one line."""
    for cut in range(0, len(text), MAX_PIECE):
        for entity in _recogniser()(text[cut : cut + MAX_PIECE]).ents:
            span = _trimmed(text, cut + entity.start_char, cut + entity.end_char)
            if span is not None and "\n" not in entity.text:
                yield entity.label_, span.start, span.end


def _trimmed(text: str, start: int, end: int) -> Span | None:
    """Take words off both ends that are no part of a name: "Priya is" names Priya."""
    words = list(_WORD.finditer(text, start, end))
    for place in (-1, 0):
        while words and not _is_name(words[place].group()):
            del words[place]
    return Span(words[0].start(), words[-1].end()) if words else None


def _is_name(word: str) -> bool:
    bare = word.strip(".,;:!?()“”\"'")
    # An initial keeps its point: "A. Lin" begins with no article.
    return not bare[:1].islower() and word.rstrip(",;:!?").lower() not in _NO_NAME


@functools.cache
def _recogniser() -> Language:
    return load_component("ner")
