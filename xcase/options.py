"""What the commands share: the options that all of them take, and how they print."""

from __future__ import annotations

import io
import json
import re
import sys
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


def path(told: str | Path) -> Path:
    """Return the path that somebody names: whatever it leads to is told by who opens it.

    Raises:
        typer.BadParameter: it is empty, which would be the working folder.
    """
    if not str(told):
        raise typer.BadParameter(
            "an empty path (a variable that is not set?); give . for this folder"
        )
    return Path(told)


Dir = Annotated[
    Path, typer.Option("--dir", parser=path, metavar="PATH", help="The analysis folder to read.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout and nothing else.")]


# What steers a terminal or turns the direction of what follows: names of files and narratives may
# hold it. Tabs and line feeds stay.
_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")


def plain(text: str) -> str:
    """Return text without characters that steer a terminal."""
    return _STEERING.sub("\ufffd", text)


def escaped(json_text: str) -> str:
    """Return JSON that says the same without characters that steer a terminal."""
    return _STEERING.sub(lambda match: f"\\u{ord(match[0]):04x}", json_text)


def say(line: str) -> None:
    """Print a line for people, on stdout."""
    typer.echo(plain(line))


def print_json(value: object) -> None:
    """Print a result for programs, on stdout."""
    print_json_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def print_json_text(text: str) -> None:
    """Print JSON, or JSON lines, for programs, on stdout."""
    # JSON is UTF-8 everywhere; what an older encoding of a pipe lacks can be told in ASCII alone.
    if "utf" not in (sys.stdout.encoding or "utf").lower():
        text = _BEYOND_ASCII.sub(lambda match: json.dumps(match[0])[1:-1], text)
    typer.echo(escaped(text), nl=False)


def print_table(text: str) -> None:
    """Print CSV for programs, on stdout; on a terminal it is for people."""
    if sys.stdout.isatty():
        typer.echo(plain(text), nl=False)
        return
    if isinstance(sys.stdout, io.TextIOWrapper):  # a table can escape nothing
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    typer.echo(text, nl=False)


def note(message: str) -> None:
    """Tell the reader something on stderr."""
    typer.echo(f"xcase: {plain(message)}", err=True)
