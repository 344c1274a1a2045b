"""Records to JSON lines and back: the one place that knows the files of the analysis folder.

A save is whole or not at all, also if the program is killed in it. All files are first written
beside their places and flushed; renaming ``.run.json.next`` into being is the moment from which on
the new set counts; then each file takes its place, ``run.json`` last. ``run.json`` holds the sha256
of the others, so that a reader knows which set is whole, and takes that one; of itself; and a sum
of each document with its cases, by which :mod:`xcase.repair` tells what of a damaged folder is
right.
"""

from __future__ import annotations

import dataclasses
import functools
import gc
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from xcase import disk
from xcase.errors import AnalysisError, NewerFormatError, UsageError
from xcase.records import (
    Analysis,
    Case,
    Document,
    IndustryGuess,
    Outcome,
    Person,
    Program,
    Quote,
    Sentence,
    SkillMention,
    Skipped,
    Span,
)

# Raised whenever a field changes its name or meaning.
FORMAT = 1
FILES = ("documents.jsonl", "cases.jsonl", "errors.jsonl")
RUN = "run.json"
# The run.json of a set that is whole on disk, but of which not every file has its place yet.
_DECIDED = f".{RUN}.next"
_UNDECIDED = f".{RUN}.draft"
# A writer may put a new set in its place while a reader reads; then the reader begins anew.
_ATTEMPTS = 3
# What run.json says of itself: the sha256 of the rest of it.
_OWN_SUM = "sha256"
# 64 bits tell damage apart, and run.json stays small.
_SUM_DIGITS = 16


def to_json(record: object) -> Any:
    """Return a record as plain JSON values, its keys in the order of the record's fields.

    A field whose name cannot be a name in Python says its key in its metadata.
    """
    if record is None or isinstance(record, str | int | float):
        return record
    if isinstance(record, Span):
        return list(record)
    kind: Any = type(record)
    if fields := _fields(kind):
        return {key: to_json(getattr(record, name)) for key, name in fields}
    if isinstance(record, Mapping):
        return {str(k): to_json(v) for k, v in record.items()}
    if isinstance(record, list | tuple):
        return [to_json(item) for item in record]
    return record


@functools.cache
def _fields(kind: type) -> tuple[tuple[str, str], ...]:
    """Return key and name of each field of a kind of record; of any other type none."""
    if not dataclasses.is_dataclass(kind):
        return ()
    return tuple((f.metadata.get("key", f.name), f.name) for f in dataclasses.fields(kind))


class Written:
    """The lines that records were read from: what stays as it is need not be told again.

    Attributes:
        files: the sha256 of each file that they stand in.
    """

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = dict(files)
        # By identity, and with the record, so that no other one can take its place.
        self._lines: dict[int, tuple[object, bytes]] = {}

    def keep(self, record: object, line: bytes) -> None:
        """Remember the line that a record was read from."""
        self._lines[id(record)] = (record, line)

    def line(self, record: object) -> bytes:
        """Return a record as a line: the one that it was read from, or a new one."""
        kept = self._lines.get(id(record))
        return kept[1] if kept else _line(record)


def prepare(folder: Path) -> None:
    """Make sure that an analysis can be written to ``folder`` before any work is done.

    Raises:
        UsageError: the path is a file, or the folder cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".xcase-probe"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise UsageError(f"cannot write the analysis to {folder}: {error.strerror}") from error


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Hold the analysis folder for one writer, and finish what a writer that died had decided.

    Raises:
        UsageError: the folder cannot be made or written to.
        LockedError: another program is writing to it.
    """
    prepare(folder)
    with disk.locked(folder):
        try:
            _finish(folder)
        except OSError as error:
            raise AnalysisError(f"cannot write to {folder}: {error.strerror}") from error
        yield


