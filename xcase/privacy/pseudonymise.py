"""Documents with other names: nothing of what was found reaches a record.

Two passes. The first looks at every document; the second replaces, so that a name found once is
replaced everywhere, and its parts too: "Okafor" in the heading because of "Ngozi Okafor said".
An ordinary word ("Grace", "Will") is replaced only where its capital makes it a name.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from xcase import store
from xcase.errors import AnalysisError, NewerFormatError, UsageError
from xcase.privacy import lexicon, surrogates
from xcase.privacy.contacts import Found, find_contacts
from xcase.privacy.key import Key
from xcase.privacy.lexicon import WORD, word
from xcase.privacy.people import find_named, is_name
from xcase.records import Skipped, Source
from xcase.repair import there

NAMES = ("organisation", "person", "place")
# Columns whose whole value says who or where somebody is.
_COLUMNS = (
    ("person", re.compile(r"name|mentee|mentor|author|participant|interviewee|client|by$", re.I)),
    ("phone", re.compile(r"phone|mobile|^tel|fax|whatsapp", re.I)),
    ("address", re.compile(r"address|street|post ?code|zip", re.I)),
    ("birth date", re.compile(r"birth|^dob$", re.I)),
    ("account", re.compile(r"iban|account|card|sort ?code", re.I)),
    ("id", re.compile(r"ssn|passport|national|licen[cs]e|(staff|student|employee|member)", re.I)),
)
_EMAIL_COLUMN = re.compile(r"e-?mail", re.I)
_SUFFIXES = frozenset("csv jsonl json txt markdown html htm docx doc pdf odt rtf zip xlsx".split())
_PATH_WORD = re.compile(r"[^\W\d_][^\W\dA-Z_]*|[^\W\d_]+")
_NO_NAME_NEXT = re.compile(r",? (?:you|he|she|they|I|we|it|the|this|that|my|there|be|to)\b")

Edit = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in a text: contacts as they stand, names word by word."""

    contacts: tuple[Found, ...]
    words: tuple[tuple[int, int, str, str], ...]  # start, end, bare, style
    phrases: frozenset[tuple[str, ...]]  # organisations and places of several words


def pseudonymise(
    sources: Sequence[Source], skipped: Sequence[Skipped], key: Key
) -> tuple[list[Source], list[Skipped]]:
    """Return documents and skipped inputs with surrogates; ``key`` learns the new names."""
    readings = [read_text(s.text) for s in sources]
    columns = [list(_metadata_readings(s.metadata)) for s in sources]
    all_readings = [*readings, *(r for rows in columns for r in rows)]
    paths = [*(s.path for s in sources), *(s.id for s in sources), *(s.path for s in skipped)]
    styles = _styles([*all_readings, *map(_path_reading, paths)])
    _assign(key, styles, (s.text for s in sources))
    everywhere = {bare for bare in styles if is_name(bare) and len(bare) > 2}
    done = [
        _rewrite(source, reading, rows, everywhere, key)
        for source, reading, rows in zip(sources, readings, columns, strict=True)
    ]
    cleared = [
        replace(
            s,
            path=_in_path(s.path, everywhere, key),
            message=rewrite(s.message, read_text(s.message), everywhere, key),
        )
        for s in skipped
    ]
    return list(_unique_ids(done)), cleared


def check_folder(folder: Path, *, pseudonymised: bool) -> None:
    """Refuse to mix documents with names and without in one folder, its caches and decisions.

    Raises:
        UsageError: the folder holds an analysis of the other kind, or a damaged one where names
            are not wanted.
    """
    try:
        stored = bool(store.read_run(folder / store.RUN).get("pseudonymised"))
    except NewerFormatError:
        raise
    except AnalysisError:
        # Nothing there, or nothing that can be read: it is written anew. But decisions, judgements
        # and indexes would stay, and nobody can tell whether they hold names.
        if pseudonymised and there(folder):
            raise UsageError(
                f"{folder} holds a damaged analysis, perhaps with names; give another folder with "
                "--out"
            ) from None
        return
    if stored != pseudonymised:
        kinds = ("with names", "pseudonymised")
        raise UsageError(
            f"{folder} holds an analysis {kinds[stored]}, this one would be "
            f"{kinds[pseudonymised]}; give another folder with --out"
        )


