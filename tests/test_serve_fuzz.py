"""Requests made by schemathesis from the API's own description: none of them may break it.

``scripts/fuzz_api.py`` does the same with a real server, real models and many more requests.
"""

from __future__ import annotations

from pathlib import Path

import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from test_serve import PATIENT, client_of, small

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


def test_no_request_breaks_the_server(tmp_path: Path) -> None:
    client = client_of(small(), tmp_path, names=("testserver",))
    # What is loaded by a first question would count as a server that hangs.
    client.app.state.service.live.models.warm_up()  # type: ignore[attr-defined]
    description = schemathesis.openapi.from_asgi("/openapi.json", client.app)
    asked: set[tuple[str, str]] = set()
    for result in description.get_all_operations():
        operation = result.ok()
        modes = [operation.as_strategy(generation_mode=mode) for mode in MODES]

        @settings(
            max_examples=10, deadline=None, database=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=st.one_of(modes))
        def ask(case: Case) -> None:
            asked.add((case.method, case.path))
            case.call_and_validate(checks=CHECKS, timeout=PATIENT.seconds)

        ask()
    assert len(asked) == 16
