"""All documents of a run: each under an id of its own, files by names that tell no machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from xcase.read.isolate import read_files
from xcase.read.rows import read_rows
from xcase.records import Skipped, Source
from xcase.run import stopped


def read_all(
    files: Sequence[Path],
    passed_over: Sequence[Skipped],
    paths: Sequence[Path],
    stdin: BinaryIO | None,
    stop: Callable[[], bool],
    before: Mapping[str, Source],
) -> tuple[list[Source], list[Skipped]]:
    """Read the documents of files and of rows, and say what was passed over.

    Args:
        files: what :func:`~xcase.read.find_inputs` found under ``paths``.
        passed_over: what it did not take.
        stdin: JSON lines, after the files.
        stop: asked after each document whether the user wants to stop.
        before: what was read from files of the same names in an earlier run.

    Raises:
        StoppedError: ``stop`` said so.
    """
    called = _names([*files, *(Path(s.path) for s in passed_over)], paths)
    skipped = [replace(s, path=called[Path(s.path)]) for s in passed_over]
    items = read_files([(file, called[file]) for file in files], known=before)
    sources: dict[str, Source] = {}
    for item in chain(items, () if stdin is None else read_rows(stdin)):
        if stop():
            raise stopped(0, 0)
        if isinstance(item, Skipped):
            skipped.append(item)
        elif item.id in sources:
            message = f"document id {item.id!r} was already used by {sources[item.id].path}"
            skipped.append(Skipped(item.path, item.sha256, "read", "E_DUPLICATE_ID", message))
        else:
            sources[item.id] = item
    return list(sources.values()), skipped


def _names(files: Sequence[Path], paths: Sequence[Path]) -> dict[Path, str]:
    """Return for each file its path within the folder given: no record names the machine.

    Where two files would get the same name, folders above them are added until they differ.
    """
    # Looked up, not compared: among thousands of files given by name each would meet each.
    order = {path: n for n, path in reversed([*enumerate(paths)])}
    sizes = {}
    for file in files:
        given = [folder for folder in file.parents if folder in order]
        folder = min(given, key=order.__getitem__, default=file.parent)
        sizes[file] = max(1, len(file.relative_to(folder).parts))
    while True:
        names = {f: "/".join(f.absolute().parts[-size:]) for f, size in sizes.items()}
        count = Counter(names.values())
        equal = [f for f, name in names.items() if count[name] > 1]
        if not equal:
            return names
        longer = [f for f in equal if sizes[f] < len(f.absolute().parts)]
        if not longer:
            return names  # one file under two spellings
        for file in longer:
            sizes[file] += 1
