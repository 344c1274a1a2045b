"""Clients that send or read too slowly lose their place, and the others keep theirs."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from urllib.parse import urlencode

import pytest
import uvicorn
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from xcase.serve import Config, Limits
from xcase.serve.run import options

LIMITS = Limits(arriving=0.6, leaving=0.6)
# More than the buffers of both ends and of the system take in.
LARGE = 40_000_000
SOON = 15.0


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Say how long the body was, or, at /large, answer with more than is read."""
    request = Request(scope, receive)
    answer: Response
    if request.url.path == "/large":
        answer = PlainTextResponse("x" * LARGE)
    else:
        try:
            answer = PlainTextResponse(str(len(await request.body())))
        except ClientDisconnect:
            return
    await answer(scope, receive, send)


class Running:
    """A server in a thread, at ``address``."""

    def __init__(self) -> None:
        self.door = socket.create_server(("127.0.0.1", 0))
        self.address = self.door.getsockname()
        chosen = options(app, Config(Path("none"), limits=LIMITS))
        chosen.lifespan = "off"
        self.server = uvicorn.Server(chosen)
        self.thread = threading.Thread(target=lambda: self.server.run(sockets=[self.door]))
        self.thread.start()

    def client(self) -> socket.socket:
        made = socket.create_connection(self.address, timeout=SOON)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def open_connections(self) -> int:
        return len(self.server.server_state.connections)

    def close(self) -> None:
        self.server.should_exit = True
        self.thread.join(SOON)


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    made = Running()
    yield made
    made.close()


def drip(client: socket.socket, content: bytes) -> bytes:
    """Send a byte at a time until the server has had enough, and return what it says."""
    with contextlib.suppress(OSError):
        for at in range(len(content)):
            client.sendall(content[at : at + 1])
            time.sleep(0.05)
    return rest(client)


def rest(client: socket.socket) -> bytes:
    said = b""
    with contextlib.suppress(ConnectionError):
        while more := client.recv(65_536):
            said += more
    return said


def ask(client: socket.socket, body: bytes) -> bytes:
    head = b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: %d\r\n\r\n" % len(body)
    client.sendall(head + body)
    said = b""
    while b"\r\n\r\n" not in said or not said.partition(b"\r\n\r\n")[2]:
        said += client.recv(65_536)
    return said


def test_the_longest_text_of_the_search_form_has_room_in_the_address(running: Running) -> None:
    form = (resources.files("xcase.serve") / "templates" / "search.html").read_text("utf-8")
    longest = int(form.partition('maxlength="')[2].partition('"')[0])
    address = "/?" + urlencode({"text": "\N{EM DASH}" * longest})
    with running.client() as client:
        client.sendall(f"GET {address} HTTP/1.1\r\nhost: localhost\r\n\r\n".encode())
        assert client.recv(65_536).startswith(b"HTTP/1.1 200 ")


def test_who_sends_nothing_is_let_go(running: Running) -> None:
    with running.client() as client:
        began = time.monotonic()
        assert rest(client) == b""
        assert time.monotonic() - began < SOON


@pytest.mark.parametrize(
    "content",
    [
        b"GET / HTTP/1.1\r\nhost: localhost\r\n" + b"x: y\r\n" * 900,
        b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9000\r\n\r\n" + b"x" * 8999,
    ],
    ids=["head", "body"],
)
def test_a_question_that_comes_a_byte_at_a_time_is_given_up(
    running: Running, content: bytes
) -> None:
    whole_head = content.find(b"\r\n\r\n") + 1
    with running.client() as client:
        # The head of the second comes at once: it is the body that drips.
        client.sendall(content[:whole_head])
        began = time.monotonic()
        said = drip(client, content[whole_head:])
        assert time.monotonic() - began < SOON
        assert said == b"" or said.startswith(b"HTTP/1.1 408 ")


def test_who_waits_at_the_head_is_told(running: Running) -> None:
    with running.client() as client:
        client.sendall(b"GET / HTTP/1.1\r\nhost: loc")
        assert rest(client).startswith(b"HTTP/1.1 408 ")
    with running.client() as client:
        client.sendall(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nabc")
        assert rest(client).startswith(b"HTTP/1.1 408 ")


def test_who_does_not_read_is_let_go(running: Running) -> None:
    with running.client() as client:
        client.sendall(b"GET /large HTTP/1.1\r\nhost: localhost\r\n\r\n")
        deadline = time.monotonic() + SOON
        while not running.open_connections():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        while running.open_connections():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert len(rest(client)) < LARGE


def test_the_others_are_answered_meanwhile(running: Running) -> None:
    slow = [running.client() for _ in range(50)]
    for client in slow:
        client.sendall(b"GET / HT")
    with running.client() as quick:
        assert ask(quick, b"abc").endswith(b"\r\n\r\n3")
        # A connection may be used again, and is not judged by the time between two questions.
        time.sleep(LIMITS.arriving * 2)
        assert ask(quick, b"x" * 100_000).endswith(b"\r\n\r\n100000")
    for client in slow:
        rest(client)
        client.close()
    deadline = time.monotonic() + SOON
    while running.open_connections():
        assert time.monotonic() < deadline
        time.sleep(0.02)
