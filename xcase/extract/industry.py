"""In which industry a story begins and in which it ends."""

from __future__ import annotations

import functools
import math
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from xcase.annotate.labels import UNKNOWN_INDUSTRY, industries
from xcase.confidence import logit, probability
from xcase.extract.places import is_in_name, sentence_at
from xcase.phrases import Hit, PhraseTable
from xcase.records import Annotation, IndustryGuess, Sentence, Span
from xcase.taxonomy import load_industries
from xcase.vocabulary import MAX_EVIDENCE

# The phase in which words about either side stand: before and after.
SIDES = ("background", "outcome")
# What staying in one industry adds to the log-odds: so many stay in the narratives that the
# networks are trained on, who learned it so, and so many in stories that nobody wrote for that
# (scripts/choose_thresholds.py).
LEARNED, TOLD = 0.52, 0.63
STAYS = math.log(TOLD / (1 - TOLD)) - math.log(LEARNED / (1 - LEARNED))
# What the rest of a page counts for one of its stories. By the narratives held back and the stories
# (one-off run): of sixty pages made of two stories from different industries each .49 of the labels
# are right by the page alone, .71 by the story alone, .67 so; of real pages .92, .86 and .89.
PAGE = 0.25
# A role or workplace says more about an industry than a topic word.
WEIGHTS = {"role": 2.0, "place": 2.0, "word": 1.0}


def find_industries(
    text: str,
    sentences: Sequence[Sentence],
    network: tuple[tuple[float, ...], tuple[float, ...]],
    word_weight: float,
    names: Sequence[Span] = (),
) -> tuple[IndustryGuess | None, IndustryGuess | None]:
    """Return the industries (before, after) of a story; None where neither says one.

    The network's log-probability of each label is added to the logarithm of how often words of
    that industry stand in the story, those of the side in question counting double; both sides are
    chosen together, for most people stay where they are.
    """
    hits = spoken(text, sentences, names)
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


def heard_in(
    annotation: Annotation, first: int, last: int
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the chances of the industries before and after in units ``first`` to ``last - 1``.

    As the networks weigh all sentences of a page (:mod:`xcase.annotate.network`), but these alone,
    and a little of what the page says: who shares it with others need not share their industries,
    but many do.
    """
    page = (annotation.industry_from, annotation.industry_to)
    if not annotation.heard:
        return page
    both = [PAGE * np.array(chances) for chances in page]
    for heard in annotation.heard:
        spoken_of = np.array(heard.industries[first:last])
        for side, weight in enumerate(np.array(heard.sides[first:last]).T):
            said = _softmax(_softmax(weight) @ spoken_of)
            both[side] += (1 - PAGE) * heard.share * said
    before, after = (tuple(map(float, chances)) for chances in both)
    return before, after


def _softmax(logits: np.ndarray) -> np.ndarray:
    odds = np.exp(logits - logits.max())
    return np.asarray(odds / odds.sum())


def spoken(text: str, sentences: Sequence[Sentence], names: Sequence[Span] = ()) -> list[Hit]:
    """Return the words of the industry table in a story; who is called Cook need not be one."""
    return [
        hit
        for hit in _table().find(text, sentences[0].start, sentences[-1].end)
        if not (hit.label.endswith("|role") and is_in_name(hit.span, names))
    ]


def best_labels(
    hits: Sequence[Hit],
    sentences: Sequence[Sentence],
    network: tuple[tuple[float, ...], tuple[float, ...]],
    word_weight: float,
) -> list[tuple[str, float]]:
    """Return the likeliest labels before and after, each with its share of the raw score."""
    labels = industries()
    before, after = (
        _scores(hits, sentences, probabilities, word_weight, side)
        for probabilities, side in zip(network, SIDES, strict=True)
    )
    pairs = {
        (i, j): one + other + STAYS * (i == j)
        for i, one in enumerate(before)
        for j, other in enumerate(after)
    }
    best = max(pairs, key=pairs.__getitem__)
    odds = {pair: math.exp(score - pairs[best]) for pair, score in pairs.items()}
    return [
        (
            labels[best[side]],
            sum(o for pair, o in odds.items() if pair[side] == best[side]) / sum(odds.values()),
        )
        for side in range(2)
    ]


def _scores(
    hits: Sequence[Hit],
    sentences: Sequence[Sentence],
    probabilities: tuple[float, ...],
    word_weight: float,
    side: str,
) -> list[float]:
    counts: dict[str, float] = defaultdict(float)
    for hit in hits:
        label, kind = hit.label.rsplit("|", 1)
        sentence = sentence_at(sentences, hit.span.start)
        counts[label] += WEIGHTS[kind] * (2 if sentence and sentence.phase == side else 1)
    return [
        math.log(p + 1e-4) + word_weight * math.log1p(counts[label])
        for label, p in zip(industries(), probabilities, strict=True)
    ]


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
            entries += [(phrase, f"{industry.label}|{kind}") for phrase in phrases]
    return PhraseTable(entries)
