"""The words that an industry uses for a skill, from the stories told in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from xcase.duplicates import first_tellings
from xcase.records import Analysis, Case, Evidence, SkillMention
from xcase.taxonomy import load_industries, load_skills

WORDS = 5
# Shorter than this a phrase rarely says anything without the sentence around it.
MIN_WORDS = 2
MAX_WORDS = 12


@dataclass(frozen=True, slots=True)
class Mention:
    """A skill as it is told in an industry; both are taxonomy positions.

    ``own`` are mentions of what the mentee can do.
    """

    case_id: str
    industry: int
    skill: int
    words: str
    confidence: float
    speaks: bool
    own: bool
    sentence: Evidence


def mentions(analysis: Analysis) -> Iterator[Mention]:
    """Yield every mention that is no mere supposition and whose industry is told.

    What stands in the background belongs to the industry that the mentee comes from, everything
    else to the one that the mentee ends in.
    """
    industries = {i.label: n for n, i in enumerate(load_industries())}
    skills = {s.name: n for n, s in enumerate(load_skills())}
    texts = {d.id: d.text for d in analysis.documents}
    for case in first_tellings(analysis):
        for mention in case.skills:
            guess = case.industry_from if mention.phase == "background" else case.industry_to
            if guess is None or guess.label not in industries or mention.skill not in skills:
                continue
            if mention.hypothetical:
                continue
            yield Mention(
                case_id=case.id,
                industry=industries[guess.label],
                skill=skills[mention.skill],
                words=" ".join(mention.surface.split()),
                confidence=mention.confidence,
                speaks=mention.status != "lacked",
                own=mention.status != "lacked" and mention.holder == "mentee",
                sentence=sentence_of(case, mention, texts[case.document_id]),
            )


def sentence_of(case: Case, mention: SkillMention, text: str) -> Evidence:
    """Return the sentence around a mention: the mention alone often says too little."""
    start, end = mention.start, mention.end
    for sentence in case.sentences:
        if sentence.start <= mention.start < sentence.end:
            start, end = sentence.start, max(sentence.end, mention.end)
            break
    return Evidence(case.document_id, start, end, text[start:end])


def words_by_place(told: tuple[Mention, ...]) -> dict[tuple[int, int], tuple[str, ...]]:
    """Return for each (industry, skill) its phrases, the surest first, no phrase twice.

    Phrases that tell a lack are left out: they are not how one names the skill.
    """
    found: dict[tuple[int, int], dict[str, Mention]] = defaultdict(dict)
    for mention in sorted(told, key=lambda m: (-m.confidence, m.words)):
        if mention.speaks and MIN_WORDS <= len(mention.words.split()) <= MAX_WORDS:
            place = found[mention.industry, mention.skill]
            place.setdefault(mention.words.lower(), mention)
    return {
        place: tuple(m.words for m in list(phrases.values())[:WORDS])
        for place, phrases in found.items()
    }
