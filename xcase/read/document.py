"""One file becomes its records."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from xcase.errors import ReadError
from xcase.read.decode import is_blank, well_formed
from xcase.read.docx import read_docx
from xcase.read.html import read_html
from xcase.read.kinds import HEAD_BYTES, SUFFIXES, check_content, unsupported
from xcase.read.limits import MAX_FILE_BYTES, MAX_ROWS_BYTES, MAX_TEXT_CHARS
from xcase.read.markdown import read_markdown
from xcase.read.pdf import read_pdf
from xcase.read.plain import read_plain
from xcase.read.rows import csv_rows, read_rows
from xcase.read.skip import skip
from xcase.read.title import title_of
from xcase.records import Skipped, Source

_PARSERS: dict[str, Callable[[bytes], tuple[str, dict[str, Any]]]] = {
    ".docx": read_docx,
    ".htm": read_html,
    ".html": read_html,
    ".markdown": read_markdown,
    ".md": read_markdown,
    ".pdf": read_pdf,
    ".txt": read_plain,
}


def read_file(path: Path, *, name: str) -> Iterator[Source | Skipped]:
    """Yield the documents of the file at ``path``, and what of it could not be read.

    ``name`` is the path as the records show it (relative, with slashes). A bad file or row never
    raises.
    """
    name = well_formed(name)
    suffix = path.suffix.lower()
    digest = ""
    try:
        _check_regular(path, suffix)
        if suffix == ".jsonl":
            with path.open("rb") as stream:
                before = _state(stream)
                check_content(stream.peek(HEAD_BYTES)[:HEAD_BYTES], suffix)
                yield from read_rows(stream, name=name)
                _check_unchanged(stream, before)
            return
        data = _load(path)
        digest = hashlib.sha256(data).hexdigest()
        check_content(data[:HEAD_BYTES], suffix)
        if suffix == ".csv":
            yield from csv_rows(data, name=name)
        else:
            yield _source(data, suffix, name, digest)
    except ReadError as error:
        yield skip(name, error.code, str(error), sha256=digest)
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
        yield skip(name, "E_IO", message, sha256=digest)


def _check_regular(path: Path, suffix: str) -> None:
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):  # opening a pipe would wait for ever
        raise ReadError("E_UNSUPPORTED", "not an ordinary file")
    if suffix not in SUFFIXES:
        raise ReadError("E_UNSUPPORTED", unsupported(suffix))
    size = path.stat().st_size
    if size == 0:
        raise ReadError("E_EMPTY", "the file is empty")
    most = MAX_ROWS_BYTES if suffix == ".jsonl" else MAX_FILE_BYTES
    if size > most:
        raise ReadError("E_LIMIT_SIZE", _too_large(most))


def _load(path: Path) -> bytes:
    with path.open("rb") as stream:
        before = _state(stream)
        data = stream.read(MAX_FILE_BYTES + 1)
        if len(data) > MAX_FILE_BYTES:  # it has grown since it was asked for its size
            raise ReadError("E_LIMIT_SIZE", _too_large(MAX_FILE_BYTES))
        _check_unchanged(stream, before)
    return data


def _too_large(most: int) -> str:
    return f"larger than {most:,} bytes; split it (rows: as .jsonl)"


def _state(stream: BinaryIO) -> tuple[int, int]:
    state = os.fstat(stream.fileno())
    return state.st_size, state.st_mtime_ns


def _check_unchanged(stream: BinaryIO, before: tuple[int, int]) -> None:
    if _state(stream) != before:
        raise ReadError("E_IO", "was written to while it was read; run again when it is complete")


def _source(data: bytes, suffix: str, name: str, digest: str) -> Source:
    text, metadata = _parse(data, suffix)
    if len(text) > MAX_TEXT_CHARS:
        message = f"{len(text):,} characters, and {MAX_TEXT_CHARS:,} are the limit; split it"
        raise ReadError("E_LIMIT_SIZE", message)
    if is_blank(text):
        message = "has pages but no text: scanned? run OCR on it" if suffix == ".pdf" else "blank"
        raise ReadError("E_NO_TEXT", message)
    title = title_of(text, metadata, fallback=PurePosixPath(name).stem)
    return Source(name, name, digest, title, metadata, text)


def _parse(data: bytes, suffix: str) -> tuple[str, dict[str, Any]]:
    try:
        return _PARSERS[suffix](data)
    except ReadError:
        raise
    except MemoryError as error:
        raise ReadError("E_LIMIT_SIZE", "needs more memory than there is; split it") from error
    except Exception as error:
        # On damaged input mammoth, pypdf and the codecs raise whatever their code runs into
        # (KeyError, AttributeError, RecursionError ...), not only their own errors.
        what = f"{type(error).__name__}: {error}"[:200]
        raise ReadError("E_CORRUPT", f"damaged ({what}); save it anew") from error
