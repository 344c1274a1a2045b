"""Pairs, reasons, causes and suggestions, on small rosters whose right answer is plain."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import FakeAnnotator
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from xcase.cli import app
from xcase.cli_match import _tell
from xcase.errors import UsageError
from xcase.match import pairing
from xcase.match.assign import Assignment
from xcase.match.clocks import clock
from xcase.match.known import described
from xcase.match.legal import forbidden
from xcase.match.pairing import match, read_profiles, weigh_up
from xcase.match.reader import Vectors, cell_text, read_passages, read_skills
from xcase.match.records import Evidence, Matching, Profile, Reason, Roster, Side
from xcase.match.roster import read_roster
from xcase.match.rules import Forbid, Pin, Rules, parse_rules
from xcase.match.score import whole_weights
from xcase.match.signals import CaseSignal, NoSignals
from xcase.match.suggest import suggest
from xcase.records import Bridge, Transfer
from xcase.store import to_json

Rows = Sequence[dict[str, Any]]


class WordEncoder:
    """A vector for each text from its words alone: texts that share words are near."""

    name = "words:1"

    def encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), 64), np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                vectors[row, sum(map(ord, word)) % 64] += 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


class KnownSignals(NoSignals):
    """Knows one transfer, and one case that is like everybody."""

    def transfers(self, source: str, target: str) -> Sequence[Transfer]:
        if (source, target) != ("Healthcare", "Education"):
            return ()
        words, failed = Bridge(("rota",), ("timetable",)), Evidence("c2", 0, 9, "it failed")
        return (
            Transfer(
                "delegation", source, target, 0.8, "supported", (), {}, words, (), (failed,), ()
            ),
        )

    def cases(self, profiles: Sequence[Profile], limit: int) -> list[Sequence[CaseSignal]]:
        reason = Reason("gap", 0.6, 1.0)
        # The mentee built listening there; sales is what the mentor had.
        quote = Evidence("c1", 3, 17, "learnt to hear")
        built = (("listening", quote),)
        like = CaseSignal("c1:1", "c1", 0.6, (reason,), ("listening", "sales"), True, built)
        return [(like,)[:limit] for _ in profiles]


def roster(rows: Rows, side: Side) -> Roster:
    content = "\n".join(json.dumps(row) for row in rows)
    return read_roster(content.encode(), f"{side}s.jsonl", side=side)


def run(
    mentees: Rows, mentors: Rows, rules: dict[str, Any] | None = None, **options: Any
) -> Matching:
    left, right = read_profiles(roster(mentees, "mentee"), roster(mentors, "mentor"), None)
    encoder = options.pop("encoder", None)
    signals = options.pop("signals", NoSignals())
    asked = parse_rules(rules or {}, "rules.toml")
    return match(left, right, asked, signals, encoder, **options)


def who(matching: Matching) -> dict[str, str]:
    return {pair.mentee_id: pair.mentor_id for pair in matching.pairs}


# ---------------------------------------------------------------- pairs


def test_the_one_legal_pairing_is_found() -> None:
    """Two of each, the same organisation forbidden: mentor-match 7.0.1 matches nobody here."""
    matching = run(
        [{"id": "m1", "organisation": "A"}, {"id": "m2", "organisation": "B"}],
        [{"id": "r1", "organisation": "a"}, {"id": "r2", "organisation": "B"}],
        {"forbid": [{"same": "organisation"}]},
    )
    assert who(matching) == {"m1": "r2", "m2": "r1"}
    assert matching.status == "optimal"


def test_a_mentor_is_chosen_for_what_the_mentee_lacks_not_for_sameness() -> None:
    matching = run(
        [{"id": "m1", "skills_have": ["sales"], "skills_want": ["delegation"]}],
        [
            {"id": "r1", "skills_have": ["sales"], "skills_want": ["delegation"]},
            {"id": "r2", "skills_have": ["delegating"]},
        ],
    )
    assert who(matching) == {"m1": "r2"}
    (reason,) = [r for r in matching.pairs[0].reasons if r.kind == "skills"]
    assert [e.quote for e in reason.evidence] == ["delegation", "delegating"]


def test_a_score_is_the_sum_of_its_reasons_and_silence_is_named() -> None:
    matching = run(
        [{"id": "m1", "skills_want": ["delegation", "sales"], "languages": ["Welsh"]}],
        [{"id": "r1", "skills_have": ["sales"]}],
        encoder=WordEncoder(),
    )
    (pair,) = matching.pairs
    assert pair.score == pytest.approx(sum(r.weight * r.value for r in pair.reasons))
    assert [(r.kind, r.value) for r in pair.reasons] == [("skills", 0.5)]
    assert "languages" in pair.missing
    assert pair.confidence == pytest.approx(0.3)


def test_empty_profiles_score_nothing() -> None:
    (pair,) = run([{"id": "m1"}], [{"id": "r1"}], encoder=WordEncoder()).pairs
    assert (pair.score, pair.confidence, pair.reasons) == (0.0, 0.0, ())


def test_two_who_say_nothing_do_not_agree() -> None:
    nothing = {"skills_want": "N/A", "skills_have": "n/a", "languages": "-", "sports": "n/a; -"}
    nothing |= {"email": "n/a", "organisation": "NaN", "availability": "none"}
    low = {"column": "sports", "test": "overlap", "weight": "low"}
    rules = {"forbid": [{"same": "organisation"}], "criterion": [low]}
    told = {**nothing, "sports": "judo; n/a", "organisation": "A"}
    mentors = [{"id": "r1", **nothing, "sports": "golf; n/a", "organisation": "B"}]
    (pair,) = run([{"id": "m1", **told}], mentors, rules).pairs
    assert pair.score == 0
    (pair,) = run([{"id": "m1", **nothing}], [{**mentors[0], **nothing}], {}).pairs
    assert (pair.score, pair.confidence, pair.reasons) == (0.0, 0.0, ())


def test_protected_columns_change_nothing_unless_a_rule_names_them() -> None:
    mentees = [{"id": f"m{i}", "skills_want": ["sales"], "gender": "fm"[i % 2]} for i in range(4)]
    mentors = [{"id": f"r{i}", "skills_have": ["sales"], "gender": "fm"[i // 2]} for i in range(4)]
    swapped = [{**m, "gender": "mf"[i % 2]} for i, m in enumerate(mentees)]
    assert run(mentees, mentors).pairs == run(swapped, mentors).pairs
    rule = {"criterion": [{"column": "gender", "test": "equal", "weight": "must"}]}
    assert who(run(mentees, mentors, rule)) != who(run(swapped, mentors, rule))


def test_every_part_is_heard() -> None:
    mentee = {
        "id": "m1", "name": "Ana", "skills_want": ["delegation"], "skills_have": ["writing"],
        "target_industry": "Education", "goals": "to teach well", "languages": "English; Welsh",
        "time_zone": "UTC+1", "preferred": ["r9", "Bo"],
    }  # fmt: skip
    mentor = {
        "id": "r1", "name": "Bo", "skills_have": ["delegation", "sales"], "industry": "Healthcare",
        "skills_want": ["writing"], "text": "to teach well", "languages": ["english"],
        "time_zone": "Europe/London", "preferred": "Ana",
    }  # fmt: skip
    (pair,) = run([mentee], [mentor], encoder=WordEncoder(), signals=KnownSignals()).pairs
    assert {r.kind: r.value for r in pair.reasons} == {
        "skills": 1.0, "goals": 1.0, "transfer": 0.8, "cases": 0.5, "languages": 1.0,
        "time": 0.917, "mentee_preference": 0.5, "mentor_preference": 1.0, "mutual": 1.0,
    }  # fmt: skip
    assert (pair.missing, pair.confidence) == ((), 1.0)


@given(st.integers(0, 10_000))
@settings(deadline=None, max_examples=25)
def test_the_order_of_rows_never_matters(seed: int) -> None:
    draw = random.Random(seed)
    skills = ["sales", "delegation", "listening"]
    mentees = [{"id": f"m{i}", "skills_want": draw.sample(skills, 2)} for i in range(5)]
    mentors = [
        {"id": f"r{i}", "skills_have": draw.sample(skills, 1), "capacity": draw.randint(1, 2)}
        for i in range(5)
    ]
    before = run(mentees, mentors)
    draw.shuffle(mentees)
    draw.shuffle(mentors)
    assert run(mentees, mentors).pairs == before.pairs


def test_criteria_weigh_and_bind() -> None:
    mentees = [{"id": "m1", "grade": 3, "site": "north"}]
    mentors = [{"id": "r1", "grade": 4, "site": "south"}, {"id": "r2", "grade": 9, "site": "north"}]
    low = {"column": "site", "test": "equal", "weight": "low"}
    must = {"column": "grade", "test": "at_least", "weight": "must", "by": 2}
    assert who(run(mentees, mentors, {"criterion": [low]})) == {"m1": "r2"}
    assert who(run(mentees, mentors[:1], {"criterion": [must]}, partial=True)) == {}
    differs = {"column": "site", "test": "differs", "weight": "high"}
    assert who(run(mentees, mentors, {"criterion": [differs]})) == {"m1": "r1"}


def test_a_must_is_not_met_by_silence() -> None:
    must = {"column": "languages", "test": "overlap", "weight": "must"}
    matching = run(
        [{"id": "m1", "languages": "English"}, {"id": "m2"}],
        [{"id": "r1", "languages": "English", "capacity": 2}],
        {"criterion": [must]},
        partial=True,
    )
    assert who(matching) == {"m1": "r1"}


def test_oneself_and_the_reporting_line_are_never_paired() -> None:
    mentees = [{"id": "p1", "manager": "Bo Berg"}, {"id": "p2", "email": "A@x.org"}]
    mentors = [{"id": "p1"}, {"id": "r2", "name": "Bo Berg"}, {"id": "r3", "email": "a@x.org"}]
    left, right = roster(mentees, "mentee").profiles, roster(mentors, "mentor").profiles
    found = forbidden(left, right, Rules())
    assert found.reasons(0, 0) == ["the same person"]
    assert found.reasons(0, 1) == ["a reporting line"]
    assert found.reasons(1, 2) == ["the same person"]
    assert int((found.mask > 0).sum()) == 3


def test_a_manager_whose_family_name_comes_first_is_one_person() -> None:
    left = roster([{"id": "p1", "manager": "Doe, Jane"}], "mentee").profiles
    mentors = [{"id": "r1", "name": "Doe, Jane"}, {"id": "r2", "name": "Bo"}]
    found = forbidden(left, roster(mentors, "mentor").profiles, Rules())
    assert found.reasons(0, 0) == ["a reporting line"]
    assert int((found.mask > 0).sum()) == 1


def test_a_reporting_line_is_followed_through_both_rosters() -> None:
    mentees = [{"id": "m1", "manager": "m2"}, {"id": "m2", "manager": "r1"}, {"id": "m3"}]
    mentors = [{"id": "r1", "manager": "m2"}, {"id": "r2", "manager": "r3"}]
    mentors.append({"id": "r3", "manager": "m3"})
    left, right = roster(mentees, "mentee").profiles, roster(mentors, "mentor").profiles
    found = forbidden(left, right, Rules())
    assert np.argwhere(found.mask).tolist() == [[0, 0], [1, 0], [2, 1], [2, 2]]


def test_a_reporting_line_goes_by_either_row_of_a_person() -> None:
    left = roster(
        [{"id": "m1", "email": "ann@x.org"}, {"id": "m2", "manager": "m1"}, {"id": "m3"}], "mentee"
    )
    right = roster(
        [{"id": "r1", "email": "Ann@x.org", "manager": "r2"}, {"id": "r2"}, {"id": "r3"}], "mentor"
    )
    found = forbidden(left.profiles, right.profiles, Rules())
    assert found.reasons(0, 1) == found.reasons(1, 0) == found.reasons(1, 1) == ["a reporting line"]
    assert int((found.mask > 0).sum()) == 4


@pytest.mark.parametrize("told", ["Ana  Lee", "Ana\u00a0Lee"])
def test_blanks_make_nobody_another_person(told: str) -> None:
    left = roster([{"id": "m1", "manager": told, "preferred": told}], "mentee")
    right = roster([{"id": "r1", "name": "Ana Lee"}], "mentor")
    assert forbidden(left.profiles, right.profiles, Rules()).reasons(0, 0) == ["a reporting line"]
    (pair,) = run([{"id": "m1", "preferred": told}], [{"id": "r1", "name": "Ana Lee"}]).pairs
    assert [(r.kind, r.value) for r in pair.reasons] == [("mentee_preference", 1.0)]


def test_an_earlier_mentor_whose_family_name_comes_first_is_one_person() -> None:
    row = {"id": "m1", "previous": "Doe, Jane", "preferred": "Roe, Ann"}
    mentors = [{"id": "r1", "name": "Doe, Jane"}, {"id": "r2", "name": "Roe, Ann"}]
    (pair,) = run([row], mentors, {"forbid": [{"listed": "previous"}]}).pairs
    assert (pair.mentor_id, pair.alternatives) == ("r2", ())
    assert [(r.kind, r.value) for r in pair.reasons] == [("mentee_preference", 1.0)]


def test_rosters_that_each_number_from_one_are_not_one_person() -> None:
    left = [{"id": 1, "name": "Ana Lima"}, {"id": 2, "email": "a@x.org"}, {"id": 3, "name": "Li"}]
    right = [{"id": 1, "name": "Bo Berg"}, {"id": 2, "email": "b@x.org"}, {"id": 3}]
    found = forbidden(roster(left, "mentee").profiles, roster(right, "mentor").profiles, Rules())
    assert np.argwhere(found.mask).tolist() == [[2, 2]]


def test_a_criterion_shows_the_cells_that_it_compares() -> None:
    rule = {
        "column": "years in role", "mentor_column": "seniority", "test": "at_least",
        "weight": "high", "by": 2,
    }  # fmt: skip
    matching = run(
        [{"id": "m1", "years in role": 3}], [{"id": "r1", "seniority": 9}], {"criterion": [rule]}
    )
    (reason,) = matching.pairs[0].reasons
    assert [(e.document_id, e.quote) for e in reason.evidence] == [
        ("m1#years_in_role", "3"),
        ("r1#seniority", "9"),
    ]


def test_two_quotas_on_one_group_both_hold() -> None:
    mentees = [{"id": f"m{n}", "region": region} for n, region in enumerate("nnnss")]
    mentors = [{"id": f"r{n}"} for n in range(5)]
    everyone = {"column": "region", "at_least": 1}
    quotas = [everyone, {"column": "region", "value": "n", "at_most": 2}]
    matching = run(mentees, mentors, {"quota": quotas}, partial=True)
    assert sum(pair.mentee_id in ("m0", "m1", "m2") for pair in matching.pairs) == 2
    apart = [{"column": "region", "value": "n", "at_most": 0}, everyone]
    with pytest.raises(UsageError, match="at least 1 and at most 0"):
        run(mentees, mentors, {"quota": apart})


def test_a_quota_counts_each_member_of_a_list_and_no_blank_makes_a_group() -> None:
    told = ["German; English", "German; French", "English"]
    people = [{"id": f"m{n}", "languages": cell} for n, cell in enumerate(told)]
    mentors = [{"id": f"r{n}"} for n in range(3)]
    rules = {"quota": [{"column": "languages", "value": " german", "at_most": 1}]}
    matching = run(people, mentors, rules, partial=True, fairness=["languages"])
    assert sum(pair.mentee_id in ("m0", "m1") for pair in matching.pairs) == 1
    table = matching.fairness["languages"]
    assert {value: row["mentees"] for value, row in table.items()} == {
        "english": 2, "french": 1, "german": 2,
    }  # fmt: skip
    people = [{"id": "m0", "site": "North  East"}, {"id": "m1", "site": "north east"}]
    rules = {"quota": [{"column": "site", "at_most": 1}]}
    assert len(run(people, mentors, rules, partial=True).pairs) == 1


def test_quotas_and_objectives() -> None:
    mentees = [
        {"id": "m1", "site": "north", "skills_want": ["sales"]},
        {"id": "m2", "site": "south", "skills_want": ["writing"]},
    ]
    mentors = [{"id": "r1", "skills_have": ["sales"]}]
    assert who(run(mentees, mentors, partial=True)) == {"m1": "r1"}
    quota = {"quota": [{"column": "site", "value": "south", "at_least": 1}]}
    assert who(run(mentees, mentors, quota, partial=True)) == {"m2": "r1"}
    both = {"quota": [{"column": "site", "at_least": 1}]}
    failed = run(mentees, mentors, both)
    assert (failed.status, failed.pairs) == ("infeasible", ())
    (fault,) = failed.faults
    assert "quotas cannot be met together" in fault
    assert fault in failed.notes
    assert run(mentees, mentors, quota, partial=True).faults == ()


def test_score_and_participation_differ_and_the_choice_is_told() -> None:
    mentees = [{"id": "m1", "skills_want": ["sales"]}, {"id": "m2"}]
    mentors = [{"id": "r1", "skills_have": ["sales"]}, {"id": "r2"}]
    rules = {"forbid": [{"mentee": "m2", "mentor": "r2"}]}
    matching = run(mentees, mentors, rules)
    assert (who(matching), matching.status) == ({"m1": "r1"}, "optimal")
    assert matching.unmatched[0].nearest_relaxation.startswith('objective = "participation"')
    everybody = run(mentees, mentors, {**rules, "objective": "participation"})
    assert who(everybody) == {"m1": "r2", "m2": "r1"}
    assert who(run(mentees, mentors, {**rules, "objective": "regret"})) == who(everybody)


# ---------------------------------------------------------------- who is left out, and why


@pytest.mark.parametrize(
    ("mentees", "mentors", "rules", "cause", "relaxation"),
    [
        (
            [{"id": "m1"}, {"id": "m2"}], [{"id": "r1"}], {},
            "the one allowed mentor is full", "one more place with 'r1'",
        ),
        (
            [{"id": "m1"}, {"id": "m2"}], [{"id": "r1"}, {"id": "r2"}],
            {"forbid": [{"mentee": "m2", "mentor": r} for r in ("r1", "r2")]},
            "no mentor is allowed: a pair listed in [[forbid]] (2 of 2)",
            "exempt the pair with 'r1' from 'a pair listed in [[forbid]]'",
        ),
        (
            [{"id": "m1"}, {"id": "m2", "o": "A"}], [{"id": "r1", "o": "A"}],
            {"forbid": [{"same": "o"}]},
            "no mentor is allowed: the same o (1 of 1)",
            "exempt the pair with 'r1' from 'the same o', and give 'r1' one more place",
        ),
        (
            [{"id": "p1"}], [{"id": "p1"}], {},
            "no mentor is allowed: the same person (1 of 1)", "add a mentor",
        ),
        (
            [{"id": "m1"}], [{"id": "r1"}], {"min_score": 0.2},
            "no mentor is allowed: min_score (1 of 1)", "exempt the pair with 'r1' from",
        ),
    ],
)  # fmt: skip
def test_causes_and_the_smallest_change(
    mentees: Rows, mentors: Rows, rules: dict[str, Any], cause: str, relaxation: str
) -> None:
    matching = run(mentees, mentors, rules)
    assert (matching.status, matching.pairs) == ("infeasible", ())
    left_out = matching.unmatched[-1]
    assert left_out.mentee_id == mentees[-1]["id"]
    assert left_out.cause == cause
    assert left_out.nearest_relaxation.startswith(relaxation)


def test_a_quota_can_be_the_cause() -> None:
    quota = {"quota": [{"column": "site", "at_most": 1}]}
    people = [{"id": "m1", "site": "n"}, {"id": "m2", "site": "n"}]
    matching = run(people, [{"id": "r1"}, {"id": "r2"}], quota, partial=True)
    assert (matching.status, len(matching.pairs)) == ("partial", 1)
    assert matching.unmatched[0].cause.startswith("a quota")


@pytest.mark.parametrize(
    ("site", "organisation", "named"),
    [
        ("e", "A", ("the [[quota]] on site = e leaves", "without the [[quota]] on site = e")),
        (
            "s",
            "B",
            ("the [[quota]] on organisation leaves", "without the [[quota]] on organisation"),
        ),
        ("e", "B", ("the quotas together leave", "without any [[quota]]")),
    ],
)
def test_the_quota_that_leaves_no_pair_is_named(
    site: str, organisation: str, named: tuple[str, str]
) -> None:
    quotas = [
        {"column": "organisation", "at_most": 1},
        {"column": "site", "value": "e", "at_most": 1},
    ]
    people = [
        {"id": "m1", "site": "e", "organisation": "C"},
        {"id": "m2", "site": "n", "organisation": "B"},
        {"id": "m3", "site": site, "organisation": organisation},
    ]
    pins = [{"mentee": m, "mentor": r} for m, r in (("m1", "r1"), ("m2", "r2"))]
    mentors = [{"id": f"r{n}"} for n in range(1, 4)]
    matching = run(people, mentors, {"quota": quotas, "pin": pins}, partial=True)
    (left_out,) = matching.unmatched
    told = f"{named[0]} no pair for this mentee", f"{named[1]}: then 'r3' is possible"
    assert (left_out.cause, left_out.nearest_relaxation) == told


def test_a_pairing_that_is_not_proven_says_so_though_somebody_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A partial pairing hid it, and a search that gave up on the causes lost the pairing."""
    solve = pairing.assign_with_bounds
    left = [1]

    def tired(*args: Any, **options: Any) -> Assignment | None:
        if not left:
            raise UsageError("no pairing was found for them in time")
        found = solve(*args, **options)
        return found and replace(found, proven=bool(left.pop() > 1))

    monkeypatch.setattr(pairing, "assign_with_bounds", tired)
    people = [{"id": f"m{n}", "site": "n"} for n in range(2)]
    rules = {"quota": [{"column": "site", "at_most": 1}]}
    matching = run(people, [{"id": "r0"}, {"id": "r1"}], rules, partial=True)
    assert (matching.status, len(matching.pairs)) == ("partial", 1)
    assert "the pairing is not proven to be the best one" in matching.notes


