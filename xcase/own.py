"""What xcase wrote itself, by which it is known again where it lies among narratives.

An analysis is known by its files. An export and the case pages of a report carry a mark; the mark
of an export names its files, for it may stand in a folder with others. A page says who made it.
"""

from __future__ import annotations

from pathlib import Path

EXPORT_MARK = ".xcase-export"
REPORT_MARK = ".xcase-report"
# As it stands in the head of every page (``xcase/pages/templates/base.html``).
PAGE_MARK = b'<meta name="generator" content="xcase">'
_ANALYSIS = ("run.json", "documents.jsonl")


def kind_of(folder: Path) -> str | None:
    """Return what xcase keeps in a folder as a whole, None if it is no such folder.

    Raises:
        OSError: it cannot be looked into.
    """
    if all((folder / name).is_file() for name in _ANALYSIS):
        return "an analysis"
    return "case pages of a report" if (folder / REPORT_MARK).is_file() else None


def exported(folder: Path) -> frozenset[str]:
    """Return the names of the files in a folder that are an export.

    Raises:
        OSError: the mark is there and cannot be read.
    """
    mark = folder / EXPORT_MARK
    if not mark.is_file():
        return frozenset()
    return frozenset(mark.read_text(encoding="utf-8", errors="replace").splitlines())
