"""What each industry asks of each skill, and what that says of a move from one to another.

The figures are those of ``tables/labour_market.csv``, computed by
``scripts/build_labour_market.py`` from O*NET 29.3 (USDOL/ETA, CC BY 4.0) and BLS OEWS May 2025. An
industry without a code of its own (start-ups) stands at the figures of all industries.
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from xcase.errors import TaxonomyError
from xcase.taxonomy import load_base_skills, load_industries, load_skills

Matrix = NDArray[np.float64]
ALL = "All industries"
NOT_MEASURED = "not measured"
# Relative advantages this far apart have a direction; closer ones are called even.
EVEN = 0.05
# The thirds of the taxonomy with the most and the least even demand.
GENERAL, SPECIFIC = 2 / 3, 1 / 3


@dataclass(frozen=True, slots=True)
class LabourMarket:
    """Figures of industries x skills, both in the order of the taxonomy.

    Attributes:
        asked: importance, 0 to 1; the mean over the industry's jobs.
        advantage: ``asked`` over its value in all industries (RCA); 1 is usual.
        standing: where an industry stands among the others, 0 to 1; 0.5 is usual.
        value: from x to x skills, 0 to 1; see :func:`carry`.
        generality: one figure a skill, 0 to 1; 1 is asked alike everywhere.
        kinds: one word a skill: general, middle or specific, or that it is not measured.
        measured: whether an industry has figures of its own.
    """

    asked: Matrix
    advantage: Matrix
    standing: Matrix
    value: Matrix
    generality: Matrix
    kinds: tuple[str, ...]
    measured: tuple[bool, ...]

    def known(self, source: int, target: int) -> bool:
        """Return whether both industries have figures of their own."""
        return self.measured[source] and self.measured[target]

    def direction(self, source: int, target: int, skill: int) -> str:
        """Return where the skill is asked for more, as ``up``, ``down`` or ``even``."""
        step = self.advantage[target, skill] - self.advantage[source, skill]
        return "even" if abs(step) < EVEN else "up" if step > 0 else "down"


@functools.cache
def load_labour_market() -> LabourMarket:
    """Read the table that the package carries; raise TaxonomyError if it fits no taxonomy."""
    skills = [s.name for s in load_base_skills()]
    rows = {row[0]: row[1:] for row in read_table("labour_market", ("industry", *skills))}
    labels = [i.label for i in load_industries()]
    usual = np.array(rows[ALL], dtype=np.float64)
    asked = np.array([rows.get(label, rows[ALL]) for label in labels], dtype=np.float64)
    measured = tuple(label in rows for label in labels)
    own = asked[list(measured)]
    even = generality(own)
    stands = standing(asked, usual, spread=(own - usual).std(axis=0))
    # Of a skill that a user added the table tells nothing: it is asked nowhere and carries nothing.
    added = len(load_skills()) - len(skills)
    return LabourMarket(
        asked=_padded(asked, added, 0),
        advantage=_padded(asked / usual, added, 1),
        standing=_padded(stands, added, 0.5),
        value=_padded(carry(stands[:, None], stands[None, :]), added, 0),
        generality=_padded(even, added, 0),
        kinds=(*_kinds(even), *[NOT_MEASURED] * added),
        measured=measured,
    )


def _padded(figures: Matrix, added: int, value: float) -> Matrix:
    """Return figures with those of so many more skills, which are the last dimension."""
    widths = [(0, 0)] * (figures.ndim - 1) + [(0, added)]
    return np.pad(figures, widths, constant_values=value)


def standing(asked: Matrix, usual: Matrix, *, spread: Matrix) -> Matrix:
    """Return places x skills, 0 to 1: how far a place asks more than usual, by its spread."""
    return np.asarray(1 / (1 + np.exp(-(asked - usual) / spread)))


def carry(source: Matrix, target: Matrix) -> Matrix:
    """Return, 0 to 1, how well a skill of a standing in the source is asked for in the target.

    It is the standing in the target, less where the source asks of it much more or much less: a
    skill that the target wants and the source did not train has to be learnt, not carried.
    """
    return np.asarray(target * (1 - np.abs(target - source)))


def generality(asked: Matrix) -> Matrix:
    """Return one figure a skill: 1 less the coefficient of variation, at least 0."""
    return np.asarray(np.clip(1 - asked.std(axis=0) / asked.mean(axis=0), 0, 1))


def read_table(name: str, head: Sequence[str]) -> Iterator[list[str]]:
    """Yield the rows of a table of the package after its attribution line and its head.

    Raises:
        TaxonomyError: the columns are others than ``head``: the taxonomy has changed since.
    """
    text = (resources.files("xcase.transfer") / "tables" / f"{name}.csv").read_text(
        encoding="utf-8"
    )
    rows = csv.reader(line for line in text.splitlines() if not line.startswith("#"))
    if next(rows) != list(head):
        raise TaxonomyError(
            f"{name}.csv is of another taxonomy; run: python scripts/build_labour_market.py"
        )
    yield from rows


def _kinds(even: Matrix) -> tuple[str, ...]:
    high, low = np.quantile(even, GENERAL), np.quantile(even, SPECIFIC)
    return tuple("general" if g >= high else "specific" if g <= low else "middle" for g in even)
