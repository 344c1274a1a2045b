"""Whether the server runs, and whether it can answer: for whatever watches over it."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import TypedDict

from xcase.serve.openapi import ERRORS
from xcase.serve.problems import JsonResponse, problem_response
from xcase.serve.service import service_of

router = APIRouter(tags=["health"])


class Alive(TypedDict):
    """The process answers."""

    status: str


class Ready(TypedDict):
    """What is served; ``fault`` says why a newer analysis on disk is not."""

    status: str
    version: str
    cases: int
    fault: str


@router.get("/healthz", response_model=Alive)
async def healthz() -> Response:
    """The process runs."""
    return JsonResponse({"status": "ok"})


@router.get("/readyz", response_model=Ready, responses={503: ERRORS[503]})
async def readyz(request: Request) -> Response:
    """An analysis is loaded and questions are answered; 503 until then."""
    live = service_of(request).live
    version = live.version
    if version is None:
        return problem_response(503, live.fault or "the analysis is still being loaded")
    ready: Ready = {
        "status": "ready",
        "version": version.id,
        "cases": len(version.base),
        "fault": live.fault,
    }
    return JsonResponse(ready)
