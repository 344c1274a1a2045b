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
    r"goals?\b|wish(?:es)? to|plan(?:s|ning)? to|looking (?:for|to)|dream|aspir\w+|"
    r"(?<!have )(?<!has )(?<!had )(?<!['’]ve )become|interested in|so that i can|ready to|"
    r"next step)",
    re.IGNORECASE,
)
# Some of these words are parts of strengths: "hard-working", "problem solving", "fearless".
_GAP = re.compile(
    r"\b(?:can(?:no|['’])t|cannot|couldn['’]t|don['’]t|do not|haven['’]t|never|no one|nobody|"
    r"struggl\w+|(?<!work )(?<!working )(?<!worked )hard\b(?!-)|difficult\w*|afraid|"
    r"fear(?!less)\w*|scared|nervous|anxious|freez\w*|froze|panic\w*|avoid\w*|lack\w*|weak\w*|"
    r"bad at|not (?:good|sure|able|used|comfortable|confident|learn\w*)|unsure|unable|"
    r"fail(?:s|ed|ings?|ures?)?\b(?!-)|stuck|lost|trouble(?![- ]?shoo)\w*|"
    r"(?<!solve )(?<!solving )(?<!solved )problems?\b(?![- ]solv)|overwhelm\w*|"
    r"too (?:shy|much|many|quiet|slow|fast|long|soft|blunt)|need (?:help|to learn|to)|without|"
    r"worr\w+|guilt\w*|ashamed|hate\w*|dread\w*|burn(?:ed|t|ing)? out|exhaust\w*|ignor\w+|"
    r"learn\b|a?m learning|instead of|keep \w+ing|end up|still\b|no idea|know nothing|nothing\b)",
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
