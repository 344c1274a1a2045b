"""What came of it: results that the text says happened."""

from __future__ import annotations

import math
from collections.abc import Sequence

from xcase.confidence import logit, probability
from xcase.extract.places import sentence_at
from xcase.records import OUTCOME_TYPES, POLARITIES, Outcome, Sentence, Tagged


def find_outcomes(
    text: str, tagged: Sequence[Tagged], sentences: Sequence[Sentence], threshold: float
) -> list[Outcome]:
    """Return the outcomes with a probability of at least ``threshold``, in text order."""
    return [
        Outcome(
            type=OUTCOME_TYPES[_best(span.readings["outcome"])],
            start=span.start,
            end=span.end,
            surface=text[span.start : span.end],
            polarity=POLARITIES[_best(span.readings["polarity"])],
            confidence=round(confidence, 3),
        )
        for span, features in candidates(tagged, sentences)
        if (confidence := probability("outcome", features)) >= threshold
    ]


def candidates(
    tagged: Sequence[Tagged], sentences: Sequence[Sentence]
) -> list[tuple[Tagged, dict[str, float]]]:
    """Return the spans that may tell an outcome, each with the figures that its odds rest on."""
    found = []
    for span in tagged:
        if span.kind != "outcome":
            continue
        sentence = sentence_at(sentences, span.start)
        if sentence is None or sentence.phase == "other":
            continue
        features = {
            "tag": logit(span.score),
            "type": logit(max(span.readings["outcome"])),
            # A word or two seldom say what came of something.
            "length": math.log(span.end - span.start),
            "in_outcome": float(sentence.phase == "outcome"),
            "in_background": float(sentence.phase == "background"),
        }
        found.append((span, features))
    return found


def _best(probabilities: tuple[float, ...]) -> int:
    return max(range(len(probabilities)), key=probabilities.__getitem__)
