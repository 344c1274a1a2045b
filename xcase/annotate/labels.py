"""The label sets of the network, in the order of its output columns.

The order is part of the trained weights: append, never insert.
"""

from xcase.records import HOLDERS, OUTCOME_TYPES, PHASES, POLARITIES, STATUSES
from xcase.taxonomy import load_industries

# Token tags of one kind of span (Ramshaw & Marcus 1995).
OUTSIDE, BEGIN, INSIDE = range(3)

# Kinds of span that are tagged side by side; they may overlap one another.
SPAN_KINDS = ("skill", "outcome", "duration", "mentee", "mentor")

# The closed list of the annotation guideline, in alphabetical order.
SKILLS = (
    "accountability", "adaptability", "attention to detail", "business acumen",
    "change management", "coachability", "communication", "confidence", "conflict management",
    "courage", "creativity", "critical thinking", "curiosity", "customer service",
    "decision making", "delegation", "diplomacy", "discipline", "emotional intelligence",
    "empathy", "entrepreneurship", "feedback", "financial management", "goal setting", "hiring",
    "independence", "influence", "initiative", "integrity", "interview skills", "leadership",
    "learning agility", "listening", "mentoring others", "negotiation", "networking",
    "operations management", "organisation", "patience", "people management", "persistence",
    "planning", "problem solving", "process improvement", "project management", "public speaking",
    "relationship building", "resilience", "resourcefulness", "risk management", "risk taking",
    "safety management", "sales", "self-awareness", "self-management", "stakeholder management",
    "storytelling", "strategic planning", "strategic thinking", "stress management", "teamwork",
    "time management", "vision", "work ethic", "working under pressure", "writing",
)  # fmt: skip

# What somebody who is named is to the story; organisations and bystanders are neither.
ROLES = ("mentee", "mentor", "neither")

UNKNOWN_INDUSTRY = "Unknown"


def industries() -> tuple[str, ...]:
    """Return the industry labels followed by ``Unknown``."""
    return (*(industry.label for industry in load_industries()), UNKNOWN_INDUSTRY)


SIZES = {
    "phase": len(PHASES),
    "skill": len(SKILLS),
    "status": len(STATUSES),
    "holder": len(HOLDERS),
    "outcome": len(OUTCOME_TYPES),
    "polarity": len(POLARITIES),
    "industry": 21,
    "role": len(ROLES),
}
