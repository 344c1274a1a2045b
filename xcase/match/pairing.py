"""The story of a pairing: scores, what is forbidden, the best pairing, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from xcase.embed import TextEncoder
from xcase.errors import UsageError
from xcase.match.assign import assign, assign_regret, most_pairs
from xcase.match.audit import changes, fairness_table, sensitivity_table
from xcase.match.explain import Choice, Pairing, explain_idle, explain_pairs, explain_unmatched
from xcase.match.legal import Forbidden, forbidden, unread_numbers
from xcase.match.quotas import assign_with_bounds, bounds_of, inside, less, pinned
from xcase.match.reader import read_passages, read_skills
from xcase.match.records import Bound, Matching, Profile, Roster
from xcase.match.rules import Forbid, Pin, Rules, check_columns, column_name, refuse, set_aside
from xcase.match.score import (
    HIGHEST,
    OF_MENTEE,
    OF_MENTOR,
    Context,
    Parts,
    make_context,
    make_parts,
    silence,
)
from xcase.match.signals import Signals
from xcase.match.stable import blocking_pairs, stable_pairs
from xcase.pipeline import Annotates

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

MIN_SCORE = "min_score"


@dataclass(frozen=True, slots=True)
class Solution:
    """A pairing found: each mentee's mentor or -1, and what is known of its quality."""

    mentor: Ints
    proven: bool
    faults: tuple[str, ...] = ()


def read_profiles(
    mentees: Roster, mentors: Roster, annotator: Annotates | None
) -> tuple[Roster, Roster]:
    """Return both rosters in order of id, with the skills that each person has and wants."""
    return (_read(mentees, annotator), _read(mentors, annotator))


def weigh_up(
    mentees: Roster, mentors: Roster, rules: Rules, signals: Signals, encoder: TextEncoder | None
) -> tuple[Context, Parts]:
    """Return the parts of every pair's score; without an encoder no sentences are compared."""
    goals = None
    if encoder is not None:
        goals = (read_passages(mentees, encoder), read_passages(mentors, encoder))
    context = make_context(mentees.profiles, mentors.profiles, rules, signals, goals)
    return context, make_parts(context)


def match(
    mentees: Roster,
    mentors: Roster,
    rules: Rules,
    signals: Signals,
    encoder: TextEncoder | None,
    *,
    pins: Sequence[Pin] = (),
    forbids: Sequence[Forbid] = (),
    what_if: bool = False,
    partial: bool = False,
    fairness: Sequence[str] = (),
    sensitivity: bool = False,
    alternatives: int = 3,
) -> Matching:
    """Pair mentees with mentors whose skills were read by :func:`read_profiles`.

    Args:
        pins: pairs that are settled, beside those of the rules; ``forbids`` likewise.
        what_if: also pair without ``pins`` and ``forbids``, and say what they change.
        partial: return the pairs that are possible although not everybody can have a mentor.
        fairness: columns by whose values match rates and mean scores are compared.
        sensitivity: solve again with each weight 10 % higher and lower.

    Raises:
        UsageError: rules, pins and rosters contradict each other; every contradiction is named.
    """
    asked = rules.model_copy(
        update={"pin": (*rules.pin, *pins), "forbid": (*rules.forbid, *forbids)}
    )
    problem = _Problem(mentees, mentors, asked, check_fairness=fairness)
    context, parts = weigh_up(mentees, mentors, asked, signals, encoder)
    pairing, solution = problem.solve(context, parts)
    matching = problem.explain(pairing, solution, partial=partial, alternatives=alternatives)
    # Of pairs that are withheld nothing is told.
    shown = matching.status != "infeasible"
    if what_if and shown:
        before, _ = _Problem(mentees, mentors, rules).solve(context, parts)
        matching = replace(matching, what_if=changes(before, pairing))
    if fairness and shown:
        matching = replace(matching, fairness=fairness_table(pairing, fairness))
    if sensitivity and shown:
        matching = replace(
            matching,
            sensitivity=tuple(
                sensitivity_table(pairing, lambda parts: problem.solve(context, parts)[0])
            ),
        )
    unread = unread_numbers(asked, mentees, mentors)
    unread += set_aside(asked, mentees, mentors, compared=fairness)
    notes = (*mentees.notes, *mentors.notes, *unread, *matching.notes, *silence(context, parts))
    return replace(matching, notes=tuple(dict.fromkeys(notes)))


