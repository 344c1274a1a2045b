"""The rules of a pairing: one TOML file, checked as a whole, with every fault named."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from xcase import inputs
from xcase.columns import SYNONYMS, name_columns, normal
from xcase.errors import UsageError, listed
from xcase.match.records import Roster

Objective = Literal["score", "participation", "regret"]
Test = Literal["overlap", "equal", "at_least", "differs"]
Weight = Literal["must", "high", "medium", "low"]
Part = Literal[
    "skills", "goals", "transfer", "cases", "languages", "time",
    "mentee_preference", "mentor_preference", "mutual",
]  # fmt: skip
PARTS: tuple[Part, ...] = get_args(Part)

# What a mentor has and a mentee wants comes first: support and quality go with deep likeness and
# fit (Eby et al. 2013, rho .38-.59), hardly with demographics, which have no weight at all.
DEFAULT_WEIGHTS: dict[Part, float] = {
    "skills": 30, "goals": 20, "transfer": 10, "cases": 10, "languages": 6, "time": 6,
    "mentee_preference": 8, "mentor_preference": 5, "mutual": 5,
}  # fmt: skip
# Beside the parts' weights, which sum to 100.
CRITERION_WEIGHTS: dict[str, float] = {"high": 20, "medium": 10, "low": 5}

# Unknown people for whom the nearest id is looked up: it takes a look at everybody.
HINTS = 5


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Capacity(_Strict):
    """How many mentees a mentor takes whose row does not say."""

    default: Annotated[int, Field(ge=1, le=1000)] = 1


class Forbid(_Strict):
    """A pair that must not be: listed, equal in a column, or named in a column of the mentee."""

    same: str | None = None
    listed: str | None = None
    mentee: str | None = None
    mentor: str | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Forbid:
        kinds = [self.same is not None, self.listed is not None, self.mentee is not None]
        if sum(kinds) != 1 or (self.mentee is None) != (self.mentor is None):
            raise ValueError("give either `same`, or `listed`, or `mentee` and `mentor`")
        return self


class Pin(_Strict):
    """A pair that is settled."""

    mentee: str
    mentor: str


class Criterion(_Strict):
    """A test on a column of both rosters; ``at_least``: the mentor's number is the larger one."""

    column: str
    test: Test
    weight: Weight
    mentor_column: str | None = None
    by: float = 0

    @model_validator(mode="after")
    def _by(self) -> Criterion:
        if self.by and self.test != "at_least":
            raise ValueError("`by` belongs to the test at_least")
        return self


class Quota(_Strict):
    """How many pairs each value of a column gets (or the one ``value`` named).

    Each member of a list cell is a value.
    """

    column: str
    value: str | None = None
    at_least: Annotated[int, Field(ge=0)] | None = None
    at_most: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _bounds(self) -> Quota:
        if self.at_least is None and self.at_most is None:
            raise ValueError("give `at_least`, `at_most` or both")
        if self.at_most is not None and (self.at_least or 0) > self.at_most:
            raise ValueError(f"at_least {self.at_least} is more than at_most {self.at_most}")
        return self


