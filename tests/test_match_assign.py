"""The best pairing is the best one: against trying all, against scipy, and in any order of rows."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import OptimizeResult, linear_sum_assignment

from xcase.errors import UsageError
from xcase.match.assign import assign, assign_regret, most_pairs
from xcase.match.quotas import assign_with_bounds
from xcase.match.records import Bound
from xcase.match.stable import blocking_pairs, stable_pairs

OBJECTIVES = ("score", "participation")


@st.composite
def pools(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw small pools; few different scores, so that there are many ties."""
    n, m = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    highest = draw(st.sampled_from([1, 4, 1_000_000]))
    scores = draw(st.lists(st.integers(0, highest), min_size=n * m, max_size=n * m))
    legal = draw(st.lists(st.booleans(), min_size=n * m, max_size=n * m))
    places = draw(st.lists(st.integers(0, 3), min_size=m, max_size=m))
    return (
        np.array(scores, np.int32).reshape(n, m),
        np.array(legal).reshape(n, m),
        np.array(places, np.int64),
    )


def pairings(legal: np.ndarray, places: np.ndarray) -> list[np.ndarray]:
    n, m = legal.shape
    found = []
    for mentor in itertools.product(range(-1, m), repeat=n):
        taken = np.bincount([j for j in mentor if j >= 0], minlength=m)
        if (taken <= places).all() and all(j < 0 or legal[i, j] for i, j in enumerate(mentor)):
            found.append(np.array(mentor))
    return found


def total(scores: np.ndarray, mentor: np.ndarray) -> int:
    return int(sum(scores[i, j] for i, j in enumerate(mentor) if j >= 0))


def count(mentor: np.ndarray) -> int:
    return int((mentor >= 0).sum())


@given(pools())
@settings(deadline=None, max_examples=60)
def test_the_best_of_all_pairings_is_found(pool: tuple[np.ndarray, ...]) -> None:
    scores, legal, places = pool
    every = pairings(legal, places)
    by_score = assign(scores, legal, places, objective="score")
    by_count = assign(scores, legal, places, objective="participation")
    assert by_score.proven
    assert by_count.proven
    assert any(np.array_equal(by_score.mentor, p) for p in every)
    best = max((total(scores, p), count(p)) for p in every)
    assert (total(scores, by_score.mentor), count(by_score.mentor)) == best
    best = max((count(p), total(scores, p)) for p in every)
    assert (count(by_count.mentor), total(scores, by_count.mentor)) == best
    assert most_pairs(legal, places) == best[0]


def test_six_mentees_are_paired_as_the_best_of_all_pairings() -> None:
    scores = np.random.default_rng(4).integers(0, 1_000_000, (6, 6)).astype(np.int32)
    legal = np.random.default_rng(5).random((6, 6)) < 0.7
    found = assign(scores, legal, np.ones(6, np.int64), objective="score")
    every = (p for p in itertools.permutations(range(6)))
    best = max(sum(int(scores[i, j]) for i, j in enumerate(p) if legal[i, j]) for p in every)
    assert total(scores, found.mentor) == best


@given(pools())
@settings(deadline=None, max_examples=60)
def test_the_largest_regret_is_smallest(pool: tuple[np.ndarray, ...]) -> None:
    scores, legal, places = pool
    every = pairings(legal, places)
    most = max(count(p) for p in every)
    best = np.where(legal, scores, 0).max(axis=1)

    def regret(mentor: np.ndarray) -> int:
        return max((int(best[i] - scores[i, j]) for i, j in enumerate(mentor) if j >= 0), default=0)

    found, largest = assign_regret(scores, legal, places)
    assert count(found.mentor) == most
    assert regret(found.mentor) == min(regret(p) for p in every if count(p) == most)
    assert regret(found.mentor) <= largest


