"""Fuzz the readers guided by coverage; needs ``pip install atheris`` (not installed otherwise).

python scripts/fuzz_atheris.py -runs=100000
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["xcase", "mammoth", "pypdf", "markdown_it"]):
    from xcase.read import read_file
    from xcase.read.kinds import SUFFIXES

PLACE = Path(tempfile.mkdtemp())


def one_input(data: bytes) -> None:
    """Read the bytes as a file whose type the first byte chooses; nothing may be raised."""
    if data:
        path = PLACE / f"a{SUFFIXES[data[0] % len(SUFFIXES)]}"
        path.write_bytes(data[1:])
        for record in read_file(path, name=path.name):
            record.path.encode()


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
