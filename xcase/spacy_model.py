"""The pinned spaCy model, of which each user loads the one component that it reads."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from xcase import models

if TYPE_CHECKING:
    from spacy.language import Language

MODEL = "en-core-web-sm"
COMPONENTS = ("tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer", "senter", "ner")


def load_component(name: str) -> Language:
    """Load the model with one of its ``COMPONENTS`` that needs none of the others.

    Raises:
        ModelError: a file is missing or is not the pinned one.
    """
    folder = next(models.locate(MODEL).glob("en_core_web_sm*-*"))
    import spacy

    with _without_plugins():
        nlp = spacy.load(folder, exclude=[c for c in COMPONENTS if c != name])
    # The senter comes switched off, because the parser splits sentences too.
    if name not in nlp.pipe_names:
        nlp.enable_pipe(name)
    return nlp


@contextmanager
def _without_plugins() -> Generator[None]:
    """Keep spaCy from importing the components that other packages offer.

    It imports all of them whenever it loads a model: Presidio's (the extra `privacy`) brings
    transformers along, five seconds for nothing.
    """
    from spacy.util import registry

    offered = registry._entry_point_factories
    before, offered.entry_points = offered.entry_points, False
    try:
        yield
    finally:
        offered.entry_points = before
