"""One SQLite file of all tables, and what Datasette tells of them.

The file is made in memory: on disk it is there as a whole or not at all, and made of the same
analysis by the same SQLite it has the same bytes.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

from xcase import __version__
from xcase.errors import UsageError
from xcase.export.tables import TABLES, Column, Filled, Table
from xcase.records import Analysis
from xcase.store import to_json

# The name of the file, by which metadata.json names it.
DATABASE = "xcase"
_TYPES = {"integer": "INTEGER", "flag": "INTEGER", "real": "REAL"}
_TAXONOMY_SOURCE = "xcase; points to ESCO (European Commission) and O*NET 29.3 (USDOL/ETA)"
_MARKET_SOURCE = "the analysis; O*NET 29.3 (USDOL/ETA, modified); BLS OEWS of May 2025"
_CC_BY = {"license": "CC BY 4.0", "license_url": "https://creativecommons.org/licenses/by/4.0/"}


def database(tables: Sequence[Filled]) -> bytes:
    """Return the tables as an SQLite file with keys, indexes and full-text search.

    Raises:
        UsageError: the SQLite of this Python has no full-text search.
    """
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        for filled in tables:
            connection.execute(_create(filled.table))
            _insert(connection, filled)
        for filled in tables:
            try:
                for statement in (*_indexes(filled.table), *_search(filled.table)):
                    connection.execute(statement)
            except sqlite3.OperationalError as error:
                raise UsageError(
                    f"the SQLite of this Python cannot do this ({error}); leave sqlite out with "
                    "--format, or use another Python"
                ) from error
        connection.commit()
        return connection.serialize()


def metadata(analysis: Analysis) -> str:
    """Return the metadata.json that Datasette shows beside the tables."""
    counts = analysis.counts()
    described = {t.name: {**_describe(t), **_rights(t)} for t in TABLES}
    told = {
        "title": "Mentorship cases",
        "description": (
            f"{counts['cases']} cases in {counts['documents']} documents, as xcase {__version__} "
            "exported them. Facts are read by a model and may be wrong: see their confidence."
        ),
        "source": "The documents named in the table documents",
        "license": "Not stated: the texts belong to those who wrote them",
        "databases": {DATABASE: {"tables": described}},
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _create(table: Table) -> str:
    parts = [_define(column) for column in table.columns]
    parts.append(f"PRIMARY KEY ({_names(table.key)})")
    parts += [
        f"FOREIGN KEY ({_name(c.name)}) REFERENCES {_name(c.to)} ({_names(_key(c.to))})"
        for c in table.columns
        if c.to
    ]
    return f"CREATE TABLE {_name(table.name)} (\n  " + ",\n  ".join(parts) + "\n)"


def _define(column: Column) -> str:
    told = f"{_name(column.name)} {_TYPES.get(column.type, 'TEXT')}"
    return f"{told} CHECK ({_name(column.name)} IN (0, 1))" if column.type == "flag" else told


def _key(name: str) -> tuple[str, ...]:
    return next(t.key for t in TABLES if t.name == name)


def _insert(connection: sqlite3.Connection, filled: Filled) -> None:
    columns = filled.table.columns
    places = ", ".join("?" * len(columns))
    connection.executemany(
        f"INSERT INTO {_name(filled.table.name)} VALUES ({places})",
        ([_value(v, c) for v, c in zip(row, columns, strict=True)] for row in filled.rows),
    )


def _value(value: Any, column: Column) -> Any:
    if value is not None and column.type in ("list", "object"):
        value = json.dumps(to_json(value), ensure_ascii=False)
    # Half of a surrogate pair, which no UTF-8 can hold, is a question mark as on disk.
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _indexes(table: Table) -> Iterator[str]:
    for columns in table.indexes:
        name = _name(f"{table.name}_{'_'.join(columns)}")
        yield f"CREATE INDEX {name} ON {_name(table.name)} ({_names(columns)})"


def _search(table: Table) -> Iterator[str]:
    """Datasette finds such a table by its name and shows a box for searching."""
    if table.search:
        index = _name(f"{table.name}_fts")
        yield (
            f"CREATE VIRTUAL TABLE {index} USING fts5 ({_names(table.search)}, "
            f"tokenize='unicode61 remove_diacritics 2', content={_name(table.name)})"
        )
        yield f"INSERT INTO {index} ({index}) VALUES ('rebuild')"


def _describe(table: Table) -> dict[str, Any]:
    return {
        "description": table.meaning,
        "columns": {c.name: c.meaning for c in table.columns},
    }


def _rights(table: Table) -> dict[str, str]:
    if table.name == "taxonomy":
        return {"source": _TAXONOMY_SOURCE, **_CC_BY}
    return {"source": _MARKET_SOURCE, **_CC_BY} if table.name == "transfers" else {}


def _names(names: Sequence[str]) -> str:
    return ", ".join(map(_name, names))


def _name(name: str) -> str:
    return f'"{name}"'
