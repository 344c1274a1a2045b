"""The application: routes, errors and limits, put together from a configuration."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from xcase import __version__
from xcase.errors import AnalysisError, NotFoundError, UsageError
from xcase.live import Live
from xcase.pages import CONTENT_POLICY
from xcase.serve import api, health, site
from xcase.serve.config import Config
from xcase.serve.guard import Guard, for_people
from xcase.serve.openapi import describe
from xcase.serve.problems import OURS, Problem, faults_of, problem_response, title
from xcase.serve.service import Service
from xcase.serve.workers import Workers

logger = logging.getLogger(__name__)


def create_app(config: Config, live: Live) -> FastAPI:
    """Return the application over an analysis.

    Args:
        live: the analysis; watched for newer versions while the application runs.

    Raises:
        UsageError: the configuration would let strangers in.
    """
    config.check()
    service = Service(config, live, Workers(config.workers, config.limits))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        live.watch()
        yield
        live.close()
        service.workers.close()

    app = FastAPI(
        title="xcase",
        version=__version__,
        lifespan=lifespan,
        # The pages that FastAPI brings load scripts from elsewhere; ours is /api.
        docs_url=None,
        redoc_url=None,
        middleware=[
            Middleware(Guard, config=config, policy=CONTENT_POLICY, error_page=site.error_page)
        ],
    )
    app.state.service = service
    app.include_router(health.router)
    app.include_router(api.router)
    app.include_router(site.router)
    for error, answer in _ANSWERS.items():
        app.add_exception_handler(error, answer)
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]
    return app


def _described(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        app.openapi_schema = describe(app)
    return app.openapi_schema


def _error(
    request: Request,
    status: int,
    detail: str,
    *,
    errors: Any = (),
    headers: Any = None,
) -> Response:
    if for_people(request.scope):
        listed = "; ".join(f"{e['where']}: {e['message']}" for e in errors)
        return site.error_page(status, listed or detail)
    return problem_response(status, detail, errors=errors, headers=headers)


def _problem(request: Request, error: Any) -> Response:
    return _error(request, error.status, error.detail, headers=error.headers)


def _not_found(request: Request, error: Any) -> Response:
    return _error(request, 404, str(error))


def _usage(request: Request, error: Any) -> Response:
    return _error(request, 400, str(error))


def _ours(request: Request, error: Any) -> Response:
    logger.error("%s: %s", type(error).__name__, error)
    return _error(request, 500, "the server failed at this; its log says why")


def _analysis(request: Request, error: Any) -> Response:
    return _error(request, 503, str(error))


def _invalid(request: Request, error: Any) -> Response:
    faults = faults_of(error.errors())
    return _error(request, 422, "the request is not as described in /openapi.json", errors=faults)


def _http(request: Request, error: Any) -> Response:
    told = (
        error.detail
        if error.detail != title(error.status_code)
        else _USUAL.get(error.status_code, error.detail)
    )
    return _error(request, error.status_code, str(told), headers=error.headers)


_USUAL = {
    404: "there is nothing at this address; /api lists what there is",
    405: "this address does not take that method",
    413: "the body is larger than this server takes",
}
_ANSWERS: dict[Any, Any] = {
    Problem: _problem,
    NotFoundError: _not_found,
    UsageError: _usage,
    **dict.fromkeys(OURS, _ours),
    AnalysisError: _analysis,
    RequestValidationError: _invalid,
    HTTPException: _http,
}
