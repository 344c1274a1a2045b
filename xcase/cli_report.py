"""The command ``xcase report``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xcase.options import DEFAULT_DIR, Dir, Json, note, print_json, say


def report_cli(
    out: Annotated[Path, typer.Option("--out", help="The page to write.")] = Path("report.html"),
    folder: Dir = DEFAULT_DIR,
    as_json: Json = False,
) -> None:
    """One page for a meeting: skills, industries, transfers, outcomes, a map, and every case."""
    from xcase.report import report
    from xcase.store import to_json

    written = report(folder, out, note=note)
    if as_json:
        print_json(to_json(written))
        return
    where = f", each of {written.case_pages} cases on its own page" if written.case_pages else ""
    say(f"wrote {written.file} ({written.bytes / 1000:.0f} kB{where})")
