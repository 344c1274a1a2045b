"""The pinned all-MiniLM-L6-v2: a vector for each token in its sentence, and one for the sentence.

It is run without sentence-transformers (whose import alone takes seconds): a few texts by its ONNX
form, without torch, many of them by torch in bfloat16 where the processor is fast at it. The vector
of a text is the mean of its token vectors, as in that library.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from xcase import models
from xcase.embed import portable
from xcase.embed.runtimes import MODEL, Runtime, in_half_precision, network_of, torch_model
from xcase.vectors import checked

TOKENIZER = "model/tokenizer.json"
DIMENSIONS = 384
# The model was trained on at most so many tokens; a longer text becomes several windows.
WINDOW = 256
# From so many texts on half precision gains more than the import of torch costs; once it is
# imported, from so many.
MANY, SOME = 2000, 64
# Texts whose token vectors are in memory at once where only those of whole texts are asked for.
CHUNK = 4096


class TokenVectors(NamedTuple):
    """A text as vectors.

    ``tokens`` is ``n x 384`` float32, each row of length one; ``spans[i]`` is where the i-th token
    stands in the text; ``whole`` is the text's own vector, of length one (zero for no token).
    """

    tokens: np.ndarray
    spans: np.ndarray
    whole: np.ndarray


class TokenEncoder(Protocol):
    """What the index needs of a model; tests pass one that hashes words."""

    @property
    def name(self) -> str: ...

    def encode(self, texts: Sequence[str]) -> list[TokenVectors]: ...


class TextEncoder(Protocol):
    """What ``transfer`` and ``match`` need of a model: a unit vector for each text, n x d."""

    @property
    def name(self) -> str: ...

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]: ...


class MiniLM:
    """The pinned sentence model; ``name`` holds the sha256 of its weights.

    Args:
        runtime: reads what is asked.
        many: loads what reads many texts faster; None where nothing does.
    """

    def __init__(
        self,
        runtime: Runtime,
        tokenizer: Any,
        name: str,
        many: Callable[[], Runtime | None] = lambda: None,
    ) -> None:
        self.runtime = runtime
        self.tokenizer = tokenizer
        self.name = name
        self._load_many = many
        self._many: Runtime | None = None

    @classmethod
    def load(cls) -> MiniLM:
        """Load the model, by its ONNX form if there is one; no hub is reached for.

        The first call on a machine makes the ONNX form, which takes some seconds.

        Raises:
            ModelError: a file is missing or is not the pinned one.
        """
        name = model_name()
        file = portable.file_of(name)
        network = portable.open_file(file)
        if network is None:
            model = torch_model()
            network = portable.open_file(file) if portable.export(model, file) else None
            if network is None:
                return cls.reference()
        return cls(Runtime(network, tokens=512), _tokenizer(), name, in_half_precision)

    @classmethod
    def reference(cls) -> MiniLM:
        """Load the model into torch, whatever else there is."""
        return cls(Runtime(network_of(torch_model()), tokens=512), _tokenizer(), model_name())

    def encode(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Return the vectors of each text; tokens without a letter or digit have none."""
        runtime = self._runtime_for(len(texts))
        windows = [
            _Window(i, np.array(part.ids, np.int64), np.array(part.offsets, np.int64))
            for i, encoding in enumerate(self.tokenizer.encode_batch(list(texts)))
            for part in (encoding, *encoding.overflowing)
        ]
        batches = list(_batches(windows, runtime.tokens))
        found: list[list[tuple[np.ndarray, np.ndarray]]] = [[] for _ in texts]
        for batch, hidden in zip(batches, runtime.read(map(_padded, batches)), strict=True):
            for window, states in zip(batch, hidden, strict=True):
                found[window.text].append((states[: len(window.ids)], window.spans))
        return [_vectors(text, told) for text, told in zip(texts, found, strict=True)]

    def _runtime_for(self, texts: int) -> Runtime:
        if self._many is None and texts >= MANY:
            self._many = self._load_many() or self.runtime
        return self._many if self._many and texts >= SOME else self.runtime


class SentenceModel:
    """Texts to unit vectors (n x 384), for ``transfer`` and ``match``.

    Args:
        load: gives the model when the first text is to be encoded.
    """

    def __init__(self, load: Callable[[], TokenEncoder] = MiniLM.load) -> None:
        self._load = load
        self._model: TokenEncoder | None = None

    @property
    def name(self) -> str:
        return model_name()

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Return unit vectors; raise ModelError if a file of the model is not the pinned one."""
        self._model = self._model or self._load()
        found = [np.zeros((0, DIMENSIONS), dtype=np.float32)]
        for at in range(0, len(texts), CHUNK):
            found += [told.whole[None] for told in self._model.encode(texts[at : at + CHUNK])]
        return np.concatenate(found)


def encode(encoder: TokenEncoder, texts: Sequence[str]) -> list[TokenVectors]:
    """Return what an encoder makes of texts.

    Raises:
        ModelError: a vector has numbers that are none, or is longer than one.
    """
    vectors = encoder.encode(texts)
    for told in vectors:
        checked(told.tokens, encoder.name)
        checked(told.whole, encoder.name)
    return vectors


def _tokenizer() -> Any:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from tokenizers import Tokenizer

    folder = models.locate(MODEL, TOKENIZER)
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    tokenizer.enable_truncation(WINDOW)
    tokenizer.no_padding()
    return tokenizer


def model_name() -> str:
    """Return the name under which vectors are kept: the model and the sha256 of its weights."""
    return f"{MODEL}:{models.manifest()[MODEL].files['model/model.safetensors'][:16]}"


def unit_length(rows: np.ndarray) -> np.ndarray:
    """Return rows scaled to length one; a row of zeros stays."""
    norms = np.linalg.norm(rows, axis=-1, keepdims=True)
    scaled: np.ndarray = (rows / np.where(norms == 0, 1, norms)).astype(np.float32)
    return scaled


def _vectors(text: str, windows: Sequence[tuple[np.ndarray, np.ndarray]]) -> TokenVectors:
    # They come by length: the last window of a text before the others.
    windows = sorted(windows, key=lambda window: int(window[1].max()))
    states = np.concatenate([s for s, _ in windows])
    spans = np.concatenate([s for _, s in windows])
    worded = [any(c.isalnum() for c in text[start:end]) for start, end in spans]
    if not any(worded):
        empty = np.zeros((0, DIMENSIONS), dtype=np.float32)
        return TokenVectors(empty, np.zeros((0, 2), dtype=np.int64), np.zeros(DIMENSIONS, "f4"))
    return TokenVectors(unit_length(states[worded]), spans[worded], unit_length(states.mean(0)))


class _Window(NamedTuple):
    """Part of a text as tokens; it is the ``text``-th of those that are encoded."""

    text: int
    ids: np.ndarray
    spans: np.ndarray


def _batches(windows: Sequence[_Window], tokens: int) -> Iterator[list[_Window]]:
    """Yield windows of similar length, so many tokens at a time."""
    batch: list[_Window] = []
    for window in sorted(windows, key=lambda w: len(w.ids)):
        if batch and (len(batch) + 1) * len(window.ids) > tokens:
            yield batch
            batch = []
        batch.append(window)
    if batch:
        yield batch


def _padded(windows: Sequence[_Window]) -> tuple[np.ndarray, np.ndarray]:
    lengths = np.array([len(w.ids) for w in windows])
    mask = (np.arange(lengths.max()) < lengths[:, None]).astype(np.int64)
    ids = np.zeros_like(mask)
    ids[mask > 0] = np.concatenate([w.ids for w in windows])
    return ids, mask
