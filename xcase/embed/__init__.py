"""Texts to vectors, by the one sentence model of ``similar``, ``transfer`` and ``match``."""

from xcase.embed.minilm import (
    DIMENSIONS,
    MiniLM,
    SentenceModel,
    TextEncoder,
    TokenEncoder,
    TokenVectors,
    encode,
    model_name,
    unit_length,
)

__all__ = [
    "DIMENSIONS",
    "MiniLM",
    "SentenceModel",
    "TextEncoder",
    "TokenEncoder",
    "TokenVectors",
    "encode",
    "model_name",
    "unit_length",
]
