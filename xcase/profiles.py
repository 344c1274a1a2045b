"""People as files give them: the rows of a table or of JSON, and one person's profile.

``similar`` and ``transfer`` read one person, ``match`` reads rosters; what is a row, how a file is
decoded and what is wrong with it is the same for all.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from xcase.columns import SYNONYMS, items, name_columns, normal
from xcase.errors import ReadError, UsageError
from xcase.read.decode import decode, well_formed
from xcase.records import Profile
from xcase.spreadsheet import freed, reader

# The number of a row in its file, and its cells by their headers as they are spelt there.
Row = tuple[int, dict[str, Any]]

STRINGS = ("id", "name", "text", "industry", "target_industry", "role")
LISTS = ("goals", "skills_have", "skills_want")
# A name this close to one that is read is most likely meant for it.
NEAR = 0.75
# Faults of one file that are told.
TOLD = 5
# With so many a file is not what it is taken for, and is read no further.
MOST_FAULTS = 1000


def read_rows(content: bytes, path: str) -> tuple[list[Row], list[str]]:
    """Return the rows of a CSV, JSON or JSON lines file that are sound, and the faults of others.

    Args:
        path: its name, for messages; ``.csv``, ``.json`` and ``.jsonl`` say what it is, else its
            first character does.
    """
    faults: list[str] = []
    rows: list[Row] = []
    try:
        text, _ = decode(content)
        for row in _rows(text, path):
            if not isinstance(row, str):
                rows.append((row[0], _storable(row[1])))
            elif len(faults) < MOST_FAULTS:
                faults.append(f"{path}{row}")
            else:
                faults.append(f"{path}: more than {MOST_FAULTS} faults; the rest was not read")
                break
    except ReadError as error:
        faults.append(f"{path}: {error}")
    return rows, faults


def read_profile(content: bytes, path: str) -> tuple[Profile, tuple[str, ...]]:
    """Read one profile: a JSON object, a JSON line, or a table with one row.

    Columns may bear the names that the exports of mentoring programmes give them.

    Returns:
        The profile, and a note on each unknown field (it is kept in ``extra``).

    Raises:
        UsageError: it is malformed, holds no profile or several, or a field has the wrong type.
    """
    rows, faults = read_rows(content, path)
    if faults:
        more = f"; and {len(faults) - TOLD} more" if len(faults) > TOLD else ""
        raise UsageError("; ".join(faults[:TOLD]) + more)
    if len(rows) != 1:
        raise UsageError(
            f"{path} holds {len(rows)} profiles, and one is asked for; give a file with one"
        )
    ((_, row),) = rows
    names = _names(row)
    values: dict[str, Any] = dict.fromkeys(STRINGS, "") | dict.fromkeys(LISTS, ())
    notes, extra = [], {}
    for header, value in row.items():
        name = names[header]
        if name in STRINGS:
            values[name] = _string(header, value, path)
        elif name in LISTS:
            values[name] = _list(header, value, path)
        else:
            extra[header] = value
            near = get_close_matches(header.lower(), (*STRINGS, *LISTS), n=1, cutoff=NEAR)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            notes.append(f"unknown field {header!r} is kept but not compared{hint}")
    return Profile(**values, extra=extra), tuple(notes)


def _names(row: Mapping[str, Any]) -> dict[str, str]:
    """Return our name of each header that is one of its names; misspelt ones keep theirs."""
    known = {other: name for name, others in SYNONYMS.items() for other in (name, *others)}
    sure = [header for header in row if normal(header) in known]
    names, _ = name_columns(sure)
    return {header: names.get(header, header) for header in row}


def _string(header: str, value: Any, path: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise UsageError(f"{path}: {header} must be a string, not {type(value).__name__}")
    return str(value).strip()


def _list(header: str, value: Any, path: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, list) and not all(isinstance(i, str) for i in value):
        raise UsageError(f"{path}: {header} must be a list of strings")
    if not isinstance(value, str | list):
        raise UsageError(f"{path}: {header} must be a list of strings, not {type(value).__name__}")
    return tuple(items(value))


def _rows(text: str, path: str) -> Iterator[Row | str]:
    """Yield each row, or its fault: what stands after the name of the file."""
    start, suffix = text.lstrip()[:1], Path(path).suffix.lower()
    json_like = start in ("{", "[") or (suffix in (".json", ".jsonl") and start)
    if suffix == ".csv" or not json_like:
        yield from _csv_rows(text)
    elif start == "[" and suffix != ".jsonl":
        yield from _json_rows(text)
    else:
        yield from _json_line_rows(text)


def _storable(row: Mapping[str, Any]) -> dict[str, Any]:
    """Copy a row without lone surrogates, which JSON may hold and no file."""

    def storable(value: Any) -> Any:
        if isinstance(value, list):
            return [well_formed(item) if isinstance(item, str) else item for item in value]
        return well_formed(value) if isinstance(value, str) else value

    return {well_formed(name): storable(value) for name, value in row.items()}


def _csv_rows(text: str) -> Iterator[Row | str]:
    header_line = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t|", key=lambda d: len(next(reader([header_line], d), [])))
    header: list[str] = []
    lines = reader(io.StringIO(text, newline=""), delimiter, strict=True)
    try:
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            if not header:
                header = [freed(cell) for cell in cells]
                twice = sorted({c for c in header if c and header.count(c) > 1})
                yield from (f": column {name!r} stands twice in the header" for name in twice)
            elif len(cells) != len(header):
                message = f"{len(cells)} cells, but the header has {len(header)}; quote delimiters"
                yield f" row {lines.line_num}: {message}"
            else:
                yield lines.line_num, dict(zip(header, map(freed, cells), strict=True))
    except csv.Error as error:
        yield f" row {lines.line_num}: a quote is not closed or doubled ({error})"


def _json_rows(text: str) -> Iterator[Row | str]:
    try:
        values = json.loads(text)
    except RecursionError:
        yield ": nested too deeply to hold profiles"
        return
    except ValueError as error:
        yield f": not JSON ({error})"
        return
    for number, value in enumerate(values, start=1):
        if isinstance(value, dict):
            yield number, value
        else:
            yield f" entry {number}: an object is needed, not {value!r:.40}"


def _json_line_rows(text: str) -> Iterator[Row | str]:
    first = True
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            if first and _is_object(text):
                yield number, json.loads(text)  # one profile, printed over many lines
                return
            yield f" row {number}: not JSON ({error})"
        else:
            if isinstance(value, dict):
                yield number, value
            else:
                yield f" row {number}: an object is needed, not {value!r:.40}"
        first = False


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
