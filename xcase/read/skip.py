"""The record of an input that is passed over."""

from __future__ import annotations

from xcase.read.decode import well_formed
from xcase.records import Skipped

# A message may quote a value from the file, which may be megabytes long.
_MAX_MESSAGE_CHARS = 400


def skip(path: str, code: str, message: str, *, sha256: str = "") -> Skipped:
    """Return the record that says why ``path``, or a row of it, was not read."""
    if len(message) > _MAX_MESSAGE_CHARS:
        message = f"{message[:_MAX_MESSAGE_CHARS]}…"
    return Skipped(well_formed(path), sha256, "read", code, well_formed(message))
