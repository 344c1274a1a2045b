"""How far the figures hold when a text changes in ways that should not matter, or that should.

    python scripts/measure_robustness.py [--gold FILE]

The narratives of corpus/gold/stories.jsonl (nothing is trained on them) are read as they are and

- with other names, and with other pronouns and titles (augment.py): the skills, phases and outcomes
  should stay what they are;
- with typing errors in one long word of ten, and without the marks of their headings;
- ablated: their sentences in another order, which shows what the context is worth. (What the text
  without any model gives, position and words, stands beside the figures of ``xcase evaluate``.)

For each copy: the figures against gold, and the share of (skill, status, holder), outcomes and
phases of the plain copy that come out again. Written to figures/robustness-VERSION.json.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from augment import Edit, apply, other_gender, other_names
from gold import Gold, load

from xcase import __version__, evaluate, sentences, store
from xcase.annotate.annotator import Annotator
from xcase.cases import extract_cases
from xcase.parse import mark
from xcase.records import Source
from xcase.settings import Settings

ROOT = Path(__file__).parent.parent
STORIES = ROOT / "corpus" / "gold" / "stories.jsonl"
FIGURES = "phase_macro_f1 skill_f1 skill_triple_f1 outcome_f1 mentee mentor case_found no_case"
SEED = 3

Row = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--gold", type=Path, default=STORIES)
    parser.add_argument("--out", type=Path, default=ROOT / "figures")
    args = parser.parse_args()
    golds = load(args.gold)
    annotator = Annotator.load()
    plain = read([g.raw for g in golds], annotator)
    table = {}
    print(f"{'copy':18s} {FIGURES}  same skills/outcomes/phases")
    for name, change in COPIES.items():
        rng = random.Random(SEED)
        raws = [change(g, rng) for g in golds]
        cases = plain if name == "plain" else read(raws, annotator)
        rows = [evaluate.score_document(r, r["text"], c) for r, c in zip(raws, cases, strict=True)]
        figures = evaluate.summarise(rows)
        table[name] = {k: round(figures[k], 3) for k in FIGURES.split() if k in figures}
        table[name] |= {f"same_{k}": v for k, v in agreement(plain, cases).items()}
        print(f"{name:18s} " + "  ".join(f"{v:.2f}" for v in table[name].values()), flush=True)
    args.out.mkdir(exist_ok=True)
    path = args.out / f"robustness-{__version__}.json"
    path.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {path.name}")


def read(raws: list[Row], annotator: Annotator) -> list[list[Row]]:
    """Return the cases of each text as the analysis would write them."""
    texts = [r["text"] for r in raws]
    units = list(sentences.split(texts))
    annotations = annotator.annotate(list(zip(texts, units, mark(texts), strict=True)))
    found = []
    for raw, split, annotation in zip(raws, units, annotations, strict=True):
        source = Source(raw["id"], "", "", "", {}, raw["text"])
        _, cases = extract_cases(source, split, annotation, Settings())
        found.append([store.to_json(c) for c in cases])
    return found


def plain(gold: Gold, _: random.Random) -> Row:
    """Return the narrative as it is."""
    return gold.raw


def edited(edits: Callable[[Gold, random.Random], list[Edit]]) -> Callable[..., Row]:
    """Return a change of narratives by edits; labels move along."""

    def change(gold: Gold, rng: random.Random) -> Row:
        return as_record(gold, apply(gold, edits(gold, rng), set()))

    return change


def as_record(before: Gold, after: Gold) -> Row:
    """Return the gold record of a narrative that ``apply`` changed."""
    gold = before.raw["gold"]
    spans = {kind: [s for s in after.spans if s.kind == kind] for kind in ("skill", "outcome")}
    quote = lambda s: {"surface": after.text[s.start : s.end], "start": s.start, "end": s.end}  # noqa: E731
    return {
        **before.raw,
        "text": after.text,
        "mentee": names_in(before, after, "mentee"),
        "mentor": names_in(before, after, "mentor"),
        "gold": {
            **gold,
            "cadence": [after.text[s.start : s.end] for s in after.spans if s.kind == "duration"],
            "sentences": [
                {"text": after.text[u.start : u.end], "phase": p}
                for u, p in zip(after.units, after.phases, strict=True)
            ],
            "skills": [
                {
                    "canonical": s.labels[0],
                    "status": s.labels[1],
                    "holder": s.labels[2],
                    "hypothetical": False,
                    **quote(s),
                }
                for s in spans["skill"]
            ],
            "outcomes": [
                {"type": s.labels[0], "polarity": s.labels[1], **quote(s)} for s in spans["outcome"]
            ],
        },
    }


def names_in(before: Gold, after: Gold, role: str) -> str | None:
    """Return the people of a role by the names that they have after a change."""
    told = before.raw[role]
    if not told:
        return None
    own = [[g.text[s.start : s.end] for s in g.spans if s.kind == role] for g in (before, after)]
    renamed = dict(zip(*own, strict=True))
    return "; ".join(renamed.get(name.strip(), name.strip()) for name in told.split(";"))


def heavy_typos(gold: Gold, rng: random.Random) -> list[Edit]:
    """Swap two letters in about one long word in ten."""
    edits = []
    for match in re.finditer(r"[a-z]{5,}", gold.text):
        if rng.random() < 0.1:
            at = match.start() + rng.randrange(1, len(match.group()) - 2)
            edits.append((at, at + 2, gold.text[at + 1] + gold.text[at]))
    return edits


def no_headings(gold: Gold, _: random.Random) -> list[Edit]:
    """Take away the marks of headings and make each of them a sentence of its own."""
    edits = []
    for unit in gold.units:
        if unit.kind == "heading":
            bare = gold.text[unit.start : unit.end].lstrip("# ")
            stop = "" if bare[-1:] in ".!?:" else "."
            edits.append((unit.start, unit.end, bare + stop))
    return edits


def shuffled(gold: Gold, rng: random.Random) -> Row:
    """Set the sentences in another order; labels of spans are kept where they can be found."""
    parts = list(gold.raw["gold"]["sentences"])
    rng.shuffle(parts)
    record = {**gold.raw, "text": "\n".join(p["text"] for p in parts)}
    record["gold"] = {**gold.raw["gold"], "sentences": parts}
    for kind in ("skills", "outcomes"):
        record["gold"][kind] = [
            {k: v for k, v in item.items() if k not in ("start", "end")}
            for item in gold.raw["gold"][kind]
            if item["surface"] in record["text"]
        ]
    return record


COPIES: dict[str, Callable[..., Row]] = {
    "plain": plain,
    "other names": edited(other_names),
    "other genders": edited(lambda gold, _: other_gender(gold)),
    "typing errors": edited(heavy_typos),
    "no headings": edited(no_headings),
    "sentences shuffled": shuffled,
}


def agreement(plain: list[list[Row]], changed: list[list[Row]]) -> dict[str, float]:
    """Return the F1 of what is found in two copies: skills, outcomes, phases in order."""
    hits: dict[str, list[int]] = {"skills": [0, 0], "outcomes": [0, 0], "phases": [0, 0]}
    for a, b in zip(plain, changed, strict=True):
        for kind, key in (
            ("skills", lambda s: (s["skill"], s["status"], s["holder"])),
            ("outcomes", lambda o: o["type"]),
        ):
            p, q = ([key(i) for c in cases for i in c[kind]] for cases in (a, b))
            hits[kind][0] += 2 * sum(min(p.count(x), q.count(x)) for x in set(p))
            hits[kind][1] += len(p) + len(q)
        p, q = ([s["phase"] for c in cases for s in c["sentences"]] for cases in (a, b))
        if len(p) == len(q):
            hits["phases"][0] += 2 * sum(x == y for x, y in zip(p, q, strict=True))
        hits["phases"][1] += len(p) + len(q)
    return {kind: round(n / max(1, of), 3) for kind, (n, of) in hits.items()}


if __name__ == "__main__":
    main()
