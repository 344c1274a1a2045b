"""What each label of an analysis means, in a sentence: the words of the codebook.

Skills and industries are told by the taxonomy; what is told here stands nowhere else as data.
"""

from __future__ import annotations

from dataclasses import dataclass

from xcase.records import HOLDERS, OUTCOME_TYPES, PHASES, POLARITIES, STATUSES
from xcase.taxonomy import load_industries, load_skills

PHASE = {
    "background": "Who somebody was and what was missing before the help began.",
    "journey": "What was done, said and learnt while somebody helped.",
    "outcome": "What came of it, at the end or since.",
    "other": "Belongs to the page and not to the story: adverts, navigation, general advice.",
}
STATUS = {
    "had": "There before, or a standing trait.",
    "lacked": "Weak, absent, denied, feared or struggled with.",
    "developed": "Learnt, taught or improved on the way, or said to have come of it.",
    "used": "Exercised in the story without a claim of learning.",
}
HOLDER = {
    "mentee": "The person who is helped, or the narrator of a story told in the first person.",
    "mentor": "The helper: coach, boss, adviser, programme.",
    "other": "A team, colleagues, people without a name.",
}
POLARITY = {
    "positive": "Good for the person.",
    "negative": "Bad for the person.",
    "mixed": "Good and bad at once.",
}
OUTCOME = {
    "promotion": "A higher level in the same field or with the same employer.",
    "role_change": "Another job, field or status; also leaving, retiring and being laid off.",
    "venture": "A business started, saved, bought or closed.",
    "funding": "Money raised, granted or lent.",
    "award": "A prize or another public honour.",
    "performance": "Results that are measured or said to have improved.",
    "team_growth": "More people to lead, or a team built.",
    "confidence": "More belief in oneself.",
    "network": "New people to turn to.",
    "education": "A course, degree or certificate begun or finished.",
    "retention": "Somebody stayed who might have left.",
    "other": "Any other result that happened: well-being, belonging, damage.",
}
VERDICT = {
    "observed": "Enough cases of this very move carried the skill, and most of those that show it.",
    "supported": "Two of three signals speak for it: cases, labour market, embedding.",
    "plausible": "One of the three signals speaks for it.",
    "insufficient": "None speaks for it, or it failed in as many cases as it was carried.",
}
METHOD = {
    "network": "Found by the network.",
    "alias": "Found by a name of the skill in the text; the network says only status and holder.",
    "human": "Accepted, changed or added by a person.",
}
KIND_OF_DOCUMENT = {
    "cases": "At least one case was found.",
    "not_a_case": "None was; `reason` says why.",
}
KIND_OF_SKILL = {
    "general": "Asked for about evenly by all industries.",
    "middle": "Between the two.",
    "specific": "Asked for much more by some industries than by others.",
    "not measured": "Added by a user: the table of the labour market does not tell of it.",
}
DIRECTION = {
    "up": "Asked for more where one goes to.",
    "down": "Asked for less where one goes to.",
    "even": "Asked for about as much on both sides.",
}


@dataclass(frozen=True, slots=True)
class Code:
    """A label that something in a text can get; ``group`` is the family of a skill, else empty."""

    kind: str
    name: str
    group: str
    meaning: str
    see: str = ""


def codes() -> tuple[Code, ...]:
    """Return every label: skills, phases, outcomes, then what qualifies them, then industries."""
    skills = [
        Code("skill", s.name, s.family, s.definition, " ".join(filter(None, (s.esco, s.onet))))
        for s in load_skills()
    ]
    labels = [
        Code(kind, name, "", meanings[name])
        for kind, names, meanings in (
            ("phase", PHASES, PHASE),
            ("outcome", OUTCOME_TYPES, OUTCOME),
            ("status", STATUSES, STATUS),
            ("holder", HOLDERS, HOLDER),
            ("polarity", POLARITIES, POLARITY),
            ("verdict", tuple(VERDICT), VERDICT),
        )
        for name in names
    ]
    industries = [
        Code("industry", i.label, "", i.definition, f"NAICS {', '.join(i.naics)}" * bool(i.naics))
        for i in load_industries()
    ]
    return (*skills, *labels, *industries)