@given(pools(), st.integers(0, 2), st.integers(0, 2), st.booleans())
@settings(deadline=None, max_examples=40)
def test_quotas_are_kept_at_the_best_total(
    pool: tuple[np.ndarray, ...], at_least: int, more: int, overlap: bool
) -> None:
    scores, legal, places = pool
    n, m = scores.shape
    mentees = Bound("mentee", frozenset({0, 1} & set(range(n))), at_least, at_least + more)
    mentors = Bound("mentor", frozenset({0, 2} & set(range(m))), 0, more)
    bounds = [mentees, mentors]
    if overlap:
        bounds.append(Bound("mentee", frozenset({1, 2} & set(range(n))), 0, 1))

    def kept(mentor: np.ndarray) -> bool:
        paired = np.flatnonzero(mentor >= 0)
        sides = {"mentee": paired.tolist(), "mentor": mentor[paired].tolist()}
        inside = [sum(person in b.members for person in sides[b.side]) for b in bounds]
        return all(b.at_least <= k <= b.at_most for b, k in zip(bounds, inside, strict=True))

    every = [p for p in pairings(legal, places) if kept(p)]
    found = assign_with_bounds(scores, legal, places, bounds, objective="score")
    if not every:
        assert found is None
    else:
        assert found is not None
        assert kept(found.mentor)
        assert total(scores, found.mentor) == max(total(scores, p) for p in every)


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize(("n", "m"), [(20, 20), (90, 400)])
def test_quotas_on_many_people_with_equal_scores(n: int, m: int, objective: str) -> None:
    """With 36,000 pairs the worth of a pair once left no room to add them all up."""
    few, many = m // 10, n // 3
    found = assign_with_bounds(
        np.full((n, m), 300_000, np.int32), np.ones((n, m), bool), np.ones(m, np.int64),
        [Bound("mentor", frozenset(range(m - many, m)), many, n),
         Bound("mentor", frozenset(range(few)), 0, few // 2)],
        objective=objective,  # type: ignore[arg-type]
    )  # fmt: skip
    assert found is not None
    assert found.proven
    assert (found.mentor >= m - many).sum() == many
    assert count(found.mentor) == min(n, m - (few + 1) // 2)


OVERLAPPING = [Bound("mentee", frozenset({0, k}), 1, 1) for k in (1, 2)]


def test_a_search_that_finds_nothing_in_time_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = OptimizeResult(status=1, x=None)
    monkeypatch.setattr("scipy.optimize.milp", lambda *_, **__: ended)
    with pytest.raises(UsageError, match="2 quotas overlap"):
        assign_with_bounds(
            np.zeros((3, 3), np.int32), np.ones((3, 3), bool), np.ones(3, np.int64),
            OVERLAPPING, objective="score",
        )  # fmt: skip


@pytest.mark.parametrize(("limit", "apart"), [("MAX_ARCS", True), ("MAX_VARIABLES", False)])
def test_what_only_the_best_pairs_show_to_be_impossible_is_not_called_so(
    monkeypatch: pytest.MonkeyPatch, limit: str, apart: bool
) -> None:
    """Everybody likes mentors that may not be had; of others nobody has any among the best."""
    monkeypatch.setattr(f"xcase.match.quotas.{limit}", 100)
    scores = np.zeros((60, 140), np.int32)
    scores[:, :70] = 500_000
    bounds = [Bound("mentee", frozenset(range(60)), 60, 60)]
    bounds += [Bound("mentor", frozenset(range(70)), 0, 0)]
    if not apart:
        bounds += [Bound("mentee", frozenset(range(30)), 0, 60)]
    asked = (scores, np.ones(scores.shape, bool), np.ones(140, np.int64), bounds)
    with pytest.raises(UsageError, match="all 8,400 pairs are too many"):
        assign_with_bounds(*asked, objective="score")
    monkeypatch.undo()
    found = assign_with_bounds(*asked, objective="score")
    assert found is not None
    assert count(found.mentor) == 60


def test_overlapping_quotas_that_bind_nobody_leave_the_best_pairing() -> None:
    """A search in whole numbers once gave up here, with a total below the best."""
    rng = np.random.default_rng(7)
    scores = rng.integers(0, 900_000, (100, 100)).astype(np.int32)
    legal, places = rng.random((100, 100)) < 0.5, np.ones(100, np.int64)
    free = assign(scores, legal, places, objective="participation").mentor
    bounds = [Bound("mentee", frozenset(range(a, a + 60)), 0, 60) for a in (0, 40)]
    found = assign_with_bounds(scores, legal, places, bounds, objective="participation")
    assert found is not None
    assert found.proven
    assert (count(found.mentor), total(scores, found.mentor)) == (100, total(scores, free))


def test_overlapping_quotas_on_many_equal_scores_are_proven() -> None:
    """A hundred mentees in three sites and two other groups, with few places for all of them."""
    scores = np.repeat([[0], [300_000]], 50, axis=0) * np.ones((1, 100), np.int64)
    sites = [Bound("mentee", frozenset(range(a, 100, 3)), 20, 33) for a in range(3)]
    others = [Bound("mentee", frozenset(range(a, 100, 2)), 30, 42) for a in range(2)]
    tier = [Bound("mentor", frozenset(range(0, 100, 2)), 0, 33)]
    found = assign_with_bounds(
        scores.astype(np.int32), np.ones((100, 100), bool), np.ones(100, np.int64),
        [*sites, *others, *tier], objective="participation",
    )  # fmt: skip
    assert found is not None
    assert found.proven
    assert (count(found.mentor), total(scores, found.mentor)) == (83, 50 * 300_000)


@given(pools())
@settings(deadline=None, max_examples=60)
def test_nobody_leaves_a_stable_pairing(pool: tuple[np.ndarray, ...]) -> None:
    scores, legal, places = pool
    of_mentor = np.ascontiguousarray(scores[::-1, ::-1])
    mentor = stable_pairs(scores, of_mentor, legal, places)
    assert any(np.array_equal(mentor, p) for p in pairings(legal, places))
    assert blocking_pairs(mentor, scores, of_mentor, legal, places) == 0


@given(pools())
@settings(deadline=None, max_examples=60)
def test_blocking_pairs_are_counted_one_by_one(pool: tuple[np.ndarray, ...]) -> None:
    scores, legal, places = pool
    mentor = pairings(legal, places)[-1]

    def wants(i: int, j: int) -> bool:
        if not legal[i, j] or mentor[i] == j or not places[j]:
            return False
        his = [int(scores[k, j]) for k in np.flatnonzero(mentor == j)]
        better = mentor[i] < 0 or scores[i, j] > scores[i, mentor[i]]
        return bool(better and (len(his) < places[j] or scores[i, j] > min(his)))

    counted = sum(wants(i, j) for i, j in itertools.product(*map(range, scores.shape)))
    assert blocking_pairs(mentor, scores, scores, legal, places) == counted


@pytest.mark.parametrize("kind", ["all different", "few values"])
def test_the_total_is_that_of_scipy(kind: str) -> None:
    values = np.random.default_rng(1).integers(
        0, 1_000_000 if kind == "all different" else 3, 90_000
    )
    scores = values.reshape(300, 300).astype(np.int32)
    found = assign(scores, np.ones((300, 300), bool), np.ones(300, np.int64), objective="score")
    rows, columns = linear_sum_assignment(scores, maximize=True)
    assert found.proven
    assert total(scores, found.mentor) == scores[rows, columns].sum()


def test_scarce_places_are_shared_as_scipy_would() -> None:
    scores = np.random.default_rng(2).integers(0, 1_000_000, (200, 60)).astype(np.int32)
    found = assign(scores, np.ones(scores.shape, bool), np.full(60, 2), objective="participation")
    rows, columns = linear_sum_assignment(np.repeat(scores, 2, axis=1), maximize=True)
    assert count(found.mentor) == 120
    assert total(scores, found.mentor) == np.repeat(scores, 2, axis=1)[rows, columns].sum()


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_equal_scores_go_by_id(objective: str) -> None:
    found = assign(
        np.full((4, 3), 7, np.int32), np.ones((4, 3), bool), np.ones(3, np.int64),
        objective=objective,  # type: ignore[arg-type]
    )  # fmt: skip
    assert found.mentor.tolist() == [0, 1, 2, -1]


def test_a_pool_where_the_best_mentor_is_the_only_one_of_another() -> None:
    """What a greedy pairing gets wrong: the first takes the only mentor of the second."""
    scores = np.array([[900_000, 800_000], [850_000, 0]], np.int32)
    legal = np.array([[True, True], [True, False]])
    found = assign(scores, legal, np.ones(2, np.int64), objective="score")
    assert found.mentor.tolist() == [1, 0]


def test_prices_find_the_pairs_that_the_first_arcs_left_out() -> None:
    """Everybody likes the same few mentors, so that most must go to one far down their lists."""
    shuffled = random.Random(3).sample(range(120), 120)
    scores = np.array(
        [[1000 * (120 - j) + shuffled[i] * j for j in range(120)] for i in range(120)]
    )
    scores = scores.astype(np.int32)
    found = assign(scores, np.ones(scores.shape, bool), np.ones(120, np.int64), objective="score")
    rows, columns = linear_sum_assignment(scores, maximize=True)
    assert found.proven
    assert total(scores, found.mentor) == scores[rows, columns].sum()
