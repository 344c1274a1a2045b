"""Measure the pairing: how people paired (Open Life Science), how fast, how much memory.

    python measure_matching.py ols      rank each cohort's mentors for each project
    python measure_matching.py speed    500 x 500, and 5,000 x 2,500 x 3 places

OLS (github.com/open-life-science, CC BY 4.0, "OLS"): text only. A mentor who was not assigned need
not be a wrong one, and people also looked at time zones, so that the ceiling is well below 1.
"""

from __future__ import annotations

import argparse
import html
import json
import re
import resource
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from xcase.match.pairing import match, weigh_up
from xcase.match.reader import MiniLM, Vectors, read_skills
from xcase.match.records import Profile, Roster, Side
from xcase.match.roster import read_roster
from xcase.match.rules import Rules
from xcase.match.signals import NoSignals
from xcase.taxonomy import load_skills

OLS = Path(__file__).parent.parent.parent / "shared" / "data" / "ols_mentoring"
RESAMPLES = 2000
Ranks = npt.NDArray[np.int64]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["ols", "speed"])
    parser.add_argument("--data", type=Path, default=OLS, help="the folder ols_mentoring")
    options = parser.parse_args()
    if options.what == "ols":
        measure_ols(options.data)
    else:
        measure_speed()


def measure_ols(folder: Path) -> None:
    """Print MRR and hit@5 with intervals, and the difference to TF-IDF on the same queries."""
    projects = _lines(folder / "projects.jsonl")
    people = {p["id"]: p for p in _lines(folder / "people.jsonl") if p["bio"] or p["expertise"]}
    ways = ("random", "TF-IDF", "xcase goals", "xcase score")
    ranks: dict[str, list[int]] = {way: [] for way in ways}
    candidates = []
    encoder = MiniLM()
    random = np.random.default_rng(0)
    for cohort in sorted({p["cohort"] for p in projects}):
        of_cohort = [p for p in projects if p["cohort"] == cohort]
        mentors = sorted({m for p in of_cohort for m in p["mentors"]} & people.keys())
        asked = [p for p in of_cohort if set(p["mentors"]) & set(mentors)]
        left = _roster([_project(p) for p in asked], "mentee")
        right = _roster([_mentor(people[m]) for m in mentors], "mentor")
        _, parts = weigh_up(left, right, Rules(), NoSignals(), encoder)
        tables = {
            "random": random.random((len(asked), len(mentors))),
            "TF-IDF": _tf_idf(left.profiles, right.profiles),
            "xcase goals": parts.scores(["goals"]),
            "xcase score": parts.scores(),
        }
        true = {p["id"]: set(p["mentors"]) for p in asked}
        for way in ways:
            ranks[way] += [
                _rank(tables[way][i], [m.id for m in right.profiles], true[mentee.id])
                for i, mentee in enumerate(left.profiles)
            ]
        candidates += [len(mentors)] * len(asked)
    print(f"{len(candidates)} projects, {np.mean(candidates):.1f} mentors on average")
    for way in ways:
        mrr, hit = (_interval(f(np.array(ranks[way]))) for f in (_reciprocal, _hit))
        print(f"{way:12} MRR {mrr}   hit@5 {hit}")
    for way in ways[2:]:
        pairs = [(f(np.array(ranks[way])) - f(np.array(ranks["TF-IDF"]))) for f in FIGURES]
        print(f"{way} less TF-IDF: MRR {_interval(pairs[0])}   hit@5 {_interval(pairs[1])}")


def measure_speed() -> None:
    """Print seconds and peak memory of whole pairings of made-up profiles that are read already."""
    phrases = [phrase for skill in load_skills() for phrase in skill.examples]
    encoder = _Drawn()
    for mentees, mentors, places in ((500, 500, 1), (5000, 2500, 3)):
        left = _made_up(mentees, "mentee", phrases, None)
        right = _made_up(mentors, "mentor", phrases, places)
        began, worked = time.monotonic(), time.process_time()
        matching = match(left, right, Rules(), NoSignals(), encoder)
        # On a busy machine the wall clock measures the others; the processor's time does not.
        spent, worked = time.monotonic() - began, time.process_time() - worked
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024
        print(
            f"{mentees} x {mentors} x {places}: {spent:.1f} s ({worked:.1f} s of processor), "
            f"{len(matching.pairs)} pairs, {matching.status}; "
            f"peak memory of the process {peak:.2f} GiB"
        )


class _Drawn:
    """Vectors as large as those of MiniLM, drawn: reading profiles is not what is measured."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        drawn = np.random.default_rng(len(texts)).normal(size=(len(texts), 384))
        return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)


def _made_up(count: int, side: Side, phrases: Sequence[str], places: int | None) -> Roster:
    random = np.random.default_rng(len(side) + count)
    names = [skill.name for skill in load_skills()]
    rows = []
    for number in range(count):
        columns: dict[str, Any] = {
            "skills_have": [names[k] for k in random.choice(len(names), 4, replace=False)],
            "skills_want": [names[k] for k in random.choice(len(names), 3, replace=False)],
            "languages": [str(random.choice(["English", "French", "Polish"]))],
            "time_zone": str(random.integers(-5, 9)),
            "goals" if side == "mentee" else "text": phrases[random.integers(len(phrases))],
        }
        person = f"{side}{number:05}"
        rows.append(Profile(person, number, "", None, None, places, columns, {}))
    return read_skills(Roster(side, "", (), tuple(rows)), None)


def _project(project: dict[str, Any]) -> dict[str, Any]:
    text = f"{project['name']}\n{_clean(project['description'])}"
    return {"id": project["id"], "goals": text, "skills_want": project["keywords"]}


def _mentor(person: dict[str, Any]) -> dict[str, Any]:
    bio = _clean(person["bio"] or "")
    return {"id": person["id"], "text": bio, "skills_have": person["expertise"]}


def _roster(rows: Sequence[dict[str, Any]], side: Side) -> Roster:
    content = "\n".join(json.dumps(row) for row in sorted(rows, key=lambda r: str(r["id"])))
    return read_skills(read_roster(content.encode(), "ols.jsonl", side=side), None)


def _clean(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>?", " ", text)).strip()


def _tf_idf(left: Sequence[Profile], right: Sequence[Profile]) -> npt.NDArray[np.float64]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = [" ".join(map(str, p.columns.values())) for p in (*left, *right)]
    table = TfidfVectorizer(stop_words="english", sublinear_tf=True).fit_transform(texts)
    return np.asarray((table[: len(left)] @ table[len(left) :].T).toarray())


def _rank(scores: npt.NDArray[Any], ids: Sequence[str], true: set[str]) -> int:
    order = sorted(range(len(ids)), key=lambda j: (-scores[j], ids[j]))
    return next(rank for rank, j in enumerate(order, 1) if ids[j] in true)


def _reciprocal(ranks: Ranks) -> npt.NDArray[np.float64]:
    return 1 / ranks


def _hit(ranks: Ranks) -> npt.NDArray[np.float64]:
    return (ranks <= 5).astype(float)


FIGURES = (_reciprocal, _hit)


def _interval(values: npt.NDArray[np.float64]) -> str:
    random = np.random.default_rng(7)
    drawn = random.integers(0, len(values), (RESAMPLES, len(values)))
    low, high = np.percentile(values[drawn].mean(axis=1), [2.5, 97.5])
    return f"{values.mean():+.3f} ({low:+.3f} to {high:+.3f})".replace("+0", "0")


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    main()
