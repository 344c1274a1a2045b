"""How the mentoring was run: how long, how often, in which form."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np

from xcase.confidence import logit, probability
from xcase.extract.places import sentence_at
from xcase.extract.rivals import highest_of_others
from xcase.records import Program, Quote, Sentence, Span, Tagged

# Taken for the score of another span where there is none.
FAINTEST = 0.01

_RHYTHM = re.compile(
    r"\b(?:every|each|once|twice|daily|weekly|fortnightly|monthly|quarterly|bi-?weekly|"
    r"bi-?monthly|annually|times|per|a (?:day|week|fortnight|month|quarter|term|year)|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?)\b",
    re.IGNORECASE,
)
# "for a year" lasts, "an hour a year" comes again.
_LASTING = re.compile(
    r"\b(?:for|over|in|within|during|after|about|around|roughly|nearly|almost|just|under|only|half|"
    r"than|least|most|lasted|lasts|course of|period of|space of)"
    r" (?:(?:about|around|roughly|nearly|almost|just|over|under|half) )*"
    r"a (?:day|week|fortnight|month|quarter|term|year)\b"
    r"|\ba (?:day|week|fortnight|month|quarter|term|year) and a half\b",
    re.IGNORECASE,
)
# How far before its surface such a word may stand.
_LEAD = 24
# The networks stop before it now and then.
_AND_A_HALF = re.compile(r" and a half\b(?![-’']| (?:a|an|dozen|of|the)\b)")
_FORMAT = re.compile(
    r"\b(?:one[- ](?:to|on)[- ]one|1[:-]1|group mentoring|peer (?:mentoring|circle|group)|"
    r"reverse mentoring|speed mentoring|(?:by|over|on) (?:video|zoom|phone|e-?mail)|"
    r"video calls?|phone calls?|in person|face[- ]to[- ]face|job shadowing|workshops?|cohort)\b",
    re.IGNORECASE,
)


def find_program(
    text: str,
    tagged: Sequence[Tagged],
    sentences: Sequence[Sentence],
    story: Span,
    threshold: float,
) -> Program:
    """Return the programme facts of a story, each with a probability of at least ``threshold``."""
    told = [
        _quote(text, span)
        for span, features in candidates(tagged, sentences)
        if probability("duration", features) >= threshold
    ]
    return Program(
        duration=tuple(q for q in told if not is_rhythm(text, q)),
        cadence=tuple(q for q in told if is_rhythm(text, q)),
        format=tuple(Quote(m.group(), *m.span()) for m in _FORMAT.finditer(text, *story)),
    )


def _quote(text: str, span: Tagged) -> Quote:
    more = _AND_A_HALF.match(text, span.end)
    end = more.end() if more else span.end
    return Quote(text[span.start : end], span.start, end)


def is_rhythm(text: str, told: Quote) -> bool:
    """Whether words say how often, not how long."""
    begin = max(0, told.start - _LEAD)
    lasting = [m.span() for m in _LASTING.finditer(text, begin, told.end)]
    return any(
        not any(first <= m.start() < last for first, last in lasting)
        for m in _RHYTHM.finditer(text, told.start, told.end)
    )


def candidates(
    tagged: Sequence[Tagged], sentences: Sequence[Sentence]
) -> list[tuple[Tagged, dict[str, float]]]:
    """Return the spans that may say how long or how often, with the figures their odds rest on.

    Most times that a story tells are not those of the mentoring: where one clearly is, a fainter
    one (``rival``) is likelier something else.
    """
    spans = [t for t in tagged if t.kind == "duration"]
    rivals = highest_of_others(np.array([span.score for span in spans]), FAINTEST)
    found = []
    for span, rival in zip(spans, rivals, strict=True):
        sentence = sentence_at(sentences, span.start)
        features = {
            "tag": logit(span.score),
            "rival": logit(float(rival)),
            "length": math.log(span.end - span.start),
            "in_journey": float(sentence is not None and sentence.phase == "journey"),
        }
        found.append((span, features))
    return found
