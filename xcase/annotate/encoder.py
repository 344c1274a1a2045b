"""Vectors of phrases by the pinned MPNet, which nothing here was trained on.

MPNet (Song et al. 2020) as sentence-transformers trained it on a thousand million pairs of
sentences (all-mpnet-base-v2): it knows more ways to say a thing than the small model that reads
whole documents, and is much slower, so it reads only the few words that show a skill.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from xcase import models

ENCODER = "all-mpnet-base-v2"
# No phrase that shows a skill is longer.
MAX_TOKENS = 64
# Phrases of about the same length read together.
BATCH = 64
# Added to the attention scores of what is padding.
_MASKED = -1e4


class PhraseEncoder:
    """Phrases to unit vectors.

    Args:
        model: a ``transformers.MPNetModel``.
        tokenizer: its fast tokenizer.
    """

    def __init__(self, model: Any, tokenizer: Any) -> None:
        self.model = model.eval()
        self.tokenizer = tokenizer

    @classmethod
    def load(cls) -> PhraseEncoder:
        """Load the pinned model; no hub is reached for.

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
        folder = models.locate(ENCODER)
        model = MPNetModel.from_pretrained(folder, local_files_only=True, add_pooling_layer=False)
        if fast_bfloat16():
            model.to(torch.bfloat16)
        return cls(model, AutoTokenizer.from_pretrained(folder, local_files_only=True))

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


def fast_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 matrices faster than float32 ones (AMX)."""
    return bool(torch.cpu._is_amx_tile_supported())


def token_vectors(model: Any, ids: Tensor, mask: Tensor) -> Tensor:
    """Return what an ``MPNetModel`` says of each token: ``N x T x dimensions``.

    The same as the library's own forward pass (a test compares), by torch's fused attention.
    """
    places = torch.arange(ids.shape[1])
    buckets = model.encoder.relative_position_bucket(places[None, :] - places[:, None])
    bias = model.encoder.relative_attention_bias(buckets).permute(2, 0, 1)[None]
    bias = bias + (1 - mask[:, None, None, :]).to(bias.dtype) * _MASKED
    hidden: Tensor = model.embeddings(input_ids=ids)
    for layer in model.encoder.layer:
        hidden = _run(layer, hidden, bias)
    return hidden


def _run(layer: nn.Module, hidden: Tensor, bias: Tensor) -> Tensor:
    attention: Any = layer.attention
    heads = attention.attn
    query, key, value = (
        part(hidden).unflatten(-1, (heads.num_attention_heads, -1)).transpose(1, 2)
        for part in (heads.q, heads.k, heads.v)
    )
    context = functional.scaled_dot_product_attention(query, key, value, attn_mask=bias)
    hidden = attention.LayerNorm(heads.o(context.transpose(1, 2).flatten(2)) + hidden)
    rest: Any = layer
    result: Tensor = rest.output(rest.intermediate(hidden), hidden)
    return result
