"""The score of every pair at once: one table of values for each part, and what each part weighs.

Values are whole thousandths and weights whole thousandths that sum to 1,000, so that a score is a
whole number of millionths: the same on every machine, and exactly the sum of its reasons. Where
either profile is silent a part is *missing*: it adds nothing and lowers the confidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from xcase.columns import folded
from xcase.match.clocks import HALF_DAY, clock
from xcase.match.legal import Floats, describe, named_people, overlap, test_values, words
from xcase.match.reader import Passages
from xcase.match.records import Aim, Profile
from xcase.match.rules import CRITERION_WEIGHTS, Criterion, Rules
from xcase.match.signals import CaseSignal, Signals
from xcase.records import Transfer

Values = npt.NDArray[np.uint16]
Scores = npt.NDArray[np.int32]
Known = npt.NDArray[np.bool_]
Transfers = Mapping[tuple[str, str], Mapping[str, Transfer]]

UNIT = 1000  # of values and of weights
HIGHEST = UNIT * UNIT  # a score, in millionths
MISSING = np.uint16(0xFFFF)
# Parts that only one side cares for; the other side's view of a pair leaves them out.
OF_MENTEE = ("mentee_preference",)
OF_MENTOR = ("mentor_preference", "mutual")
# Cases read for a mentee: enough to average over, few enough to be like her.
SIMILAR_CASES = 10
# Mentees whose sentences are compared at once: bounds the memory.
BLOCK = 128


@dataclass(frozen=True, slots=True)
class Context:
    """Everything that a pair's score is made from; people of each side stand in order of id."""

    mentees: tuple[Profile, ...]
    mentors: tuple[Profile, ...]
    rules: Rules
    transfers: Transfers
    cases: tuple[Sequence[CaseSignal], ...]
    goals: tuple[Passages, Passages] | None


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of all scores: ``values[part]`` is (mentees, mentors), in thousandths."""

    weights: dict[str, int]
    values: dict[str, Values]

    def scores(self, names: Iterable[str] | None = None) -> Scores:
        """Return the score of each pair in millionths, from all parts or those named."""
        chosen = self.weights if names is None else {n: self.weights[n] for n in names}
        shape = next(iter(self.values.values())).shape
        total = np.zeros(shape, np.int32)
        for name, weight in chosen.items():
            value = self.values[name]
            if weight:
                total += np.where(value == MISSING, 0, value).astype(np.int32) * np.int32(weight)
        return total

    def weighed(self, weights: Mapping[str, float]) -> Parts:
        """Return the same values under other weights."""
        return Parts(whole_weights(weights), self.values)


def make_context(
    mentees: Sequence[Profile],
    mentors: Sequence[Profile],
    rules: Rules,
    signals: Signals,
    goals: tuple[Passages, Passages] | None,
) -> Context:
    """Ask the other rooms once for everything that a pair's score needs of them."""
    sources = {m.industry for m in mentors if m.industry}
    targets = {m.target_industry for m in mentees if m.target_industry}
    transfers = {
        (source, target): {
            t.skill: t for t in signals.transfers(source, target) if t.verdict != "insufficient"
        }
        for source in sorted(sources)
        for target in sorted(targets)
    }
    cases = tuple(signals.cases(mentees, SIMILAR_CASES))
    return Context(tuple(mentees), tuple(mentors), rules, transfers, cases, goals)


def make_parts(context: Context) -> Parts:
    """Return the value of each part for each pair."""
    mentees, mentors = context.mentees, context.mentors
    skills = _Skills(mentees, mentors)
    values: dict[str, Values] = {
        "skills": skills.complement(),
        "goals": _goals(context),
        "transfer": skills.transfer(context),
        "cases": skills.cases(context),
        "languages": _languages(mentees, mentors),
        "time": _time(mentees, mentors),
        "mentee_preference": _preference(mentees, mentors),
        "mentor_preference": _preference(mentors, mentees).T,
        "mutual": skills.mutual(),
    }
    weights: dict[str, float] = dict(context.rules.part_weights().items())
    for criterion in context.rules.criterion:
        if criterion.weight == "must":
            continue
        name = part_of(criterion)
        values[name] = thousandths(*test_values(criterion, mentees, mentors))
        weights[name] = CRITERION_WEIGHTS[criterion.weight]
    return Parts(whole_weights(weights), values)


