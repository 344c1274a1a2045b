"""How a command ends: one line on stderr and a documented exit status, never a traceback.

A traceback, and the message of an error that no one foresaw, may quote a narrative; so both are
shown only where ``XCASE_DEBUG`` asks for them.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from xcase.errors import AnalysisError, XcaseError
from xcase.options import plain

DEBUG = "XCASE_DEBUG"
INTERRUPTED = 130
# What a shell says of a program whose reader went away.
READER_GONE = 141


@contextmanager
def told() -> Iterator[None]:
    """Run a command and exit with its status."""
    status, line = 0, ""
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
            _hear_no_more()
    except SystemExit as end:
        if not isinstance(end.__context__, BrokenPipeError):  # typer makes a SystemExit of it
            raise
        status = READER_GONE
    except XcaseError as error:
        status, line = error.exit_status, str(error)
    except KeyboardInterrupt:
        status = INTERRUPTED
    except BrokenPipeError:
        status = READER_GONE
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        status, line = _unforeseen(error)
    if line:
        print(f"xcase: {plain(line)}", file=sys.stderr)  # noqa: T201
    _let_go_of_stdout()
    sys.exit(status)


def _unforeseen(error: Exception) -> tuple[int, str]:
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return AnalysisError.exit_status, "the disk is full; make room and run the command again"
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{os.path.basename(place.filename)}:{place.lineno}"  # noqa: PTH119
    return 1, f"unexpected failure: {type(error).__name__} at {where}; {DEBUG}=1 shows all of it"


def _hear_no_more() -> None:
    """Let a Ctrl-C that comes when all is over change no status: it would kill the interpreter."""
    with suppress(ValueError):  # signals are for the main thread alone
        signal.signal(signal.SIGINT, lambda *_: None)


def _let_go_of_stdout() -> None:
    """Leave nothing for the interpreter to write at its end, where no one can answer a failure."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
