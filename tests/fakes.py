"""A fake of the network: it reads simple cues, so that every stage can be tested in milliseconds.

A sentence that begins with "Before" is background (and opens a case), with "Then" journey, with
"Now" outcome; every other one is told as "other". The phrases below are skills, outcomes, lengths
of time and people; a given name is read by itself if it is a person's, by the word before it if
it is a skill's.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from xcase.annotate.labels import SKILLS, UNKNOWN_INDUSTRY, industries
from xcase.embed import DIMENSIONS, TokenVectors, unit_length
from xcase.phrases import normal
from xcase.records import (
    HOLDERS,
    OUTCOME_TYPES,
    PHASES,
    POLARITIES,
    STATUSES,
    Annotation,
    Mark,
    Tagged,
)
from xcase.sentences import Unit

PHASE_CUES = {"Before": "background", "Then": "journey", "Now": "outcome"}
SKILL_CUES = {
    "kept every task to herself": ("delegation", "lacked", "mentee"),
    # As a profile reads without its pronouns.
    "kept every task to themselves": ("delegation", "lacked", "mentee"),
    "shared out the work": ("delegation", "developed", "mentee"),
    "heard her out": ("listening", "used", "mentor"),
}
# The word before a given span to its status and holder.
ALIAS_CUES = {"shunned": ("lacked", "mentee"), "explained": ("used", "mentor")}
# Chances that a given name is that of the mentee, of the mentor and of neither.
ROLES = {"mentee": (0.9, 0.05, 0.05), "mentor": (0.05, 0.9, 0.05)}
NEITHER = (0.01, 0.01, 0.98)
OUTCOME_CUES = {"was made shift manager": ("promotion", "positive")}
OTHER_CUES = {"every Tuesday": "duration", "Amina": "mentee", "Bo": "mentee", "Ruth": "mentor"}
INDUSTRY_CUES = {"warehouse": "Transportation & Logistics", "classroom": "Education"}
READINGS = {
    "skill": SKILLS,
    "status": STATUSES,
    "holder": HOLDERS,
    "outcome": OUTCOME_TYPES,
    "polarity": POLARITIES,
}


class FakeAnnotator:
    """Annotates by cue; ``seen`` lists every text that it was asked about, in order."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def annotate(
        self, documents: Sequence[tuple[str, Sequence[Unit], Sequence[Mark]]]
    ) -> list[Annotation]:
        self.seen += [text for text, _, _ in documents]
        return [_annotation(*document) for document in documents]


def one_hot(labels: Sequence[str], label: str) -> tuple[float, ...]:
    """Return probabilities that are certain of one label."""
    return tuple(float(candidate == label) for candidate in labels)


def tagged(text: str, phrase: str, kind: str, *, score: float = 0.9, **labels: str) -> Tagged:
    """Mark the first place of ``phrase``, with readings that are certain of ``labels``."""
    start = text.index(phrase)
    readings = _certain(labels)
    return Tagged(kind, start, start + len(phrase), score, readings)


def _annotation(text: str, units: Sequence[Unit], marks: Sequence[Mark]) -> Annotation:
    phases = [_phase(text[u.start : u.end]) for u in units]
    sides = {
        phase: " ".join(
            text[u.start : u.end] for u, p in zip(units, phases, strict=True) if p == phase
        )
        for phase in PHASES
    }
    return Annotation(
        phases=tuple(one_hot(PHASES, phase) for phase in phases),
        case_starts=tuple(float(phase == "background") for phase in phases),
        has_case=float(set(phases) != {"other"}),
        industry_from=_industry(sides["background"]),
        industry_to=_industry(sides["outcome"]),
        spans=tuple(sorted(_spans(text, marks), key=lambda s: (s.start, s.end, s.kind))),
    )


def _phase(sentence: str) -> str:
    return PHASE_CUES.get(sentence.split()[0].strip(","), "other")


def _industry(words: str) -> tuple[float, ...]:
    label = next((i for cue, i in INDUSTRY_CUES.items() if cue in words), UNKNOWN_INDUSTRY)
    return one_hot(industries(), label)


def _spans(text: str, marks: Sequence[Mark]) -> list[Tagged]:
    spans = [_given(text, mark) for mark in marks]
    for phrase, (skill, status, holder) in SKILL_CUES.items():
        spans += _each(text, phrase, "skill", skill=skill, status=status, holder=holder)
    for phrase, (outcome, polarity) in OUTCOME_CUES.items():
        spans += _each(text, phrase, "outcome", outcome=outcome, polarity=polarity)
    for phrase, kind in OTHER_CUES.items():
        spans += [replace(s, readings=_role(kind)) for s in _each(text, phrase, kind)]
    return spans


def _given(text: str, mark: Mark) -> Tagged:
    if mark.kind == "name":
        cue = OTHER_CUES.get(text[mark.start : mark.end], "")
        role = ROLES.get(cue, NEITHER)
        return Tagged(*mark, 1.0, {"role": role, "tags": role[:2]})
    word = (text[: mark.start].split() or [""])[-1]
    status, holder = ALIAS_CUES.get(word, ("developed", "mentee"))
    readings = {"status": one_hot(STATUSES, status), "holder": one_hot(HOLDERS, holder)}
    return Tagged(*mark, 1.0, readings)


def _role(kind: str) -> dict[str, tuple[float, ...]]:
    return {"role": ROLES[kind]} if kind in ROLES else {}


def _each(text: str, phrase: str, kind: str, **labels: str) -> list[Tagged]:
    readings = _certain(labels)
    return [
        Tagged(kind, *match.span(), 0.9, readings)
        for match in re.finditer(rf"\b{re.escape(phrase)}\b", text)
    ]


def _certain(labels: Mapping[str, str]) -> dict[str, tuple[float, ...]]:
    """Return readings that are certain of ``labels``, and of a skill's sentence, too."""
    readings = {head: one_hot(READINGS[head], label) for head, label in labels.items()}
    return readings | ({"shown": readings["skill"]} if "skill" in labels else {})


class WordEncoder:
    """An encoder without a model: equal words have equal vectors, others almost none in common."""

    def __init__(self, name: str = "words:1") -> None:
        self.name = name
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str]) -> list[TokenVectors]:
        self.seen += texts
        return [self._vectors(text) for text in texts]

    def _vectors(self, text: str) -> TokenVectors:
        words = list(re.finditer(r"\w+", text))
        if not words:
            return TokenVectors(np.zeros((0, DIMENSIONS), "f4"), np.zeros((0, 2), int), _of(""))
        tokens = np.stack([_of(normal(m.group())) for m in words])
        spans = np.array([m.span() for m in words])
        return TokenVectors(tokens, spans, unit_length(tokens.mean(0)))


def _of(word: str) -> np.ndarray:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8])
    return unit_length(np.random.default_rng(seed).standard_normal(DIMENSIONS))
