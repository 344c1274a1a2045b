"""How fast ``xcase similar`` answers in a running process, and what of it costs how much.

    python scripts/measure_similar_speed.py --dir xcase-out --cases 100000

The cases are those of an analysis, repeated until there are enough, each copy with its own id, its
own first-step vector and, as one word in twenty changes its place among the copies, its own words.
Token vectors are those of the original: they are read from memory as in a process that has been
asked before. The profiles are those of corpus/gold. Nothing is kept from one question to the next.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import pstats
import random
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from xcase import store
from xcase.embed import MiniLM, unit_length
from xcase.records import Analysis
from xcase.similar import Searcher, open_index, parse_profile, rank
from xcase.similar.facets import units_of
from xcase.similar.index import Index
from xcase.similar.profile import read
from xcase.similar.words import Words

ROOT = Path(__file__).parent.parent
PROFILES = ROOT / "corpus" / "gold" / "profiles.jsonl"
WARM_UP = 20
# Words of a copy that are another copy's, and the length of what its vector differs by.
SWAPPED = 0.05
NOISE = 0.5


class Repeated:
    """Rows of an array over and over, without the memory."""

    def __init__(self, rows: np.ndarray) -> None:
        self.rows = rows

    def __getitem__(self, at: Any) -> np.ndarray:
        found: np.ndarray = self.rows[at % len(self.rows)]
        return found


def main() -> None:
    """Print the percentiles of whole questions and the medians of their parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dir", type=Path, default=ROOT / "xcase-out")
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--profile", action="store_true", help="show where the time goes")
    arguments = parser.parse_args()
    encoder = MiniLM.load()
    analysis = store.load(arguments.dir)
    index, _ = open_index(arguments.dir, analysis, lambda: encoder, model=encoder.name)
    searcher = Searcher(*grown(analysis, index, arguments.cases), encoder)
    lines = PROFILES.read_text(encoding="utf-8").splitlines()
    profiles = [parse_profile(json.dumps(json.loads(line)["profile"]), "p")[0] for line in lines]
    asked = [profiles[i % len(profiles)] for i in range(arguments.questions + WARM_UP)]
    spent = []
    for profile in asked:
        began = time.perf_counter()
        searcher.search(profile, count=5)
        spent.append(time.perf_counter() - began)
    whole = np.array(spent[WARM_UP:]) * 1000
    load = os.getloadavg()[0]
    print(
        f"{arguments.cases} cases, {len(whole)} questions, load {load:.1f} on {os.cpu_count()} "
        f"cores: p50 {np.percentile(whole, 50):.1f} ms, p99 {np.percentile(whole, 99):.1f} ms"
    )
    print(", ".join(f"{name} {ms:.1f} ms" for name, ms in parts(searcher, asked[:100]).items()))
    if arguments.profile:
        profiler = cProfile.Profile()
        profiler.enable()
        for profile in asked[:100]:
            searcher.search(profile, count=5)
        profiler.disable()
        pstats.Stats(profiler).sort_stats("tottime").print_stats(25)


def parts(searcher: Searcher, profiles: Any) -> dict[str, float]:
    """Return the median milliseconds of each step."""
    index, encoder = searcher.index, searcher.encoder
    everyone = np.ones(len(index.ids), dtype=bool)
    rows = []
    for profile in profiles:
        times = [time.perf_counter()]
        reading = read(profile)
        times.append(time.perf_counter())
        query = rank.embed(reading, encoder)
        times.append(time.perf_counter())
        words = index.words.values(query.text)
        times.append(time.perf_counter())
        first = rank.first_step(index, query, words, everyone, rank.CANDIDATES)
        times.append(time.perf_counter())
        rank.match(index, query, first, searcher.weights)
        times.append(time.perf_counter())
        rows.append(np.diff(times) * 1000)
    names = ("reading", "encoding", "words", "first step", "MaxSim")
    return dict(zip(names, np.median(rows, axis=0), strict=True))


def grown(analysis: Analysis, index: Index, count: int) -> tuple[Analysis, Index]:
    """Return an analysis of ``count`` cases out of a smaller one, and its index."""
    rng, draw = np.random.default_rng(0), random.Random(0)
    size = len(analysis.cases)
    texts = {d.id: d.text for d in analysis.documents}
    told = [
        " ".join(texts[c.document_id][u.start : u.end] for u in units_of(c)).split()
        for c in analysis.cases
    ]
    anything = [word for words in told for word in words]
    spoken = []
    for i in range(count):
        words = list(told[i % size])
        for at in range(draw.randrange(int(1 / SWAPPED)), len(words), int(1 / SWAPPED)):
            words[at] = draw.choice(anything)
        spoken.append(" ".join(words))
    copies = -(-count // size)
    units = np.concatenate(
        [index.arrays["units"] + np.array([k * size, 0, 0, 0], np.int32) for k in range(copies)]
    )
    noise = rng.standard_normal((count, index.arrays["middles"].shape[1]), dtype=np.float32)
    middles = index.arrays["middles"][np.arange(count) % size] + NOISE * unit_length(noise)
    unit_count, token_count = int(index.unit_at[-1]), int(index.token_at[-1])
    shifts = np.repeat(np.arange(copies), size)
    large = Index(
        model=index.model,
        ids=tuple(f"{i // size}/{index.ids[i % size]}" for i in range(count)),
        keys=tuple(map(str, range(count))),
        arrays={
            "units": units,
            "token_unit": _Shifted(index.arrays["token_unit"], unit_count),
            "tokens": Repeated(np.array(index.arrays["tokens"])),
            "scales": Repeated(np.array(index.arrays["scales"])),
            "middles": unit_length(middles),
            "centre": index.arrays["centre"],
        },  # type: ignore[dict-item]
        unit_at=np.append(np.tile(index.unit_at[:-1], copies) + shifts * unit_count, 0),
        token_at=np.append(
            np.tile(index.token_at[:-1], copies) + shifts * token_count, copies * token_count
        ),
        words=Words.build(spoken),
    )
    cases = tuple(
        replace(analysis.cases[i % size], id=large.ids[i]) for i in range(count)
    )  # the records inside are shared
    return Analysis(analysis.documents, cases, ()), large


class _Shifted(Repeated):
    """Rows over and over, each time higher by a step."""

    def __init__(self, rows: np.ndarray, step: int) -> None:
        super().__init__(np.array(rows))
        self.step = step

    def __getitem__(self, at: Any) -> np.ndarray:
        found: np.ndarray = self.rows[at % len(self.rows)] + (at // len(self.rows)) * self.step
        return found


if __name__ == "__main__":
    main()
