"""Which pairs the rules forbid, and by which rule: one bit a rule, so that a cause can be named."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from xcase.columns import folded, items, told_items
from xcase.errors import UsageError
from xcase.match.records import Profile, Roster
from xcase.match.rules import Criterion, Rules, column_name

Mask = npt.NDArray[np.uint32]
Floats = npt.NDArray[np.float32]

SAME_PERSON, REPORTING_LINE, LISTED = 0, 1, 2
MAX_RULES = 32


@dataclass(frozen=True, slots=True)
class Forbidden:
    """Bit ``b`` of ``mask[i, j]`` is set where ``names[b]`` forbids mentee i and mentor j."""

    mask: Mask
    names: tuple[str, ...]

    def reasons(self, mentee: int, mentor: int) -> list[str]:
        """Return the names of the rules that forbid a pair."""
        bits = int(self.mask[mentee, mentor])
        return [name for bit, name in enumerate(self.names) if bits >> bit & 1]

    def adding(self, name: str, pairs: npt.NDArray[np.bool_]) -> Forbidden:
        """Return these rules and one more."""
        names = (*self.names, name)
        mask = self.mask | (pairs.astype(np.uint32) << np.uint32(len(self.names)))
        return Forbidden(mask, names)


def forbidden(mentees: Sequence[Profile], mentors: Sequence[Profile], rules: Rules) -> Forbidden:
    """Return what is never allowed (oneself, the reporting line) and what the rules forbid."""
    musts = [c for c in rules.criterion if c.weight == "must"]
    # One bit is left for the least score.
    if sum(f.mentee is None for f in rules.forbid) + len(musts) + LISTED + 2 > MAX_RULES:
        raise UsageError(f"at most {MAX_RULES - LISTED - 2} [[forbid]] and must criteria together")
    mask = np.zeros((len(mentees), len(mentors)), np.uint32)
    found = Forbidden(mask, ("the same person", "a reporting line", "a pair listed in [[forbid]]"))
    for bit, pairs in (
        (SAME_PERSON, _same_person(mentees, mentors)),
        (REPORTING_LINE, _reporting_line(mentees, mentors)),
        (LISTED, _listed(mentees, mentors, rules)),
    ):
        for i, j in pairs:
            mask[i, j] |= np.uint32(1 << bit)
    for rule in rules.forbid:
        if rule.same is not None:
            found = found.adding(f"the same {rule.same}", _same(mentees, mentors, rule.same))
        elif rule.listed is not None:
            named = np.zeros(mask.shape, bool)
            for i, j in _named(mentees, mentors, column_name(rule.listed)):
                named[i, j] = True
            found = found.adding(f"listed in the mentee's {rule.listed}", named)
    for criterion in musts:
        value, known = test_values(criterion, mentees, mentors)
        found = found.adding(f"must: {describe(criterion)}", ~known | (value <= 0))
    return found


def unread_numbers(rules: Rules, mentees: Roster, mentors: Roster) -> list[str]:
    """Return a remark on each cell that a rule compares as a number and that is none."""
    notes = []
    for criterion in rules.criterion:
        if criterion.test != "at_least":
            continue
        theirs = criterion.mentor_column or criterion.column
        for roster, column in ((mentees, criterion.column), (mentors, theirs)):
            for person in roster.profiles:
                cell = person.columns.get(column_name(column))
                if cell is not None and np.isnan(_numbers([cell])[0]):
                    told = f"{column} {cell!r} is no number; it counts as not given"
                    notes.append(f"{roster.path}: row {person.row}: {told}")
    return notes


def describe(criterion: Criterion) -> str:
    """Return a criterion as words."""
    other = f" with {criterion.mentor_column}" if criterion.mentor_column else ""
    by = f" by {criterion.by:g}" if criterion.by else ""
    return f"{criterion.column} {criterion.test}{by}{other}"


def test_values(
    criterion: Criterion, mentees: Sequence[Profile], mentors: Sequence[Profile]
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return how well each pair passes a criterion (0 to 1), and where both sides say something."""
    left = [p.columns.get(column_name(criterion.column)) for p in mentees]
    right = [
        p.columns.get(column_name(criterion.mentor_column or criterion.column)) for p in mentors
    ]
    if criterion.test == "at_least":
        low, high = _numbers(left), _numbers(right)
        known = ~np.isnan(low)[:, None] & ~np.isnan(high)[None, :]
        with np.errstate(invalid="ignore"):
            passed = high[None, :] >= low[:, None] + criterion.by
        return passed.astype(np.float32), known
    known = _given(left)[:, None] & _given(right)[None, :]
    if criterion.test == "overlap":
        return overlap([words(v) for v in left], [words(v) for v in right]), known
    equal = _codes_equal([_text(v) for v in left], [_text(v) for v in right])
    return (equal if criterion.test == "equal" else ~equal).astype(np.float32), known


def overlap(left: Sequence[set[str]], right: Sequence[set[str]]) -> Floats:
    """Return for each pair the share of the left one's words that the right one has too."""
    vocabulary = {w: k for k, w in enumerate(sorted(set().union(*left) & set().union(*right)))}
    sizes = np.array([max(1, len(s)) for s in left], np.float32)
    both = _one_hot(left, vocabulary) @ _one_hot(right, vocabulary).T
    return np.asarray(both / sizes[:, None], np.float32)


def words(value: object) -> set[str]:
    """Return what the members of a list cell tell, in lower case."""
    return set() if value is None else {folded(item) for item in told_items(value)}


