"""In which industry a story begins and in which it ends."""

from __future__ import annotations

import functools
import math
from collections import defaultdict
from collections.abc import Sequence

from xcase.annotate.labels import UNKNOWN_INDUSTRY, industries
from xcase.confidence import logit, probability
from xcase.extract.places import sentence_at
from xcase.phrases import Hit, PhraseTable
from xcase.records import IndustryGuess, Sentence, Span
from xcase.taxonomy import load_industries

# Quotes shown for a label; the first ones say enough.
MAX_EVIDENCE = 6
# The phase in which words about either side stand: before and after.
SIDES = ("background", "outcome")
# A role or workplace says more about an industry than a topic word.
WEIGHTS = {"role": 2.0, "place": 2.0, "word": 1.0}


def find_industries(
    text: str,
    sentences: Sequence[Sentence],
    network: tuple[tuple[float, ...], tuple[float, ...]],
    word_weight: float,
) -> tuple[IndustryGuess | None, IndustryGuess | None]:
    """Return the industries (before, after) of a story; None where neither says one.

    The network's log-probability of each label is added to the logarithm of how often words of
    that industry stand in the story, those of the side in question counting double.
    """
    hits = spoken(text, sentences)
    guesses: list[IndustryGuess | None] = []
    told = best_labels(hits, sentences, network, word_weight)
    for (label, share), side in zip(told, SIDES, strict=True):
        if label == UNKNOWN_INDUSTRY:
            guesses.append(None)
            continue
        quotes = [h.span for h in hits if h.label.rsplit("|", 1)[0] == label]
        evidence = quotes[:MAX_EVIDENCE] or [_first(sentences, side)]
        confidence = probability("industry", {"share": logit(share)})
        guesses.append(IndustryGuess(label, round(confidence, 3), tuple(evidence)))
    return guesses[0], guesses[1]


def spoken(text: str, sentences: Sequence[Sentence]) -> list[Hit]:
    """Return the words of the industry table in a story."""
    return list(_table().find(text, sentences[0].start, sentences[-1].end))


def best_labels(
    hits: Sequence[Hit],
    sentences: Sequence[Sentence],
    network: tuple[tuple[float, ...], tuple[float, ...]],
    word_weight: float,
) -> list[tuple[str, float]]:
    """Return the likeliest label before and after, each with its share of the raw score."""
    return [
        _best(hits, sentences, probabilities, word_weight, side)
        for probabilities, side in zip(network, SIDES, strict=True)
    ]


def _best(
    hits: Sequence[Hit],
    sentences: Sequence[Sentence],
    probabilities: tuple[float, ...],
    word_weight: float,
    side: str,
) -> tuple[str, float]:
    counts: dict[str, float] = defaultdict(float)
    for hit in hits:
        label, weight = hit.label.rsplit("|", 1)
        sentence = sentence_at(sentences, hit.span.start)
        counts[label] += float(weight) * (2 if sentence and sentence.phase == side else 1)
    labels = industries()
    scores = [
        math.log(p + 1e-4) + word_weight * math.log1p(counts[label])
        for label, p in zip(labels, probabilities, strict=True)
    ]
    top = max(scores)
    share = 1 / sum(math.exp(s - top) for s in scores)
    return labels[scores.index(top)], share


def _first(sentences: Sequence[Sentence], phase: str) -> Span:
    chosen = next((s for s in sentences if s.phase == phase), sentences[0])
    return Span(chosen.start, chosen.end)


@functools.cache
def _table() -> PhraseTable:
    entries = []
    for industry in load_industries():
        for kind, phrases in (
            ("word", industry.words),
            ("place", industry.places),
            ("role", industry.roles),
        ):
            entries += [(phrase, f"{industry.label}|{WEIGHTS[kind]}") for phrase in phrases]
    return PhraseTable(entries)
