"""The best pairing: min-cost flow on few arcs, proven best on all of them by their prices.

A pool of 5,000 mentees and 2,500 mentors has 12.5 million pairs, too many for a flow; so the flow
gets the best pairs of each person, and the prices (dual values) of its solution tell whether any
pair that was left out could improve it. Those that could are added and the flow is solved again:
at the end no pair is left that could, and the pairing is optimal over all pairs.

Everything is whole numbers. Equal totals are decided by id: people come in order of id, and a term
smaller than any difference of scores draws the first to the first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from xcase.match.score import HIGHEST

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# Arcs for each person at the start; more make the flow slower, fewer make more rounds.
NEAREST = 24
# Pairs added for each mentee in a round of pricing.
ADDED = 8
ROUNDS = 60
BLOCK = 256
# OR-Tools multiplies a cost by the number of nodes and needs the product in 63 bits.
COST_LIMIT = 2**61


@dataclass(frozen=True, slots=True)
class Assignment:
    """``mentor[i]`` is the index of mentee i's mentor or -1; ``proven`` says it is optimal."""

    mentor: Ints
    proven: bool


def assign(
    scores: npt.NDArray[np.int32],
    legal: Bools,
    places: Ints,
    *,
    objective: Literal["score", "participation"],
) -> Assignment:
    """Return the pairing with the highest total score, or with the most pairs and then that.

    Args:
        scores: (mentees, mentors) in millionths.
        legal: which pairs are allowed.
        places: how many mentees each mentor can take, 0 or more.
    """
    n, m = scores.shape
    if not n or not m or not legal.any():
        return Assignment(np.full(n, -1, np.int64), True)
    gains = Gains(scores, legal, objective, n + m + 2)
    arcs = first_arcs(gains, places)
    mentor = np.full(n, -1, np.int64)
    for _ in range(ROUNDS):
        mentor = _flow(arcs, gains, places)
        added = _improving(arcs, mentor, gains, places)
        if not added.size:
            return Assignment(mentor, True)
        arcs = np.union1d(arcs, added)
    return Assignment(mentor, False)


def assign_regret(
    scores: npt.NDArray[np.int32], legal: Bools, places: Ints
) -> tuple[Assignment, int]:
    """Return the pairing whose largest regret is smallest, among those with the most pairs.

    A mentee's regret is the score of the best allowed mentor less that of the mentor received, in
    millionths; the second value is the largest one. Ties go by total score.
    """
    most = int((assign(scores, legal, places, objective="participation").mentor >= 0).sum())
    best = np.where(legal, scores, 0).max(axis=1, initial=0)
    regret = best[:, None] - scores
    low, high = 0, int(regret[legal].max(initial=0))
    while low < high:
        middle = (low + high) // 2
        if most_pairs(legal & (regret <= middle), places) == most:
            high = middle
        else:
            low = middle + 1
    allowed = legal & (regret <= low)
    return assign(scores, allowed, places, objective="participation"), low


def most_pairs(legal: Bools, places: Ints) -> int:
    """Return how many mentees can have a mentor at once."""
    from ortools.graph.python import max_flow

    n, m = legal.shape
    rows, columns = np.nonzero(legal)
    if not rows.size:
        return 0
    source, sink = n + m, n + m + 1
    flow = max_flow.SimpleMaxFlow()
    flow.add_arcs_with_capacity(rows, n + columns, np.ones(len(rows), np.int64))
    flow.add_arcs_with_capacity(np.full(n, source), np.arange(n), np.ones(n, np.int64))
    flow.add_arcs_with_capacity(n + np.arange(m), np.full(m, sink), places)
    flow.solve(source, sink)
    return int(flow.optimal_flow())


