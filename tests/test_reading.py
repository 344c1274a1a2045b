"""What is read of a profile's sentences: industries on either side, skills wanted and had."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from xcase.clauses import part_of
from xcase.errors import UsageError
from xcase.similar import profile_of_text
from xcase.similar.profile import read
from xcase.taxonomy import load_skills
from xcase.transfer import read_asker

ARTS, FARM, BANK, FOOD = "Arts & Media", "Agriculture", "Finance & Insurance", "Hospitality & Food"
HEALTH, SCHOOL, BUILD, LEGAL = "Healthcare", "Education", "Construction", "Legal"
ARMY, TECH, SHOP = "Public Sector & Military", "Information & Technology", "Wholesale & Retail"


def had(text: str) -> tuple[str, ...]:
    return read_asker(json.dumps({"text": text}).encode(), "p.json").skills


# ---------------------------------------------------------------- start and goal in one clause


@pytest.mark.parametrize(
    ("text", "start", "goal"),
    [
        # The start stands before the goal.
        ("I am a nurse and want to move into teaching", {HEALTH}, set()),
        ("A plumber, looking to open a restaurant", {BUILD}, {FOOD}),
        ("Nurse wants to become a teacher", {HEALTH}, {SCHOOL}),
        ("After ten years as a chef I want to become a teacher", {FOOD}, {SCHOOL}),
        ("Since I left the army I have wanted to be a chef", {ARMY}, {FOOD}),
        ("I'm a soldier leaving the army, hoping to work in a bank", {ARMY}, {BANK}),
        ("As a nurse I know that I would like to become a solicitor", {HEALTH}, {LEGAL}),
        ("I am tired of my bank and dream of a vineyard", {BANK}, {FARM}),
        ("I work in a bank, my dream is a farm of my own", {BANK}, {FARM}),
        ("I am a chef and know what I want: a farm", {FOOD}, {FARM}),
        ("I am a chef, and running a farm is my dream", {FOOD}, {FARM}),
        # A goal that names what it leaves, and a start that follows it.
        ("I want to leave nursing and become a teacher", {HEALTH}, {SCHOOL}),
        ("I want to get out of retail and into software development", {SHOP}, {TECH}),
        ("I want to go from being a chef to running a farm", {FOOD}, {FARM}),
        ("Ready to swap my classroom for a courtroom", {SCHOOL}, {LEGAL}),
        ("I want to be a chef instead of a soldier", {ARMY}, {FOOD}),
        ("I want to become a teacher after ten years as a chef", {FOOD}, {SCHOOL}),
        ("I would like to become a solicitor, I work in a bank now", {BANK}, {LEGAL}),
        ("Aspiring chef, currently a soldier", {ARMY}, {FOOD}),
        ("I would love to teach, being a plumber", {BUILD}, set()),
        ("I'm a lawyer who’d love to open a restaurant", {LEGAL}, {FOOD}),
        # What is wanted stands before the cue, or is all that is told.
        ("Becoming a chef is my dream", set(), {FOOD}),
        ("Working in a hospital is what I want", set(), {HEALTH}),
        ("The hospital I want to work in is far away", set(), {HEALTH}),
        ("The hospital I'd love to work in is far away", set(), {HEALTH}),
        ("I want to stay in my hospital", set(), {HEALTH}),
        ("I want to look after patients in a hospital", set(), {HEALTH}),
        ("I'm not sure whether I want to be a nurse", set(), {HEALTH}),
        ("Now or never. My goal: to become a head teacher", set(), {SCHOOL}),
        # Nothing is wanted.
        ("I am a nurse on a busy ward", {HEALTH}, set()),
        ("I have become a nurse and I like the ward", {HEALTH}, set()),
    ],
)
def test_a_start_told_beside_a_goal_is_no_goal(text: str, start: set[str], goal: set[str]) -> None:
    reading = read(profile_of_text(text))
    assert (set(reading.industry_from), set(reading.industry_to)) == (start, goal)


@pytest.mark.parametrize(
    ("goal", "start", "target"),
    [
        ("leave nursing and become a teacher", {HEALTH}, {SCHOOL}),
        ("from now on a chef", set(), {FOOD}),
        ("a chef, and a farm of my own", set(), {FOOD, FARM}),
    ],
)
def test_a_goal_given_as_a_field_may_name_what_it_leaves(
    goal: str, start: set[str], target: set[str]
) -> None:
    reading = read(replace(profile_of_text("I have been tired for years"), goals=(goal,)))
    assert (set(reading.industry_from), set(reading.industry_to)) == (start, target)


@pytest.mark.parametrize(
    ("text", "wanted", "has"),
    [
        ("I am good at planning and want to learn negotiation", {"negotiation"}, {"planning"}),
        ("I lead negotiations and would like to run a team", set(), {"negotiation"}),
        ("Public speaking is something I want to learn", {"public speaking"}, set()),
        ("Delegation and planning I would like to improve", {"delegation", "planning"}, set()),
        ("Delegation, which I want to learn", {"delegation"}, set()),
        ("Delegation, want to get better at it", {"delegation"}, set()),
        ("Delegation is my goal", {"delegation"}, set()),
        ("I need help with delegation and want to lead", {"delegation"}, set()),
        ("When I delegate I become anxious", {"delegation"}, set()),
        ("I want to stop micromanaging and find peace", {"delegation"}, set()),
    ],
)
def test_a_skill_told_beside_a_goal_is_had(text: str, wanted: set[str], has: set[str]) -> None:
    assert (set(read(profile_of_text(text)).skills), set(had(text))) == (wanted, has)


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("I am a nurse and want to move into teaching", ("gap",)),
        ("I want to become a head teacher", ("situation", "gap")),
    ],
)
def test_a_start_told_beside_a_goal_is_not_missing(text: str, missing: tuple[str, ...]) -> None:
    parts = ("situation", "gap", "goal")
    assert tuple(m for m in read(profile_of_text(text)).missing if m in parts) == missing


# ---------------------------------------------------------------- what is denied


@pytest.mark.parametrize(
    ("text", "wanted", "has"),
    [
        # A gap denied is none.
        ("I have no trouble with delegation.", (), ("delegation",)),
        ("I do not lack confidence.", (), ("confidence",)),
        ("I don't need help with public speaking", (), ("public speaking",)),
        ("I don't need to learn planning, I run a farm", (), ("planning",)),
        ("I never had trouble delegating", (), ("delegation",)),
        ("I am no longer afraid of public speaking", (), ("public speaking",)),
        ("I never found public speaking hard", (), ("public speaking",)),
        ("Negotiation isn’t difficult for me", (), ("negotiation",)),
        ("I can negotiate without difficulty", (), ("negotiation",)),
        ("I don't mind cold calling", (), ("sales",)),
        ("I hardly ever struggle with planning", (), ("planning",)),
        ("I have overcome my fear of public speaking", (), ("public speaking",)),
        ("I have no lack of courage", (), ("courage",)),
        # A gap is one still.
        ("I have a little trouble with planning", ("planning",), ()),
        ("I cannot delegate without panic", ("delegation",), ()),
        ("I need to overcome my fear of public speaking", ("public speaking",), ()),
        ("It is not only hard to delegate, it is new", ("delegation",), ()),
        ("I do not know how to delegate", ("delegation",), ()),
        ("No one helps me with planning", ("planning",), ()),
        # To have none of a skill is a gap.
        ("I have no confidence and no patience.", ("confidence", "patience"), ()),
        ("I have no negotiation skills", ("negotiation",), ()),
        ("I have little empathy for them", ("empathy",), ()),
        ("I am not very organised at work", ("organisation",), ()),
        ("I am not diplomatic with people", ("diplomacy",), ()),
        ("I have no real experience of fundraising", ("fundraising",), ()),
        ("Planning instead of rush is my dream", ("planning",), ()),
        ("I am good at delegation, not at planning", ("planning",), ("delegation",)),
        ("I'm fine with public speaking but not with sales", ("sales",), ("public speaking",)),
        ("I'm not someone who delegates", ("delegation",), ()),
        ("I have no time for planning", ("planning",), ()),
        ("I rarely delegate at work", ("delegation",), ()),
        ("I need more confidence", ("confidence",), ()),
        ("I am working on my patience", ("patience",), ()),
        # What names the lack, and what is said of a skill.
        ("Negotiation is not my strength.", ("negotiation",), ()),
        ("I am not a natural leader", ("leadership",), ()),
        ("Public speaking terrifies me", ("public speaking",), ()),
        ("My delegation is very poor", ("delegation",), ()),
        ("I am no good at planning", ("planning",), ()),
        ("Delegation does not come easily to me", ("delegation",), ()),
        ("My planning needs work", ("planning",), ()),
        ("I was called out for micromanaging people", ("delegation",), ()),
        ("I do not micromanage, I delegate", (), ("delegation",)),
        ("I have no stage fright when speaking in public", (), ("public speaking",)),
        ("I am not a bad negotiator, negotiation is fun", (), ("negotiation",)),
        ("My empathy is terrific", (), ("empathy",)),
        ("Fundraising for a poor relief charity is my work", (), ("fundraising",)),
        ("I am working on my farm and I like sales", (), ("sales",)),
        # What is not wanted is neither wanted nor had; not to want to fail is a goal.
        ("I don't want help with planning", (), ()),
        ("I'm not interested in negotiation", (), ()),
        ("I don't want to lose my patience with the team", ("patience",), ()),
    ],
)
def test_a_gap_denied_is_none_and_a_skill_denied_is_one(
    text: str, wanted: tuple[str, ...], has: tuple[str, ...]
) -> None:
    assert (read(profile_of_text(text)).skills, had(text)) == (wanted, has)


@pytest.mark.parametrize(
    ("text", "start", "goal"),
    [
        ("I am not a nurse any more, I work in a bank", {BANK}, set()),
        ("I have never worked in a bank, I am a nurse", {HEALTH}, set()),
        ("I don't work in a hospital, I have a farm", {FARM}, set()),
        ("I am neither a nurse nor a chef, I am a plumber", {BUILD}, set()),
        ("I am not only a nurse", {HEALTH}, set()),
        ("I do not like the hospital", {HEALTH}, set()),
        ("I no longer want to be a nurse, I want to be a chef", {HEALTH}, {FOOD}),
        ("I don't want to become a nurse, I want to be a chef", set(), {FOOD}),
        ("I have no wish to become a chef in this hospital", {HEALTH}, set()),
    ],
)
def test_an_industry_denied_is_not_told(text: str, start: set[str], goal: set[str]) -> None:
    reading = read(profile_of_text(text))
    assert (set(reading.industry_from), set(reading.industry_to)) == (start, goal)


# Aliases that name the lack of their skill; avoiding burnout or risk is a skill.
FAULTS = (
    "self-doubt", "imposter syndrome", "avoiding conflict", "indecisive", "indecision",
    "micromanaging", "micromanagement", "disorganised", "disorganized", "impatient", "impatience",
    "procrastination", "stage fright", "risk-averse", "blind spots", "unprofessional",
    "closed-minded", "narrow-minded",
)  # fmt: skip


def test_no_fault_is_read_as_a_skill_and_no_skill_as_a_fault() -> None:
    aliases = [alias for skill in load_skills() for alias in (skill.name, *skill.aliases)]
    assert set(FAULTS) <= set(aliases)
    alike = {"fearless", "facing fears", "facing my fears", "face my fears"}
    read_as_fault = {a for a in aliases if part_of(a) == "gap"} - alike
    assert read_as_fault >= set(FAULTS)
    for fault in FAULTS:
        assert had(f"My {fault} is known here") == ()


# ---------------------------------------------------------------- other scripts


@pytest.mark.parametrize(
    "text",
    [
        "我是护士，我不会授权，我害怕",
        "Я медсестра и не умею",
        "Είμαι νοσοκόμα και φοβάμαι",
        "أنا ممرضة",
        "간호사입니다",
        "HR 我是护士，我不会授权，我害怕",
    ],
)
def test_a_profile_in_another_script_is_refused_however_short(text: str) -> None:
    with pytest.raises(UsageError, match="Latin letters"):
        read(profile_of_text(text))
    with pytest.raises(UsageError, match="Latin letters"):
        read(replace(profile_of_text(""), skills_want=(text,)))


@pytest.mark.parametrize(
    "text",
    [
        "Zoë, naïve résumé writer, cannot delegate",
        "I am Nguyễn, nurse, I cannot delegate",
        "I teach Russian (русский язык) and cannot delegate",
        "ＩＣＵ nurse, cannot delegate",
    ],
)
def test_letters_of_other_languages_may_stand_in_english(text: str) -> None:
    assert read(profile_of_text(text)).skills == ("delegation",)
