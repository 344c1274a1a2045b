"""Choose what ``xcase similar`` adds for the whole and for shared words, its floor, and its centre.

    python scripts/choose_similar.py --dir xcase-out

The centre is what all cases have in common; it is taken off the vector of the whole, or is not.
Every combination below is tried on the graded profiles of corpus/gold, by the mean of nDCG@10 and
recall@10. Because a choice looks good on what chose it, the figures printed are cross-validated:
five parts, each ranked by what is best on the other four. The figures of the choice on all profiles
stand beside them and are not to be quoted. Diversity is left out.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from measure_similar import DRAWS, GOLD, ROOT, _baselines, _ids_of, ndcg, recall

from xcase import store
from xcase.embed import MiniLM, TokenVectors
from xcase.similar import Searcher, open_index, parse_profile, rank

PARTS = 5
# The facets, skills and industry as the first 24 profiles chose them.
FACETS = {"background": 0.70, "gap": 0.85, "journey": 0.64, "outcome": 0.56}
OTHERS = {"skills": 0.04, "industry": 0.06}
FLOORS = (0.3, 0.4)
WHOLE = (0.0, 0.2, 0.4, 0.6, 0.8)
WORDS = (0.05, 0.1)
CENTRE = (False, True)


def main() -> None:
    """Print what is chosen, and what choosing like this is worth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dir", type=Path, default=ROOT / "xcase-out")
    folder = parser.parse_args().dir
    encoder = Remembering(MiniLM.load())
    analysis = store.load(folder)
    index, _ = open_index(folder, analysis, lambda: encoder, model=encoder.name)
    lines = (GOLD / "profiles.jsonl").read_text(encoding="utf-8").splitlines()
    graded = [json.loads(line) for line in lines]
    profiles = [parse_profile(json.dumps(g["profile"]), "p.json")[0] for g in graded]
    tried = list(itertools.product(FLOORS, WHOLE, WORDS, CENTRE))
    figures = []
    without = replace(index, arrays={**index.arrays, "centre": 0 * index.arrays["centre"]})
    for floor, whole, words, centred in tried:
        rank.FLOOR = floor
        weights = {**FACETS, **OTHERS, "whole": whole, "words": words}
        asked = index if centred else without
        searcher = Searcher(analysis, asked, encoder, weights=weights)
        orders = [_ids_of(searcher.search(p, count=10, diversity=0.0)) for p in profiles]
        figures.append(_figures(orders, graded))
    table = np.array(figures)  # tried x profiles x (nDCG, recall)
    part = np.random.default_rng(0).permutation(len(graded)) % PARTS
    held_out = np.zeros_like(table[0])
    for number in range(PARTS):
        rest = table[:, part != number].mean((1, 2))
        held_out[part == number] = table[rest.argmax(), part == number]
    best = int(table.mean((1, 2)).argmax())
    scale = FACETS["gap"] + sum(OTHERS.values()) + tried[best][1] + tried[best][2]
    shares = {**FACETS, "whole": tried[best][1], "words": tried[best][2], **OTHERS}
    print(
        f"floor {tried[best][0]}, centred {tried[best][3]}, weights",
        {k: round(v / scale, 3) for k, v in shares.items()},
    )
    print("on what chose it: nDCG@10, recall@10", table[best].mean(0).round(3))
    print("cross-validated:  nDCG@10, recall@10", held_out.mean(0).round(3))
    for name, ranking in _baselines(analysis, index, encoder).items():
        texts = [" ".join(_words(g["profile"])) for g in graded]
        other = np.array(_figures([ranking(t) for t in texts], graded))
        for column, figure in enumerate(("nDCG@10", "recall@10")):
            lead = held_out[:, column] - other[:, column]
            draws = np.random.default_rng(0).integers(0, len(lead), (DRAWS, len(lead)))
            low, high = np.percentile(lead[draws].mean(1), [2.5, 97.5])
            print(f"ahead of {name}, {figure}: {lead.mean():+.3f} ({low:+.3f} to {high:+.3f})")


class Remembering:
    """An encoder that reads each text once."""

    def __init__(self, encoder: MiniLM) -> None:
        self.encoder, self.name = encoder, encoder.name
        self.known: dict[str, TokenVectors] = {}

    def encode(self, texts: Sequence[str]) -> list[TokenVectors]:
        fresh = [text for text in texts if text not in self.known]
        self.known.update(zip(fresh, self.encoder.encode(fresh), strict=True))
        return [self.known[text] for text in texts]


def _figures(orders: list[list[str]], graded: list[dict[str, Any]]) -> list[tuple[float, float]]:
    return [
        (ndcg(order, g["grades"]), recall(order, g["grades"]))
        for order, g in zip(orders, graded, strict=True)
    ]


def _words(fields: dict[str, Any]) -> list[str]:
    return [v if isinstance(v, str) else " ".join(v) for v in fields.values()]


if __name__ == "__main__":
    main()
