"""Pairings and suggestions as files: JSON, JSON lines, and flat tables for other systems."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from xcase.match.records import Matching, Pair
from xcase.match.roster import lines_text
from xcase.spreadsheet import table_text
from xcase.store import to_json

PAIR_COLUMNS = (
    "mentee_id", "mentor_id", "score", "confidence", "cause", "nearest_relaxation", "reasons",
    "missing", "alternatives",
)  # fmt: skip
SUGGESTION_COLUMNS = ("mentee_id", "skills", "transfers", "cases", "mentors", "missing")


def matching_text(matching: Matching, *, suffix: str) -> str:
    """Return a pairing as ``.csv`` (a row a mentee), ``.jsonl`` (a line a mentee) or JSON."""
    if suffix == ".csv":
        rows = [*map(_pair_row, matching.pairs), *map(to_json, matching.unmatched)]
        return table_text(sorted(rows, key=lambda r: str(r["mentee_id"])), PAIR_COLUMNS)
    if suffix == ".jsonl":
        return lines_text(to_json(r) for r in (*matching.pairs, *matching.unmatched))
    return json.dumps(to_json(matching), ensure_ascii=False, indent=1) + "\n"


def suggestions_text(suggestions: Sequence[dict[str, Any]], *, suffix: str) -> str:
    """Return suggestions as ``.csv`` (names and scores only), JSON lines, or a JSON array."""
    if suffix == ".csv":
        return table_text(map(_suggestion_row, suggestions), SUGGESTION_COLUMNS)
    if suffix == ".json":
        return json.dumps(list(suggestions), ensure_ascii=False, indent=1) + "\n"
    return lines_text(suggestions)


def _suggestion_row(suggestion: dict[str, Any]) -> dict[str, Any]:
    names = {"skills": "skill", "transfers": "skill", "cases": "case_id", "mentors": "mentor_id"}
    row = {
        column: [f"{entry[name]} {entry['score']:.3f}" for entry in suggestion[column]]
        for column, name in names.items()
    }
    return {"mentee_id": suggestion["mentee_id"], "missing": suggestion["missing"], **row}


def _pair_row(pair: Pair) -> dict[str, Any]:
    return {
        "mentee_id": pair.mentee_id,
        "mentor_id": pair.mentor_id,
        "score": pair.score,
        "confidence": pair.confidence,
        "reasons": "; ".join(
            f"{r.kind} {r.value:.2f}" + "".join(f" “{e.quote}”" for e in r.evidence[:2])
            for r in sorted(pair.reasons, key=lambda r: -r.weight * r.value)
            if r.value
        ),
        "missing": "; ".join(pair.missing),
        "alternatives": "; ".join(f"{a.mentor_id} {a.score:.3f}" for a in pair.alternatives),
    }
