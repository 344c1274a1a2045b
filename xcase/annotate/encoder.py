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
# So many of the last layers are fine-tuned: with all of them the files would be twice as large.
TUNED_LAYERS = 6


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
        tuned: how many of the last ones are left out.
    """

    def __init__(self, model: Transformer, tuned: int) -> None:
        super().__init__()
        self.embeddings = model.embeddings
        self.layers = model.layers[:-tuned]
        self.bias = model.bias

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Return ``W x T x dimensions`` from token ids and mask (``W x T``)."""
        words = self.embeddings(self.embeddings.words(ids))
        return run(self.layers, words, self.bias(mask))


class Encoder(nn.Module):
    """Token vectors of windows.

    Args:
        model: its lower layers are shared, the upper ones copied.
        tuned: how many are copied.
    """

    # Brings the vectors to unit variance, as the heads begin with; directions stay.
    scale = 8.0

    def __init__(self, model: Transformer, tuned: int = TUNED_LAYERS) -> None:
        super().__init__()
        self.dimensions = model.dimensions
        self.trunk = Trunk(model, tuned)
        # By their numbers in the model: what was trained with fewer of them can be read, too.
        first = len(self.trunk.layers)
        self.upper = nn.ModuleDict(
            {str(first + n): copy.deepcopy(layer) for n, layer in enumerate(model.layers[first:])}
        )

    def forward(self, ids: Tensor, mask: Tensor, below: Tensor | None = None) -> Tensor:
        """Return ``W x T x dimensions`` from token ids and mask (``W x T``).

        ``below`` is what the trunk made of these ids before.
        """
        hidden: Tensor = self.trunk(ids, mask) if below is None else below
        return run(self.upper.values(), hidden, self.trunk.bias(mask))