def _people_in(cell: object) -> set[str]:
    """Return whom a cell may name, in lower case: "Doe, Jane" is one person, or two."""
    whole = ", ".join(cell) if isinstance(cell, list) else str(cell)
    return {folded(item) for item in items(cell)} | {folded(whole)}


def named_people(profile: Profile) -> set[str]:
    """Return everything by which another cell may name this person, in lower case."""
    names = (profile.id, profile.name, str(profile.columns.get("email", "")))
    return {folded(name) for name in names if name.strip()}


def _same_person(mentees: Sequence[Profile], mentors: Sequence[Profile]) -> list[tuple[int, int]]:
    def keys(profile: Profile) -> list[tuple[str, ...]]:
        found: list[tuple[str, ...]] = []
        if email := profile.columns.get("email"):
            found.append(("email", folded(email)))
        if profile.name and (place := profile.columns.get("organisation")):
            found.append(("name", folded(profile.name), folded(place)))
        return found

    # Two rosters may each number their people from 1.
    same_id = _meeting(mentees, mentors, lambda profile: [("id", folded(profile.id))])
    sure = [(i, j) for i, j in same_id if not _contradict(mentees[i], mentors[j])]
    return sure + _meeting(mentees, mentors, keys)


def _contradict(left: Profile, right: Profile) -> bool:
    """Say whether two rows with one id tell of two people: other names, or other e-mails only."""
    if left.name and right.name:
        return not set(re.findall(r"\w+", left.name.casefold())) & set(
            re.findall(r"\w+", right.name.casefold())
        )
    emails = [str(p.columns["email"]).casefold() for p in (left, right) if "email" in p.columns]
    return len(set(emails)) > 1


def _reporting_line(
    mentees: Sequence[Profile], mentors: Sequence[Profile]
) -> list[tuple[int, int]]:
    """Return the pairs of whom one stands above the other, by any number of steps.

    Who has a row in both rosters stands above and below others with either of them.
    """
    people, first = (*mentees, *mentors), len(mentees)
    rows = {person: {person} for person in range(len(people))}
    for i, j in _same_person(mentees, mentors):
        rows[i].add(first + j)
        rows[first + j].add(i)
    managers: dict[int, set[int]] = {}
    for person, manager in _named(people, people, "manager"):
        for row in rows[person]:
            managers.setdefault(row, set()).update(rows[manager])
    found = []
    for person in managers:
        above: set[int] = set()
        rest = [person]
        while rest:
            more = managers.get(rest.pop(), set()) - above
            above |= more
            rest += more
        for manager in above:
            i, j = sorted((person, manager))
            if i < first <= j:
                found.append((i, j - first))
    return found


def _listed(
    mentees: Sequence[Profile], mentors: Sequence[Profile], rules: Rules
) -> list[tuple[int, int]]:
    left = {p.id: i for i, p in enumerate(mentees)}
    right = {p.id: j for j, p in enumerate(mentors)}
    return [
        (left[f.mentee], right[f.mentor])
        for f in rules.forbid
        if f.mentee in left and f.mentor in right
    ]


def _named(who: Sequence[Profile], others: Sequence[Profile], column: str) -> list[tuple[int, int]]:
    """Return (i, j) where the cell of ``who[i]`` names ``others[j]`` by id, name or e-mail."""
    index: dict[str, list[int]] = {}
    for j, other in enumerate(others):
        for name in named_people(other):
            index.setdefault(name, []).append(j)
    return [
        (i, j)
        for i, profile in enumerate(who)
        if column in profile.columns
        for name in _people_in(profile.columns[column])
        for j in index.get(name, ())
    ]


def _meeting(
    left: Sequence[Profile],
    right: Sequence[Profile],
    keys: Callable[[Profile], list[tuple[str, ...]]],
) -> list[tuple[int, int]]:
    index: dict[tuple[str, ...], list[int]] = {}
    for j, profile in enumerate(right):
        for key in keys(profile):
            index.setdefault(key, []).append(j)
    return [(i, j) for i, p in enumerate(left) for key in keys(p) for j in index.get(key, ())]


def _same(
    mentees: Sequence[Profile], mentors: Sequence[Profile], column: str
) -> npt.NDArray[np.bool_]:
    name = column_name(column)
    left = [_text(p.columns.get(name)) for p in mentees]
    right = [_text(p.columns.get(name)) for p in mentors]
    return _codes_equal(left, right)


def _codes_equal(left: Sequence[str | None], right: Sequence[str | None]) -> npt.NDArray[np.bool_]:
    codes: dict[str, int] = {}
    a = np.array([-1 if v is None else codes.setdefault(v, len(codes)) for v in left], int)
    b = np.array([-2 if v is None else codes.setdefault(v, len(codes)) for v in right], int)
    return np.asarray(a[:, None] == b[None, :])


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, list):
        return ";".join(sorted(map(folded, value)))
    return folded(value)


def _given(values: Sequence[object]) -> npt.NDArray[np.bool_]:
    return np.array([v is not None for v in values], bool)


def _numbers(values: Sequence[object]) -> npt.NDArray[np.float64]:
    def number(value: object) -> float:
        try:
            return float(str(value))
        except ValueError:
            return float("nan")

    return np.array([number(v) for v in values], float)


def _one_hot(sets: Sequence[set[str]], vocabulary: dict[str, int]) -> Floats:
    table = np.zeros((len(sets), len(vocabulary)), np.float32)
    for row, members in enumerate(sets):
        table[row, [vocabulary[w] for w in members if w in vocabulary]] = 1
    return table