def silence(context: Context, parts: Parts) -> list[str]:
    """Return a remark for each part of the score about which nothing is known of any pair."""
    told = {
        "goals": "no sentences were compared",
        "transfer": "nothing is known of skills that carry over",
        "cases": "no like cases are known",
    }
    people = bool(context.mentees and context.mentors)
    return [
        f"{name}: {told.get(name, 'no two profiles say anything')}; it adds to no score"
        for name, value in parts.values.items()
        if people and parts.weights[name] and (value == MISSING).all()
    ]


def part_of(criterion: Criterion) -> str:
    """Return the name of the part that a criterion adds to a score."""
    return f"criterion: {describe(criterion)}"


def whole_weights(weights: Mapping[str, float]) -> dict[str, int]:
    """Return weights as whole thousandths that sum to 1,000 (largest remainders round up)."""
    total = sum(weights.values())
    exact = {name: UNIT * weight / total for name, weight in weights.items()}
    whole = {name: int(value) for name, value in exact.items()}
    order = sorted(exact, key=lambda name: (whole[name] - exact[name], name))
    for name in order[: UNIT - sum(whole.values())]:
        whole[name] += 1
    return whole


def thousandths(value: Floats, known: Known) -> Values:
    """Return values of 0 to 1 as whole thousandths, and MISSING where nothing is known."""
    whole = np.rint(np.clip(value, 0, 1) * UNIT).astype(np.uint16)
    return np.where(known, whole, MISSING).astype(np.uint16)


class _Skills:
    """Tables of who has and wants which skill, as far as somebody on the other side cares."""

    def __init__(self, mentees: Sequence[Profile], mentors: Sequence[Profile]) -> None:
        self._mentees, self._mentors = mentees, mentors

    def complement(self) -> Values:
        """The share of what the mentee wants that the mentor has."""
        return self._share(self._mentees, "want", self._mentors, "have")

    def mutual(self) -> Values:
        """The share of what the mentor wants that the mentee has."""
        return np.ascontiguousarray(self._share(self._mentors, "want", self._mentees, "have").T)

    def transfer(self, context: Context) -> Values:
        """How well the skills that the pair is about carry over to the mentee's target."""
        result = np.full((len(self._mentees), len(self._mentors)), MISSING, np.uint16)
        known = {s for table in context.transfers.values() for s in table}
        vocabulary = {skill: k for k, skill in enumerate(sorted(known))}
        if not vocabulary:
            return result
        want = _table(self._mentees, "want", vocabulary)
        have = _table(self._mentors, "have", vocabulary)
        for (source, target), table in context.transfers.items():
            rows = np.array([p.target_industry == target for p in self._mentees])
            columns = np.array([p.industry == source for p in self._mentors])
            if not table or not rows.any() or not columns.any():
                continue
            seen, strength = np.zeros((2, len(vocabulary)), np.float32)
            for skill, signal in table.items():
                seen[vocabulary[skill]], strength[vocabulary[skill]] = 1, signal.score
            shared = (want[rows] * seen) @ have[columns].T
            carried = (want[rows] * strength) @ have[columns].T
            value = carried / np.maximum(shared, 1e-9)
            result[np.ix_(rows, columns)] = thousandths(value, shared > 0)
        return result

    def cases(self, context: Context) -> Values:
        """How far the mentor has what helped in like cases that ended well."""
        helped = {s for cases in context.cases for case in cases for s in case.helped}
        vocabulary = {skill: k for k, skill in enumerate(sorted(helped))}
        table = np.zeros((len(self._mentees), len(vocabulary)), np.float32)
        known = np.zeros(len(self._mentees), bool)
        for row, cases in enumerate(context.cases):
            total = sum(case.score for case in cases if case.helped)
            known[row] = total > 0
            for case in cases:
                if case.good and case.helped and total:
                    share = case.score / total / len(case.helped)
                    table[row, [vocabulary[s] for s in case.helped]] += share
        have = _table(self._mentors, "have", vocabulary)
        says = _says(self._mentors, "have")
        return thousandths(table @ have.T, known[:, None] & says[None, :])

    @staticmethod
    def _share(left: Sequence[Profile], aim: Aim, right: Sequence[Profile], other: Aim) -> Values:
        wanted = {s.skill for p in left for s in p.skills if s.aim == aim}
        offered = {s.skill for p in right for s in p.skills if s.aim == other}
        vocabulary = {skill: k for k, skill in enumerate(sorted(wanted & offered))}
        sizes = np.array([sum(s.confidence for s in p.skills if s.aim == aim) for p in left])
        met = _table(left, aim, vocabulary) @ _table(right, other, vocabulary).T
        known = (sizes > 0)[:, None] & _says(right, other)[None, :]
        return thousandths(met / np.maximum(sizes, 1e-9)[:, None].astype(np.float32), known)


