"""Tables as CSV and as JSON lines."""

from __future__ import annotations

import json
from typing import Any

from xcase.export.tables import Column, Filled
from xcase.match.roster import lines_text
from xcase.spreadsheet import table_text
from xcase.store import to_json

# No word that stands in lists ends or begins with it, as a semicolon might.
BETWEEN = " | "


def as_csv(filled: Filled) -> str:
    """Return a table as CSV, without its long columns; no cell of it is a formula."""
    columns = [c for c in filled.table.columns if not c.long]
    rows = ({c.name: _cell(row[c.name], c) for c in columns} for row in filled.records())
    return table_text(rows, [c.name for c in columns])


def as_lines(filled: Filled) -> str:
    """Return a table as JSON lines, with its lists and objects as such."""
    return lines_text(to_json(row) for row in filled.records())


def _cell(value: Any, column: Column) -> Any:
    if value is None:
        return None
    if column.type == "list":
        return BETWEEN.join(value)
    if column.type == "object":
        return json.dumps(value, ensure_ascii=False) if value else None
    return str(value).lower() if column.type == "flag" else value