class Gains:
    """What each pair adds to the objective, in whole numbers that include the tie-break.

    Args:
        terms: how many gains the solver must be able to add up without an overflow.
        by_id: draw the first to the first where totals are equal.
    """

    def __init__(
        self,
        scores: npt.NDArray[np.int32],
        legal: Bools,
        objective: str,
        terms: int,
        *,
        by_id: bool = True,
    ) -> None:
        n, m = scores.shape
        self.scores, self.legal = scores, legal
        # One more pair is worth more than all scores together, or decides between equal totals.
        first = objective == "participation"
        self.bonus = n * HIGHEST + 1 if first else 1
        self.scale = 1 if first else n + 1
        room = COST_LIMIT // (terms * (HIGHEST * self.scale + self.bonus + 1))
        # The tie-break is as fine as the room allows.
        steps = min(max(n, m) - 1, math.isqrt(max(0, room - 1) // n)) if by_id else 0
        self.unit = n * steps * steps + 1
        self.scale *= self.unit
        self.first = steps - np.arange(n, dtype=np.int64) * (steps + 1) // n
        self.second = steps - np.arange(m, dtype=np.int64) * (steps + 1) // m
        self.alone = -self.bonus * self.unit

    def of(self, rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64]) -> Ints:
        """Return the gains of the given pairs."""
        score = self.scores[rows, columns].astype(np.int64)
        return np.asarray(score * self.scale + self.first[rows] * self.second[columns])

    def block(self, rows: slice) -> Ints:
        """Return the gains of all pairs of some mentees."""
        score = self.scores[rows].astype(np.int64)
        return np.asarray(score * self.scale + self.first[rows, None] * self.second[None, :])


def first_arcs(gains: Gains, places: Ints) -> Ints:
    """Return the codes (mentee * mentors + mentor) of the pairs that the flow begins with."""
    n, m = gains.scores.shape
    codes = []
    worst = np.iinfo(np.int64).min
    top_of_column = [np.empty((2, 0), np.int64)]
    for start in range(0, n, BLOCK):
        rows = slice(start, min(start + BLOCK, n))
        block = np.where(gains.legal[rows] & (places > 0), gains.block(rows), worst)
        k = min(NEAREST, m)
        best = np.argpartition(-block, k - 1, axis=1)[:, :k] if k < m else np.argsort(-block, 1)
        codes.append((np.arange(rows.start, rows.stop)[:, None] * m + best).ravel())
        top_of_column.append(_best_of_columns(block, rows.start, m))
    merged = np.concatenate(top_of_column, axis=1)
    order = np.lexsort((-merged[1], merged[0] % m))
    column = merged[0][order] % m
    begin = np.searchsorted(column, np.arange(m))
    rank = np.arange(len(order)) - begin[column]
    keep = places * NEAREST
    codes.append(merged[0][order][rank < keep[column]])
    # Where many scores are equal everybody has the same best: spread people over the places.
    slots = np.repeat(np.arange(m), np.minimum(places, n))
    if slots.size:
        spread = (np.arange(n)[:, None] + np.arange(-2, 3)[None, :]) % len(slots)
        codes.append((np.arange(n)[:, None] * m + slots[spread]).ravel())
    found = np.unique(np.concatenate(codes))
    found = found[gains.legal.ravel()[found] & (places[found % m] > 0)]
    return np.asarray(found, np.int64)


def _best_of_columns(block: Ints, start: int, m: int) -> Ints:
    k = min(NEAREST, block.shape[0])
    best = np.argpartition(-block, k - 1, axis=0)[:k]
    columns = np.broadcast_to(np.arange(m), best.shape)
    codes = (start + best) * m + columns
    return np.stack([codes.ravel(), block[best, columns].ravel()])


def _flow(arcs: Ints, gains: Gains, places: Ints) -> Ints:
    from ortools.graph.python import min_cost_flow

    n, m = gains.scores.shape
    rows, columns = np.divmod(arcs, m)
    sink = n + m
    flow = min_cost_flow.SimpleMinCostFlow()
    one = np.ones(len(arcs), np.int64)
    pairs = flow.add_arcs_with_capacity_and_unit_cost(
        rows, n + columns, one, -gains.of(rows, columns)
    )
    zero = np.zeros(m, np.int64)
    flow.add_arcs_with_capacity_and_unit_cost(n + np.arange(m), np.full(m, sink), places, zero)
    # Staying alone is an arc too, so that there always is a solution.
    flow.add_arcs_with_capacity_and_unit_cost(
        np.arange(n), np.full(n, sink), np.ones(n, np.int64), np.full(n, -gains.alone)
    )
    flow.set_nodes_supplies(np.append(np.arange(n), sink), np.append(np.ones(n, np.int64), -n))
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise RuntimeError(f"the flow solver ended with status {status}")
    return mentors_of(flow.flows(pairs) > 0, arcs, gains)


def mentors_of(used: Bools, arcs: Ints, gains: Gains) -> Ints:
    """Return the index of each mentee's mentor, or -1, where some of the pairs are used."""
    n, m = gains.scores.shape
    rows, columns = np.divmod(arcs[used], m)
    mentor = np.full(n, -1, np.int64)
    mentor[rows] = columns
    return mentor


def _improving(arcs: Ints, mentor: Ints, gains: Gains, places: Ints) -> Ints:
    """Return pairs outside the flow whose gain is above what mentee and mentor cost there."""
    n, m = gains.scores.shape
    price = _prices(arcs, mentor, gains)
    matched = mentor >= 0
    rest = np.full(n, gains.alone, np.int64)
    who = np.flatnonzero(matched)
    rest[who] = gains.of(who, mentor[who]) - price[mentor[who]]
    inside = np.zeros(n * m, bool)
    inside[arcs] = True
    inside = inside.reshape(n, m)
    open_places = places > 0
    found = []
    for start in range(0, n, BLOCK):
        rows = slice(start, min(start + BLOCK, n))
        surplus = gains.block(rows) - price[None, :] - rest[rows, None]
        better = (surplus > 0) & gains.legal[rows] & open_places & ~inside[rows]
        busy = np.flatnonzero(better.any(axis=1))
        if not busy.size:
            continue
        masked = np.where(better[busy], surplus[busy], 0)
        k = min(ADDED, m)
        best = np.argpartition(-masked, k - 1, axis=1)[:, :k]
        keep = np.take_along_axis(masked, best, axis=1) > 0
        found.append(((start + busy)[:, None] * m + best)[keep])
    return np.concatenate(found) if found else np.empty(0, np.int64)


def _prices(arcs: Ints, mentor: Ints, gains: Gains) -> Ints:
    """Return the lowest price of a place with each mentor at which the flow's pairing holds.

    They are the longest paths from free places and lonely mentees in the residual graph, found by
    relaxing all arcs at once until nothing moves.
    """
    m = gains.scores.shape[1]
    rows, columns = np.divmod(arcs, m)
    other = mentor[rows] != columns
    rows, columns = rows[other], columns[other]
    order = np.argsort(columns, kind="stable")
    rows, columns = rows[order], columns[order]
    gain = gains.of(rows, columns)
    who = np.flatnonzero(mentor >= 0)
    received = np.full(len(mentor), gains.alone, np.int64)
    received[who] = gains.of(who, mentor[who])
    price = np.zeros(m, np.int64)
    present, begins = np.unique(columns, return_index=True)
    if not present.size:
        return price
    while True:
        rest = received.copy()
        rest[who] -= price[mentor[who]]
        asked = np.maximum.reduceat(gain - rest[rows], begins)
        raised = np.maximum(price[present], asked)
        if np.array_equal(raised, price[present]):
            return price
        price[present] = raised
