"""The assistant door, asked through the official client."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from hostile import hostile_analysis
from mcp.client import Client
from test_casebase import WARD, models
from test_serve import small

from xcase import CaseBase, store
from xcase.assistant import MOST_CHARACTERS, UNTRUSTED, make_server


def asked(base: CaseBase, tool: str, **arguments: Any) -> Any:
    async def ask() -> Any:
        async with Client(make_server(lambda: base)) as client:
            return await client.call_tool(tool, arguments)

    return asyncio.run(ask())


def told(base: CaseBase, tool: str, **arguments: Any) -> dict[str, Any]:
    answer = asked(base, tool, **arguments)
    assert not answer.is_error
    found: dict[str, Any] = json.loads(answer.content[0].text)
    return found


@pytest.fixture
def base() -> CaseBase:
    return CaseBase(small(), models=models())


def test_every_tool_only_reads(base: CaseBase, tmp_path: Path) -> None:
    async def listed() -> Any:
        async with Client(make_server(lambda: base)) as client:
            return (await client.list_tools()).tools

    tools = asyncio.run(listed())
    assert {t.name for t in tools} == {
        "similar_cases", "transfer", "show_case", "list_cases", "list_names",
    }  # fmt: skip
    assert all(t.annotations.read_only_hint and t.description for t in tools)
    store.save(small(), tmp_path)
    before = sorted(tmp_path.iterdir())
    told(CaseBase(small(), models=models()), "similar_cases", text=WARD)
    assert sorted(tmp_path.iterdir()) == before


def test_the_answers_are_the_records_of_the_python_door(base: CaseBase) -> None:
    answer = told(base, "similar_cases", text=WARD, k=2)
    assert answer["records"] == base.similar(WARD, k=2).json()
    assert answer["notes"] == list(base.similar(WARD, k=2).notes)
    moves = told(base, "transfer", industry_from="Healthcare", industry_to="Education", k=3)
    assert moves["records"] == base.transfer("Healthcare", "Education", k=3).json()
    (case,) = told(base, "show_case", case_id="d1:1")["records"]
    assert (case["id"], case["text"]) == ("d1:1", base.text("d1:1"))
    listed = told(base, "list_cases", skill="delegation", start=1)["records"]
    assert [c["case_id"] for c in listed] == ["d3:1"]
    assert "delegation" in told(base, "list_names")["skills"]


def test_words_of_strangers_are_called_so() -> None:
    base = CaseBase(hostile_analysis(), models=models())
    assert told(base, "list_cases")["about"] == UNTRUSTED


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("similar_cases", {"text": "hm"}, "says too little"),
        ("similar_cases", {"text": WARD, "k": 1000}, "less than or equal to 20"),
        ("transfer", {"industry_from": "Helthcare"}, "nearest: Healthcare"),
        ("show_case", {"case_id": "../../etc/passwd"}, "no case"),
    ],
)
def test_a_wrong_question_is_told(
    base: CaseBase, tool: str, arguments: dict[str, Any], says: str
) -> None:
    answer = asked(base, tool, **arguments)
    assert answer.is_error
    assert says in answer.content[0].text


def test_an_answer_is_cut_where_it_is_too_long() -> None:
    analysis = small()
    document = analysis.documents[0]
    object.__setattr__(document, "text", document.text + " more" * MOST_CHARACTERS)
    object.__setattr__(analysis.cases[0], "end", len(document.text))
    base = CaseBase(analysis, models=models())
    answer = asked(base, "show_case", case_id="d1:1").content[0].text
    assert len(answer) < MOST_CHARACTERS * 1.1
    assert json.loads(answer)["records"][0]["cut"] == ["text"]
