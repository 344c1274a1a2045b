"""Serve an analysis until somebody stops it."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from xcase.errors import UsageError
from xcase.live import Live
from xcase.serve.app import create_app
from xcase.serve.clients import impatient
from xcase.serve.config import Config

# The search stands in the address: its 20,000 characters may take nine each, and there are cookies.
LONGEST_HEAD = 256 * 1024


def run(config: Config, note: Callable[[str], None]) -> None:
    """Load the analysis and serve it.

    Raises:
        UsageError: the address can be reached by others and there is no token, or it is taken.
        AnalysisError: the folder holds no sound analysis.
    """
    config.check()
    door = _bind(config)
    import torch

    live = Live(config.folder)
    app = create_app(config, live)
    note("loading the analysis and the models ...")
    # Questions are answered side by side; one of them alone would gain little from more threads.
    torch.set_num_threads(1)
    version = live.refresh()
    live.models.warm_up()
    host = f"[{config.host}]" if ":" in config.host else config.host
    note(f"{len(version.base)} cases at http://{host}:{config.port}/ (Ctrl-C stops)")
    uvicorn.Server(options(app, config)).run(sockets=[door])


def options(app: ASGIApp, config: Config) -> uvicorn.Config:
    """Return how the server runs: what it tells, and how much and how long a client may take."""
    return uvicorn.Config(
        app,
        http=impatient(config.limits),
        ws="none",
        log_level="warning",
        # What is asked for stands in the address, and what mentees say is not for a log.
        access_log=False,
        server_header=False,
        timeout_keep_alive=15,
        h11_max_incomplete_event_size=LONGEST_HEAD,
        limit_concurrency=config.limits.waiting + 100,
    )


def _bind(config: Config) -> socket.socket:
    """Take the address before anything is loaded; nobody is answered there yet."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    door = socket.socket(family)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((config.host.strip("[]"), config.port))
    except OSError as error:
        door.close()
        where = f"{config.host}, port {config.port}"
        told = f"cannot listen at {where}: {error.strerror}; try another --port"
        raise UsageError(told) from error
    return door
