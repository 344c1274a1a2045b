"""How soon a question is answered: in a running process, and each command from a cold start."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from measure_similar_speed import PROFILES, grown

from xcase import store
from xcase.embed import MiniLM
from xcase.similar import Searcher, open_index, parse_profile

ROOT = Path(__file__).parent.parent
PROGRAMME = ROOT / "examples" / "programme"
ASKED = "I am a ward nurse and I freeze when I have to delegate"
WARM_UP = 20


def warm(folder: Path, sizes: list[int], questions: int) -> list[dict[str, Any]]:
    """Return the milliseconds of ``xcase similar`` in a running process, for each number of cases.

    The cases are those of the folder over and over, each copy with its own words and vector.
    """
    encoder = MiniLM.load()
    analysis = store.load(folder)
    index, _ = open_index(folder, analysis, lambda: encoder, model=encoder.name)
    lines = PROFILES.read_text(encoding="utf-8").splitlines()
    profiles = [parse_profile(json.dumps(json.loads(line)["profile"]), "p")[0] for line in lines]
    rows = []
    for size in sizes:
        searcher = Searcher(*grown(analysis, index, size), encoder)
        spent = []
        for number in range(questions + WARM_UP):
            began = time.perf_counter()
            searcher.search(profiles[number % len(profiles)], count=5)
            spent.append(time.perf_counter() - began)
        told = np.array(spent[WARM_UP:]) * 1000
        p50, p99 = (round(float(np.percentile(told, p)), 1) for p in (50, 99))
        rows.append({"cases": size, "questions": questions, "p50_ms": p50, "p99_ms": p99})
        print(rows[-1], flush=True)
    return rows


def cold(folder: Path, runs: int) -> dict[str, dict[str, float]]:
    """Return the seconds of each command in a new process, over an analysis asked before."""
    rosters = [str(PROGRAMME / f"{side}.csv") for side in ("mentees", "mentors")]
    case = store.load(folder).cases[0].id
    there = ("--dir", str(folder))
    made = str(folder.with_name("made"))  # nothing is written into an analysis folder
    commands = {
        "--help": ("--help",),
        "taxonomy": ("taxonomy", "delegation"),
        "show": ("show", case, *there),
        "review": ("review", case, *there),
        "similar": ("similar", ASKED, *there),
        "transfer": ("transfer", "--from", "Healthcare", *there),
        "match": ("match", *rosters, "--partial", *there),
        "suggest": ("suggest", rosters[0], "--mentors", rosters[1], *there),
        "report": ("report", "--out", f"{made}.html", *there),
        "export": ("export", "--out", made, *there),
        "doctor": ("doctor", *there),
        "analyze (one short text)": ("analyze", "-", "--out", f"{made}-one"),
    }
    table = {}
    for name, arguments in commands.items():
        seconds = [_run(arguments, number) for number in range(-1, runs)][1:]  # the first warms up
        table[name] = {"median": round(statistics.median(seconds), 2), "best": min(seconds)}
        print(name, table[name], flush=True)
    return table


def _run(arguments: tuple[str, ...], number: int) -> float:
    row = json.dumps({"id": "one", "text": f"Before, Bo was late. Now Bo plans. {number}"})
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "xcase", *arguments],
        cwd=ROOT, capture_output=True, text=True, input=row, check=False,
    )  # fmt: skip
    seconds = round(time.perf_counter() - began, 3)
    if done.returncode not in (0, 5):  # 5: not everybody can be matched
        raise SystemExit(f"xcase {' '.join(arguments)} failed: {done.stderr}")
    return seconds
