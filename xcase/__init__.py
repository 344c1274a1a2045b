"""Mentorship narratives to structured cases, and the questions that cases answer.

    import xcase
    a = xcase.analyze("corpus/")
    a.similar("I am a ward nurse and I cannot delegate")
    a.transfer("Healthcare", "Education").frame()
    a.match("mentees.csv", "mentors.csv")

``import xcase`` is light: names are loaded when they are first used, models when they are needed.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xcase.casebase import Answer, CaseBase, analyze, load
    from xcase.errors import AnalysisError, UsageError, XcaseError
    from xcase.loaded import Models
    from xcase.records import Analysis, Case, Document, Profile, SimilarCase, Transfer
    from xcase.store import to_json

__version__ = "0.1.0"
__all__ = [
    "Analysis",
    "AnalysisError",
    "Answer",
    "Case",
    "CaseBase",
    "Document",
    "Models",
    "Profile",
    "SimilarCase",
    "Transfer",
    "UsageError",
    "XcaseError",
    "analyze",
    "load",
    "to_json",
]
_HOMES = {
    "xcase.casebase": ("Answer", "CaseBase", "analyze", "load"),
    "xcase.errors": ("AnalysisError", "UsageError", "XcaseError"),
    "xcase.loaded": ("Models",),
    "xcase.records": ("Analysis", "Case", "Document", "Profile", "SimilarCase", "Transfer"),
    "xcase.store": ("to_json",),
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(home), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
