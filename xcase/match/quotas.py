"""Quotas: bounds on the groups of a roster, and the best pairing within them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from xcase.columns import folded
from xcase.errors import UsageError
from xcase.match.assign import Assignment, Bools, Gains, Ints, first_arcs, mentors_of
from xcase.match.audit import groups_of
from xcase.match.records import Bound, Profile
from xcase.match.rules import Quota, column_name

# Pairs in a flow with quotas.
MAX_ARCS = 2_000_000
# Pairs that the search gets as variables (60,000 take seconds), and how many branches it looks at.
MAX_VARIABLES = 100_000
MAX_BRANCHES = 1_000
# How it says that it ended.
_BEST, _NONE_POSSIBLE = 0, 2


def bounds_of(
    quotas: Sequence[Quota], mentees: Sequence[Profile], mentors: Sequence[Profile]
) -> tuple[dict[str, Bound], list[str]]:
    """Return the bounds of quotas by what they are called, and the faults of the quotas."""
    bounds: dict[str, Bound] = {}
    faults = []
    for quota in quotas:
        column = column_name(quota.column)
        by_mentee = any(column in p.columns for p in mentees)
        people = mentees if by_mentee else mentors
        groups: dict[str, set[int]] = {}
        for index, person in enumerate(people):
            if column in person.columns:
                for group in groups_of(person, column):
                    groups.setdefault(group, set()).add(index)
        asked = None if quota.value is None else folded(quota.value)
        if asked is not None and groups and asked not in groups:
            faults.append(f"quota on {quota.column}: nobody has the value {quota.value!r}")
        for value, members in sorted(groups.items()):
            if asked not in (None, value):
                continue
            name = f"{quota.column} = {value}"
            bound = Bound(
                "mentee" if by_mentee else "mentor",
                frozenset(members),
                quota.at_least or 0,
                len(mentees) if quota.at_most is None else quota.at_most,
            )
            # One quota for all groups and one for this group: both hold.
            if known := bounds.get(name):
                bound = replace(
                    bound,
                    at_least=max(bound.at_least, known.at_least),
                    at_most=min(bound.at_most, known.at_most),
                )
            if bound.at_least > bound.at_most:
                faults.append(
                    f"quotas on {name}: at least {bound.at_least} and at most {bound.at_most}"
                )
            bounds[name] = bound
    return bounds, faults


def pinned(bound: Bound, pins: dict[int, int]) -> int:
    """Return how many pinned pairs count for a bound."""
    people = pins.keys() if bound.side == "mentee" else pins.values()
    return sum(person in bound.members for person in people)


def less(bound: Bound, pins: dict[int, int]) -> Bound:
    """Return what is left of a bound when the pinned pairs are counted."""
    done = pinned(bound, pins)
    return replace(bound, at_least=max(0, bound.at_least - done), at_most=bound.at_most - done)


def inside(legal: Bools, bound: Bound) -> Bools:
    """Return which of the allowed pairs count for a bound."""
    members = sorted(bound.members)
    found = np.zeros_like(legal)
    if bound.side == "mentee":
        found[members] = legal[members]
    else:
        found[:, members] = legal[:, members]
    return found


def assign_with_bounds(
    scores: npt.NDArray[np.int32],
    legal: Bools,
    places: Ints,
    bounds: Sequence[Bound],
    *,
    objective: Literal["score", "participation"],
) -> Assignment | None:
    """Return the best pairing within bounds on groups, or None if no pairing keeps them.

    Groups that do not overlap are part of a flow; those that do take a search, which is slower and
    looks at so many branches. Beyond :data:`MAX_ARCS` or :data:`MAX_VARIABLES` pairs only the best
    ones of each person are looked at, and the pairing is not called proven.

    Raises:
        UsageError: it was neither found out that there is a pairing nor that there is none.
    """
    n, m = scores.shape
    apart = all(
        a.side != b.side or a.members.isdisjoint(b.members)
        for a, b in itertools.combinations(bounds, 2)
    )
    most = MAX_ARCS if apart else MAX_VARIABLES
    arcs = np.flatnonzero(legal)
    # Gains that also settle all ties by id are too large for the fractions of the search.
    gains = Gains(scores, legal, objective, n + m + len(bounds) + 1, by_id=apart)
    cut = len(arcs) > most
    if cut:
        arcs = first_arcs(gains, places)
    if apart:
        mentor, proven = _flow_within(arcs, gains, places, bounds), True
    else:
        mentor, proven = _search(arcs, gains, places, bounds)
    if mentor is None and cut:
        raise UsageError(
            f"the best pairs of each person do not meet the quotas, and all {legal.sum():,} pairs "
            "are too many to be tried; pin some, forbid some, or take a quota out"
        )
    return None if mentor is None else Assignment(mentor, proven and not cut)


def _flow_within(arcs: Ints, gains: Gains, places: Ints, bounds: Sequence[Bound]) -> Ints | None:
    """Return the best pairing where no two groups of a side overlap, or None if there is none.

    Each pair is a unit that goes round: hub, the mentee's group, mentee, mentor, the mentor's
    group, hub. Who is in no group goes by the hub itself.
    """
    from ortools.graph.python import min_cost_flow

    n, m = gains.scores.shape
    hub = n + m + len(bounds)
    by = np.full(n + m, hub)
    supply = np.zeros(hub + 1, np.int64)
    flow = min_cost_flow.SimpleMinCostFlow()
    for node, bound in enumerate(bounds, n + m):
        by[[person + n * (bound.side == "mentor") for person in bound.members]] = node
        ends = (hub, node) if bound.side == "mentee" else (node, hub)
        free = bound.at_most - bound.at_least
        flow.add_arc_with_capacity_and_unit_cost(*ends, free, 0)
        # What must flow has flowed already: it is missing at one end and stands at the other.
        supply[list(ends)] += (-bound.at_least, bound.at_least)
    rows, columns = np.divmod(arcs, m)
    pairs = flow.add_arcs_with_capacity_and_unit_cost(
        rows, n + columns, np.ones(len(arcs), np.int64), gains.alone - gains.of(rows, columns)
    )
    everybody = np.arange(n + m)
    flow.add_arcs_with_capacity_and_unit_cost(
        by[:n], everybody[:n], np.ones(n, np.int64), np.zeros(n, np.int64)
    )
    flow.add_arcs_with_capacity_and_unit_cost(everybody[n:], by[n:], places, np.zeros(m, np.int64))
    flow.set_nodes_supplies(np.arange(hub + 1), supply)
    status = flow.solve()
    if status == flow.INFEASIBLE:
        return None
    if status != flow.OPTIMAL:
        raise RuntimeError(f"the flow solver ended with status {status}")
    return mentors_of(flow.flows(pairs) > 0, arcs, gains)


def _search(
    arcs: Ints, gains: Gains, places: Ints, bounds: Sequence[Bound]
) -> tuple[Ints | None, bool]:
    """Return the best pairing within any bounds, or None if there is none; and if it is proven."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    n, m = gains.scores.shape
    if not arcs.size:
        met = all(bound.at_least <= 0 for bound in bounds)
        return (np.full(n, -1, np.int64) if met else None), True
    rows, columns = np.divmod(arcs, m)
    limits = [rows, n + columns]
    pairs = [np.arange(len(arcs))] * 2
    for number, bound in enumerate(bounds, n + m):
        people = rows if bound.side == "mentee" else columns
        pairs.append(np.flatnonzero(np.isin(people, sorted(bound.members))))
        limits.append(np.full(len(pairs[-1]), number))
    row, column = np.concatenate(limits), np.concatenate(pairs)
    table = csr_array((np.ones(len(row)), (row, column)), shape=(n + m + len(bounds), len(arcs)))
    low = np.concatenate([np.zeros(n + m), [bound.at_least for bound in bounds]])
    high = np.concatenate([np.ones(n), places, [bound.at_most for bound in bounds]])
    found = milp(
        (gains.alone - gains.of(rows, columns)).astype(float),
        integrality=np.ones(len(arcs)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(table, low, high),
        # A limit in branches instead of seconds: the same answer each time.
        options={"mip_rel_gap": 0, "node_limit": MAX_BRANCHES},
    )
    if found.status == _NONE_POSSIBLE:
        return None, True
    if found.x is None:
        raise UsageError(
            f"the {len(bounds)} quotas overlap, and no pairing was found for them in time; "
            "name groups that do not overlap, or take one out"
        )
    return mentors_of(found.x > 0.5, arcs, gains), found.status == _BEST
