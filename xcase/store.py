"""Records to JSON lines and back: the one place that knows the files of the analysis folder.

A save is whole or not at all, also if the program is killed in it. All files are first written
beside their places and flushed; renaming ``.run.json.next`` into being is the moment from which on
the new set counts; then each file takes its place, ``run.json`` last. ``run.json`` holds the sha256
of the others, so that a reader knows which set is whole, and takes that one. It also holds a sum of
each document with its cases, by which :mod:`xcase.repair` tells what of a damaged folder is right.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import jsonlines

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
# 64 bits tell damage apart, and run.json stays small.
_SUM_DIGITS = 16


def to_json(record: object) -> Any:
    """Return a record as plain JSON values, its keys in the order of the record's fields.

    A field whose name cannot be a name in Python says its key in its metadata.
    """
    if isinstance(record, Span):
        return list(record)
    if dataclasses.is_dataclass(record) and not isinstance(record, type):
        return {
            f.metadata.get("key", f.name): to_json(getattr(record, f.name))
            for f in dataclasses.fields(record)
        }
    if isinstance(record, Mapping):
        return {str(k): to_json(v) for k, v in record.items()}
    if isinstance(record, list | tuple):
        return [to_json(item) for item in record]
    return record


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


def save(analysis: Analysis, folder: Path) -> None:
    """Write an analysis to its folder, whole or not at all.

    Raises:
        AnalysisError: the disk is full or fails; the earlier analysis stays.
        LockedError: another program is writing to the folder.
    """
    tables = {
        "documents.jsonl": lines(analysis.documents),
        "cases.jsonl": lines(analysis.cases),
        "errors.jsonl": lines(analysis.skipped),
    }
    contents = {name: b"".join(table) for name, table in tables.items()}
    run = {
        "format": FORMAT,
        **analysis.run,
        "files": {name: _sha256(content) for name, content in contents.items()},
        "sums": sums(analysis, tables["documents.jsonl"], tables["cases.jsonl"]),
    }
    with writing(folder):
        try:
            for name, content in contents.items():
                disk.write(folder / f".{name}.next", content)
            disk.write(folder / _UNDECIDED, (json.dumps(run, indent=1) + "\n").encode())
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
    run, contents = _whole_set(folder)
    tables = {name: _records(content) for name, content in contents.items()}
    try:
        return Analysis(
            documents=tuple(Document(**d) for d in tables["documents.jsonl"]),
            cases=tuple(case_from(d) for d in tables["cases.jsonl"]),
            skipped=tuple(Skipped(**d) for d in tables["errors.jsonl"]),
            run=run,
        )
    except (KeyError, TypeError) as error:
        raise AnalysisError(f"{folder} holds an odd record ({error}); {_again(folder)}") from error


def lines(records: Iterable[object]) -> list[bytes]:
    """Return each record as a line of JSON in UTF-8."""
    text = io.StringIO()
    with jsonlines.Writer(text, dumps=_dumps) as writer:
        writer.write_all(to_json(record) for record in records)
    return text.getvalue().encode("utf-8", "replace").splitlines(keepends=True)


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
    return dict(run)


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
        if _sha256(content) == expected:
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
        if draft.is_file() and _sha256(draft.read_bytes()) == files[name]:
            disk.replace(draft, folder / name)
    # A disk may keep renames in any order: the decision has to outlast all others.
    disk.sync_folder(folder)
    disk.replace(folder / _DECIDED, folder / RUN)
    disk.sync_folder(folder)


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _records(content: bytes) -> list[dict[str, Any]]:
    with jsonlines.Reader(io.StringIO(content.decode("utf-8"), newline="\n")) as reader:
        return list(reader)


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
