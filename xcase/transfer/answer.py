"""A question in, transfers out: which rows are asked for, in which order, with what reasons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from xcase.records import Bridge, Evidence, Reason, Transfer
from xcase.taxonomy import load_industries, load_skills
from xcase.transfer.base import Base
from xcase.transfer.cases import Sighting
from xcase.transfer.verdict import WEIGHTS, judge
from xcase.vocabulary import industry_known, skill_known

QUOTES = 3


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; None and () stand for all of them.

    ``made`` asks for the moves that cases make, and no others.
    """

    source: str | None = None
    target: str | None = None
    skills: tuple[str, ...] = ()
    made: bool = False

    def check(self) -> None:
        """Raise UsageError with the nearest names where a name is none of the taxonomy."""
        for industry in (self.source, self.target):
            if industry is not None:
                industry_position(industry)
        for skill in self.skills:
            skill_position(skill)


def ask(base: Base, question: Question, k: int) -> tuple[Transfer, ...]:
    """Return the ``k`` best rows, best first.

    The same industry on both sides is answered where it is asked for by name, and is left out where
    a side is open: nobody asks whether a skill carries to where it is.
    """
    sources = _positions(question.source)
    targets = _positions(question.target)
    skills = [skill_position(name) for name in question.skills] or range(len(load_skills()))
    block = base.score[np.ix_(sources, targets, list(skills))].copy()
    if question.source is None or question.target is None:
        block[np.equal.outer(sources, targets)] = -np.inf
    if question.made:
        block[base.cases.moves[np.ix_(sources, targets)] == 0] = -np.inf
    # A stable sort: rows of one score stay in the order of the taxonomy.
    best = np.argsort(-block, axis=None, kind="stable")[:k]
    rows = zip(*np.unravel_index(best, block.shape), strict=True)
    return tuple(
        _transfer(base, sources[a], targets[b], list(skills)[s])
        for a, b, s in rows
        if np.isfinite(block[a, b, s])
    )


def industry_position(name: str) -> int:
    """Return which industry of the taxonomy is meant."""
    return [industry.label for industry in load_industries()].index(industry_known(name))


def skill_position(name: str) -> int:
    """Return which skill of the taxonomy is meant, by its name or an alias."""
    return [skill.name for skill in load_skills()].index(skill_known(name))


def notes(base: Base, question: Question) -> tuple[str, ...]:
    """Return what a reader should know about the answer as a whole, one sentence each."""
    found = []
    sides = [name for name in (question.source, question.target) if name is not None]
    if not base.cases.moves.sum():
        found.append(
            "the analysis holds no case: scores come from labour market and embedding only"
        )
    elif question.source is not None and question.target is not None:
        a, b = (industry_position(name) for name in sides)
        n = base.cases.moves[a, b]
        if not n:
            found.append(
                "no case of the analysis makes this move: no verdict can be observed; cases count "
                "by the shares in other moves"
            )
    for name in dict.fromkeys(sides):
        position = industry_position(name)
        label = load_industries()[position].label
        if not base.market.measured[position]:
            found.append(
                f"{label} has no industry code: its labour-market figures are of all industries, "
                "and speak for no skill"
            )
        counts = base.cases.moves
        if counts.sum() and not counts[position].any() and not counts[:, position].any():
            found.append(f"no case of the analysis starts or ends in {label}")
    return tuple(found)


def _positions(name: str | None) -> list[int]:
    return list(range(len(load_industries()))) if name is None else [industry_position(name)]


