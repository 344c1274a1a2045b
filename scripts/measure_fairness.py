"""Whether a name, a title and a pronoun move what similar, transfer and match answer.

    python scripts/measure_fairness.py --dir xcase-out

Each graded profile of corpus/gold is asked as if five people had written it, of whom nothing
differs but title, name and pronoun (extraction is measured by measure_robustness.py). Every figure
compares a person's answers with those of the first. *similar*: the mean difference of the scores of
the first's ten best cases, how many of the ten are the same, how often the best is. *transfer*: how
often the ten rows and their scores are the same. *match*: the mean and largest difference of a
pair's score (the other half of the profiles are the mentors), and how often a mentee's best mentor
is the same. Written to figures/fairness-VERSION.json.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from xcase import __version__, store
from xcase.match.pairing import weigh_up
from xcase.match.reader import MiniLM as PassageModel
from xcase.match.reader import read_skills
from xcase.match.roster import read_roster
from xcase.match.rules import Rules
from xcase.match.signals import NoSignals
from xcase.similar import MiniLM, Searcher, open_index, parse_profile
from xcase.transfer import Question, prepare, transfer

ROOT = Path(__file__).parent.parent
PROFILES = ROOT / "corpus" / "gold" / "profiles.jsonl"
K = 10
# The first is what the others are compared with; the second differs from it by the name alone.
PEOPLE = (
    ("Mr", "Daniel Clarke", "himself"),
    ("Mr", "Chidi Okafor", "himself"),
    ("Ms", "Emily Clarke", "herself"),
    ("Mrs", "Fatima Rahman", "herself"),
    ("Dr", "Wei Zhang", "themselves"),
)

Json = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--dir", type=Path, default=ROOT / "xcase-out")
    parser.add_argument("--out", type=Path, default=ROOT / "figures")
    args = parser.parse_args()
    lines = PROFILES.read_text(encoding="utf-8").splitlines()
    profiles = [json.loads(line)["profile"] for line in lines]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "analysis"
        shutil.copytree(args.dir, folder)
        table: Json = {"profiles": len(profiles)}
        for name, ask in (("similar", similar), ("transfer", transfers), ("match", matches)):
            table[name] = ask(folder, profiles)
            print(name, json.dumps(table[name], ensure_ascii=False), flush=True)
    path = args.out / f"fairness-{__version__}.json"
    path.write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def as_written_by(profile: Json, person: tuple[str, str, str]) -> Json:
    """Return the profile as if that person had written it."""
    title, name, self = person
    told = f"This is what {title} {name} wrote about {self}. {profile['text']}"
    return {**profile, "name": name, "text": told}


def similar(folder: Path, profiles: Sequence[Json]) -> Json:
    encoder = MiniLM.load()
    analysis = store.load(folder)
    index, _ = open_index(None, analysis, lambda: encoder, model=encoder.name)
    searcher = Searcher(analysis, index, encoder)
    answers = []
    for person in PEOPLE:
        asked = [parse_profile(json.dumps(as_written_by(p, person)), "p.json")[0] for p in profiles]
        found = [searcher.search(p, count=len(analysis.cases)).cases for p in asked]
        answers.append([{case.case_id: case.score for case in cases} for cases in found])
    figures = {}
    for person, answer in zip(PEOPLE[1:], answers[1:], strict=True):
        differences, same, best = [], [], []
        for first, other in zip(answers[0], answer, strict=True):
            ten = list(first)[:K]
            differences += [abs(first[c] - other.get(c, 0.0)) for c in ten]
            same.append(len(set(ten) & set(list(other)[:K])))
            best.append(ten[0] == next(iter(other)))
        figures[" ".join(person)] = {
            "score_difference": round(float(np.mean(differences)), 4),
            "same_of_ten": round(float(np.mean(same)), 2),
            "same_best": round(float(np.mean(best)), 3),
        }
    figures["mean score of the ten best"] = {
        " ".join(person): round(
            float(np.mean([s for found in answer for s in list(found.values())[:K]])), 4
        )
        for person, answer in zip(PEOPLE, answers, strict=True)
    }
    return figures


def transfers(folder: Path, profiles: Sequence[Json]) -> Json:
    base = prepare(store.load(folder), folder)
    answers = []
    for person in PEOPLE:
        rows = []
        for profile in profiles:
            content = json.dumps(as_written_by(profile, person)).encode()
            found, _ = transfer(
                folder, Question(), k=K, profile=content, profile_name="p.json", base=base
            )
            rows.append([(r.skill, r.source, r.target, r.score) for r in found])
        answers.append(rows)
    return {
        " ".join(person): {
            "same_answers": round(
                float(np.mean([a == b for a, b in zip(answers[0], answer, strict=True)])), 3
            )
        }
        for person, answer in zip(PEOPLE[1:], answers[1:], strict=True)
    }


def matches(_: Path, profiles: Sequence[Json]) -> Json:
    half = len(profiles) // 2
    encoder = PassageModel()
    mentors = _roster(profiles[half:], "mentor")
    scores = []
    for person in PEOPLE:
        mentees = _roster([as_written_by(p, person) for p in profiles[:half]], "mentee")
        _, parts = weigh_up(mentees, mentors, Rules(), NoSignals(), encoder)
        scores.append(parts.scores() / 1e6)
    return {
        " ".join(person): {
            "score_difference": round(float(np.abs(score - scores[0]).mean()), 4),
            "largest": round(float(np.abs(score - scores[0]).max()), 4),
            "mean_score": round(float(score.mean()), 4),
            "mean_score_of_first": round(float(scores[0].mean()), 4),
            "same_best": round(float((score.argmax(1) == scores[0].argmax(1)).mean()), 3),
        }
        for person, score in zip(PEOPLE[1:], scores[1:], strict=True)
    }


def _roster(profiles: Sequence[Json], side: Any) -> Any:
    rows = [{**p, "id": f"{side}{i:03d}"} for i, p in enumerate(profiles)]
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    return read_skills(read_roster(content, "people.jsonl", side=side), None)


if __name__ == "__main__":
    main()
