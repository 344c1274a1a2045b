"""Who tells a story is taken out of it; what is told stays where it was."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from fakes import WordEncoder
from hypothesis import given
from hypothesis import strategies as st
from test_similar import three

from xcase.impersonal import impersonal
from xcase.similar import Searcher, open_index, parse_profile

PROFILES = Path(__file__).parent.parent / "corpus" / "gold" / "profiles.jsonl"

FIND = [
    ("This is what Mr Lee wrote about himself.", "This is what they wrote about themselves."),
    ("My name is Fatima Rahman and I am a nurse.", "My name is they and I am a nurse."),
    ("I'm Chidi, a baker.", "I'm they, a baker."),
    ("I'm Grace. I bake.", "I'm they. I bake."),
    ("i am wei zhang, a nurse", "i am they, a nurse"),
    ("Emily here. I bake.", "they here. I bake."),
    ("I bake. Kind regards, Grace Fields", "I bake. Kind regards, they"),
    ("Mary-Kate van der Berg wants to lead.", "they wants to lead."),
    ("Write to Mr J. R. Smith.", "Write to they."),
    ("Her boss, Mrs. O'Neill, told her that.", "their boss, they, told them that."),
    ("Ms Clarke's plan is hers.", "their plan is theirs."),
    ("I am 王伟 and I teach.", "I am they and I teach."),
    ("Fatima, my boss, laughs. Fatima laughs.", "they, my boss, laughs. they laughs."),
    ("He wasn't heard. She’s shy, he/she is.", "they weren't heard. they’re shy, they are."),
    ("She gave him her book.", "they gave them their book."),
    ("He gave her his.", "they gave them theirs."),
]  # fmt: skip
LEAVE = [
    "I lead nurses. They do not listen to me.",
    "Inventor with a shed, and no idea of prices.",
    "I am Head of Sales and I use Excel in English.",
    "I am gutted. Should I carry on?",
    "The NHS trust moved me to a JavaScript team at Oracle.",
    "Chef in a small kitchen. Nothing else.",
]


@pytest.mark.parametrize(("told", "read"), FIND)
def test_names_titles_and_pronouns_are_taken_out(told: str, read: str) -> None:
    assert impersonal(told).text == read


@pytest.mark.parametrize("told", LEAVE)
def test_what_is_told_stays(told: str) -> None:
    assert impersonal(told).text == told


@pytest.mark.xfail(strict=True, reason="an ordinary word that follows no cue is no name")
def test_a_name_that_is_an_ordinary_word() -> None:
    assert impersonal("In our shop Grace decides.").text == "In our shop they decides."


def test_the_name_that_the_profile_gives_is_known_wherever_it_stands() -> None:
    read = impersonal("Grace here. Will you field my Fields?", "Grace Fields")
    assert read.text == "they here. Will you field my they?"


@given(st.text(alphabet="aHhes MrJ.S'’\n", max_size=60), st.text(alphabet="Heshr ", max_size=6))
def test_every_place_can_be_shown_in_the_words_of_whoever_told_it(told: str, own: str) -> None:
    read = impersonal(told, own)
    for start in range(len(read.text)):
        first, last = read.before(start, start + 1)
        assert 0 <= first < last <= len(told)
    if read.text:
        assert read.before(0, len(read.text)) == (0, len(told))


def test_a_long_text_of_short_lines_takes_no_time() -> None:
    began = time.process_time()
    impersonal("Fatima he\n" * 20_000)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "other",
    [("Mrs", "Fatima Rahman", "her", "herself"), ("Dr", "Wei Zhang", "their", "themselves")],
)
def test_similar_answers_the_same_whoever_asks(other: tuple[str, ...]) -> None:
    encoder = WordEncoder()
    index, _ = open_index(None, three(), lambda: encoder, model=encoder.name)
    searcher = Searcher(three(), index, encoder)
    answers = []
    for title, name, their, self in (("Mr", "Daniel Clarke", "his", "himself"), other):
        text = (
            f"{title} {name} wrote it {self}: I nurse on a ward. {name} and {their} team delegate."
        )
        for fields in ({"text": text}, {"text": text, "name": name, "goals": [f"{name} leads"]}):
            profile, _ = parse_profile(json.dumps(fields), "p.json")
            answers.append(searcher.search(profile, count=3).cases)
    assert answers[0] == answers[2]
    assert answers[1] == answers[3]
    assert answers[0] != ()


def test_profiles_without_a_name_keep_their_words() -> None:
    """What the rules take for a name by mistake is rare: the graded profiles name nobody."""
    lines = PROFILES.read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["profile"]["text"] for line in lines]
    lost = 0
    for text in texts:
        kept = set(impersonal(text).text.lower().split())
        pronouns = {"he", "she", "him", "his", "her", "himself", "does"}
        words = {w.strip(".,;:!?") for w in text.lower().split()}
        lost += len(words - {k.strip(".,;:!?") for k in kept} - pronouns)
    assert lost <= 2