def _table(people: Sequence[Profile], aim: Aim, vocabulary: Mapping[str, int]) -> Floats:
    table = np.zeros((len(people), len(vocabulary)), np.float32)
    for row, person in enumerate(people):
        for skill in person.skills:
            if skill.aim == aim and skill.skill in vocabulary:
                table[row, vocabulary[skill.skill]] = skill.confidence
    return table


def _says(people: Sequence[Profile], aim: Aim) -> Known:
    return np.array([any(s.aim == aim for s in p.skills) for p in people], bool)


def _goals(context: Context) -> Values:
    """Mean over the mentee's sentences of the cosine of the mentor's nearest sentence."""
    shape = (len(context.mentees), len(context.mentors))
    result = np.full(shape, MISSING, np.uint16)
    if context.goals is None or not all(side.passages for side in context.goals):
        return result
    left, right = context.goals
    rows, row_starts = np.unique([p.person for p in left.passages], return_index=True)
    columns, column_starts = np.unique([p.person for p in right.passages], return_index=True)
    ends = np.append(row_starts[1:], len(left.passages))
    for first in range(0, len(rows), BLOCK):
        chosen = slice(first, first + BLOCK)
        begin, end = row_starts[chosen][0], ends[chosen][-1]
        cosines = left.vectors[begin:end] @ right.vectors.T
        nearest = np.maximum.reduceat(cosines, column_starts, axis=1)
        sizes = (ends[chosen] - row_starts[chosen])[:, None]
        mean = np.add.reduceat(nearest, row_starts[chosen] - begin, axis=0) / sizes
        value = thousandths(mean.astype(np.float32), np.ones(mean.shape, bool))
        result[np.ix_(rows[chosen], columns)] = value
    return result


def _languages(mentees: Sequence[Profile], mentors: Sequence[Profile]) -> Values:
    """Whether the two share a language: one is enough to talk."""
    left, right = _words(mentees, "languages"), _words(mentors, "languages")
    shared = (overlap(left, right) > 0).astype(np.float32)
    return thousandths(shared, _filled(left)[:, None] & _filled(right)[None, :])


def _time(mentees: Sequence[Profile], mentors: Sequence[Profile]) -> Values:
    """The share of the mentee's free times that suit the mentor, else how near their clocks are."""
    left, right = _words(mentees, "availability"), _words(mentors, "availability")
    slots = overlap(left, right)
    both = _filled(left)[:, None] & _filled(right)[None, :]
    here, there = (
        np.array(
            [
                _or_nan(clock(p.columns["time_zone"]) if "time_zone" in p.columns else None)
                for p in people
            ]
        )
        for people in (mentees, mentors)
    )
    apart = np.abs(here[:, None] - there[None, :])
    apart = np.where(apart > HALF_DAY, 2 * HALF_DAY - apart, apart)
    near = np.where(np.isnan(apart), 0, 1 - apart / HALF_DAY)
    value = np.where(both, slots, near).astype(np.float32)
    return thousandths(value, both | ~np.isnan(apart))


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value


def _preference(who: Sequence[Profile], others: Sequence[Profile]) -> Values:
    """1 for the first of a person's list of wishes, down in equal steps; 0 for who is not on it."""
    index: dict[str, list[int]] = {}
    for j, other in enumerate(others):
        for name in named_people(other):
            index.setdefault(name, []).append(j)
    value = np.zeros((len(who), len(others)), np.float32)
    for i, person in enumerate(who):
        wishes = [folded(name) for name in person.columns.get("preferred", ())]
        if (whole := ", ".join(wishes)) in index:
            wishes = [whole]
        for rank, name in reversed(list(enumerate(wishes))):
            value[i, index.get(name, [])] = 1 - rank / len(wishes)
    says = np.array(["preferred" in p.columns for p in who], bool)
    return thousandths(value, np.broadcast_to(says[:, None], value.shape))


def _words(people: Sequence[Profile], column: str) -> list[set[str]]:
    return [words(p.columns.get(column)) for p in people]


def _filled(sets: Sequence[set[str]]) -> Known:
    return np.array([bool(s) for s in sets], bool)
