"""Corrected cases as labelled narratives, as ``xcase evaluate`` and the training read them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from typing import Any

from xcase.annotate.labels import SKILLS, UNKNOWN_INDUSTRY
from xcase.records import Case, Document, Outcome, SkillMention
from xcase.sentences import Unit

_FIRST_PERSON = re.compile(r"\b(?:I|my|me)\b")
# A narrative counts as told in the first person from so many such words a hundred on.
_FIRST_SHARE = 0.02


def as_gold(document: Document, cases: Sequence[Case], units: Sequence[Unit]) -> dict[str, Any]:
    """Return a document and its cases as one gold record of the annotation guideline.

    Args:
        document: the document.
        cases: its cases, as corrected.
        units: its sentences, with those that belong to no case.
    """
    text = document.text
    skills, mentions = _skills(cases)
    return {
        "id": document.id,
        "url": f"own:{document.id}",
        "form": _form(cases, units),
        "person": "first" if _is_first_person(text) else "third",
        "hard": [*(["no_case"] if not cases else []), *(["multi_case"] if len(cases) > 1 else [])],
        "industry_from": _industry(cases, "industry_from"),
        "industry_to": _industry(cases, "industry_to"),
        "mentee": _people(cases, "mentee"),
        "mentor": _people(cases, "mentor"),
        "split": "dev",
        "text": text,
        "gold": {
            "sentences": [
                {"text": text[u.start : u.end], "phase": phase}
                for u, phase in zip(units, _phases(text, cases, units), strict=True)
            ],
            "skills": skills,
            "outcomes": [
                {"type": o.type, **_quote(o), "polarity": o.polarity}
                for c in cases
                for o in c.outcomes
            ],
            "cadence": [
                q.surface for c in cases for q in (*c.program.duration, *c.program.cadence)
            ],
        },
        "mentions": mentions,
        "cases": _bounds(cases, units),
    }


def _phases(text: str, cases: Sequence[Case], units: Sequence[Unit]) -> list[str]:
    """Return the phase of most of each unit: a person may have set one on words of his own."""
    cover = {i: s.phase for c in cases for s in c.sentences for i in range(s.start, s.end)}
    votes = (
        Counter(cover.get(i, "other") for i in range(u.start, u.end) if text[i].isalnum())
        for u in units
    )
    return [v.most_common(1)[0][0] if v else "other" for v in votes]


def _bounds(cases: Sequence[Case], units: Sequence[Unit]) -> list[dict[str, int]]:
    """Return the first and the last unit of each case."""
    starts = [u.start for u in units]
    inside = [(bisect_left(starts, c.start), bisect_left(starts, c.end)) for c in cases]
    return [{"start_sentence": a, "end_sentence": b - 1} for a, b in inside if a < b]


def _skills(cases: Sequence[Case]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the first mention of each skill, status and holder, and the further ones."""
    first: dict[tuple[str, str, str], dict[str, Any]] = {}
    again = []
    for mention in sorted((m for c in cases for m in c.skills), key=lambda m: m.start):
        if mention.skill not in SKILLS:
            continue
        told = {"canonical": mention.skill, "status": mention.status, "holder": mention.holder}
        item = {**told, **_quote(mention), "hypothetical": mention.hypothetical}
        key = (mention.skill, mention.status, mention.holder)
        if key in first:
            again.append(item)
        else:
            first[key] = item
    return list(first.values()), again


def _quote(fact: SkillMention | Outcome) -> dict[str, Any]:
    return {"surface": fact.surface, "start": fact.start, "end": fact.end}


def _form(cases: Sequence[Case], units: Sequence[Unit]) -> str:
    if not cases:
        return "negative"
    if len(cases) > 1:
        return "multi"
    return "headed" if sum(u.kind == "heading" for u in units) > 1 else "unheaded"


def _is_first_person(text: str) -> bool:
    words = len(text.split())
    return len(_FIRST_PERSON.findall(text)) > _FIRST_SHARE * words


def _industry(cases: Sequence[Case], side: str) -> str:
    guess = getattr(cases[0], side) if cases else None
    return guess.label if guess else UNKNOWN_INDUSTRY


def _people(cases: Sequence[Case], role: str) -> str | None:
    """Return who has a role: a part for each case, or for each person of a case that is alone."""
    names = [
        (person.name or person.description or "-") if (person := getattr(c, role)) else "-"
        for c in cases
    ]
    if len(cases) > 1:
        # Parts count the cases, and several people of one are joined like them.
        names = [" and ".join(part.strip() for part in name.split(";")) for name in names]
    return "; ".join(names) if any(n != "-" for n in names) else None
