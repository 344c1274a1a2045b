"""The gate before the application: by which name, from whom, and with what on the way back."""

from __future__ import annotations

import hashlib
import hmac
import logging
import traceback
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from xcase.serve.config import Config
from xcase.serve.problems import problem_response

COOKIE = "xcase"
# What can be asked without the token: nothing of the cases is in it.
OPEN = ("/healthz", "/readyz", "/login", "/style.css")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

logger = logging.getLogger(__name__)
ErrorPage = Callable[[int, str], Response]


class Guard:
    """ASGI middleware.

    Args:
        policy: the Content-Security-Policy of every answer.
        error_page: an error for a person.
    """

    def __init__(self, app: ASGIApp, config: Config, policy: str, error_page: ErrorPage) -> None:
        self.app = RequestBodyLimitMiddleware(app, config.limits.body)
        self.config = config
        self.error_page = error_page
        self.headers = {**HEADERS, "Content-Security-Policy": policy}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            # There are no web sockets here; the life of the server passes through.
            await self.app(scope, receive, send)
            return
        started = False
        head_only = scope["method"] == "HEAD"

        async def send_guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            elif head_only:
                message = {**message, "body": b""}
            await send(message)

        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, send_guarded)
            return
        try:
            # What can be got can be asked for without its body (RFC 9110, 9.1), as monitors do.
            asked = {**scope, "method": "GET"} if head_only else scope
            await self.app(asked, receive, send_guarded)
        except Exception as error:  # noqa: BLE001 - the last door: a fault is told, not its words
            logger.error(
                "%s in %s %s\n%s",
                type(error).__name__,
                scope["method"],
                scope["path"],
                "".join(traceback.format_tb(error.__traceback__)),
            )
            if started:
                raise ConnectionAbortedError("the answer broke off") from None
            told = self.error(scope, 500, "the server failed at this; its log says where")
            await told(scope, receive, send_guarded)

    def error(self, scope: Scope, status: int, detail: str) -> Response:
        """Return an error for whoever asks: a page for a browser, else a problem."""
        return self.error_page(status, detail) if for_people(scope) else _plain(status, detail)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        host = _host_of(headers.get("host", ""))
        if not self.config.knows(host):
            return self.error(scope, 421, "this server is not called by that name")
        if scope["method"] not in ("GET", "HEAD") and not _same_origin(headers):
            return self.error(scope, 403, "forms of other pages are not taken")
        if _length(headers) > self.config.limits.body:
            return self.error(scope, 413, "the body is larger than this server takes")
        if not self.config.token or scope["path"] in OPEN:
            return None
        if self._is_known(headers):
            return None
        if for_people(scope):
            return RedirectResponse("/login", 303)
        return problem_response(
            401,
            "a token is needed: Authorization: Bearer TOKEN",
            headers={"WWW-Authenticate": "Bearer"},
        )

    def _is_known(self, headers: Headers) -> bool:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and is_token(given.strip(), self.config.token):
            return True
        return hmac.compare_digest(
            _cookie(headers).encode("utf-8", "replace"), session_of(self.config.token).encode()
        )


def is_token(given: str, token: str) -> bool:
    """Compare in a time that tells nothing about the token."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), token.encode())


def session_of(token: str) -> str:
    """Return what the cookie of a browser holds: known only to who knows the token."""
    return hmac.new(token.encode(), b"xcase session", hashlib.sha256).hexdigest()


def for_people(scope: Scope) -> bool:
    """Say whether a page is asked for, rather than data."""
    path: str = scope["path"]
    if path.startswith("/api/") or path in ("/openapi.json", "/healthz", "/readyz"):
        return False
    return "text/html" in Headers(scope=scope).get("accept", "")


def _plain(status: int, detail: str) -> Response:
    return problem_response(status, detail)


def _length(headers: Headers) -> int:
    """Return how long the body says it is; one that does not say is counted as it comes."""
    told = headers.get("content-length", "0")
    return int(told) if told.isdecimal() else 0


def _host_of(value: str) -> str:
    """Return the host of a Host header without its port."""
    try:
        parts = urlsplit(f"//{value}")
        _ = parts.port
    except ValueError:
        return ""
    if parts.username is not None or parts.path or parts.query or parts.fragment:
        return ""
    host = parts.hostname or ""
    return f"[{host}]" if ":" in host else host


def _same_origin(headers: Headers) -> bool:
    """Say whether a form comes from our own page, or from a program, which tells nothing.

    Our pages tell no referrer, so their forms may have the origin "null"; the cookie of who is
    logged in does not travel from other sites.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin", "null")
    return origin == "null" or urlsplit(origin).netloc == headers.get("host", "")


def _cookie(headers: Headers) -> str:
    # Other programs of this host set cookies, too; a strict parser drops ours after an odd one.
    return cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
