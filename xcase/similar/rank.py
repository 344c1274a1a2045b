"""From a profile and an index to ranked cases, each with the reasons that its score is made of.

Two steps. First all cases are compared by one vector and by their words (exact, a few
milliseconds at 100,000; from half a million on by lists). The best of them are then read token by
token: MaxSim (Khattab & Zaharia 2020) asks for every token of the profile how near the nearest
token of the case comes. Each token is counted once, in the facet that answers it best, so that the
facets' parts add up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from xcase.embed import TokenEncoder, encode, unit_length
from xcase.similar.facets import FACETS
from xcase.similar.index import Index
from xcase.similar.profile import ProfileReading
from xcase.similar.sound import require
from xcase.similar.words import telling
from xcase.vectors import LONGEST, comparable

# Cases read token by token: all of a small analysis, the best of the first step in a large one.
# Half of them are found by vectors, half by words; docs/scale.md says how many answers stay.
CANDIDATES = 100
# Where so large a share of the cases may be shown, lists are asked and not every vector.
MOST_ALLOWED = 0.5
# From this cosine on a token counts; chosen with the weights.
FLOOR = 0.4

# How much each kind of reason counts. The four facets share the profile's words between them, so
# that the largest score is gap + whole + words + skills + industry = 1. "Whole" is the cosine of
# the mean vectors of profile and case, both without what all cases have in common: it finds what is
# alike though no single word is. The
# proportions of the facets, skills and industry were chosen on the 24 profiles of
# corpus/gold/profiles.jsonl marked "choose"; those of whole and words, and FLOOR, on all 86
# (scripts/choose_similar.py, which also reports what cross-validation says of that choice).
WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "background": 0.483,
        "gap": 0.586,
        "journey": 0.441,
        "outcome": 0.386,
        "whole": 0.276,
        "words": 0.069,
        "skills": 0.028,
        "industry": 0.041,
    }
)


@dataclass(frozen=True, slots=True)
class Query:
    """A profile as vectors: ``tokens`` is ``q x 384``, ``share`` says how much each row counts.

    Words that say nothing by themselves are left out; the others' shares add up to 1.
    """

    text: str
    tokens: np.ndarray
    share: np.ndarray
    mean: np.ndarray


@dataclass(frozen=True, slots=True)
class Match:
    """How near one case comes: each facet's value, and what its sentences add to it.

    ``said[i]`` is what ``units[i]``, a row of the index's ``units`` of facet ``facets[i]``, adds.
    """

    case: int
    values: dict[str, float]
    units: np.ndarray
    facets: np.ndarray
    said: np.ndarray

    def strongest(self, facet: str) -> list[int]:
        """Return the two sentences that speak most for a facet, as rows of the index's ``units``.

        Args:
            facet: one of :data:`FACETS`, or "whole" for any of them.
        """
        here = facet == "whole" or self.facets == FACETS.index(facet)
        lines = np.flatnonzero(here & (self.said > 0))
        best = lines[np.argsort(-self.said[lines], kind="stable")[:2]]
        return [int(self.units[i]) for i in best]


def embed(reading: ProfileReading, encoder: TokenEncoder) -> Query:
    """Turn the clauses of a profile into vectors, each token with its share."""
    clauses = [*reading.situation, *reading.gap, *reading.goal]
    vectors = encode(encoder, clauses)
    told = [telling(c, v.spans) for c, v in zip(clauses, vectors, strict=True)]
    tokens = np.concatenate([v.tokens[kept] for v, kept in zip(vectors, told, strict=True)])
    # In float32: any other type would copy the whole index to compare it.
    share = np.full(len(tokens), 1 / max(len(tokens), 1), dtype=np.float32)
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
    if allowed.sum() <= count:
        return np.flatnonzero(allowed)
    chosen = {
        *_nearest(index, query.mean, allowed, count // 2),
        *top(np.where(allowed, words, 0), count // 2),
    }
    return np.array(sorted(chosen), dtype=int)


def _nearest(index: Index, mean: np.ndarray, allowed: np.ndarray, count: int) -> list[int]:
    # What is near to everything is not near to this.
    asked = mean - index.arrays["centre"]
    # A few lists of cases of which most are not allowed hold too few of the nearest.
    if index.lists is not None and allowed.mean() > MOST_ALLOWED:
        return [int(i) for i in index.lists.nearest(asked, count, allowed)]
    near = index.arrays["middles"] @ asked
    require(bool((np.abs(near) <= 2 * LONGEST).all()))
    near[~allowed] = -np.inf
    return top(near, count)


def match(
    index: Index, query: Query, cases: np.ndarray, weights: Mapping[str, float]
) -> list[Match]:
    """Compare a profile with some cases (positions, ascending) token by token.

    Raises:
        AnalysisError: the index is damaged.
    """
    nothing = np.zeros(0, dtype=np.int64)
    found = [Match(int(i), {}, nothing, nothing, nothing) for i in cases]
    rows = _rows(index.token_at, cases)
    if not len(rows) or not len(query.tokens):
        return found
    unit = index.arrays["token_unit"][rows]
    owner = np.repeat(cases, index.token_at[cases + 1] - index.token_at[cases])
    require(bool(((index.unit_at[owner] <= unit) & (unit < index.unit_at[owner + 1])).all()))
    starts = np.flatnonzero(np.diff(unit, prepend=-1))
    # The nearest token of each sentence for each token of the profile.
    nearest = np.maximum.reduceat(index.nearness(rows, query.tokens), starts, axis=0)
    told = unit[starts]
    table = index.arrays["units"][told]
    require(_are_units(table, owner[starts]))
    near = np.clip((nearest - FLOOR) / (1 - FLOOR), 0, 1)
    place = np.searchsorted(cases, table[:, 0])
    facets = table[:, 1].astype(np.int64)
    weight = np.array([weights[facet] for facet in FACETS])[facets]
    said = _said(near, near * weight[:, None], place, query.share)
    sums = np.bincount(place * len(FACETS) + facets, said, len(cases) * len(FACETS))
    values = np.round(sums.reshape(-1, len(FACETS)), 4)
    # Where no word of the profile is near to any of the case, nothing is.
    middles, centre = index.arrays["middles"][cases], index.arrays["centre"]
    require(comparable(middles) and comparable(centre))
    asked = unit_length(query.mean - centre)
    whole = (unit_length(middles - centre) @ asked).clip(0, 1) * (values.sum(1) > 0)
    values = np.column_stack([values, np.round(whole, 4)])
    bounds = np.searchsorted(place, [np.arange(len(cases)), np.arange(1, len(cases) + 1)])
    return [
        Match(
            one.case,
            {kind: float(v) for kind, v in zip((*FACETS, "whole"), row, strict=True) if v > 0},
            told[a:b],
            facets[a:b],
            said[a:b],
        )
        for one, row, a, b in zip(found, values, *bounds, strict=True)
    ]


def diversify(
    vectors: np.ndarray, scores: Sequence[float], count: int, diversity: float
) -> list[int]:
    """Return which results to show, as chosen: high in score, far from those chosen before.

    Maximal marginal relevance (Carbonell & Goldstein 1998).

    Args:
        vectors: ``n x d`` rows of length one.
        diversity: 0 orders by score alone, 1 by distance alone.
    """
    worth = (1 - diversity) * np.asarray(scores, dtype=float)
    # Of equals the one with the higher score, then the first.
    order = np.argsort(-np.asarray(scores), kind="stable")
    chosen: list[int] = []
    closest = np.zeros(len(scores))
    while len(chosen) < min(count, len(scores)):
        gains = worth - diversity * closest
        best = int(order[np.argmax(gains[order])])
        chosen.append(best)
        worth[best] = -np.inf
        closest = np.maximum(closest, vectors @ vectors[best])
    return chosen


def _said(near: np.ndarray, worth: np.ndarray, place: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Return what each sentence adds to its case, each token counting in the best sentence only.

    Args:
        near: sentences x tokens, from 0 to 1; ``worth`` is the same times the facet's weight.
        place: the case of each sentence, ascending.
    """
    starts = np.flatnonzero(np.diff(place, prepend=-1))
    best = np.maximum.reduceat(worth, starts, axis=0)
    line, token = np.nonzero((worth > 0) & (worth == best[np.searchsorted(place[starts], place)]))
    # Of equals the first: rows come in order.
    _, first = np.unique(place[line] * near.shape[1] + token, return_index=True)
    line, token = line[first], token[first]
    return np.bincount(line, near[line, token] * share[token], len(near))


def _are_units(table: np.ndarray, owner: np.ndarray) -> bool:
    """Say whether rows of ``units`` are sentences of these cases."""
    case, facet, start, end = table.T
    return bool(
        (
            (case == owner) & (facet >= 0) & (facet < len(FACETS)) & (start >= 0) & (start < end)
        ).all()
    )


def _rows(bounds: np.ndarray, cases: np.ndarray) -> np.ndarray:
    spans = [np.arange(bounds[i], bounds[i + 1]) for i in cases]
    return np.concatenate([np.zeros(0, dtype=np.int64), *spans])


def top(values: np.ndarray, count: int) -> list[int]:
    """Return the positions of the ``count`` highest values that are neither 0 nor -inf."""
    all_of_them = count >= len(values)
    best = range(len(values)) if all_of_them else np.argpartition(-values, count)[:count]
    return [int(i) for i in best if values[i] > -np.inf and values[i] != 0]
