"""What the commands share: the options that all of them take, and how they print."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

# What keeps the libraries from the network: they ask no hub, and tell no one how they are used.
OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
DEFAULT_DIR = Path("xcase-out")
Dir = Annotated[Path, typer.Option("--dir", help="The analysis folder to read.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout and nothing else.")]


def print_json(value: object) -> None:
    """Print a result for programs, on stdout."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=1))


def note(message: str) -> None:
    """Tell the reader something on stderr."""
    typer.echo(f"xcase: {message}", err=True)