@pytest.mark.parametrize("side", ["mentee", "mentor"])
@pytest.mark.parametrize("cause", ["full", "forbidden"])
def test_a_change_that_helps_reckons_with_the_quotas(side: str, cause: str) -> None:
    """Done so, everybody has a mentor."""
    people: list[dict[str, Any]] = [{"id": f"m{n}"} for n in range(2)]
    mentors: list[dict[str, Any]] = [{"id": "r0"}, {"id": "r1"}][: 1 + (cause == "forbidden")]
    for person in people if side == "mentee" else mentors:
        person["site"] = "North"
    exempt = [{"mentee": "m1", "mentor": m["id"]} for m in mentors if cause == "forbidden"]
    rules: dict[str, Any] = {"quota": [{"column": "site", "at_most": 1}], "forbid": exempt}
    (left_out,) = run(people, mentors, rules, partial=True).unmatched
    advice = left_out.nearest_relaxation
    assert advice.endswith(", and at_most = 2 for site = north")
    wider = {"quota": [{"column": "site", "at_most": 2}]}
    if cause == "full":
        assert advice.startswith("one more place with 'r0'")
        mentors[0]["capacity"] = 2
    else:
        assert advice.startswith("exempt the pair with 'r1' from")
        wider["forbid"] = exempt[:1]
    assert len(run(people, mentors, wider).pairs) == 2


