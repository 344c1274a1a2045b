"""What every handler works with: the version served, and the workers that answer from it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.requests import Request

from xcase.casebase import CaseBase
from xcase.live import Live, Version
from xcase.serve.config import Config
from xcase.serve.problems import JsonResponse, Problem
from xcase.serve.workers import Workers
from xcase.store import to_json

T = TypeVar("T")
# Notes travel in a header, and a client may refuse a longer one.
MOST_NOTES = 4000


@dataclass(frozen=True, slots=True)
class Service:
    """One application's own things, in its state."""

    config: Config
    live: Live
    workers: Workers

    @property
    def version(self) -> Version:
        """The version to answer from; raise Problem 503 while none is loaded."""
        version = self.live.version
        if version is None:
            detail = self.live.fault or "the analysis is still being loaded"
            raise Problem(503, detail, headers={"Retry-After": "2"})
        return version

    async def ask(self, question: Callable[[CaseBase], T]) -> tuple[Version, T]:
        """Ask the version served now, in a worker; return it with the answer."""
        version = self.version
        return version, await self.workers.run(question, version.base)


def service_of(request: Request) -> Service:
    """Return the service of the application that a request came to."""
    service: Service = request.app.state.service
    return service


def each_once(request: Request) -> None:
    """Refuse a parameter that is given twice: only one of the two would be heard."""
    told = Counter(name for name, _ in request.query_params.multi_items())
    for name, times in told.most_common(1):
        if times > 1:
            raise Problem(400, f"the parameter {name!r} is given more than once")


def reply(
    records: Any,
    version: Version,
    *,
    notes: Sequence[str] = (),
    headers: Mapping[str, str] | None = None,
) -> JsonResponse:
    """Return records as the commands print them; notes stand in a header, as a JSON array."""
    told = {"Xcase-Version": version.id, **(headers or {})}
    if notes:
        told["Xcase-Notes"] = _ascii(notes)
    return JsonResponse(to_json(records), headers=told)


def _ascii(notes: Sequence[str]) -> str:
    kept = list(notes)
    while len(json.dumps(kept)) > MOST_NOTES:
        kept = [*kept[: len(kept) // 2], "..."] if len(kept) > 2 else [kept[0][:200]]
    return json.dumps(kept)
