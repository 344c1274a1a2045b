"""Which skills the words of a profile name, and where a skill's name is an ordinary noun."""

from __future__ import annotations

import pytest

from xcase.vocabulary import skills_named


@pytest.mark.parametrize(
    ("clause", "skills"),
    [
        ("I lack organisation and planning", ["organisation", "planning"]),
        ("my organisation skills are weak", ["organisation"]),
        ("I need leadership", ["leadership"]),
        ("I want to be good at sales and marketing", ["sales", "marketing"]),
        ("I cannot give feedback", ["feedback"]),
        ("I am bad at giving feedback from the start", ["feedback"]),
        ("the leadership team building day", ["team building"]),
    ],
)
def test_skills_are_named(clause: str, skills: list[str]) -> None:
    assert skills_named(clause) == skills


@pytest.mark.parametrize(
    "clause",
    [
        "Nobody in my organisation listens to me.",
        "the whole organisation",
        "large organisations",
        "I struggle with the leadership team",
        "the marketing department",
        "a teaching hospital",
        "my sales manager",
        "I never get feedback from my boss",
        "I get no honest feedback",
    ],
)
def test_an_ordinary_noun_is_no_skill(clause: str) -> None:
    assert skills_named(clause) == []