def test_a_mentor_whom_a_quota_leaves_out_is_told_so() -> None:
    rules = {"quota": [{"column": "tier", "value": "top", "at_most": 0}]}
    mentors = [{"id": "r1", "tier": "top"}, {"id": "r2", "tier": "new"}]
    (idle,) = run([{"id": "m1"}], mentors, rules).unmatched_mentors
    assert (idle.mentor_id, idle.cause) == ("r1", "a quota is reached: at most 0 for tier = top")


def test_a_quota_beyond_reach_is_told_in_the_largest_pools_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("xcase.match.quotas.MAX_ARCS", 1)
    people = [{"id": f"m{n}", "site": "n"} for n in range(3)]
    rules = {"quota": [{"column": "site", "at_least": 3}]}
    failed = run(people, [{"id": "r0"}, {"id": "r1"}], rules)
    assert failed.status == "infeasible"
    assert "quota site = n: at least 3 pairs are asked for" in failed.notes[0]


def test_pins_hold_and_contradictions_are_all_named() -> None:
    people = [{"id": "m1", "skills_want": ["sales"]}, {"id": "m2"}]
    mentors = [{"id": "r1", "skills_have": ["sales"]}, {"id": "r2"}]
    pinned = run(people, mentors, {"pin": [{"mentee": "m1", "mentor": "r2"}]})
    assert who(pinned) == {"m1": "r2", "m2": "r1"}
    assert [p.pinned for p in pinned.pairs] == [True, False]
    with pytest.raises(UsageError) as error:
        run(
            people, mentors,
            {
                "pin": [{"mentee": "m1", "mentor": "r1"}, {"mentee": "m2", "mentor": "r1"}],
                "forbid": [{"mentee": "m1", "mentor": "r1"}],
            },
        )  # fmt: skip
    assert "pinned and forbidden" in str(error.value)
    assert "2 mentees are pinned to 'r1'" in str(error.value)


