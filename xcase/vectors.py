"""Which vectors can be compared, and the refusal of a model that gives others."""

from __future__ import annotations

from typing import Any

import numpy as np

from xcase.errors import ModelError

# Rounding lets a vector of length one be so long.
LONGEST = 1.01


def comparable(rows: np.ndarray) -> bool:
    """Say whether each row is finite and of length one at most; nothing is near to a row of zeros.

    A comparison with a NaN is false, so that none passes.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return bool((np.linalg.norm(rows.astype(np.float32), axis=-1) <= LONGEST).all())


def checked(rows: Any, model: str) -> Any:
    """Return the vectors that a model gave.

    Args:
        rows: an array, ``... x d``.
        model: its name, for the message.

    Raises:
        ModelError: one of them cannot be compared.
    """
    if not comparable(rows):
        raise ModelError(
            f"the model {model} gave a vector with numbers that are none; run xcase doctor, and if "
            "that finds nothing install xcase again"
        )
    return rows
