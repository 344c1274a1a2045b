"""Which skills transfer across industries, and how we know.

Raises:
    UsageError: an industry or skill is not in the taxonomy, or a profile cannot be read.
    ModelError: the sentence model is missing or is not the pinned one.
"""

from __future__ import annotations

from xcase.transfer.answer import Question, ask, notes
from xcase.transfer.asker import Asker, read_asker
from xcase.transfer.base import Base, prepare
from xcase.transfer.command import transfer

__all__ = ["Asker", "Base", "Question", "ask", "notes", "prepare", "read_asker", "transfer"]
