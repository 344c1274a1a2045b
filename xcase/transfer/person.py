"""A profile as far as ``transfer`` needs it: where somebody stands, and what they can do."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from xcase.errors import UsageError
from xcase.vocabulary import skill_names

COLUMNS = (
    "id", "name", "text", "industry", "target_industry", "role", "goals",
    "skills_have", "skills_want",
)  # fmt: skip
LISTS = re.compile(r"\s*[;,|\n]\s*")


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks; ``skills`` are names of the taxonomy, ``unknown`` what was told and is not in it.

    ``remarks`` name columns that look like misspelt ones.
    """

    name: str
    industry: str
    target_industry: str
    skills: tuple[str, ...]
    unknown: tuple[str, ...]
    remarks: tuple[str, ...]


def read_person(content: bytes, where: str) -> Person:
    """Read one profile: a JSON object, one JSON line, or one CSV row under its head.

    Skills come from ``skills_have`` and, by their names and aliases, from ``text``.

    Raises:
        UsageError: it is none of these, or holds several profiles, or a field of a wrong kind.
    """
    rows = list(_rows(content, where))
    if len(rows) != 1:
        raise UsageError(f"{where} holds {len(rows)} profiles; give a file with one")
    row = rows[0]
    names = [name for name in _listed(row, "skills_have", where) if name]
    found, unknown = [], []
    for name in names:
        hits = [hit.label for hit in skill_names().find(name)]
        found += hits
        unknown += [] if hits else [name]
    found += [hit.label for hit in skill_names().find(_text(row, "text", where))]
    return Person(
        name=_text(row, "name", where) or _text(row, "id", where),
        industry=_text(row, "industry", where),
        target_industry=_text(row, "target_industry", where),
        skills=tuple(dict.fromkeys(found)),
        unknown=tuple(unknown),
        remarks=tuple(_misspelt(row)),
    )


def _misspelt(row: Mapping[str, Any]) -> Iterator[str]:
    for key in row:
        near = get_close_matches(str(key), COLUMNS, n=1, cutoff=0.75)
        if near and key not in COLUMNS:
            yield f"column {key!r} is not read; did you mean {near[0]!r}?"


def _rows(content: bytes, where: str) -> Iterator[Mapping[str, Any]]:
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise UsageError(f"{where} is not UTF-8 text: {error.reason}") from error
    if not text:
        return
    if text[0] not in "{[":
        yield from csv.DictReader(io.StringIO(text, newline=""))
        return
    try:
        values = _json_values(text)
    except ValueError as error:
        raise UsageError(f"{where} is no JSON profile: {error}") from error
    for value in values:
        if not isinstance(value, dict):
            raise UsageError(f"{where} holds {type(value).__name__}, a profile is a JSON object")
        yield value


def _json_values(text: str) -> list[Any]:
    try:
        value = json.loads(text)
    except ValueError:
        # Several objects are JSON lines; a fault inside one is told for that one.
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    return value if isinstance(value, list) else [value]


def _text(row: Mapping[str, Any], key: str, where: str) -> str:
    value = row.get(key) or ""
    if not isinstance(value, str | int):
        raise UsageError(f"{where}: {key} must be text, not {type(value).__name__}")
    return str(value).strip()


def _listed(row: Mapping[str, Any], key: str, where: str) -> list[str]:
    value = row.get(key) or []
    if isinstance(value, str):
        return LISTS.split(value.strip())
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise UsageError(f"{where}: {key} must be a list of names")
    return value
