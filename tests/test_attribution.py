"""A line above or below a story says whose it is; which of the two, the page as a whole tells."""

from __future__ import annotations

import pytest
from fakes import one_hot

from xcase import sentences
from xcase.records import PHASES, Annotation, Tagged
from xcase.segment import Story, segment
from xcase.settings import Settings

pytestmark = pytest.mark.usefixtures("plain_confidence")

STORY = "I could not {0}. Every week we looked at my {0}. Now I teach {0}."
SUBJECTS = ("price", "plan", "pitch")
NAMES = ("Ana Ruiz", "Tobias K.", "Wen")
IS_MENTEE = {"role": (0.9, 0.05, 0.05), "tags": (0.8, 0.1)}
IS_NOBODY = {"role": (0.02, 0.08, 0.9), "tags": (0.01, 0.01)}


def named(page: str) -> list[str]:
    """Return the text of each story that is found on a page of three."""
    return [page[s.start : s.end] for s in stories_of(page)]


def stories_of(page: str) -> list[Story]:
    """Return the stories of a page as a network would read it that knows who is who."""
    (units,) = sentences.split([page])
    said = [page[u.start : u.end] for u in units]
    told = ["background" if "could not" in s else "outcome" if "Now" in s else "journey"
            for s in said]  # fmt: skip
    phases = [t if "I " in s or "we " in s else "other" for t, s in zip(told, said, strict=True)]
    spans = [
        Tagged("name", page.index(n), page.index(n) + len(n), 1.0, IS_MENTEE)
        for n in NAMES
        if n in page
    ]
    if "Foundry" in page:
        at = page.index("Foundry")
        spans.append(Tagged("name", at, at + len("Foundry"), 1.0, IS_NOBODY))
    annotation = Annotation(
        phases=tuple(one_hot(PHASES, p) for p in phases),
        case_starts=tuple(float("could not" in s) for s in said),
        has_case=1.0,
        industry_from=(),
        industry_to=(),
        spans=tuple(spans),
    )
    stories, _ = segment(page, units, annotation, Settings(case=0.5, case_start=0.6))
    return stories


def page(line: str, *, below: bool, end: str = "") -> str:
    """Return a page of three stories, each with its name in a line above or below."""
    parts = ["Foundry: hear our founders"]
    for subject, name in zip(SUBJECTS, NAMES, strict=True):
        both = [line.format(name), STORY.format(subject)]
        parts += reversed(both) if below else both
    return "\n\n".join(parts) + end


LINES = ("— {}, cohort 3", "## ★★★★ {}, bottles", "{}, cohort 3", "- {}")


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("end", ["", "\n\nApplications for cohort 4 are open."])
def test_a_line_below_each_story_signs_it(line: str, end: str) -> None:
    found = named(page(line, below=True, end=end))
    assert [[n for n in NAMES if n in story] for story in found] == [[n] for n in NAMES]
    assert [story.split()[-1] for story in found] == [line.format(n).split()[-1] for n in NAMES]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("end", ["", "\n\nApplications for cohort 4 are open."])
def test_a_line_above_each_story_names_it(line: str, end: str) -> None:
    found = named(page(line, below=False, end=end))
    assert [[n for n in NAMES if n in story] for story in found] == [[n] for n in NAMES]
    assert [story.split()[-1] for story in found] == [f"{subject}." for subject in SUBJECTS]


def test_a_line_that_ends_the_last_story_only_signs_the_page() -> None:
    stories = [STORY.format(subject) for subject in SUBJECTS]
    found = named("\n\n".join([*stories, "— Ana Ruiz, editor"]))
    assert found == stories


def test_a_sentence_of_a_story_that_names_somebody_signs_nothing() -> None:
    stories = [f"{STORY.format(s)} I thank {n}." for s, n in zip(SUBJECTS, NAMES, strict=True)]
    assert named("\n\n".join(stories)) == stories


def test_the_line_that_signs_a_story_is_its_title() -> None:
    titles = [s.title for s in stories_of(page("— {}, cohort 3", below=True))]
    assert titles == [f"{name}, cohort 3" for name in NAMES]


def test_what_stands_above_the_first_signed_story_is_the_page_s() -> None:
    assert named(page("- {}", below=True))[0].startswith("I could not")
