"""Child processes that stay warm: how they start, that they end with their parent, and are lost."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as TookTooLong
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.context import SpawnContext, SpawnProcess
from types import ModuleType
from typing import Any

# Seconds between looks whether a call's pool is still there.
_LOOK = 1.0


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


class Workers:
    """A pool of warm processes that is replaced when it breaks.

    A worker that is killed while it works costs its call alone. One that is killed while none
    works breaks a pebble pool, and calls that were waiting would wait for ever: here they go to
    the next pool, once.

    Args:
        number: how many processes.
        begin: called in each when it starts, with ``args``.
    """

    def __init__(self, number: int, begin: Callable[..., None], args: tuple[Any, ...]) -> None:
        self._make: Callable[[], Any] = lambda: _pool(number, begin, args)
        self._pool = self._make()

    def call(self, function: Callable[..., Any], *args: Any, seconds: float | None = None) -> Call:
        """Return the call of a function in a worker, which is killed after ``seconds``."""
        return Call(self, function, args, seconds)

    def schedule(self, *task: Any) -> tuple[Any, Any]:
        """Return the pool that does a task, and its future."""
        try:
            return self._pool, self._pool.schedule(*task)
        except RuntimeError:  # it broke
            self.stop()
            self._pool = self._make()
            return self._pool, self._pool.schedule(*task)

    def stop(self) -> None:
        """End all processes; what is not done never will be."""
        self._pool.stop()
        self._pool.join()


class Call:
    """What a worker was asked to do."""

    def __init__(
        self,
        workers: Workers,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        seconds: float | None,
    ) -> None:
        self._schedule: Callable[[], tuple[Any, Any]] = lambda: workers.schedule(
            function, args, {}, seconds
        )
        self._pool, self._future = self._schedule()

    def outcome(self) -> tuple[Any, BaseException | None]:
        """Wait; return the result, or None and why there is none.

        The error is not raised: a function may end with SystemExit.
        """
        error = self._wait()
        if isinstance(error, BrokenProcessPool):
            self._pool, self._future = self._schedule()
            error = self._wait()
        return (None if error else self._future.result()), error

    def cancel(self) -> None:
        """Let nobody wait for it any more."""
        self._future.cancel()

    def _wait(self) -> BaseException | None:
        while True:
            try:
                return self._future.exception(_LOOK)  # type: ignore[no-any-return]
            except CancelledError as error:
                return error
            except TookTooLong:
                if not self._pool.active and not self._future.done():
                    return BrokenProcessPool("the workers were lost")


def _pool(number: int, begin: Callable[..., None], args: tuple[Any, ...]) -> Any:
    from pebble import ProcessPool

    return ProcessPool(number, initializer=begin, initargs=args, context=Context())
