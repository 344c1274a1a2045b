"""The Python door: the same records as the commands, tables, and a light import."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fakes import FakeAnnotator, WordEncoder
from test_similar import BAKER, CLERK, NURSE, analysis_of, story
from typer.testing import CliRunner

import xcase
from xcase import given, store
from xcase.cli import app
from xcase.frames import TABLES
from xcase.given import people
from xcase.records import Analysis, Skipped

PROGRAMME = Path(__file__).parent.parent / "examples" / "programme"
WARD = "I work on a ward and cannot delegate any task"


class FakeSentences(WordEncoder):
    """The same words as vectors, as ``transfer`` and ``match`` ask for them."""

    def encode(self, texts: Sequence[str]) -> np.ndarray:  # type: ignore[override]
        return np.stack([v.whole for v in super().encode(texts)])


def models() -> xcase.Models:
    return xcase.Models(encoder=WordEncoder(), annotator=FakeAnnotator(), sentences=FakeSentences())


@pytest.fixture
def analysis() -> Analysis:
    return analysis_of(
        story(1, NURSE, "Healthcare", "Healthcare", "delegation", "positive"),
        story(2, BAKER, "Hospitality & Food", "Hospitality & Food", "sales", "positive"),
        story(3, CLERK, "Finance & Insurance", "Finance & Insurance", "delegation", "negative"),
    )


@pytest.fixture
def base(analysis: Analysis) -> xcase.CaseBase:
    return xcase.CaseBase(analysis, models=models())


def test_the_public_list_is_sorted_and_true() -> None:
    assert xcase.__all__ == sorted(xcase.__all__)
    assert all(hasattr(xcase, name) for name in xcase.__all__)
    assert set(xcase.__all__) <= set(dir(xcase))
    with pytest.raises(AttributeError, match="no attribute 'analyse'"):
        xcase.analyse  # type: ignore[attr-defined]  # noqa: B018


def test_importing_xcase_is_light() -> None:
    heavy = "{'torch', 'spacy', 'pandas', 'numpy', 'pydantic', 'fastapi', 'typer'}"
    code = f"import sys, xcase; xcase.CaseBase, xcase.analyze; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_a_case_and_its_words(base: xcase.CaseBase) -> None:
    assert (len(base), base.case("d1:1").id) == (3, "d1:1")
    assert base.text("d1:1") == " ".join(NURSE)
    assert base.document("d2").text == " ".join(BAKER)
    with pytest.raises(xcase.UsageError, match="no case 'd1:2'; nearest: d1:1"):
        base.case("d1:2")


def test_cases_are_found_by_what_they_tell(base: xcase.CaseBase) -> None:
    assert [c.id for c in base.find(skill="Delegation")] == ["d1:1", "d3:1"]
    assert [c.id for c in base.find(skill="delegation", outcome="negative")] == ["d3:1"]
    with pytest.raises(xcase.UsageError, match="no skill 'delegaton'; nearest: delegation"):
        base.find(skill="delegaton")


def test_similar_takes_text_fields_profiles_and_files(base: xcase.CaseBase, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text(json.dumps({"text": WARD}), encoding="utf-8")
    told = [WARD, {"text": WARD}, tmp_path / "p.json"]
    answers = [base.similar(t, k=1) for t in told]  # type: ignore[arg-type]
    assert [a.json() for a in answers] == [answers[0].json()] * 3
    (best,) = answers[0]
    assert best.case_id == "d1:1"
    assert best.score == pytest.approx(sum(r.weight * r.value for r in best.reasons))
    assert "nothing was read as situation, goal" in " ".join(answers[0].notes)


def test_a_misspelt_field_is_named(base: xcase.CaseBase) -> None:
    notes = base.similar({"text": WARD, "industri": "Healthcare"}).notes
    assert any("did you mean 'industry'" in note for note in notes)


def test_the_columns_of_an_answer_add_up_to_its_score(base: xcase.CaseBase) -> None:
    frame = base.similar(WARD, k=3).frame()
    parts = frame.drop(columns=["case_id", "document_id", "score", "duplicates"])
    assert frame.case_id[0] == "d1:1"
    assert np.allclose(parts.sum(axis=1), frame.score)
    moves = base.transfer("Healthcare", "Education", k=4).frame()
    assert np.allclose(moves[["cases", "labour_market", "embedding"]].sum(axis=1), moves.score)


def test_wrong_questions_are_refused(base: xcase.CaseBase) -> None:
    for ask in (
        lambda: base.similar(WARD, k=0),
        lambda: base.similar(""),
        lambda: base.similar({"text": {"a": 1}}),
        lambda: base.similar({"text": float("nan")}),
        lambda: base.similar(Path("nowhere.json")),
        lambda: base.transfer("Helthcare"),
        lambda: base.match([{"name": "A"}, {"name": "A"}], [{"name": "B"}]),
        lambda: base.suggest("nowhere.csv"),
        lambda: base.frame("moods"),  # type: ignore[arg-type]
    ):
        with pytest.raises(xcase.UsageError):
            ask()


def test_people_come_as_files_frames_or_mappings(base: xcase.CaseBase) -> None:
    mentors = [{"id": "r1", "skills_have": ["delegation"], "languages": None}]
    frame = pd.DataFrame([{"id": "m1", "skills_want": "delegation"}, {"id": "m2", "role": "x"}])
    matching = base.match(frame, mentors, partial=True)
    assert [(p.mentee_id, p.mentor_id) for p in matching.pairs] == [("m1", "r1")]
    by_file = base.suggest(PROGRAMME / "mentees.csv", mentors=PROGRAMME / "mentors.csv", k=2)
    assert [s["mentee_id"] for s in by_file] == ["m1", "m2", "m3", "m4", "m5"]
    assert all(len(s["mentors"]) <= 2 for s in by_file)


def test_a_frame_may_hold_arrays_dates_and_any_kind_of_empty_cell(base: xcase.CaseBase) -> None:
    plain = [
        {"id": "m1", "skills_want": ["delegation", "sales"], "since": "2020-01-02T00:00:00"},
        {"id": "m2", "skills_want": ["sales"], "site": "north", "hours": 3},
    ]
    frame = pd.DataFrame(
        {
            "id": ["m1", "m2"],
            "skills_want": [np.array(["delegation", "sales"]), np.array(["sales"])],
            "since": pd.to_datetime(["2020-01-02", None]),
            "site": pd.array([pd.NA, "north"], dtype="string"),
            "hours": pd.array([pd.NA, 3], dtype="Int64"),
            "mark": [float("nan"), None],
        }
    )
    assert people(frame, "x") == people(plain, "x")
    assert base.suggest(frame).json() == base.suggest(plain).json()
    numbers = {"id": np.int64(7), "text": WARD, "skills_want": np.array(["delegation"])}
    assert (
        base.similar(numbers).json()
        == base.similar({**numbers, "id": 7, "skills_want": ["delegation"]}).json()
    )
    with pytest.raises(xcase.UsageError, match="what JSON cannot say"):
        base.similar({"text": WARD, "more": np.array([float("nan")])})


def test_one_person_may_be_a_row_and_an_empty_cell_says_nothing(base: xcase.CaseBase) -> None:
    told = base.similar({"text": WARD, "skills_want": ["delegation"]}).json()
    row = {"text": WARD, "industry": float("nan"), "role": pd.NA, "goals": None}
    assert base.similar({**row, "skills_want": ["delegation"]}).json() == told
    frame = pd.DataFrame([{"text": WARD, "skills_want": ["delegation"], "role": None}])
    assert base.similar(frame.iloc[0]).json() == told
    one = {"id": "m1", "skills_want": "delegation"}
    other = {"id": "r1", "skills_have": "delegation"}
    assert base.match(one, other) == base.match([one], [other])
    assert base.match(pd.Series(one), other) == base.match([one], [other])


def test_what_is_nobody_is_refused_in_words(base: xcase.CaseBase) -> None:
    with pytest.raises(xcase.UsageError, match="one person is a mapping of fields, not list"):
        base.similar([{"text": WARD}])  # type: ignore[arg-type]
    with pytest.raises(xcase.UsageError, match="one person is a mapping of fields, not str"):
        base.suggest([WARD])
    with pytest.raises(xcase.UsageError, match="mentees are rows or a file with them, not int"):
        base.suggest(3)
    for k in ("3", 2.5, None):
        with pytest.raises(xcase.UsageError, match="ask for a whole number"):
            base.similar(WARD, k=k)  # type: ignore[arg-type]


def test_a_filter_left_open_may_be_none(base: xcase.CaseBase) -> None:
    assert base.similar(WARD, industry_from=None) == base.similar(WARD)
    assert base.find(skill=None) == base.cases


def test_an_answer_without_a_row_has_its_columns(base: xcase.CaseBase) -> None:
    for full, empty in (
        (base.similar(WARD), base.similar(WARD, industry_from="Legal")),
        (base.transfer("Healthcare", k=1), replace(base.transfer("Healthcare"), records=())),
    ):
        parts = {reason["kind"] for record in full.json() for reason in record["reasons"]}
        assert [c for c in full.frame() if c not in parts] == list(empty.frame())
        assert empty.frame()["score"].empty


def test_a_profile_may_hold_what_no_file_can() -> None:
    profile, _ = given.profile(WARD)
    broken = replace(profile, text=WARD + " \ud800", goals=("lead \ud800 a ward",))
    told, _ = given.profile(broken)
    assert (told.text, told.goals) == (WARD + " \ufffd", ("lead \ufffd a ward",))


def test_rules_come_as_a_mapping(base: xcase.CaseBase) -> None:
    people = [{"id": "m1", "skills_want": "delegation"}], [{"id": "r1", "skills_have": "sales"}]
    rules = {"forbid": [{"mentee": "m1", "mentor": "r1"}]}
    assert base.match(*people, rules=rules).status == "infeasible"


def test_every_table_has_its_rows(analysis: Analysis, base: xcase.CaseBase) -> None:
    rows = {table: len(base.frame(table)) for table in TABLES}
    assert rows == {
        "documents": 3, "cases": 3, "sentences": 12, "skills": 6, "outcomes": 3, "errors": 0,
    }  # fmt: skip
    skills = base.frame("skills")
    assert skills.surface[0] == NURSE[1]
    assert base.frame("sentences").surface.tolist()[:4] == list(NURSE)
    skipped = (Skipped("a.pdf", "", "read", "E_EMPTY", "empty"),)
    told = Analysis(analysis.documents, analysis.cases, skipped)
    assert xcase.CaseBase(told).frame("errors").code.tolist() == ["E_EMPTY"]
    assert xcase.CaseBase(Analysis((), (), ())).frame("cases").empty


def test_an_analysis_without_cases_answers(tmp_path: Path) -> None:
    store.save(Analysis((), (), ()), tmp_path)
    base = xcase.load(tmp_path)
    base.models = models()
    assert len(base.similar(WARD)) == 0
    assert base.transfer("Healthcare", "Education", k=2).notes
    assert base.suggest([{"id": "m1", "skills_want": "sales"}])[0]["skills"][0]["skill"] == "sales"


def test_a_pattern_that_finds_nothing_leaves_the_analysis(
    tmp_path: Path, analysis: Analysis
) -> None:
    store.save(analysis, tmp_path)
    with pytest.raises(xcase.UsageError, match="no path"):
        xcase.analyze(tmp_path.glob("*.storys"), out=tmp_path)
    assert len(xcase.load(tmp_path)) == len(analysis.cases)


def test_the_answers_are_those_of_the_commands(tmp_path: Path, analysis: Analysis) -> None:
    store.save(analysis, tmp_path)
    base = xcase.load(tmp_path)
    line = ["similar", WARD, "-k", "2", "--dir", str(tmp_path), "--json"]
    said = CliRunner().invoke(app, line)
    assert json.loads(said.stdout) == base.similar(WARD, k=2).json()
    line = ["transfer", "--from", "Healthcare", "-k", "3", "--dir", str(tmp_path), "--json"]
    said = CliRunner().invoke(app, line)
    assert json.loads(said.stdout) == base.transfer("Healthcare", k=3).json()
