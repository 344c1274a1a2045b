"""Measure ``xcase similar`` beside its baselines.

    python scripts/measure_similar.py --dir xcase-out         # the tables of the README

Profiles and grades are those of corpus/gold; rows marked "choose" chose the weights of the facets
and are left out here. All rows chose three more numbers: scripts/choose_similar.py says what that
is worth on profiles that did not. Intervals are the 2.5th and 97.5th percentile of 10,000 draws of
profiles; "ahead" is the interval of the difference to a baseline over the same draws. StoryAnalogy
(Jiayang et al. 2023, MIT) and AnaloBench (Ye et al. 2024, MIT) are read from ../shared/data if it
is there; half of each chooses a reading, the other half is reported.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from xcase import store
from xcase.embed import MiniLM, TokenEncoder, unit_length
from xcase.records import Analysis
from xcase.similar import Found, Searcher, open_index, parse_profile
from xcase.similar.index import Index
from xcase.similar.rank import FLOOR, WEIGHTS
from xcase.similar.search import DIVERSITY
from xcase.similar.words import Words, telling, words_of

ROOT = Path(__file__).parent.parent
GOLD = ROOT / "corpus" / "gold"
SHARED = ROOT.parent / "shared" / "data"
DRAWS = 10_000
K = 10
Ranking = Callable[[str], list[str]]


def main() -> None:
    """Print the tables asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dir", type=Path, default=ROOT / "xcase-out")
    parser.add_argument("--benchmarks", action="store_true", help="only the public benchmarks")
    arguments = parser.parse_args()
    encoder = MiniLM.load()
    if not arguments.benchmarks:
        measure_corpus(arguments.dir, encoder)
    measure_story_analogy(encoder)
    measure_analobench(encoder)


def measure_corpus(folder: Path, encoder: MiniLM) -> None:
    """Graded profiles (nDCG@10, recall@10) and known items (MRR) on the stories of the corpus."""
    analysis = store.load(folder)
    index, _ = open_index(folder, analysis, lambda: encoder, model=encoder.name)
    searcher = Searcher(analysis, index, encoder)
    plain = Searcher(analysis, index, encoder, weights={**WEIGHTS, "words": 0, "industry": 0})
    graded = [g for g in _lines("profiles.jsonl") if g["use"] == "report"]
    profiles = [parse_profile(json.dumps(g["profile"]), "p.json")[0] for g in graded]
    texts = [_all_words(g["profile"]) for g in graded]
    baselines = _baselines(analysis, index, encoder)
    systems: dict[str, list[list[str]]] = {
        "xcase": [_ids(searcher, p, DIVERSITY) for p in profiles],
        "xcase, no diversity": [_ids(searcher, p, 0.0) for p in profiles],
        "xcase, facets and skills only": [_ids(plain, p, 0.0) for p in profiles],
        **{name: [rank(t) for t in texts] for name, rank in baselines.items()},
    }
    for figure in (ndcg, recall):
        rows = {
            name: [figure(order, g["grades"]) for order, g in zip(orders, graded, strict=True)]
            for name, orders in systems.items()
        }
        _table(f"{figure.__name__}@{K}, {len(graded)} profiles", rows)
    known = _lines("known-items.jsonl")
    wanted = [k["case_id"] for k in known]
    found = {
        "xcase, no diversity": [
            _ids(searcher, parse_profile(json.dumps({"text": k["text"]}), "k.json")[0], 0.0, 100)
            for k in known
        ],
        **{name: [rank(k["text"]) for k in known] for name, rank in baselines.items()},
    }
    rows = {
        name: [_reciprocal(order, w) for order, w in zip(orders, wanted, strict=True)]
        for name, orders in found.items()
    }
    _table(f"known-item MRR, {len(known)} rewritten backgrounds", rows)


