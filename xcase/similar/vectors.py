"""Texts to vectors: one for each token in its sentence, and one for the sentence as a whole.

The encoder is the pinned all-MiniLM-L6-v2, run without sentence-transformers (whose import alone
takes seconds) and, from its ONNX form, without torch; the vector of a text is the mean of its token
vectors, as in that library.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from xcase import models
from xcase.similar import portable
from xcase.vectors import checked

MODEL = "all-minilm-l6-v2"
TOKENIZER = "model/tokenizer.json"
DIMENSIONS = 384
# The model was trained on at most so many tokens; a longer text becomes several windows.
WINDOW = 256
# Tokens in a batch: larger batches are slower on two cores (measured for the annotator).
BATCH_TOKENS = 4096


class TokenVectors(NamedTuple):
    """A text as vectors.

    ``tokens`` is ``n x 384`` float32, each row of length one; ``spans[i]`` is where the i-th token
    stands in the text; ``whole`` is the text's own vector, of length one (zero for no token).
    """

    tokens: np.ndarray
    spans: np.ndarray
    whole: np.ndarray


class Encoder(Protocol):
    """What the index needs of a model; tests pass one that hashes words."""

    @property
    def name(self) -> str: ...

    def encode(self, texts: Sequence[str]) -> list[TokenVectors]: ...


class MiniLM:
    """The pinned sentence model; ``name`` holds the sha256 of its weights."""

    def __init__(self, network: portable.Network, tokenizer: Any, name: str) -> None:
        self.network = network
        self.tokenizer = tokenizer
        self.name = name

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
            network = (portable.export(model, file) and portable.open_file(file)) or _run(model)
        return cls(network, _tokenizer(), name)

    @classmethod
    def reference(cls) -> MiniLM:
        """Load the model into torch, whatever else there is."""
        return cls(_run(torch_model()), _tokenizer(), model_name())

    def encode(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Return the vectors of each text; tokens without a letter or digit have none."""
        found: list[list[tuple[np.ndarray, np.ndarray]]] = [[] for _ in texts]
        for batch in _batches(texts):
            encodings = self.tokenizer.encode_batch([texts[i] for i in batch])
            rows = [
                (i, window)
                for i, encoding in zip(batch, encodings, strict=True)
                for window in (encoding, *encoding.overflowing)
            ]
            hidden = self.network(*_padded([w for _, w in rows]))
            for (i, window), states in zip(rows, hidden, strict=True):
                used = np.array(window.attention_mask, dtype=bool)
                spans = np.array(window.offsets, dtype=np.int64)[used]
                found[i].append((states[: len(used)][used], spans))
        return [_vectors(text, windows) for text, windows in zip(texts, found, strict=True)]


def encode(encoder: Encoder, texts: Sequence[str]) -> list[TokenVectors]:
    """Return what an encoder makes of texts.

    Raises:
        ModelError: a vector has numbers that are none, or is longer than one.
    """
    vectors = encoder.encode(texts)
    for told in vectors:
        checked(told.tokens, encoder.name)
        checked(told.whole, encoder.name)
    return vectors


def torch_model() -> Any:
    """Return the pinned weights as a ``BertModel``.

    Raises:
        ModelError: a file is missing or is not the pinned one.
    """
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    folder = models.locate(MODEL) / "model"
    from safetensors.torch import load_file
    from transformers.models.bert import BertConfig, BertModel

    model = BertModel(BertConfig.from_pretrained(str(folder)), add_pooling_layer=False)
    weights = load_file(folder / "model.safetensors")
    model.load_state_dict({k: v for k, v in weights.items() if "pooler" not in k}, strict=False)
    return model.eval()


def _run(model: Any) -> portable.Network:
    import torch

    def network(ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            states = model(input_ids=torch.from_numpy(ids), attention_mask=torch.from_numpy(mask))
        vectors: np.ndarray = states.last_hidden_state.numpy()
        return vectors

    return network


def _tokenizer() -> Any:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from tokenizers import Tokenizer

    folder = models.locate(MODEL, TOKENIZER)
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    tokenizer.enable_truncation(WINDOW)
    tokenizer.enable_padding()
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
    states = np.concatenate([s for s, _ in windows])
    spans = np.concatenate([s for _, s in windows])
    worded = [any(c.isalnum() for c in text[start:end]) for start, end in spans]
    if not any(worded):
        empty = np.zeros((0, DIMENSIONS), dtype=np.float32)
        return TokenVectors(empty, np.zeros((0, 2), dtype=np.int64), np.zeros(DIMENSIONS, "f4"))
    return TokenVectors(unit_length(states[worded]), spans[worded], unit_length(states.mean(0)))


def _batches(texts: Sequence[str]) -> Iterator[list[int]]:
    """Yield indices of texts of similar length; four characters make about one token."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    batch: list[int] = []
    for i in order:
        if batch and (len(batch) + 1) * (len(texts[i]) // 4 + 2) > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def _padded(windows: Sequence[Any]) -> tuple[np.ndarray, np.ndarray]:
    longest = max(len(w.ids) for w in windows)
    ids = np.zeros((len(windows), longest), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, window in enumerate(windows):
        ids[row, : len(window.ids)] = window.ids
        mask[row, : len(window.ids)] = window.attention_mask
    return ids, mask
