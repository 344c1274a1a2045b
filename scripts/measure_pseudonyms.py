"""What pseudonyms do to the figures: the stories as they are, with other names, with tags.

    python scripts/measure_pseudonyms.py [--gold FILE]

The labels of corpus/gold/stories.jsonl move along with the text. *names* is what
``xcase analyze --pseudonymise`` stores; *tags* writes <PERSON> and the like instead, for comparison
(who the mentee is cannot be asked there). For each copy: the figures against gold, and the share of
skills, outcomes and phases of the plain copy that come out again. Written to
figures/pseudonyms-VERSION.json.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from augment import Edit, apply
from gold import Gold, load
from measure_robustness import FIGURES, STORIES, Row, agreement, as_record, read

from xcase import __version__, evaluate
from xcase.annotate.annotator import Annotator
from xcase.privacy.key import Key
from xcase.privacy.lexicon import WORD, word
from xcase.privacy.replaced import changes
from xcase.privacy.surrogates import cased

ROOT = Path(__file__).parent.parent
PEOPLE = ("mentee", "mentor")
MORE = "industry_from industry_to cadence_f1 evidence"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--gold", type=Path, default=STORIES)
    parser.add_argument("--out", type=Path, default=ROOT / "figures")
    args = parser.parse_args()
    golds = load(args.gold)
    key = Key(b"measured with a key that is known")
    began = time.monotonic()
    edits = [changes(g.text, key) for g in golds]
    seconds = round(time.monotonic() - began, 1)
    copies = {
        "plain": [g.raw for g in golds],
        "names": [changed(g, e, key) for g, e in zip(golds, edits, strict=True)],
        "tags": [changed(g, tags(e), key) for g, e in zip(golds, edits, strict=True)],
    }
    annotator = Annotator.load()
    plain = read(copies["plain"], annotator)
    table: dict[str, dict[str, float]] = {}
    for name, raws in copies.items():
        cases = plain if name == "plain" else read(raws, annotator)
        rows = [evaluate.score_document(r, r["text"], c) for r, c in zip(raws, cases, strict=True)]
        figures = evaluate.summarise(rows)
        wanted = f"{FIGURES} {MORE}".split()
        table[name] = {k: round(figures[k], 3) for k in wanted if k in figures}
        if name == "tags":
            table[name] = {k: v for k, v in table[name].items() if k not in PEOPLE}
        table[name] |= {f"same_{k}": v for k, v in agreement(plain, cases).items()}
        print(name, table[name], flush=True)
    table["replaced"] = {
        "spans": sum(map(len, edits)),
        "characters": sum(b - a for e in edits for a, b, _ in e),
        "of": sum(len(g.text) for g in golds),
        "seconds": seconds,
    }
    path = args.out / f"pseudonyms-{__version__}.json"
    path.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    print(table["replaced"])


def changed(gold: Gold, edits: list[Edit], key: Key) -> Row:
    """Return the gold record with the edits carried out and its people by their new names."""
    record = as_record(gold, apply(gold, edits, set()))
    for role in PEOPLE:
        told = gold.raw[role]
        record[role] = told and WORD.sub(
            lambda m: cased(key.words.get(word(m.group()), m.group()), m.group()), told
        )
    return record


def tags(edits: list[Edit]) -> list[Edit]:
    """Return the edits with a tag in the place of each surrogate."""
    return [
        (a, b, "<CONTACT>" if any(c.isdigit() or c == "@" for c in new) else "<PERSON>")
        for a, b, new in edits
    ]


if __name__ == "__main__":
    main()
