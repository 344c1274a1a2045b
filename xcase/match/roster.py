"""Rosters: CSV, JSON or JSON lines to profiles and back, with every fault of a file at once."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from xcase.columns import LISTS, PEOPLE, name_columns, silent, told_items
from xcase.errors import UsageError, listed
from xcase.match.clocks import clock
from xcase.match.records import Profile, Roster, Side
from xcase.profiles import read_rows
from xcase.spreadsheet import table_text
from xcase.vocabulary import industry_meant

MAX_CAPACITY = 1000


def read_rosters(mentees: tuple[bytes, str], mentors: tuple[bytes, str]) -> tuple[Roster, Roster]:
    """Read both sides, each given as (content, path).

    Raises:
        UsageError: with every fault of both files, each with its row.
    """
    left, faults_left = parse_roster(*mentees, side="mentee")
    right, faults_right = parse_roster(*mentors, side="mentor")
    _refuse([*faults_left, *faults_right])
    return left, right


def read_roster(content: bytes, path: str, *, side: Side) -> Roster:
    """Read one side; raise UsageError with every fault of the file."""
    roster, faults = parse_roster(content, path, side=side)
    _refuse(faults)
    return roster


def parse_roster(content: bytes, path: str, *, side: Side) -> tuple[Roster, list[str]]:
    """Return the people of a file whose rows are sound, and the faults of the others.

    A person without an ``id`` goes by the e-mail address, else by the name.
    """
    rows, faults = read_rows(content, path)
    headers = list(dict.fromkeys(key for _, fields in rows for key in fields))
    known, _ = name_columns(headers, side)
    notes: list[str] = []
    profiles: list[Profile] = []
    first_row: dict[str, int] = {}
    named: dict[tuple[str, ...], Mapping[str, str]] = {}
    for number, fields in rows:
        cells = {
            h: cell
            for h, value in fields.items()
            if (cell := _plain(value, of_people=known[h] in PEOPLE)) not in ("", [])
        }
        # Of columns that mean the same each row is told by the first one that it fills.
        if (filled := tuple(cells)) not in named:
            named[filled], remarks = name_columns(list(filled), side)
            notes += remarks
        columns = {named[filled][h]: cell for h, cell in reversed(cells.items())}
        profile = _profile(number, fields, columns, path, faults, notes)
        if profile is None:
            continue
        if profile.id in first_row:
            message = f"id {profile.id!r} stands in row {first_row[profile.id]} already"
            faults.append(f"{path} row {number}: {message}")
            continue
        first_row[profile.id] = number
        profiles.append(profile)
    if not profiles and not faults:
        faults.append(f"{path}: holds nobody; a row for each {side} is needed")
    if rows and not set(known.values()) & {"id", "email", "name", "first_name"}:
        faults.append(f"{path}: no column `id`, `email` or `name` (found {', '.join(headers)})")
    notes = [f"{path}: {note}" for note in dict.fromkeys(notes)]
    return Roster(side, path, tuple(headers), tuple(profiles), tuple(notes)), faults


def roster_text(roster: Roster, *, suffix: str) -> str:
    """Return the rows of a roster as they were read, as ``.csv`` or JSON lines."""
    rows = [profile.raw for profile in roster.profiles]
    return table_text(rows, roster.header) if suffix == ".csv" else lines_text(rows)


def lines_text(rows: Iterable[object]) -> str:
    """Return records as JSON lines."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _refuse(faults: Sequence[str]) -> None:
    if faults:
        raise UsageError(f"the rosters have {listed(faults)}")


def _profile(
    number: int,
    fields: dict[str, Any],
    columns: dict[str, Any],
    path: str,
    faults: list[str],
    notes: list[str],
) -> Profile | None:
    columns = {
        name: told
        for name, value in columns.items()
        if (told := told_items(value, of_people=name in PEOPLE) if name in LISTS else value) != []
    }
    if not columns:
        return None
    given = [str(columns[n]) for n in ("first_name", "last_name") if n in columns]
    name = str(columns.get("name", " ".join(given)))
    person = str(columns.get("id", columns.get("email", name))).strip()
    where = f"{path} row {number}"
    if not person:
        faults.append(f"{where}: no id, e-mail address or name")
        return None
    try:
        capacity = _capacity(columns.get("capacity"))
    except ValueError as error:
        faults.append(f"{where} ({person}): {error}")
        capacity = None
    industries = {}
    for column in ("industry", "target_industry"):
        label = industry_meant(str(columns[column])) if column in columns else None
        if column in columns and label is None:
            told = f"{column} {columns[column]!r} is none of the known industries"
            notes.append(f"row {number}: {told}; it counts as not given")
        industries[column] = label
    if "time_zone" in columns and clock(columns["time_zone"]) is None:
        told = f"time zone {columns['time_zone']!r} is not known"
        notes.append(f"row {number}: {told}; it counts as not given")
    return Profile(
        id=person,
        row=number,
        name=name,
        industry=industries["industry"],
        target_industry=industries["target_industry"],
        capacity=capacity,
        columns=columns,
        raw=fields,
    )


def _plain(value: Any, *, of_people: bool) -> Any:
    """Return a cell as text, a list of texts, or what else JSON may hold; "" where it is empty.

    Args:
        of_people: the cell names somebody, who may be called as an empty cell is.
    """
    if isinstance(value, list):
        return told_items([v for v in value if not _nan(v)], of_people=of_people)
    if value is None or _nan(value):
        return ""
    if not isinstance(value, str):
        return value
    text = value.strip()
    return "" if silent(text, of_people=of_people) else text


def _nan(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _capacity(value: object) -> int | None:
    if value is None:
        return None
    try:
        number = float(str(value))
    except ValueError:
        number = -1.0
    if isinstance(value, bool) or not number.is_integer() or not 1 <= number <= MAX_CAPACITY:
        raise ValueError(
            f"capacity {value!r} must be a whole number from 1 to {MAX_CAPACITY:,}; "
            "take out the row of a mentor who has no place"
        )
    return int(number)
