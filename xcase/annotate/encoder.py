"""The pinned MPNet with its upper layers fine-tuned here.

MPNet (Song et al. 2020) as sentence-transformers trained it on a thousand million pairs of
sentences (all-mpnet-base-v2). Its lower layers stay as they were published: training computes them
once for every text, and only what differs is stored.
"""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import Tensor, nn

from xcase import models
from xcase.annotate.windows import SENTENCE_TOKENS
from xcase.half_precision import fast_bfloat16
from xcase.transformer import Transformer, run

MODEL = "all-mpnet-base-v2"
# So many of the last layers are fine-tuned: each further one lengthens the hour of training.
TUNED_LAYERS = 3


def load_mpnet(*, exact: bool = False) -> Transformer:
    """Return the model, checked; no hub is reached for.

    Args:
        exact: float32 also where bfloat16 is faster.

    Raises:
        ModelError: a part or a file is missing, or is not the pinned one.
    """
    model = Transformer.published(models.locate(MODEL))
    if fast_bfloat16() and not exact:
        model.to(torch.bfloat16)
    return model


def load_tokenizer() -> Any:
    """Return the model's ``tokenizers.Tokenizer``, by which windows are made for both networks.

    Raises:
        ModelError: a part or the file is missing, or is not the pinned one.
    """
    from tokenizers import Tokenizer

    name = "tokenizer.json"
    tokenizer = Tokenizer.from_file(str(models.locate(MODEL, name) / name))
    tokenizer.no_padding()
    tokenizer.enable_truncation(SENTENCE_TOKENS)
    return tokenizer


class Trunk(nn.Module):
    """The lower layers of an MPNet, which are never trained.

    Args:
        model: its layers are shared.
    """

    def __init__(self, model: Transformer) -> None:
        super().__init__()
        self.embeddings = model.embeddings
        self.layers = model.layers[:-TUNED_LAYERS]
        self.bias = model.bias

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Return ``W x T x dimensions`` from token ids and mask (``W x T``)."""
        words = self.embeddings(self.embeddings.words(ids))
        return run(self.layers, words, self.bias(mask))


class Encoder(nn.Module):
    """Token vectors of windows.

    Args:
        model: its lower layers are shared, the upper ones copied.
    """

    # Brings the vectors to unit variance, as the heads begin with; directions stay.
    scale = 8.0

    def __init__(self, model: Transformer) -> None:
        super().__init__()
        self.dimensions = model.dimensions
        self.trunk = Trunk(model)
        self.upper = copy.deepcopy(model.layers[-TUNED_LAYERS:])

    def forward(self, ids: Tensor, mask: Tensor, below: Tensor | None = None) -> Tensor:
        """Return ``W x T x dimensions`` from token ids and mask (``W x T``).

        ``below`` is what the trunk made of these ids before.
        """
        hidden: Tensor = self.trunk(ids, mask) if below is None else below
        return run(self.upper, hidden, self.trunk.bias(mask))
