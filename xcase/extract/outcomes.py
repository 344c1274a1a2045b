"""What came of it: results that the text says happened."""

from __future__ import annotations

from collections.abc import Sequence

from xcase.records import OUTCOME_TYPES, POLARITIES, Outcome, Tagged


def find_outcomes(text: str, tagged: Sequence[Tagged], threshold: float) -> list[Outcome]:
    """Return the outcomes with a probability of at least ``threshold``, in text order."""
    return [
        Outcome(
            type=OUTCOME_TYPES[_best(span.readings["outcome"])],
            start=span.start,
            end=span.end,
            surface=text[span.start : span.end],
            polarity=POLARITIES[_best(span.readings["polarity"])],
            confidence=round(span.score, 3),
        )
        for span in tagged
        if span.kind == "outcome" and span.score >= threshold
    ]


def _best(probabilities: tuple[float, ...]) -> int:
    return max(range(len(probabilities)), key=probabilities.__getitem__)