class _Problem:
    """Rosters and rules that fit together, ready to be solved for any weights."""

    def __init__(
        self, mentees: Roster, mentors: Roster, rules: Rules, check_fairness: Sequence[str] = ()
    ) -> None:
        self.rules = rules
        self._mentees, self._mentors = mentees.profiles, mentors.profiles
        faults = check_columns(rules, mentees, mentors)
        for column in check_fairness:
            if not any(column_name(column) in p.columns for p in self._mentees):
                faults.append(f"--fairness {column}: no mentee has such a column")
        self.places = np.array(
            [p.capacity or rules.capacity.default for p in self._mentors], np.int64
        )
        self.forbidden = forbidden(self._mentees, self._mentors, rules)
        self.pins, wrong = _pins(rules, self._mentees, self._mentors, self.forbidden, self.places)
        self.bounds, unknown = bounds_of(rules.quota, self._mentees, self._mentors)
        faults += wrong + unknown
        faults += [
            f"quota {name}: {done} pairs are pinned, and at most {bound.at_most} are allowed"
            for name, bound in self.bounds.items()
            if (done := pinned(bound, self.pins)) > bound.at_most
        ]
        refuse(faults)

    def solve(self, context: Context, parts: Parts) -> tuple[Pairing, Solution]:
        """Return the best pairing under the rules."""
        scores = parts.scores()
        found = self.forbidden
        if self.rules.min_score > 0:
            found = found.adding(MIN_SCORE, scores < round(self.rules.min_score * HIGHEST))
        legal, places = self._free(found)
        solution = self._solve(parts, scores, legal, places)
        mentor = solution.mentor.copy()
        pinned = np.zeros(len(mentor), bool)
        for i, j in self.pins.items():
            mentor[i], pinned[i] = j, True
        pairing = Pairing(context, parts, scores, found, self.places, mentor, pinned, self.bounds)
        return pairing, solution

    def explain(
        self, pairing: Pairing, solution: Solution, *, partial: bool, alternatives: int
    ) -> Matching:
        """Return the pairing with its reasons, and with causes for everybody who was left out."""
        legal, places = self._free(pairing.forbidden)
        choices = self._choices(pairing, legal, places)
        # What is stable goes before how many have a mentor; else more may have one.
        most = choices[0].mentor if choices and not self.rules.stable else pairing.mentor
        possible = bool((most >= 0).all()) and not solution.faults
        status = "stable" if self.rules.stable else "optimal" if solution.proven else "feasible"
        if not possible:
            status = "partial" if partial else "infeasible"
        shown = possible or partial
        doubt = () if solution.proven else ("the pairing is not proven to be the best one",)
        return Matching(
            pairs=explain_pairs(pairing, alternatives=alternatives) if shown else (),
            unmatched=explain_unmatched(pairing, choices),
            status=status,
            objective=self._objective(pairing) if shown else None,
            measures=self._measures(pairing, legal, places) if shown else {},
            unmatched_mentors=explain_idle(pairing) if shown else (),
            notes=(*solution.faults, *doubt),
            faults=solution.faults,
        )

    def _free(self, found: Forbidden) -> tuple[Bools, Ints]:
        """Return the pairs and places that are left when the settled pairs are taken out."""
        legal, places = found.mask == 0, self.places.copy()
        for i, j in self.pins.items():
            legal[i] = False
            places[j] -= 1
        return legal, places

    def _solve(
        self, parts: Parts, scores: npt.NDArray[np.int32], legal: Bools, places: Ints
    ) -> Solution:
        if self.rules.stable:
            return Solution(_stable(parts, scores, legal, places), True)
        if self.rules.objective == "regret":
            assignment, _ = assign_regret(scores, legal, places)
            return Solution(assignment.mentor, assignment.proven)
        if not self.bounds:
            assignment = assign(scores, legal, places, objective=self.rules.objective)
            return Solution(assignment.mentor, assignment.proven)
        return self._solve_with_quotas(scores, legal, places)

    def _solve_with_quotas(
        self, scores: npt.NDArray[np.int32], legal: Bools, places: Ints
    ) -> Solution:
        left = {name: less(bound, self.pins) for name, bound in self.bounds.items()}
        objective = self.rules.objective
        if objective == "regret":  # the rules exclude it; said again for the type checker
            raise UsageError('objective "regret" does not go with [[quota]]')
        doubt = None
        try:
            found = assign_with_bounds(
                scores, legal, places, list(left.values()), objective=objective
            )
            if found is not None:
                return Solution(found.mentor, found.proven)
        except UsageError as error:
            doubt = error
        faults, possible = [], {}
        for name, bound in left.items():
            reach = most_pairs(inside(legal, bound), places)
            if reach < bound.at_least:
                faults.append(
                    f"quota {name}: at least {bound.at_least} pairs are asked for beside the "
                    f"pinned ones, and {reach} are possible"
                )
            possible[name] = replace(bound, at_least=min(bound.at_least, reach))
        if not faults and doubt:
            raise doubt
        if not faults:
            faults = ["the quotas cannot be met together: " + ", ".join(sorted(left))]
            possible = {name: replace(bound, at_least=0) for name, bound in left.items()}
        for bounds in (possible, {n: replace(b, at_least=0) for n, b in left.items()}):
            with suppress(UsageError):
                found = assign_with_bounds(
                    scores, legal, places, list(bounds.values()), objective=objective
                )
                if found is not None:
                    return Solution(found.mentor, found.proven, tuple(faults))
        raise UsageError("no pairing keeps the quotas: " + "; ".join(faults))

    def _choices(self, pairing: Pairing, legal: Bools, places: Ints) -> list[Choice]:
        """Return pairings with more pairs, if somebody is left out: the first keeps all rules."""
        if (pairing.mentor >= 0).all():
            return []
        scores, choices = pairing.scores, []
        bounds = [less(bound, self.pins) for bound in self.bounds.values()]
        cause, relaxation = "the total score is higher without", 'objective = "participation"'
        if self.rules.stable:
            cause = "the stable pairing that was found has no mentor for this mentee"
            if self.rules.objective != "participation":
                relaxation = f"stable = false and {relaxation}"
            else:
                relaxation = "stable = false"
        if bounds:
            kept = _most_within(scores, legal, places, bounds)
            mentor = pairing.mentor if kept is None else kept
            mentor = np.where(pairing.pinned, pairing.mentor, mentor)
            choices.append(Choice(mentor, cause, relaxation))
            cause, relaxation = "a quota leaves no pair for this mentee", "without the [[quota]]"
            if len(self.rules.quota) > 1:
                choices += self._without_one_quota(pairing, legal, places, mentor)
                cause = "the quotas together leave no pair for this mentee"
                relaxation = "without any [[quota]]"
        free = assign(scores, legal, places, objective="participation").mentor
        choices.append(Choice(np.where(pairing.pinned, pairing.mentor, free), cause, relaxation))
        return choices

    def _without_one_quota(
        self, pairing: Pairing, legal: Bools, places: Ints, kept: Ints
    ) -> Iterator[Choice]:
        """Yield a pairing without each quota that costs a pair by itself; ``kept`` keeps all."""
        quotas = self.rules.quota
        for n, quota in enumerate(quotas):
            bounds, _ = bounds_of(quotas[:n] + quotas[n + 1 :], self._mentees, self._mentors)
            left = [less(bound, self.pins) for bound in bounds.values()]
            found = _most_within(pairing.scores, legal, places, left)
            if found is None:
                continue
            mentor = np.where(pairing.pinned, pairing.mentor, found)
            # With as many pairs as before somebody else would be left out instead.
            if (mentor >= 0).sum() > (kept >= 0).sum():
                name = quota.column if quota.value is None else f"{quota.column} = {quota.value}"
                cause = f"the [[quota]] on {name} leaves no pair for this mentee"
                yield Choice(mentor, cause, f"without the [[quota]] on {name}")

    def _objective(self, pairing: Pairing) -> float:
        if self.rules.objective == "participation":
            return float((pairing.mentor >= 0).sum())
        if self.rules.objective == "regret" and not self.rules.stable:
            return int(_regrets(pairing).max(initial=0)) / HIGHEST
        return int(pairing.gained().sum()) / HIGHEST

    def _measures(self, pairing: Pairing, legal: Bools, places: Ints) -> dict[str, Any]:
        got = pairing.gained()
        free = np.where(pairing.pinned, -1, pairing.mentor)
        blocking = blocking_pairs(free, *_views(pairing.parts), legal, places)
        return {
            "objective": "stable" if self.rules.stable else self.rules.objective,
            "mentees": len(self._mentees),
            "mentors": len(self._mentors),
            "places": int(self.places.sum()),
            "pairs": len(got),
            "total_score": int(got.sum()) / HIGHEST,
            "mean_score": round(float(got.mean()) / HIGHEST, 6) if len(got) else None,
            "largest_regret": int(_regrets(pairing).max()) / HIGHEST if len(got) else None,
            "blocking_pairs": blocking,
        }


