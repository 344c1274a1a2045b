"""One reader of people for similar, transfer and match: formats, names of columns, faults."""

from __future__ import annotations

import json
import time

import pytest

from xcase.errors import UsageError
from xcase.match.roster import read_roster
from xcase.profiles import read_profile, read_rows
from xcase.similar import parse_profile
from xcase.transfer import read_asker

FIELDS = {"id": "m1", "name": "Ada Reed", "text": "I nurse.", "skills_have": ["empathy"]}
FORMS = {
    "p.json": json.dumps(FIELDS),
    "pretty.json": "\n" + json.dumps(FIELDS, indent=2),
    "list.json": json.dumps([FIELDS]),
    "p.jsonl": json.dumps(FIELDS) + "\n",
    "p.csv": "id,name,text,skills_have\nm1,Ada Reed,I nurse.,empathy\n",
    "semicolons.csv": "id;name;text;skills_have\nm1;Ada Reed;I nurse.;empathy\n",
    "exported.csv": "participant_id,Full name,Bio,Expertise\nm1,Ada Reed,I nurse.,empathy\n",
    "-": json.dumps(FIELDS),
}


@pytest.mark.parametrize("name", FORMS)
def test_every_form_is_the_same_person_to_all_three(name: str) -> None:
    content = FORMS[name].encode()
    profile, notes = parse_profile(FORMS[name], name)
    person = read_asker(content, name)
    (listed,) = read_roster(content, name, side="mentee").profiles
    assert notes == person.remarks == ()
    assert (profile.id, profile.name, profile.text) == ("m1", "Ada Reed", "I nurse.")
    assert profile.skills_have == person.skills == ("empathy",)
    assert (listed.id, listed.name, listed.columns["text"]) == ("m1", "Ada Reed", "I nurse.")


def test_a_profile_in_another_encoding_is_read() -> None:
    profile, _ = read_profile("name,text\nZoë,I bake in a café\n".encode("utf-16"), "p.csv")
    assert (profile.name, profile.text) == ("Zoë", "I bake in a café")


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"id,text\na,b,c\n", "p.csv", "p.csv row 2: 3 cells, but the header has 2"),
        (b'id,text\na,"b\n', "p.csv", "quote is not closed"),
        (b"id,id\na,b\n", "p.csv", "column 'id' stands twice"),
        (b"I am a nurse", "p.json", "row 1: not JSON"),
        (b'{"text": ["a"]}', "p.json", "text must be a string, not list"),
        (b'{"Bio": ["a"]}', "p.json", "Bio must be a string, not list"),
        (b'{"goals": 3}', "p.json", "goals must be a list of strings, not int"),
        (b"x\n" * 9, "p.jsonl", "and 4 more"),
        (b"\x00\x01\x02\x03" * 9, "p.csv", "like a program"),
        (b"x" * 131_073 + b"\n", "p.csv", "0 profiles"),
    ],
)
def test_faults_are_told_with_their_place(content: bytes, name: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_profile(content, name)


def test_sound_rows_are_kept_beside_faulty_ones() -> None:
    rows, faults = read_rows(b'{"id": "a"}\n[]\n{"id": "b"}\n', "p.jsonl")
    assert [(n, row["id"]) for n, row in rows] == [(1, "a"), (3, "b")]
    assert faults == ["p.jsonl row 2: an object is needed, not []"]


def test_a_file_of_faults_is_read_once_and_not_to_its_end() -> None:
    began = time.process_time()
    rows, faults = read_rows(b'{"id": "a"}\n' + b"{oops\n" * 120_000, "p.jsonl")
    assert time.process_time() - began < 2
    assert len(rows) == 1
    assert faults[-1] == "p.jsonl: more than 1000 faults; the rest was not read"
