"""The command ``xcase export``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Optional

import typer

from xcase.options import DEFAULT_DIR, Dir, Json, note, path, print_json, say


class Kind(StrEnum):
    """What can be exported."""

    CSV = "csv"
    JSONL = "jsonl"
    SQLITE = "sqlite"
    CODEBOOK = "codebook"
    QDPX = "qdpx"


def export_cli(
    out: Annotated[
        Path, typer.Option("--out", parser=path, metavar="PATH", help="The folder to write to.")
    ] = Path("xcase-export"),
    kinds: Annotated[
        Optional[list[Kind]],  # noqa: UP045 - typer reads this annotation at run time
        typer.Option("--format", help="Only this; may be given again. All if left out."),
    ] = None,
    folder: Dir = DEFAULT_DIR,
    as_json: Json = False,
) -> None:
    """Write tables, an SQLite file, a codebook and a REFI-QDA project for other programs."""
    from xcase.export import FORMATS, export
    from xcase.store import to_json

    chosen = {kind.value for kind in kinds or ()}
    formats = [f for f in FORMATS if f in chosen or not chosen]
    written = export(folder, out, formats=formats, note=note)
    if as_json:
        print_json([to_json(w) for w in written])
        return
    for w in written:
        rows = "" if w.rows is None else f"{w.rows:,} rows"
        say(f"{w.bytes:>12,} bytes {rows:>13}  {w.file}")
