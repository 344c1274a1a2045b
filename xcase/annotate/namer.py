"""The second opinion on which skill a phrase shows: its words alone, whatever stands around them.

A linear layer over the vector that the untouched MPNet gives the phrase. It has seen the phrase
bank and the names and definitions of the taxonomy, so it knows rare skills and rare words better
than the network, which knows the context better.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xcase import models
from xcase.annotate.encoder import PhraseEncoder

NAMER = "namer"


class Namer:
    """Names the skill of phrases.

    Args:
        encoder: phrases to unit vectors.
        weight: ``skills x dimensions``.
        bias: ``skills``.
    """

    def __init__(self, encoder: PhraseEncoder, weight: np.ndarray, bias: np.ndarray) -> None:
        self.encoder = encoder
        self.weight = weight
        self.bias = bias

    @classmethod
    def load(cls, encoder: PhraseEncoder) -> Namer:
        """Load the layer that was trained on the vectors of ``encoder``."""
        from safetensors.numpy import load_file

        tensors = load_file(models.locate(NAMER) / "namer.safetensors")
        return cls(encoder, tensors["weight"], tensors["bias"])

    def probabilities(self, phrases: Sequence[str]) -> np.ndarray:
        """Return ``phrases x skills`` probabilities, in the order of ``SKILLS``."""
        vectors = self.encoder.encode(phrases)
        logits = vectors @ self.weight.T + self.bias
        odds = np.exp(logits - logits.max(1, keepdims=True))
        return np.asarray(odds / odds.sum(1, keepdims=True))
