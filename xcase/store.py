"""Records to JSON lines and back: the one place that knows the files of the analysis folder.

Writing is safe: each file is written beside its place, flushed to disk and renamed; ``run.json``
comes last and holds the sha256 of the others, so that a torn set is recognised when it is read.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import jsonlines

from xcase.errors import AnalysisError, UsageError
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


def save(analysis: Analysis, folder: Path) -> None:
    """Write an analysis to its folder, whole or not at all."""
    tables: dict[str, Iterable[object]] = {
        "documents.jsonl": analysis.documents,
        "cases.jsonl": analysis.cases,
        "errors.jsonl": analysis.skipped,
    }
    contents = {name: _lines(records) for name, records in tables.items()}
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    run = {"format": FORMAT, **analysis.run, "files": digests}
    contents["run.json"] = (json.dumps(run, indent=1) + "\n").encode()
    drafts = {folder / name: folder / f".{name}.{os.getpid()}.tmp" for name in contents}
    try:
        # All drafts are on disk before the first of them takes its place.
        for name, content in contents.items():
            _write(drafts[folder / name], content)
        for path, draft in drafts.items():
            draft.replace(path)
    except OSError as error:
        raise AnalysisError(f"cannot write to {folder}: {error.strerror}") from error
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)


def load(folder: Path) -> Analysis:
    """Read an analysis back.

    Raises:
        AnalysisError: the folder holds none, a damaged one, or one of another format.
    """
    path = folder / "run.json"
    if not path.is_file():
        raise AnalysisError(f"no analysis in {folder}; run: xcase analyze FOLDER --out {folder}")
    try:
        run = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AnalysisError(f"{path} is damaged ({error}); {_again(folder)}") from error
    if not isinstance(run, dict) or run.get("format") != FORMAT:
        found = run.get("format") if isinstance(run, dict) else None
        raise AnalysisError(
            f"{folder} has format {found}, this xcase reads {FORMAT}; {_again(folder)}"
        )
    digests = run.get("files")
    if not isinstance(digests, dict):
        raise AnalysisError(f"{path} is damaged (it lists no files); {_again(folder)}")
    tables = {name: _read(folder / name, digests.get(name), folder) for name in FILES}
    try:
        return Analysis(
            documents=tuple(Document(**d) for d in tables["documents.jsonl"]),
            cases=tuple(_case(d) for d in tables["cases.jsonl"]),
            skipped=tuple(Skipped(**d) for d in tables["errors.jsonl"]),
            run=run,
        )
    except (KeyError, TypeError) as error:
        raise AnalysisError(f"{folder} holds an odd record ({error}); {_again(folder)}") from error


def _lines(records: Iterable[object]) -> bytes:
    text = io.StringIO()
    with jsonlines.Writer(text, dumps=_dumps) as writer:
        writer.write_all(to_json(record) for record in records)
    return text.getvalue().encode("utf-8", "replace")


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path, expected: str | None, folder: Path) -> list[dict[str, Any]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise AnalysisError(f"cannot read {path}: {error.strerror}; {_again(folder)}") from error
    if hashlib.sha256(content).hexdigest() != expected:
        raise AnalysisError(f"{path} is not the file that the analysis wrote; {_again(folder)}")
    with jsonlines.Reader(io.StringIO(content.decode("utf-8"), newline="\n")) as reader:
        return list(reader)


def _again(folder: Path) -> str:
    return f"run: xcase analyze FOLDER --out {folder}"


def _case(d: dict[str, Any]) -> Case:
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
