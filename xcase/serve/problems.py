"""What goes wrong, as RFC 9457 says it: ``application/problem+json`` with title and detail.

No message holds what a mentee or a narrative says; a fault of ours is told as such and no more.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, Field
from starlette.responses import Response

from xcase.errors import ModelError, TaxonomyError

MEDIA_TYPE = "application/problem+json"
# Longer lists of faults are not read.
MOST_FAULTS = 50
# Wrong use where a command is started; over HTTP nobody who asks can do anything about them.
OURS = (ModelError, TaxonomyError)


class Fault(BaseModel):
    """One thing that is wrong with a request."""

    where: str = Field(examples=["body.mentees.0.id"])
    message: str = Field(examples=["Input should be a valid string"])


class ProblemDetails(BaseModel):
    """An error, as RFC 9457 has it."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["Bad Request"])
    status: int = Field(examples=[400])
    detail: str = Field(examples=["no industry 'Helthcare'; nearest: Healthcare"])
    errors: list[Fault] | None = None


class Problem(Exception):
    """Raised by a handler to answer with an error."""

    def __init__(
        self, status: int, detail: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})


class JsonResponse(Response):
    """JSON with its words as they are; a half of a surrogate pair cannot break it."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return json.dumps(content, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


class ProblemResponse(JsonResponse):
    """An error for a program."""

    media_type = MEDIA_TYPE


def problem_response(
    status: int,
    detail: str,
    *,
    errors: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> ProblemResponse:
    """Return an error for a program."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": title(status),
        "status": status,
        "detail": detail,
    }
    if errors:
        body["errors"] = list(errors)
    return ProblemResponse(body, status_code=status, headers=dict(headers or {}))


def title(status: int) -> str:
    """Return the phrase of a status."""
    return HTTPStatus(status).phrase


def faults_of(errors: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return the faults that pydantic found: where, and what; never what was sent."""
    return [
        {"where": ".".join(map(str, error["loc"])), "message": str(error["msg"])}
        for error in errors[:MOST_FAULTS]
    ]
