"""What the first step of ``xcase similar`` loses and gains by lists above half a million cases.

    python scripts/measure_similar_lists.py --dir xcase-out --cases 600000

The vectors are made up: each is the mean of two cases of an analysis, drawn at random, and noise as
long as ``NOISE``. Questions are the graded profiles of corpus/gold. Recall is the share of the
cases that comparing every vector finds (half of rank.CANDIDATES, which is what the first step asks
for) that the lists find, too. Written to figures/similar-lists-VERSION.json.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from xcase import __version__, store
from xcase.embed import MiniLM, unit_length
from xcase.similar import open_index, parse_profile, rank
from xcase.similar.lists import LISTS, PROBES, Lists
from xcase.similar.profile import read

ROOT = Path(__file__).parent.parent
PROFILES = ROOT / "corpus" / "gold" / "profiles.jsonl"
NOISE = 0.5


def main() -> None:
    """Print recall and the time of a question, both ways."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dir", type=Path, default=ROOT / "xcase-out")
    parser.add_argument("--cases", type=int, default=600_000)
    parser.add_argument("--out", type=Path, default=ROOT / "figures")
    args = parser.parse_args()
    encoder = MiniLM.load()
    index, _ = open_index(args.dir, store.load(args.dir), lambda: encoder, model=encoder.name)
    lines = PROFILES.read_text(encoding="utf-8").splitlines()
    profiles = [parse_profile(json.dumps(json.loads(x)["profile"]), "p.json")[0] for x in lines]
    centre = index.arrays["centre"]
    questions = [rank.embed(read(profile), encoder).mean - centre for profile in profiles]
    vectors = made_up(np.asarray(index.arrays["middles"]), args.cases)
    began = time.perf_counter()
    built = Lists.build(vectors)
    spent = time.perf_counter() - began
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lists.faiss"
        built.save(path)
        lists, size = Lists.load(path), path.stat().st_size
        everyone = np.ones(args.cases, dtype=bool)
        count = rank.CANDIDATES // 2
        exact, exactly = timed(questions, lambda q: set(rank.top(vectors @ q, count)))
        found, quickly = timed(questions, lambda q: set(lists.nearest(q, count, everyone)))
    recall = [len(a & b) / len(a) for a, b in zip(exact, found, strict=True)]
    figures = {
        "cases": args.cases,
        "questions": len(questions),
        "lists": LISTS,
        "probes": PROBES,
        "recall": round(float(np.mean(recall)), 4),
        "worst_recall": round(min(recall), 3),
        "exact_ms": exactly,
        "lists_ms": quickly,
        "build_s": round(spent, 1),
        "file_mb": round(size / 1e6),
        "load": round(os.getloadavg()[0], 1),
    }
    print(json.dumps(figures, indent=1))
    path = args.out / f"similar-lists-{__version__}.json"
    path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def made_up(cases: np.ndarray, count: int) -> np.ndarray:
    """Return ``count`` vectors of length one, each between two cases and a little away."""
    rng = np.random.default_rng(0)
    vectors = np.empty((count, cases.shape[1]), dtype=np.float32)
    for at in range(0, count, 50_000):
        part = vectors[at : at + 50_000]
        one, other = rng.integers(0, len(cases), (2, len(part)))
        noise = unit_length(rng.standard_normal(part.shape, dtype=np.float32))
        part[:] = unit_length(unit_length(cases[one] + cases[other]) + NOISE * noise)
    return vectors


def timed(
    questions: list[np.ndarray], ask: Callable[[np.ndarray], set[Any]]
) -> tuple[list[set[Any]], dict[str, float]]:
    """Return the answers and the percentiles of their milliseconds; the first question warms up."""
    ask(questions[0])
    answers, spent = [], []
    for question in questions:
        began = time.perf_counter()
        answers.append(ask(question))
        spent.append((time.perf_counter() - began) * 1000)
    return answers, {f"p{p}": round(float(np.percentile(spent, p)), 1) for p in (50, 99)}


if __name__ == "__main__":
    main()
