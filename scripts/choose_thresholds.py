"""Show how the figures move with each threshold, on narratives that nothing was trained on.

    python scripts/choose_thresholds.py [--gold FILE ...]

The defaults of ``xcase.settings`` are chosen from this table, made on every twelfth narrative of
corpus/training, corpus/held and corpus/gold/stories.jsonl.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from train_annotator import divided

from xcase import evaluate, sentences, store
from xcase.annotate.annotator import Annotator
from xcase.cases import extract_cases
from xcase.confidence import logit
from xcase.extract.people import name_words
from xcase.parse import mark
from xcase.records import Annotation, Case, Source
from xcase.settings import Settings

STORIES = Path(__file__).resolve().parent.parent / "corpus" / "gold" / "stories.jsonl"
GRID = {
    "phase_order": ("phase_macro_f1 skill_f1 outcome_f1", (0.0, 0.1, 0.2, 0.3, 0.5)),
    "skill": (
        "skill_f1 skill_triple_f1 skill_precision skill_recall",
        (0.06, 0.08, 0.1, 0.12, 0.14, 0.16, 0.18, 0.2, 0.23, 0.26, 0.3, 0.35),
    ),
    "outcome": ("outcome_f1 outcome_any_f1", (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5)),
    "duration": ("cadence_f1", (0.2, 0.3, 0.4, 0.5, 0.6, 0.7)),
    "person": ("mentee mentor named_rightly", (0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)),
    "case": ("no_case case_found", (0.2, 0.35, 0.5, 0.65, 0.8)),
    "case_start": ("case_count single_case mentee", (0.1, 0.2, 0.3, 0.35, 0.4, 0.5, 0.6)),
    "industry_words": ("industry_from industry_to", (0.0, 0.25, 0.5, 0.75, 1.0, 1.5)),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--gold", type=Path, nargs="+", default=[STORIES])
    args = parser.parse_args()
    gold = [json.loads(line) for path in args.gold for line in path.open(encoding="utf-8")]
    if args.gold == [STORIES]:
        gold += [g.raw for g in divided()[1]]
    units = list(sentences.split(g["text"] for g in gold))
    annotations = Annotator.load().annotate(
        list(zip((g["text"] for g in gold), units, mark([g["text"] for g in gold]), strict=True))
    )
    read = list(zip(gold, units, annotations, strict=True))
    for name, (figures, values) in GRID.items():
        print(f"\n{name:>15s}  {figures}")
        for value in values:
            result = score(read, replace(Settings(), **{name: value}))
            row = "  ".join(f"{result.get(figure, float('nan')):.3f}" for figure in figures.split())
            print(f"{value:>15.2f}  {row}")
    print(f"\nmiddle of the gap between no case and case: {middle_of_gap(read):.2f}")
    trained = [g.raw for g in divided()[0]]
    stories = [json.loads(line) for line in STORIES.open(encoding="utf-8")]
    print(
        f"stay in their industry: trained on {staying(trained):.2f}, stories {staying(stories):.2f}"
    )


def staying(gold: list[dict[str, object]]) -> float:
    """Return the share of the cases that tell both industries which tell the same one twice."""
    cases = [g for g in gold if "no_case" not in g["hard"]]  # type: ignore[operator]
    told = [(g["industry_from"], g["industry_to"]) for g in cases]
    both = [(before, after) for before, after in told if before and after]
    return sum(before == after for before, after in both) / len(both)


def middle_of_gap(read: list[tuple[dict[str, object], list[sentences.Unit], Annotation]]) -> float:
    """Return the probability of a case halfway, in log-odds, from what holds none to what does."""
    told: dict[bool, list[float]] = {True: [], False: []}
    for gold, _, annotation in read:
        told["no_case" not in gold.get("hard", ())].append(logit(annotation.has_case))  # type: ignore[operator]
    middle = (max(told[False]) + min(told[True])) / 2
    return 1 / (1 + math.exp(-middle))


def score(
    read: list[tuple[dict[str, object], list[sentences.Unit], Annotation]], settings: Settings
) -> dict[str, float]:
    """Return the figures that the settings give on annotated gold narratives.

    And, which no figure of the scorer asks, of the names that are given to mentees and mentors the
    share that is right, and of the documents with one case those that stay whole.
    """
    rows, named, whole = [], [], []
    for gold, units, annotation in read:
        source = Source(str(gold["id"]), "", "", "", {}, str(gold["text"]))
        _, cases = extract_cases(source, units, annotation, settings)
        rows.append(evaluate.score_document(gold, source.text, [store.to_json(c) for c in cases]))
        named += names_right(gold, cases)
        if cases and not {"multi_case", "no_case"} & set(gold.get("hard", ())):  # type: ignore[call-overload]
            whole.append(len(cases) == 1)
    return {
        **evaluate.summarise(rows),
        "named_rightly": sum(named) / max(1, len(named)),
        "single_case": sum(whole) / max(1, len(whole)),
    }


def names_right(gold: dict[str, object], cases: Sequence[Case]) -> Iterator[bool]:
    """Yield for each name of a mentee or mentor whether it shares a word with a right one."""
    for role in ("mentee", "mentor"):
        right = name_words(str(gold[role] or ""))
        for person in (getattr(case, role) for case in cases):
            for name in (person.name or "").split(";") if person else ():
                if name:
                    yield bool(name_words(name) & right)


if __name__ == "__main__":
    main()