def _transfer(base: Base, source: int, target: int, skill: int) -> Transfer:
    at = (source, target, skill)
    labels = load_industries()
    signals = {
        "cases": _case_signal(base, *at),
        "labour_market": _labour_signal(base, *at),
        "embedding": _embedding_signal(base, *at),
    }
    sightings = base.cases.sightings.get(skill, ())
    carried = _quotes(_nearest(sightings, source, target, "carried"))
    contexts = _context_quotes(base, *at)
    evidence = {"cases": carried, "labour_market": (), "embedding": contexts}
    reasons = tuple(
        Reason(kind, weight, float(base.values[kind][at]), evidence[kind])
        for kind, weight in WEIGHTS.items()
    )
    here = [s for s in sightings if (s.source, s.target) == (source, target)]
    against = _quotes(_nearest(sightings, source, target, "failed"))
    case = signals["cases"]
    return Transfer(
        skill=load_skills()[skill].name,
        source=labels[source].label,
        target=labels[target].label,
        score=sum(r.weight * r.value for r in reasons),
        verdict=judge(
            total=case["n"],
            carried=case["positive"],
            failed=case["failed"],
            low=case["low"],
            into=case["into_target"],
            labour=reasons[1].value if base.market.known(source, target) else 0.0,
            alike=reasons[2].value,
        ),
        reasons=reasons,
        signals=signals,
        bridge=Bridge(base.words.get((source, skill), ()), base.words.get((target, skill), ())),
        # A sentence that tells how the skill is talked about may tell of a failure.
        evidence=tuple(e for e in dict.fromkeys((*carried, *contexts)) if e not in against),
        counter_evidence=against,
        hypothetical=_quotes(s for s in here if s.course == "supposed"),
    )


def _case_signal(base: Base, source: int, target: int, skill: int) -> dict[str, Any]:
    at, counts = (source, target, skill), base.cases
    low, high = counts.interval(*at)
    here = [s for s in counts.sightings.get(skill, ()) if (s.source, s.target) == (source, target)]
    return {
        "n": counts.total(*at),
        "positive": int(counts.carried[at]),
        "low": round(low, 3),
        "high": round(high, 3),
        "failed": int(counts.failed[at]),
        "moves": int(counts.moves[source, target]),
        "into_target": counts.into(*at),
        "hypothetical": sum(s.course == "supposed" for s in here),
        "cases": [s.case_id for s in here if s.course == "carried"],
    }


def _labour_signal(base: Base, source: int, target: int, skill: int) -> dict[str, Any]:
    market = base.market
    return {
        "from": round(float(market.asked[source, skill]), 3),
        "to": round(float(market.asked[target, skill]), 3),
        "rca_from": round(float(market.advantage[source, skill]), 2),
        "rca_to": round(float(market.advantage[target, skill]), 2),
        "direction": market.direction(source, target, skill),
        "generality": round(float(market.generality[skill]), 3),
        "kind": market.kinds[skill],
        "measured_from": market.measured[source],
        "measured_to": market.measured[target],
    }


def _embedding_signal(base: Base, source: int, target: int, skill: int) -> dict[str, Any]:
    contexts = base.contexts
    found = contexts.counterpart(source, target, skill)
    counterpart = None
    if found is not None:
        counterpart = {"skill": load_skills()[found[0]].name, "cosine": round(found[1], 3)}
    return {
        "value": float(base.values["embedding"][source, target, skill]),
        "mentions_from": int(contexts.mentions[source, skill]),
        "mentions_to": int(contexts.mentions[target, skill]),
        "counterpart": counterpart,
    }


def _nearest(
    sightings: Iterable[Sighting], source: int, target: int, course: str
) -> list[Sighting]:
    """Return sightings of one course, those of this very move before those into the target.

    Who was there before is left out, unless the question is of staying.
    """
    into = [
        s
        for s in sightings
        if s.course == course and s.target == target and (s.source != target or source == target)
    ]
    return sorted(into, key=lambda s: s.source != source)


def _quotes(sightings: Iterable[Sighting]) -> tuple[Evidence, ...]:
    # One sentence a case: three cases say more than one case three times.
    return tuple(dict.fromkeys(s.evidence[0] for s in sightings))[:QUOTES]


def _context_quotes(base: Base, source: int, target: int, skill: int) -> tuple[Evidence, ...]:
    sides = dict.fromkeys(((source, skill), (target, skill)))
    return tuple(base.told[side][0].sentence for side in sides if side in base.told)
