"""Rosters and rules: what is forgiven, what is refused, and that all faults are told at once."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from xcase.columns import SYNONYMS, name_columns
from xcase.errors import UsageError
from xcase.match.roster import read_roster, read_rosters, roster_text
from xcase.match.rules import Rules, check_columns, load_rules, parse_rules
from xcase.spreadsheet import table_text

MENTOR_MATCH = (
    "first name,last name,email address,both mentor and mentee,job title,grade,organisation,"
    "profession,match with similar identity,identity to match,biography\n"
    "Ana,Lima,ana@x.org,no,Analyst,SEO,Ministry of Works,Policy,no,,I run a small team.\n"
    'Bo,Berg,bo@x.org,yes,Head,G7,Harbour Board,Policy,yes,LGBT+,"I moved from ships, to desks."\n'
)


def faults(error: pytest.ExceptionInfo[UsageError]) -> list[str]:
    return [line.removeprefix("  - ") for line in str(error.value).splitlines()[1:]]


# ---------------------------------------------------------------- rosters


def test_an_export_of_mentor_match_comes_back_as_it_was() -> None:
    roster = read_roster(MENTOR_MATCH.encode(), "mentees.csv", side="mentee")
    assert roster_text(roster, suffix=".csv") == MENTOR_MATCH.replace(
        '"I moved from ships, to desks."', '"I moved from ships, to desks."'
    )
    ana, bo = roster.profiles
    assert (ana.id, ana.name) == ("ana@x.org", "Ana Lima")
    assert ana.columns["role"] == "Analyst"
    assert ana.columns["grade"] == "SEO"
    assert bo.columns["text"] == "I moved from ships, to desks."
    assert roster.notes == ()


def test_json_lines_come_back_as_they_were() -> None:
    rows = [{"id": "a", "skills_have": ["listening"], "extra": {"x": 1}}, {"id": 7, "goals": "x"}]
    content = "".join(json.dumps(row) + "\n" for row in rows)
    roster = read_roster(content.encode(), "r.jsonl", side="mentor")
    assert [p.id for p in roster.profiles] == ["a", "7"]
    assert roster_text(roster, suffix=".jsonl") == content


@pytest.mark.parametrize(
    "content",
    [
        b"id;name;skills_want\nm1;Ana;delegation, sales\n",
        b"ID\tFull name\tSkills wanted\nm1\tAna\tdelegation; sales\n",
        b"\xef\xbb\xbfMentee ID,Name,Development areas\nm1,Ana,delegation|sales\n",
        b'[{"id": "m1", "name": "Ana", "skills_want": ["delegation", "sales"]}]',
        b'{"id": "m1",\n "name": "Ana", "skills_want": "delegation; sales"}',
    ],
)
def test_columns_and_formats_are_forgiven(content: bytes) -> None:
    (profile,) = read_roster(content, "people", side="mentee").profiles
    assert (profile.id, profile.name) == ("m1", "Ana")
    assert profile.columns["skills_want"] == ["delegation", "sales"]


def test_a_near_miss_is_read_and_told() -> None:
    roster = read_roster(b"id,skils_want\na,sales\n", "m.csv", side="mentee")
    assert roster.profiles[0].columns["skills_want"] == ["sales"]
    assert "'skils_want' is read as 'skills_want'" in roster.notes[0]


def test_each_row_is_told_by_the_synonym_that_it_fills() -> None:
    rows = b'{"id": "r1", "skills": ["writing"]}\n{"id": "r2", "expertise": ["delegation"]}\n'
    roster = read_roster(rows, "r.jsonl", side="mentor")
    assert [p.columns["skills_have"] for p in roster.profiles] == [["writing"], ["delegation"]]
    assert roster.notes == ()
    both = read_roster(b"id,skills,expertise\nr1,writing,sales\n", "r.csv", side="mentor")
    assert both.profiles[0].columns["skills_have"] == ["writing"]
    assert both.notes == ("r.csv: column 'expertise' is not read, another one gives 'skills_have'",)


@pytest.mark.parametrize(
    "header",
    [
        "Unavailable", "Unavailable times", "Non-preferred mentors", "Not preferred mentors",
        "Unpreferred mentors", "Skills unwanted", "Skills not wanted", "Undesired sector", "Place",
        "Slot", "Time", "Employee",
    ],
)  # fmt: skip
def test_a_column_that_says_the_opposite_or_something_else_is_not_guessed(header: str) -> None:
    names, notes = name_columns([header])
    assert names[header] not in SYNONYMS
    assert notes == []


@pytest.mark.parametrize(
    ("header", "name"),
    [("Skils want", "skills_want"), ("Langauges", "languages"), ("Organistion", "organisation")],
)
def test_a_misspelt_column_is_read_and_told(header: str, name: str) -> None:
    names, (told,) = name_columns([header])
    assert names[header] == name
    assert told.endswith("rename it if that is wrong")


def test_the_other_side_is_not_the_person_of_a_row() -> None:
    rows = b"mentor_id,mentee_id,name,mentor_name\nr7,m1,Ana,Bo\n"
    (ana,) = read_roster(rows, "m.csv", side="mentee").profiles
    assert (ana.id, ana.name, ana.columns["mentor_id"]) == ("m1", "Ana", "r7")
    (bo,) = read_roster(rows, "r.csv", side="mentor").profiles
    assert (bo.id, bo.columns["mentee_id"]) == ("r7", "m1")


def test_a_number_of_nothing_is_no_empty_cell() -> None:
    rows = b'{"id": 0, "years": 0, "goals": ["to lead", null], "site": [1, 2]}\n{"id": ""}\n'
    (person,) = read_roster(rows, "p.jsonl", side="mentee").profiles
    assert (person.id, person.columns["years"]) == ("0", 0)
    assert (person.columns["goals"], person.columns["site"]) == (["to lead"], ["1", "2"])
    with pytest.raises(UsageError, match="capacity 0 must be"):
        read_roster(b'{"id": "a", "capacity": 0}', "p.json", side="mentor")


def test_what_stands_for_nothing_is_an_empty_cell() -> None:
    header = "id,name,email,languages,skills_have,site\n"
    rows = header + "na,Na,-,n/a,sales; N/A,NaN\nb,-,?,none,TBD,–\n"
    left, right = read_roster(rows.encode(), "m.csv", side="mentee").profiles
    assert left.columns == {"id": "na", "name": "Na", "skills_have": ["sales"]}
    assert right.columns == {"id": "b"}
    frame = b'[{"id": "a", "name": NaN, "email": NaN, "goals": [NaN, "to lead", null]}]'
    (person,) = read_roster(frame, "m.json", side="mentee").profiles
    assert person.columns == {"id": "a", "goals": ["to lead"]}


def test_an_unknown_industry_counts_as_not_given() -> None:
    roster = read_roster(b"id,industry\na,Healthcare\nb,Zorbing\n", "m.csv", side="mentee")
    assert [p.industry for p in roster.profiles] == ["Healthcare", None]
    assert "Zorbing" in roster.notes[0]


def test_all_faults_of_both_rosters_are_told_at_once() -> None:
    mentees = b"id,name\nm1,A\nm1,B\n,\n,C\nm2,D,E\n"
    mentors = b"id,capacity\nr1,0\nr2,two\nr3,1.5\nr4,-1\nr5,true\nr6,3\n"
    with pytest.raises(UsageError) as error:
        read_rosters((mentees, "mentees.csv"), (mentors, "mentors.csv"))
    told = faults(error)
    assert [f.split(":")[0].split(" (")[0] for f in told] == [
        "mentees.csv row 6", "mentees.csv row 3", "mentors.csv row 2", "mentors.csv row 3",
        "mentors.csv row 4", "mentors.csv row 5", "mentors.csv row 6",
    ]  # fmt: skip
    assert "id 'm1' stands in row 2" in told[1]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "holds nobody"),
        (b"id,name\n", "holds nobody"),
        (b"colour\nred\n", "no id, e-mail address or name"),
        (b"id,id\na,b\n", "twice in the header"),
        (b'id,name\na,"b\n', "a quote is not closed"),
        (b'{"id": "a"}\n[1]\n', "row 2: an object is needed"),
        (b'{"id": "a"}\n{"id": \n', "row 2: not JSON"),
        (b"MZ\x00\x01\x02\x03\x04", "looks like a program"),
    ],
)
def test_a_bad_roster_is_refused(content: bytes, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        read_roster(content, "people.csv" if content[:1] != b"{" else "p.jsonl", side="mentee")


def test_no_cell_becomes_a_formula_and_reading_takes_the_quote_off() -> None:
    text = table_text([{"id": "=1+1", "name": "-Ana", "n": -2}], ["id", "name", "n"])
    assert text == "id,name,n\n'=1+1,'-Ana,-2\n"
    (profile,) = read_roster(text.encode(), "p.csv", side="mentee").profiles
    assert (profile.id, profile.name) == ("=1+1", "-Ana")


# ---------------------------------------------------------------- rules


def test_the_rules_of_the_contract_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(
        'objective = "score"\n[capacity]\ndefault = 1\n[[forbid]]\nsame = "organisation"\n'
        '[[forbid]]\nmentee = "m7"\nmentor = "r2"\n[[pin]]\nmentee = "m1"\nmentor = "r9"\n'
        '[[criterion]]\ncolumn = "languages"\ntest = "overlap"\nweight = "must"\n'
        '[[quota]]\ncolumn = "site"\nat_least = 2\n'
    )
    rules = load_rules(path)
    assert [f.same for f in rules.forbid] == ["organisation", None]
    assert rules.quota[0].at_least == 2


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"objectiv": "score"}, ["objectiv: unknown rule; did you mean 'objective'?"]),
        ({"capacity": {"default": 0}, "objective": "best"}, ["capacity default", "objective"]),
        ({"capacity": {"default": "two"}}, ["capacity default: Input should be a valid integer"]),
        ({"forbid": [{"mentee": "a"}]}, ["forbid 1: give either `same`"]),
        ({"forbid": [{"sane": "a"}]}, ["forbid 1 sane: unknown rule; did you mean 'same'?"]),
        ({"criterion": [{"column": "x", "test": "like", "weight": "low"}]}, ["criterion 1 test"]),
        ({"quota": [{"column": "x"}]}, ["quota 1: give `at_least`"]),
        ({"quota": [{"column": "x", "at_least": 3, "at_most": 2}]}, ["quota 1: at_least 3"]),
        ({"stable": True, "quota": [{"column": "x", "at_least": 3}]}, ["`stable` and [[quota]]"]),
        ({"weights": {"skils": 1}}, ["weights skils: unknown rule; did you mean 'skills'?"]),
        ({"weights": {"skills": -1}}, ["weights skills"]),
        ({"pin": "m1=r1"}, ["pin: a list is needed; write [[pin]]"]),
        ({"forbid": {"same": "site"}}, ["forbid: a list is needed; write [[forbid]]"]),
    ],
)
def test_faulty_rules_are_refused_with_every_fault(
    table: dict[str, object], told: list[str]
) -> None:
    with pytest.raises(UsageError) as error:
        parse_rules(table, "rules.toml")
    listed = faults(error)
    assert len(listed) == len(told)
    assert all(any(f.startswith(start) for f in listed) for start in told)


def test_many_unknown_people_are_told_in_time() -> None:
    rows = "id\n" + "".join(f"person-number-{n}\n" for n in range(2000))
    left = read_roster(rows.encode(), "m.csv", side="mentee")
    right = read_roster(rows.encode(), "r.csv", side="mentor")
    gone = [{"mentee": f"gone-number-{n}", "mentor": "person-number-1"} for n in range(200)]
    began = time.process_time()
    told = check_columns(parse_rules({"forbid": gone}, "rules.toml"), left, right)
    assert time.process_time() - began < 2
    assert len(told) == 200
    assert ["nearest" in fault for fault in told[:6]] == [True] * 5 + [False]


def test_rules_that_name_unknown_columns_and_people_are_refused() -> None:
    left = read_roster(b"id,site,Languages\nm1,north,English\n", "m.csv", side="mentee")
    right = read_roster(b"id,language\nr1,English\n", "r.csv", side="mentor")
    rules = parse_rules(
        {
            "forbid": [{"same": "sites"}, {"mentee": "m1", "mentor": "r2"}],
            "criterion": [{"column": "Languages", "test": "overlap", "weight": "must"}],
            "quota": [{"column": "region", "at_most": 1}],
            "pin": [{"mentee": "x", "mentor": "r1"}],
        },
        "rules.toml",
    )
    assert [fault.split(":")[0] for fault in check_columns(rules, left, right)] == [
        "[[forbid]] 1", "[[forbid]] 1", "[[quota]] 1", "[[forbid]] 2", "[[pin]] 1",
    ]  # fmt: skip
    assert check_columns(Rules(), left, right) == []