def save(analysis: Analysis, folder: Path, *, known: Written | None = None) -> None:
    """Write an analysis to its folder, whole or not at all.

    Args:
        known: the lines of what stands in the folder now; where they are those of the analysis,
            ``run.json`` alone is written.

    Raises:
        AnalysisError: the disk is full or fails; the earlier analysis stays.
        LockedError: another program is writing to the folder.
    """
    line = (known or Written({})).line
    tables = {
        "documents.jsonl": [line(d) for d in analysis.documents],
        "cases.jsonl": [line(c) for c in analysis.cases],
        "errors.jsonl": [line(s) for s in analysis.skipped],
    }
    files = {name: _sha256(table) for name, table in tables.items()}
    run = {
        "format": FORMAT,
        **analysis.run,
        "files": files,
        "sums": sums(analysis, tables["documents.jsonl"], tables["cases.jsonl"]),
    }
    told = (json.dumps({**run, _OWN_SUM: _sum_of(run)}, indent=1) + "\n").encode()
    with writing(folder):
        try:
            if known is not None and known.files == files:
                disk.write(folder / _UNDECIDED, told)
                disk.replace(folder / _UNDECIDED, folder / RUN)
                disk.sync_folder(folder)
                return
            for name, table in tables.items():
                disk.write_lines(folder / f".{name}.next", table)
            disk.write(folder / _UNDECIDED, told)
            disk.sync_folder(folder)
            disk.replace(folder / _UNDECIDED, folder / _DECIDED)
            disk.sync_folder(folder)
            _finish(folder)
        except OSError as error:
            with suppress(OSError):
                _finish(folder)
            raise AnalysisError(f"cannot write to {folder}: {error.strerror}") from error


def load(folder: Path) -> Analysis:
    """Read an analysis back.

    Raises:
        AnalysisError: the folder holds none, a damaged one, or one of another format.
    """
    return load_written(folder)[0]


def load_written(folder: Path) -> tuple[Analysis, Written]:
    """Read an analysis back, with the lines that its records were read from.

    Raises:
        AnalysisError: as :func:`load`.
    """
    run, contents = _whole_set(folder)
    written = Written(run["files"])
    try:
        with _uncollected():
            documents, cases, skipped = (
                tuple(_records(contents.pop(name), make, written)) for name, make in RECORDS.items()
            )
    except (KeyError, TypeError, ValueError) as error:
        raise AnalysisError(f"{folder} holds an odd record ({error}); {_again(folder)}") from error
    return Analysis(documents, cases, skipped, run), written


def lines(records: Iterable[object]) -> list[bytes]:
    """Return each record as a line of JSON in UTF-8."""
    return [_line(record) for record in records]


def sums(analysis: Analysis, documents: Iterable[bytes], cases: Iterable[bytes]) -> dict[str, str]:
    """Return a sum of each document with its cases, by its id; the lines are those written."""
    digests = {
        d.id: hashlib.sha256(line) for d, line in zip(analysis.documents, documents, strict=True)
    }
    for case, line in zip(analysis.cases, cases, strict=True):
        if case.document_id in digests:
            digests[case.document_id].update(line)
    return {key: digest.hexdigest()[:_SUM_DIGITS] for key, digest in digests.items()}


def read_run(path: Path) -> dict[str, Any]:
    """Read a ``run.json``.

    Raises:
        AnalysisError: it is missing, damaged, or of another format.
    """
    folder = path.parent
    if not path.is_file():
        if any((folder / name).is_file() for name in FILES):
            raise AnalysisError(f"{path} is missing; {_again(folder)}")
        raise AnalysisError(f"no analysis in {folder}; run: xcase analyze FOLDER --out {folder}")
    try:
        run = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise AnalysisError(f"{path} is damaged ({error}); {_again(folder)}") from error
    found = run.get("format") if isinstance(run, dict) else None
    if isinstance(found, int) and found > FORMAT:
        raise NewerFormatError(
            f"{folder} has format {found}, written by xcase {run.get('xcase', '(unknown)')}; this "
            f"xcase reads format {FORMAT}: update xcase, or give another folder with --out"
        )
    if found != FORMAT:
        raise AnalysisError(
            f"{folder} has format {found}, this xcase reads {FORMAT}; {_again(folder)}"
        )
    if not isinstance(run.get("files"), dict):
        raise AnalysisError(f"{path} is damaged (it lists no files); {_again(folder)}")
    # One that an earlier version wrote has none.
    if run.pop(_OWN_SUM, None) not in (None, _sum_of(run)):
        raise AnalysisError(f"{path} is not the file that the analysis wrote; {_again(folder)}")
    return dict(run)


def _sum_of(run: Mapping[str, Any]) -> str:
    return _sha256([json.dumps(run).encode()])


