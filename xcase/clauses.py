"""The clauses of a profile, and what each tells: situation, gap or goal."""

from __future__ import annotations

import re

PARTS = ("situation", "gap", "goal")
# Where a new thought begins inside a sentence.
_CLAUSE = re.compile(
    r"(?<=[.!?;:])\s+|\n+|(?:,|(?<![\s,]))\s++"
    r"(?=(?:and|but|yet|though|although|because|so)\s++(?:i|we|my|now)\b|but\b|"
    r"who\s++(?:want|wish|hope|need|can|struggle|fear))",
    re.IGNORECASE,
)
_GOAL = re.compile(
    r"\b(?:want(?:s|ed)?\b|would (?:like|love) to|i'd (?:like|love)|hop(?:e|es|ing) to|aims?\b|"
    r"goals?\b|wish(?:es)? to|plan(?:s|ning)? to|looking (?:for|to)|dream|become|aspir\w+|"
    r"interested in|so that i can|ready to|next step)",
    re.IGNORECASE,
)
_GAP = re.compile(
    r"\b(?:can(?:no|['’])t|cannot|couldn['’]t|don['’]t|do not|never|no one|nobody|struggl\w+|"
    r"hard\b|difficult\w*|afraid|fear\w*|scared|nervous|anxious|freez\w*|froze|panic\w*|avoid\w*|"
    r"lack\w*|weak\w*|bad at|not (?:good|sure|able|used|comfortable|confident)|unsure|unable|"
    r"fail\w*|stuck|lost|problem|trouble|overwhelm\w*|too (?:shy|much|many|quiet|slow|fast|long|"
    r"soft|blunt)|need (?:help|to learn|to)|without|worr\w+|guilt\w*|ashamed|hate\w*|dread\w*|"
    r"burn(?:ed|t|ing)? out|exhaust\w*|ignor\w+|learn|instead of|keep \w+ing|end up|still\b|"
    r"no idea|know nothing|nothing\b)",
    re.IGNORECASE,
)


def clauses_of(text: str) -> list[str]:
    """Return the clauses of a text, a new thought each."""
    return [c.strip() for c in _CLAUSE.split(text) if c.strip()]


def part_of(clause: str) -> str:
    """Return ``goal``, ``gap`` or ``situation``: what a clause of a profile tells."""
    if _GOAL.search(clause):
        return "goal"
    return "gap" if _GAP.search(clause) else "situation"
