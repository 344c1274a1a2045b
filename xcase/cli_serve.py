"""The commands ``xcase serve`` and ``xcase mcp``: options to a configuration, then wait."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from xcase.errors import UsageError
from xcase.options import DEFAULT_DIR, Dir, note


def serve_cli(
    host: Annotated[str, typer.Option("--host", help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="The port.")] = 8765,
    token_file: Annotated[
        Optional[Path],  # noqa: UP045 - typer reads this annotation at run time
        typer.Option(
            "--token-file",
            help="A file with the token that everybody must give; needed for any address that "
            "others can reach. Else XCASE_TOKEN is read.",
        ),
    ] = None,
    name: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--name", help="A host name by which the server is called; repeatable."),
    ] = None,
    folder: Dir = DEFAULT_DIR,
) -> None:
    """Serve pages and an HTTP API over an analysis; read-only, on this machine only unless told."""
    try:
        from xcase.serve import Config, run
        from xcase.serve.config import read_token
    except ModuleNotFoundError as error:
        raise UsageError(f"{error.name} is missing; run: pip install 'xcase[serve]'") from error

    token = read_token(token_file)
    run(Config(folder, host, port, token=token, names=tuple(name or ())), note)


def mcp_cli(folder: Dir = DEFAULT_DIR) -> None:
    """Answer an assistant over MCP on stdin and stdout; read-only."""
    try:
        from xcase.assistant import make_server
    except ModuleNotFoundError as error:
        raise UsageError(f"{error.name} is missing; run: pip install 'xcase[mcp]'") from error
    from xcase.live import Live

    live = Live(folder)
    live.refresh()
    live.watch()
    make_server(lambda: (live.version or live.refresh()).base).run("stdio")
