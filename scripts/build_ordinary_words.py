"""Make the list of ordinary words by which the privacy rules tell a name from a word.

    python scripts/build_ordinary_words.py

A word is ordinary if at least two training narratives or passages (written for this project) write
it small, and capitals inside a sentence are no more frequent. Writes xcase/privacy/ordinary.txt.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "xcase" / "privacy" / "ordinary.txt"
TEXTS = 2
_WORD = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)?")


def main() -> None:
    small: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    for path in sorted((ROOT / "corpus" / "training").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            text = json.loads(line).get("text") or json.loads(line).get("phrase") or ""
            words = [
                (m.group().replace("’", "'").removesuffix("'s"), m.start())
                for m in _WORD.finditer(text)
            ]
            small.update({w for w, _ in words if w.islower()})
            capital.update({w.lower() for w, at in words if w.istitle() and _inside(text, at)})
    chosen = sorted(w for w, n in small.items() if n >= TEXTS and n >= capital[w])
    TARGET.write_text("".join(f"{w}\n" for w in chosen), encoding="utf-8")
    print(f"{len(chosen)} words")


def _inside(text: str, at: int) -> bool:
    """Tell whether the word stands inside a sentence, where a capital means something."""
    return bool(re.search(r"[a-z,;] $", text[max(0, at - 2) : at]))


if __name__ == "__main__":
    main()