def test_pins_beyond_a_quota_are_a_fault() -> None:
    people = [{"id": f"m{n}", "site": "n"} for n in range(3)]
    rules = {
        "quota": [{"column": "site", "value": "n", "at_most": 1}],
        "pin": [{"mentee": f"m{n}", "mentor": f"r{n}"} for n in range(2)],
    }
    with pytest.raises(UsageError, match="quota site = n: 2 pairs are pinned, and at most 1"):
        run(people, [{"id": f"r{n}"} for n in range(3)], rules)


def test_a_regret_counts_settled_pairs() -> None:
    people = [{"id": "m1", "skills_want": "sales"}, {"id": "m2", "skills_want": "writing"}]
    mentors = [{"id": "r1", "skills_have": "sales"}, {"id": "r2", "skills_have": "writing"}]
    pin = {"pin": [{"mentee": "m1", "mentor": "r2"}], "objective": "regret"}
    matching = run([{**people[0], "preferred": "r1"}, people[1]], mentors, pin)
    assert matching.objective == matching.measures["largest_regret"] == 0.38


def test_of_pairs_that_are_withheld_nothing_is_told() -> None:
    people = [{"id": "m1", "site": "n"}, {"id": "m2", "site": "s"}]
    asked: dict[str, Any] = {
        "what_if": True, "fairness": ["site"], "sensitivity": True,
        "forbids": [Forbid(mentee="m1", mentor="r1")],
    }  # fmt: skip
    withheld = run(people, [{"id": "r1"}], **asked)
    assert (withheld.what_if, withheld.fairness, withheld.sensitivity) == ({}, {}, ())
    assert run(people, [{"id": "r1"}], partial=True, **asked).fairness