def changes(text: str, key: Key) -> list[Edit]:
    """Return the replacements of a text that stands for itself."""
    reading = read_text(text)
    _assign(key, _styles([reading]), [text])
    return edits(text, reading, (), key)


def read_text(text: str) -> Reading:
    """Find what a text tells about people."""
    contacts = _apart(find_contacts(text))
    taken = [(c.start, c.end) for c in contacts]
    named = sorted(
        (f for f in find_named(text) if not _within(f, taken)),
        key=lambda f: (f.start - f.end, NAMES.index(f.kind), f.start),
    )
    words: dict[int, tuple[int, int, str, str]] = {}
    phrases = set()
    for found in named:
        parts = [m for m in WORD.finditer(text, found.start, found.end) if _tells(found.kind, m)]
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
            words[match.start()] = (match.start(), _end(match), bare, style)
        if len(parts) > 1 and found.kind != "person":
            phrases.add(tuple(word(m.group()) for m in parts))
    return Reading(tuple(contacts), tuple(words.values()), frozenset(phrases))


def rewrite(text: str, reading: Reading, everywhere: Iterable[str], key: Key) -> str:
    """Return the text with surrogates."""
    return apply_edits(text, edits(text, reading, everywhere, key))


def edits(text: str, reading: Reading, everywhere: Iterable[str], key: Key) -> list[Edit]:
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
        made.append((start, end, _surrogate(key, surface)))
    made += _broken(text, known, key, made)
    return sorted(made)


def apply_edits(text: str, made: Sequence[Edit]) -> str:
    """Return the text with the replacements carried out."""
    parts, at = [], 0
    for start, end, new in made:
        parts += [text[at:start], new]
        at = end
    return "".join([*parts, text[at:]])


def _tells(kind: str, match: re.Match[str]) -> bool:
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


def _is_acronym(surface: str) -> bool:
    return surface.isupper() and len(surface) <= 6


def _end(match: re.Match[str]) -> int:
    """Return where a name ends without its possessive."""
    surface = match.group()
    return match.end() - (2 if surface.endswith(("'s", "’s")) else 0)


def _apart(found: Iterable[Found]) -> list[Found]:
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


def _within(found: Found, taken: Sequence[tuple[int, int]]) -> bool:
    return any(a <= found.start and found.end <= b for a, b in taken)


