"""Whatever becomes of the workers, nobody waits for ever for what they were to do."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from mock_parser import begin_or_die

from xcase.processes import Workers


def test_calls_go_on_when_all_workers_were_killed_while_idle(tmp_path: Path) -> None:
    workers = Workers(2, begin_or_die, (str(tmp_path),))
    try:
        pid, _ = workers.call(os.getpid).outcome()
        for other in tmp_path.iterdir():
            os.kill(int(other.name), signal.SIGKILL)
        time.sleep(0.5)
        after, error = workers.call(os.getpid).outcome()
    finally:
        workers.stop()
    assert error is None
    assert after not in (pid, os.getpid())


def test_workers_that_cannot_start_are_told_and_not_waited_for(tmp_path: Path) -> None:
    workers = Workers(1, begin_or_die, (str(tmp_path / "missing"),))
    try:
        calls = [workers.call(str, "x" * 300_000) for _ in range(3)]  # more than a pipe holds
        told = [call.outcome() for call in calls]
    finally:
        workers.stop()
    assert [value for value, _ in told] == [None] * 3
    assert all(isinstance(error, BrokenProcessPool) for _, error in told)


def test_a_call_that_takes_too_long_is_told_so(tmp_path: Path) -> None:
    workers = Workers(1, begin_or_die, (str(tmp_path),))
    try:
        _, late = workers.call(time.sleep, 60, seconds=0.2).outcome()
        value, error = workers.call(str, 1).outcome()
    finally:
        workers.stop()
    assert isinstance(late, TimeoutError)
    assert (value, error) == ("1", None)
