"""A pairing that no two people would leave for each other, and how many would."""

from __future__ import annotations

import heapq

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Scores = npt.NDArray[np.int32]


def stable_pairs(of_mentee: Scores, of_mentor: Scores, legal: Bools, places: Ints) -> Ints:
    """Return each mentee's mentor (-1 for none) by deferred acceptance, mentees proposing.

    Args:
        of_mentee: what each pair is worth to the mentee; equal worth goes by the mentor's place.
        of_mentor: what it is worth to the mentor; equal worth goes by the mentee's place.
    """
    n, m = of_mentee.shape
    order = np.argsort(np.where(legal, -of_mentee.astype(np.int64), 1), axis=1, kind="stable")
    choices = legal.sum(axis=1)
    asked = [0] * n
    held: list[list[tuple[int, int]]] = [[] for _ in range(m)]
    waiting = list(range(n))[::-1]
    while waiting:
        i = waiting.pop()
        if asked[i] == choices[i]:
            continue
        j = int(order[i, asked[i]])
        asked[i] += 1
        # The heap's first is the one whom the mentor would give up: worth least, then last by id.
        heapq.heappush(held[j], (int(of_mentor[i, j]), -i))
        if len(held[j]) > places[j]:
            waiting.append(-heapq.heappop(held[j])[1])
    mentor = np.full(n, -1, np.int64)
    for j, mentees in enumerate(held):
        for _, i in mentees:
            mentor[-i] = j
    return mentor


def blocking_pairs(
    mentor: Ints, of_mentee: Scores, of_mentor: Scores, legal: Bools, places: Ints
) -> int:
    """Count the allowed pairs of two people who would both rather have each other.

    A mentor with a free place would rather have anybody. Equal worth is no reason to leave.
    """
    n, m = of_mentee.shape
    who = np.flatnonzero(mentor >= 0)
    received = np.full(n, -1, np.int64)
    received[who] = of_mentee[who, mentor[who]]
    taken = np.bincount(mentor[who], minlength=m)
    worst = np.full(m, np.iinfo(np.int64).max)
    np.minimum.at(worst, mentor[who], of_mentor[who, mentor[who]])
    worst[taken < places] = -1
    worst[places == 0] = np.iinfo(np.int64).max
    blocking = legal & (of_mentee > received[:, None]) & (of_mentor > worst[None, :])
    blocking[who, mentor[who]] = False
    return int(blocking.sum())
