"""The pinned MPNet with its upper layers fine-tuned here.

MPNet (Song et al. 2020) as sentence-transformers trained it on a thousand million pairs of
sentences (all-mpnet-base-v2). Its lower layers stay as they were published: training computes them
once for every text, and only what differs is stored.
"""

from __future__ import annotations

import copy
import os
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from xcase import models
from xcase.half_precision import fast_bfloat16

MODEL = "all-mpnet-base-v2"
# So many of the last layers are fine-tuned: each further one lengthens the hour of training.
TUNED_LAYERS = 3
# Added to the attention scores of what is padding.
_MASKED = -1e4


def load_mpnet(*, exact: bool = False) -> tuple[Any, Any]:
    """Return (``transformers.MPNetModel``, fast tokenizer), checked; no hub is reached for.

    Args:
        exact: float32 also where bfloat16 is faster.

    Raises:
        ModelError: a part or a file is missing, or is not the pinned one.
    """
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from transformers import AutoTokenizer, MPNetModel
    from transformers.utils import logging

    logging.disable_progress_bar()
    # The model carries a pooling layer that is not read; each start would say so.
    logging.set_verbosity_error()
    folder = models.locate(MODEL)
    model = MPNetModel.from_pretrained(folder, local_files_only=True, add_pooling_layer=False)
    if fast_bfloat16() and not exact:
        model.to(torch.bfloat16)
    return model.eval(), AutoTokenizer.from_pretrained(folder, local_files_only=True)


class Trunk(nn.Module):
    """The lower layers of an MPNet, which are never trained.

    Attention is torch's fused one, which takes half the time of the library's.

    Args:
        model: a ``transformers.MPNetModel``; its layers are shared.
    """

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.embeddings = model.embeddings
        self.layers = nn.ModuleList(model.encoder.layer[:-TUNED_LAYERS])
        self.position_bias = model.encoder.relative_attention_bias
        self.bucket = model.encoder.relative_position_bucket
        self._distances: Tensor | None = None

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Return ``W x T x dimensions`` from token ids and mask (``W x T``)."""
        bias = self.bias(mask)
        hidden: Tensor = self.embeddings(input_ids=ids)
        for layer in self.layers:
            hidden = run(layer, hidden, bias)
        return hidden

    def bias(self, mask: Tensor) -> Tensor:
        """Return what is added to attention scores, ``W x heads x T x T``: distance, padding."""
        tokens = mask.shape[1]
        known = self._distances
        if known is None or known.shape[-1] < tokens:
            places = torch.arange(tokens)
            with torch.no_grad():
                told = self.position_bias(self.bucket(places[None, :] - places[:, None]))
            self._distances = known = told.permute(2, 0, 1)[None].contiguous()
        distances = known[..., :tokens, :tokens]
        return distances + (1 - mask[:, None, None, :]).to(distances.dtype) * _MASKED


class Encoder(nn.Module):
    """Token vectors of windows.

    Args:
        model: a ``transformers.MPNetModel``; its lower layers are shared, the upper ones copied.
    """

    # Brings the vectors to unit variance, as the heads begin with; directions stay.
    scale = 8.0

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.dimensions: int = model.config.hidden_size
        self.trunk = Trunk(model)
        self.upper = nn.ModuleList(copy.deepcopy(list(model.encoder.layer[-TUNED_LAYERS:])))

    def forward(self, ids: Tensor, mask: Tensor, below: Tensor | None = None) -> Tensor:
        """Return ``W x T x dimensions`` from token ids and mask (``W x T``).

        ``below`` is what the trunk made of these ids before.
        """
        hidden: Tensor = self.trunk(ids, mask) if below is None else below
        bias = self.trunk.bias(mask)
        for layer in self.upper:
            hidden = run(layer, hidden, bias)
        return hidden


def run(layer: nn.Module, hidden: Tensor, bias: Tensor) -> Tensor:
    """Return what a layer of MPNet makes of token vectors (``W x T x dimensions``)."""
    attention: Any = layer.attention
    heads = attention.attn
    query, key, value = (
        part(hidden).unflatten(-1, (heads.num_attention_heads, -1)).transpose(1, 2)
        for part in (heads.q, heads.k, heads.v)
    )
    bias = bias.to(query.dtype)
    context = functional.scaled_dot_product_attention(query, key, value, attn_mask=bias)
    context = heads.o(context.transpose(1, 2).flatten(2))
    hidden = attention.LayerNorm(attention.dropout(context) + hidden)
    rest: Any = layer
    result: Tensor = rest.output(rest.intermediate(hidden), hidden)
    return result