def _whole_set(folder: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return the run and the files of the set that is whole, in its place or about to take it."""
    for attempt in range(_ATTEMPTS):
        try:
            return _set(folder, RUN)
        except NewerFormatError:
            raise
        except AnalysisError:
            try:
                return _set(folder, _DECIDED)
            except AnalysisError:
                if attempt == _ATTEMPTS - 1:
                    break
    return _set(folder, RUN)


def _set(folder: Path, name: str) -> tuple[dict[str, Any], dict[str, bytes]]:
    run = read_run(folder / name)
    return run, {file: _file(folder, file, run["files"].get(file)) for file in FILES}


def _file(folder: Path, name: str, expected: str | None) -> bytes:
    """Return the file with that sum: the one in its place, or the one about to take it."""
    reason = ""
    for path in (folder / name, folder / f".{name}.next"):
        try:
            content = path.read_bytes()
        except OSError as error:
            reason = reason or f"cannot read {path}: {error.strerror}"
            continue
        if _sha256([content]) == expected:
            return content
        reason = reason or f"{path} is not the file that the analysis wrote"
    raise AnalysisError(f"{reason}; {_again(folder)}")


def _finish(folder: Path) -> None:
    """Put a set that was decided on in its place; take away one that was not."""
    drafts = [folder / f".{name}.next" for name in FILES]
    try:
        _set(folder, _DECIDED)
    except NewerFormatError:
        raise
    except AnalysisError:
        for draft in (folder / _DECIDED, folder / _UNDECIDED, *drafts):
            disk.remove(draft)
        return
    files = read_run(folder / _DECIDED)["files"]
    for name, draft in zip(FILES, drafts, strict=True):
        if draft.is_file() and _sha256([draft.read_bytes()]) == files[name]:
            disk.replace(draft, folder / name)
    # A disk may keep renames in any order: the decision has to outlast all others.
    disk.sync_folder(folder)
    disk.replace(folder / _DECIDED, folder / RUN)
    disk.sync_folder(folder)


def _line(record: object) -> bytes:
    told = json.dumps(to_json(record), ensure_ascii=False, allow_nan=False)
    return told.encode("utf-8", "replace") + b"\n"


def _sha256(lines: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line)
    return digest.hexdigest()


def _records(
    content: bytes, make: Callable[[dict[str, Any]], Any], written: Written
) -> Iterator[Any]:
    for line in content.splitlines(keepends=True):
        record = make(json.loads(line))
        written.keep(record, line)
        yield record


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let no garbage be looked for: among records without cycles that takes long and finds none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _again(folder: Path) -> str:
    return (
        f"run: xcase analyze FOLDER --out {folder} (or keep what is undamaged: "
        f"xcase doctor --dir {folder} --repair)"
    )


def case_from(d: dict[str, Any]) -> Case:
    """Return the case that a line of ``cases.jsonl`` holds."""
    return Case(
        **{
            **d,
            "mentee": _person(d["mentee"]),
            "mentor": _person(d["mentor"]),
            "industry_from": _industry(d["industry_from"]),
            "industry_to": _industry(d["industry_to"]),
            "role_from": d["role_from"] and Quote(**d["role_from"]),
            "role_to": d["role_to"] and Quote(**d["role_to"]),
            "program": Program(
                **{k: tuple(Quote(**q) for q in quotes) for k, quotes in d["program"].items()}
            ),
            "sentences": tuple(Sentence(**s) for s in d["sentences"]),
            "skills": tuple(SkillMention(**s) for s in d["skills"]),
            "outcomes": tuple(Outcome(**o) for o in d["outcomes"]),
        }
    )


def _person(d: dict[str, Any] | None) -> Person | None:
    return (
        None if d is None else Person(**{**d, "mentions": tuple(Span(*m) for m in d["mentions"])})
    )


def _industry(d: dict[str, Any] | None) -> IndustryGuess | None:
    return (
        None
        if d is None
        else IndustryGuess(**{**d, "evidence": tuple(Span(*e) for e in d["evidence"])})
    )


# The files of an analysis, and what makes a record of a line of each.
RECORDS: Mapping[str, Callable[[dict[str, Any]], Any]] = {
    "documents.jsonl": lambda d: Document(**d),
    "cases.jsonl": case_from,
    "errors.jsonl": lambda d: Skipped(**d),
}
