"""What the cases say: who moved from where to where, and which skills came along.

Only what a text says happened to the mentee is counted; hypothetical statements are kept apart. A
story that was told again elsewhere counts once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from xcase.duplicates import first_tellings
from xcase.endings import ended_badly
from xcase.records import Analysis, Case, Evidence, IndustryGuess, SkillMention
from xcase.taxonomy import load_industries, load_skills
from xcase.transfer.bridge import sentence_of

Counts = NDArray[np.int64]
Matrix = NDArray[np.float64]
# carried: developed or used after the background, and the story did not end badly.
# shown: there before, but the text does not say that it was used again.
# failed: there before or used, and lacking afterwards, or the story ended badly.
# supposed: only said as advice, hope or condition; counted as nothing.
Course = Literal["carried", "shown", "failed", "supposed"]

# Cases that the prior is worth when a share is taken over the cases into one industry or out of
# one, and over those of one move. Chosen by scripts/measure_transfer.py --choose.
SIDE_PRIOR = 50.0
MOVE_PRIOR = 20.0
# What the prior is worth in the interval of one move: more than three cases.
INTERVAL_PRIOR = 5.0
TAIL = 0.025


@dataclass(frozen=True, slots=True)
class Sighting:
    """A skill in the course of one case; industries are taxonomy positions, -1 is not told."""

    case_id: str
    skill: int
    source: int
    target: int
    course: Course
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class CaseCounts:
    """Directed counts, from x to (x skills); the last row and column are cases that do not tell.

    ``value`` is from x to x skills without those: the share of cases in which the skill was
    carried, shrunk to the shares into the target and out of the source and these to the share in
    all cases, as a square root over the highest share of any skill (0 to 1). ``usual`` is the share
    of all sightings that were carried.
    """

    moves: Counts
    carried: Counts
    shown: Counts
    failed: Counts
    value: Matrix
    usual: float
    sightings: dict[int, tuple[Sighting, ...]]

    def interval(self, source: int, target: int, skill: int) -> tuple[float, float]:
        """Return the 95 % interval of the share carried among the cases of this move (Beta).

        The prior is worth :data:`INTERVAL_PRIOR` cases at the share in all cases.
        """
        from scipy.special import betaincinv

        n, good = self.total(source, target, skill), self.carried[source, target, skill]
        # Half a case keeps both sides of the prior above zero.
        a = good + INTERVAL_PRIOR * self.usual + 0.5
        b = n - good + INTERVAL_PRIOR * (1 - self.usual) + 0.5
        return float(betaincinv(a, b, TAIL)), float(betaincinv(a, b, 1 - TAIL))

    def total(self, source: int, target: int, skill: int) -> int:
        """Return in how many cases of this move the skill was seen at all."""
        at = (source, target, skill)
        return int(self.carried[at] + self.shown[at] + self.failed[at])

    def into(self, source: int, target: int, skill: int) -> int:
        """Return how many cases carried the skill into the target, from anywhere.

        Who was there before brought nothing in: such cases count only if the question is of
        staying.
        """
        stayed = 0 if source == target else self.carried[target, target, skill]
        return int(self.carried[:, target, skill].sum() - stayed)


def count_cases(analysis: Analysis) -> CaseCounts:
    """Count the moves and the skills of every case of an analysis."""
    texts = {d.id: d.text for d in analysis.documents}
    cases = first_tellings(analysis)
    size, skills = len(load_industries()) + 1, len(load_skills())
    moves = np.zeros((size, size), dtype=np.int64)
    counts = {c: np.zeros((size, size, skills), dtype=np.int64) for c in ("carried", "shown")}
    counts["failed"] = np.zeros((size, size, skills), dtype=np.int64)
    found: dict[int, list[Sighting]] = defaultdict(list)
    for case in cases:
        source, target = _industry(case.industry_from), _industry(case.industry_to)
        moves[source, target] += 1
        for sighting in _sightings(case, texts[case.document_id], source, target):
            found[sighting.skill].append(sighting)
            if sighting.course != "supposed":
                counts[sighting.course][source, target, sighting.skill] += 1
    return CaseCounts(
        moves=moves,
        **counts,
        usual=float(counts["carried"].sum() / max(1, sum(c.sum() for c in counts.values()))),
        value=case_value(moves, counts["carried"]),
        sightings={skill: tuple(seen) for skill, seen in found.items()},
    )


def shares(moves: Counts, carried: Counts) -> Matrix:
    """Return from x to x skills: the shrunk share of the cases of a move that carried the skill."""
    everywhere = (carried.sum(axis=(0, 1)) + 0.5) / (moves.sum() + 1)
    into = (carried.sum(axis=0) + SIDE_PRIOR * everywhere) / (
        moves.sum(axis=0)[:, None] + SIDE_PRIOR
    )
    out_of = (carried.sum(axis=1) + SIDE_PRIOR * everywhere) / (
        moves.sum(axis=1)[:, None] + SIDE_PRIOR
    )
    prior = np.sqrt(out_of[:, None] * into[None, :])
    return np.asarray((carried + MOVE_PRIOR * prior) / (moves[:, :, None] + MOVE_PRIOR))


def case_value(moves: Counts, carried: Counts) -> Matrix:
    """Return from x to x skills, 0 to 1: the signal of the cases, 0 where there is none at all."""
    if not carried.any():
        return np.zeros((len(moves) - 1, len(moves) - 1, carried.shape[2]))
    highest = (carried.sum(axis=(0, 1)).max() + 0.5) / (moves.sum() + 1)
    return np.asarray(np.sqrt(np.minimum(shares(moves, carried)[:-1, :-1] / highest, 1)))


def _industry(guess: IndustryGuess | None) -> int:
    return -1 if guess is None else _positions()[0].get(guess.label, -1)


def _positions() -> tuple[dict[str, int], dict[str, int]]:
    industries = {i.label: n for n, i in enumerate(load_industries())}
    return industries, {s.name: n for n, s in enumerate(load_skills())}


def _sightings(case: Case, text: str, source: int, target: int) -> Iterator[Sighting]:
    by_skill: dict[str, list[SkillMention]] = defaultdict(list)
    for mention in case.skills:
        if mention.holder == "mentee":
            by_skill[mention.skill].append(mention)
    known = _positions()[1]
    for name, mentions in by_skill.items():
        course, tellers = _course(mentions, badly=ended_badly(case))
        if course is not None and name in known:
            evidence = tuple(sentence_of(case, m, text) for m in tellers)
            yield Sighting(case.id, known[name], source, target, course, evidence)


def _course(
    mentions: Sequence[SkillMention], *, badly: bool
) -> tuple[Course | None, list[SkillMention]]:
    """Return what became of one skill in one case, and the mentions that tell it."""
    told = [m for m in mentions if not m.hypothetical]
    before = [m for m in told if m.status == "had" or _before(m, "used", "developed")]
    after = [m for m in told if m.status in ("developed", "used") and m.phase != "background"]
    lacking = [m for m in told if m.status == "lacked" and m.phase == "outcome"]
    if not before and not after:
        return ("supposed", list(mentions)) if mentions and not told else (None, [])
    if lacking:
        return "failed", lacking
    if badly:
        return "failed", after or before
    return ("carried", after) if after else ("shown", before)


def _before(mention: SkillMention, *statuses: str) -> bool:
    return mention.phase == "background" and mention.status in statuses
