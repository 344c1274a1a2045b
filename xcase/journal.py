"""What a run has done so far, so that one that is stopped or killed goes on where it was.

``unfinished.jsonl`` in the analysis folder begins with a line that says what made it; each further
line is a document with its cases. Every line ends with a sum of itself: a tail that was torn, or a
line that was damaged, is told and its document done again. The file goes when the run is saved.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from xcase import disk, store
from xcase.errors import AnalysisError
from xcase.records import Case, Document

FILE = "unfinished.jsonl"
_SUM_DIGITS = 16

Done = tuple[Document, tuple[Case, ...]]


class Journal:
    """The documents that a run of this ``maker`` (versions and settings) has done.

    ``found`` are those of an earlier run that did not end; another maker's are thrown away.
    """

    def __init__(self, folder: Path, maker: Mapping[str, Any]) -> None:
        self._path = folder / FILE
        self._head = _line({"maker": maker})
        self.found: dict[str, Done] = {}
        try:
            self._open()
        except OSError as error:
            raise _failed(self._path, error) from error

    def add(self, done: Iterable[Done]) -> None:
        """Put documents on disk; they are safe when this returns.

        Raises:
            AnalysisError: the disk is full or fails.
        """
        content = b"".join(
            _line({"document": store.to_json(d), "cases": store.to_json(cases)})
            for d, cases in done
        )
        try:
            if self._path.is_file():
                disk.append(self._path, content)
            else:
                disk.append(self._path, self._head + content)
                disk.sync_folder(self._path.parent)  # a new file is not safe before its name is
        except OSError as error:
            raise _failed(self._path, error) from error

    def remove(self) -> None:
        """Forget what was done: it is saved, or no longer wanted."""
        try:
            disk.remove(self._path)
        except OSError as error:
            raise _failed(self._path, error) from error

    def _open(self) -> None:
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return
        lines = content.splitlines(keepends=True)
        if lines[:1] != [self._head]:
            disk.remove(self._path)
            return
        for line in lines[1:]:
            if (value := _value(line)) is not None:
                document = Document(**value["document"])
                cases = tuple(store.case_from(c) for c in value["cases"])
                self.found[document.id] = (document, cases)
        if not content.endswith(b"\n"):
            disk.truncate(self._path, content.rfind(b"\n") + 1)


def _line(value: Mapping[str, Any]) -> bytes:
    told = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=False)[:-1]
    body = told.encode("utf-8", "replace")
    return body + f', "sum": "{_sum(body)}"}}\n'.encode()


def _value(line: bytes) -> dict[str, Any] | None:
    """Return what a line holds, or None if it is not the line that was written."""
    body, mark, rest = line.rpartition(b', "sum": "')
    if not mark or rest != f'{_sum(body)}"}}\n'.encode():
        return None
    value: dict[str, Any] = json.loads(line)
    return value


def _sum(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:_SUM_DIGITS]


def _failed(path: Path, error: OSError) -> AnalysisError:
    return AnalysisError(f"cannot write {path}: {error.strerror}")
