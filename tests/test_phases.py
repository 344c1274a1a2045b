"""The likeliest way through the phases of all sentences."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from xcase.phases import START, as_table, likeliest_way, phase_order
from xcase.records import PHASES

BACKGROUND, JOURNEY, OUTCOME, OTHER = range(4)


@pytest.mark.parametrize("weight", [0.0, 0.2, 1.0])
def test_no_other_way_is_likelier(weight: float) -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        odds = rng.dirichlet(np.full(4, 0.4), size=5)
        order = rng.normal(size=(5, 4))

        def worth(
            way: tuple[int, ...], odds: np.ndarray = odds, order: np.ndarray = order
        ) -> float:
            said = sum(np.log(odds[i, place] + 1e-4) for i, place in enumerate(way))
            steps = sum(order[1 + a, b] for a, b in itertools.pairwise(way))
            return float(said + weight * (order[0, way[0]] + steps))

        best = max(itertools.product(range(4), repeat=5), key=worth)
        assert worth(tuple(likeliest_way(odds.tolist(), order, weight))) == pytest.approx(
            worth(best)
        )


def test_a_sentence_in_doubt_follows_the_order() -> None:
    doubt = (0.02, 0.47, 0.49, 0.02)
    odds = [(0.97, 0.01, 0.01, 0.01), doubt, (0.01, 0.97, 0.01, 0.01)]

    assert likeliest_way(odds, phase_order(), 0.0)[1] == OUTCOME
    assert likeliest_way(odds, phase_order(), 0.2) == [BACKGROUND, JOURNEY, JOURNEY]


def test_what_the_network_is_sure_of_stays() -> None:
    sure = [tuple(np.eye(4)[place]) for place in (OUTCOME, JOURNEY, BACKGROUND, OUTCOME, OTHER)]

    assert likeliest_way(sure, phase_order(), 0.2) == [2, 1, 0, 2, 3]


def test_no_sentence_has_no_way() -> None:
    assert likeliest_way([], phase_order(), 0.2) == []


def test_the_order_is_read_by_name() -> None:
    named = {
        f"{a}_{b}": float(i) for i, (a, b) in enumerate(itertools.product((START, *PHASES), PHASES))
    }

    assert as_table(named).tolist() == np.arange(20.0).reshape(5, 4).tolist()
