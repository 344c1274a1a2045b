"""An analysis and a roster in which every field holds markup and worse, for the checks of pages."""

from __future__ import annotations

import json

from xcase.records import (
    Analysis,
    Case,
    Document,
    IndustryGuess,
    Outcome,
    Person,
    Program,
    Quote,
    Sentence,
    SkillMention,
    Skipped,
    Span,
)

EVIL = (
    "</script></textarea></title><img src=x onerror=window.pwned=1><script>window.pwned=1</script>"
)
SAYS = f"I could not delegate any task {EVIL} on the ward {EVIL}."


def hostile_analysis() -> Analysis:
    """Return one case whose every text is markup; its spans are sound."""
    text = f"{SAYS} {SAYS}"
    middle = len(SAYS) + 1
    document = Document(
        EVIL, EVIL, "0" * 64, EVIL, {EVIL: EVIL}, text, "cases", EVIL
    )  # fmt: skip
    quote = Quote(SAYS, 0, len(SAYS))
    mention = SkillMention(
        "delegation", 2, 2 + len(EVIL), text[2 : 2 + len(EVIL)], "lacked", "mentee", "background",
        False, 0.9, EVIL,
    )  # fmt: skip
    person = Person(EVIL, EVIL, (Span(0, 1),))
    industry = IndustryGuess("Healthcare", 0.9, (Span(0, 1),))
    case = Case(
        f"{EVIL}:1", EVIL, EVIL, 0, len(text), person, person, industry, industry, quote, quote,
        Program((quote,), (quote,), (quote,)),
        (
            Sentence(0, len(SAYS), "background", 0.9),
            Sentence(middle, len(text), "outcome", 0.9),
        ),
        (mention,),
        (Outcome("other", middle, len(text), text[middle:], "positive", 0.9),),
    )  # fmt: skip
    return Analysis((document,), (case,), (Skipped(EVIL, "", EVIL, EVIL, EVIL),))


def hostile_roster() -> str:
    """Return a roster of one mentee, as JSON lines."""
    columns = ("id", "name", "text", "role", "goals", "skills_have", "skills_want", EVIL)
    told = dict.fromkeys(columns, EVIL) | {"text": SAYS, "industry": "Healthcare"}
    return json.dumps(told | {"target_industry": EVIL}) + "\n"