def ndcg(order: Sequence[str], grades: dict[str, int]) -> float:
    """Return nDCG@10 with gains ``2^grade - 1``; every case that is not graded is worth 0."""
    discount = 1 / np.log2(np.arange(2, K + 2))
    gains = np.array([2 ** grades.get(i, 0) - 1 for i in order[:K]])
    ideal = np.array(sorted((2**g - 1 for g in grades.values()), reverse=True)[:K])
    return float((gains * discount[: len(gains)]).sum() / (ideal * discount[: len(ideal)]).sum())


def recall(order: Sequence[str], grades: dict[str, int]) -> float:
    """Return the share of the cases graded 2 or 3 that stand among the first ten."""
    good = {case for case, grade in grades.items() if grade >= 2}
    return len(good & set(order[:K])) / len(good)


def _baselines(analysis: Analysis, index: Index, encoder: TokenEncoder) -> dict[str, Ranking]:
    """BM25, MiniLM cosine and TF-IDF over the whole text of each case."""
    texts = {d.id: d.text for d in analysis.documents}
    told = [texts[c.document_id][c.start : c.end] for c in analysis.cases]
    words = Words.build(told)
    vectors = np.stack([v.whole for v in encoder.encode(told)])
    tfidf = TfidfVectorizer(sublinear_tf=True, stop_words="english")
    table = tfidf.fit_transform(told)

    def ordered(scores: np.ndarray) -> list[str]:
        return [index.ids[i] for i in np.argsort(-scores, kind="stable")]

    return {
        "BM25": lambda t: ordered(words.values(t)),
        "MiniLM cosine, whole text": lambda t: ordered(vectors @ encoder.encode([t])[0].whole),
        "TF-IDF": lambda t: ordered((table @ tfidf.transform([t]).T).toarray()[:, 0]),
    }


def measure_story_analogy(encoder: MiniLM) -> None:
    """Four-way choice of the analogous story."""
    path = SHARED / "storyanalogy_mc" / "storyanalogy_multiple_choice.json"
    if not path.exists():
        print(f"\nStoryAnalogy is not beside the checkout ({path.name})")
        return
    items = json.loads(path.read_text(encoding="utf-8"))
    signals = []
    for item in items:
        source = Signals(item["source"], encoder)
        signals.append([source.beside(Signals(choice, encoder)) for choice in item["choices"]])
    answers = np.array([item["answer"] for item in items])

    def right(reading: Reading, chosen: np.ndarray) -> np.ndarray:
        scores = np.array([[reading.score(pair) for pair in signals[i]] for i in chosen])
        return (scores.argmax(1) == answers[chosen]).astype(float)

    _tuned("StoryAnalogy four-way accuracy", "questions", np.arange(len(items)), right)


def measure_analobench(encoder: MiniLM) -> None:
    """Retrieval of the other stories of an analogy's cluster."""
    path = SHARED / "analobench" / "clusters.tsv.gz"
    if not path.exists():
        print(f"\nAnaloBench is not beside the checkout ({path.name})")
        return
    text = gzip.decompress(path.read_bytes()).decode("utf-8")
    items = list(csv.DictReader(io.StringIO(text), delimiter="\t"))
    clusters = np.unique([item["cluster"] for item in items], return_inverse=True)[1]
    read = [Signals(item["sentence"], encoder) for item in items]
    pairs = [[one.beside(other) for other in read] for one in read]

    def precision(reading: Reading, chosen: np.ndarray) -> np.ndarray:
        return np.array(
            [
                _average_precision(np.array([reading.score(p) for p in pairs[i]]), clusters, i)
                for i in chosen
            ]
        )

    _tuned("AnaloBench MAP", "stories", clusters, precision)


@dataclass(frozen=True, slots=True)
class Reading:
    """How two texts are compared where each is one facet.

    The defaults are what xcase chose while it left the vectors of the whole as they are: pairs of
    sentences have no analysis whose centre could be taken off.
    """

    floor: float = FLOOR
    near: float = 0.586
    whole: float = 0.276
    words: float = 0.0

    def score(self, pair: Pair) -> float:
        near = np.clip((pair.nearest - self.floor) / (1 - self.floor), 0, 1).sum()
        return float(
            self.near * near / max(len(pair.nearest), 1)
            + self.whole * pair.whole
            + self.words * pair.words
        )


