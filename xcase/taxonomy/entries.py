"""What a skill and an industry are, the families of skills, and words that name no skill."""

from __future__ import annotations

from dataclasses import dataclass

# The family of skills that a user adds without naming one.
IMPORTED = "Imported"
FAMILIES = (
    "Leading people",
    "Communicating",
    "Thinking and deciding",
    "Managing self",
    "Managing work",
    "Business and money",
    "Relationships",
    "Change and innovation",
    "Character",
    IMPORTED,
)
# These name programmes, relations and subjects far more often than something a person can do.
CONTAINER_WORDS = frozenset(
    [
        "advice",
        "coaching",
        "development",
        "experience",
        "guidance",
        "knowledge",
        "leadership",
        "management",
        "mentor",
        "mentoring",
        "mentorship",
        "programme",
        "program",
        "skill",
        "skills",
        "support",
        "training",
    ]
) | {"soft skills", "transferable skills", "leadership programme", "leadership program"}


@dataclass(frozen=True, slots=True)
class Skill:
    """A transferable skill; ``esco`` and ``onet`` are empty where no concept truly fits."""

    name: str
    family: str
    definition: str
    aliases: tuple[str, ...]
    examples: tuple[str, ...]
    esco: str
    onet: str


@dataclass(frozen=True, slots=True)
class Industry:
    """A sector with its NAICS codes and the words that give it away in a story."""

    label: str
    naics: tuple[str, ...]
    definition: str
    roles: tuple[str, ...]
    places: tuple[str, ...]
    words: tuple[str, ...]
