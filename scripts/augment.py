"""Label-preserving changes of gold narratives, so that the network learns no name and no order.

Each change is a list of edits ``(start, end, replacement)``; labels are moved along with the text.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
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
# Words of organisations and titles, which no person is called.
_NO_NAMES = {
    "The", "Mrs", "Founder", "University", "Group", "Partners", "School", "College", "Institute",
    "Hospital", "Council", "Bank", "Trust", "Foundation", "Academy", "Centre", "Center", "Network",
    "Association", "Society", "Programme", "Program", "Company", "Works", "Department", "Office",
    "Ministry", "Agency", "Services", "House", "Street", "Road", "City", "North", "South", "East",
    "West", "Chamber", "Commerce", "Fund", "Awards", "Award", "Mentoring", "Professor", "Captain",
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


def augment_passage(gold: Gold, rng: random.Random) -> Gold:
    """Return the passage, sometimes with other genders or typing errors."""
    edits: list[Edit] = other_gender(gold) if rng.random() < 0.3 else []
    if rng.random() < 0.1:
        edits += typos(gold, rng)
    return apply(gold, edits, set())


def collage(gold: Gold, others: Sequence[Gold], rng: random.Random) -> Gold:
    """Set a case among text without one, or beside other cases, as pages on the web do.

    Without this the network judges a page as a whole: an essay's opening hides the cases after it.
    """
    pages = [g for g in others if not g.has_case]
    parts = [gold]
    if gold.has_case and rng.random() < 0.3:
        cases = [g for g in others if g.has_case and g is not gold]
        parts += rng.sample(cases, rng.choice((1, 1, 2)))
    if rng.random() < 0.4:
        parts.insert(0, excerpt(rng.choice(pages), rng))
    if rng.random() < 0.4:
        parts.append(excerpt(rng.choice(pages), rng))
    return join(parts) if len(parts) > 1 else gold


def excerpt(gold: Gold, rng: random.Random) -> Gold:
    """Return two to seven sentences that follow one another."""
    size = rng.randrange(2, 8)
    first = rng.randrange(max(1, len(gold.units) - size))
    outside = set(range(len(gold.units))) - set(range(first, first + size))
    return apply(gold, [], outside)


def join(parts: Sequence[Gold]) -> Gold:
    """Put narratives one after the other; industries are known only if one has a case."""
    text, units, phases, starts, spans = "", [], [], [], []
    for part in parts:
        body = part.text.rstrip()
        lead = len(body) - len(body.lstrip())
        shift = len(text) + (2 if text else 0) - lead
        text += ("\n\n" if text else "") + body.lstrip()
        units += [Unit(u.start + shift, u.end + shift, u.kind) for u in part.units]
        spans += [GoldSpan(s.kind, s.start + shift, s.end + shift, s.labels) for s in part.spans]
        phases += part.phases
        starts += part.starts
    cases = [part for part in parts if part.has_case]
    return replace(
        parts[0],
        text=text,
        units=units,
        phases=phases,
        starts=starts,
        spans=spans,
        has_case=bool(cases),
        industry_from=cases[0].industry_from if len(cases) == 1 else "",
        industry_to=cases[0].industry_to if len(cases) == 1 else "",
    )


def other_names(gold: Gold, rng: random.Random) -> list[Edit]:
    """Give each word of a person's name another name, the same one everywhere."""
    words = {
        w
        for s in gold.spans
        if s.kind in ("mentee", "mentor", "name")
        for w in re.findall(r"\b[A-Z][a-zà-ÿ]{2,}\b", gold.text[s.start : s.end])
        if s.end - s.start < 40
    } - _NO_NAMES
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
    # A case whose first sentence is left out begins with the next one of it that is kept.
    starts = list(gold.starts)
    for i in sorted(dropped):
        later = range(i + 1, len(starts))
        own = (j for j in later if starts[j] or (j not in dropped and gold.phases[j] != "other"))
        if starts[i] and (first := next(own, None)) is not None:
            starts[first] = True
    return replace(
        gold,
        text=text,
        units=units,
        phases=phases,
        starts=[starts[i] for i in keep],
        spans=[s for s in spans if s.end > s.start],
        has_case=gold.has_case and any(p != "other" for p in phases),
    )
