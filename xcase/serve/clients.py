"""How long a client may take: to send its question, and to take in the answer.

uvicorn waits for ever for a head or a body that comes a byte at a time, and for a client that does
not read; each of them holds a place. Here a question has to be whole in time, counted from the
opening of the connection or from its first byte, and an answer has to be taken in time.
"""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from xcase.serve.config import Limits

_TOO_SLOW = (
    b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-type: text/plain\r\n"
    b"content-length: 41\r\n\r\nthe request did not arrive whole in time\n"
)
_ARRIVING = (h11.IDLE, h11.SEND_BODY)


def impatient(limits: Limits) -> type[H11Protocol]:
    """Return the protocol of uvicorn with these limits."""

    class Impatient(_Impatient):
        arriving, leaving = limits.arriving, limits.leaving

    return Impatient


class _Impatient(H11Protocol):
    """``arriving`` and ``leaving`` are seconds for a question and for an answer."""

    arriving: float
    leaving: float

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._arrival: asyncio.TimerHandle | None = None
        self._departure: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch_arrival()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch_arrival()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._departure is None:
            self._departure = self.loop.call_later(self.leaving, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._departure = _off(self._departure)

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        # Closing waits until all is sent, which who does not read can prevent.
        self._departure = self._departure or self.loop.call_later(
            self.leaving, self.transport.abort
        )

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._arrival = _off(self._arrival)
        self._departure = _off(self._departure)

    def _watch_arrival(self) -> None:
        if self.transport.is_closing() or self.conn.their_state not in _ARRIVING:
            self._arrival = _off(self._arrival)
        elif self._arrival is None:
            self._arrival = self.loop.call_later(self.arriving, self._give_up)

    def _give_up(self) -> None:
        self._arrival = None
        if self.transport.is_closing():
            return
        begun = self.conn.their_state is h11.SEND_BODY or self.conn.trailing_data[0]
        answered = self.cycle is not None and self.cycle.response_started
        if begun and not answered:
            self.transport.write(_TOO_SLOW)
        self.transport.close()
        self._departure = self._departure or self.loop.call_later(
            self.leaving, self.transport.abort
        )


def _off(timer: asyncio.TimerHandle | None) -> asyncio.TimerHandle | None:
    """Stop a timer that may run, and return what stands for none."""
    if timer is not None:
        timer.cancel()
    return None