class Pair(NamedTuple):
    """The cosine of each token's nearest, of the means, and the share of words in common."""

    nearest: np.ndarray
    whole: float
    words: float


class Signals:
    """A text as xcase reads it."""

    def __init__(self, text: str, encoder: MiniLM) -> None:
        (vectors,) = encoder.encode([text])
        self.tokens = vectors.tokens[telling(text, vectors.spans)]
        self.mean = unit_length(self.tokens.mean(0)) if len(self.tokens) else vectors.whole
        self.words = set(words_of(text))

    def beside(self, other: Signals) -> Pair:
        some = len(self.tokens) and len(other.tokens)
        nearest = (self.tokens @ other.tokens.T).max(1) if some else np.zeros(0)
        shared = len(self.words & other.words) / max(len(self.words | other.words), 1)
        return Pair(nearest, float(self.mean @ other.mean), shared)


# What is tried on the part that is not reported; a weight below 0 punishes words in common.
TRIED = [
    Reading(floor, near, whole, words)
    for floor in (0.0, 0.2, 0.4, 0.6)
    for near in (0.0, 0.586)
    for whole in (0.0, 0.276, 0.586)
    for words in (-0.6, -0.3, -0.15, 0.0)
    if near or whole
]


def _tuned(
    title: str, unit: str, groups: np.ndarray, figure: Callable[[Reading, np.ndarray], np.ndarray]
) -> None:
    """Choose a reading on half of the groups, and report it on the other beside the untuned."""
    names = np.unique(groups)
    half = np.random.default_rng(0).permutation(names)[: len(names) // 2]
    train = np.flatnonzero(np.isin(groups, half))
    rest = np.flatnonzero(~np.isin(groups, half))
    best = max(TRIED, key=lambda reading: figure(reading, train).mean())
    rows = {
        "xcase's reading, tuned": figure(best, rest),
        "xcase's reading, untuned": figure(Reading(), rest),
        "cosine of the means": figure(Reading(near=0.0), rest),
    }
    _table(f"{title}, {len(rest)} {unit}; chosen on the other {len(train)}: {best}", rows)


def _average_precision(scores: np.ndarray, clusters: np.ndarray, i: int) -> float:
    order = [j for j in np.argsort(-scores, kind="stable") if j != i]
    hits = clusters[order] == clusters[i]
    return float((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits].mean())


def _ids(searcher: Searcher, profile: Any, diversity: float, count: int = K) -> list[str]:
    return _ids_of(searcher.search(profile, count=count, diversity=diversity))


def _ids_of(found: Found) -> list[str]:
    return [case.case_id for case in found.cases]


def _reciprocal(order: Sequence[str], wanted: str) -> float:
    return 1 / (order.index(wanted) + 1) if wanted in order else 0.0


def _all_words(fields: dict[str, Any]) -> str:
    """Return everything that a profile tells, for systems that know no fields."""
    parts = [v if isinstance(v, str) else " ".join(v) for v in fields.values()]
    return " ".join(parts)


def _table(title: str, rows: dict[str, Any]) -> None:
    rng = np.random.default_rng(0)
    values = {name: np.array(row) for name, row in rows.items()}
    ours, *_ = values
    size = len(values[ours])
    draws = rng.integers(0, size, (DRAWS, size))
    print(f"\n{title}\n| system | value (95 %) | {ours} ahead by (95 %) |\n|---|---|---|")
    for name, row in values.items():
        low, high = np.percentile(row[draws].mean(1), [2.5, 97.5])
        ahead = ""
        if name != ours:
            lead = values[ours] - row
            a, b = np.percentile(lead[draws].mean(1), [2.5, 97.5])
            ahead = f"{lead.mean():+.3f} ({a:+.3f} to {b:+.3f})"
        print(f"| {name} | {row.mean():.3f} ({low:.3f}–{high:.3f}) | {ahead} |")


def _lines(name: str) -> list[dict[str, Any]]:
    with (GOLD / name).open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


if __name__ == "__main__":
    main()
