"""What a cell says of somebody's clock."""

from __future__ import annotations

import functools
import re
from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

# Half a day apart is as far as two clocks can be.
HALF_DAY = 12.0
_OFFSET = re.compile(r"(?:utc|gmt)?([+-]?)(\d{1,2})(?::?([0-5]\d)|\.(\d{1,6}))?")
# As Windows writes it: (UTC+01:00) Paris.
_BRACKETED = re.compile(r"\(((?:utc|gmt)[^()]{0,12})\)", re.IGNORECASE)
# What these mean depends on the machine.
_NO_ZONES = ("localtime", "factory")


def clock(value: object) -> float | None:
    """Return the hours ahead of UTC that a cell means: ``UTC+2``, ``+05:30``, 5.5, a zone's name.

    A zone counts as in January, so that the answer does not depend on the day.
    """
    text = str(value).strip().replace("\N{MINUS SIGN}", "-").casefold()
    if bracketed := _BRACKETED.match(text):
        text = bracketed[1]
    plain = "".join(text.split())
    if match := _OFFSET.fullmatch(plain):
        hours = int(match[2]) + int(match[3] or 0) / 60 + float(f"0.{match[4] or 0}")
        return (-hours if match[1] == "-" else hours) if hours <= HALF_DAY + 2 else None
    if plain in ("utc", "gmt", "z"):
        return 0.0
    zone = _zones().get("_".join(text.split()))
    offset = datetime(2026, 1, 15, tzinfo=ZoneInfo(zone)).utcoffset() if zone else None
    return offset.total_seconds() / 3600 if offset is not None else None


@functools.cache
def _zones() -> dict[str, str]:
    """Return the names of the time zones by themselves in lower case."""
    names = {name.casefold(): name for name in available_timezones()}
    return {plain: name for plain, name in names.items() if plain not in _NO_ZONES}
