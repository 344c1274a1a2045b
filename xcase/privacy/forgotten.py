"""The names of those who asked to be forgotten, kept so that nobody can read them.

``forgotten.json`` in the analysis folder holds a salt and salted hashes of names (BLAKE2b), and the
sha256 of both: with one bit of it flipped somebody would come back unseen. A later
run leaves out every document that names one of them. Whoever holds the file can still test a name
that he already suspects: it hides names, it does not lock them away.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from xcase import disk
from xcase.errors import AnalysisError
from xcase.records import Skipped, Source

FILE = "forgotten.json"
FORMAT = 1
SALT_BYTES = 16
DIGEST_BYTES = 16
WITHHELD = "(withheld)"
NAMED = "names a person whom this analysis was asked to forget"
_KEYS = {"format", "salt", "names"}
_LETTERS = re.compile(r"[^\W\d_]+")

# Small letters with a stroke, without a dot or of two in one, which Unicode does not take apart.
_FOLD = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe"}
)
# A shorter name without its space is somebody else's name too: An Na and Anna, Jo Ann and Joann.
SHORTEST_GLUED = 7

Variant = tuple[str, ...]


def words_of(text: str) -> list[str]:
    """Return the words of a text in small letters without accents, a possessive taken off."""
    return [w.translate(_FOLD) for w in _words(text)]


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", re.sub(r"(?:['’]s)\b|[\u00ad\u200b-\u200d]", "", text))
    letters = "".join(c for c in plain if not unicodedata.combining(c)).casefold()
    return _LETTERS.findall(letters)


def variants(person: str) -> set[Variant]:
    """Return the ways to write a name: in order, family name first, a long one also glued."""
    words = tuple(words_of(person))
    ways = {words, (*words[-1:], *words[:-1])} if words else set()
    glued = "".join(words)
    return ways | {(glued,)} if len(glued) >= SHORTEST_GLUED else ways


def names_any(text: str, wanted: Iterable[Variant]) -> bool:
    """Tell whether a text holds one of the variants as words that follow one another."""
    return _holds(words_of(text), set(wanted))


def _holds(words: Sequence[str], wanted: set[Variant]) -> bool:
    return any(gram in wanted for n in {len(v) for v in wanted} for gram in _grams(words, n))


def _grams(words: Sequence[str], size: int) -> Iterator[Variant]:
    return (tuple(words[i : i + size]) for i in range(len(words) - size + 1))


def add(folder: Path, person: str) -> None:
    """Put a person on the list of an analysis folder."""
    told = _load(folder) or {"format": FORMAT, "salt": secrets.token_hex(SALT_BYTES), "names": []}
    salt = bytes.fromhex(told["salt"])
    known = {tuple(entry) for entry in told["names"]}
    known |= {(len(v), _hash(salt, v)) for v in variants(person)}
    told["names"] = sorted(map(list, known))
    try:
        told["sha256"] = _sum_of(told)
        disk.write_safely(folder / FILE, json.dumps(told, indent=1).encode())
    except OSError as error:
        raise AnalysisError(f"cannot write to {folder}: {error.strerror}") from error


def leave_out(
    folder: Path, sources: Sequence[Source], skipped: Sequence[Skipped]
) -> tuple[list[Source], list[Skipped]]:
    """Return the documents that name nobody on the folder's list, and what was skipped."""
    told = _load(folder)
    if told is None:
        return list(sources), list(skipped)
    salt = bytes.fromhex(told["salt"])
    sizes = {size for size, _ in told["names"]}
    hashes = {digest for _, digest in told["names"]}

    def listed(text: str) -> bool:
        # A list of an earlier version holds a name with the letters of _FOLD as they are.
        ways = {tuple(words_of(text)), tuple(_words(text))}
        return any(
            _hash(salt, gram) in hashes
            for words in ways
            for n in sizes
            for gram in _grams(words, n)
        )

    kept = []
    withheld = {"path": WITHHELD, "sha256": "", "message": NAMED}
    out = [replace(s, **withheld) if listed(f"{s.path}\n{s.message}") else s for s in skipped]
    for source in sources:
        if listed(said_by(source)):
            path = WITHHELD if listed(source.path) else source.path
            out.append(Skipped(path, "", "read", "E_FORGOTTEN", NAMED))
        else:
            kept.append(source)
    return kept, out


def said_by(document: Any) -> str:
    """Return all that a document (or source) holds as one text."""
    told = json.dumps(document.metadata, ensure_ascii=False)
    return "\n".join((document.id, document.path, document.title, told, document.text))


def _hash(salt: bytes, words: Variant) -> str:
    told = " ".join(words).encode()
    return hashlib.blake2b(told, key=salt, digest_size=DIGEST_BYTES).hexdigest()


def _sum_of(told: dict[str, Any]) -> str:
    said = json.dumps([told[key] for key in sorted(_KEYS)])
    return hashlib.sha256(said.encode()).hexdigest()


def _load(folder: Path) -> dict[str, Any] | None:
    path = folder / FILE
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told["format"] != FORMAT or not all(len(entry) == 2 for entry in told["names"]):
            raise ValueError("another format")
        bytes.fromhex(told["salt"])
        # One that an earlier version wrote has no sum.
        if told.keys() - {"sha256"} != _KEYS or told.get("sha256", _sum_of(told)) != _sum_of(told):
            raise ValueError("not what was written")
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        # To go on without it would bring people back who were promised to be forgotten.
        raise AnalysisError(
            f"{path} is damaged ({error}); restore it, or delete it and forget again"
        ) from error
    return dict(told)
