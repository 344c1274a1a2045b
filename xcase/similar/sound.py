"""Whether an index is still what was saved.

``index.json`` holds the sha256 of the other files, and of what it says itself. When an index is
opened all of them are checked but the files of more than ``CHECKED_BYTES``, which are not read as a
whole: a flipped bit in those is found by ``xcase doctor``, or by a question that meets what cannot
be.
"""

from __future__ import annotations

import hashlib
import json
import math
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from xcase.errors import AnalysisError

FOLDER = "index"
HEAD = "index.json"
# Digested in some 30 ms; of the files of a thousand cases only the tokens' are larger.
CHECKED_BYTES = 32_000_000


def sealed(
    head: dict[str, Any], home: Path, known: Mapping[str, str] = MappingProxyType({})
) -> str:
    """Return the text of ``index.json``: what it says, and the digests of the files beside it.

    Args:
        known: digests of files as they were written, which may be damaged since.
    """
    told = {**head, "sums": {**_sums(home, without=known), **known}}
    return json.dumps({"sha256": _digest(told), "index": told})


def opened(home: Path) -> dict[str, Any]:
    """Return what ``index.json`` says, if it and the files that are not large are undamaged.

    Raises:
        OSError, ValueError, KeyError, TypeError: they are not.
    """
    told = _head(home)
    if _sums(home, CHECKED_BYTES) != {
        name: known for name, known in told["sums"].items() if _size(home / name) <= CHECKED_BYTES
    }:
        raise ValueError("a file is not what it was")
    return told


def check_files(folder: Path) -> str:
    """Say whether the index of an analysis folder is undamaged; a damaged one is taken away."""
    home = folder / FOLDER
    if not home.is_dir():
        return "none yet"
    try:
        if _sums(home) == _head(home)["sums"]:
            return "undamaged"
    except (OSError, ValueError, KeyError, TypeError):
        pass
    shutil.rmtree(home, ignore_errors=True)
    if home.exists():
        return f"is damaged or from another version, and cannot be taken away; delete {home}"
    return "was damaged or from another version, and is taken away; xcase similar makes it anew"


def require(sound: bool) -> None:
    """Refuse to answer from what no index holds.

    Raises:
        AnalysisError: it is not so.
    """
    if not sound:
        raise AnalysisError(
            f"the folder {FOLDER} in the analysis is damaged; xcase doctor takes it away, and the "
            "next question makes it anew"
        )


def _head(home: Path) -> dict[str, Any]:
    value = json.loads((home / HEAD).read_text(encoding="utf-8"))
    told: dict[str, Any] = value["index"]
    if value["sha256"] != _digest(told):
        raise ValueError(f"{HEAD} is not what it was")
    return told


def _digest(told: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _sums(home: Path, most: float = math.inf, *, without: Collection[str] = ()) -> dict[str, str]:
    sums = {}
    for path in sorted(p for p in home.rglob("*") if p.is_file() and p.name != HEAD):
        name = path.relative_to(home).as_posix()
        if name not in without and _size(path) <= most:
            with path.open("rb") as file:
                sums[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return sums


def _size(path: Path) -> int:
    return path.stat().st_size
