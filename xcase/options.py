"""What the commands share: the options that all of them take, and how they print."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

DEFAULT_DIR = Path("xcase-out")
Dir = Annotated[Path, typer.Option("--dir", help="The analysis folder to read.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout and nothing else.")]


def print_json(value: object) -> None:
    """Print a result for programs, on stdout."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=1))


def note(message: str) -> None:
    """Tell the reader something on stderr."""
    typer.echo(f"xcase: {message}", err=True)
