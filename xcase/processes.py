"""Child processes that stay warm: how they start, and that they end with their parent."""

from __future__ import annotations

import os
import sys
import threading
import time
from multiprocessing.context import SpawnContext, SpawnProcess
from types import ModuleType


def cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def end_with(parent: int) -> None:
    """Let this child ignore Ctrl-C, which is for the parent to answer, and end if it dies."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


class _Process(SpawnProcess):
    """A process that starts without the main file of the program.

    Otherwise each worker would run it: a script without the usual guard would start itself over
    and over, and the command line would be imported for nothing.
    """

    def start(self) -> None:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            super().start()
        finally:
            sys.modules["__main__"] = main


class Context(SpawnContext):
    """Starts processes afresh, without what the parent has loaded."""

    Process = _Process
