"""What is read of a profile's sentences: industries on either side, skills wanted and had."""

from __future__ import annotations

import json

import pytest

from xcase.similar import profile_of_text
from xcase.similar.profile import read
from xcase.transfer import read_person

ARTS, FARM, BANK, FOOD = "Arts & Media", "Agriculture", "Finance & Insurance", "Hospitality & Food"
HEALTH, SCHOOL, BUILD, LEGAL = "Healthcare", "Education", "Construction", "Legal"
ARMY, TECH, SHOP = "Public Sector & Military", "Information & Technology", "Wholesale & Retail"


def had(text: str) -> tuple[str, ...]:
    return read_person(json.dumps({"text": text}).encode(), "p.json").skills


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
        # What is wanted stands before the cue, or is all that is told.
        ("Becoming a chef is my dream", set(), {FOOD}),
        ("Working in a hospital is what I want", set(), {HEALTH}),
        ("The hospital I want to work in is far away", set(), {HEALTH}),
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
