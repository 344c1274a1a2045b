"""The files of a report, written whole or not at all.

The page of a large report has a folder of case pages beside it. Such a folder carries a mark, the
name of the page, and only a folder with that mark is ever replaced.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from xcase import disk
from xcase.errors import UsageError, XcaseError
from xcase.own import REPORT_MARK
from xcase.report.page import Report, case_folder

MARK = REPORT_MARK


def check(out: Path, folder: Path) -> None:
    """Make sure that a report of an analysis folder can be written, before any work is done.

    Raises:
        UsageError: the place is in the analysis folder, is a folder or no common file, cannot be
            written to, or a folder that is not this report's stands where its case pages might
            have to.
    """
    if out.is_dir():
        raise UsageError(f"{out} is a folder; give a file, for example {out / 'report.html'}")
    if out.is_symlink() or (out.exists() and not out.is_file()):
        raise UsageError(f"{out} is a link or a device; give a file of its own")
    if out.resolve().is_relative_to(folder.resolve()):
        raise UsageError(
            f"{out} is in an analysis folder, whose files xcase keeps; write the report elsewhere"
        )
    if not out.parent.is_dir():
        raise UsageError(f"the folder {out.parent} does not exist; make it first")
    if not os.access(out.parent, os.W_OK):
        raise UsageError(f"cannot write to the folder {out.parent}")
    cases = out.with_name(case_folder(out.name))
    if cases.exists() and _owner(cases) != out.name:
        raise UsageError(f"{cases} is in the way of the case pages; give --out another name")


def write(report: Report, out: Path) -> None:
    """Write a report; a folder of case pages of an earlier one goes if this has none."""
    cases = out.with_name(case_folder(out.name))
    draft, folder = (path.with_name(f".{path.name}.{os.getpid()}.tmp") for path in (out, cases))
    try:
        _write(draft, report.page)
        if report.cases:
            folder.mkdir()
            for name, page in {MARK: out.name, **report.cases}.items():
                _write(folder / name, page)
        if cases.exists():
            shutil.rmtree(cases)
        if report.cases:
            folder.rename(cases)
        draft.replace(out)
    except OSError as error:
        raise XcaseError(f"cannot write the report to {out}: {error.strerror}") from error
    finally:
        disk.discard(draft)
        shutil.rmtree(folder, ignore_errors=True)


def _owner(cases: Path) -> str | None:
    """Return the name of the report whose case pages these are, None if they are no report's."""
    try:
        return (cases / MARK).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _write(path: Path, text: str) -> None:
    disk.write(path, text.encode("utf-8", "replace"))
