"""From a profile and an index to ranked cases, each with the reasons that its score is made of.

Two steps. First all cases are compared by one vector a side and by their words (exact, a few
milliseconds at 100,000). The best of them are then read token by token: MaxSim (Khattab & Zaharia
2020) asks for every token of a part of the profile how near the nearest token of a facet comes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from xcase.similar.facets import FACETS
from xcase.similar.index import Index
from xcase.similar.profile import Reading
from xcase.similar.vectors import Encoder

# Cases read token by token: all of a small analysis, the best of the first step in a large one.
CANDIDATES = 100
# What MaxSim gives a passage that has nothing to do with the profile: the median over unrelated
# pairs of corpus/gold/profiles.jsonl, shown by scripts/measure_similar.py. Such a pair is worth 0.
FLOOR = 0.38

# How much each kind of reason counts; chosen by scripts/measure_similar.py on the profiles marked
# "choose" in corpus/gold/profiles.jsonl. They add up to 1.
WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "background": 0.30,
        "gap": 0.25,
        "journey": 0.10,
        "outcome": 0.05,
        "words": 0.05,
        "skills": 0.10,
        "industry": 0.10,
        "result": 0.05,
    }
)
# Which parts of a profile are held against which facets of a case.
ASKED: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = MappingProxyType(
    {
        "background": (("situation", "gap", "goal"), ("background", "gap")),
        "gap": (("gap", "goal"), ("background", "gap")),
        "journey": (("gap", "goal"), ("journey",)),
        "outcome": (("goal",), ("outcome",)),
    }
)


@dataclass(frozen=True, slots=True)
class Query:
    """A profile as vectors: ``tokens`` is ``q x 384``, ``part`` names the part of each row."""

    text: str
    tokens: np.ndarray
    part: np.ndarray
    before: np.ndarray
    after: np.ndarray


@dataclass(frozen=True, slots=True)
class Match:
    """How near one case comes: a value for each kind asked, and the sentences that speak for it.

    ``units[kind]`` are rows of the index's ``units``, the strongest first.
    """

    case: int
    values: dict[str, float]
    units: dict[str, tuple[int, ...]]


def embed(reading: Reading, encoder: Encoder) -> Query:
    """Turn the clauses of a profile into vectors."""
    clauses = [
        (part, clause) for part in ("situation", "gap", "goal") for clause in getattr(reading, part)
    ]
    clauses = clauses or [("gap", ", ".join(reading.skills))]
    vectors = encoder.encode([clause for _, clause in clauses])
    tokens = np.concatenate([v.tokens for v in vectors])
    part = np.repeat([part for part, _ in clauses], [len(v.tokens) for v in vectors])
    ahead = tokens[part != "situation"]
    return Query(
        text=reading.text,
        tokens=tokens,
        part=part,
        before=_mean(tokens),
        after=_mean(ahead if len(ahead) else tokens),
    )


def first_step(index: Index, query: Query, allowed: np.ndarray, count: int) -> np.ndarray:
    """Return the positions of the ``count`` most promising allowed cases, in index order.

    Args:
        allowed: one bool per case.
    """
    near = index.arrays["before"] @ query.before
    near += index.arrays["after"] @ query.after
    near[~allowed] = -np.inf
    words = np.where(allowed, index.words.values(query.text), 0)
    chosen = set(_top(near, count)) | set(_top(words, count // 4))
    return np.array(sorted(i for i in chosen if allowed[i]), dtype=int)


def match(index: Index, query: Query, cases: np.ndarray) -> list[Match]:
    """Compare a profile with some cases token by token."""
    if not len(cases) or not len(query.tokens):
        return [Match(int(i), {}, {}) for i in cases]
    rows = np.concatenate([np.arange(index.token_at[i], index.token_at[i + 1]) for i in cases])
    if not len(rows):
        return [Match(int(i), {}, {}) for i in cases]
    unit = index.arrays["token_unit"][rows]
    starts = np.flatnonzero(np.diff(unit, prepend=-1))
    # The nearest token of each sentence for each token of the profile.
    nearest = np.maximum.reduceat(index.vectors(rows) @ query.tokens.T, starts, axis=0)
    told = unit[starts]
    table = index.arrays["units"][told]
    bounds = np.searchsorted(table[:, 0], [cases, cases + 1])
    return [
        _match(int(case), nearest[a:b], told[a:b], table[a:b, 1], query.part)
        for case, a, b in zip(cases, *bounds, strict=True)
    ]


def diversify(
    vectors: np.ndarray, scores: Sequence[float], count: int, diversity: float
) -> list[int]:
    """Return the order in which to show results: near in score, far from what is shown already.

    Maximal marginal relevance (Carbonell & Goldstein 1998).

    Args:
        vectors: ``n x d`` rows of length one.
        diversity: 0 orders by score alone, 1 by distance alone.
    """
    left = list(np.argsort(-np.asarray(scores), kind="stable"))
    chosen: list[int] = []
    closest = np.zeros(len(scores))
    while left and len(chosen) < count:
        gains = [(1 - diversity) * scores[i] - diversity * closest[i] for i in left]
        best = int(left.pop(int(np.argmax(gains))))
        chosen.append(best)
        closest = np.maximum(closest, vectors @ vectors[best])
    return chosen


def _match(
    case: int, nearest: np.ndarray, told: np.ndarray, facets: np.ndarray, parts: np.ndarray
) -> Match:
    values, units = {}, {}
    for kind, (asked, sides) in ASKED.items():
        columns = np.isin(parts, asked)
        lines = np.isin(facets, [FACETS.index(side) for side in sides])
        if not columns.any() or not lines.any():
            continue
        found = nearest[lines][:, columns]
        value = (float(found.max(0).mean()) - FLOOR) / (1 - FLOOR)
        values[kind] = round(min(max(value, 0.0), 1.0), 4)
        # A sentence speaks for a reason by the tokens whose nearest stands in it.
        spoken = np.bincount(
            found.argmax(0), weights=np.maximum(found.max(0) - FLOOR, 0), minlength=len(found)
        )
        order = np.argsort(-spoken, kind="stable")[:2]
        units[kind] = tuple(int(told[lines][i]) for i in order if spoken[i] > 0)
    return Match(case, values, units)


def _mean(tokens: np.ndarray) -> np.ndarray:
    mean = tokens.mean(0) if len(tokens) else np.zeros(tokens.shape[1], np.float32)
    length = float(np.linalg.norm(mean))
    return mean / length if length else mean


def _top(values: np.ndarray, count: int) -> list[int]:
    if count >= len(values):
        return [int(i) for i in np.flatnonzero(values > -np.inf)]
    best = np.argpartition(-values, count)[:count]
    return [int(i) for i in best if values[i] > -np.inf and values[i] != 0]
