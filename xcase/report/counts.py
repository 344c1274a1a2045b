"""What the report counts, each story once, and never a guess as if it were sure.

A story *shows* a skill in a status if a mention says so of the mentee and it really happened
(advice and hopes are left out). The count is *sure* of the stories in which at least one such
mention is more likely right than wrong; all figures are given as both, all and sure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePosixPath

from xcase.confidence import SURE
from xcase.records import OUTCOME_TYPES, Analysis, Case, Status

STEPS: tuple[Status, ...] = ("lacked", "developed", "used")
NOT_TOLD = "not told"


@dataclass(frozen=True, slots=True)
class Count:
    """Stories in all, and those of them that are sure."""

    all: int = 0
    sure: int = 0


@dataclass(frozen=True, slots=True)
class Flow:
    """In how many stories a skill was lacked, developed and used.

    ``links`` are the stories in which it was both lacked and developed, and both developed and
    used.
    """

    skill: str
    steps: tuple[Count, Count, Count]
    links: tuple[int, int]

    @property
    def total(self) -> int:
        """Mentions of the skill, a story and step once."""
        return sum(step.all for step in self.steps)


@dataclass(frozen=True, slots=True)
class Place:
    """In how many stories of an industry a skill was lacked or developed."""

    skill: str
    industry: str
    count: Count


@dataclass(frozen=True, slots=True)
class Result:
    """In how many stories an outcome of this type came about, by how it was."""

    type: str
    good: Count
    bad: Count


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A document that gave no case, or an input that was not read, and why."""

    path: str
    why: str


def flows(cases: Sequence[Case]) -> tuple[Flow, ...]:
    """Return how each skill went through the stories, most told first."""
    seen: dict[tuple[str, Status], list[bool]] = defaultdict(list)
    both: Counter[tuple[str, Status, Status]] = Counter()
    for case in cases:
        mine = _shown(case)
        for key, sure in mine.items():
            seen[key].append(sure)
        for skill in {skill for skill, _ in mine}:
            for one, other in pairwise(STEPS):
                both[skill, one, other] += (skill, one) in mine and (skill, other) in mine
    found = [
        Flow(
            skill,
            tuple(_count(seen[skill, step]) for step in STEPS),  # type: ignore[arg-type]
            (both[skill, "lacked", "developed"], both[skill, "developed", "used"]),
        )
        for skill in sorted({skill for skill, _ in seen})
    ]
    return tuple(sorted(found, key=lambda f: (-f.total, -sum(f.links), f.skill)))


def places(cases: Sequence[Case]) -> tuple[Place, ...]:
    """Return the skills lacked or developed in each industry (where the mentee starts)."""
    seen: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for case in cases:
        industry = case.industry_from.label if case.industry_from else NOT_TOLD
        gaps: dict[str, bool] = {}
        for (skill, step), sure in _shown(case).items():
            if step != "used":
                gaps[skill] = gaps.get(skill, False) or sure
        for skill, sure in gaps.items():
            seen[skill, industry].append(sure)
    return tuple(Place(*key, _count(sure)) for key, sure in sorted(seen.items()))


def results(cases: Sequence[Case]) -> tuple[Result, ...]:
    """Return how often each type of outcome came about, most told first."""
    good: dict[str, list[bool]] = defaultdict(list)
    bad: dict[str, list[bool]] = defaultdict(list)
    for case in cases:
        told: dict[tuple[str, bool], bool] = {}
        for outcome in case.outcomes:
            key = (outcome.type, outcome.polarity == "positive")
            told[key] = told.get(key, False) or outcome.confidence >= SURE
        for (kind, well), sure in told.items():
            (good if well else bad)[kind].append(sure)
    found = [
        Result(kind.replace("_", " "), _count(good[kind]), _count(bad[kind]))
        for kind in OUTCOME_TYPES
        if good[kind] or bad[kind]
    ]
    # What fits no type comes last, however much of it there is.
    return tuple(sorted(found, key=lambda r: (r.type == "other", -r.good.all - r.bad.all, r.type)))


def not_cases(analysis: Analysis) -> tuple[LeftOut, ...]:
    """Return the documents without a case."""
    return tuple(
        LeftOut(d.path or d.id, d.reason) for d in analysis.documents if d.kind == "not_a_case"
    )


def skipped(analysis: Analysis) -> tuple[LeftOut, ...]:
    """Return the inputs that were not read, or not wholly; without folders of this machine."""
    return tuple(
        LeftOut(
            PurePosixPath(s.path).name if s.path.startswith("/") else s.path,
            f"{s.message} ({s.code})",
        )
        for s in analysis.skipped
    )


def moves(cases: Iterable[Case]) -> Counter[tuple[str, str]]:
    """Return how many stories lead from one industry to another (or stay)."""
    return Counter(
        (c.industry_from.label, c.industry_to.label)
        for c in cases
        if c.industry_from and c.industry_to
    )


def sure_share(cases: Iterable[Case]) -> tuple[int, int]:
    """Return how many skill mentions and outcomes are sure, and how many there are."""
    facts = [f.confidence for c in cases for kind in (c.skills, c.outcomes) for f in kind]
    return sum(confidence >= SURE for confidence in facts), len(facts)


def _shown(case: Case) -> dict[tuple[str, Status], bool]:
    found: dict[tuple[str, Status], bool] = {}
    for mention in case.skills:
        if mention.holder == "mentee" and not mention.hypothetical and mention.status in STEPS:
            key = (mention.skill, mention.status)
            found[key] = found.get(key, False) or mention.confidence >= SURE
    return found


def _count(sure: Sequence[bool]) -> Count:
    return Count(len(sure), sum(sure))
