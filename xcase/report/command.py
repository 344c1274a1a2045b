"""What ``xcase report`` does between its options and its output."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from xcase import store
from xcase.embed import MiniLM, TokenEncoder, model_name
from xcase.report.page import build
from xcase.report.write import check, write
from xcase.similar import open_index
from xcase.transfer import Base, prepare

Note = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the file, its size, and how many cases stand on pages of their own."""

    file: str
    bytes: int
    cases: int
    case_pages: int


def report(
    folder: Path,
    out: Path,
    *,
    note: Note = lambda _: None,
    encoder: TokenEncoder | None = None,
    base: Base | None = None,
) -> Written:
    """Write the report of an analysis folder.

    Args:
        folder: the analysis; what is computed for the report is kept there as for other commands.
        out: the page to write.
        note: told what takes a while.
        encoder, base: the models' part, unless a test passes another.

    Raises:
        UsageError: the report cannot be written there.
        AnalysisError: the folder holds no sound analysis.
    """
    check(out, folder)
    analysis = store.load(folder)
    index, done = open_index(
        folder,
        analysis,
        (lambda: encoder) if encoder else MiniLM.load,
        model=encoder.name if encoder else model_name(),
    )
    if done:
        note(done)
    made = build(
        analysis,
        base or prepare(analysis, folder),
        np.asarray(index.arrays["middles"]),
        name=out.name,
    )
    write(made, out)
    return Written(str(out), out.stat().st_size, len(analysis.cases), len(made.cases))
