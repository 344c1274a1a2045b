"""Fit what turns raw scores into probabilities and count how phases follow one another:
models/calibration.toml.

    python scripts/calibrate.py [--only KIND ...] [--plot models/reliability.svg]

Logistic regressions (Platt 1999), one for each kind of fact, on the narratives that no network has
read: every twelfth of corpus/training, corpus/held and corpus/gold/stories.jsonl. A fact is right
if gold has an overlapping span with the same label. Measured on each fifth of them by weights
fitted without it: the table gives, for each kind, how many facts there are, how many are right, the
Brier score beside that of always saying the mean, and the expected calibration error over ten bins
(Naeini et al. 2015).
"""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from gold import Gold, load
from sklearn.linear_model import LogisticRegression
from train_annotator import ROOT, divided

from xcase import boundaries
from xcase.annotate.annotator import Annotator
from xcase.annotate.labels import industries
from xcase.confidence import KINDS, logit, weighed
from xcase.extract import industry, outcomes, people, program, skills
from xcase.parse import mark
from xcase.phases import START, as_table, likeliest_way, phase_odds
from xcase.records import OUTCOME_TYPES, PHASES, Annotation, Sentence, Tagged
from xcase.settings import Settings

OUT = ROOT / "models" / "calibration.toml"
STORIES = ROOT / "corpus" / "gold" / "stories.jsonl"
BINS = 10
# A start that gold has so many sentences from a boundary is meant there.
START_NEAR = 2
FOLDS = 5

Fact = tuple[str, dict[str, float], bool]


@dataclass(frozen=True, slots=True)
class Read:
    """A gold narrative with what the annotator says of it."""

    gold: Gold
    annotation: Annotation
    sentences: list[Sentence]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--plot", type=Path, default=ROOT / "models" / "reliability.svg")
    parser.add_argument("--only", nargs="+", choices=KINDS, help="fit these, keep the others")
    args = parser.parse_args()
    kinds = args.only or KINDS
    known, held = divided()
    order = order_of(known)
    reads = read([*held, *load(STORIES)], Annotator.load(), order)
    weights = tomllib.loads(OUT.read_text(encoding="utf-8")) if args.only else {}
    weights = fitted_on(reads, kinds, weights)
    tables = {"phase_order": order} | {kind: weights[kind] for kind in KINDS}
    OUT.write_text(as_toml(tables), encoding="utf-8")
    print(f"wrote {OUT.name}\n{'kind':16s} {'facts':>6s} {'right':>6s} {'Brier':>6s} mean   ECE")
    told: dict[str, list[tuple[float, bool]]] = {kind: [] for kind in kinds}
    for fold in range(FOLDS):
        fitted = fitted_on([r for i, r in enumerate(reads) if i % FOLDS != fold], kinds, weights)
        for kind in kinds:
            told[kind] += [
                (weighed(fitted[kind], features), right)
                for r in reads[fold::FOLDS]
                for _, features, right in facts(r, kind, fitted)
            ]
    curves = {}
    for kind, pairs in told.items():
        chances, right = (np.array(column, dtype=float) for column in zip(*pairs, strict=True))
        brier, flat = np.mean((chances - right) ** 2), right.mean() * (1 - right.mean())
        curves[kind] = reliability(chances, right)
        error = sum(n * abs(p - q) for p, q, n in curves[kind]) / len(pairs)
        print(
            f"{kind:16s} {len(pairs):6d} {right.mean():6.2f} {brier:6.3f} {flat:.3f}  {error:.3f}"
        )
    if not args.only:
        plot(curves, args.plot)


def order_of(golds: Sequence[Gold]) -> dict[str, float]:
    """Return how much likelier each phase is after another than anywhere, by ``before_after``."""
    places = (START, *PHASES)
    counts = np.ones((len(places), len(PHASES)))
    for gold in golds:
        if gold.has_case:
            for before, after in pairwise((START, *gold.phases)):
                counts[places.index(before), PHASES.index(after)] += 1  # type: ignore[arg-type]
    share = counts.sum(0) / counts.sum()
    table = np.log(counts / counts.sum(1, keepdims=True) / share)
    return {
        f"{before}_{after}": round(float(table[row, column]), 4)
        for row, before in enumerate(places)
        for column, after in enumerate(PHASES)
    }


