"""Files that somebody names outright (a profile, a roster, rules): read whole, and not without end.

Documents to be analysed are read by :mod:`xcase.read`, which trusts them less.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Any, BinaryIO

from xcase.errors import UsageError

# Some hundred thousand people; a device or a pipe may never end.
MAX_BYTES = 50_000_000
STDIN = Path("-")


def content(path: Path, what: str = "") -> bytes:
    """Return the bytes of a file, or of standard input for ``-``.

    Args:
        what: what the file is, for the message.

    Raises:
        UsageError: it cannot be read, or is too large.
    """
    if path == STDIN:
        return _bounded(sys.stdin.buffer, "standard input")
    try:
        with path.open("rb") as stream:
            return _bounded(stream, str(path))
    except OSError as error:
        raise UsageError(f"cannot read {_called(path, what)}: {error.strerror}") from error


def text(path: Path, what: str = "") -> str:
    """Return the text of a file in UTF-8, with one sort of line end; see :func:`content`."""
    try:
        told = content(path, what).decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"cannot read {_called(path, what)}: {error}") from error
    return told.replace("\r\n", "\n").replace("\r", "\n")


def given() -> str:
    """Return what stands on standard input, as text."""
    return content(STDIN).decode("utf-8", "replace")


def toml(path: Path, what: str = "") -> dict[str, Any]:
    """Return the table of a TOML file; see :func:`content`."""
    try:
        return tomllib.loads(text(path, what))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"cannot read {_called(path, what)}: {error}") from error
    except RecursionError:
        raise UsageError(f"cannot read {_called(path, what)}: nested too deeply") from None


def _bounded(stream: BinaryIO, name: str) -> bytes:
    read = stream.read(MAX_BYTES + 1)
    if len(read) > MAX_BYTES:
        raise UsageError(f"{name} has more than {MAX_BYTES:,} bytes, which is the limit; split it")
    return read


def _called(path: Path, what: str) -> str:
    return f"{what} {path}" if what else str(path)
