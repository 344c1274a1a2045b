"""Documents with other names: nothing of what was found reaches a record.

Two passes. The first looks at every document, its path and its fields; the second replaces, so that
a name found in one of them is replaced in all.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from xcase import disk, store
from xcase.errors import AnalysisError, NewerFormatError, UsageError
from xcase.privacy import fields, surrogates
from xcase.privacy.contacts import find_contacts
from xcase.privacy.key import Key
from xcase.privacy.lexicon import word
from xcase.privacy.people import is_name
from xcase.privacy.replaced import (
    Findings,
    apart,
    apply_edits,
    assign,
    read_text,
    rewrite,
    styles_of,
    surrogate_of,
)
from xcase.read.kinds import KNOWN
from xcase.read.title import title_of
from xcase.records import Skipped, Source
from xcase.repair import there

# Stands in a pseudonymised folder; empty, so that no damage changes what it says.
MARK = ".pseudonymised"
# What a file name may end in: without it "essay.md" would be a domain of the web.
_SUFFIXES = frozenset(known[1:] for known in KNOWN)
# A row that has no id of its own is called by its file and number: "rows.jsonl#3".
_END = re.compile(rf"\.(?:{'|'.join(sorted(_SUFFIXES))})(?:#\d{{1,7}})?$", re.IGNORECASE)
_PATH_WORD = re.compile(r"[^\W\d_][^\W\dA-Z_]*|[^\W\d_]+")


def pseudonymise(
    sources: Sequence[Source], skipped: Sequence[Skipped], key: Key
) -> tuple[list[Source], list[Skipped]]:
    """Return documents and skipped inputs with surrogates; ``key`` learns the new names."""
    readings = [read_text(s.text) for s in sources]
    columns = [list(fields.readings(s.metadata)) for s in sources]
    all_readings = [*readings, *(r for rows in columns for r in rows)]
    paths = [*(s.path for s in sources), *(s.id for s in sources), *(s.path for s in skipped)]
    styles = styles_of([*all_readings, *map(_path_reading, paths)])
    assign(key, styles, (s.text for s in sources))
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
        UsageError: the folder holds an analysis of the other kind, or one whose kind was lost where
            names are not wanted.
    """
    stored = _kind(folder)
    if stored is None:
        # Nothing there, or nothing that can be read: it is written anew. But decisions, judgements
        # and indexes would stay, and nobody can tell whether they hold names.
        if pseudonymised and there(folder):
            raise UsageError(
                f"{folder} holds an analysis that was damaged, perhaps with names; give another "
                "folder with --out"
            )
    elif stored != pseudonymised:
        kinds = ("with names", "pseudonymised")
        raise UsageError(
            f"{folder} holds an analysis {kinds[stored]}, this one would be "
            f"{kinds[pseudonymised]}; give another folder with --out"
        )


def mark_folder(folder: Path, *, pseudonymised: bool) -> None:
    """Keep the kind of a folder outside ``run.json`` too, which may be damaged or lost.

    Raises:
        AnalysisError: the disk is full or fails.
    """
    path = folder / MARK
    try:
        if pseudonymised and not path.is_file():
            disk.write_safely(path, b"")
        elif not pseudonymised:
            disk.remove(path)
    except OSError as error:
        raise AnalysisError(f"cannot write {path}: {error.strerror}") from error


def _kind(folder: Path) -> bool | None:
    """Tell whether a folder holds pseudonymised documents; None if it holds none, or is mute."""
    try:
        said = store.read_run(folder / store.RUN).get("pseudonymised")
    except NewerFormatError:
        raise
    except AnalysisError:
        said = None
    if said is None and there(folder) and (folder / MARK).is_file():
        return True
    return None if said is None else bool(said)


def _path_reading(path: str) -> Findings:
    words = []
    for match in _PATH_WORD.finditer(path):
        bare = word(match.group())
        # What is no ordinary word in a path is most likely a name: "quist.csv".
        if is_name(bare) and len(bare) > 2 and bare not in _SUFFIXES:
            style = surrogates.style_of("person", bare, last_of_many=False, acronym=False)
            words.append((*match.span(), bare, style))
    return Findings((), tuple(words), frozenset())


def _in_path(path: str, everywhere: Iterable[str], key: Key) -> str:
    """Return a path or id without names: its words may be joined by anything, or by capitals."""
    names = set(everywhere)
    own = {bare for _, _, bare, _ in _path_reading(path).words}
    made = [
        (*m.span(), surrogate_of(key, m.group()))
        for m in _PATH_WORD.finditer(path)
        if word(m.group()) in names | own
    ]
    return "/".join(_contactless(part, key) for part in apply_edits(path, made).split("/"))


def _rewrite(
    source: Source, reading: Findings, columns: Sequence[Findings], everywhere: set[str], key: Key
) -> Source:
    told = {bare for r in (reading, *columns) for _, _, bare, _ in r.words}
    known = everywhere | {bare for bare in told if len(bare) > 1}
    text = rewrite(source.text, reading, known, key)
    metadata = fields.rewritten(source.metadata, known, key)
    title = rewrite(source.title, read_text(source.title), known, key)
    if source.title == title_of(source.text, source.metadata, fallback=""):
        # It may have been cut inside a name, which is found in the whole text alone.
        title = title_of(text, metadata, fallback=title)
    return replace(
        source,
        id=_in_path(source.id, known, key),
        path=_in_path(source.path, known, key),
        # The sum of the file would prove which file it was.
        sha256=hashlib.sha256(text.encode("utf-8", "replace")).hexdigest(),
        title=title,
        metadata=metadata,
        text=text,
    )


def _contactless(name: str, key: Key) -> str:
    """Return a file name, folder name or id without contacts and numbers; how it ends is none."""
    end = _END.search(name)
    stem = name[: end.start()] if end else name
    made = [
        # Of an address of the web the last part: a slash would make a folder of the rest.
        (c.start, c.end, surrogates.contact(key, c.kind, stem[c.start : c.end]).split("/")[-1])
        for c in apart(find_contacts(stem))
    ]
    return apply_edits(stem, made) + name[len(stem) :]


def _unique_ids(sources: Iterable[Source]) -> Iterator[Source]:
    """Yield documents with ids of their own: two names may leave two ids alike."""
    used: Counter[str] = Counter()
    for source in sources:
        used[source.id] += 1
        count = used[source.id]
        yield source if count == 1 else replace(source, id=f"{source.id}~{count}")