def fitted_on(
    reads: Sequence[Read], kinds: Collection[str], weights: dict[str, dict[str, float]]
) -> dict[str, dict[str, float]]:
    """Return the weights of every kind of fact, those of ``kinds`` fitted anew."""
    fitted = dict(weights)
    for kind in kinds:
        fitted[kind] = fit([f for r in reads for f in facts(r, kind, fitted)])
    return fitted


def read(golds: list[Gold], annotator: Annotator, order: dict[str, float]) -> list[Read]:
    """Annotate narratives whose labels are known; cases only, sentences as gold cuts them."""
    golds = [g for g in golds if g.has_case]
    texts = [g.text for g in golds]
    annotations = annotator.annotate(
        list(zip(texts, (g.units for g in golds), mark(texts), strict=True))
    )
    table = as_table(order)
    return [Read(g, a, raw_phases(g, a, table)) for g, a in zip(golds, annotations, strict=True)]


def raw_phases(gold: Gold, annotation: Annotation, order: np.ndarray) -> list[Sentence]:
    """Return the sentences of a narrative with the uncalibrated odds of their phases."""
    odds = phase_odds(gold.text, gold.units, annotation)
    way = likeliest_way(odds, order, Settings().phase_order)
    return [
        Sentence(u.start, u.end, PHASES[place], round(float(row[place]), 3))
        for u, row, place in zip(gold.units, odds, way, strict=True)
    ]


def facts(r: Read, kind: str, fitted: dict[str, dict[str, float]]) -> Iterator[Fact]:
    """Yield (kind, figures, is it right) of every fact that might be told of a narrative.

    The odds of a skill rest on those of its sentence's phase, which are ``fitted`` before.
    """
    tagged, told = r.annotation.spans, r.sentences
    if kind == "phase":
        for sentence, gold in zip(told, r.gold.phases, strict=True):
            yield kind, {"best": logit(sentence.confidence)}, sentence.phase == gold
        return
    if kind == "case_start":
        yield from case_starts(r)
    elif kind == "skill":
        told = [
            replace(s, confidence=weighed(fitted["phase"], {"best": logit(s.confidence)}))
            for s in told
        ]
        for c in skills.candidates(tagged, told):
            yield kind, c.features, _says(r.gold, c.span, "skill", c.skill)
    elif kind == "outcome":
        for span, features in outcomes.candidates(tagged, told):
            label = OUTCOME_TYPES[int(np.argmax(span.readings["outcome"]))]
            yield kind, features, _says(r.gold, span, "outcome", label)
    elif kind == "duration":
        for span, features in program.candidates(tagged, told):
            yield kind, features, _says(r.gold, span, kind, None)
    elif kind == "industry":
        for guess, gold in zip(
            industry.best_labels(
                industry.spoken(r.gold.text, told),
                told,
                (r.annotation.industry_from, r.annotation.industry_to),
                Settings().industry_words,
            ),
            (r.gold.industry_from, r.gold.industry_to),
            strict=True,
        ):
            if gold in industries()[:-1]:
                yield kind, {"share": logit(guess[1])}, guess[0] == gold
    elif kind.endswith("_described"):
        role = kind.removesuffix("_described")
        if any(people.name_words(n) for n in (r.gold.raw[role] or "").split(";")):
            return  # labelled by his name: whether he is described, too, nobody said
        for span in people.descriptions(r.gold.text, tagged, role):
            yield kind, people.described_features(span), _says(r.gold, span, role, None)
    else:
        found = people.candidates(r.gold.text, tagged)
        named = set().union(*(people.name_words(n) for n in (r.gold.raw[kind] or "").split(";")))
        for c, features in zip(found, people.features_of(found), strict=True):
            yield kind, features, bool(c.words & named)


