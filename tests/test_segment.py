"""Zero, one or several cases, each with its own sentences, and a reason when there is none."""

from __future__ import annotations

import pytest
from fakes import one_hot

from xcase.records import PHASES, Annotation
from xcase.segment import segment
from xcase.sentences import Unit
from xcase.settings import Settings

pytestmark = pytest.mark.usefixtures("plain_confidence")

LETTERS = {"b": "background", "j": "journey", "o": "outcome", "x": "other"}
CERTAIN = Settings(case=0.5, case_start=0.6)


def stories(
    phases: str, *, starts: tuple[int, ...] = (), headings: tuple[int, ...] = (), case: float = 1.0
) -> tuple[list[tuple[int, int]], list[str], str]:
    """Return (first, last) sentence and title of each story of a document, and the reason."""
    lines = [f"# Title {i}" if i in headings else f"Line {i}." for i in range(len(phases))]
    text, units = "\n".join(lines), []
    for i, line in enumerate(lines):
        units.append(Unit(text.index(line), text.index(line) + len(line), "prose"))
        if i in headings:
            units[-1] = Unit(units[-1].start, units[-1].end, "heading")
    annotation = Annotation(
        phases=tuple(one_hot(PHASES, LETTERS[letter]) for letter in phases),
        case_starts=tuple(float(i in starts) for i in range(len(phases))),
        has_case=case,
        industry_from=(),
        industry_to=(),
        spans=(),
    )
    found, reason = segment(text, units, annotation, CERTAIN)
    place = {u.start: i for i, u in enumerate(units)}
    for story in found:
        assert (story.start, story.end) == (story.sentences[0].start, story.sentences[-1].end)
    bounds = [(place[s.start], place[s.sentences[-1].start]) for s in found]
    return bounds, [s.title for s in found], reason


@pytest.mark.parametrize(
    ("phases", "starts", "bounds"),
    [
        ("bjo", (), [(0, 2)]),
        ("b", (), [(0, 0)]),
        ("xxbxjoxx", (0,), [(2, 5)]),
        ("bjobjo", (0, 3), [(0, 2), (3, 5)]),
        ("bjoxxbjo", (0, 4), [(0, 2), (5, 7)]),
        ("bobobo", (0, 2, 4), [(0, 1), (2, 3), (4, 5)]),
        # One sentence of a story is too short to be a case of its own.
        ("bjob", (0, 3), [(0, 3)]),
        ("bbjo", (0, 1), [(0, 3)]),
        ("bjobbjo", (0, 3, 4), [(0, 2), (3, 6)]),
    ],
)
def test_stories(phases: str, starts: tuple[int, ...], bounds: list[tuple[int, int]]) -> None:
    found, _, reason = stories(phases, starts=starts)
    assert found == bounds
    assert reason == ""


def test_a_story_takes_the_headings_right_before_it() -> None:
    bounds, titles, _ = stories("xxbjxxxbj", starts=(6,), headings=(1, 5, 6))
    assert bounds == [(1, 3), (6, 8)]
    assert titles == ["Title 1", "Title 6"]


def test_a_story_without_a_heading_has_no_title() -> None:
    assert stories("xbj")[1] == [""]


@pytest.mark.parametrize(
    ("phases", "case", "said"),
    [
        ("bjo", 0.31, "0.31"),
        ("xxx", 1.0, "no sentence tells"),
        ("", 1.0, "holds no sentence"),
    ],
)
def test_no_story_has_a_reason(phases: str, case: float, said: str) -> None:
    bounds, _, reason = stories(phases, case=case)
    assert bounds == []
    assert said in reason


def test_the_threshold_itself_is_enough() -> None:
    assert stories("bjo", case=0.5)[0] == [(0, 2)]


def test_sentences_keep_the_likeliest_phase_with_its_probability() -> None:
    annotation = Annotation(((0.2, 0.5004, 0.2, 0.0996),), (0.0,), 1.0, (), (), ())
    ((story,), _) = segment("They met.", [Unit(0, 9, "prose")], annotation, CERTAIN)
    (sentence,) = story.sentences
    assert (sentence.phase, sentence.confidence) == ("journey", 0.5)


def numbered(name: str) -> int:
    """Return how many cases a text has whose two stretches are headed by a name and a number."""
    lines = [f"## {name} 1", "It was.", "Then.", "Now.", f"## {name} 2", "It was.", "Then.", "Now."]
    text, units = "\n".join(lines), []
    for line in lines:
        start = text.index(line, units[-1].end if units else 0)
        units.append(Unit(start, start + len(line), "heading" if line[0] == "#" else "prose"))
    phases = tuple(one_hot(PHASES, LETTERS[letter]) for letter in "xbjoxbjo")
    found, _ = segment(text, units, Annotation(phases, (0.0,) * 8, 1.0, (), (), ()), CERTAIN)
    return len(found)


@pytest.mark.parametrize("name", ["Case study", "Story", "Mentee", "C.", ""])
def test_numbered_stories_are_cases_of_their_own(name: str) -> None:
    assert numbered(name) == 2


@pytest.mark.parametrize("name", ["Part", "CHAPTER", "Month", "Mentoring session", "Q", "Question"])
def test_the_numbered_parts_of_a_story_are_one_case(name: str) -> None:
    assert numbered(name) == 1
