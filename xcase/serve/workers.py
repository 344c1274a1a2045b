"""Questions wait in line for one of a few workers, for so long and no longer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from xcase.serve.config import Limits
from xcase.serve.problems import Problem

P = ParamSpec("P")
T = TypeVar("T")


class Workers:
    """A few threads and a line of bounded length before them.

    A question whose time is up is answered with an error. If it was being worked on, its thread is
    free again only when it is done: what is too slow never takes more threads than there are.
    """

    def __init__(self, count: int, limits: Limits) -> None:
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="xcase-worker")
        self._limits = limits
        self._places = threading.BoundedSemaphore(count + limits.waiting)

    async def run(self, ask: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Ask in a worker and return the answer.

        Raises:
            Problem: 503 if the line is full or time is up.
        """
        if not self._places.acquire(blocking=False):
            raise Problem(
                503,
                "the server has more questions than it can answer",
                headers={"Retry-After": "2"},
            )
        future = self._pool.submit(ask, *args, **kwargs)
        future.add_done_callback(lambda _: self._places.release())
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), self._limits.seconds)
        except TimeoutError as error:
            detail = f"no answer within {self._limits.seconds:g} seconds; ask for less at a time"
            raise Problem(503, detail, headers={"Retry-After": "5"}) from error

    def close(self) -> None:
        """Let the threads end; questions that still wait are dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)
