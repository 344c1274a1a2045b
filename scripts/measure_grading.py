"""How far readers agree on the grades of corpus/gold/profiles.jsonl.

    python scripts/measure_grading.py --dir xcase-out

For each second reading: quadratic kappa (Cohen 1968) over every pair of profile and case, what is
not listed being graded 0; the same over the pairs that one of the two graded above 0, where there
is something to disagree about; and how many of the cases that one calls good (2 or 3) the other
does too. The interval is over draws of profiles. Pages that were graded anew, because they are
split into other cases than the second readers saw, are left out.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from sklearn.metrics import cohen_kappa_score

from xcase import store

ROOT = Path(__file__).parent.parent
GOLD = ROOT / "corpus" / "gold"
READINGS = {
    "the same writer, later": "profiles-second-reading.jsonl",
    "another reader, grades unseen": "profiles-independent-reading.jsonl",
}
REGRADED = (
    "s42-what-she-asked",
    "stories/s19-two-volunteers.md",
    "stories/s22-cohort-quotes.html",
    "stories/s35-till-to-terminal.html",
    "stories/s43-four-answers.pdf",
    "stories/s45-appendix-c.md",
)
DRAWS = 2000


def main() -> None:
    """Print one line per second reading."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dir", type=Path, default=ROOT / "xcase-out")
    analysis = store.load(parser.parse_args().dir)
    cases = [case.id for case in analysis.cases if case.document_id not in REGRADED]
    first = _grades("profiles.jsonl")
    print("| reading | profiles, pairs | kappa (95 %) | kappa where graded | good to both |")
    print("|---|---|---|---|---|")
    for name, file in READINGS.items():
        again = _grades(file)
        pairs = [np.array([(first[p].get(c, 0), again[p].get(c, 0)) for c in cases]) for p in again]
        every = np.concatenate(pairs)
        rng = np.random.default_rng(0)
        draws = [
            _kappa(np.concatenate([pairs[i] for i in rng.integers(0, len(pairs), len(pairs))]))
            for _ in range(DRAWS)
        ]
        low, high = np.percentile(draws, [2.5, 97.5])
        good = every >= 2
        print(
            f"| {name} | {len(pairs)}, {len(every)} | {_kappa(every):.2f} ({low:.2f}–{high:.2f}) "
            f"| {_kappa(every[every.any(1)]):.2f} "
            f"| {good.all(1).sum()} of {good[:, 0].sum()} and {good[:, 1].sum()} |"
        )


def _kappa(pairs: np.ndarray) -> float:
    return float(cohen_kappa_score(pairs[:, 0], pairs[:, 1], weights="quadratic"))


def _grades(name: str) -> dict[str, dict[str, int]]:
    lines = (GOLD / name).read_text(encoding="utf-8").splitlines()
    return {row["id"]: row["grades"] for row in map(json.loads, lines)}


if __name__ == "__main__":
    main()
