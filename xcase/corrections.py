"""What people say of extracted facts: accepted, rejected, edited or added, and kept over re-runs.

``corrections.jsonl`` in the analysis folder is a log, one decision a line, applied in order after
each extraction::

    {"document_id": "a.txt", "sha256": "...", "case_id": "a.txt:1", "kind": "skill",
     "start": 10, "end": 31, "label": "delegation", "action": "edit", "value": {"status": "lacked"}}

``kind`` is ``case``, ``sentence``, ``skill``, ``outcome``, ``mentee``, ``mentor``,
``industry_from`` or ``industry_to``; ``action`` is ``accept``, ``reject``, ``edit`` or ``add``. An
accepted fact is as ``label`` and ``value`` say, an edited one in what ``value`` says. A
decision on a text that has changed since (another ``sha256``) is left out and reported. ``start``
and ``end`` are those of the fact, or of the case where the fact has none; 0 and 0 are any case's.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from xcase import disk, inputs
from xcase.errors import AnalysisError, UsageError
from xcase.records import (
    HOLDERS,
    OUTCOME_TYPES,
    PHASES,
    POLARITIES,
    STATUSES,
    Case,
    Document,
    IndustryGuess,
    Person,
)
from xcase.taxonomy import load_industries, load_skills

FILE = "corrections.jsonl"
ACTIONS = ("accept", "reject", "edit", "add")
PEOPLE = ("mentee", "mentor")
INDUSTRIES = ("industry_from", "industry_to")
SPANS = ("sentence", "skill", "outcome")
KINDS = ("case", *SPANS, *PEOPLE, *INDUSTRIES)
# Where a fact on words has its label.
LABELS = {"sentence": "phase", "skill": "skill", "outcome": "type"}


@dataclass(frozen=True, slots=True)
class Correction:
    """One decision; ``label`` tells apart facts that stand on the same words."""

    document_id: str
    sha256: str
    case_id: str
    kind: str
    action: str
    start: int = 0
    end: int = 0
    label: str = ""
    value: dict[str, Any] = field(default_factory=dict)


def read(path: Path) -> list[Correction]:
    """Read a file of decisions.

    Raises:
        UsageError: the file cannot be read, or some lines are wrong; every fault is named.
    """
    # Only a line feed ends a line of JSON lines: U+2028 may stand inside a name.
    lines = inputs.text(path, "corrections").split("\n")
    made: list[Correction | None] = []
    faults: list[str] = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            correction, wrong = _parsed(line)
            faults += [f"line {number}: {fault}" for fault in wrong]
            made.append(correction)
    if faults:
        raise UsageError(f"{path}: " + "; ".join(faults))
    return [c for c in made if c]


def _parsed(line: str | bytes) -> tuple[Correction | None, list[str]]:
    """Return the decision of a line, and what is wrong with it."""
    try:
        correction = Correction(**json.loads(line))
    except (ValueError, TypeError, RecursionError) as error:
        return None, [str(error)]
    return correction, list(_faults(correction))


def stored(folder: Path) -> list[Correction]:
    """Return the decisions kept in an analysis folder, without those that were taken back.

    Raises:
        AnalysisError: the log is damaged.
    """
    path = folder / FILE
    try:
        return _in_force(read(path)) if path.is_file() else []
    except UsageError as error:
        message = f"{error}; mend it, or keep the rest with: xcase doctor --repair --dir {folder}"
        raise AnalysisError(message) from error


def repair(folder: Path) -> int:
    """Take the lines that hold no decision out of the log; return how many.

    Raises:
        AnalysisError: the disk is full or fails; the earlier log stays.
    """
    path = folder / FILE
    lines = path.read_bytes().split(b"\n") if path.is_file() else []
    lines = [line for line in lines if line.strip()]
    good = [line for line in lines if not _parsed(line)[1]]
    if len(good) < len(lines):
        _write(folder, b"".join(line + b"\n" for line in good))
    return len(lines) - len(good)


def keep(folder: Path, more: Iterable[Correction]) -> None:
    """Append decisions to the log of an analysis folder.

    The last decision on a fact holds: what it takes back goes from the log.

    Raises:
        AnalysisError: the disk is full or fails; the earlier log stays.
    """
    log = _in_force((*stored(folder), *more))
    _write(folder, "".join(as_line(c) for c in log).encode())


def _write(folder: Path, content: bytes) -> None:
    try:
        disk.write_safely(folder / FILE, content)
    except OSError as error:
        raise AnalysisError(f"cannot write {folder / FILE}: {error.strerror}") from error


def _in_force(decisions: Iterable[Correction]) -> list[Correction]:
    log: dict[int, Correction] = {}
    numbers: dict[Fact, list[int]] = {}
    for number, c in enumerate(decisions):
        log[number] = c
        on = numbers.setdefault(fact(c), [])
        for gone in [n for n in on if _takes_back(c, log[n])]:
            on.remove(gone)
            del log[gone]
        on.append(number)
    return list(log.values())


def _takes_back(new: Correction, old: Correction) -> bool:
    """Tell whether an earlier decision on the same fact is void with a new one.

    An edit goes on from other edits; a fact that a person added is there to be decided on.
    """
    if new.action == "edit" or (new.action == "add" and new.kind not in SPANS):
        return old.action == "reject" or old == new
    return new.action == "add" or old.action != "add"


def as_line(correction: Correction) -> str:
    """Return a decision as a line of the file."""
    return json.dumps(asdict(correction), ensure_ascii=False) + "\n"


def by_document(made: Iterable[Correction]) -> dict[str, list[Correction]]:
    """Return decisions by the id of their document, in order."""
    grouped: dict[str, list[Correction]] = {}
    for correction in made:
        grouped.setdefault(correction.document_id, []).append(correction)
    return grouped


def template(case: Case, document: Document) -> Iterator[Correction]:
    """Yield each fact of a case as a decision that accepts it, for a person to change."""
    # Where the case stands, because its number may be another story's after a later run.
    base = Correction(document.id, document.sha256, case.id, "case", "accept", case.start, case.end)
    yield base
    for kind in PEOPLE:
        person: Person | None = getattr(case, kind)
        if person:
            told = {"name": person.name, "description": person.description}
            yield replace(base, kind=kind, value=told)
    for kind in INDUSTRIES:
        guess: IndustryGuess | None = getattr(case, kind)
        if guess:
            yield replace(base, kind=kind, value={"label": guess.label})
    for s in case.sentences:
        yield replace(base, kind="sentence", start=s.start, end=s.end, label=s.phase)
    for m in case.skills:
        said = {"status": m.status, "holder": m.holder, "hypothetical": m.hypothetical}
        yield replace(base, kind="skill", start=m.start, end=m.end, label=m.skill, value=said)
    for o in case.outcomes:
        told = {"polarity": o.polarity}
        yield replace(base, kind="outcome", start=o.start, end=o.end, label=o.type, value=told)


# What a decision is on, other decisions aside.
Fact = tuple[str, str, str, str, int, int, str]


def fact(c: Correction) -> Fact:
    """Return what a decision is on, however it decides."""
    label = added(c) if c.action == "add" and c.kind in SPANS else c.label
    return (c.document_id, c.sha256, c.case_id, c.kind, c.start, c.end, label)


def added(c: Correction) -> str:
    """Return the label that an addition gives its fact."""
    return str(c.value.get(LABELS[c.kind]))


def _faults(c: Correction) -> Iterator[str]:
    odd = [f.name for f in fields(c) if type(getattr(c, f.name)) is not _TYPES[f.name]]
    if odd:
        yield f"{', '.join(odd)} of the wrong type"
        return
    if c.kind not in KINDS:
        yield f"kind {c.kind!r} is none of {', '.join(KINDS)}"
        return
    if c.action not in ACTIONS:
        yield f"action {c.action!r} is none of {', '.join(ACTIONS)}"
        return
    if c.kind in SPANS and not 0 <= c.start < c.end:
        yield f"{c.start}-{c.end} is no span"
    if c.action != "reject":
        yield from _value_faults(c)


# A decision gives text but for these; a bool is no position.
_TYPES: dict[str, type] = {f.name: str for f in fields(Correction)} | {
    "start": int,
    "end": int,
    "value": dict,
}


def _value_faults(c: Correction) -> Iterator[str]:
    allowed = _allowed()[c.kind]
    for key, value in c.value.items():
        if key not in allowed:
            yield f"a {c.kind} has no {key!r}, only {', '.join(allowed) or 'nothing to edit'}"
        elif allowed[key] and value not in allowed[key]:
            yield f"{key} {value!r} is not known"
        elif not allowed[key] and not isinstance(value, str | None):
            yield f"{key} {value!r} is no text"
    # An industry has nothing but its label, so that an edit needs it too.
    needy = c.action == "add" or (c.action == "edit" and c.kind in INDUSTRIES)
    needed = _NEEDED.get(c.kind, ()) if needy else ()
    missing = [key for key in needed if key not in c.value]
    if missing:
        yield f"to {c.action} a {c.kind}, value needs {', '.join(missing)}"


_NEEDED = {
    "sentence": ("phase",),
    "skill": ("skill", "status", "holder"),
    "outcome": ("type",),
    **dict.fromkeys(INDUSTRIES, ("label",)),
}


@functools.cache
def _allowed() -> dict[str, dict[str, tuple[object, ...]]]:
    """Return what may be said of each kind of fact; an empty tuple allows any text."""
    labels = tuple(i.label for i in load_industries())
    return {
        "case": {},
        "sentence": {"phase": PHASES},
        "skill": {
            "skill": tuple(s.name for s in load_skills()),
            "status": STATUSES,
            "holder": HOLDERS,
            "hypothetical": (True, False),
        },
        "outcome": {"type": OUTCOME_TYPES, "polarity": POLARITIES},
        **{kind: {"label": labels} for kind in INDUSTRIES},
        **{kind: {"name": (), "description": ()} for kind in PEOPLE},
    }
