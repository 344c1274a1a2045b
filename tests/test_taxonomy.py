"""The taxonomy holds what the project promises, and refuses files that are faulty."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from pathlib import Path

import pytest

from xcase import taxonomy
from xcase.errors import TaxonomyError
from xcase.vocabulary import industry_words

CANONICAL = """
accountability, adaptability, attention to detail, business acumen, change management, coachability,
communication, confidence, conflict management, courage, creativity, critical thinking, curiosity,
customer service, decision making, delegation, diplomacy, discipline, emotional intelligence,
empathy, entrepreneurship, feedback, financial management, goal setting, hiring, independence,
influence, initiative, integrity, interview skills, leadership, learning agility, listening,
mentoring others, negotiation, networking, operations management, organisation, patience,
people management, persistence, planning, problem solving, process improvement, project management,
public speaking, relationship building, resilience, resourcefulness, risk management, risk taking,
safety management, sales, self-awareness, self-management, stakeholder management, storytelling,
strategic planning, strategic thinking, stress management, teamwork, time management, vision,
work ethic, working under pressure, writing
"""
LABELS = [
    "Agriculture",
    "Mining & Energy",
    "Utilities",
    "Construction",
    "Manufacturing",
    "Wholesale & Retail",
    "Transportation & Logistics",
    "Information & Technology",
    "Finance & Insurance",
    "Real Estate",
    "Professional Services",
    "Education",
    "Healthcare",
    "Arts & Media",
    "Hospitality & Food",
    "Public Sector & Military",
    "Non-profit & Social",
    "Sports",
    "Legal",
    "Entrepreneurship/Startup",
]
SKILL = """
[[skill]]
name = "whittling"
family = "Managing work"
definition = "Shaping wood with a knife."
aliases = ["carving wood"]
examples = ["made a spoon out of a twig"]
esco = ""
onet = "2.A.1.b"
"""
INDUSTRY = """
[[industry]]
label = "Toys"
naics = ["3399"]
definition = "Making toys."
roles = ["toymaker"]
places = ["toy works"]
words = ["teddy"]
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "table.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_all_canonical_skills_come_first_and_are_followed_by_others() -> None:
    canonical = {name.strip() for name in CANONICAL.replace("\n", " ").split(",")}
    names = [skill.name for skill in taxonomy.load_skills()]
    assert len(canonical) == 66
    assert set(names[:66]) == canonical
    assert len(names) == len(set(names)) >= 90


def test_no_phrase_names_two_skills() -> None:
    phrases = Counter(p for s in taxonomy.load_skills() for p in (s.name, *s.aliases))
    assert [phrase for phrase, count in phrases.items() if count > 1] == []


def test_skills_are_described_in_full() -> None:
    for skill in taxonomy.load_skills():
        assert 4 <= len(skill.aliases) <= 12, skill.name
        assert 6 <= len(skill.examples) <= 8, skill.name
        assert skill.definition.endswith("."), skill.name


def test_examples_show_a_skill_without_naming_it() -> None:
    for skill in taxonomy.load_skills():
        named = re.compile("|".join(rf"\b{re.escape(p)}\b" for p in (skill.name, *skill.aliases)))
        assert [text for text in skill.examples if named.search(text.lower())] == [], skill.name


def test_container_words_are_nobodys_alias() -> None:
    aliases = {alias for skill in taxonomy.load_skills() for alias in skill.aliases}
    assert not aliases & {"leadership", "mentorship", "mentoring", "guidance", "skills", "coaching"}
    assert not aliases & taxonomy.CONTAINER_WORDS


def test_links_to_esco_and_onet_are_well_formed() -> None:
    uri = re.compile(r"http://data\.europa\.eu/esco/skill/[0-9a-f]{8}(-[0-9a-f]{4,12}){4}")
    onet = re.compile(r"(1\.A|1\.C|2\.A|2\.B|2\.C|4\.A)(\.[0-9a-z]+)+")
    skills = taxonomy.load_skills()
    assert all(uri.fullmatch(skill.esco) for skill in skills if skill.esco)
    assert all(onet.fullmatch(skill.onet) for skill in skills if skill.onet)
    assert sum(bool(skill.esco) for skill in skills) > 80


