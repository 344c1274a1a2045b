"""Where on a page one person's story may end and another's begin.

The network gives the chance that a case begins at a sentence; it is sure of the first case of a
page and of few after. What a reader sees besides is weighed with it (``scripts/calibrate.py``): one
story is told to its end and another begun, somebody is named who was not before, in a line of his
own.

What speaks *against* a further case (the same people again, no outcome after) is left out: who is
not named in a story is not named again either, and real stories name fewer people than those that
the weights were fitted on.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from xcase.annotate.labels import ROLES
from xcase.attribution import name_chances
from xcase.confidence import logit
from xcase.records import PHASES, Annotation
from xcase.sentences import Unit

BACKGROUND, OUTCOME = PHASES.index("background"), PHASES.index("outcome")
MENTEE = ROLES.index("mentee")
# So many sentences of stories before and after a place tell whether one ends and one begins there.
NEAR = 2
_WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Boundary:
    """A place between two sentences of stories; a further case would begin at sentence ``begin``.

    ``before`` counts the sentences of stories before it; ``features`` are the figures that its
    odds rest on.
    """

    begin: int
    before: int
    features: dict[str, float]


def candidates(
    text: str,
    units: Sequence[Unit],
    annotation: Annotation,
    odds: Sequence[Sequence[float]],
    told: Sequence[int],
) -> list[Boundary]:
    """Return every place where a further case may begin: always on a line of its own.

    Args:
        text: of the document.
        units: its sentences.
        annotation: what the network says of it.
        odds: the probabilities of the phases of each sentence.
        told: the sentences that tell a story, in order.
    """
    starts = annotation.case_starts
    lines = name_chances(text, units, annotation, set(told))
    newcomers = _newcomers(text, units, annotation, told)
    found = []
    for before, (last, first) in enumerate(pairwise(told), start=1):
        between = range(last + 1, first + 1)
        begins = [i for i in between if _on_new_line(text, units, i)]
        if not begins:
            continue
        begin = max(begins, key=lambda i: starts[i])
        ended = max(odds[i][OUTCOME] for i in told[max(0, before - NEAR) : before])
        begun = max(odds[i][BACKGROUND] for i in told[before : before + NEAR])
        features = {
            "start": logit(starts[begin]),
            "ended_and_begun": ended * begun,
            "newcomer": newcomers[before],
            "line": max(lines[i] for i in between),
            "few_before": 1 / before,
        }
        found.append(Boundary(begin, before, features))
    return found


def _newcomers(
    text: str, units: Sequence[Unit], annotation: Annotation, told: Sequence[int]
) -> list[float]:
    """Return for each told sentence the chance that a mentee is named there for the first time.

    There is after the told sentence before it, and no later than in the sentence after it.
    """
    newcomers = [0.0] * len(told)
    ends = [units[i].end for i in told]
    after = [units[min(i + 1, len(units) - 1)].end for i in told]
    chances: dict[str, float] = {}
    for span in annotation.spans:
        words = _WORD.findall(text[span.start : span.end]) if span.kind == "name" else ()
        if words:
            chance = span.readings.get("role", (0.0,))[MENTEE]
            chances[words[-1]] = max(chances.get(words[-1], 0.0), chance)
    seen: set[str] = set()
    for match in _WORD.finditer(text):
        word = match.group()
        if word in chances and word not in seen:
            seen.add(word)
            first = match.start()
            for place in range(bisect_right(after, first), bisect_right(ends, first) + 1):
                if place < len(told):
                    newcomers[place] = max(newcomers[place], chances[word])
    return newcomers


def _on_new_line(text: str, units: Sequence[Unit], index: int) -> bool:
    """A further case begins with a line of its own, never in the middle of a paragraph."""
    return index > 0 and "\n" in text[units[index - 1].end : units[index].start]
