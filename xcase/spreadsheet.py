"""CSV that no spreadsheet runs: a cell that would be a formula is quoted, and freed when read."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

# A cell that begins with one of these is, or hides, a formula to a spreadsheet (OWASP ASVS 1.2.10
# and its page on CSV injection; the wide signs are for spreadsheets set to Chinese or Japanese).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
_QUOTE = "'"
# The most that Python takes on every system; texts are capped where they are read.
ANY_LENGTH = 2**31 - 1


def reader(lines: Iterable[str], delimiter: str, *, strict: bool = False) -> Any:
    """Return a ``csv.reader`` of cells of any length; a ``strict`` one refuses stray quotes.

    Python's limit on a cell is one for the whole process: read elsewhere, the same file would
    have other faults.
    """
    csv.field_size_limit(ANY_LENGTH)
    return csv.reader(lines, delimiter=delimiter, strict=strict)


def table_text(rows: Iterable[Mapping[str, Any]], header: Sequence[str]) -> str:
    """Return rows as CSV; no cell can start a formula in a spreadsheet, lists are parted by ``;``.

    The quote that disarms a cell is taken off again by :func:`freed`.
    """
    lines = _Lines()
    writer = csv.writer(lines, lineterminator=_Lines.END)
    writer.writerow([defused(name) for name in header])
    writer.writerows([defused(row.get(name)) for name in header] for row in rows)
    return "".join(lines)


class _Lines(list[str]):
    """The rows of a table, ended by ``\\n``.

    The writer quotes a cell that holds what it ends rows with: told of ``\\n`` alone it would leave
    a carriage return bare, and a reader would begin a row there.
    """

    END = "\r\n"

    def write(self, line: str) -> None:
        self.append(line.removesuffix(self.END) + "\n")


def defused(value: object) -> str:
    """Return a value as a cell; numbers stay as they are, also negative ones."""
    if value is None:
        return ""
    text = "; ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    if isinstance(value, int | float):
        return text
    return _QUOTE + text if text.startswith(FORMULA) else text


def freed(cell: str) -> str:
    """Return a cell without the blanks around it and without the quote of :func:`defused`."""
    armed = cell.strip()
    return armed[1:] if armed.startswith(_QUOTE) and armed[1:].startswith(FORMULA) else armed
