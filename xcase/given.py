"""What Python callers hand in (texts, mappings, frames, files) as what the questions read."""

from __future__ import annotations

import json
import operator
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xcase import inputs, store
from xcase.errors import UsageError
from xcase.records import Profile

if TYPE_CHECKING:
    from xcase.match.rules import Rules
    from xcase.similar import Filters

# A mentee: a text, the fields of a profile (a row of a pandas frame will do), a profile, or a file
# with one.
Mentee = str | Mapping[str, Any] | Profile | Path
# People: a file, its content, or a mapping for each of them (a pandas frame will do), or for one.
People = str | Path | bytes | Sequence[Mapping[str, Any]] | Any


def count(k: int) -> int:
    """Return how many answers are asked for; raise UsageError for none or no whole number."""
    try:
        asked = operator.index(k)
    except TypeError as error:
        raise UsageError(f"k is {k!r}; ask for a whole number") from error
    if asked < 1:
        raise UsageError(f"k is {k}; ask for one or more")
    return asked


def filters(
    industry_from: str | None,
    industry_to: str | None,
    skill: str | None,
    outcome: str | None,
    *,
    across: bool = False,
) -> Filters:
    """Return what a case must have, as the taxonomy spells it; None asks for nothing.

    Raises:
        UsageError: a name is not in the taxonomy; the nearest are listed.
    """
    from xcase.similar import Filters, check_filters

    told = Filters(industry_from or "", industry_to or "", skill or "", outcome or "", across)
    return check_filters(told)


def profile(mentee: Mentee) -> tuple[Profile, tuple[str, ...]]:
    """Return a mentee as a profile, with notes on what in it is not read."""
    from xcase.profiles import read_profile
    from xcase.similar import profile_of_text

    if isinstance(mentee, Profile):
        return _storable(mentee), ()
    if isinstance(mentee, str):
        return profile_of_text(mentee), ()
    return read_profile(*content(mentee))


def _storable(mentee: Profile) -> Profile:
    """Return a profile without lone surrogates, which no model reads."""
    from xcase.profiles import LISTS, STRINGS
    from xcase.read.decode import well_formed

    told: dict[str, Any] = {name: well_formed(getattr(mentee, name)) for name in STRINGS}
    told |= {name: tuple(map(well_formed, getattr(mentee, name))) for name in LISTS}
    return replace(mentee, **told)


def content(mentee: Mentee) -> tuple[bytes, str]:
    """Return a profile as the bytes of a file, and what it is called in messages."""
    if isinstance(mentee, Path):
        return inputs.content(mentee), str(mentee)
    if isinstance(mentee, Profile):
        mentee = {**mentee.extra, **store.to_json(mentee)}
        del mentee["extra"]
    return _dumps({"text": mentee} if isinstance(mentee, str) else mentee), "the profile"


def people(told: People, name: str) -> tuple[bytes, str]:
    """Return people as the bytes of a roster, and what it is called in messages."""
    if isinstance(told, str | Path):
        return inputs.content(Path(told)), str(told)
    if isinstance(told, bytes):
        return told, name
    rows: Any = told
    if hasattr(rows, "columns"):
        rows = rows.astype(object).to_dict("records")
    elif hasattr(rows, "keys"):
        rows = [rows]
    if not isinstance(rows, Iterable):
        raise UsageError(f"{name} are rows or a file with them, not {type(rows).__name__}")
    return b"\n".join(_dumps(person) for person in rows), name


def _dumps(value: Mapping[str, Any]) -> bytes:
    if not hasattr(value, "keys"):
        raise UsageError(f"one person is a mapping of fields, not {type(value).__name__}")
    told = {str(k): v for k, v in dict(value).items() if not _is_empty(v)}
    try:
        return json.dumps(told, allow_nan=False, default=_plain).encode()
    except (TypeError, ValueError) as error:
        raise UsageError(f"a profile holds what JSON cannot say: {error}") from error


def _is_empty(value: Any) -> bool:
    """Say whether a cell says nothing: a None, or the NaN, NA or NaT of a frame."""
    if value is None:
        return True
    pandas: Any = sys.modules.get("pandas")  # who has none of its cells need not load it
    if pandas is None:
        return isinstance(value, float) and value != value
    return bool(pandas.api.types.is_scalar(value) and pandas.isna(value))


def _plain(value: Any) -> Any:
    """Return what frames hold beside plain values, arrays and dates, as JSON has it."""
    for told in ("tolist", "isoformat"):
        if hasattr(value, told):
            return getattr(value, told)()
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def rules(told: str | Path | Mapping[str, Any] | None) -> Rules:
    """Return the rules of a file or of the fields of one; without any, the usual ones."""
    from xcase.match.rules import load_rules, parse_rules

    if isinstance(told, Mapping):
        return parse_rules(dict(told), "the rules")
    return load_rules(None if told is None else Path(told))
