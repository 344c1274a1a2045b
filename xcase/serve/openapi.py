"""The description of the API: what FastAPI derives, with our errors, names and examples."""

from __future__ import annotations

import dataclasses
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from xcase import __version__, records
from xcase.serve.examples import examples
from xcase.serve.problems import MEDIA_TYPE, ProblemDetails, title

DESCRIPTION = """\
Cases from mentorship stories, and the questions they answer. Read-only. Answers are the records of
the commands' `--json`.

- Every answer names the version of the analysis in `Xcase-Version`; a newer analysis is served as
  soon as it is whole.
- Lists come in pages: `Link: <...>; rel="next"` leads on. A cursor of an older version is answered
  with 410.
- Notes on what was not told or could not be compared stand in `Xcase-Notes`, a JSON array.
- Errors are `application/problem+json` (RFC 9457).
"""
_PROBLEM = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}}
_STATUSES = (400, 401, 403, 404, 405, 410, 413, 421, 422, 500, 503)
ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"description": title(status), **_PROBLEM} for status in _STATUSES
}


def answered(name: str) -> dict[int | str, dict[str, Any]]:
    """Return the description of a good answer; :func:`describe` puts the example in its place."""
    return {200: {"content": {"application/json": {"example": name}}}}


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of an application."""
    document = get_openapi(
        title="xcase",
        version=__version__,
        summary="Mentorship cases over HTTP, read-only",
        description=DESCRIPTION,
        routes=app.routes,
        license_info={"name": "MIT"},
    )
    schemas = document["components"]["schemas"]
    schemas["ProblemDetails"] = ProblemDetails.model_json_schema(
        ref_template="#/components/schemas/{model}"
    )
    schemas |= schemas["ProblemDetails"].pop("$defs", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    _rename_keys(schemas)
    _put_examples(document)
    document["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    # Without a token set, none is asked for.
    document["security"] = [{}, {"token": []}]
    return document


def _put_examples(document: dict[str, Any]) -> None:
    """Put answers into the document; FastAPI would drop what is null in them."""
    for methods in document["paths"].values():
        for operation in methods.values():
            good = operation["responses"]["200"]["content"]["application/json"]
            if "example" in good:
                good["example"] = examples()["answers"][good["example"]]


def _rename_keys(schemas: dict[str, Any]) -> None:
    """Let the schemas of records use the keys that :func:`xcase.store.to_json` writes."""
    for name, record in vars(records).items():
        if name not in schemas or not dataclasses.is_dataclass(record):
            continue
        keys = {f.name: f.metadata.get("key", f.name) for f in dataclasses.fields(record)}
        schema = schemas[name]
        schema["properties"] = {keys[k]: v for k, v in schema["properties"].items()}
        schema["required"] = [keys[k] for k in schema.get("required", ())]