def _styles(readings: Iterable[Reading]) -> dict[str, str]:
    """Return for each word of a name the style that it has most often."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for reading in readings:
        for _, _, bare, style in reading.words:
            counts[bare][style] += 1
    return {
        bare: min(c, key=lambda s: (-c[s], surrogates.STYLES.index(s)))
        for bare, c in sorted(counts.items())
    }


def _assign(key: Key, styles: Mapping[str, str], texts: Iterable[str]) -> None:
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


def _surrogate(key: Key, surface: str) -> str:
    bare = word(surface)
    surrogate = key.words.get(bare)
    if surrogate is None:  # found in a text that came after the names were given out
        style = surrogates.style_of("person", bare, last_of_many=False, acronym=False)
        surrogate = key.assign(bare, surrogates.pool(style), ())
    return surrogates.cased(surrogate, surface)


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
            yield match.start(), _end(match)
    for phrase in phrases:
        for i in range(len(bare) - len(phrase) + 1):
            if tuple(bare[i : i + len(phrase)]) == phrase:
                run = matches[i : i + len(phrase)]
                if all(m.group()[0].isupper() for m in run):
                    yield from ((m.start(), _end(m)) for m in run)


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


def _metadata_readings(metadata: Mapping[str, Any]) -> Iterator[Reading]:
    for column, value in metadata.items():
        for text in _strings(value):
            yield _column_reading(str(column), text)


def _column_reading(column: str, text: str) -> Reading:
    reading = read_text(text)
    kind = next((kind for kind, pattern in _COLUMNS if pattern.search(column)), "")
    if kind and kind != "person" and any(c.isdigit() for c in text):
        return Reading((Found(kind, 0, len(text)),), (), frozenset())
    if kind == "person" and len(text.split()) <= 6 and not reading.contacts:
        parts = [m for m in WORD.finditer(text) if _tells("person", m)]
        words = [
            (
                m.start(),
                _end(m),
                word(m.group()),
                surrogates.style_of(
                    "person", word(m.group()), last_of_many=len(parts) > 1 and m is parts[-1],
                    acronym=False,
                ),
            )
            for m in parts
        ]  # fmt: skip
        return Reading((), tuple(words), frozenset())
    return reading


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item)


def _path_reading(path: str) -> Reading:
    words = []
    for match in _PATH_WORD.finditer(path):
        bare = word(match.group())
        # What is no ordinary word in a path is most likely a name: "quist.csv".
        if is_name(bare) and len(bare) > 2 and bare not in _SUFFIXES:
            style = surrogates.style_of("person", bare, last_of_many=False, acronym=False)
            words.append((*match.span(), bare, style))
    return Reading((), tuple(words), frozenset())


def _in_path(path: str, everywhere: Iterable[str], key: Key) -> str:
    """Return a path or id without names: its words may be joined by anything, or by capitals."""
    names = set(everywhere)
    own = {bare for _, _, bare, _ in _path_reading(path).words}
    made = [
        (*m.span(), _surrogate(key, m.group()))
        for m in _PATH_WORD.finditer(path)
        if word(m.group()) in names | own
    ]
    return "/".join(_contactless(part, key) for part in apply_edits(path, made).split("/"))


def _rewrite(
    source: Source, reading: Reading, columns: Sequence[Reading], everywhere: set[str], key: Key
) -> Source:
    told = {bare for r in (reading, *columns) for _, _, bare, _ in r.words}
    known = everywhere | {bare for bare in told if len(bare) > 1}
    text = rewrite(source.text, reading, known, key)
    return replace(
        source,
        id=_in_path(source.id, known, key),
        path=_in_path(source.path, known, key),
        # The sum of the file would prove which file it was.
        sha256=hashlib.sha256(text.encode("utf-8", "replace")).hexdigest(),
        title=rewrite(source.title, read_text(source.title), known, key),
        metadata={k: _value(str(k), v, known, key) for k, v in source.metadata.items()},
        text=text,
    )


def _contactless(name: str, key: Key) -> str:
    """Return a file name, folder name or id without contacts and numbers; its suffix is none."""
    stem, point, suffix = name.rpartition(".")
    if suffix.casefold() not in _SUFFIXES:
        stem, point, suffix = name, "", ""
    made = [
        # Of an address of the web the last part: a slash would make a folder of the rest.
        (c.start, c.end, surrogates.contact(key, c.kind, stem[c.start : c.end]).split("/")[-1])
        for c in _apart(find_contacts(stem))
    ]
    return apply_edits(stem, made) + point + suffix


def _value(column: str, value: Any, known: set[str], key: Key) -> Any:
    if isinstance(value, str):
        return rewrite(value, _column_reading(column, value), known, key)
    if isinstance(value, Mapping):
        return {k: _value(column, v, known, key) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_value(column, v, known, key) for v in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        kind = next((kind for kind, pattern in _COLUMNS if pattern.search(column)), "")
        if kind and kind != "person":
            return surrogates.contact(key, kind, str(value))
    return value


def _unique_ids(sources: Iterable[Source]) -> Iterator[Source]:
    """Yield documents with ids of their own: two names may leave two ids alike."""
    used: Counter[str] = Counter()
    for source in sources:
        used[source.id] += 1
        count = used[source.id]
        yield source if count == 1 else replace(source, id=f"{source.id}~{count}")
