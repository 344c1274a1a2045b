"""A server of its own for a script, on a free port, until the end of a block."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Served:
    """Where the server answers, and its process."""

    address: str
    pid: int


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """Serve an analysis on a free port until the end of the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "xcase", "serve", "--dir", str(folder), "--port", str(port)]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(server, f"{address}/readyz")
        yield Served(address, server.pid)
    finally:
        server.terminate()
        said = server.communicate(timeout=60)[1]
        if "Error" in said:
            print(said, file=sys.stderr)


def _wait(server: subprocess.Popen[str], url: str) -> None:
    while server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"the server ended: {server.communicate()[1]}")
