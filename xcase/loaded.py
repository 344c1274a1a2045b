"""The models of a process: each is loaded once, when it is first needed, and then shared."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from xcase.pipeline import Annotates
    from xcase.similar import Encoder


class Models:
    """The models, each loaded once, when it is first needed; several threads may ask.

    Args:
        encoder: reads sentences for ``similar`` (a test passes one that hashes words).
        annotator: reads the free text of rosters.
        sentences: texts to unit vectors, for ``transfer`` and ``match``.
    """

    def __init__(
        self,
        *,
        encoder: Encoder | None = None,
        annotator: Annotates | None = None,
        sentences: Any = None,
    ) -> None:
        self._given = {"encoder": encoder, "annotator": annotator, "sentences": sentences}
        self._lock = threading.RLock()
        # spaCy and the network's tokenizer are not made for two threads at once.
        self.reading = threading.Lock()

    @property
    def encoder(self) -> Encoder:
        """The sentence model of ``similar``."""

        def load() -> Encoder:
            from xcase.similar import MiniLM

            return MiniLM.load()

        return self._once("encoder", load)  # type: ignore[no-any-return]

    @property
    def annotator(self) -> Annotates:
        """The network that reads narratives."""

        def load() -> Annotates:
            from xcase.annotate.annotator import Annotator

            return Annotator.load()

        return self._once("annotator", load)  # type: ignore[no-any-return]

    @property
    def sentences(self) -> Sentences:
        """The sentence model of ``transfer`` and ``match``; nothing is loaded before it encodes."""
        return self._once("sentences", Sentences)  # type: ignore[no-any-return]

    def warm_up(self) -> None:
        """Load everything now, so that nobody's first question waits for it."""
        from xcase.pipeline import mark

        _ = self.annotator
        self.sentences.encode(["ready"])
        with self.reading:
            mark(["ready"])

    def _once(self, name: str, load: Callable[[], Any]) -> Any:
        with self._lock:
            if self._given[name] is None:
                self._given[name] = load()
            return self._given[name]


class Sentences:
    """The pinned sentence model as ``transfer`` and ``match`` ask it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @functools.cached_property
    def name(self) -> str:
        from xcase.transfer.vectors import SentenceModel

        return SentenceModel().name

    @functools.cached_property
    def _model(self) -> Any:
        from xcase.match.reader import MiniLM

        return MiniLM()

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Return a unit vector for each text."""
        with self._lock:
            return self._model.encode(texts)  # type: ignore[no-any-return]
