"""A reader that does what the file tells it: the stand-in for a library on hostile input."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from xcase.read import read_file


def misbehave(path: Path, name: str) -> Any:
    """Do what the first word of the file says; read the file if it says nothing of the kind."""
    what = path.read_text(encoding="utf-8").split()[0]
    if what in _DEEDS:
        return _DEEDS[what]()
    return list(read_file(path, name=name))


def _hang() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a library in C cannot be asked to end
    threading.Event().wait()


def _busy() -> None:
    while True:
        pass


def _eat() -> list[bytes]:
    eaten = []
    while True:
        eaten.append(bytes(400_000_000))


def _segfault() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def _recurse() -> Any:
    return _recurse()


def _raise() -> None:
    raise RuntimeError("the text of a story")


def _write() -> None:
    (Path(os.environ["TMPDIR"]) / "written").write_text("x" * 99, encoding="utf-8")


def _slow() -> list[Any]:
    time.sleep(0.3)
    return []


_DEEDS = {
    "hang": _hang,
    "busy": _busy,
    "eat": _eat,
    "segfault": _segfault,
    "killed": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "exit": lambda: os._exit(0),
    "recurse": _recurse,
    "raise": _raise,
    "sysexit": sys.exit,
    "nothing": lambda: None,
    "empty": list,
    "garbage": lambda: [{"text": "not a record"}],
    "unpicklable": lambda: [threading.Lock()],
    "write": _write,
    "slow": _slow,
}
DEEDS = tuple(_DEEDS)
