"""How much of what tells who somebody is ``xcase analyze --pseudonymise`` replaces.

    python scripts/measure_privacy.py [--half develop|report] [--missed]

corpus/privacy/passages.txt holds passages in which every name, contact and number is marked. They
were written before the first run. Every second passage of a heading (``%% births``) belongs to the
half ``report``: the rules were changed after looking at the half ``develop`` alone. An item counts
as replaced if no word or number of it is left where it stood (titles, particles and the words that
say the kind of an organisation or street may stay). Each passage is read by itself, so nothing
is helped by a name that another passage tells. *Exactness* is the share of the words replaced
that are part of an item. Written to figures/privacy-VERSION.json.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from xcase import __version__
from xcase.privacy.key import Key
from xcase.privacy.lexicon import (
    KINDS_OF_ORGANISATION,
    KINDS_OF_PLACE,
    PARTICLES,
    word,
)
from xcase.privacy.replaced import changes

ROOT = Path(__file__).parent.parent
PASSAGES = ROOT / "corpus" / "privacy" / "passages.txt"
KINDS = {
    "p": "person", "o": "organisation", "l": "place", "e": "e-mail", "t": "phone",
    "w": "web, handle", "a": "address", "i": "number of a person", "c": "account, card",
    "b": "date of birth",
}  # fmt: skip
# What may stay of an item of that kind.
STAYS: Mapping[str, frozenset[str]] = {
    "p": PARTICLES | {"mr", "mrs", "ms", "dr", "major", "sister", "granny", "big"},
    "o": PARTICLES | KINDS_OF_ORGANISATION,
    "l": KINDS_OF_PLACE,
    "a": KINDS_OF_PLACE | {"no", "level", "plot", "industrial", "estate"},
    "e": frozenset({"mailto"}),
    "t": frozenset({"x", "ext"}),
    "b": frozenset({"of", "the", "born"}),
}
_ITEM = re.compile(r"\[([a-z]):((?:[^\[\]]|\[[^\[\]]*\])+)\]")
_TOKEN = re.compile(r"[^\W_]+")
KEY = Key(b"measured with a key that is known")


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage without its marks; ``items`` are (kind, start, end)."""

    sort: str
    half: str
    text: str
    items: tuple[tuple[str, int, int], ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--half", choices=("develop", "report", "both"), default="both")
    parser.add_argument("--missed", action="store_true", help="print what was missed")
    parser.add_argument("--out", type=Path, default=ROOT / "figures")
    args = parser.parse_args()
    table = {}
    for half in ("develop", "report") if args.half == "both" else (args.half,):
        table[half] = measure([p for p in passages() if p.half == half], tell=args.missed)
        print(half)
        for kind, row in table[half].items():
            print(f"  {kind:20s} {row}")
    if args.half == "both":
        path = args.out / f"privacy-{__version__}.json"
        path.write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def passages(path: Path = PASSAGES) -> Iterator[Passage]:
    """Yield the passages with their marks taken out."""
    seen: Counter[str] = Counter()
    for block in re.split(r"^%% ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        sort, _, marked = block.rstrip("\n").partition("\n")
        seen[sort] += 1
        text, items, at = "", [], 0
        for match in _ITEM.finditer(marked):
            text += marked[at : match.start()]
            items.append((match[1], len(text), len(text) + len(match[2])))
            text += match[2]
            at = match.end()
        half = "report" if seen[sort] % 2 == 0 else "develop"
        yield Passage(sort, half, text + marked[at:], tuple(items))


def measure(chosen: list[Passage], *, tell: bool = False) -> dict[str, dict[str, float | int]]:
    """Return for each kind how many items there are and how many were replaced."""
    asked: Counter[str] = Counter()
    hidden: Counter[str] = Counter()
    missed: dict[str, list[str]] = defaultdict(list)
    right = said = 0
    for passage in chosen:
        edits = changes(passage.text, KEY)
        spans = [(a, b) for a, b, _ in edits]
        for kind, start, end in passage.items:
            asked[kind] += 1
            if _left(passage.text, kind, start, end, spans):
                missed[kind].append(passage.text[start:end])
            else:
                hidden[kind] += 1
        for a, b in spans:
            for token in _TOKEN.finditer(passage.text, a, b):
                said += 1
                right += any(s <= token.start() < e for _, s, e in passage.items)
    table: dict[str, dict[str, float | int]] = {}
    for kind, name in KINDS.items():
        if asked[kind]:
            share = round(hidden[kind] / asked[kind], 3)
            table[name] = {"items": asked[kind], "replaced": hidden[kind], "recall": share}
        if tell:
            print(f"{name}: {missed[kind]}")
    total, done = sum(asked.values()), sum(hidden.values())
    table["all"] = {"items": total, "replaced": done, "recall": round(done / total, 3)}
    table["exactness"] = {"words": said, "right": right, "share": round(right / max(1, said), 3)}
    return table


def _left(text: str, kind: str, start: int, end: int, spans: list[tuple[int, int]]) -> list[str]:
    """Return the words of an item that were not replaced and tell something."""
    stays = STAYS.get(kind, frozenset())
    return [
        token.group()
        for token in _TOKEN.finditer(text, start, end)
        if not any(a <= token.start() and token.end() <= b for a, b in spans)
        and word(token.group()) not in stays
        and token.group() not in ("s", "S")
    ]


if __name__ == "__main__":
    main()