class Rules(_Strict):
    """Everything that a rules file may say; the defaults are the rules without a file."""

    objective: Objective = "score"
    stable: bool = False
    min_score: Annotated[float, Field(ge=0, le=1)] = 0
    capacity: Capacity = Capacity()
    weights: dict[Part, Annotated[float, Field(ge=0, le=100)]] = {}
    forbid: tuple[Forbid, ...] = ()
    pin: tuple[Pin, ...] = ()
    criterion: tuple[Criterion, ...] = ()
    quota: tuple[Quota, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _tuples(cls, data: Any) -> Any:
        return {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}

    @model_validator(mode="after")
    def _together(self) -> Rules:
        if self.stable and self.quota:
            raise ValueError("`stable` and [[quota]] exclude each other")
        if self.objective == "regret" and (self.quota or self.stable):
            raise ValueError('objective "regret" goes neither with `stable` nor with [[quota]]')
        if not any(self.part_weights().values()):
            raise ValueError("all [weights] are 0: no pair could have a score")
        return self

    def part_weights(self) -> dict[Part, float]:
        """Return the weight of each part, before criteria join and all are made to sum to 1."""
        return {**DEFAULT_WEIGHTS, **self.weights}


def load_rules(path: Path | None) -> Rules:
    """Read a rules file, or return the defaults.

    Raises:
        UsageError: the file cannot be read or is faulty; the message names every fault.
    """
    if path is None:
        return Rules()
    return parse_rules(inputs.toml(path, "rules"), str(path))


def parse_rules(table: dict[str, Any], path: str) -> Rules:
    """Check a table of rules; raise UsageError that names every fault."""
    try:
        return Rules.model_validate(table)
    except ValidationError as error:
        faults = [_fault(dict(e)) for e in error.errors()]
        raise UsageError(f"{path} has {listed(faults)}") from error


def check_columns(rules: Rules, mentees: Roster, mentors: Roster) -> list[str]:
    """Return the faults of rules that name a column or a person that the rosters do not have."""
    left, right = _columns(mentees), _columns(mentors)
    faults: list[str] = []

    def need(column: str, *sides: tuple[str, set[str]], what: str) -> None:
        for side, known in sides:
            if column_name(column) not in known:
                near = get_close_matches(column_name(column), known, n=1, cutoff=0.6)
                hint = f"; nearest is {near[0]!r}" if near else ""
                faults.append(f"{what}: no {side} has a column {column!r}{hint}")

    for number, forbid in enumerate(rules.forbid, 1):
        what = f"[[forbid]] {number}"
        if forbid.same is not None:
            need(forbid.same, ("mentee", left), ("mentor", right), what=what)
        if forbid.listed is not None:
            need(forbid.listed, ("mentee", left), what=what)
    for number, criterion in enumerate(rules.criterion, 1):
        what = f"[[criterion]] {number}"
        need(criterion.column, ("mentee", left), what=what)
        need(criterion.mentor_column or criterion.column, ("mentor", right), what=what)
    for number, quota in enumerate(rules.quota, 1):
        need(quota.column, ("mentee or mentor", left | right), what=f"[[quota]] {number}")
    faults += _unknown_people(rules, mentees, mentors)
    return faults


def set_aside(rules: Rules, *rosters: Roster, compared: Sequence[str] = ()) -> list[str]:
    """Return a remark on each roster with columns that nothing looks at.

    Args:
        compared: columns that are looked at beside those of the rules.
    """
    named = [
        *compared,
        *(column for forbid in rules.forbid for column in (forbid.same, forbid.listed)),
        *(column for c in rules.criterion for column in (c.column, c.mentor_column)),
        *(quota.column for quota in rules.quota),
    ]
    # Earlier pairs count only where a rule forbids them.
    read = {column_name(c) for c in named if c} | (SYNONYMS.keys() - {"previous"})
    notes = []
    for roster in rosters:
        names, _ = name_columns(list(roster.header), roster.side)
        unread = [h for h in roster.header if not {names[h], column_name(h)} & read]
        if unread:
            told = ", ".join(unread)
            notes.append(f"{roster.path}: kept but not compared, as no rule names them: {told}")
    return notes


def refuse(faults: list[str]) -> None:
    """Raise UsageError that names every fault, if there are any."""
    if faults:
        raise UsageError(f"rules and rosters do not fit, {listed(faults)}")


def column_name(column: str) -> str:
    """Return the name under which a profile keeps a column that a rule calls ``column``."""
    plain = normal(column)
    return next((name for name, others in SYNONYMS.items() if plain in others), plain)


def _columns(roster: Roster) -> set[str]:
    return {name for profile in roster.profiles for name in profile.columns}


def _unknown_people(rules: Rules, mentees: Roster, mentors: Roster) -> list[str]:
    faults: list[str] = []
    known = {"mentee": {p.id for p in mentees.profiles}, "mentor": {p.id for p in mentors.profiles}}
    for what, entries in (("forbid", rules.forbid), ("pin", rules.pin)):
        for number, entry in enumerate(entries, 1):
            for side, ids in known.items():
                person = getattr(entry, side)
                if person is not None and person not in ids:
                    near = []
                    if len(faults) < HINTS:
                        near = get_close_matches(person, ids, n=1, cutoff=0.6)
                    hint = f"; nearest is {near[0]!r}" if near else ""
                    faults.append(f"[[{what}]] {number}: no {side} has the id {person!r}{hint}")
    return faults


def _fault(error: dict[str, Any]) -> str:
    place = ""
    for step in error["loc"]:
        place += f" {step + 1}" if isinstance(step, int) else f" {step}"
    place = place.removesuffix(" [key]").strip()
    if error["type"] == "extra_forbidden" or error["loc"][-1:] == ("[key]",):
        known = PARTS if error["loc"][0] == "weights" else _keys(str(error["loc"][0]))
        name = str(error["loc"][-1] if error["loc"][-1] != "[key]" else error["loc"][-2])
        if len(error["loc"]) == 1:
            known = list(Rules.model_fields)
        near = get_close_matches(name, known, n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(known)}"
        return f"{place}: unknown rule{hint}"
    if error["type"] == "tuple_type":
        return f"{place}: a list is needed; write [[{place}]]"
    message = str(error["msg"]).removeprefix("Value error, ")
    given = error.get("input")
    shown = f", not {given!r}" if isinstance(given, str | int | float | bool) else ""
    return f"{place}: {message}{shown}".removeprefix(": ")


def _keys(table: str) -> list[str]:
    models: dict[str, type[BaseModel]] = {
        "capacity": Capacity, "forbid": Forbid, "pin": Pin, "criterion": Criterion, "quota": Quota,
    }  # fmt: skip
    return list(models[table].model_fields) if table in models else list(Rules.model_fields)
