"""Which part of the story each sentence tells.

The network judges each sentence among its neighbours; that stories go from a situation to what was
done and what came of it, and often back, it knows only from them. The likeliest way through all
sentences (Viterbi 1967, *Error Bounds for Convolutional Codes*) weighs both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from xcase import confidence
from xcase.records import PHASES, Annotation, Sentence
from xcase.sentences import Unit

# Before the first sentence.
START = "start"
# Probabilities are kept this far from 0.
_FAINTEST = 1e-4
# A heading of at most so many words may be the label of a section, and multiplies its odds by this.
LABEL_WORDS = 3
HEADED = 8.0
_SECTIONS = {
    "background": ("background", "challenge", "challenges", "situation", "problem"),
    "journey": ("journey", "mentoring", "approach", "action", "actions", "process", "intervention"),
    "outcome": ("outcome", "outcomes", "result", "results", "impact", "achievements"),
}


def phased(
    text: str, units: Sequence[Unit], annotation: Annotation, weight: float
) -> list[Sentence]:
    """Return the sentences of a document, each with its phase on the likeliest way.

    Args:
        weight: how much the order counts beside the network; 0 is not at all.
    """
    odds = phase_odds(text, units, annotation)
    way = likeliest_way(odds, phase_order(), weight)
    return [
        Sentence(unit.start, unit.end, PHASES[place], round(_confidence(row[place]), 3))
        for unit, row, place in zip(units, odds, way, strict=True)
    ]


def phase_odds(text: str, units: Sequence[Unit], annotation: Annotation) -> list[tuple[float, ...]]:
    """Return the uncalibrated probabilities of the phases of each sentence.

    A short heading that names a phase ("Results") speaks for it in the sentences below, as one
    voice beside the network's: people also write results under "Our journey".
    """
    odds, named = [], ""
    for unit, phases in zip(units, annotation.phases, strict=True):
        if unit.kind == "heading":
            named = _named_phase(text[unit.start : unit.end])
        odds.append(_spoken_for(phases, named) if named and unit.kind != "heading" else phases)
    return odds


def likeliest_way(odds: Sequence[Sequence[float]], order: np.ndarray, weight: float) -> list[int]:
    """Return the phase of each sentence, as places in ``PHASES``, that are likeliest together.

    Args:
        odds: sentences x 4, probabilities.
        order: as :func:`phase_order` returns it.
        weight: of the order, beside 1 of the odds.
    """
    if not odds:
        return []
    said = np.log(np.array(odds) + _FAINTEST)
    follows = weight * order[1:]
    best = said[0] + weight * order[0]
    steps = []
    for row in said[1:]:
        through = best[:, None] + follows
        steps.append(through.argmax(0))
        best = through.max(0) + row
    way = [int(best.argmax())]
    for step in reversed(steps):
        way.append(int(step[way[-1]]))
    return way[::-1]


def phase_order() -> np.ndarray:
    """Return how much likelier each phase is after another than anywhere: ``5 x 4`` logarithms.

    The first row is that of the first sentence; counted on the training narratives
    (``scripts/calibrate.py``).
    """
    return as_table(confidence.calibration()["phase_order"])


def as_table(named: Mapping[str, float]) -> np.ndarray:
    """Return the table of figures named ``before_after``."""
    return np.array([[named[f"{first}_{then}"] for then in PHASES] for first in (START, *PHASES)])


def _named_phase(heading: str) -> str:
    words = heading.strip("# :").lower().split()
    if len(words) > LABEL_WORDS:
        return ""
    return next((p for p, stems in _SECTIONS.items() if any(w in stems for w in words)), "")


def _spoken_for(phases: tuple[float, ...], named: str) -> tuple[float, ...]:
    raised = [p * HEADED if name == named else p for name, p in zip(PHASES, phases, strict=True)]
    return tuple(p / sum(raised) for p in raised)


def _confidence(chance: float) -> float:
    return confidence.probability("phase", {"best": confidence.logit(chance)})