def test_industries_keep_their_order_and_share_no_word() -> None:
    industries = taxonomy.load_industries()
    assert [industry.label for industry in industries] == LABELS
    words = Counter(w for i in industries for w in (*i.roles, *i.places, *i.words))
    assert [word for word, count in words.items() if count > 1] == []
    for industry in industries:
        assert 20 <= len(industry.roles) <= 40, industry.label
        assert 10 <= len(industry.places) <= 25, industry.label
        assert 15 <= len(industry.words) <= 45, industry.label


def test_each_word_of_an_industry_is_found_and_means_it_alone() -> None:
    for industry in taxonomy.load_industries():
        for word in (*industry.roles, *industry.places, *industry.words):
            (hit,) = industry_words().find(word)
            assert (hit.label, hit.span.start) == (industry.label, 0), word


def test_loaded_entries_cannot_be_changed_and_are_read_once() -> None:
    skill = taxonomy.load_skills()[0]
    with pytest.raises(dataclasses.FrozenInstanceError):
        skill.name = "other"  # type: ignore[misc]
    assert taxonomy.load_skills() is taxonomy.load_skills()
    assert taxonomy.taxonomy_version() == "1"


def test_a_sound_file_is_read(tmp_path: Path) -> None:
    (skill,) = taxonomy.parse_skills(write(tmp_path, SKILL))
    assert (skill.name, skill.aliases, skill.onet) == ("whittling", ("carving wood",), "2.A.1.b")
    (industry,) = taxonomy.parse_industries(write(tmp_path, INDUSTRY))
    assert (industry.label, industry.naics) == ("Toys", ("3399",))


def test_all_faults_of_a_skill_file_are_listed_at_once(tmp_path: Path) -> None:
    second = SKILL.replace("Managing work", "Woodwork").replace("2.A.1.b", "B2")
    third = SKILL.replace('"whittling"', '"turning"').replace("carving wood", "Leadership")
    fourth = SKILL.replace('"Shaping wood with a knife."', '" "') + 'colour = "red"\n'
    fifth = SKILL.replace('"whittling"', '"planing"').replace('["carving wood"]', '["skills"]')
    fifth = fifth.replace('esco = ""', 'esco = "https://example.org/planing"')
    text = "edition = 2\n" + SKILL + second + third + fourth + fifth
    with pytest.raises(TaxonomyError) as caught:
        taxonomy.parse_skills(write(tmp_path, text))
    message = str(caught.value)
    for fault in (
        "unknown top-level key 'edition'",
        "name 'whittling' already stands under whittling",
        "unknown family 'Woodwork'",
        "onet is not an O*NET element id: 'B2'",
        "alias 'carving wood' already stands under whittling",
        "alias 'Leadership' is not lower case",
        "alias 'Leadership' is a container word",
        "number 4: unknown key 'colour'",
        "number 4: definition must be a non-empty string",
        "alias 'skills' is a container word",
        "esco is not an ESCO skill URI: 'https://example.org/planing'",
    ):
        assert fault in message
    assert "table.toml has 11 fault(s)" in message


def test_an_alias_may_not_repeat_the_name_of_a_later_skill(tmp_path: Path) -> None:
    later = SKILL.replace('"whittling"', '"carving wood"').replace('["carving wood"]', '["hewing"]')
    with pytest.raises(TaxonomyError, match="alias 'carving wood' already stands under"):
        taxonomy.parse_skills(write(tmp_path, SKILL + later))


def test_all_faults_of_an_industry_file_are_listed_at_once(tmp_path: Path) -> None:
    games = INDUSTRY.replace("Toys", "Games").replace('"3399"', '"33999"')
    broken = '[[industry]]\nlabel = "Empty"\nnaics = "11"\n'
    with pytest.raises(TaxonomyError) as caught:
        taxonomy.parse_industries(write(tmp_path, INDUSTRY + games + broken))
    message = str(caught.value)
    assert "Games: naics '33999' is not two to four digits" in message
    for word in ("toymaker", "toy works", "teddy"):
        assert f"Games: word '{word}' already stands under Toys" in message
    assert "number 3: naics must be a list of non-empty strings, not '11'" in message
    for key in ("definition", "roles", "places", "words"):
        assert f"number 3: {key} is missing" in message


@pytest.mark.parametrize("text", ["", "skill = 3\n", "skill = [1]\n", "[[skill]\n"])
def test_what_is_no_table_of_skills_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(TaxonomyError, match=r"table\.toml"):
        taxonomy.parse_skills(write(tmp_path, text))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TaxonomyError, match="cannot be read"):
        taxonomy.parse_industries(tmp_path / "none.toml")
