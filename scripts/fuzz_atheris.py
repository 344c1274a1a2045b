"""Fuzz the readers guided by coverage; needs ``pip install atheris`` (not installed otherwise).

python scripts/fuzz_atheris.py [-max_total_time=600] [-only=.pdf]

It begins with the narratives of corpus/stories. What may be raised nowhere is raised here, and
libFuzzer leaves the input that did it in a file.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["xcase", "mammoth", "pypdf", "markdown_it"]):
    from xcase.read import read_file
    from xcase.read.kinds import SUFFIXES

STORIES = Path(__file__).parent.parent / "corpus" / "stories"
SEED_BYTES = 60_000
ONLY = [a.removeprefix("-only=") for a in sys.argv[1:] if a.startswith("-only=")]
TYPES = [suffix for suffix in SUFFIXES if suffix in (ONLY or SUFFIXES)]
PLACE = Path(tempfile.mkdtemp())


def one_input(data: bytes) -> None:
    """Read the bytes as a file whose type the first byte chooses; nothing may be raised."""
    if data:
        path = PLACE / f"a{TYPES[data[0] % len(TYPES)]}"
        path.write_bytes(data[1:])
        for record in read_file(path, name=path.name):
            record.path.encode()


def seeds() -> Path:
    """Return a folder with narratives of all types as inputs."""
    folder = PLACE / "seeds"
    folder.mkdir()
    for path in sorted(STORIES.iterdir()):
        if path.suffix in TYPES and path.stat().st_size <= SEED_BYTES:
            kind = bytes([TYPES.index(path.suffix)])
            (folder / path.name).write_bytes(kind + path.read_bytes())
    return folder


if __name__ == "__main__":
    told = [a for a in sys.argv if not a.startswith("-only=")]
    atheris.Setup([*told, f"-max_len={SEED_BYTES}", str(seeds())], one_input)
    atheris.Fuzz()
