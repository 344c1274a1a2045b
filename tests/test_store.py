"""The analysis folder: every record comes back, and a damaged folder is recognised."""

from __future__ import annotations

import dataclasses
import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from xcase import store
from xcase.errors import AnalysisError, UsageError
from xcase.records import (
    Analysis,
    Case,
    Document,
    IndustryGuess,
    Outcome,
    Person,
    Program,
    Quote,
    Sentence,
    SkillMention,
    Skipped,
    Span,
)

TEXT = "Before, Zoë ran a ward 🏥.\nThen Ruth rang every Tuesday.\nNow she might lead.\u2028"
DOCUMENT = Document(
    id="s1",
    path="a/s1.txt",
    sha256="0f" * 32,
    title="Zoë",
    metadata={"cohort": 7, "tags": ["a", None], "site": {"open": True, "share": 0.25}},
    text=TEXT,
    kind="cases",
    reason="",
)
CASE = Case(
    id="s1:1",
    document_id="s1",
    title="Zoë",
    start=0,
    end=75,
    mentee=Person("Zoë", None, (Span(8, 11),)),
    mentor=Person(None, "a friend", ()),
    industry_from=IndustryGuess("Health Care", 0.9, (Span(18, 22),)),
    industry_to=IndustryGuess("Education", 0.4, ()),
    role_from=Quote("ward", 18, 22),
    role_to=Quote("lead", 70, 74),
    program=Program(
        duration=(Quote("a year", 1, 7),),
        cadence=(Quote("every Tuesday", 41, 54),),
        format=(Quote("rang", 36, 40),),
    ),
    sentences=(Sentence(0, 25, "background", 0.987), Sentence(26, 55, "journey", 0.5)),
    skills=(
        SkillMention(
            "leadership", 70, 74, "lead", "used", "mentee", "outcome", True, 0.7, "network"
        ),
    ),
    outcomes=(Outcome("promotion", 56, 75, "Now she might lead.", "mixed", 0.61),),
)
BARE = dataclasses.replace(
    CASE, id="s1:2", mentee=None, mentor=None, industry_from=None, industry_to=None,
    role_from=None, role_to=None, program=Program(), sentences=(), skills=(), outcomes=(),
)  # fmt: skip
ANALYSIS = Analysis(
    documents=(DOCUMENT, dataclasses.replace(DOCUMENT, id="s2", kind="not_a_case", reason="none")),
    cases=(CASE, BARE),
    skipped=(Skipped("b.pdf", "", "read", "E_CORRUPT", "damaged “so”"),),
    run={"xcase": "0", "seconds": {"read": 0.1}},
)
OTHER = Analysis((dataclasses.replace(DOCUMENT, text="Another text."),), (), ())
FILES = ("documents.jsonl", "cases.jsonl", "errors.jsonl", "run.json")


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder but the lock, which is empty when nobody holds it."""
    assert (folder / ".lock").read_bytes() == b""
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.name != ".lock"}


def saved(folder: Path) -> Path:
    store.prepare(folder)
    store.save(ANALYSIS, folder)
    return folder


@contextmanager
def no_file_above(size: int) -> Iterator[None]:
    """Let every write beyond ``size`` bytes of a file fail, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_every_record_comes_back(tmp_path: Path) -> None:
    loaded = store.load(saved(tmp_path / "new" / "folder"))
    assert (loaded.documents, loaded.cases, loaded.skipped) == (
        ANALYSIS.documents,
        ANALYSIS.cases,
        ANALYSIS.skipped,
    )
    assert loaded.run["seconds"] == {"read": 0.1}


@pytest.mark.parametrize("least", [0.0, 0.5, 0.65, 0.9])
def test_only_what_is_so_sure_is_left(least: float) -> None:
    case = CASE.at_least(least)
    sure = [f for f in (case.industry_from, case.industry_to, *case.skills, *case.outcomes) if f]
    facts = (CASE.industry_from, CASE.industry_to, *CASE.skills, *CASE.outcomes)
    assert sure == [f for f in facts if f and f.confidence >= least]
    assert BARE.at_least(least) == BARE


def test_nothing_comes_back_as_nothing(tmp_path: Path) -> None:
    store.save(Analysis((), (), ()), tmp_path)
    loaded = store.load(tmp_path)
    assert (loaded.documents, loaded.cases, loaded.skipped) == ((), (), ())


def test_the_same_analysis_gives_the_same_bytes_and_no_other_file(tmp_path: Path) -> None:
    first = contents(saved(tmp_path / "a"))
    assert first == contents(saved(tmp_path / "b"))
    assert sorted(first) == sorted(FILES)


