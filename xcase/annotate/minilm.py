"""The pinned MiniLM as a second encoder: small, and all of it tuned but its words.

MiniLM (Wang et al. 2020) as sentence-transformers trained it (all-MiniLM-L6-v2). It errs elsewhere
than the large encoder, so that what both say together is right more often, for a quarter of the
cost.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from xcase import models
from xcase.half_precision import fast_bfloat16
from xcase.transformer import Transformer, run

MODEL = "all-minilm-l6-v2"
# What MPNet calls the pieces that stand around sentences, and what BERT does.
_ALIKE = {"<s>": "[CLS]", "</s>": "[SEP]", "<pad>": "[PAD]", "<mask>": "[MASK]"}
_UNKNOWN = "[UNK]"


class Words(nn.Module):
    """The word vectors, which are never trained.

    Args:
        vectors: of the word pieces.
        numbers: which of them each token id of a window is.
    """

    def __init__(self, vectors: nn.Module, numbers: Tensor) -> None:
        super().__init__()
        self.vectors = vectors
        self.register_buffer("numbers", numbers, persistent=False)

    def forward(self, ids: Tensor, _: Tensor) -> Tensor:
        """Return ``W x T x dimensions`` from token ids (``W x T``)."""
        words: Tensor = self.vectors(self.numbers[ids])  # type: ignore[index]
        return words


class MiniLMEncoder(nn.Module):
    """Token vectors of windows; the same interface as :class:`xcase.annotate.encoder.Encoder`.

    Args:
        model: all of it but the word vectors is tuned.
        numbers: which of its word pieces each token id of a window is.
    """

    # Brings the vectors to unit variance, as the heads begin with; directions stay.
    scale = 2.4

    def __init__(self, model: Transformer, numbers: Tensor) -> None:
        super().__init__()
        self.dimensions = model.dimensions
        self.trunk = Words(model.embeddings.words, numbers)
        self.upper = model

    def forward(self, ids: Tensor, mask: Tensor, below: Tensor | None = None) -> Tensor:
        """Return ``W x T x dimensions`` from token ids and mask (``W x T``).

        ``below`` is what the trunk made of these ids before.
        """
        words: Tensor = self.trunk(ids, mask) if below is None else below
        return run(self.upper.layers, self.upper.embeddings(words), self.upper.bias(mask))


def load_minilm(tokenizer: Any, *, exact: bool = False) -> MiniLMEncoder:
    """Return the encoder for windows that ``tokenizer`` made; no hub is reached for.

    Args:
        tokenizer: that of the large encoder.
        exact: float32 also where bfloat16 is faster.

    Raises:
        ModelError: a file is missing or is not the pinned one.
    """
    from tokenizers import Tokenizer

    folder = models.locate(MODEL) / "model"
    model = Transformer.published(folder)
    own = Tokenizer.from_file(str(folder / "tokenizer.json"))
    if fast_bfloat16() and not exact:
        model.to(torch.bfloat16)
    return MiniLMEncoder(model, _numbers(tokenizer, own))


def _numbers(tokenizer: Any, own: Any) -> Tensor:
    """Return the id that each word piece of one tokenizer has in the other.

    Both cut words alike, into the pieces of BERT; only what stands around sentences differs.
    """
    vocabulary = own.get_vocab()
    pieces = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    unknown = vocabulary[_UNKNOWN]
    return torch.tensor([vocabulary.get(_ALIKE.get(piece, piece), unknown) for piece, _ in pieces])
