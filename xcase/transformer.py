"""The encoders of BERT and MPNet, built from their published weights.

Devlin et al. 2019, *BERT*; Song et al. 2020, *MPNet*. They are what transformers makes of the same
files, to the last digits (``tests/test_transformer.py``), with torch's fused attention, which takes
half the time. transformers itself is not imported: that takes seconds at each start
(``scripts/benchmark.py --only cold``).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

# Added to the attention scores of what is padding.
_MASKED = -1e4
# MPNet tells all distances from here on alike.
_FAR = 128
# What the parts of either model are called in its published weights, and what here.
_PUBLISHED = (
    (r"^encoder\.layer\.", "layers."),
    (r"^encoder\.relative_attention_bias\.", "bias.distances."),
    (r"^embeddings\.word_embeddings\.", "embeddings.words."),
    (r"^embeddings\.position_embeddings\.", "embeddings.places."),
    (r"^embeddings\.token_type_embeddings\.", "embeddings.kinds."),
    (r"^embeddings\.LayerNorm\.", "embeddings.norm."),
    (r"\.attention\.(self|attn)\.q(uery)?\.", ".query."),
    (r"\.attention\.(self|attn)\.k(ey)?\.", ".key."),
    (r"\.attention\.(self|attn)\.v(alue)?\.", ".value."),
    (r"\.attention\.(attn\.o|output\.dense)\.", ".gather."),
    (r"\.attention\.(output\.)?LayerNorm\.", ".gathered."),
    (r"\.intermediate\.dense\.", ".widen."),
    (r"\.output\.dense\.", ".narrow."),
    (r"\.output\.LayerNorm\.", ".norm."),
)
# Published, and not read.
_UNREAD = ("pooler.", "embeddings.position_ids")


class _Linear(nn.Linear):
    """Its weights are published: none are drawn."""

    def reset_parameters(self) -> None: ...


class _Embedding(nn.Embedding):
    """Its vectors are published: none are drawn."""

    def reset_parameters(self) -> None: ...


class Embeddings(nn.Module):
    """Word vectors to the vectors that the first layer reads.

    Args:
        config: as published in ``config.json``.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__()
        size = config["hidden_size"]
        self.words = _Embedding(config["vocab_size"], size)
        self.places = _Embedding(config["max_position_embeddings"], size)
        # BERT tells the first text from a second one; here all is the first.
        kinds = config.get("type_vocab_size", 0) if config["model_type"] == "bert" else 0
        self.kinds = _Embedding(kinds, size) if kinds else None
        self.norm = nn.LayerNorm(size, config["layer_norm_eps"])
        # In MPNet the places up to that of padding mean something else.
        self.first = config["pad_token_id"] + 1 if config["model_type"] == "mpnet" else 0

    def forward(self, words: Tensor) -> Tensor:
        """Return ``W x T x dimensions`` from word vectors of that shape."""
        if self.kinds is not None:
            words = words + self.kinds.weight[0]
        tokens = words.shape[-2]
        read: Tensor = self.norm(words + self.places.weight[self.first : self.first + tokens])
        return read


class Layer(nn.Module):
    """Attention among the tokens of a window, then two linear layers over each token."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__()
        size, wide, eps = (
            config[name] for name in ("hidden_size", "intermediate_size", "layer_norm_eps")
        )
        self.heads: int = config["num_attention_heads"]
        self.query, self.key, self.value = (_Linear(size, size) for _ in range(3))
        self.gather, self.gathered = _Linear(size, size), nn.LayerNorm(size, eps)
        self.widen, self.narrow = _Linear(size, wide), _Linear(wide, size)
        self.norm = nn.LayerNorm(size, eps)

    def forward(self, hidden: Tensor, bias: Tensor) -> Tensor:
        """Return vectors of the same shape, ``W x T x dimensions``.

        Args:
            bias: is added to the attention scores: ``W x heads x T x T``, or what broadcasts so.
        """
        query, key, value = (
            part(hidden).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        )
        context = functional.scaled_dot_product_attention(
            query, key, value, attn_mask=bias.to(query.dtype)
        )
        hidden = self.gathered(self.gather(context.transpose(1, 2).flatten(2)) + hidden)
        read: Tensor = self.norm(self.narrow(functional.gelu(self.widen(hidden))) + hidden)
        return read


class Bias(nn.Module):
    """What is added to attention scores: padding, and in MPNet how far two tokens are apart.

    It is a module of its own so that who shares it need not keep the layers.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__()
        buckets = config.get("relative_attention_num_buckets", 32)
        self.distances = (
            _Embedding(buckets, config["num_attention_heads"])
            if config["model_type"] == "mpnet"
            else None
        )
        self._near: Tensor | None = None

    def forward(self, mask: Tensor) -> Tensor:
        """Return ``W x heads x T x T``, or what broadcasts so, from a mask (``W x T``)."""
        hidden = (1 - mask[:, None, None, :]) * _MASKED
        if self.distances is None:
            return hidden
        near = self._told_near(mask.shape[1], self.distances)
        return near + hidden.to(near.dtype)

    def _told_near(self, tokens: int, distances: nn.Embedding) -> Tensor:
        """Return what the distance of two tokens adds, ``1 x heads x T x T``; it is never tuned."""
        known = self._near
        if known is None or known.shape[-1] < tokens or known.dtype != distances.weight.dtype:
            with torch.no_grad():
                told = distances(_buckets(tokens, distances.num_embeddings))
            self._near = known = told.permute(2, 0, 1)[None].contiguous()
        return known[..., :tokens, :tokens]


class Transformer(nn.Module):
    """An encoder of one of the two kinds.

    Args:
        config: as published in ``config.json``.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__()
        self.dimensions: int = config["hidden_size"]
        self.embeddings = Embeddings(config)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config["num_hidden_layers"]))
        self.bias = Bias(config)

    @classmethod
    def published(cls, folder: Path) -> Transformer:
        """Load a model from the folder in which it was published, in float32.

        Raises:
            OSError: a file is missing or cannot be read.
            RuntimeError: the weights are not those of such a model.
        """
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        model = cls(config)
        weights = load_file(folder / "model.safetensors")
        told = {_own_name(name): value for name, value in weights.items() if _is_read(name)}
        model.load_state_dict(told, assign=True)
        return model.eval()

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Return ``W x T x dimensions`` from token ids and mask (``W x T``, 1 for tokens)."""
        return run(self.layers, self.embeddings(self.embeddings.words(ids)), self.bias(mask))


def run(layers: Iterable[nn.Module], hidden: Tensor, bias: Tensor) -> Tensor:
    """Return what layers make of token vectors, one after the other."""
    for layer in layers:
        hidden = layer(hidden, bias)
    return hidden


def _is_read(name: str) -> bool:
    return not name.startswith(_UNREAD)


def _own_name(name: str) -> str:
    for pattern, own in _PUBLISHED:
        name = re.sub(pattern, own, name)
    return name


def _buckets(tokens: int, buckets: int) -> Tensor:
    """Return which bucket each distance is in, ``T x T``: half of them for either direction.

    Within a direction half are for one distance each, the others for ranges that grow up to
    ``_FAR`` (Raffel et al. 2020, *T5*, whose distances MPNet took over).
    """
    places = torch.arange(tokens)
    distance = places[None, :] - places[:, None]
    side = buckets // 2
    exact = side // 2
    away = distance.abs()
    ranged = exact + (
        torch.log(away.clamp(min=1).float() / exact) / math.log(_FAR / exact) * (side - exact)
    ).to(torch.long)
    near = torch.where(away < exact, away, ranged.clamp(max=side - 1))
    return near + side * (distance > 0)
