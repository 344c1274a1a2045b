"""Rows of .csv and .jsonl files: each one is a document of its own."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any, BinaryIO, NamedTuple

from xcase.errors import ReadError
from xcase.read.decode import decode, is_blank, well_formed
from xcase.read.limits import (
    MAX_JSON_DEPTH,
    MAX_LINE_BYTES,
    MAX_ROW_FAULTS,
    MAX_TEXT_CHARS,
)
from xcase.read.skip import skip
from xcase.read.title import title_of
from xcase.records import Skipped, Source
from xcase.spreadsheet import reader

_DELIMITERS = ",;\t|"
# How often a table may be read over because a quote was not closed.
_REREAD = 10

# Spreadsheets like to capitalise; these columns are found all the same.
_KNOWN_COLUMNS = ("id", "text", "title")


class _Row(NamedTuple):
    """A row before its fields are checked; ``fields`` is the fault if it could not be parsed."""

    line: int
    raw: bytes
    fields: dict[str, Any] | ReadError


def read_rows(stream: BinaryIO, *, name: str = "-") -> Iterator[Source | Skipped]:
    """Yield the documents of JSON lines in UTF-8, however many, one line in memory at a time."""
    yield from _sources(_json_lines(stream), name)


def csv_rows(data: bytes, *, name: str) -> Iterator[Source | Skipped]:
    """Yield the documents of a table whose first row names the columns."""
    text, _ = decode(data)
    yield from _sources(_csv_records(text), name)


def _sources(rows: Iterator[_Row], name: str) -> Iterator[Source | Skipped]:
    seen: set[str] = set()
    number = faults = 0
    for number, row in enumerate(rows, start=1):
        try:
            if isinstance(row.fields, ReadError):
                raise row.fields
            source = _source(row.fields, name, number)
            if source.id in seen:
                message = f"the id {source.id!r} occurred before; ids must differ within a file"
                raise ReadError("E_DUPLICATE_ID", message)
        except ReadError as error:
            faults += 1
            if faults > MAX_ROW_FAULTS:
                continue
            digest = hashlib.sha256(row.raw).hexdigest()
            yield skip(name, error.code, f"line {row.line}: {error}", sha256=digest)
        else:
            seen.add(source.id)
            yield source
    if number == 0:
        yield skip(name, "E_NO_TEXT", "holds no rows")
    if faults > MAX_ROW_FAULTS:
        more = f"{faults - MAX_ROW_FAULTS:,} more rows cannot be read; mend those named before"
        yield skip(name, "E_ROW", more)


def _source(fields: dict[str, Any], name: str, number: int) -> Source:
    text = fields.get("text")
    if not isinstance(text, str):
        found = "null" if text is None else type(text).__name__
        message = f"no string `text` (found {found})" if "text" in fields else "no field `text`"
        raise ReadError("E_ROW", message)
    if len(text) > MAX_TEXT_CHARS:
        message = f"{len(text):,} characters, and {MAX_TEXT_CHARS:,} are the limit; split it"
        raise ReadError("E_LIMIT_SIZE", message)
    text = well_formed(text)
    if is_blank(text):
        raise ReadError("E_NO_TEXT", "`text` is blank")
    metadata = {
        well_formed(key): _storable(value)
        for key, value in fields.items()
        if key not in ("id", "text")
    }
    row_id = _row_id(fields.get("id")) or f"{name}#{number}"
    title = title_of(text, metadata, fallback=PurePosixPath(name).stem)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Source(row_id, name, digest, title, metadata, text)


def _row_id(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ReadError("E_ROW", f"`id` is {type(value).__name__}; use a string or a number")
    return well_formed(str(value)).strip()


def _storable(value: Any, depth: int = 1) -> Any:
    """Copy a JSON value without lone surrogates; refuse nesting that no writer survives."""
    if isinstance(value, str):
        return well_formed(value)
    if isinstance(value, list | dict) and depth >= MAX_JSON_DEPTH:
        raise ReadError("E_ROW", f"nested more than {MAX_JSON_DEPTH} deep")
    if isinstance(value, list):
        return [_storable(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {well_formed(key): _storable(item, depth + 1) for key, item in value.items()}
    return value


def _json_lines(stream: BinaryIO) -> Iterator[_Row]:
    number = 0
    first = True
    while line := stream.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(line) > MAX_LINE_BYTES:
            while line and not line.endswith(b"\n"):
                line = stream.readline(MAX_LINE_BYTES)
            message = f"longer than {MAX_LINE_BYTES:,} bytes; split the text"
            yield _Row(number, b"", ReadError("E_LIMIT_SIZE", message))
            continue
        raw = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if not raw.strip():
            continue
        if first and raw.strip() in (b"[", b"{"):
            message = "one JSON object a line is needed, not JSON over many lines"
            yield _Row(number, raw, ReadError("E_ROW", message))
            return
        first = False
        try:
            yield _Row(number, raw, _json_object(raw))
        except ReadError as error:
            yield _Row(number, raw, error)


def _json_object(raw: bytes) -> dict[str, Any]:
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_refuse_number,
            parse_float=_finite,
        )
    except UnicodeDecodeError as error:
        raise ReadError("E_ENCODING", f"not UTF-8 ({error.reason}); save it as UTF-8") from error
    except RecursionError as error:
        raise ReadError("E_ROW", f"nested more than {MAX_JSON_DEPTH} deep") from error
    except json.JSONDecodeError as error:
        raise ReadError("E_ROW", f"not JSON: {error.msg} at column {error.colno}") from error
    except ValueError as error:  # an integer of thousands of digits
        raise ReadError("E_ROW", f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise ReadError("E_ROW", f"a JSON object is needed, found {type(value).__name__}")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        [(twice, _)] = Counter(key for key, _ in pairs).most_common(1)
        raise ReadError("E_ROW", f"the key {twice!r} occurs twice")
    return fields


def _refuse_number(literal: str) -> float:
    raise ReadError("E_ROW", f"{literal} is no JSON number")


def _finite(literal: str) -> float:
    value = float(literal)
    return value if math.isfinite(value) else _refuse_number(literal)


def _csv_records(text: str) -> Iterator[_Row]:
    lines = list(io.StringIO(text, newline=""))
    header = next((line for line in lines if line.strip()), "")
    records = _csv_cells(lines, _delimiter(header))
    columns: list[str] = []
    for line, raw, cells in records:
        if isinstance(cells, ReadError):
            yield _Row(line, raw, cells)
        elif not any(cell.strip() for cell in cells):
            continue
        elif not columns:
            columns = _column_names(cells)
        elif len(cells) != len(columns):
            message = f"{len(cells)} fields, but the header has {len(columns)}"
            yield _Row(line, raw, ReadError("E_ROW", f"{message}; quote fields with delimiters"))
        else:
            yield _Row(line, raw, dict(zip(columns, cells, strict=True)))


def _delimiter(header: str) -> str:
    """Choose the delimiter that makes a column ``text`` of the header, else the most columns."""

    def columns(delimiter: str) -> tuple[bool, int]:
        cells = next(reader([header], delimiter))
        return "text" in [cell.strip().casefold() for cell in cells], len(cells)

    return max(_DELIMITERS, key=columns) if header else ","


def _csv_cells(
    lines: Sequence[str], delimiter: str
) -> Iterator[tuple[int, bytes, list[str] | ReadError]]:
    """Yield line number, bytes and cells of each record; after a fault go on with the next line.

    A quote that nothing closes takes in all that follows: if that happens again and again, a
    record is one line from there on.
    """
    start = lost = 0
    while start < len(lines):
        begin = start
        last = len(lines) if lost < _REREAD * len(lines) else begin + 1
        records = reader(_between(lines, begin, last), delimiter, strict=True)
        try:
            for cells in records:
                end = begin + records.line_num
                yield start + 1, "".join(lines[start:end]).encode(), cells
                start = end
        except csv.Error as error:
            message = f"a quote is not closed or not doubled ({error})"
            yield start + 1, lines[start].encode(), ReadError("E_ROW", message)
            start += 1
            lost += records.line_num


def _between(lines: Sequence[str], begin: int, end: int) -> Iterator[str]:
    while begin < end:
        yield lines[begin]
        begin += 1


def _column_names(cells: list[str]) -> list[str]:
    """Name the columns; a blank or repeated name gets the number of its column."""
    names: dict[str, None] = {}  # in order, and quick to ask
    for number, cell in enumerate(cells, start=1):
        name = cell.strip()
        if name.casefold() in _KNOWN_COLUMNS:
            name = name.casefold()
        if name in ("id", "text") and name in names:
            raise ReadError("E_ROW", f"the column {name!r} occurs twice in the header")
        if not name or name in names:
            name = f"{name or 'column'}_{number}"
        names[name] = None
    if "text" not in names:
        found = ", ".join(list(names)[:20])
        raise ReadError("E_ROW", f"the header has no column `text` (it has {found}); rename one")
    return list(names)
