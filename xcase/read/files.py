"""Which files a run reads."""

from __future__ import annotations

import errno
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from xcase.errors import UsageError
from xcase.own import exported, kind_of
from xcase.read.kinds import SUFFIXES, unsupported
from xcase.read.skip import skip
from xcase.records import Skipped

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

IGNORE_FILE = ".xcaseignore"

# Word writes a lock file of this name beside each open document.
_HIDDEN = (".", "~$")


def find_inputs(
    paths: Sequence[Path], *, exclude: Path | None = None
) -> tuple[list[Path], list[Skipped]]:
    """Return the files to read, as given and in sorted walks, and what was passed over and why.

    Hidden files, what ``.xcaseignore`` names and the folder ``exclude`` are left out silently; an
    analysis, a report or an export that lies below a folder is told by one line.
    Links are followed only where they are given themselves.
    """
    # By absolute path: a file given twice counts once.
    files: dict[Path, Path] = {}
    skipped: dict[Path, Skipped] = {}
    output = exclude.resolve() if exclude is not None else None
    for path in paths:
        for found in _expand(path, output):
            if isinstance(found, Skipped):
                skipped.setdefault(Path(found.path).absolute(), found)
            else:
                files.setdefault(found.resolve(), found)
    return list(files.values()), list(skipped.values())


def _expand(path: Path, output: Path | None) -> Iterator[Path | Skipped]:
    try:
        mode = path.stat().st_mode
    except PermissionError as error:
        yield skip(path.as_posix(), "E_IO", f"cannot be read: {error.strerror}")
        return
    except (OSError, ValueError) as error:
        # A shell's * names a link as if it led to something.
        nothing = isinstance(error, OSError) and error.errno in (errno.ENOENT, errno.ELOOP)
        if nothing and path.is_symlink():
            yield skip(path.as_posix(), "E_UNSUPPORTED", "a symbolic link to nothing")
            return
        raise UsageError(f"{path} does not exist; give a file or a folder") from error
    if output is not None and path.resolve().is_relative_to(output):
        raise UsageError(f"{path} is in the output folder; read something else or change --out")
    if stat.S_ISDIR(mode):
        yield from _walk(path, _ignored(path), output)
    else:
        yield _file(path, mode)


def _file(path: Path, mode: int) -> Path | Skipped:
    if not stat.S_ISREG(mode):
        return skip(
            path.as_posix(), "E_UNSUPPORTED", "not an ordinary file (pipe, socket or device)"
        )
    if path.suffix.lower() not in SUFFIXES:
        return skip(path.as_posix(), "E_UNSUPPORTED", unsupported(path.suffix))
    return path


def _walk(top: Path, ignored: GitIgnoreSpec, output: Path | None) -> Iterator[Path | Skipped]:
    """Yield the files below ``top``, each folder in the order of its names."""
    waiting = [top]
    while waiting:
        path = waiting.pop()
        try:
            mode = path.lstat().st_mode if path != top else stat.S_IFDIR
            if not stat.S_ISDIR(mode):
                yield _link(path) if stat.S_ISLNK(mode) else _file(path, mode)
                continue
            if kind := kind_of(path):
                yield _own(path, kind)
                continue
            if ours := exported(path):
                yield _own(path, "an export")
            children = sorted((c for c in path.iterdir() if c.name not in ours), reverse=True)
            waiting += [child for child in children if _wanted(child, top, ignored, output)]
        except OSError as error:
            yield skip(path.as_posix(), "E_IO", f"cannot be read: {error.strerror or error}")


def _wanted(path: Path, top: Path, ignored: GitIgnoreSpec, output: Path | None) -> bool:
    if path.name.startswith(_HIDDEN):
        return False
    inside = path.relative_to(top).as_posix()
    folder = path.is_dir() and not path.is_symlink()
    if folder and output is not None and path.resolve() == output:
        return False
    return not ignored.match_file(f"{inside}/" if folder else inside)


def _ignored(folder: Path) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    rules = folder / IGNORE_FILE
    try:
        lines = rules.read_text(encoding="utf-8-sig").splitlines() if rules.is_file() else []
        return GitIgnoreSpec.from_lines(lines)
    except (OSError, ValueError) as error:
        raise UsageError(f"{rules} cannot be used: {error}") from error


def _own(folder: Path, what: str) -> Skipped:
    message = f"{what} that xcase wrote, not read; name it in {IGNORE_FILE} to say no more of it"
    return skip(folder.as_posix(), "E_UNSUPPORTED", message)


def _link(path: Path) -> Skipped:
    return skip(path.as_posix(), "E_UNSUPPORTED", "a symbolic link, not followed; give its target")
