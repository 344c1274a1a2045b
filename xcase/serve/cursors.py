"""Pages of a list: an opaque mark for where the next one begins, in which version of the data."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import urlencode

from xcase.serve.problems import Problem

T = TypeVar("T")


def page_of(
    records: Sequence[T], version: str, limit: int, cursor: str | None
) -> tuple[Sequence[T], str | None]:
    """Return a page and the cursor of the next, None at the end.

    Raises:
        Problem: 400 for a cursor that is none of ours, 410 for one of another version.
    """
    start = 0 if cursor is None else _read(cursor, version)
    rest = records[start : start + limit]
    more = start + limit < len(records)
    return rest, _write(version, start + limit) if more else None


def next_link(path: str, query: Sequence[tuple[str, str]], cursor: str | None) -> dict[str, str]:
    """Return the header that leads to the next page, if there is one."""
    if cursor is None:
        return {}
    kept = [(key, value) for key, value in query if key != "cursor"]
    return {"Link": f'<{path}?{urlencode([*kept, ("cursor", cursor)])}>; rel="next"'}


def _write(version: str, start: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([version, start]).encode()).decode().rstrip("=")


def _read(cursor: str, version: str) -> int:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        value = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        made_in, start = value
    except (ValueError, TypeError, RecursionError, binascii.Error) as error:
        raise Problem(400, "the cursor is none that this server gave; start without it") from error
    if not isinstance(made_in, str) or type(start) is not int or start < 0:
        raise Problem(400, "the cursor is none that this server gave; start without it")
    if made_in != version:
        raise Problem(410, "the analysis has changed since the first page; start without a cursor")
    return start
