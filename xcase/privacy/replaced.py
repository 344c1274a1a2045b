"""A text with other names: what is found in it, and what is put in its place.

A name found once is replaced everywhere, and its parts too: "Okafor" in the heading because of
"Ngozi Okafor said". An ordinary word ("Grace", "Will") is replaced only where its capital makes it
a name.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from xcase.privacy import lexicon, surrogates
from xcase.privacy.contacts import Found, find_contacts
from xcase.privacy.key import Key
from xcase.privacy.lexicon import WORD, word
from xcase.privacy.people import find_named, is_name

NAMES = ("organisation", "person", "place")
_NO_NAME_NEXT = re.compile(r",? (?:you|he|she|they|I|we|it|the|this|that|my|there|be|to)\b")

Edit = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found in a text: contacts as they stand, names word by word."""

    contacts: tuple[Found, ...]
    words: tuple[tuple[int, int, str, str], ...]  # start, end, bare, style
    phrases: frozenset[tuple[str, ...]]  # organisations and places of several words


def changes(text: str, key: Key) -> list[Edit]:
    """Return the replacements of a text that stands for itself."""
    reading = read_text(text)
    assign(key, styles_of([reading]), [text])
    return edits(text, reading, (), key)


def read_text(text: str) -> Findings:
    """Find what a text tells about people."""
    contacts = apart(find_contacts(text))
    taken = [(c.start, c.end) for c in contacts]
    named = sorted(
        (f for f in find_named(text) if not _within(f, taken)),
        key=lambda f: (f.start - f.end, NAMES.index(f.kind), f.start),
    )
    words: dict[int, tuple[int, int, str, str]] = {}
    phrases = set()
    for found in named:
        parts = [m for m in WORD.finditer(text, found.start, found.end) if tells(found.kind, m)]
        for match in parts:
            if match.start() in words or any(
                a < match.end() and match.start() < b for a, b in taken
            ):
                continue
            bare = word(match.group())
            style = surrogates.style_of(
                found.kind,
                bare,
                last_of_many=len(parts) > 1 and match is parts[-1],
                acronym=found.kind == "organisation" and _is_acronym(match.group()),
            )
            words[match.start()] = (match.start(), end_of(match), bare, style)
        if len(parts) > 1 and found.kind != "person":
            phrases.add(tuple(word(m.group()) for m in parts))
    return Findings(tuple(contacts), tuple(words.values()), frozenset(phrases))


def rewrite(text: str, reading: Findings, everywhere: Iterable[str], key: Key) -> str:
    """Return the text with surrogates."""
    return apply_edits(text, edits(text, reading, everywhere, key))


def edits(text: str, reading: Findings, everywhere: Iterable[str], key: Key) -> list[Edit]:
    """Return the replacements that a text needs, in order and apart from one another."""
    made = [(c.start, c.end, surrogates.contact(key, c.kind, text[c.start : c.end]))
            for c in reading.contacts]  # fmt: skip
    taken = sorted((c.start, c.end) for c in reading.contacts)
    starts = [a for a, _ in taken]
    own = {(start, end) for start, end, _, _ in reading.words}
    known = {bare for _, _, bare, _ in reading.words if len(bare) > 1} | set(everywhere)
    own |= set(_again(text, known, reading.phrases))
    for start, end in sorted(own):
        place = bisect_right(starts, start) - 1
        if place >= 0 and start < taken[place][1]:
            continue
        surface = text[start:end]
        made.append((start, end, surrogate_of(key, surface)))
    made += _broken(text, known, key, made)
    return sorted(made)


def apply_edits(text: str, made: Sequence[Edit]) -> str:
    """Return the text with the replacements carried out."""
    parts, at = [], 0
    for start, end, new in made:
        parts += [text[at:start], new]
        at = end
    return "".join([*parts, text[at:]])


