"""What is served, to whom, and how much of it at a time."""

from __future__ import annotations

import ipaddress
import os
import re
import socket
from dataclasses import dataclass, field
from pathlib import Path

from xcase import inputs
from xcase.errors import UsageError
from xcase.processes import cores

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
# Shorter ones can be guessed.
MIN_TOKEN = 16
TOKEN_VARIABLE = "XCASE_TOKEN"
# As browsers send it: others than ASCII come as xn--, addresses of IPv6 in brackets.
_HOST_NAME = re.compile(r"[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\]")

# Records on a page of a list; the next page has a link.
MOST_ROWS = 200
# Answers to one question: beyond them nobody reads.
MOST_ANSWERS = 100
# People in one roster.
MOST_PEOPLE = 1000


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may cost; what is beyond it is refused with an error that says so."""

    # A roster of a thousand people who tell a page each.
    body: int = 4 * 1024 * 1024
    # Nobody waits longer for a page; a large match is a job for the command.
    seconds: float = 30.0
    # Questions that wait for a free worker; further ones are told to come again.
    waiting: int = 512
    # Seconds in which a question has to arrive whole: the largest body at 2 Mbit/s.
    arriving: float = 20.0
    # Seconds in which an answer has to be taken.
    leaving: float = 60.0


@dataclass(frozen=True, slots=True)
class Config:
    """Where the server listens and who may ask.

    ``token`` is asked of everybody if it is not empty; ``names`` are further host names by which
    the server may be called. ``workers`` is how many questions are answered at once.
    """

    folder: Path
    host: str = "127.0.0.1"
    port: int = 8765
    token: str = ""
    names: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    workers: int = field(default_factory=cores)

    def check(self) -> None:
        """Refuse what would let strangers in.

        Raises:
            UsageError: the address can be reached from outside and there is no token, or the
                token is too short or cannot stand in a header, or a name is no host name.
        """
        if self.token and len(self.token) < MIN_TOKEN:
            raise UsageError(
                f"the token has {len(self.token)} characters; give {MIN_TOKEN} or more"
            )
        if not (self.token.isascii() and self.token.isprintable()):
            raise UsageError(
                "the token holds what a header cannot; give ASCII letters, digits and signs only"
            )
        if wrong := [n for n in self.names if not _HOST_NAME.fullmatch(n)]:
            raise UsageError(
                f"--name {wrong[0]!r} is no host name; give it as mentors.example.org, "
                "without http:// and port"
            )
        if not self.token and not is_loopback(self.host):
            raise UsageError(
                f"{self.host or 'every address'} can be reached by others, so a token is needed: "
                f"write one into a file and give --token-file FILE, or set {TOKEN_VARIABLE}"
            )

    @property
    def hosts(self) -> frozenset[str]:
        """The names by which a request may call the server."""
        named = {*LOOPBACK, *(n.lower() for n in self.names)}
        if not is_loopback(self.host):
            named |= {self.host.lower(), socket.gethostname().lower()}
        return frozenset(named)

    def knows(self, host: str) -> bool:
        """Say whether a request may call the server by this name (brackets around IPv6).

        A page of a stranger can make its own name lead here (DNS rebinding), but not an address.
        """
        within_reach = is_loopback(host) or not is_loopback(self.host)
        return host.lower() in self.hosts or (within_reach and _is_address(host))


def is_loopback(host: str) -> bool:
    """Say whether an address can be reached from this machine only."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def read_token(file: Path | None) -> str:
    """Return the token of a file, else of the environment, else nothing.

    Raises:
        UsageError: the file cannot be read or is empty.
    """
    if file is None:
        return os.environ.get(TOKEN_VARIABLE, "").strip()
    token = inputs.text(file, "the token of").strip()
    if not token:
        raise UsageError(f"{file} is empty; write a token into it")
    return token


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
