"""People and organisations are found by name, each exactly where it stands."""

from __future__ import annotations

import pytest

from xcase import names
from xcase.names import find_names
from xcase.parse import mark
from xcase.records import Mark

STORY = "Last spring Sarah Johnson left Microsoft. Her mentor, David Miller, rang her in London."


def found(text: str) -> list[str]:
    (spans,) = find_names([text])
    return [text[span.start : span.end] for span in spans]


def test_people_and_organisations_are_found_and_nothing_else() -> None:
    assert found(STORY) == ["Sarah Johnson", "Microsoft", "David Miller"]


@pytest.mark.parametrize(
    ("told", "name"),
    [("Priya is", "Priya"), ("the Acme Group", "Acme Group"), ("Lin. He", "Lin."), ("he is", None)],
)
def test_words_that_belong_to_no_name_are_taken_off(told: str, name: str | None) -> None:
    span = names._trimmed(told, 0, len(told))
    assert (told[span.start : span.end] if span else None) == name


def test_no_text_no_name() -> None:
    assert list(find_names([])) == []
    assert list(find_names(["", "It rained."])) == [[], []]


def test_positions_count_code_points() -> None:
    lead = "\U0001f600 “Cafe\u0301”\r\n\n  "
    assert found(lead + STORY) == found(STORY)


def test_every_text_gets_its_own_names() -> None:
    other = "David Miller smiled."
    first, second = find_names([STORY, other])
    assert len(first) == 3
    assert [other[s.start : s.end] for s in second] == ["David Miller"]


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_no_name_reaches_over_a_line_break(gap: str) -> None:
    text = f"She rang Sarah{gap}Johnson at once. It was David Miller{gap}Microsoft called, too."
    assert all("\n" not in name for name in found(text))


def test_a_long_text_is_read_in_pieces_with_exact_offsets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "MAX_PIECE", len(STORY) + 1)
    assert found(f"{STORY} {STORY}\n{STORY}") == found(STORY) * 3


@pytest.mark.xfail(reason="a long text is cut anywhere, even inside a name")
def test_no_name_is_cut_by_the_end_of_a_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "MAX_PIECE", STORY.index("Miller") + 3)
    assert found(STORY) == ["Sarah Johnson", "Microsoft", "David Miller"]


def test_names_and_skills_are_marked_for_the_network() -> None:
    text = "David Miller taught fundraising."
    assert mark([text, ""]) == [[Mark("alias", 20, 31), Mark("name", 0, 12)], []]
