"""A person out of every file of an analysis folder, and the proof that nothing is left.

A document that names the person goes as a whole, with its cases and people's decisions on them: a
story without the name is still that person's story. Indexes and vectors are deleted, and made
again from what is left by the next command that needs them. Then every file is searched, as text in
several encodings, byte by byte.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from xcase import corrections, disk, journal, store
from xcase.duplicates import near_duplicates
from xcase.errors import AnalysisError, UsageError
from xcase.privacy import forgotten
from xcase.privacy.forgotten import Variant, names_any, said_by, variants, words_of
from xcase.privacy.key import Key, open_key
from xcase.privacy.lexicon import FUNCTION_WORDS, PARTICLES, TITLES, WORD, word
from xcase.records import Analysis

# Made from the documents by any command that needs them.
CACHES = ("index", "transfer.safetensors", journal.FILE)
FEEDBACK = "feedback.jsonl"
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What goes (or went), by id; ``still_named_in`` are files that hold the name afterwards.

    ``share_a_name`` are documents that are kept and have one word of the name alone: another person
    of that name, or this one.
    """

    done: bool
    documents: tuple[str, ...]
    cases: tuple[str, ...]
    corrections: int
    feedback: int
    errors: int
    caches: tuple[str, ...]
    key_words: int
    share_a_name: tuple[str, ...]
    searched: int
    still_named_in: tuple[str, ...]


def forget(folder: Path, person: str, *, key_path: Path | None, really: bool) -> Forgotten:
    """Take a person out of an analysis folder, or say what would go if not ``really``.

    Args:
        person: the name as it stands in the sources, or in a pseudonymised analysis.
        key_path: the key of a pseudonymised analysis: the surrogate is forgotten too.

    Raises:
        UsageError: no name is given, the key file cannot be used, or it knows only a part of the
            name.
        AnalysisError: the folder is damaged or cannot be written to.
    """
    wanted = variants(person)
    if not wanted or max(map(len, words_of(person))) < 2:
        raise UsageError(f"{person!r} is no name; give first and family name")
    if key_path is not None and not key_path.is_file():
        raise UsageError(f"there is no key file {key_path}")
    key = open_key(key_path, folder)
    wanted |= _surrogate(key, person)
    parts = set(words_of(person))
    own = [w for w in key.words if words_of(w) and parts.issuperset(words_of(w))]
    # Locked from the first look on: what another command writes meanwhile would be lost.
    with store.writing(folder) if really else nullcontext():
        kept, plan = _plan(folder, store.load(folder), wanted)
        plan = replace(plan, key_words=len(own))
        if not really:
            return plan
        # The list comes first: from here on a run that starts anew keeps the person out.
        forgotten.add(folder, person)
        _remove_caches(folder)
        _rewrite(folder / corrections.FILE, lambda d: _goes(d, plan, wanted))
        _rewrite(folder / FEEDBACK, lambda d: _goes(d, plan, wanted))
        store.save(kept, folder)
        for known in own:
            del key.words[known]
        if own:
            key.keep()
        for path in _files(folder):
            if path.name.startswith(".") and _named_in(path, wanted):
                path.unlink()  # left by a run that was killed
    files = _files(folder) + ([key_path] if key_path is not None else [])
    left = tuple(str(f) for f in files if _named_in(f, wanted))
    return replace(plan, done=True, searched=len(files), still_named_in=left)


