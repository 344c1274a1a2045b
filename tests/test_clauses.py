"""What a clause of a profile tells: where somebody stands, what is hard, what the goal is."""

from __future__ import annotations

import pytest

from xcase.clauses import part_of


@pytest.mark.parametrize(
    "clause",
    [
        "I am good at problem solving and planning.",
        "I solve problems",
        "I am a hard-working nurse with strong empathy",
        "I work hard",
        "Troubleshooting is my strength",
        "trouble-shooting servers",
        "a fearless negotiator",
        "I learned negotiation at sea",
        "a quick learner",
        "failover engineer",
        "I have become good at delegation",
        "I’ve become calm",
        "I lead without fear",
        "I never panic or freeze",
        "Planning is not a problem for me",
        "My days are not too long",
        "I got over my fear of heights",
        "I get up early without fail",
    ],
)
def test_a_strength_is_part_of_the_situation(clause: str) -> None:
    assert part_of(clause) == "situation"


@pytest.mark.parametrize(
    "clause",
    [
        "It is hard",
        "Saying no is hard.",
        "I have a problem",
        "problems with my boss",
        "I am in trouble",
        "I was troubled",
        "I fear meetings",
        "fearful of meetings",
        "I failed twice",
        "my failures",
        "I need to learn",
        "I'm learning to delegate",
        "I have not learned to delegate",
        "I haven't learned to delegate",
        "I have a little trouble with rotas",
        "I not only lack time",
        "I cannot speak without panic",
        "I need to get over my fear of heights",
        "I have no idea what to do",
        "I have no experience",
        "I have no plan",
        "nobody is afraid of me",
    ],
)
def test_what_is_hard_is_a_gap(clause: str) -> None:
    assert part_of(clause) == "gap"


@pytest.mark.parametrize("clause", ["I want to learn negotiation", "I hope to become a manager"])
def test_what_is_wanted_is_a_goal(clause: str) -> None:
    assert part_of(clause) == "goal"
