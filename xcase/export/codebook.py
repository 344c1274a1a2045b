"""The codebook: what every table, column and label means, for people and as a table."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from xcase import __version__
from xcase.errors import CODES
from xcase.export.meanings import (
    DIRECTION,
    KIND_OF_DOCUMENT,
    KIND_OF_SKILL,
    METHOD,
    Code,
    codes,
)
from xcase.export.tables import TABLES, Column
from xcase.spreadsheet import table_text
from xcase.taxonomy import FAMILIES, taxonomy_version

HEADER = ("kind", "table", "name", "type", "group", "meaning", "values", "see")
_TITLES = {
    "skill": "Skills",
    "phase": "Phases",
    "outcome": "Types of outcome",
    "status": "Statuses of a skill",
    "holder": "Holders of a skill",
    "polarity": "Polarities of an outcome",
    "verdict": "Verdicts on a transfer",
    "industry": "Industries",
}
# So many values of a column are listed beside it; longer lists have a section of their own.
_FEW = 12
_TYPES = {
    "flag": "true or false",
    "list": "list (in CSV parted by ` | `)",
    "object": "object (JSON)",
}


def as_csv() -> str:
    """Return the codebook as a table: tables, columns, then labels."""
    return table_text(_rows(), HEADER)


def as_markdown() -> str:
    """Return the codebook to read."""
    return "\n".join([*_opening(), *_tables(), *_labels()]) + "\n"


def _rows() -> Iterator[dict[str, Any]]:
    for table in TABLES:
        yield {"kind": "table", "name": table.name, "meaning": table.meaning}
        for column in table.columns:
            yield {
                "kind": "column",
                "table": table.name,
                "name": column.name,
                "type": column.type,
                "meaning": column.meaning,
                "values": " | ".join(column.values),
            }
    for code in codes():
        yield {
            "kind": code.kind,
            "name": code.name,
            "group": code.group,
            "meaning": code.meaning,
            "see": code.see,
        }


def _opening() -> Iterator[str]:
    yield f"# Codebook\n\nxcase {__version__}, taxonomy {taxonomy_version()}.\n"
    yield (
        "Facts are read by a model and may be wrong: `confidence` is the probability that one is "
        "right. A cell that a spreadsheet would run as a formula begins with `'` in CSV."
    )


def _tables() -> Iterator[str]:
    for table in TABLES:
        yield f"\n## Table `{table.name}`\n\n{table.meaning}\n"
        yield f"Key: {', '.join(f'`{name}`' for name in table.key)}.\n"
        yield "| column | type | meaning | values |\n|---|---|---|---|"
        for column in table.columns:
            kind = _TYPES.get(column.type, column.type)
            cells = (f"`{column.name}`", kind, _meaning(column), _values(column))
            yield f"| {' | '.join(map(_cell, cells))} |"


def _meaning(column: Column) -> str:
    told = column.meaning
    if column.to:
        told += f" A key of `{column.to}`."
    return told + (" Not in CSV." if column.long else "")


def _values(column: Column) -> str:
    return ", ".join(column.values) if len(column.values) <= _FEW else "see below"


def _labels() -> Iterator[str]:
    for kind, found in groupby(codes(), key=lambda c: c.kind):
        yield f"\n## {_TITLES[kind]}"
        if kind == "skill":
            yield from _skills(list(found))
        else:
            yield f"\n{_HEAD}"
            yield from map(_line, found)
    for title, meanings in (
        ("Kinds of document", KIND_OF_DOCUMENT),
        ("How a skill was found", METHOD),
        ("Directions of a transfer", DIRECTION),
        ("Kinds of skill in the labour market", KIND_OF_SKILL),
        ("Codes of errors", CODES),
    ):
        yield f"\n## {title}\n\n{_HEAD}"
        yield from (_line(Code("", name, "", meaning)) for name, meaning in meanings.items())


_HEAD = "| name | meaning | see |\n|---|---|---|"


def _skills(skills: list[Code]) -> Iterator[str]:
    for family in FAMILIES:
        own = [s for s in skills if s.group == family]
        if own:
            yield f"\n### {family}\n\n{_HEAD}"
            yield from map(_line, own)


def _line(code: Code) -> str:
    return f"| {' | '.join(map(_cell, (code.name, code.meaning, code.see)))} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
