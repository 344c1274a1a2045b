"""Readers in processes of their own: a file that hangs, crashes or eats memory costs only itself.

The libraries that take PDF, Word, HTML and Markdown apart run in a few worker processes that are
kept warm, with limits on time and memory. Rows and short plain text, which the standard library
reads, are read where they are needed: for them a process would cost more than the work.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import stat
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import TimeoutError as TookTooLong
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

from xcase.processes import Call, Workers, cores, end_with
from xcase.read.document import read_file
from xcase.read.limits import MAX_FILE_BYTES, MAX_READ_MEMORY, MAX_READ_SECONDS
from xcase.read.skip import skip
from xcase.records import Skipped, Source

Reader = Callable[[Path, str], list[Source | Skipped]]

# Read by the standard library alone, a line or a short text at a time.
_SIMPLE = (".csv", ".txt")
_STREAMED = ".jsonl"
_ROWS = (".csv", _STREAMED)
_SIMPLE_BYTES = 250_000

# Parsers are bound by the processor, and each worker may take MAX_READ_MEMORY.
_MAX_WORKERS = 4
# Files given to the workers before their turn: enough to keep them busy, little in memory.
_AHEAD = 16


def read_apart(path: Path, name: str) -> list[Source | Skipped]:
    """Return the documents of a file; this is what a worker does."""
    return list(read_file(path, name=name))


def read_files(
    files: Sequence[tuple[Path, str]],
    *,
    reader: Reader = read_apart,
    seconds: float = MAX_READ_SECONDS,
    known: Mapping[str, Source] = MappingProxyType({}),
) -> Iterator[Source | Skipped]:
    """Yield the documents of files, each given with its name in the records, in their order.

    Args:
        known: what the same version read from files before, by name. A file that still has the
            same bytes is not taken apart again.
        reader: what workers call; tests give one that misbehaves. Any other than the default is
            always called in a worker.
        seconds: after so much time the worker of a file is killed.
    """
    same = [_unchanged(path, known.get(name)) for path, name in files]
    alone = [
        before is None and (reader is not read_apart or _needs_worker(path))
        for (path, _), before in zip(files, same, strict=True)
    ]
    pool = _pool(min(alone.count(True), _MAX_WORKERS, cores()))
    try:
        waiting: deque[tuple[Path, str, Call | Source | None]] = deque()
        for (path, name), apart, before in zip(files, alone, same, strict=True):
            call = pool.call(reader, path, name, seconds=seconds) if pool and apart else before
            waiting.append((path, name, call))
            if len(waiting) > _AHEAD:
                yield from _result(*waiting.popleft(), seconds)
        while waiting:
            yield from _result(*waiting.popleft(), seconds)
    finally:
        if pool:
            pool.stop()


def _unchanged(path: Path, before: Source | None) -> Source | None:
    """Return what was read from a file before, if its bytes are the same."""
    if before is None or path.suffix.lower() in _ROWS:
        return None  # the sha256 of a row is that of its text
    with suppress(OSError):
        told = path.stat()  # opening a pipe would wait for ever
        small = stat.S_ISREG(told.st_mode) and told.st_size <= MAX_FILE_BYTES
        if small and _digest(path) == before.sha256:
            return before
    return None


def _needs_worker(path: Path) -> bool:
    suffix = path.suffix.lower()
    if suffix == _STREAMED:
        return False
    with suppress(OSError):
        return suffix not in _SIMPLE or path.stat().st_size > _SIMPLE_BYTES
    return False  # it cannot be asked, so it cannot be read: that is soon told


def _result(
    path: Path, name: str, call: Call | Source | None, seconds: float
) -> Iterator[Source | Skipped]:
    if isinstance(call, Source):
        yield call
        return
    if call is None:
        yield from read_file(path, name=name)
        return
    records, error = call.outcome()
    if error is None and _is_records(records):
        yield from records
        return
    yield skip(name, *_fault(error, seconds), sha256=_digest(path))


def _fault(error: BaseException | None, seconds: float) -> tuple[str, str]:
    """Return code and message for a worker's failure; what it says may quote the text."""
    from pebble import ProcessExpired

    if error is None:
        return "E_CRASH", "the reader returned something else than documents; save it anew"
    if isinstance(error, TookTooLong):
        return "E_LIMIT_TIME", f"took more than {seconds:g} seconds; split it"
    if isinstance(error, MemoryError):
        return "E_LIMIT_SIZE", "needs more memory than a file may take; split it"
    if isinstance(error, ProcessExpired):
        return "E_CRASH", f"the reader crashed (exit code {error.exitcode}); save it anew"
    return "E_CRASH", f"the reader failed ({type(error).__name__}); save it anew"


def _is_records(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) > 0
        and all(isinstance(record, Source | Skipped) for record in value)
        and all(isinstance(r.text, str) for r in value if isinstance(r, Source))
    )


def _digest(path: Path) -> str:
    with suppress(OSError), path.open("rb") as stream:
        return hashlib.sha256(stream.read(MAX_FILE_BYTES)).hexdigest()
    return ""


def _pool(workers: int) -> Workers | None:
    return Workers(workers, _limit, (MAX_READ_MEMORY, os.getpid())) if workers else None


def _limit(memory: int, parent: int) -> None:
    """Bound what this worker may take, and end it if its parent dies."""
    end_with(parent)
    with suppress(ImportError):  # Windows has no such limits; there time alone is limited
        resource: Any = importlib.import_module("resource")
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold narratives
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # a reader writes no files
