"""The nouns of matching: profiles, reasons, pairs and people who were left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from xcase.records import Evidence, Reason

__all__ = [
    "Aim",
    "Alternative",
    "Bound",
    "Evidence",
    "Idle",
    "Matching",
    "Pair",
    "Profile",
    "ProfileSkill",
    "Reason",
    "Roster",
    "Side",
    "Unmatched",
]

Side = Literal["mentee", "mentor"]
Aim = Literal["have", "want"]


@dataclass(frozen=True, slots=True)
class ProfileSkill:
    """A skill that a person has or wants; ``confidence`` is 1 where a list column names it."""

    skill: str
    aim: Aim
    confidence: float
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Profile:
    """One row of a roster.

    ``columns`` are all its filled cells by the names that xcase gives to columns, those it does not
    know included; ``raw`` is the row as it was read. ``capacity`` is None where none is given.
    """

    id: str
    row: int
    name: str
    industry: str | None
    target_industry: str | None
    capacity: int | None
    columns: dict[str, Any]
    raw: dict[str, Any]
    skills: tuple[ProfileSkill, ...] = ()


@dataclass(frozen=True, slots=True)
class Roster:
    """The people of one side, in file order, with remarks on how the file was understood."""

    side: Side
    path: str
    header: tuple[str, ...]
    profiles: tuple[Profile, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another mentor whom the rules allow."""

    mentor_id: str
    score: float


@dataclass(frozen=True, slots=True)
class Pair:
    """A mentee with a mentor.

    ``score`` is the sum of the reasons; ``confidence`` is the share of the weights about which both
    profiles say something, ``missing`` names the rest. ``margin`` is the score less that of the
    best alternative: below zero where the mentee gave way to somebody else.
    """

    mentee_id: str
    mentor_id: str
    score: float
    reasons: tuple[Reason, ...]
    alternatives: tuple[Alternative, ...]
    confidence: float
    missing: tuple[str, ...]
    margin: float | None
    pinned: bool


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A mentee without mentor: why, and the smallest change of the rules that would help."""

    mentee_id: str
    cause: str
    nearest_relaxation: str


@dataclass(frozen=True, slots=True)
class Idle:
    """A mentor without mentee, and why."""

    mentor_id: str
    cause: str


@dataclass(frozen=True, slots=True)
class Matching:
    """Everything that a pairing says: what ``xcase match --json`` prints.

    ``status`` is ``optimal``, ``stable``, ``feasible`` (not proven optimal), ``partial`` or
    ``infeasible`` (then there are no pairs). ``objective`` is the total score, the number of
    pairs or the largest regret, as the rules ask; ``measures`` holds all of them. ``faults`` are
    the notes that say which quotas cannot be met.
    """

    pairs: tuple[Pair, ...]
    unmatched: tuple[Unmatched, ...]
    status: str
    objective: float | None
    measures: dict[str, Any] = field(default_factory=dict)
    unmatched_mentors: tuple[Idle, ...] = ()
    fairness: dict[str, Any] = field(default_factory=dict)
    sensitivity: tuple[dict[str, Any], ...] = ()
    what_if: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bound:
    """At least and at most so many pairs whose mentee (or mentor) is in the group."""

    side: Side
    members: frozenset[int]
    at_least: int
    at_most: int
