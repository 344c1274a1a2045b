"""Whether a name, a title and a pronoun move what similar, transfer and match answer.

    python scripts/measure_fairness.py --dir xcase-out

Each graded profile of corpus/gold is asked as if seven people had written it, of whom nothing
differs but title, name and pronoun (extraction is measured by measure_robustness.py). They say who
they are in one of six ways, by turns; once their name is also given in its own field, and once it
stands in the text alone. Every figure compares a person's answers with those of the first.
*similar*: the mean difference of the scores of the first's ten best cases, how many of the ten are
the same, how often the best is. *transfer*: how often the ten rows and their scores are the same.
*match*: the mean and largest difference of a pair's score (the other half of the profiles are the
mentors), and how often a mentee's best mentor is the same. *read alike*: how many of 1,000 people
with names drawn from scripts/names.txt, which nobody looked at when the rules were written, are
read word for word as the first. Written to figures/fairness-VERSION.json.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from choose_similar import Remembering

from xcase import __version__, store
from xcase.embed import MiniLM
from xcase.impersonal import impersonal
from xcase.match.pairing import weigh_up
from xcase.match.reader import read_skills
from xcase.match.roster import read_roster
from xcase.match.rules import Rules
from xcase.match.signals import NoSignals
from xcase.similar import Searcher, open_index, parse_profile
from xcase.transfer import Question, prepare, transfer

ROOT = Path(__file__).parent.parent
PROFILES = ROOT / "corpus" / "gold" / "profiles.jsonl"
NAMES = ROOT / "scripts" / "names.txt"
DRAWN = 1000
K = 10
# The first is what the others are compared with; the second differs from it by the name alone.
# The last two have names that are ordinary words, or are spelt in a way that few are.
HE, SHE, THEY = ("he", "his", "himself"), ("she", "her", "herself"), ("they", "their", "themselves")
PEOPLE = (
    ("Mr", "Daniel Clarke", HE),
    ("Mr", "Chidi Okafor", HE),
    ("Ms", "Emily Clarke", SHE),
    ("Mrs", "Fatima Rahman", SHE),
    ("Dr", "Wei Zhang", THEY),
    ("Ms", "Grace Fields", SHE),
    ("Mr", "Seán O’Neill-Adeyemi", HE),
)
WAYS = (
    "This is what {title} {name} wrote about {self}. {text}",
    "My name is {name}. {text}",
    "I'm {first}. {text}",
    "{text} Kind regards, {name}",
    "{title} {family} asked what {they} wanted to learn, and this is {their} answer. {text}",
    "{first} here. {text}",
)

Json = dict[str, Any]
Person = tuple[str, str, tuple[str, str, str]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--dir", type=Path, default=ROOT / "xcase-out")
    parser.add_argument("--out", type=Path, default=ROOT / "figures")
    args = parser.parse_args()
    lines = PROFILES.read_text(encoding="utf-8").splitlines()
    profiles = [json.loads(line)["profile"] for line in lines]
    encoder = Remembering(MiniLM.load())
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "analysis"
        shutil.copytree(args.dir, folder)
        table: Json = {"profiles": len(profiles)}
        for field in (True, False):
            told = [[as_written_by(p, i, person, field) for i, p in enumerate(profiles)]
                    for person in PEOPLE]  # fmt: skip
            figures: Json = {
                "similar": similar(folder, told, encoder),
                "match": matches(told, profiles, Wholes(encoder)),
            }
            if field:
                figures["transfer"] = transfers(folder, told)
            figures["read alike"] = read_alike(profiles, field)
            key = "name in its field" if field else "name in the text alone"
            table[key] = figures
            print(key, json.dumps(figures, ensure_ascii=False, indent=1), flush=True)
    path = args.out / f"fairness-{__version__}.json"
    path.write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def as_written_by(profile: Json, number: int, person: Person, field: bool) -> Json:
    """Return the profile as if that person had written it, who says so in one of the ways."""
    title, name, (they, their, self) = person
    first, family = name.split(" ", 1)
    told = WAYS[number % len(WAYS)].format(
        text=profile["text"], title=title, name=name, first=first, family=family,
        they=they, their=their, self=self,
    )  # fmt: skip
    return {**profile, "text": told} | ({"name": name} if field else {})


def read_alike(profiles: Sequence[Json], field: bool) -> Json:
    given, family = (line.split() for line in NAMES.read_text(encoding="utf-8").splitlines())
    draw = random.Random(0)
    failed = []
    for number in range(DRAWN):
        title, pronouns = draw.choice((("Mr", HE), ("Ms", SHE), ("Dr", THEY)))
        name = f"{draw.choice(given)} {draw.choice(family)}"
        profile = profiles[number % len(profiles)]
        texts = []
        for person in (PEOPLE[0], (title, name, pronouns)):
            told = as_written_by(profile, number, person, field)
            texts.append(impersonal(told["text"], told.get("name", "")).text)
        if texts[0] != texts[1]:
            failed.append(f"{name}: {WAYS[number % len(WAYS)][:20]}")
    return {"people": DRAWN, "share": 1 - len(failed) / DRAWN, "first failures": failed[:10]}


class Wholes:
    """The vectors of whole sentences, from an encoder of tokens: what ``match`` compares."""

    def __init__(self, encoder: Remembering) -> None:
        self.encoder = encoder

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        return np.stack([v.whole for v in self.encoder.encode(texts)])


def similar(folder: Path, told: Sequence[Sequence[Json]], encoder: Remembering) -> Json:
    analysis = store.load(folder)
    index, _ = open_index(folder, analysis, lambda: encoder, model=encoder.name)
    searcher = Searcher(analysis, index, encoder)
    answers = []
    for profiles in told:
        asked = [parse_profile(json.dumps(p), "p.json")[0] for p in profiles]
        found = [searcher.search(p, count=len(analysis.cases)).cases for p in asked]
        answers.append([{case.case_id: case.score for case in cases} for cases in found])
    figures = {}
    for person, answer in zip(PEOPLE, answers, strict=True):
        differences, same, best = [], [], []
        for first, other in zip(answers[0], answer, strict=True):
            ten = list(first)[:K]
            differences += [abs(first[c] - other.get(c, 0.0)) for c in ten]
            same.append(len(set(ten) & set(list(other)[:K])))
            best.append(ten[0] == next(iter(other)))
        scores = [s for found in answer for s in list(found.values())[:K]]
        figures[person[1]] = {
            "score_difference": round(float(np.mean(differences)), 4),
            "same_of_ten": round(float(np.mean(same)), 2),
            "same_best": round(float(np.mean(best)), 3),
            "mean_score_of_ten": round(float(np.mean(scores)), 4),
        }
    return figures


def transfers(folder: Path, told: Sequence[Sequence[Json]]) -> Json:
    base = prepare(store.load(folder), folder)
    answers = []
    for profiles in told:
        rows = []
        for profile in profiles:
            content = json.dumps(profile).encode()
            found, _ = transfer(
                folder, Question(), k=K, profile=content, profile_name="p.json", base=base
            )
            rows.append([(r.skill, r.source, r.target, r.score) for r in found])
        answers.append(rows)
    return {
        person[1]: {
            "same_answers": round(
                float(np.mean([a == b for a, b in zip(answers[0], answer, strict=True)])), 3
            )
        }
        for person, answer in zip(PEOPLE[1:], answers[1:], strict=True)
    }


def matches(told: Sequence[Sequence[Json]], profiles: Sequence[Json], encoder: Wholes) -> Json:
    half = len(profiles) // 2
    mentors = _roster(profiles[half:], "mentor")
    scores = []
    for people in told:
        mentees = _roster(people[:half], "mentee")
        _, parts = weigh_up(mentees, mentors, Rules(), NoSignals(), encoder)
        scores.append(parts.scores() / 1e6)
    return {
        person[1]: {
            "score_difference": round(float(np.abs(score - scores[0]).mean()), 4),
            "largest": round(float(np.abs(score - scores[0]).max()), 4),
            "mean_score": round(float(score.mean()), 4),
            "same_best": round(float((score.argmax(1) == scores[0].argmax(1)).mean()), 3),
        }
        for person, score in zip(PEOPLE, scores, strict=True)
    }


def _roster(profiles: Sequence[Json], side: Any) -> Any:
    rows = [{**p, "id": f"{side}{i:03d}"} for i, p in enumerate(profiles)]
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    return read_skills(read_roster(content, "people.jsonl", side=side), None)


if __name__ == "__main__":
    main()
