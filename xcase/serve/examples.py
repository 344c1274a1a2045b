"""Examples for the API's description: requests that can be sent as they stand, and real answers.

``examples.json`` is made by ``scripts/api_examples.py`` from an analysis of corpus/.
"""

from __future__ import annotations

import functools
import json
from importlib import resources
from typing import Any

from fastapi import Body, Path


@functools.cache
def examples() -> dict[str, Any]:
    """Return what the file holds: ``requests`` and ``answers`` by name."""
    text = (resources.files("xcase.serve") / "examples.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def bodies(name: str) -> Any:
    """Return a body parameter with its example."""
    return Body(openapi_examples={name: {"value": examples()["requests"][name]}})


def query(name: str) -> Any:
    """Return a path parameter with its example."""
    return Path(examples=[examples()["requests"][name]])
