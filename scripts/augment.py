"""Label-preserving changes of gold narratives, so that the network learns no name and no order.

Each change is a list of edits ``(start, end, replacement)``; labels are moved along with the text.
"""

from __future__ import annotations

import random
import re
from dataclasses import replace
from pathlib import Path

from gold import Gold, GoldSpan

from xcase.sentences import Unit

Edit = tuple[int, int, str]

NAMES = Path(__file__).with_name("names.txt").read_text(encoding="utf-8").split()

_SWAP = {
    "he": "she", "she": "he", "his": "her", "him": "her", "her": "his", "hers": "his",
    "himself": "herself", "herself": "himself", "man": "woman", "woman": "man",
    "mr": "ms", "mrs": "mr", "ms": "mr",
}  # fmt: skip
_PRONOUN = re.compile(rf"\b({'|'.join(_SWAP)})\b", re.IGNORECASE)


def augment(gold: Gold, rng: random.Random) -> Gold:
    """Return the narrative with other names, sometimes other genders, sometimes cut or noisy."""
    edits: list[Edit] = []
    if rng.random() < 0.5:
        edits += other_names(gold, rng)
    if rng.random() < 0.3:
        edits += other_gender(gold)
    if rng.random() < 0.2:
        edits += typos(gold, rng)
    dropped = cut(gold, rng) if rng.random() < 0.35 else set()
    return apply(gold, edits, dropped)


def other_names(gold: Gold, rng: random.Random) -> list[Edit]:
    """Give each word of a person's name another name, the same one everywhere."""
    words = {
        w
        for s in gold.spans
        if s.kind in ("mentee", "mentor")
        for w in re.findall(r"\b[A-Z][a-zà-ÿ]{2,}\b", gold.text[s.start : s.end])
        if s.end - s.start < 40
    } - {"The", "Mrs", "Founder", "University", "Group", "Partners"}
    edits = []
    for word in sorted(words):
        new = rng.choice(NAMES)
        edits += [(*m.span(), new) for m in re.finditer(rf"\b{word}\b", gold.text)]
    return edits


def other_gender(gold: Gold) -> list[Edit]:
    """Swap pronouns and titles."""

    def swap(word: str) -> str:
        new = _SWAP[word.lower()]
        return new.capitalize() if word[0].isupper() else new

    return [(*m.span(), swap(m.group())) for m in _PRONOUN.finditer(gold.text)]


def typos(gold: Gold, rng: random.Random) -> list[Edit]:
    """Swap two letters in about one long word in forty."""
    edits = []
    for match in re.finditer(r"[a-z]{5,}", gold.text):
        if rng.random() < 0.025:
            at = match.start() + rng.randrange(1, len(match.group()) - 2)
            edits.append((at, at + 2, gold.text[at + 1] + gold.text[at]))
    return edits


def cut(gold: Gold, rng: random.Random) -> set[int]:
    """Choose sentences to leave out: excerpts on the web start, stop and jump."""
    n = len(gold.units)
    if n < 8:
        return set()
    if rng.random() < 0.5:
        return {i for i in range(n) if rng.random() < 0.15}
    first = rng.randrange(0, n // 3)
    return set(range(first)) | set(range(n - rng.randrange(0, n // 3), n))


def apply(gold: Gold, edits: list[Edit], dropped: set[int]) -> Gold:
    """Carry out edits, leave out sentences, and move every label to its new place."""
    gone = [(gold.units[i].start, gold.units[i].end, "") for i in sorted(dropped)]
    inside = lambda a, b: any(s <= a and b <= e for s, e, _ in gone)  # noqa: E731
    todo, last = [], -1
    for edit in sorted([e for e in edits if not inside(e[0], e[1])] + gone):
        if edit[0] >= last:
            todo.append(edit)
            last = edit[1]
    parts, at, shifts, shift = [], 0, [], 0
    for start, end, new in todo:
        parts += [gold.text[at:start], new]
        at = end
        shift += len(new) - (end - start)
        shifts.append((start, end, shift, len(new)))
    text = "".join([*parts, gold.text[at:]])

    def move(position: int, *, is_end: bool) -> int:
        total = 0
        for start, end, after, size in shifts:
            if end <= position:
                total = after
            elif start < position:
                # Inside an edit: snap to its edge so that the span keeps whole words.
                base = start + (after - size + (end - start))
                return base + (size if is_end else 0)
            else:
                break
        return position + total

    keep = [i for i in range(len(gold.units)) if i not in dropped]
    units = [
        Unit(move(u.start, is_end=False), move(u.end, is_end=True), u.kind)
        for u in (gold.units[i] for i in keep)
    ]
    spans = [
        GoldSpan(s.kind, move(s.start, is_end=False), move(s.end, is_end=True), s.labels)
        for s in gold.spans
        if not inside(s.start, s.end)
    ]
    phases = [gold.phases[i] for i in keep]
    return replace(
        gold,
        text=text,
        units=units,
        phases=phases,
        starts=[gold.starts[i] for i in keep],
        spans=[s for s in spans if s.end > s.start],
        has_case=gold.has_case and any(p != "other" for p in phases),
    )