def test_what_if_fairness_and_sensitivity() -> None:
    people = [{"id": f"m{i}", "skills_want": ["sales"], "site": "ns"[i]} for i in range(2)]
    mentors = [{"id": "r0", "skills_have": ["sales"]}, {"id": "r1"}]
    matching = run(
        people, mentors,
        pins=[Pin(mentee="m0", mentor="r1")], forbids=[Forbid(mentee="m1", mentor="r1")],
        what_if=True, fairness=["site"], sensitivity=True,
    )  # fmt: skip
    assert matching.what_if["changed"] == [
        {"mentee_id": "m0", "before": "r0", "after": "r1"},
        {"mentee_id": "m1", "before": "r1", "after": "r0"},
    ]
    assert matching.fairness["site"]["n"]["match_rate"] == 1.0
    assert {row["moved"] for row in matching.sensitivity} == {0}
    with pytest.raises(UsageError, match="colour"):
        run(people, mentors, fairness=["colour"])


def test_stable_pairs_have_no_blocking_pair() -> None:
    people = [{"id": "m1", "preferred": "r1"}, {"id": "m2", "preferred": "r1"}]
    mentors = [{"id": "r1", "preferred": "m2"}, {"id": "r2"}]
    matching = run(people, mentors, {"stable": True})
    assert (who(matching), matching.status) == ({"m1": "r2", "m2": "r1"}, "stable")
    assert matching.measures["blocking_pairs"] == 0


