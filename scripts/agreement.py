"""Agreement of two readers on narratives and passages of corpus/training and corpus/held.

    python scripts/agreement.py

Prints Cohen's kappa of phases (over sentences), F1 of skills, of skills with status and holder, and
of outcomes that overlap. Narratives are paired by id, passages by their text; sentences by the
letters they share. Of passages a second reader saw ``second-reading-passages.jsonl``.
"""

from __future__ import annotations

import argparse
from collections import Counter

from gold import Gold, load
from train_annotator import TRAINING, divided, load_passages


def main() -> None:
    argparse.ArgumentParser(description=__doc__.split("\n")[0]).parse_args()
    first = {g.id: g for part in divided() for g in part}
    for name in ("second-reading.jsonl", "second-reading-z.jsonl"):
        pairs = [(first[g.id], g) for g in load(TRAINING / name) if g.text == first[g.id].text]
        print(f"{len(pairs)} narratives read twice ({name})")
        print(f"phases: kappa {kappa(pairs):.3f}")
        report(pairs)
    passages = {g.text: g for g in load_passages()}
    again = load_passages("second-reading-passages.jsonl")
    both = [(passages[g.text], g) for g in again if g.text in passages]
    print(f"{len(both)} passages read twice")
    report(both)


def report(pairs: list[tuple[Gold, Gold]]) -> None:
    """Print the agreement on skills and outcomes."""
    for name, keys in (("skills", (0,)), ("skill triples", (0, 1, 2))):
        print(f"{name}: F1 {skill_f1(pairs, keys):.3f}")
    print(f"outcomes (overlap): F1 {outcome_f1(pairs):.3f}")


def kappa(pairs: list[tuple[Gold, Gold]]) -> float:
    """Cohen's kappa (1960) of the phases of letters, so that sentence cuts may differ."""
    table: Counter[tuple[str, str]] = Counter()
    for a, b in pairs:
        table.update(zip(_letters(a), _letters(b), strict=True))
    total = sum(table.values())
    agreed = sum(n for (x, y), n in table.items() if x == y) / total
    rows, columns = Counter(), Counter()
    for (x, y), n in table.items():
        rows[x] += n
        columns[y] += n
    chance = sum(rows[k] * columns[k] for k in rows) / total**2
    return (agreed - chance) / (1 - chance)


def skill_f1(pairs: list[tuple[Gold, Gold]], keys: tuple[int, ...]) -> float:
    """F1 of the sets of skill labels, cut to the given parts of (name, status, holder)."""
    hits = sizes = 0
    for a, b in pairs:
        p, q = (
            {tuple(s.labels[k] for k in keys) for s in g.spans if s.kind == "skill"} for g in (a, b)
        )
        hits += len(p & q)
        sizes += len(p) + len(q)
    return 2 * hits / max(1, sizes)


def outcome_f1(pairs: list[tuple[Gold, Gold]]) -> float:
    """F1 of outcomes, counted as found where a span of the other reader overlaps."""
    hits = sizes = 0
    for a, b in pairs:
        p, q = ([s for s in g.spans if s.kind == "outcome"] for g in (a, b))
        hits += sum(any(x.start < y.end and y.start < x.end for y in q) for x in p)
        hits += sum(any(x.start < y.end and y.start < x.end for y in p) for x in q)
        sizes += len(p) + len(q)
    return hits / max(1, sizes)


def _letters(gold: Gold) -> list[str]:
    return [
        phase
        for unit, phase in zip(gold.units, gold.phases, strict=True)
        for letter in gold.text[unit.start : unit.end]
        if not letter.isspace()
    ]


if __name__ == "__main__":
    main()