def case_starts(r: Read) -> Iterator[Fact]:
    """Yield every place where a further case may begin, and whether gold has one begin there."""
    gold, told = r.gold, [i for i, s in enumerate(r.sentences) if s.phase != "other"]
    odds = phase_odds(gold.text, gold.units, r.annotation)
    places = boundaries.candidates(gold.text, gold.units, r.annotation, odds, told)
    right = set()
    for start in [i for i, begins in enumerate(gold.starts) if begins][1:]:
        ends = [(told[p.before - 1] + 1, told[p.before]) for p in places]
        far = [max(first - start, start - last, 0) for first, last in ends]
        if far and min(far) <= START_NEAR:
            right.add(far.index(min(far)))
    for number, place in enumerate(places):
        yield "case_start", place.features, number in right


def _says(gold: Gold, span: Tagged, kind: str, label: str | None) -> bool:
    return any(
        s.kind == kind
        and s.start < span.end
        and span.start < s.end
        and (label is None or s.labels[0] == label)
        for s in gold.spans
    )


def fit(told: list[Fact]) -> dict[str, float]:
    """Return the weights of a logistic regression by name, with its ``bias``."""
    names = sorted(told[0][1])
    x = np.array([[features[n] for n in names] for _, features, _ in told])
    model = LogisticRegression(C=1.0).fit(x, [right for _, _, right in told])
    weights = dict(zip(names, model.coef_[0], strict=True)) | {"bias": model.intercept_[0]}
    return {name: round(float(value), 4) for name, value in weights.items()}


def as_toml(fitted: dict[str, dict[str, float]]) -> str:
    """Return the weights as TOML tables."""
    lines = ["# Weights of the logistic regressions of xcase.confidence, by scripts/calibrate.py."]
    for kind, weights in fitted.items():
        lines += ["", f"[{kind}]", *(f"{name} = {value}" for name, value in weights.items())]
    return "\n".join(lines) + "\n"


def reliability(chances: np.ndarray, right: np.ndarray) -> list[tuple[float, float, int]]:
    """Return (mean chance, share right, count) of each bin that holds a fact."""
    bins = np.minimum((chances * BINS).astype(int), BINS - 1)
    return [
        (float(chances[bins == b].mean()), float(right[bins == b].mean()), int((bins == b).sum()))
        for b in range(BINS)
        if (bins == b).any()
    ]


def plot(curves: dict[str, list[tuple[float, float, int]]], path: Path) -> None:
    """Draw the reliability curves side by side as SVG: chance to the right, share right upwards."""
    size, gap = 110, 26
    parts = []
    for place, (kind, curve) in enumerate(curves.items()):
        left = gap + place * (size + gap)
        at = lambda p, q, left=left: f"{left + p * size:.1f},{gap + (1 - q) * size:.1f}"  # noqa: E731
        points = " ".join(at(p, q) for p, q, _ in curve)
        parts += [
            f'<rect x="{left}" y="{gap}" width="{size}" height="{size}" class="frame"/>',
            f'<text x="{left}" y="{gap - 8}">{kind}</text>',
            f'<polyline points="{at(0, 0)} {at(1, 1)}" class="ideal"/>',
            f'<polyline points="{points}" class="curve"/>',
            *(
                f'<circle cx="{at(p, q).split(",")[0]}" cy="{at(p, q).split(",")[1]}"'
                f' r="{1.5 + min(n, 200) ** 0.5 / 4:.1f}"/>'
                for p, q, n in curve
            ),
        ]
    width, height = gap + len(curves) * (size + gap), size + 2 * gap
    style = (
        "text{font:12px sans-serif}.frame{fill:none;stroke:#999}.ideal{stroke:#bbb;"
        "stroke-dasharray:3}.curve{fill:none;stroke:#05c}circle{fill:#05c;fill-opacity:.5}"
    )
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f"<style>{style}</style>{''.join(parts)}</svg>\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
