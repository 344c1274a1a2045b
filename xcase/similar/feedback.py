"""What helped: one line for each judgement, and what enough of them does to the weights.

The rule. Let a reason's *lead* be how much higher its value was where a similar case helped than
where it did not, in standard deviations, from -1 to 1. With ``ENOUGH`` judgements of each sort a
weight is multiplied by ``exp(STEP * trust * lead)``, where ``trust = n / (n + HALF_TRUST)`` and
``n`` judgements were given; then all are scaled to add up to what they did. Weights are never
stored: they follow from the defaults and the file, so deleting lines (or ``--no-feedback``) takes
the effect back.
"""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from xcase import disk, store
from xcase.errors import AnalysisError
from xcase.similar.rank import WEIGHTS

FILE = "feedback.jsonl"
Kind = Literal["similar", "transfer", "match"]
KINDS: tuple[Kind, ...] = ("similar", "transfer", "match")
DEFAULTS: Mapping[str, float] = WEIGHTS
# Judgements of each sort (helped, did not help) before a weight moves at all.
ENOUGH = 15
STEP = 0.5
HALF_TRUST = 50


@dataclass(frozen=True, slots=True)
class Feedback:
    """One judgement: ``target`` is a case id, a skill, or ``mentee/mentor``, by ``kind``.

    ``values`` are those of the reasons at the time (empty for kinds other than similar); ``text``
    is left out on purpose: what a mentee wrote stays with whoever asked.
    """

    kind: Kind
    target: str
    helped: bool
    note: str
    values: dict[str, float]


def record(folder: Path, entry: Feedback) -> int:
    """Append a judgement to the analysis and return how many there are now.

    Raises:
        AnalysisError: the file is damaged or cannot be written.
    """
    known = load(folder)
    line = json.dumps(store.to_json(entry), ensure_ascii=False) + "\n"
    try:
        with disk.locked(folder):
            _mend_tail(folder / FILE)
            disk.append(folder / FILE, line.encode("utf-8", "replace"))
    except OSError as error:
        raise AnalysisError(f"cannot write {folder / FILE}: {error.strerror}") from error
    return len(known) + 1


def _mend_tail(path: Path) -> None:
    whole, tail = _parted(path.read_bytes() if path.is_file() else b"")
    if _is_object(tail):
        disk.append(path, b"\n")
    elif tail:
        disk.truncate(path, len(whole))


def _parted(content: bytes) -> tuple[bytes, bytes]:
    """Return the lines with an end, and what stands after the last of them.

    That was torn when the power or the program went, or it is whole: some editors leave the end of
    the last line out.
    """
    at = content.rfind(b"\n") + 1
    return content[:at], content[at:]


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def load(folder: Path) -> list[Feedback]:
    """Return the judgements of an analysis in the order in which they were given.

    Raises:
        AnalysisError: a line is no judgement.
    """
    path = folder / FILE
    try:
        whole, tail = _parted(path.read_bytes())
        lines = (whole + tail if _is_object(tail) else whole).decode("utf-8").split("\n")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise AnalysisError(f"cannot read {path}: {error}") from error
    return [_entry(line, f"{path} line {n}") for n, line in enumerate(lines, 1) if line.strip()]


def weights(folder: Path) -> tuple[Mapping[str, float], str]:
    """Return the weights that the feedback of an analysis leads to, and a note if they moved."""
    entries = [e for e in load(folder) if e.kind == "similar" and e.values]
    moved = moved_weights(entries)
    if moved == DEFAULTS:
        return DEFAULTS, ""
    changes = ", ".join(f"{k} {DEFAULTS[k]:.2f} → {w:.2f}" for k, w in moved.items())
    return moved, f"weights moved by {len(entries)} judgements ({changes}); --no-feedback undoes it"


def moved_weights(entries: Sequence[Feedback]) -> Mapping[str, float]:
    """Apply the rule above."""
    helped = [e for e in entries if e.helped]
    rest = [e for e in entries if not e.helped]
    if min(len(helped), len(rest)) < ENOUGH:
        return DEFAULTS
    trust = len(entries) / (len(entries) + HALF_TRUST)
    raised = {
        kind: weight * math.exp(STEP * trust * _lead(kind, helped, rest))
        for kind, weight in DEFAULTS.items()
    }
    scale = sum(DEFAULTS.values()) / sum(raised.values())
    return {kind: weight * scale for kind, weight in raised.items()}


def _lead(kind: str, helped: Sequence[Feedback], rest: Sequence[Feedback]) -> float:
    good, bad = ([e.values.get(kind, 0.0) for e in group] for group in (helped, rest))
    spread = statistics.pstdev([*good, *bad])
    if spread == 0:
        return 0.0
    return max(-1.0, min(1.0, (statistics.fmean(good) - statistics.fmean(bad)) / spread))


def _entry(line: str, where: str) -> Feedback:
    try:
        value: Any = json.loads(line)
        entry = Feedback(**value)
    except (ValueError, TypeError, RecursionError) as error:
        raise AnalysisError(f"{where} is no feedback ({error}); correct or delete it") from error
    # A NaN is not between 0 and 1 either.
    numbers = isinstance(entry.values, dict) and all(
        isinstance(v, int | float) and 0 <= v <= 1 for v in entry.values.values()
    )
    if entry.kind not in KINDS or not isinstance(entry.helped, bool) or not numbers:
        raise AnalysisError(f"{where} is no feedback; correct or delete it")
    return entry
