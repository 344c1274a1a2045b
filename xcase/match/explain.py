"""Why this pair, why not that person, and what else could have been."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from xcase.match.legal import REPORTING_LINE, SAME_PERSON, Forbidden
from xcase.match.reader import Passages, cell_text
from xcase.match.records import (
    Aim,
    Alternative,
    Bound,
    Evidence,
    Idle,
    Pair,
    Profile,
    Reason,
    Unmatched,
)
from xcase.match.rules import column_name
from xcase.match.score import HIGHEST, MISSING, UNIT, Context, Parts, part_of

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

SHOWN = 3  # quotes a reason shows of each kind


@dataclass(frozen=True, slots=True)
class Pairing:
    """A pairing of all mentees, with what is needed to explain it.

    ``mentor[i]`` is the mentor of mentee i or -1, ``places`` what each mentor's row or the rules
    give, ``pinned`` says of each mentee whether the pair was settled before, ``bounds`` are those
    of the quotas by what they are called.
    """

    context: Context
    parts: Parts
    scores: npt.NDArray[np.int32]
    forbidden: Forbidden
    places: Ints
    mentor: Ints
    pinned: Bools
    bounds: Mapping[str, Bound] = field(default_factory=dict)

    def gained(self) -> Ints:
        """Return the score of each pair made, in millionths, in order of the mentees."""
        who = np.flatnonzero(self.mentor >= 0)
        return self.scores[who, self.mentor[who]].astype(np.int64)


def explain_pairs(pairing: Pairing, *, alternatives: int) -> tuple[Pair, ...]:
    """Return the pairs in order of the mentees' ids."""
    why = Reasons(pairing.context, pairing.parts)
    legal = pairing.forbidden.mask == 0
    found = []
    for i in np.flatnonzero(pairing.mentor >= 0).tolist():
        j = int(pairing.mentor[i])
        others = best_mentors(pairing, legal, i, alternatives, apart_from=j)
        score = int(pairing.scores[i, j]) / HIGHEST
        reasons, missing, confidence = why.of(i, j)
        found.append(
            Pair(
                mentee_id=pairing.context.mentees[i].id,
                mentor_id=pairing.context.mentors[j].id,
                score=score,
                reasons=reasons,
                alternatives=others,
                confidence=confidence,
                missing=missing,
                margin=round(score - others[0].score, 6) if others else None,
                pinned=bool(pairing.pinned[i]),
            )
        )
    return tuple(found)