def _read(roster: Roster, annotator: Annotates | None) -> Roster:
    ordered = tuple(sorted(roster.profiles, key=lambda p: p.id))
    return read_skills(replace(roster, profiles=ordered), annotator)


def _regrets(pairing: Pairing) -> Ints:
    """Return how much less than the best allowed mentor's the score of each matched mentee is."""
    best = np.where(pairing.forbidden.mask == 0, pairing.scores, 0).max(axis=1, initial=0)
    return np.asarray(np.maximum(best[pairing.mentor >= 0] - pairing.gained(), 0), np.int64)


def _views(parts: Parts) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Return what each pair is worth to its mentee and to its mentor."""
    return (
        parts.scores(name for name in parts.weights if name not in OF_MENTOR),
        parts.scores(name for name in parts.weights if name not in OF_MENTEE),
    )


def _most_within(
    scores: npt.NDArray[np.int32], legal: Bools, places: Ints, bounds: Sequence[Bound]
) -> Ints | None:
    """Return each mentee's mentor with the most pairs within bounds, or None if none is found.

    It is asked for to explain a pairing, which holds even where this search gives up.
    """
    try:
        found = assign_with_bounds(scores, legal, places, bounds, objective="participation")
    except UsageError:
        return None
    return None if found is None else found.mentor


def _stable(parts: Parts, scores: npt.NDArray[np.int32], legal: Bools, places: Ints) -> Ints:
    """Return each mentee's mentor in a stable pairing.

    Where nobody is indifferent all of them match the same people. Among equals the choice decides
    who is left over, and to find the one that leaves the fewest is NP-hard; so one pairing with
    the most pairs is tried, and taken if nobody would leave it.
    """
    views = _views(parts)
    mentor = stable_pairs(*views, legal, places)
    if (legal.any(axis=1) & (mentor < 0)).any():
        more = assign(scores, legal, places, objective="participation").mentor
        if (more >= 0).sum() > (mentor >= 0).sum() and not blocking_pairs(
            more, *views, legal, places
        ):
            return more
    return mentor


def _pins(
    rules: Rules,
    mentees: Sequence[Profile],
    mentors: Sequence[Profile],
    found: Forbidden,
    places: Ints,
) -> tuple[dict[int, int], list[str]]:
    left = {p.id: i for i, p in enumerate(mentees)}
    right = {p.id: j for j, p in enumerate(mentors)}
    pins: dict[int, int] = {}
    faults = []
    for pin in rules.pin:
        if pin.mentee not in left or pin.mentor not in right:
            continue  # named by check_columns
        i, j = left[pin.mentee], right[pin.mentor]
        if pins.get(i, j) != j:
            faults.append(f"{pin.mentee!r} is pinned to two mentors")
        faults += [
            f"{pin.mentee!r} = {pin.mentor!r} is pinned and forbidden by {name!r}"
            for name in found.reasons(i, j)
        ]
        pins[i] = j
    for j, count in sorted(Counter(pins.values()).items()):
        if count > places[j]:
            fault = f"{count} mentees are pinned to {mentors[j].id!r}, who has {places[j]} place(s)"
            faults.append(fault)
    return pins, faults
