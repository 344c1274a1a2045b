"""Safe writing: what is on disk is whole, flushed, and written by one program at a time.

Every file that cannot be made again is written with these functions; the tests let each of their
calls fail, and the program die in each, in turn.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from xcase.errors import LockedError

LOCK_FILE = ".lock"


def write(path: Path, content: bytes) -> None:
    """Write a file and wait until it is on disk; it may be left half written if that fails."""
    write_lines(path, [content])


def write_lines(path: Path, lines: Iterable[bytes]) -> None:
    """Write a file as :func:`write` does, of lines that are not put together in memory."""
    _put(path, _blocks(lines), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)


def append(path: Path, content: bytes) -> None:
    """Append to a file and wait until it is on disk; the tail may be torn if that fails."""
    _put(path, [content], os.O_WRONLY | os.O_CREAT | os.O_APPEND)


def truncate(path: Path, size: int) -> None:
    """Cut a file after ``size`` bytes and wait until that is on disk."""
    descriptor = os.open(path, os.O_WRONLY | _BINARY)
    try:
        os.ftruncate(descriptor, size)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace(draft: Path, path: Path) -> None:
    """Put a draft in the place of a file: everyone sees the old file or the new one."""
    os.replace(draft, path)  # noqa: PTH105 - the tests let this call fail


def remove(path: Path) -> None:
    """Remove a file if it is there."""
    with suppress(FileNotFoundError):
        os.unlink(path)  # noqa: PTH108 - the tests let this call fail


def discard(draft: Path) -> None:
    """Remove a draft if it is there and can be: on a read-only disk it never was."""
    with suppress(OSError):
        remove(draft)


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on disk: a renamed file is not safe before."""
    if os.name == "nt":  # there folders cannot be opened, and renames are journalled
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_safely(path: Path, content: bytes, *, mode: int = 0o666) -> None:
    """Write a file so that it is the old one or the new one, whatever happens.

    Args:
        mode: who may read and write it, less what the system keeps from all new files.
    """
    # Not everyone who writes holds the folder: each has a draft of his own, and no one else's mode.
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        _put(draft, [content], os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        replace(draft, path)
        sync_folder(path.parent)
    finally:
        discard(draft)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder against other programs; the system lets go of it if this one dies.

    Raises:
        LockedError: another program holds the folder.
    """
    from filelock import FileLock, Timeout

    path = folder / LOCK_FILE
    # One lock for each path: who holds it may ask for it again.
    lock = FileLock(path, is_singleton=True, on_acquired=_sign)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise LockedError(
            f"{_holder(path)} is writing to {folder}; wait until it is done, or stop it"
        ) from error
    try:
        yield
    finally:
        if lock.lock_counter == 1:  # the last to let go takes its name out
            with suppress(OSError):
                os.truncate(path, 0)
        lock.release()


# Without it Windows would write two bytes for each end of line.
_BINARY = getattr(os, "O_BINARY", 0)


# Lines written with one call.
_BLOCK = 1 << 20


def _blocks(lines: Iterable[bytes]) -> Iterator[bytes]:
    block, size = [], 0
    for line in lines:
        block.append(line)
        size += len(line)
        if size >= _BLOCK:
            yield b"".join(block)
            block, size = [], 0
    yield b"".join(block)


def _put(path: Path, blocks: Iterable[bytes], flags: int, mode: int = 0o666) -> None:
    descriptor = os.open(path, flags | _BINARY, mode)
    try:
        for block in blocks:
            rest = memoryview(block)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sign(descriptor: int) -> None:
    with suppress(OSError):
        os.write(descriptor, f"process {os.getpid()} on {socket.gethostname()}".encode())


def _holder(path: Path) -> str:
    with suppress(OSError, UnicodeDecodeError):
        if holder := path.read_text(encoding="utf-8"):
            return f"another xcase ({holder})"
    return "another xcase"