def test_among_equals_the_stable_pairing_that_leaves_nobody_out_is_found() -> None:
    people = [{"id": "m1", "skills_want": "sales"}, {"id": "m2", "skills_want": "sales"}]
    mentors = [{"id": "r1", "skills_have": "sales"}, {"id": "r2", "skills_have": "sales"}]
    rules = {"stable": True, "forbid": [{"mentee": "m2", "mentor": "r2"}]}
    matching = run(people, mentors, rules)
    assert (who(matching), matching.status) == ({"m1": "r2", "m2": "r1"}, "stable")
    assert matching.measures["blocking_pairs"] == 0


def test_whom_no_stable_pairing_has_a_mentor_for_could_not_be_matched() -> None:
    people = [{"id": "m1", "preferred": "r1"}, {"id": "m2"}]
    rules = {"stable": True, "forbid": [{"mentee": "m2", "mentor": "r2"}]}
    mentors = [{"id": "r1", "preferred": "m1"}, {"id": "r2"}]
    matching = run(people, mentors, rules)
    assert (matching.status, matching.pairs) == ("infeasible", ())
    cause = "the stable pairing that was found has no mentor for this mentee"
    assert matching.unmatched[0].cause == cause
    relaxation = matching.unmatched[0].nearest_relaxation
    assert relaxation.startswith('stable = false and objective = "participation": then')
    free = {**rules, "stable": False, "objective": "participation"}
    assert run(people, mentors, free).unmatched == ()


# ---------------------------------------------------------------- profiles and suggestions


def test_free_text_becomes_skills_with_quotes() -> None:
    mentee = {
        "id": "m1", "goals": "I want to get better at public speaking.",
        "text": "Before, she kept every task to herself.",
    }  # fmt: skip
    mentor = {"id": "r1", "text": "Before, he shared out the work. I teach public speaking."}
    left, right = read_profiles(
        roster([mentee], "mentee"), roster([mentor], "mentor"), FakeAnnotator()
    )
    (person,) = left.profiles
    assert {(s.skill, s.aim) for s in person.skills} == {
        ("delegation", "want"),
        ("public speaking", "want"),
    }
    assert {(s.skill, s.aim) for s in right.profiles[0].skills} == {
        ("delegation", "have"),
        ("public speaking", "have"),
    }
    for profile in (*left.profiles, *right.profiles):
        for skill in profile.skills:
            owner, column = skill.evidence.document_id.split("#")
            assert owner == profile.id
            text = cell_text(profile, column)
            assert text[skill.evidence.start : skill.evidence.end] == skill.evidence.quote


def test_cells_that_are_lists_and_numbers_are_read_as_text() -> None:
    rows = [
        {"id": "m1", "goals": ["to lead a team", None], "site": [1, 2]},
        {"id": "m2", "goals": 5},
    ]
    left = roster(rows, "mentee")
    assert [described(p).goals for p in left.profiles] == [("to lead a team",), ("5",)]
    quota = {"quota": [{"column": "site", "at_least": 1}]}
    matching = run(rows, [{"id": "r1", "goals": 7}, {"id": "r2"}], quota, encoder=WordEncoder())
    assert len(matching.pairs) == 2