def styles_of(readings: Iterable[Findings]) -> dict[str, str]:
    """Return for each word of a name the style that it has most often."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for reading in readings:
        for _, _, bare, style in reading.words:
            counts[bare][style] += 1
    return {
        bare: min(c, key=lambda s: (-c[s], surrogates.STYLES.index(s)))
        for bare, c in sorted(counts.items())
    }


def assign(key: Key, styles: Mapping[str, str], texts: Iterable[str]) -> None:
    """Give every word a surrogate that occurs in none of the documents."""
    new = [(bare, style) for bare, style in styles.items() if bare not in key.words]
    if not new:
        return
    avoid = {word(m.group()) for text in texts for m in WORD.finditer(text)} | styles.keys()
    for bare, style in new:
        if style == "acronym" or len(bare) == 1:
            key.give(bare, surrogates.letters(key, bare.upper()))
        else:
            key.assign(bare, surrogates.pool(style), avoid)


def surrogate_of(key: Key, surface: str) -> str:
    """Return what stands for a word of a name, in capitals as the word is."""
    bare = word(surface)
    surrogate = key.words.get(bare)
    if surrogate is None:  # found in a text that came after the names were given out
        style = surrogates.style_of("person", bare, last_of_many=False, acronym=False)
        surrogate = key.assign(bare, surrogates.pool(style), ())
    return surrogates.cased(surrogate, surface)


def tells(kind: str, match: re.Match[str]) -> bool:
    """Tell whether a word of a name says who it is: titles, particles and kinds do not."""
    bare = word(match.group())
    if (
        bare in lexicon.PARTICLES
        or bare in lexicon.FUNCTION_WORDS
        or (bare in lexicon.TITLES and kind == "person")
    ):
        return False
    if kind == "organisation":
        return bare not in lexicon.KINDS_OF_ORGANISATION and bare not in lexicon.TITLES
    if kind == "place":
        return bare not in lexicon.KINDS_OF_PLACE
    return True


def end_of(match: re.Match[str]) -> int:
    """Return where a name ends without its possessive."""
    surface = match.group()
    return match.end() - (2 if surface.endswith(("'s", "’s")) else 0)


def apart(found: Iterable[Found]) -> list[Found]:
    """Return contacts that do not overlap, the longest first; the rest of a shorter one stays."""
    kept: list[Found] = []
    for contact in sorted(found, key=lambda f: (f.start - f.end, f.start, f.kind)):
        start, end = contact.start, contact.end
        for other in kept:
            if other.start <= start < other.end:
                start = other.end
            if other.start < end <= other.end:
                end = other.start
        clear = not any(start < k.end and k.start < end for k in kept)
        if start < end and clear:
            kept.append(Found(contact.kind, start, end))
    return sorted(kept, key=lambda f: f.start)


def _is_acronym(surface: str) -> bool:
    return surface.isupper() and len(surface) <= 6


def _within(found: Found, taken: Sequence[tuple[int, int]]) -> bool:
    return any(a <= found.start and found.end <= b for a, b in taken)


def _again(
    text: str, known: set[str], phrases: Iterable[tuple[str, ...]]
) -> Iterator[tuple[int, int]]:
    """Yield further places of names that are known."""
    matches = list(WORD.finditer(text))
    bare = [word(m.group()) for m in matches]
    for match, name in zip(matches, bare, strict=True):
        if name not in known or name in lexicon.PARTICLES:
            continue
        surface = match.group()
        if is_name(name) or (
            surface[0].isupper() and name in lexicon.given_names() and _stands_as_name(text, match)
        ):
            yield match.start(), end_of(match)
    for phrase in phrases:
        for i in range(len(bare) - len(phrase) + 1):
            if tuple(bare[i : i + len(phrase)]) == phrase:
                run = matches[i : i + len(phrase)]
                if all(m.group()[0].isupper() for m in run):
                    yield from ((m.start(), end_of(m)) for m in run)


def _stands_as_name(text: str, match: re.Match[str]) -> bool:
    """Tell "Will said" from "Will you" and "May 2019"."""
    if word(match.group()) in lexicon.MONTHS:
        return False
    return not _NO_NAME_NEXT.match(text, match.end())


def _broken(text: str, known: Iterable[str], key: Key, made: Sequence[Edit]) -> Iterator[Edit]:
    """Yield names that a hyphen breaks over two lines ("Oka-" / "for")."""
    names = set(known)
    for match in re.finditer(r"([^\W\d_]{1,40})[-‐\u00ad]\n([^\W\d_]+)", text):
        whole = word(match[1] + match[2])
        covered = any(a < match.end() and match.start() < b for a, b, _ in made)
        if whole in names and not covered:
            new = surrogates.cased(key.words.get(whole, ""), match[1])
            if new:
                yield match.start(), match.end(), new