def best_mentors(
    pairing: Pairing, legal: Bools, mentee: int, count: int, *, apart_from: int = -1
) -> tuple[Alternative, ...]:
    """Return the allowed mentors with the highest scores for a mentee, free or not."""
    allowed = np.flatnonzero(legal[mentee])
    allowed = allowed[allowed != apart_from]
    scores = pairing.scores[mentee, allowed]
    order = np.argsort(-scores, kind="stable")[:count]
    return tuple(
        Alternative(pairing.context.mentors[allowed[k]].id, int(scores[k]) / HIGHEST)
        for k in order.tolist()
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """A pairing with more pairs, the demand that it gives up, and how to give it up."""

    mentor: Ints
    cause: str
    relaxation: str


class Reasons:
    """The parts of one pair's score with the words behind them."""

    def __init__(self, context: Context, parts: Parts) -> None:
        self._context, self._parts = context, parts
        self._criteria = {part_of(criterion): criterion for criterion in context.rules.criterion}
        left, right = context.goals or (None, None)
        self._left = _of_people(left, len(context.mentees))
        self._right = _of_people(right, len(context.mentors))

    def of(self, i: int, j: int) -> tuple[tuple[Reason, ...], tuple[str, ...], float]:
        """Return the reasons, the names of the parts about which nothing is known, and the share
        of the weights that something is known of."""
        reasons, missing, known = [], [], 0
        for name, weight in self._parts.weights.items():
            value = self._parts.values[name][i, j]
            if value == MISSING:
                if weight:
                    missing.append(name)
                continue
            known += weight
            evidence = self._evidence(name, i, j) if value else ()
            reasons.append(Reason(name, weight / UNIT, int(value) / UNIT, tuple(evidence)))
        return tuple(reasons), tuple(missing), known / UNIT

    def _evidence(self, name: str, i: int, j: int) -> Iterable[Evidence]:
        mentee, mentor = self._context.mentees[i], self._context.mentors[j]
        if name == "skills":
            return _shared(mentee, "want", mentor, "have")
        if name == "mutual":
            return _shared(mentor, "want", mentee, "have")
        if name == "goals":
            return self._sentences(i, j)
        if name == "transfer":
            way = (str(mentor.industry), str(mentee.target_industry))
            told = self._context.transfers.get(way, {})
            skills = [s for s in _common(mentee, "want", mentor, "have") if s in told]
            return [e for skill in skills[:SHOWN] for e in told[skill].evidence[:1]]
        if name == "cases":
            has = {s.skill for s in mentor.skills if s.aim == "have"}
            like = [c for c in self._context.cases[i] if c.good and has & set(c.helped)]
            return [e for case in like[:SHOWN] for r in case.reasons for e in r.evidence[:1]]
        if name in ("mentee_preference", "mentor_preference"):
            return _cells(mentee if name == "mentee_preference" else mentor, ["preferred"])
        if name in self._criteria:
            column = self._criteria[name].column
            other = self._criteria[name].mentor_column or column
            return _cells(mentee, [column_name(column)]) + _cells(mentor, [column_name(other)])
        columns = {"languages": ["languages"], "time": ["availability", "time_zone"]}[name]
        return [e for person in (mentee, mentor) for e in _cells(person, columns)]

    def _sentences(self, i: int, j: int) -> list[Evidence]:
        goals = self._context.goals
        if goals is None:
            return []
        rows, columns = self._left[i], self._right[j]
        cosines = goals[0].vectors[rows] @ goals[1].vectors[columns].T
        found = []
        for row in np.argsort(-cosines.max(axis=1), kind="stable")[:2].tolist():
            found.append(goals[0].passages[rows.start + row].evidence)
            found.append(goals[1].passages[columns.start + int(cosines[row].argmax())].evidence)
        return list(dict.fromkeys(found))


def explain_unmatched(pairing: Pairing, choices: Sequence[Choice]) -> tuple[Unmatched, ...]:
    """Return why each mentee without mentor has none, and the smallest change that would help.

    Args:
        choices: pairings with more pairs, under fewer demands; who has a mentor in one of them was
            left out for the demand that it lacks.
    """
    within_reach, full = _reachable(pairing), _full(pairing)
    return tuple(
        _unmatched(pairing, i, choices, within_reach, full)
        for i in np.flatnonzero(pairing.mentor < 0).tolist()
    )


def explain_idle(pairing: Pairing) -> tuple[Idle, ...]:
    """Return why each mentor without mentee has none."""
    taken = np.bincount(pairing.mentor[pairing.mentor >= 0], minlength=len(pairing.places))
    legal = pairing.forbidden.mask == 0
    full = {name: b for name, b in _full(pairing).items() if b.side == "mentor"}
    found = []
    for j in np.flatnonzero(taken == 0).tolist():
        quotas = [f"at most {b.at_most} for {name}" for name, b in full.items() if j in b.members]
        if not legal[:, j].any():
            cause = f"no mentee is allowed: {_counts(pairing.forbidden, ..., j)}"
        elif quotas:
            cause = f"a quota is reached: {', '.join(quotas)}"
        else:
            cause = "other mentors suit the mentees better"
        found.append(Idle(pairing.context.mentors[j].id, cause))
    return tuple(found)


def _unmatched(
    pairing: Pairing,
    i: int,
    choices: Sequence[Choice],
    within_reach: Bools,
    full: Mapping[str, Bound],
) -> Unmatched:
    mentors = pairing.context.mentors
    legal = pairing.forbidden.mask[i] == 0
    who = pairing.context.mentees[i].id
    if not len(mentors):
        return Unmatched(who, "there is no mentor", "add a mentor")
    if not legal.any():
        cause = f"no mentor is allowed: {_counts(pairing.forbidden, i, ...)}"
        return Unmatched(who, cause, _exemption(pairing, i, within_reach, full))
    for choice in choices:
        if choice.mentor[i] >= 0:
            then = f"{choice.relaxation}: then {mentors[choice.mentor[i]].id!r} is possible"
            return Unmatched(who, choice.cause, then)
    allowed = np.flatnonzero(legal)
    j = int(allowed[np.argmax(pairing.scores[i, allowed])])
    count = "the one allowed mentor is" if len(allowed) == 1 else f"all {len(allowed)} allowed "
    cause = count if len(allowed) == 1 else f"{count}mentors are"
    more = f"one more place with {mentors[j].id!r}{_raised(full, i, j)}"
    return Unmatched(who, f"{cause} full", more)


def _full(pairing: Pairing) -> dict[str, Bound]:
    """Return the quotas that allow no pair more."""
    who = np.flatnonzero(pairing.mentor >= 0)
    people = {"mentee": who, "mentor": pairing.mentor[who]}
    return {
        name: bound
        for name, bound in pairing.bounds.items()
        if np.isin(people[bound.side], list(bound.members)).sum() >= bound.at_most
    }


def _raised(full: Mapping[str, Bound], i: int, j: int) -> str:
    """Return which quotas a pair needs to be raised."""
    return "".join(
        f", and at_most = {bound.at_most + 1} for {name}"
        for name, bound in full.items()
        if (i if bound.side == "mentee" else j) in bound.members
    )


def _exemption(pairing: Pairing, i: int, within_reach: Bools, full: Mapping[str, Bound]) -> str:
    """Return the fewest rules to lift for one pair; a person is never matched with herself."""
    bits = pairing.forbidden.mask[i]
    never = np.uint32(1 << SAME_PERSON | 1 << REPORTING_LINE)
    possible = np.flatnonzero((bits & never) == 0)
    if not possible.size:
        return "add a mentor; the ones there are the mentee herself or in her reporting line"
    changes = np.bitwise_count(bits[possible]) + ~within_reach[possible]
    for bound in full.values():
        if bound.side == "mentor":
            changes += np.isin(possible, list(bound.members))
    order = np.lexsort((-pairing.scores[i, possible], changes))
    j = int(possible[order[0]])
    mentor = pairing.context.mentors[j].id
    rules = " and ".join(repr(name) for name in pairing.forbidden.reasons(i, j))
    more = "" if within_reach[j] else f", and give {mentor!r} one more place"
    return f"exempt the pair with {mentor!r} from {rules}{more}{_raised(full, i, j)}"


def _reachable(pairing: Pairing) -> Bools:
    """Return the mentors with whom a place is free, or can be freed by moving others along.

    Under quotas nobody is moved: who goes to another mentor may count for another group.
    """
    legal = (pairing.forbidden.mask == 0) & ~pairing.pinned[:, None]
    who = np.flatnonzero(pairing.mentor >= 0)
    taken = np.bincount(pairing.mentor[who], minlength=len(pairing.places))
    reach = taken < pairing.places
    while not pairing.bounds:
        can_move = legal[who][:, reach].any(axis=1)
        wider = reach.copy()
        wider[pairing.mentor[who[can_move]]] = True
        if np.array_equal(wider, reach):
            break
        reach = wider
    return reach


def _counts(forbidden: Forbidden, i: object, j: object) -> str:
    bits = forbidden.mask[i, j]  # type: ignore[index]
    counts = [
        (int((bits >> np.uint32(bit) & np.uint32(1)).sum()), name)
        for bit, name in enumerate(forbidden.names)
    ]
    return ", ".join(f"{name} ({n} of {len(bits)})" for n, name in counts if n)


def _of_people(side: Passages | None, count: int) -> list[slice]:
    if side is None:
        return [slice(0, 0)] * count
    people = np.array([p.person for p in side.passages], int)
    starts = np.searchsorted(people, np.arange(count), side="left")
    ends = np.searchsorted(people, np.arange(count), side="right")
    return [slice(int(a), int(b)) for a, b in zip(starts, ends, strict=True)]


def _common(left: Profile, aim: Aim, right: Profile, other: Aim) -> list[str]:
    ours = {s.skill: s.confidence for s in left.skills if s.aim == aim}
    theirs = {s.skill: s.confidence for s in right.skills if s.aim == other}
    return sorted(ours.keys() & theirs.keys(), key=lambda s: (-ours[s] * theirs[s], s))


def _shared(left: Profile, aim: Aim, right: Profile, other: Aim) -> list[Evidence]:
    ours = {s.skill: s.evidence for s in left.skills if s.aim == aim}
    theirs = {s.skill: s.evidence for s in right.skills if s.aim == other}
    shared: Sequence[str] = _common(left, aim, right, other)[:SHOWN]
    return [e for skill in shared for e in (ours[skill], theirs[skill])]


def _cells(person: Profile, columns: Iterable[str]) -> list[Evidence]:
    return [
        Evidence(f"{person.id}#{column}", 0, len(text), text)
        for column in columns
        if (text := cell_text(person, column))
    ]
