"""What ``xcase export`` does between its options and its output."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from xcase import disk, store
from xcase.errors import UsageError, XcaseError
from xcase.export import codebook, refi, sqlite
from xcase.export.lines import as_csv, as_lines
from xcase.export.tables import Filled, fill
from xcase.own import EXPORT_MARK, exported
from xcase.records import Analysis, Transfer
from xcase.transfer import Base, Question, ask, prepare

Format = Literal["csv", "jsonl", "sqlite", "codebook", "qdpx"]
FORMATS: tuple[Format, ...] = get_args(Format)
# These hold the table of transfers, for which the sentence model is needed.
_WITH_TRANSFERS = {"csv", "jsonl", "sqlite"}


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written; ``rows`` are those of its table, None where it is not one table."""

    file: str
    format: Format
    bytes: int
    rows: int | None


def export(
    folder: Path,
    out: Path,
    *,
    formats: Collection[Format] = FORMATS,
    base: Base | None = None,
    note: Callable[[str], None] = lambda _: None,
) -> tuple[Exported, ...]:
    """Write an analysis for other programs; each file is written whole or not at all.

    Args:
        folder: the analysis.
        out: the folder to write to; it is made, and files of earlier exports in it are replaced.
        formats: what to write.
        base: what transfers are computed from, unless it is to be prepared here.
        note: told what takes a while.

    Raises:
        UsageError: the export cannot be written there, or a format is unknown.
        AnalysisError: the folder holds no sound analysis.
    """
    if unknown := sorted(set(formats) - set(FORMATS)):
        raise UsageError(f"no format {unknown[0]!r}; known are {', '.join(FORMATS)}")
    _check(folder, out)
    analysis = store.load(folder)
    transfers: tuple[Transfer, ...] = ()
    if _WITH_TRANSFERS & set(formats):
        if base is None:
            note("computing the transfers")
            base = prepare(analysis, folder)
        transfers = well_told(base)
    written = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, kind, content, rows in _files(analysis, transfers, formats, folder.name):
            disk.write_safely(out / name, content)
            written.append(Exported(str(out / name), kind, len(content), rows))
        names = exported(out) | {Path(w.file).name for w in written}
        disk.write_safely(out / EXPORT_MARK, _utf8("".join(f"{n}\n" for n in sorted(names))))
    except OSError as error:
        raise XcaseError(f"cannot write the export to {out}: {error.strerror}") from error
    return tuple(written)


def _check(folder: Path, out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise UsageError(
            f"{out} is a file; give a folder, for example {out.with_suffix('')}-export"
        )
    if (out / store.RUN).exists() or out.resolve().is_relative_to(folder.resolve()):
        raise UsageError(
            f"{out} is (in) an analysis folder, whose files xcase keeps; give --out another folder"
        )
    there = next(p for p in (out, *out.absolute().parents) if p.exists())
    if not os.access(there, os.W_OK):
        raise UsageError(f"cannot write to the folder {there}")


def well_told(base: Base) -> tuple[Transfer, ...]:
    """Return the transfers that are well known, and those that a case of the move tells of."""
    return tuple(
        t
        for t in ask(base, Question(), base.score.size)
        if t.verdict in ("observed", "supported")
        or t.signals["cases"]["n"]
        or t.signals["cases"]["hypothetical"]
    )


def _files(
    analysis: Analysis,
    transfers: tuple[Transfer, ...],
    formats: Collection[Format],
    name: str,
) -> Iterator[tuple[str, Format, bytes, int | None]]:
    """Yield name, format, content and rows of each file, in the order of the formats."""
    tables = fill(analysis, transfers)
    if "csv" in formats:
        for t in tables:
            yield f"{t.table.name}.csv", "csv", _utf8(as_csv(t)), len(t.rows)
    if "jsonl" in formats:
        for t in tables:
            yield f"{t.table.name}.jsonl", "jsonl", _utf8(as_lines(t)), len(t.rows)
    if "sqlite" in formats:
        yield f"{sqlite.DATABASE}.db", "sqlite", sqlite.database(tables), _count(tables)
        yield "metadata.json", "sqlite", _utf8(sqlite.metadata(analysis)), None
    if "codebook" in formats:
        yield "codebook.md", "codebook", _utf8(codebook.as_markdown()), None
        yield "codebook.csv", "codebook", _utf8(codebook.as_csv()), None
    if "qdpx" in formats:
        yield "xcase.qdpx", "qdpx", refi.project(analysis, name=name or "xcase"), None


def _count(tables: tuple[Filled, ...]) -> int:
    return sum(len(t.rows) for t in tables)


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "replace")
