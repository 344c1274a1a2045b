"""Ctrl-C: asked once, a run ends its batch and keeps it; asked twice, it stops at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def graceful(tell: Callable[[], None]) -> Iterator[Callable[[], bool]]:
    """Return a function that says whether the user asked to stop; call ``tell`` when they ask.

    SIGTERM asks as Ctrl-C does. Outside the main thread, which alone gets signals, nobody asks.
    """
    asked = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()
        tell()

    if threading.current_thread() is not threading.main_thread():
        yield asked.is_set
        return
    before = {number: signal.signal(number, on_signal) for number in _SIGNALS}
    try:
        yield asked.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
