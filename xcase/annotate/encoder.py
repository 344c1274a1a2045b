"""The sentence encoder under the network: its lower layers as they were published, its upper ones
fine-tuned here.

MPNet (Song et al. 2020) as trained by sentence-transformers on a thousand million sentence pairs.
Ten of its twelve layers stay those of the pinned model, so that training computes them once for
every text, and only what differs is stored.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

HIDDEN = 768
# So many of the last layers are fine-tuned. 60 MB of half precision would hold three, which cost
# half as much training time again.
TUNED_LAYERS = 2
# Added to the attention scores of what is padding.
_MASKED = -1e4


class Encoder(nn.Module):
    """Token vectors of windows; ``model`` is a ``transformers.MPNetModel``."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        layers = list(model.encoder.layer)
        self.embeddings = model.embeddings
        self.position_bias = model.encoder.relative_attention_bias
        self.bucket = model.encoder.relative_position_bucket
        self.lower = nn.ModuleList(layers[:-TUNED_LAYERS])
        self.upper = nn.ModuleList(layers[-TUNED_LAYERS:])

    def forward(self, ids: Tensor, mask: Tensor, below: Tensor | None = None) -> Tensor:
        """Return ``W x T x HIDDEN`` from token ids and mask (``W x T``).

        ``below`` is what :meth:`read_below` gave for these ids before.
        """
        bias = self._bias(mask)
        hidden = self.read_below(ids, mask, bias) if below is None else below
        for layer in self.upper:
            hidden = _run(layer, hidden, bias)
        return hidden

    def read_below(self, ids: Tensor, mask: Tensor, bias: Tensor | None = None) -> Tensor:
        """Return what the layers that are never trained make of a batch: ``W x T x HIDDEN``."""
        bias = self._bias(mask) if bias is None else bias
        hidden: Tensor = self.embeddings(input_ids=ids)
        for layer in self.lower:
            hidden = _run(layer, hidden, bias)
        return hidden

    def _bias(self, mask: Tensor) -> Tensor:
        places = torch.arange(mask.shape[1])
        buckets = self.bucket(places[None, :] - places[:, None])
        bias: Tensor = self.position_bias(buckets).permute(2, 0, 1)
        absent = (1 - mask[:, None, None, :]).to(bias.dtype) * _MASKED
        return bias[None] + absent


def _run(layer: Any, hidden: Tensor, bias: Tensor) -> Tensor:
    """One layer of MPNet by torch's fused attention: twice as fast as the library's own."""
    attention = layer.attention.attn
    query, key, value = (
        part(hidden).unflatten(-1, (attention.num_attention_heads, -1)).transpose(1, 2)
        for part in (attention.q, attention.k, attention.v)
    )
    bias = bias.to(query.dtype)
    context = functional.scaled_dot_product_attention(query, key, value, attn_mask=bias)
    context = attention.o(context.transpose(1, 2).flatten(2))
    hidden = layer.attention.LayerNorm(layer.attention.dropout(context) + hidden)
    result: Tensor = layer.output(layer.intermediate(hidden), hidden)
    return result
