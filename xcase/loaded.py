"""The models of a process: each is loaded once, when it is first needed, and then shared."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xcase.embed import SentenceModel, TokenEncoder
    from xcase.pipeline import Annotates


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
        encoder: TokenEncoder | None = None,
        annotator: Annotates | None = None,
        sentences: Any = None,
    ) -> None:
        self._given = {"encoder": encoder, "annotator": annotator, "sentences": sentences}
        self._lock = threading.RLock()
        # spaCy and the network's tokenizer are not made for two threads at once.
        self.reading = threading.Lock()

    @property
    def encoder(self) -> TokenEncoder:
        """The sentence model, of which ``similar`` asks each token."""

        def load() -> TokenEncoder:
            from xcase.embed import MiniLM

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
    def sentences(self) -> SentenceModel:
        """The sentence model of ``transfer`` and ``match``; nothing is loaded before it encodes."""

        def load() -> SentenceModel:
            from xcase.embed import SentenceModel

            return SentenceModel(lambda: self.encoder)

        return self._once("sentences", load)  # type: ignore[no-any-return]

    def warm_up(self) -> None:
        """Load everything now, so that nobody's first question waits for it."""
        from xcase.confidence import calibration
        from xcase.parse import mark

        _ = self.annotator
        calibration()
        self.sentences.encode(["ready"])
        with self.reading:
            mark(["ready"])

    def _once(self, name: str, load: Callable[[], Any]) -> Any:
        with self._lock:
            if self._given[name] is None:
                self._given[name] = load()
            return self._given[name]