def test_suggestions_name_what_is_missing() -> None:
    left, right = read_profiles(
        roster(
            [
                {"id": "m1", "skills_want": ["sales"], "skills_have": ["delegation"],
                 "industry": "Healthcare", "target_industry": "Education"},
                {"id": "m2"},
            ],
            "mentee",
        ),
        roster([{"id": "r1", "skills_have": ["sales"]}], "mentor"),
        None,
    )  # fmt: skip
    first, second = suggest(left, right, Rules(), KnownSignals(), None)
    assert [s["skill"] for s in first["skills"]] == ["sales", "listening"]
    (built,) = first["skills"][1]["reasons"]
    assert (built["kind"], [e["quote"] for e in built["evidence"]]) == (
        "built_in_like_cases", ["learnt to hear"],
    )  # fmt: skip
    assert [s["skill"] for s in second["skills"]] == ["listening"]
    assert first["transfers"] == to_json(KnownSignals().transfers("Healthcare", "Education"))
    (carried,) = first["transfers"]
    assert (carried["skill"], carried["from"]) == ("delegation", "Healthcare")
    assert [e["quote"] for e in carried["counter_evidence"]] == ["it failed"]
    assert carried["hypothetical"] == []
    assert [m["mentor_id"] for m in first["mentors"]] == ["r1"]
    assert first["missing"] == []
    assert {"skills wanted", "industry", "transfers"} <= set(second["missing"])
    forbid = [{"same": "organistion"}, {"mentee": "x", "mentor": "r1"}]
    misspelt = parse_rules({"forbid": forbid}, "rules.toml")
    with pytest.raises(UsageError, match=r"3 fault\(s\), correct them:(\n  - .+){3}$"):
        suggest(left, right, misspelt, NoSignals(), None)
    nobody = replace(right, profiles=())
    assert suggest(left, nobody, Rules(), NoSignals(), None)[0]["mentors"] == []


def test_a_column_that_nothing_looks_at_is_named() -> None:
    mentees = [{"id": "m1", "skills_want": ["sales"], "Challenges": "silent", "site": "a"}]
    mentors = [{"id": "r1", "skills_have": ["sales"], "site": "b"}]
    told = run(mentees, mentors, {"forbid": [{"same": "site"}]}).notes
    assert [note for note in told if "not compared" in note] == [
        "mentees.jsonl: kept but not compared, as no rule names them: Challenges"
    ]


def test_a_column_that_something_looks_at_is_not_called_unread() -> None:
    mentees = [{"id": "m1", "skils_want": ["sales"], "site": "a"}]
    mentors = [{"id": "r1", "skills_have": ["sales"]}]
    told = run(mentees, mentors, fairness=["site"]).notes
    assert not [note for note in told if "not compared" in note]


def test_earlier_pairs_that_no_rule_forbids_are_called_unread() -> None:
    mentees, mentors = [{"id": "m1", "Past mentors": "r1"}], [{"id": "r1"}, {"id": "r2"}]
    unread = "mentees.jsonl: kept but not compared, as no rule names them: Past mentors"
    assert unread in run(mentees, mentors).notes
    kept = run(mentees, mentors, {"forbid": [{"listed": "previous"}]})
    assert (who(kept), unread in kept.notes) == ({"m1": "r2"}, False)


def test_weights_are_whole_and_clocks_are_read() -> None:
    assert whole_weights({"a": 1, "b": 1, "c": 1}) == {"a": 334, "b": 333, "c": 333}
    assert [clock(t) for t in ("UTC+2", "-03:30", "Europe/Paris", "5", "soon", "")] == [
        2.0, -3.5, 1.0, 5.0, None, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("told", "hours"),
    [
        (5.5, 5.5), ("-8.0", -8.0), ("2.0", 2.0), ("UTC\u22125", -5.0), ("GMT + 1", 1.0),
        ("(GMT+01:00) London", 1.0), ("(UTC) Dublin", 0.0), ("Europe/london", 0.0),
        ("America/New York", -5.0), ("0530", 5.5), ("15", None), ("PST", None), ("BST", None),
        ("localtime", None),
    ],
)  # fmt: skip
def test_a_clock_is_read_as_people_and_programs_write_it(told: object, hours: float | None) -> None:
    assert clock(told) == hours


def test_cells_that_cannot_be_read_are_told() -> None:
    people = [{"id": "m1", "tz": "PST", "years": 5}, {"id": "m2", "tz": "UTC+1", "years": "3"}]
    mentors = [{"id": "r1", "tz": 5.5, "since": "12 years"}, {"id": "r2", "since": "n/a"}]
    years = {"column": "years", "mentor_column": "since", "test": "at_least", "weight": "low"}
    notes = run(people, mentors, {"criterion": [years]}).notes
    assert [note for note in notes if "counts as not given" in note] == [
        "mentees.jsonl: row 1: time zone 'PST' is not known; it counts as not given",
        "mentors.jsonl: row 1: since '12 years' is no number; it counts as not given",
    ]


