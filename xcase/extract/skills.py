"""Which skills a story shows, with status and holder.

The network finds the skills of the closed list by what people do and say. Skills that the taxonomy
adds to that list are found by their names alone and marked with the method ``alias``; the network
tells their status and holder.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from xcase.annotate.labels import SKILLS
from xcase.confidence import logit, probability
from xcase.extract.places import sentence_at
from xcase.extract.rivals import highest_of_others
from xcase.phrases import PhraseTable
from xcase.records import HOLDERS, STATUSES, Mark, Sentence, SkillMention, Tagged
from xcase.taxonomy import CONTAINER_WORDS, load_skills

# Words before a span that make it a hope or a possibility instead of a fact.
_POSSIBLE = re.compile(
    # In May, and somebody called Hope, nothing is left open.
    r"\b(?:might|(?-i:may|hopes?)|could|would|hoping|if|wish(?:es)?|someday|"
    r"one day|plans? to|aims? to)\b",
    re.IGNORECASE,
)
# Where a clause with a subject of its own begins: what was possible before it says nothing there.
_NEW_CLAUSE = re.compile(r"[,;:.] ?(?:(?:and|but|so|yet) ){0,2}(?:he|she|they|I|we|it)\b")
# What may part the halves of one skill, if anything: "introduced him to her colleagues".
_PARTED = re.compile(r" (?:(?:me|you|him|her|it|us|them) )?")
# How many skills a span may be read as.
CHOICES = 5
# How many of them are told, and how near to the surest a second one must come: a third and fainter
# ones are wrong more often than they are missed.
NAMES = 2
NEAR = 0.5
# Taken for the chance of a skill that nothing else in a case speaks for.
UNSEEN = 1e-3
# How far before a span such a word still governs it.
_REACH = 60


def alias_marks(text: str) -> list[Mark]:
    """Return where a text names a skill that the network was not trained on."""
    return [Mark("alias", *hit.span) for hit in _aliases().find(text)]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span with one of the skills that it may show; ``features`` are what its odds rest on."""

    span: Tagged
    sentence: Sentence
    skill: str
    features: dict[str, float]


def find_skills(
    text: str, tagged: Sequence[Tagged], sentences: Sequence[Sentence], threshold: float
) -> list[SkillMention]:
    """Return the skill mentions with a probability of at least ``threshold``, in text order."""
    mentions = []
    told = ((c, probability("skill", c.features)) for c in candidates(tagged, sentences))
    for _, group in groupby(told, key=lambda pair: id(pair[0].span)):
        ranked = sorted(group, key=lambda pair: -pair[1])[:NAMES]
        least = max(threshold, NEAR * ranked[0][1])
        mentions += [
            _mention(text, c.span, c.sentence, c.skill, confidence)
            for c, confidence in ranked
            if confidence >= least
        ]
    for span, sentence in _told(tagged, sentences, "alias"):
        # The name is certain, so only the status is left to be sure of.
        sure = max(span.readings["status"])
        if sure >= threshold:
            hits = _aliases().find(text, span.start, span.end)
            mentions += [_mention(text, span, sentence, hit.label, sure) for hit in hits]
    return _whole(text, sorted(mentions, key=lambda m: (m.start, m.end, m.skill)))


def _whole(text: str, mentions: Sequence[SkillMention]) -> list[SkillMention]:
    """Return mentions in text order, the halves of one joined that a pronoun parts, or nothing."""
    whole: list[SkillMention] = []
    last: dict[tuple[str, str, str, str], int] = {}
    for mention in mentions:
        said = (mention.skill, mention.status, mention.holder, mention.phase)
        half = whole[last[said]] if said in last else None
        if half and _PARTED.fullmatch(text, half.end, mention.start):
            whole[last[said]] = replace(
                half,
                end=mention.end,
                surface=text[half.start : mention.end],
                confidence=max(half.confidence, mention.confidence),
            )
        else:
            last[said] = len(whole)
            whole.append(mention)
    return whole


def candidates(tagged: Sequence[Tagged], sentences: Sequence[Sentence]) -> list[Candidate]:
    """Return the likeliest skills of each span that the network tagged, best first."""
    told = list(_told(tagged, sentences, "skill"))
    elsewhere = _elsewhere([span for span, _ in told])
    found = []
    for (span, sentence), again in zip(told, elsewhere, strict=True):
        ranked = sorted(zip(span.readings["skill"], range(len(SKILLS)), strict=True), reverse=True)
        for rank, (chance, place) in enumerate(ranked[:CHOICES]):
            rival = ranked[1 if rank == 0 else 0][0]
            skill = SKILLS[place]
            features = {
                "tag": logit(span.score),
                "name": logit(chance),
                "rival": logit(rival),
                "again": logit(float(again[place])),
                "shown": logit(span.readings["shown"][place]),
                "phase": logit(sentence.confidence),
                "status": logit(max(span.readings["status"])),
            }
            found.append(Candidate(span, sentence, skill, features))
    return found


def _elsewhere(spans: Sequence[Tagged]) -> np.ndarray:
    """Return, for each span and skill, how clearly another span of the case shows it: what
    somebody lacks at first is often what he has learned in the end.
    """
    shown = [span.score * np.array(span.readings["skill"]) for span in spans]
    return highest_of_others(np.reshape(shown, (len(spans), len(SKILLS))), UNSEEN)


def _told(
    tagged: Sequence[Tagged], sentences: Sequence[Sentence], kind: str
) -> Iterator[tuple[Tagged, Sentence]]:
    for span in tagged:
        if span.kind != kind:
            continue
        sentence = sentence_at(sentences, span.start)
        if sentence is not None and sentence.phase != "other":
            yield span, sentence


def _mention(
    text: str, span: Tagged, sentence: Sentence, name: str, confidence: float
) -> SkillMention:
    status, holder = (span.readings[head] for head in ("status", "holder"))
    said = STATUSES[status.index(max(status))]
    before = text[max(sentence.start, span.start - _REACH) : span.start]
    before = _NEW_CLAUSE.split(before)[-1]
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
