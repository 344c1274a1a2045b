"""Everything that an answer is made from, computed once for an analysis."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from xcase.embed import SentenceModel, TextEncoder
from xcase.records import Analysis
from xcase.transfer.bridge import Mention, mentions, words_by_place
from xcase.transfer.cases import CaseCounts, count_cases
from xcase.transfer.embedding import Contexts, contexts
from xcase.transfer.labour_market import LabourMarket, load_labour_market
from xcase.transfer.vectors import vectors_of
from xcase.transfer.verdict import WEIGHTS

Matrix = NDArray[np.float64]
Place = tuple[int, int]
DECIMALS = 4


@dataclass(frozen=True, slots=True)
class Base:
    """The three signals, and the mentions and phrases by (industry, skill) position.

    ``told`` are mentions of what the mentee can do, in cases that did not fail the skill.
    ``values`` are from x to x skills, 0 to 1, by the names of :data:`WEIGHTS`; ``score`` is their
    weighted sum.
    """

    cases: CaseCounts
    market: LabourMarket
    contexts: Contexts
    values: dict[str, Matrix]
    score: Matrix
    told: dict[Place, tuple[Mention, ...]]
    words: dict[Place, tuple[str, ...]]


def prepare(
    analysis: Analysis, folder: Path | None = None, *, encoder: TextEncoder | None = None
) -> Base:
    """Count the cases, read the tables and encode the mentions of an analysis.

    Args:
        analysis: what ``xcase analyze`` wrote; it may be empty.
        folder: where sentence vectors are kept; none are kept if it is None.
        encoder: the sentence model unless a test passes another.
    """
    told = tuple(mentions(analysis))
    # A sentence that names a skill twice is one context of it, and not alike to itself.
    apart = {(m.industry, m.skill, m.sentence): m for m in told}.values()
    vectors = vectors_of([m.sentence.quote for m in apart], folder, encoder or SentenceModel())
    places = np.array([(m.industry, m.skill) for m in apart], dtype=np.int64).reshape(-1, 2)
    cases, market = count_cases(analysis), load_labour_market()
    alike = contexts(vectors, places)
    values = {
        "cases": cases.value.round(DECIMALS),
        "labour_market": market.value.round(DECIMALS),
        "embedding": alike.value.round(DECIMALS),
    }
    score = np.sum([WEIGHTS[kind] * value for kind, value in values.items()], axis=0)
    return Base(cases, market, alike, values, score, _by_place(told, cases), words_by_place(told))


def _by_place(told: tuple[Mention, ...], cases: CaseCounts) -> dict[Place, tuple[Mention, ...]]:
    seen = (s for sightings in cases.sightings.values() for s in sightings)
    failed = {(s.case_id, s.skill) for s in seen if s.course == "failed"}
    found: dict[Place, list[Mention]] = defaultdict(list)
    for mention in sorted(told, key=lambda m: -m.confidence):
        if mention.own and (mention.case_id, mention.skill) not in failed:
            found[mention.industry, mention.skill].append(mention)
    return {place: tuple(there) for place, there in found.items()}
