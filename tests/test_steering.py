"""A name of a file that would steer a terminal, turn its direction or forge a page does neither."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from fakes import FakeAnnotator, WordEncoder
from test_casebase import FakeSentences
from test_cli import xcase
from typer.testing import CliRunner

from xcase import options, store
from xcase.cli import app
from xcase.pipeline import analyze
from xcase.report import report
from xcase.transfer import prepare

# A title for the window, colours by two bytes and by one, direction overrides, a bell.
EVIL = "a\x1b]0;owned\x07\x1b[31m\x9b32m\u202egpj.\u2066\x7f"
STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
STORY = (
    "Before, Amina ran a warehouse and kept every task to herself.\nThen Ruth heard her out.\n"
    "Now Amina shared out the work and was made shift manager.\n"
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder whose files have the name in every place that a name has."""
    place = tmp_path_factory.mktemp("steering")
    source = place / EVIL
    source.mkdir()
    (source / f"{EVIL}.txt").write_text(STORY, encoding="utf-8")
    (source / f"{EVIL}.doc").write_text("old", encoding="utf-8")
    (source / f"{EVIL}.pdf").write_text("", encoding="utf-8")
    row = {"id": EVIL, "title": EVIL, "text": STORY, EVIL: EVIL}
    (source / "rows.jsonl").write_text(json.dumps(row), encoding="utf-8")
    analyze([source], place / "out", annotator=FakeAnnotator())
    return place


def test_the_names_are_kept_in_the_records(place: Path) -> None:
    analysis = store.load(place / "out")
    assert [d.path for d in analysis.documents] == [f"{EVIL}.txt", "rows.jsonl"]
    assert [s.path for s in analysis.skipped] == [f"{EVIL}.doc", f"{EVIL}.pdf"]


@pytest.mark.parametrize("more", [(), ("--json",)], ids=["for people", "json"])
@pytest.mark.parametrize(
    "command",
    [
        ("analyze", EVIL, "--out", "out"),
        ("show", f"{EVIL}.txt", "--dir", "out"),
        ("review", f"{EVIL}.txt", "--dir", "out"),
        ("doctor", "--dir", "out"),
        ("forget", "Amina Nobody", "--dir", "out"),
        ("forget", "Amina", "--dir", "out"),
        ("transfer", "--dir", "out", "-k", "3"),
        ("export", "--dir", "out", "--out", f"export-{EVIL}", "--format", "jsonl"),
    ],
    ids=lambda c: c[0],
)
def test_no_command_prints_them_as_they_are(
    place: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], more: tuple[str, ...]
) -> None:
    monkeypatch.chdir(place)
    result = CliRunner().invoke(app, [*command, *more])
    assert result.output
    assert not STEERING.findall(result.output.replace("\x1b[0m", ""))
    if more and command[0] == "show":
        assert json.loads(result.stdout)[0]["document_id"] == f"{EVIL}.txt"


@pytest.mark.parametrize(
    "command",
    [
        ("show", f"{EVIL}x"),
        ("show", "a", "--dir", EVIL),
        ("analyze", f"no{EVIL}"),
        ("analyze", EVIL, "--settings", f"{EVIL}.toml"),
        ("evaluate", f"no{EVIL}"),
        ("taxonomy", EVIL),
        ("match", f"no{EVIL}.csv", f"no{EVIL}.csv"),
        ("suggest", f"no{EVIL}.csv"),
        ("report", "--dir", EVIL, "--out", f"no/{EVIL}"),
    ],
    ids=lambda c: c[0],
)
def test_no_refusal_does(place: Path, command: tuple[str, ...]) -> None:
    result = xcase(*command, folder=place)
    assert result.returncode in (2, 4)
    assert result.stderr.startswith("xcase: ")
    assert not STEERING.findall(result.stdout + result.stderr)


def test_no_page_holds_them(place: Path) -> None:
    analysis = store.load(place / "out")
    base = prepare(analysis, encoder=FakeSentences())  # type: ignore[arg-type]
    out = place / "report.html"
    report(place / "out", out, encoder=WordEncoder(), base=base)
    page = out.read_text(encoding="utf-8")
    assert "owned" in page
    assert not STEERING.findall(page)
    assert not re.findall(r"&#(?:x1b|27|x202e|8238);", page)


def test_json_for_programs_says_the_same() -> None:
    told = {EVIL: [EVIL, "é\n\t\u2028 שלום"]}
    text = options.escaped(json.dumps(told, ensure_ascii=False))
    assert json.loads(text) == told
    assert not STEERING.findall(text)
    assert "é" in text
