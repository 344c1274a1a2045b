"""What a fact has beside it: a clearer one of its kind speaks for it, or against it."""

from __future__ import annotations

import numpy as np


def highest_of_others(values: np.ndarray, least: float) -> np.ndarray:
    """Return for each value the highest of the others along the first axis, at least ``least``."""
    beside = np.full((2, *values.shape[1:]), least)
    second, best = np.sort(np.concatenate([values, beside]), axis=0)[-2:]
    return np.asarray(np.where(values == best, second, best))
