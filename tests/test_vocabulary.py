"""Which skills and industries words name, and where a skill's name is an ordinary noun."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from xcase.errors import UsageError
from xcase.similar import Filters, check_filters
from xcase.taxonomy import load_industries, load_skills
from xcase.transfer.answer import skill_position
from xcase.vocabulary import industry_known, industry_meant, skill_known, skills_named


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
        "I am planning to leave",
    ],
)
def test_an_ordinary_noun_is_no_skill(clause: str) -> None:
    assert skills_named(clause) == []


@pytest.mark.parametrize(
    ("told", "label"),
    [
        # Several industries are not one of them.
        ("Education; Healthcare", None),
        ("Sports and Education", None),
        ("Professional Services / Legal", None),
        ("Entrepreneurship/Startup; Education", None),
        ("Education, Healthcare", None),
        ("Finance, insurance and real estate", None),
        ("tech, finance", None),
        # One that is said twice, or beside nothing, is.
        ("Hospital / Healthcare", "Healthcare"),
        ("Banking; Finance", "Finance & Insurance"),
        ("Education; n/a", "Education"),
        ("Education sector", "Education"),
        ("Entrepreneurship / Startup", "Entrepreneurship/Startup"),
        # Labels with "&", however they are written.
        ("Information and Technology", "Information & Technology"),
        ("arts and media", "Arts & Media"),
        ("Arts&Media", "Arts & Media"),
        ("oil and gas", "Mining & Energy"),
        # Nothing is meant.
        ("n/a", None),
        (";", None),
        ("", None),
        ("not sure yet", None),
    ],
)
def test_an_industry_is_meant_if_it_is_the_only_one_named(told: str, label: str | None) -> None:
    assert industry_meant(told) == label


def test_every_label_is_meant_with_and_in_its_name() -> None:
    labels = [industry.label for industry in load_industries()]
    assert [industry_meant(label.replace("&", "and")) for label in labels] == labels


@pytest.mark.parametrize("name", ["business acumen", "Commercial  Awareness "])
def test_every_command_knows_a_skill_by_its_name_and_its_aliases(name: str) -> None:
    assert skill_known(name) == "business acumen"
    assert check_filters(Filters(skill=name)).skill == "business acumen"
    assert load_skills()[skill_position(name)].name == "business acumen"


@pytest.mark.parametrize("known", [skill_known, industry_known])
def test_what_is_no_name_is_refused_with_what_to_do_next(known: Callable[[str], str]) -> None:
    for name in ("zzz", ""):
        with pytest.raises(UsageError, match=rf"no (skill|industry) '{name}'; (known:|xcase )"):
            known(name)
    with pytest.raises(UsageError, match="; nearest: "):
        known("comercial")
    with pytest.raises(UsageError, match="; nearest: commercial awareness"):
        skill_known("comercial awareness")
