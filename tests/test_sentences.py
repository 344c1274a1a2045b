"""Units are sentences, headings and list items, and together they are the whole text."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from xcase.sentences import MAX_HEADING_WORDS, MAX_UNIT, kind_of_line, split


def units(text: str) -> list[tuple[str, str]]:
    (found,) = split([text])
    return [(text[u.start : u.end], u.kind) for u in found]


def sentences(text: str) -> list[str]:
    return [surface for surface, _ in units(text)]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("# The porter who counted keys.", "heading"),
        ("From bay to office", "heading"),
        ("- asked for help", "item"),
        ("• asked for help.", "item"),
        ("12) asked for help", "item"),
        ("(b) asked for help", "item"),
        ("She asked for help.", "prose"),
        ("“She asked for help.”", "prose"),
        ("Dear Ruth,", "prose"),
        (" ".join(["word"] * MAX_HEADING_WORDS), "heading"),
        (" ".join(["word"] * (MAX_HEADING_WORDS + 1)), "prose"),
        ("2019 was a hard year.", "prose"),
        ("-5 degrees in the yard.", "prose"),
    ],
)
def test_kind_of_line(line: str, kind: str) -> None:
    assert kind_of_line(line) == kind


@pytest.mark.parametrize(
    "line",
    [
        "[00:00:17] HOST: Let's go back to the goats, and to what they cost you.",
        "RAGNHILD: A hundred and twelve since April, and she knew them all by name.",
        "She found the non-members of the guild at the door, and let them in for nothing.",
    ],
)
def test_speaker_time_and_hyphen_end_no_sentence(line: str) -> None:
    assert sentences(f"{line} He went home.") == [line, "He went home."]


def test_what_stands_in_brackets_stays_in_them() -> None:
    told = sentences(
        "He waited too long, I think. [laughs] We sold it all. (Nobody asked why.) Yes."
    )

    assert not [s for s in told if s.startswith(("laughs", "Nobody")) or s.endswith(("[", "("))]


def test_a_document_of_every_kind() -> None:
    text = (
        "# Bay nine\n\n"
        "Amina ran the night shift. Nobody asked her why.\n\n"
        "What she wanted\n"
        "- a day off. Just one.\n"
        "- a team\n"
    )
    assert units(text) == [
        ("# Bay nine", "heading"),
        ("Amina ran the night shift.", "prose"),
        ("Nobody asked her why.", "prose"),
        ("What she wanted", "heading"),
        ("- a day off. Just one.", "item"),
        ("- a team", "item"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Dr. Okafor met Mrs. Lind at 6 p.m. on Monday.",
        "She earned 3.5 per cent more, i.e. almost nothing.",
        "He asked, “Who counts the keys?” and left.",
    ],
)
def test_leaves_a_sentence_whole(text: str) -> None:
    assert sentences(f"{text} Nobody replied.") == [text, "Nobody replied."]


def test_a_quote_keeps_its_closing_mark() -> None:
    assert sentences("“Sit down.” Ruth poured the tea. “Now talk!”") == [
        "“Sit down.”",
        "Ruth poured the tea.",
        "“Now talk!”",
    ]


@pytest.mark.parametrize("text", ["", " \n\t\n \u00a0"])
def test_nothing_gives_no_unit(text: str) -> None:
    assert units(text) == []


def test_other_scripts_keep_their_offsets() -> None:
    text = "Она боялась звонков. Потом позвонила сама.\n\n📦📦 She packed. She left."
    assert "".join(sentences(text)).replace(" ", "") == "".join(text.split())


def test_texts_are_split_apart() -> None:
    assert [len(found) for found in split(["One. Two is here.", "", "One heading"])] == [2, 0, 1]


@pytest.mark.parametrize(
    "line",
    [
        "so then I said we " * 120,
        "- " + "She asked what I would try first. I said that I did not know. " * 30,
        "x" * 2000,
    ],
)
def test_what_is_too_long_for_the_networks_is_cut_and_nothing_lost(line: str) -> None:
    (found,) = split([line])
    assert max(u.end - u.start for u in found) <= MAX_UNIT
    read = "".join(line[u.start : u.end] for u in found)
    assert "".join(read.split()) == "".join(line.split())


@settings(max_examples=150, deadline=None)
@given(
    st.text(
        st.one_of(st.characters(), st.sampled_from('.!?…"”’) \n\t\u2028\u00a0#-1aA')), max_size=120
    )
)
def test_units_cover_every_visible_character_once(text: str) -> None:
    (found,) = split([text])
    covered = [i for u in found for i in range(u.start, u.end)]
    assert covered == sorted(set(covered))
    outside = set(range(len(text))).difference(covered)
    assert "".join(text[i] for i in sorted(outside)).strip() == ""
    assert all(u.start < u.end for u in found)


@settings(max_examples=150, deadline=None)
@example(".  .")
@given(
    st.lists(
        st.sampled_from(["She left", ".", "!", "”", " ", "  ", "\t", "\u00a0", "\n", "A b"])
    ).map("".join)
)
def test_no_unit_begins_or_ends_with_white_space(text: str) -> None:
    surfaces = sentences(text)
    assert surfaces == [s.strip() for s in surfaces]
