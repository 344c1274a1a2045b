"""From a profile and an index to ranked cases, each with the reasons that its score is made of.

Two steps. First all cases are compared by one vector and by their words (exact, a few
milliseconds at 100,000). The best of them are then read token by token: MaxSim (Khattab & Zaharia
2020) asks for every token of the profile how near the nearest token of the case comes. Each token
is counted once, in the facet that answers it best, so that the facets' parts add up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from xcase.similar.facets import FACETS
from xcase.similar.index import Index
from xcase.similar.profile import Reading
from xcase.similar.vectors import Encoder, TokenVectors
from xcase.similar.words import words_of

# Cases read token by token: all of a small analysis, the best of the first step in a large one.
# Half of them are found by vectors, half by words; how many of the best this loses is not measured.
CANDIDATES = 100
# From this cosine on a token counts; .2 to .4 do as well on the profiles that chose it.
FLOOR = 0.3

# How much each kind of reason counts. The four facets share the profile's words between them, so
# that the largest score is gap + words + skills + industry = 1. The proportions were chosen
# on the 24 profiles of corpus/gold/profiles.jsonl that are marked "choose": a gap counts a fifth
# more than the background, what came later less; more of words or skills lowers nDCG@10, and so
# does any weight for a known result (.64 to .62), which is therefore a filter only.
WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "background": 0.70,
        "gap": 0.85,
        "journey": 0.64,
        "outcome": 0.56,
        "words": 0.05,
        "skills": 0.04,
        "industry": 0.06,
    }
)
_WORD_EDGE = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Query:
    """A profile as vectors: ``tokens`` is ``q x 384``, ``share`` says how much each row counts.

    Words that say nothing by themselves have no share; the others' shares add up to 1.
    """

    text: str
    tokens: np.ndarray
    share: np.ndarray
    mean: np.ndarray


@dataclass(frozen=True, slots=True)
class Match:
    """How near one case comes: each facet's value, and the sentences that speak for it.

    ``units[facet]`` are rows of the index's ``units``, the strongest first.
    """

    case: int
    values: dict[str, float]
    units: dict[str, tuple[int, ...]]


def embed(reading: Reading, encoder: Encoder) -> Query:
    """Turn the clauses of a profile into vectors, each token with its share."""
    clauses = [*reading.situation, *reading.gap, *reading.goal] or [", ".join(reading.skills)]
    vectors = encoder.encode(clauses)
    tokens = np.concatenate([v.tokens for v in vectors])
    share = np.concatenate([says(c, v) for c, v in zip(clauses, vectors, strict=True)])
    share /= max(share.sum(), 1.0)
    mean = share @ tokens
    length = float(np.linalg.norm(mean))
    return Query(reading.text, tokens, share, mean / length if length else mean)


def first_step(
    index: Index, query: Query, words: np.ndarray, allowed: np.ndarray, count: int
) -> np.ndarray:
    """Return the positions of the ``count`` most promising allowed cases, in index order.

    Args:
        words: each case's value by its words.
        allowed: one bool per case.
    """
    near = index.arrays["sides"] @ query.mean
    near[~allowed] = -np.inf
    chosen = set(_top(near, count // 2)) if len(near) > count else set(range(len(near)))
    if len(chosen) < len(near):
        chosen |= set(_top(np.where(allowed, words, 0), count // 2))
    return np.array(sorted(i for i in chosen if allowed[i]), dtype=int)


def match(
    index: Index, query: Query, cases: np.ndarray, weights: Mapping[str, float]
) -> list[Match]:
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
    near = np.clip((nearest - FLOOR) / (1 - FLOOR), 0, 1)
    weight = np.array([weights[facet] for facet in FACETS])[table[:, 1]]
    bounds = np.searchsorted(table[:, 0], [cases, cases + 1])
    return [
        _match(int(case), near[a:b], weight[a:b], told[a:b], table[a:b, 1], query.share)
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
    case: int,
    near: np.ndarray,
    weight: np.ndarray,
    told: np.ndarray,
    facets: np.ndarray,
    share: np.ndarray,
) -> Match:
    if not len(near):
        return Match(case, {}, {})
    best = (near * weight[:, None]).argmax(0)
    parts = near[best, np.arange(len(best))] * share
    said = np.bincount(best, weights=parts, minlength=len(near))
    values: dict[str, float] = {}
    units: dict[str, tuple[int, ...]] = {}
    for number, facet in enumerate(FACETS):
        lines = np.flatnonzero((facets == number) & (said > 0))
        if len(lines):
            values[facet] = round(float(said[lines].sum()), 4)
            strongest = lines[np.argsort(-said[lines], kind="stable")[:2]]
            units[facet] = tuple(int(told[i]) for i in strongest)
    return Match(case, values, units)


def says(clause: str, vectors: TokenVectors) -> np.ndarray:
    """Return 1 for each token whose word says something by itself, else 0."""
    # In float32: any other type would copy the whole index to compare it.
    says = np.zeros(len(vectors.tokens), dtype=np.float32)
    for i, (start, end) in enumerate(vectors.spans):
        while start > 0 and _WORD_EDGE.match(clause[start - 1]):
            start -= 1
        while end < len(clause) and _WORD_EDGE.match(clause[end]):
            end += 1
        says[i] = bool(words_of(clause[start:end]))
    return says


def _top(values: np.ndarray, count: int) -> list[int]:
    if count >= len(values):
        return [int(i) for i in np.flatnonzero(values > -np.inf)]
    best = np.argpartition(-values, count)[:count]
    return [int(i) for i in best if values[i] > -np.inf and values[i] != 0]
