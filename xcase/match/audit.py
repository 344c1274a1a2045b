"""What a pairing does to groups, what a wish changes, and how much hangs on the weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from xcase.columns import folded
from xcase.match.explain import Pairing
from xcase.match.records import Profile
from xcase.match.rules import column_name
from xcase.match.score import HIGHEST, Parts

NOT_GIVEN = "(not given)"
# By how much a weight is moved to see whether the pairing depends on it.
SHIFT = 0.1


def changes(before: Pairing, after: Pairing) -> dict[str, Any]:
    """Return whose mentor differs between two pairings, and both totals."""

    def name(pairing: Pairing, i: int) -> str | None:
        j = int(pairing.mentor[i])
        return pairing.context.mentors[j].id if j >= 0 else None

    def total(pairing: Pairing) -> float:
        return int(pairing.gained().sum()) / HIGHEST

    moved = np.flatnonzero(before.mentor != after.mentor).tolist()
    return {
        "changed": [
            {
                "mentee_id": after.context.mentees[i].id,
                "before": name(before, i),
                "after": name(after, i),
            }
            for i in moved
        ],
        "pairs": [int((p.mentor >= 0).sum()) for p in (before, after)],
        "total_score": [total(before), total(after)],
    }


def fairness_table(pairing: Pairing, columns: Sequence[str]) -> dict[str, Any]:
    """Return match rate and mean score of the mentees by each value of each column.

    Who has several values counts for each of them.
    """
    who = pairing.context.mentees
    table: dict[str, Any] = {}
    for column in columns:
        groups: dict[str, list[int]] = {}
        for i, person in enumerate(who):
            for group in groups_of(person, column_name(column)):
                groups.setdefault(group, []).append(i)
        table[column] = {}
        for value, members in sorted(groups.items()):
            matched = [i for i in members if pairing.mentor[i] >= 0]
            scores = [int(pairing.scores[i, pairing.mentor[i]]) for i in matched]
            table[column][value] = {
                "mentees": len(members),
                "matched": len(matched),
                "match_rate": round(len(matched) / len(members), 3),
                "mean_score": round(sum(scores) / len(scores) / HIGHEST, 3) if scores else None,
            }
    return table


def sensitivity_table(
    pairing: Pairing, solve: Callable[[Parts], Pairing]
) -> Iterator[dict[str, Any]]:
    """Yield for each weight, 10 % lower and higher, whose mentor would be another one."""
    weights = pairing.parts.weights
    for name, weight in weights.items():
        for shift in (-SHIFT, SHIFT) if weight else ():
            other = solve(pairing.parts.weighed({**weights, name: weight * (1 + shift)}))
            moved = np.flatnonzero(other.mentor != pairing.mentor).tolist()
            ids = [pairing.context.mentees[i].id for i in moved]
            yield {"weight": name, "change": shift, "moved": len(ids), "mentees": ids}


def groups_of(person: Profile, column: str) -> list[str]:
    """Return the groups of a column that a person is in: one for each member of a list cell."""
    value = person.columns.get(column, NOT_GIVEN)
    return list(dict.fromkeys(map(folded, value if isinstance(value, list) else [value])))
