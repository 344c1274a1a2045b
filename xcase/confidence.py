"""Raw scores to probabilities that mean what they say.

What the network says of a span is sure of itself to a degree that depends on the head. A logistic
regression for each kind of fact (Platt 1999, *Probabilistic Outputs for Support Vector Machines*)
turns the raw figures into the share of such facts that a reader would confirm. It was fitted on
narratives that the network was not trained on (``scripts/calibrate.py``).
"""

from __future__ import annotations

import functools
import math
import tomllib
from collections.abc import Mapping

from xcase import models

CALIBRATION = "calibration"
# From here on a fact is likelier right than wrong.
SURE = 0.5
KINDS = (
    "phase", "case_start", "skill", "outcome", "duration", "industry",
    "mentee", "mentor", "mentee_described", "mentor_described",
)  # fmt: skip
# Probabilities are kept this far from 0 and 1, where their logits would be infinite.
_EDGE = 1e-4


def logit(probability: float) -> float:
    """Return the log-odds of a probability."""
    p = min(max(probability, _EDGE), 1 - _EDGE)
    return math.log(p / (1 - p))


def probability(kind: str, features: Mapping[str, float]) -> float:
    """Return the probability that a fact of this kind is right.

    Args:
        kind: one of ``KINDS``.
        features: the figures that the calibration of this kind was fitted on, by name.

    Raises:
        KeyError: a figure is missing or not known.
    """
    return weighed(calibration()[kind], features)


def weighed(weights: Mapping[str, float], features: Mapping[str, float]) -> float:
    """Return the probability that a logistic regression with these weights gives."""
    if weights.keys() - {"bias"} != features.keys():
        raise KeyError(f"told by {sorted(weights)}, not by {sorted(features)}")
    z = weights["bias"] + sum(weights[name] * value for name, value in features.items())
    return 1 / (1 + math.exp(-z))


@functools.cache
def calibration() -> dict[str, dict[str, float]]:
    """Return the fitted weights by kind, read from ``models/calibration.toml``."""
    path = models.locate(CALIBRATION) / "calibration.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