def _plan(folder: Path, analysis: Analysis, wanted: set[Variant]) -> tuple[Analysis, Forgotten]:
    named = {d.id for d in analysis.documents if names_any(said_by(d), wanted)}
    # A name that a person gave in a decision may stand nowhere in the text.
    named |= {
        c.document_id
        for c in analysis.cases
        if names_any(json.dumps(store.to_json(c), ensure_ascii=False), wanted)
    }
    parts = {(w,) for words in wanted for w in words if len(w) > 2}
    near = [d.id for d in analysis.documents if d.id not in named and names_any(said_by(d), parts)]
    skipped = [s for s in analysis.skipped if not names_any(f"{s.path} {s.message}", wanted)]
    cases = tuple(c for c in analysis.cases if c.document_id not in named)
    kept = replace(
        analysis,
        documents=tuple(d for d in analysis.documents if d.id not in named),
        cases=cases,
        skipped=tuple(skipped),
    )
    corrected = [i for i in analysis.run.get("corrected", ()) if i not in named]
    run = {
        **analysis.run,
        "corrected": corrected,
        "counts": kept.counts(),
        "duplicates": near_duplicates(kept),
    }
    kept = replace(kept, run=run)
    plan = Forgotten(
        done=False,
        documents=tuple(d.id for d in analysis.documents if d.id in named),
        cases=tuple(c.id for c in analysis.cases if c.document_id in named),
        corrections=0,
        feedback=0,
        errors=len(analysis.skipped) - len(skipped),
        caches=tuple(path.name for path in _caches(folder)),
        key_words=0,
        share_a_name=tuple(near),
        searched=0,
        still_named_in=(),
    )
    counted = {
        name: sum(_goes(line, plan, wanted) for line in _lines(folder / name))
        for name in (corrections.FILE, FEEDBACK)
    }
    return kept, replace(plan, corrections=counted[corrections.FILE], feedback=counted[FEEDBACK])


def _surrogate(key: Key, person: str) -> set[Variant]:
    """Return the ways to write the name that stands for this one, if the key knows it.

    Raises:
        UsageError: the key knows some words of the name and not all that say who it is.
    """
    words = [word(m.group()) for m in WORD.finditer(person)]
    while words and words[0] in TITLES:
        del words[0]
    unknown = [w for w in words if w not in key.words]
    if len(unknown) == len(words):
        return set()
    # Other words than these have no surrogate because nobody took them for a name; without them the
    # name that is stored would not be found, and its other words would be lost with the key's.
    missing = [w for w in unknown if w not in PARTICLES | FUNCTION_WORDS | TITLES]
    if missing:
        raise UsageError(
            f"the key file knows {person!r} only in part (not {', '.join(missing)}), so that the "
            "name in the analysis is not known; look it up there and give that one"
        )
    return variants(" ".join(key.words.get(w, w) for w in words))


def _goes(line: dict[str, Any], plan: Forgotten, wanted: set[Variant]) -> bool:
    """Tell whether a line of the corrections or the feedback is about the person."""
    about = {line.get("document_id"), line.get("case_id"), line.get("target")}
    if about & {*plan.documents, *plan.cases}:
        return True
    return names_any(json.dumps(line, ensure_ascii=False), wanted)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if not path.is_file():
        return
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
        if line.strip():
            try:
                yield dict(json.loads(line))
            except (ValueError, TypeError, RecursionError) as error:
                raise AnalysisError(f"{path} line {number} is damaged ({error})") from error


def _rewrite(path: Path, goes: Callable[[dict[str, Any]], bool]) -> None:
    """Write a file of JSON lines again without the lines that go."""
    if not path.is_file():
        return
    kept = [line for line in _lines(path) if not goes(line)]
    content = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in kept)
    try:
        disk.write_safely(path, content.encode())
    except OSError as error:
        raise AnalysisError(f"cannot write {path}: {error.strerror}") from error


def _caches(folder: Path) -> list[Path]:
    """Return the caches of a folder, and their drafts that a run left when it was killed."""
    drafts = tuple(f".{name}." for name in CACHES)
    return sorted(p for p in folder.glob("*") if p.name in CACHES or p.name.startswith(drafts))


def _remove_caches(folder: Path) -> None:
    for path in _caches(folder):
        try:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise AnalysisError(f"cannot delete {path}: {error.strerror}") from error


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file())


def _named_in(path: Path, wanted: set[Variant]) -> bool:
    """Tell whether a file's name or content holds the person, escaped or in another encoding."""
    content = path.read_bytes()
    for encoding in _ENCODINGS:
        for shift in range(1 if encoding == "utf-8" else 2):
            text = content[shift:].decode(encoding, "ignore")
            text = _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text)
            if names_any(text, wanted) or ("%" in text and names_any(unquote(text), wanted)):
                return True
    return names_any(path.name, wanted)
