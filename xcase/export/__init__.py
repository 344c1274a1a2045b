"""An analysis for other programs: tables, a database, a codebook and a REFI-QDA project."""

from __future__ import annotations

from xcase.export.command import FORMATS, Exported, Format, export

__all__ = ["FORMATS", "Exported", "Format", "export"]
