"""A run under way: how far it is, how long each stage took, and whether the user wants to stop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from xcase.errors import StoppedError

Progress = Callable[[int, int], None]


class Clock:
    """Seconds spent in each stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time of this block to a stage's."""
        began = time.monotonic()
        try:
            yield
        finally:
            spent = self.seconds.get(name, 0.0) + time.monotonic() - began
            self.seconds[name] = round(spent, 3)


class Run:
    """Tells how far a run is, and when the user wants it to stop."""

    def __init__(
        self,
        done: int,
        total: int,
        clock: Clock,
        progress: Progress | None,
        stop: Callable[[], bool],
    ) -> None:
        self.clock = clock
        self._done, self._total, self._progress, self._stop = done, total, progress, stop
        self.advance(done)

    def advance(self, done: int) -> None:
        """Tell how many documents are done and on disk."""
        self._done = done
        if self._progress:
            self._progress(done, self._total)

    def check(self) -> None:
        """Raise StoppedError if the user wants to stop."""
        if self._stop():
            raise stopped(self._done, self._total)


def stopped(done: int, total: int) -> StoppedError:
    """Return the error that says how far a run came; of a ``total`` of 0 it was still reading."""
    so_far = f"{done} of {total} documents are done" if total else "while reading"
    return StoppedError(f"stopped, {so_far}; the same command goes on from there")
