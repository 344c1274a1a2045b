"""Requests made by schemathesis from the API's own description: none of them may break it.

``scripts/fuzz_api.py`` does the same with a real server, real models and many more requests.
"""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from test_serve import client_of, small

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Any:
    client = client_of(small(), tmp_path_factory.mktemp("fuzzed"), names=("testserver",))
    return schemathesis.openapi.from_asgi("/openapi.json", client.app)


described = schemathesis.pytest.from_fixture("api")


@described.parametrize()
@settings(
    max_examples=10, deadline=None, database=None, derandomize=True,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_no_request_breaks_the_server(case: Case) -> None:
    case.call_and_validate(checks=CHECKS)
