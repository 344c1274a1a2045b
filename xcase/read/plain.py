"""Plain text files."""

from __future__ import annotations

from typing import Any

from xcase.read.decode import clean, decode


def read_plain(data: bytes) -> tuple[str, dict[str, Any]]:
    """Return the text as it stands, with line ends unified and control characters removed."""
    text, facts = decode(data)
    return clean(text), facts
