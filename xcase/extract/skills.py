"""Which skills a story shows, with status and holder.

The network finds the skills of the closed list by what people do and say. Skills that the taxonomy
adds to that list are found by their names alone and marked with the method ``alias``; the network
tells their status and holder.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from xcase.annotate.labels import SKILLS
from xcase.phrases import PhraseTable
from xcase.records import HOLDERS, STATUSES, Mark, Sentence, SkillMention, Tagged
from xcase.taxonomy import CONTAINER_WORDS, load_skills

# Words before a span that make it a hope or a possibility instead of a fact.
_POSSIBLE = re.compile(
    r"\b(?:might|may|could|would|hopes?|hoping|if|wish(?:es)?|someday|"
    r"one day|plans? to|aims? to)\b",
    re.IGNORECASE,
)
# How far before a span such a word still governs it.
_REACH = 60


def alias_marks(text: str) -> list[Mark]:
    """Return where a text names a skill that the network was not trained on."""
    return [Mark("alias", *hit.span) for hit in _aliases().find(text)]


def find_skills(
    text: str, tagged: Sequence[Tagged], sentences: Sequence[Sentence], threshold: float
) -> list[SkillMention]:
    """Return the skill mentions with a probability of at least ``threshold``, in text order."""
    mentions = []
    for span in tagged:
        if span.kind not in ("skill", "alias"):
            continue
        sentence = next((s for s in sentences if s.start <= span.start < s.end), None)
        if sentence is None or sentence.phase == "other":
            continue
        mentions += [
            _mention(text, span, sentence, name, confidence)
            for name, confidence in _names(text, span)
            if confidence >= threshold
        ]
    return mentions


def _names(text: str, span: Tagged) -> list[tuple[str, float]]:
    if span.kind == "alias":
        # The name is certain, so only the status is left to be sure of.
        sure = max(span.readings["status"])
        return [(hit.label, sure) for hit in _aliases().find(text, span.start, span.end)]
    names = zip(SKILLS, span.readings["skill"], strict=True)
    return [(name, span.score * probability) for name, probability in names]


def _mention(
    text: str, span: Tagged, sentence: Sentence, name: str, confidence: float
) -> SkillMention:
    status, holder = (span.readings[head] for head in ("status", "holder"))
    said = STATUSES[status.index(max(status))]
    before = text[max(sentence.start, span.start - _REACH) : span.start]
    return SkillMention(
        skill=name,
        start=span.start,
        end=span.end,
        surface=text[span.start : span.end],
        status=said,
        holder=HOLDERS[holder.index(max(holder))],
        phase=sentence.phase,
        hypothetical=said in ("developed", "used") and bool(_POSSIBLE.search(before)),
        confidence=round(confidence, 3),
        method="alias" if span.kind == "alias" else "network",
    )


@functools.cache
def _aliases() -> PhraseTable:
    added = [skill for skill in load_skills() if skill.name not in SKILLS]
    return PhraseTable(
        (phrase, skill.name)
        for skill in added
        for phrase in (skill.name, *skill.aliases)
        if phrase not in CONTAINER_WORDS
    )
