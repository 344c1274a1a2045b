"""Show how the figures move with each threshold, on narratives that nothing was trained on.

    python scripts/choose_thresholds.py [--gold FILE ...]

The defaults of ``xcase.settings`` are chosen from this table, made on corpus/gold/stories.jsonl.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

from xcase import evaluate, sentences, store
from xcase.annotate.annotator import Annotator
from xcase.extract.skills import alias_spans
from xcase.pipeline import extract_cases
from xcase.records import Annotation, Source
from xcase.settings import Settings

ROOT = Path(__file__).parent.parent
GRID = {
    "skill": (
        "skill_f1 skill_triple_f1 skill_precision skill_recall",
        (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5),
    ),
    "outcome": ("outcome_f1 outcome_any_f1", (0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7)),
    "duration": ("cadence_f1", (0.3, 0.4, 0.5, 0.6, 0.7)),
    "person": ("mentee mentor", (0.3, 0.4, 0.5, 0.6, 0.7)),
    "case": ("no_case case_found", (0.2, 0.35, 0.5, 0.65, 0.8)),
    "case_start": ("case_count phase_macro_f1", (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)),
    "industry_words": ("industry_from industry_to", (0.0, 0.5, 1.0, 1.5, 2.0, 3.0)),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    default = [ROOT / "corpus" / "gold" / "stories.jsonl"]
    parser.add_argument("--gold", type=Path, nargs="+", default=default)
    args = parser.parse_args()
    gold = [json.loads(line) for path in args.gold for line in path.open(encoding="utf-8")]
    units = list(sentences.split(g["text"] for g in gold))
    annotations = Annotator.load().annotate(
        [(g["text"], u, alias_spans(g["text"])) for g, u in zip(gold, units, strict=True)]
    )
    read = list(zip(gold, units, annotations, strict=True))
    for name, (figures, values) in GRID.items():
        print(f"\n{name:>15s}  {figures}")
        for value in values:
            result = score(read, replace(Settings(), **{name: value}))
            row = "  ".join(f"{result.get(figure, float('nan')):.3f}" for figure in figures.split())
            print(f"{value:>15.2f}  {row}")


def score(
    read: list[tuple[dict[str, object], list[sentences.Unit], Annotation]], settings: Settings
) -> dict[str, float]:
    """Return the figures that the settings give on annotated gold narratives."""
    rows = []
    for gold, units, annotation in read:
        source = Source(str(gold["id"]), "", "", "", {}, str(gold["text"]))
        _, cases = extract_cases(source, units, annotation, settings)
        rows.append(evaluate.score_document(gold, source.text, [store.to_json(c) for c in cases]))
    return evaluate.summarise(rows)


if __name__ == "__main__":
    main()
