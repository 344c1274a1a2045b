"""The parts that every page shares: frame, style, tables, and one case with its facts marked.

The report (one file on disk) and the server (pages over HTTP) render the same templates:
``base.html`` is the frame; ``_case.html``, ``_table.html`` and ``_legend.html`` hold macros.
"""

from xcase.pages.case import CaseView, Fact, Mark, Paragraph, Piece, case_view
from xcase.pages.environment import (
    CONTENT_POLICY,
    FILE_POLICY,
    STYLE,
    environment,
)
from xcase.pages.table import Cell, Table, table

__all__ = [
    "CONTENT_POLICY",
    "FILE_POLICY",
    "STYLE",
    "CaseView",
    "Cell",
    "Fact",
    "Mark",
    "Paragraph",
    "Piece",
    "Table",
    "case_view",
    "environment",
    "table",
]
