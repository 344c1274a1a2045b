"""Where a further case may begin, and the figures that its odds rest on."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest
from fakes import one_hot

from xcase.boundaries import Boundary, candidates
from xcase.confidence import logit
from xcase.records import PHASES, Annotation, Tagged
from xcase.segment import segment
from xcase.sentences import Unit
from xcase.settings import Settings

LETTERS = {"b": "background", "j": "journey", "o": "outcome", "x": "other"}
# Chances that somebody is the mentee, the mentor or neither.
MENTEE = (0.9, 0.05, 0.05)


def page(
    lines: Sequence[str], phases: str, starts: dict[int, float], people: Sequence[str] = ()
) -> tuple[str, list[Unit], Annotation]:
    """Return a text of such lines, its sentences, and what a network says of them."""
    text, units, at = "\n".join(lines), [], 0
    for line in lines:
        units.append(Unit(at, at + len(line), "item" if line.startswith("- ") else "prose"))
        at += len(line) + 1
    spans = [
        Tagged("name", at, at + len(name), 1.0, {"role": MENTEE, "tags": (0.9, 0.05)})
        for name in people
        for at in range(len(text))
        if text.startswith(name, at)
    ]
    annotation = Annotation(
        phases=tuple(one_hot(PHASES, LETTERS[letter]) for letter in phases),
        case_starts=tuple(starts.get(i, 0.01) for i in range(len(lines))),
        has_case=1.0,
        industry_from=(),
        industry_to=(),
        spans=tuple(spans),
    )
    return text, units, annotation


def places(
    lines: Sequence[str], phases: str, starts: dict[int, float], people: Sequence[str] = ()
) -> list[Boundary]:
    text, units, annotation = page(lines, phases, starts, people)
    told = [i for i, letter in enumerate(phases) if letter != "x"]
    return candidates(text, units, annotation, annotation.phases, told)


def test_a_place_is_between_two_told_sentences_and_begins_where_the_network_says() -> None:
    found = places(["A.", "B.", "Title", "C.", "D."], "boxbo", {2: 0.8, 3: 0.4})
    assert [(p.before, p.begin) for p in found] == [(1, 1), (2, 2), (3, 4)]
    assert found[1].features["start"] == pytest.approx(logit(0.8))


def test_one_story_ended_and_another_begun() -> None:
    figures = [p.features["ended_and_begun"] for p in places(["A.", "B.", "C.", "D."], "bobj", {})]
    assert figures == pytest.approx([0, 1, 0], abs=0.1)


def test_who_is_named_first() -> None:
    lines = ["Ana came.", "She stayed.", "Ben came.", "Ben saw Ana.", "He left."]
    found = places(lines, "bobjo", {}, ["Ana", "Ben"])
    assert [round(p.features["newcomer"], 1) for p in found] == [0.9, 0.9, 0.0, 0.0]


def test_no_place_is_in_the_middle_of_a_line() -> None:
    text = "A. B.\nC. D."
    units = [Unit(0, 2, "prose"), Unit(3, 5, "prose"), Unit(6, 8, "prose"), Unit(9, 11, "prose")]
    _, _, annotation = page(["A.", "B.", "C.", "D."], "bobo", {})
    found = candidates(text, units, annotation, annotation.phases, range(4))
    assert [p.begin for p in found] == [2]


TWO = ["Ana could not plan.", "She met a coach.", "She leads a team."]
THEN = ["Ben hid from clients.", "He met a coach.", "He sells."]


@pytest.mark.parametrize(("said", "cases"), [(0.5, 2), (0.001, 1)])
def test_two_stories_of_two_people_are_two_cases_if_the_network_half_says_so(
    said: float, cases: int
) -> None:
    drawn = page([*TWO, *THEN], "bjobjo", {0: 0.9, 3: said}, ["Ana", "Ben"])
    assert len(segment(*drawn, Settings())[0]) == cases


def test_a_book_of_stories_is_read_in_a_moment() -> None:
    stories = 3000
    people = [f"P{'abcdefghij'[i % 10]}{'klmnopqrst'[i // 10 % 10]}" for i in range(100)]
    lines = [f"{people[i % 100]} said this or that." for i in range(2 * stories)]
    text, units, annotation = page(lines, "bo" * stories, {})
    spans = [Tagged("name", u.start, u.start + 3, 1.0, {"role": MENTEE}) for u in units]
    annotation = Annotation(
        annotation.phases, annotation.case_starts, 1.0, (), (), tuple(spans)
    )  # fmt: skip
    began = time.process_time()
    candidates(text, units, annotation, annotation.phases, range(2 * stories))
    assert time.process_time() - began < 2
