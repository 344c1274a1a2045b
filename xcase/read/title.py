"""What to call a document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# A title longer than this breaks tables and menus.
MAX_TITLE_CHARS = 80

_HEADING = re.compile(r"^#{1,6}[ \t]+(\S.*)$", re.MULTILINE)


def title_of(text: str, metadata: Mapping[str, Any], *, fallback: str) -> str:
    """Return the title in the metadata, else the first heading, else the first line, cut."""
    named = metadata.get("title")
    if isinstance(named, str) and named.strip():
        return " ".join(named.split())
    heading = _HEADING.search(text)
    if heading is not None:
        return _cut(heading[1].strip())
    first = next((line.strip() for line in text.splitlines() if line.strip()), fallback)
    return _cut(first.removeprefix("- "))


def _cut(line: str) -> str:
    if len(line) <= MAX_TITLE_CHARS:
        return line
    return line[: MAX_TITLE_CHARS - 1].rstrip() + "…"
