"""Workers that do not parse as they should; they are called in processes of their own."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from xcase.parse import Parsed, parse


def die(texts: Sequence[str]) -> Parsed:
    """Die at a text that says so."""
    if any("die" in text for text in texts):
        os.kill(os.getpid(), signal.SIGKILL)
    if any("fail" in text for text in texts):
        raise IndexError(texts[0])
    return parse(texts)


def tell(texts: Sequence[str]) -> Parsed:
    """Parse, and say in place of the marks of each text which heavy libraries are there."""
    heavy = sum(sys.modules.get(name) is not None for name in ("torch", "transformers"))
    return [(units, []) for units, _ in parse(texts)] if not heavy else []


def begin_or_die(folder: str) -> None:
    """Leave a file with the name of this process in the folder, or die if there is none."""
    if not Path(folder).is_dir():
        os._exit(3)
    Path(folder, str(os.getpid())).touch()
