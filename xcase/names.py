"""Where people and organisations are named in a text, by spaCy's entity recogniser."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from xcase import models
from xcase.records import Span

if TYPE_CHECKING:
    from spacy.language import Language

# Beyond this a text is cut into pieces: spaCy refuses a million characters at once.
MAX_PIECE = 100_000
KINDS = ("PERSON", "ORG")


def find_names(texts: Iterable[str]) -> Iterator[list[Span]]:
    """Yield the spans of the people and organisations that each text names."""
    for text in texts:
        yield [
            Span(cut + entity.start_char, cut + entity.end_char)
            for cut in range(0, len(text), MAX_PIECE)
            for entity in _recogniser()(text[cut : cut + MAX_PIECE]).ents
            if entity.label_ in KINDS and "\n" not in entity.text
        ]


@functools.cache
def _recogniser() -> Language:
    import spacy

    folder = models.locate("en-core-web-sm")
    parts = ("tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer", "senter")
    return spacy.load(next(folder.glob("en_core_web_sm*-*")), exclude=parts)