# ---------------------------------------------------------------- the command line


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with two rosters, of which one mentee can have no mentor."""
    monkeypatch.chdir(tmp_path)
    Path("mentees.csv").write_text("id,skills_want\nm1,sales\nm2,sales\n", encoding="utf-8")
    Path("mentors.csv").write_text("id,skills_have\nr1,sales\n", encoding="utf-8")
    return tmp_path


def xcase(*args: str) -> Any:
    return CliRunner().invoke(app, list(args))


def test_a_partial_pairing_is_written_only_on_request(place: Path) -> None:
    refused = xcase("match", "mentees.csv", "mentors.csv", "--out", "pairs.csv", "--json")
    assert refused.exit_code == 5
    result = json.loads(refused.stdout)
    assert (result["status"], result["pairs"]) == ("infeasible", [])
    assert [p["mentee_id"] for p in result["unmatched"]] == ["m2"]
    assert not (place / "pairs.csv").exists()
    partial = xcase("match", "mentees.csv", "mentors.csv", "--out", "pairs.csv", "--partial")
    assert partial.exit_code == 5
    lines = (place / "pairs.csv").read_text(encoding="utf-8").splitlines()
    assert lines[1].startswith("m1,r1,")
    assert lines[2].startswith("m2,,,,the one allowed mentor is full")


def test_a_roster_named_as_a_quota_is_no_cause(place: Path) -> None:
    (place / "mentors.csv").rename(place / "quota-mentors.csv")
    mentees = "id,skills_want,site\nm1,sales,n\nm2,sales,n\n"
    (place / "mentees.csv").write_text(mentees, encoding="utf-8")
    (place / "quota-mentors.csv").write_text("id,floor\nr1,2\n", encoding="utf-8")
    rule = '[[quota]]\ncolumn = "site"\nat_least = 2\n'
    (place / "rules.toml").write_text(rule, encoding="utf-8")
    failed = xcase("match", "mentees.csv", "quota-mentors.csv", "--rules", "rules.toml")
    last = failed.stderr.splitlines()[-1]
    assert "cannot be matched; quota site = n: at least 2 pairs" in last
    assert "not compared" not in last


def test_a_failure_is_told_by_its_faults_and_not_by_how_a_note_begins(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = ("the quotas of a note", "quota site: at least so many", "no place is left")
    matching = Matching((), (), "infeasible", None, notes=told, faults=told[2:])
    assert not _tell(matching, None, partial=False, as_json=True)
    said = capsys.readouterr()
    assert said.err.splitlines()[-1].startswith("xcase: no place is left; --partial")
    assert json.loads(said.out)["faults"] == ["no place is left"]


def test_a_full_pairing_is_done(place: Path) -> None:
    (place / "rules.toml").write_text("[capacity]\ndefault = 2\n", encoding="utf-8")
    done = xcase(
        "match", "mentees.csv", "mentors.csv", "--rules", "rules.toml", "--out", "p.json", "--json"
    )
    assert done.exit_code == 0
    assert (place / "p.json").read_text(encoding="utf-8") == done.stdout
    assert set(json.loads(done.stdout)) >= {"pairs", "unmatched", "status", "objective"}


def test_suggest_writes_a_line_for_each_mentee(place: Path) -> None:
    done = xcase("suggest", "mentees.csv", "--mentors", "mentors.csv")
    assert done.exit_code == 0
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["mentee_id"] for line in lines] == ["m1", "m2"]
    assert xcase("suggest", "mentees.csv", "--out", "s.csv").exit_code == 0
    assert (place / "s.csv").read_text(encoding="utf-8").startswith("mentee_id,skills,")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["mentees.csv", "nobody.csv"], "nobody.csv"),
        (["mentees.csv", "mentors.csv", "--rules", "none.toml"], "none.toml"),
        (["mentees.csv", "mentors.csv", "--pin", "m1"], "MENTEE=MENTOR"),
        (["mentees.csv", "mentors.csv", "--pin", "m1=r7"], "no mentor has the id 'r7'"),
        (["mentees.csv", "mentors.csv", "--pin", "m1=r1", "--forbid", "m1=r1"], "forbidden"),
        (["mentees.csv", "mentors.csv", "--what-if"], "--what-if"),
        (["mentees.csv", "mentors.csv", "--out", "pairs.xlsx"], ".csv"),
        (["-", "-"], "standard input"),
    ],
)
@pytest.mark.usefixtures("place")
def test_wrong_use_is_refused(arguments: list[str], told: str) -> None:
    result = xcase("match", *arguments)
    assert isinstance(result.exception, UsageError)
    assert told in str(result.exception)


def test_a_name_in_the_text_moves_no_pair_and_evidence_is_in_the_words_told() -> None:
    encoder = WordEncoder()
    mentors = read_skills(
        roster([{"id": "r1", "text": "I led their ward for years."}], "mentor"), None
    )
    found = []
    for name, self in (("Mr Daniel Clarke", "himself"), ("Mrs Fatima Rahman", "herself")):
        told = f"{name} wrote {self} down: to lead a ward."
        row = {"id": "m1", "name": name, "text": told}
        mentees = read_skills(roster([row], "mentee"), FakeAnnotator())
        passages = read_passages(mentees, encoder)
        assert [p.evidence.quote for p in passages.passages] == [told]
        _, parts = weigh_up(mentees, mentors, Rules(), NoSignals(), encoder)
        found.append(parts.scores().tolist())
    assert found[0] == found[1]


def test_skills_read_from_a_text_with_a_name_are_shown_where_they_stand() -> None:
    told = "Mrs Fatima Rahman kept every task to herself and shunned delegation."
    row = {"id": "m1", "name": "Fatima Rahman", "text": told}
    (person,) = read_skills(roster([row], "mentee"), FakeAnnotator()).profiles
    assert person.skills
    for skill in person.skills:
        evidence = skill.evidence
        assert told[evidence.start : evidence.end] == evidence.quote
