"""The pinned MPNet, read two ways: whole documents with its upper layers fine-tuned here, and the
few words that show a skill as it was published.

MPNet (Song et al. 2020) as sentence-transformers trained it on a thousand million pairs of
sentences (all-mpnet-base-v2). Its lower layers serve both: training computes them once for every
text, only what differs is stored, and no second copy is held in memory.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from xcase import models

MODEL = "all-mpnet-base-v2"
# So many of the last layers are fine-tuned: what 60 MB of half precision hold beside the heads.
TUNED_LAYERS = 3
# No phrase that shows a skill is longer.
MAX_TOKENS = 64
# Phrases of about the same length read together: of more, half would be padding.
BATCH = 16
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


def fast_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 matrices faster than float32 ones (AMX)."""
    return bool(torch.cpu._is_amx_tile_supported())


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
        layers = list(model.encoder.layer)
        self.embeddings = model.embeddings
        self.position_bias = model.encoder.relative_attention_bias
        self.bucket = model.encoder.relative_position_bucket
        self.lower = nn.ModuleList(layers[:-TUNED_LAYERS])
        self.upper = nn.ModuleList(copy.deepcopy(layers[-TUNED_LAYERS:]))

    def fixed(self) -> list[nn.Module]:
        """Return what is never trained."""
        return [self.embeddings, self.lower]

    def forward(self, ids: Tensor, mask: Tensor, below: Tensor | None = None) -> Tensor:
        """Return ``W x T x dimensions`` from token ids and mask (``W x T``).

        ``below`` is what :meth:`read_below` gave for these ids before.
        """
        bias = self._bias(mask)
        hidden = self.read_below(ids, mask, bias) if below is None else below
        for layer in self.upper:
            hidden = _run(layer, hidden, bias)
        return hidden

    def read_below(self, ids: Tensor, mask: Tensor, bias: Tensor | None = None) -> Tensor:
        """Return what the layers that are never trained make of a batch: ``W x T x dimensions``."""
        bias = self._bias(mask) if bias is None else bias
        hidden: Tensor = self.embeddings(input_ids=ids)
        for layer in self.lower:
            hidden = _run(layer, hidden, bias)
        return hidden

    def _bias(self, mask: Tensor) -> Tensor:
        return _attention_bias(self.position_bias, self.bucket, mask)


class PhraseEncoder:
    """Phrases to unit vectors.

    Args:
        model: a ``transformers.MPNetModel``.
        tokenizer: its fast tokenizer.
    """

    def __init__(self, model: Any, tokenizer: Any) -> None:
        self.model = model
        self.tokenizer = tokenizer

    def encode(self, phrases: Sequence[str]) -> np.ndarray:
        """Return ``phrases x dimensions`` unit vectors, float32."""
        order = sorted(range(len(phrases)), key=lambda i: len(phrases[i]))
        vectors: dict[int, np.ndarray] = {}
        for at in range(0, len(order), BATCH):
            rows = order[at : at + BATCH]
            read = self._read([phrases[i] for i in rows])
            vectors.update(zip(rows, read, strict=True))
        return np.stack([vectors[i] for i in range(len(phrases))])

    @torch.inference_mode()
    def _read(self, phrases: list[str]) -> np.ndarray:
        told = self.tokenizer(
            phrases, padding=True, truncation=True, max_length=MAX_TOKENS, return_tensors="pt"
        )
        mask = told["attention_mask"]
        hidden = token_vectors(self.model, told["input_ids"], mask).float()
        mean = (hidden * mask.unsqueeze(-1)).sum(1) / mask.sum(1, keepdim=True)
        return np.asarray(functional.normalize(mean, dim=-1).numpy())


def token_vectors(model: Any, ids: Tensor, mask: Tensor) -> Tensor:
    """Return what an ``MPNetModel`` says of each token: ``N x T x dimensions``.

    The same as the library's own forward pass (a test compares), by torch's fused attention, which
    takes half the time.
    """
    encoder = model.encoder
    bias = _attention_bias(encoder.relative_attention_bias, encoder.relative_position_bucket, mask)
    hidden: Tensor = model.embeddings(input_ids=ids)
    for layer in encoder.layer:
        hidden = _run(layer, hidden, bias)
    return hidden


def _attention_bias(position_bias: Any, bucket: Any, mask: Tensor) -> Tensor:
    """Return what is added to the attention scores, ``N x heads x T x T``: distance, padding."""
    places = torch.arange(mask.shape[1])
    bias: Tensor = position_bias(bucket(places[None, :] - places[:, None])).permute(2, 0, 1)[None]
    return bias + (1 - mask[:, None, None, :]).to(bias.dtype) * _MASKED


def _run(layer: nn.Module, hidden: Tensor, bias: Tensor) -> Tensor:
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