def test_the_lines_are_those_that_other_programs_rely_on(tmp_path: Path) -> None:
    folder = saved(tmp_path)
    first = {
        name: json.loads((folder / name).read_bytes().split(b"\n")[0])
        for name in ("documents.jsonl", "cases.jsonl", "errors.jsonl")
    }
    document, case = first["documents.jsonl"], first["cases.jsonl"]
    assert " ".join(document) == "id path sha256 title metadata text kind reason"
    assert " ".join(case) == (
        "id document_id title start end mentee mentor industry_from industry_to role_from role_to "
        "program sentences skills outcomes"
    )
    assert case["mentee"] == {"name": "Zoë", "description": None, "mentions": [[8, 11]]}
    industry = {"label": "Health Care", "confidence": 0.9, "evidence": [[18, 22]]}
    assert case["industry_from"] == industry
    assert case["role_from"] == {"surface": "ward", "start": 18, "end": 22}
    assert " ".join(case["program"]) == "duration cadence format"
    sentence = {"start": 0, "end": 25, "phase": "background", "confidence": 0.987}
    assert case["sentences"][0] == sentence
    assert " ".join(case["skills"][0]) == (
        "skill start end surface status holder phase hypothetical confidence method"
    )
    assert " ".join(case["outcomes"][0]) == "type start end surface polarity confidence"
    assert " ".join(first["errors.jsonl"]) == "path sha256 stage code message"


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_recognised(tmp_path: Path, name: str) -> None:
    path = saved(tmp_path) / name
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(AnalysisError, match=name) as caught:
        store.load(tmp_path)
    assert caught.value.exit_status == 4
    assert "xcase analyze" in str(caught.value)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_recognised(tmp_path: Path, name: str) -> None:
    (saved(tmp_path) / name).unlink()
    with pytest.raises(AnalysisError, match="xcase analyze"):
        store.load(tmp_path)


@pytest.mark.parametrize("run", [{"format": 999}, {}, [], "x", None])
def test_another_format_is_refused(tmp_path: Path, run: Any) -> None:
    (saved(tmp_path) / "run.json").write_text(json.dumps(run), encoding="utf-8")
    with pytest.raises(AnalysisError, match="format"):
        store.load(tmp_path)


@pytest.mark.parametrize("files", [{}, []])
def test_a_run_without_its_sums_is_damaged(tmp_path: Path, files: Any) -> None:
    path = saved(tmp_path) / "run.json"
    run = json.loads(path.read_text(encoding="utf-8")) | {"files": files}
    del run["sha256"]
    path.write_text(json.dumps(run), encoding="utf-8")
    with pytest.raises(AnalysisError):
        store.load(tmp_path)


def test_a_run_without_a_sum_of_its_own_is_of_an_earlier_version(tmp_path: Path) -> None:
    path = saved(tmp_path) / "run.json"
    expected = store.load(tmp_path)
    run = json.loads(path.read_text(encoding="utf-8"))
    del run["sha256"]
    path.write_text(json.dumps(run), encoding="utf-8")
    assert store.load(tmp_path) == expected


def test_a_flipped_bit_anywhere_is_told(tmp_path: Path) -> None:
    saved(tmp_path)
    expected = store.load(tmp_path)
    run = {k: v for k, v in expected.run.items() if len(str(v)) != 64}
    without = dataclasses.replace(expected, run=run)
    for name in FILES:
        whole = (tmp_path / name).read_bytes()
        for place in range(0, len(whole), 7):
            flipped = bytes([whole[place] ^ 1 << place % 8])
            (tmp_path / name).write_bytes(whole[:place] + flipped + whole[place + 1 :])
            try:
                told = store.load(tmp_path)
            except AnalysisError:
                continue
            # White space, an escape in capitals, or the name of the sum itself.
            run = {k: v for k, v in told.run.items() if len(str(v)) != 64}
            assert dataclasses.replace(told, run=run) == without, (name, place)
        (tmp_path / name).write_bytes(whole)


def test_a_full_disk_leaves_the_earlier_analysis(tmp_path: Path) -> None:
    before = contents(saved(tmp_path))
    large = dataclasses.replace(OTHER, documents=(dataclasses.replace(DOCUMENT, text="x" * 9999),))
    with no_file_above(4096), pytest.raises(AnalysisError, match="cannot write"):
        store.save(large, tmp_path)
    assert contents(tmp_path) == before


def test_a_disk_that_fills_up_midway_leaves_the_earlier_analysis(tmp_path: Path) -> None:
    before = contents(saved(tmp_path))
    large = dataclasses.replace(OTHER, skipped=(Skipped("x" * 9999, "", "read", "E_IO", ""),))
    with no_file_above(4096), pytest.raises(AnalysisError, match="cannot write"):
        store.save(large, tmp_path)
    assert contents(tmp_path) == before


def test_a_number_that_json_has_not_leaves_the_earlier_analysis(tmp_path: Path) -> None:
    before = contents(saved(tmp_path))
    unsayable = Outcome("award", 0, 1, "B", "positive", float("nan"))
    case = dataclasses.replace(CASE, outcomes=(unsayable,))
    with pytest.raises(ValueError, match="JSON"):
        store.save(dataclasses.replace(OTHER, cases=(case,)), tmp_path)
    assert contents(tmp_path) == before


def test_an_analysis_without_its_run_is_told_from_none(tmp_path: Path) -> None:
    with pytest.raises(AnalysisError, match="no analysis in"):
        store.load(tmp_path)
    (tmp_path / "documents.jsonl").write_text("")
    with pytest.raises(AnalysisError, match=r"run\.json is missing; .*--repair"):
        store.load(tmp_path)


def test_a_folder_that_cannot_be_is_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot write"):
        store.prepare(tmp_path / "file")
    with pytest.raises(UsageError, match="cannot write"):
        store.prepare(tmp_path / "file" / "inside")
