"""What Python callers hand in (texts, mappings, frames, files) as what the questions read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xcase import inputs, store
from xcase.errors import UsageError
from xcase.records import Profile

if TYPE_CHECKING:
    from xcase.match.rules import Rules

# A mentee: a text, the fields of a profile, a profile, or a file with one.
Mentee = str | Mapping[str, Any] | Profile | Path
# People: a file, its content, or a mapping for each of them (a pandas frame will do).
People = str | Path | bytes | Sequence[Mapping[str, Any]] | Any


def count(k: int) -> int:
    """Return how many answers are asked for; raise UsageError for none."""
    if k < 1:
        raise UsageError(f"k is {k}; ask for one or more")
    return k


def profile(mentee: Mentee) -> tuple[Profile, tuple[str, ...]]:
    """Return a mentee as a profile, with notes on what in it is not read."""
    from xcase.profiles import read_profile
    from xcase.similar import profile_of_text

    if isinstance(mentee, Profile):
        return mentee, ()
    if isinstance(mentee, str):
        return profile_of_text(mentee), ()
    return read_profile(*content(mentee))


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
    if hasattr(told, "to_dict"):
        # An empty cell of a frame is a NaN, an NA or a NaT, and says nothing.
        frame: Any = told
        rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
        told = [{str(k): v for k, v in row.items() if v is not None} for row in rows]
    return b"\n".join(_dumps(person) for person in told), name


def _dumps(value: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(dict(value), allow_nan=False, default=_plain).encode()
    except (TypeError, ValueError) as error:
        raise UsageError(f"a profile holds what JSON cannot say: {error}") from error


def _plain(value: Any) -> Any:
    """Return what frames hold beside plain values, arrays and dates, as JSON has it."""
    for told in ("tolist", "isoformat"):
        if hasattr(value, told):
            return getattr(value, told)()
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def rules(told: Path | Mapping[str, Any] | None) -> Rules:
    """Return the rules of a file or of the fields of one; without any, the usual ones."""
    from xcase.match.rules import load_rules, parse_rules

    if isinstance(told, Mapping):
        return parse_rules(dict(told), "the rules")
    return load_rules(told)
