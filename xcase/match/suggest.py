"""Suggestions for one mentee after the other, for whatever system makes the pairs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from xcase.embed import TextEncoder
from xcase.match.explain import Reasons
from xcase.match.legal import forbidden
from xcase.match.pairing import weigh_up
from xcase.match.records import Profile, Reason, Roster
from xcase.match.rules import Rules, check_columns, refuse
from xcase.match.score import HIGHEST, Context
from xcase.match.signals import CaseSignal, Signals
from xcase.records import Transfer
from xcase.store import to_json

# What the mentee says counts more than what helped others like her.
WANTED, HELPED = 0.7, 0.3


def suggest(
    mentees: Roster,
    mentors: Roster,
    rules: Rules,
    signals: Signals,
    encoder: TextEncoder | None,
    *,
    limit: int = 5,
) -> list[dict[str, Any]]:
    """Return for each mentee skills to work on, transfers, cases and mentors, best first.

    Args:
        mentees: with skills, as :func:`xcase.match.pairing.read_profiles` returns them.
        mentors: likewise; empty if nobody is to be suggested.
        limit: entries in each list.

    Raises:
        UsageError: the rules name columns or people that the rosters do not have.
    """
    if mentors.profiles:
        refuse(check_columns(rules, mentees, mentors))
    context, parts = weigh_up(mentees, mentors, rules, signals, encoder)
    scores = parts.scores()
    allowed = forbidden(mentees.profiles, mentors.profiles, rules).mask == 0
    allowed &= scores >= round(rules.min_score * HIGHEST)
    why = Reasons(context, parts)
    suggestions = []
    for i, mentee in enumerate(context.mentees):
        skills = _skills(mentee, context.cases[i])
        transfers = _transfers(mentee, signals)
        best = np.flatnonzero(allowed[i] & (scores[i] > 0))
        best = best[np.argsort(-scores[i, best], kind="stable")][:limit]
        mentors_found = []
        for j in best.tolist():
            reasons, missing, confidence = why.of(i, j)
            mentors_found.append(
                {
                    "mentor_id": context.mentors[j].id,
                    "score": int(scores[i, j]) / HIGHEST,
                    "confidence": confidence,
                    "reasons": to_json(reasons),
                    "missing": list(missing),
                }
            )
        suggestions.append(
            {
                "mentee_id": mentee.id,
                "skills": skills[:limit],
                "transfers": to_json(transfers[:limit]),
                "cases": [_case(c) for c in context.cases[i][:limit]],
                "mentors": mentors_found,
                "missing": _missing(mentee, context, i, transfers),
            }
        )
    return suggestions


def _skills(mentee: Profile, cases: Sequence[CaseSignal]) -> list[dict[str, Any]]:
    """Return what the mentee wants, and what like mentees built that he does not have."""
    reasons: dict[str, list[Reason]] = {}
    has = {s.skill for s in mentee.skills if s.aim == "have"}
    for skill in mentee.skills:
        if skill.aim == "want":
            reason = Reason("wanted", WANTED, skill.confidence, (skill.evidence,))
            reasons.setdefault(skill.skill, []).append(reason)
    good = [case for case in cases if case.good]
    total = sum(case.score for case in good)
    for name in sorted({skill for case in good for skill, _ in case.built} - has):
        with_it = [case for case in good if name in dict(case.built)]
        value = round(sum(case.score for case in with_it) / total, 3)
        quotes = tuple(dict(case.built)[name] for case in with_it[:2])
        reasons.setdefault(name, []).append(Reason("built_in_like_cases", HELPED, value, quotes))
    entries = [
        {
            "skill": skill,
            "score": round(sum(r.weight * r.value for r in of_skill), 6),
            "reasons": to_json(of_skill),
        }
        for skill, of_skill in reasons.items()
    ]
    return sorted(entries, key=lambda e: (-e["score"], e["skill"]))


def _transfers(mentee: Profile, signals: Signals) -> list[Transfer]:
    """Return what carries over to the target of the skills that the mentee has."""
    if not (mentee.industry and mentee.target_industry):
        return []
    has = {s.skill for s in mentee.skills if s.aim == "have"}
    known = signals.transfers(mentee.industry, mentee.target_industry)
    return [t for t in known if t.skill in has and t.verdict != "insufficient"]


def _case(case: CaseSignal) -> dict[str, Any]:
    return {
        "case_id": case.case_id,
        "document_id": case.document_id,
        "score": case.score,
        "reasons": to_json(case.reasons),
    }


def _missing(mentee: Profile, context: Context, i: int, transfers: Sequence[Transfer]) -> list[str]:
    aims = {s.aim for s in mentee.skills}
    told = {
        "skills wanted": "want" in aims,
        "skills had": "have" in aims,
        "industry": mentee.industry is not None,
        "target_industry": mentee.target_industry is not None,
        "transfers": bool(transfers),
        "like cases": bool(context.cases[i]),
        "mentors": bool(context.mentors),
    }
    return [name for name, known in told.items() if not known]
