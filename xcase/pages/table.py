"""A table as a page shows it: a caption, headed columns, and cells of text, numbers and links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell; ``href`` makes it a link, ``unsure`` shows it fainter and says so."""

    text: str
    href: str = ""
    unsure: bool = False
    number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first cell of each row is its heading."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """Return a table of plain values; a value may be a :class:`Cell` already, None is empty."""
    return Table(caption, tuple(columns), tuple(tuple(map(_cell, row)) for row in rows))


def _cell(value: object) -> Cell:
    if isinstance(value, Cell):
        return value
    if value is None:
        return Cell("")
    if isinstance(value, float):
        return Cell(f"{value:.2f}", number=True)
    return Cell(str(value), number=isinstance(value, int) and not isinstance(value, bool))
