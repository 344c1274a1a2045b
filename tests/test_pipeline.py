"""From files to the analysis folder, with a fake of the network."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeAnnotator

from xcase import store
from xcase.annotate.annotator import Annotator
from xcase.annotate.labels import SKILLS
from xcase.errors import UsageError
from xcase.pipeline import analyze
from xcase.read import isolate
from xcase.records import Analysis, Annotation
from xcase.settings import Settings
from xcase.taxonomy import taxonomy_version

AMINA = (
    "# The loading bay\n\n"
    "Before, Amina ran a warehouse and kept every task to herself. "
    "Then Ruth met her every Tuesday and heard her out. "
    "Now Amina teaches in a classroom and was made shift manager.\n\n"
    "Sign up below.\n"
)
BO = "Before, Bo was late.\nThen Bo learned to plan.\nNow Bo shared out the work.\n"
ESSAY = "Mentoring is a fine thing. Everyone should have some.\n"
DATA = ("documents.jsonl", "cases.jsonl", "errors.jsonl")


def corpus(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_text(content, encoding="utf-8")
    return folder


def run(*paths: Path, out: Path, **options: Any) -> tuple[Analysis, list[str]]:
    """Analyse and return the texts that the annotator saw."""
    annotator = FakeAnnotator()
    return analyze(paths, out, annotator=annotator, **options), annotator.seen


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_story_becomes_a_case(tmp_path: Path) -> None:
    analysis, _ = run(corpus(tmp_path / "in", a_md=AMINA), out=tmp_path / "out")
    (document,), (case,) = analysis.documents, analysis.cases
    assert (document.id, document.path, document.kind) == ("a.md", "a.md", "cases")
    assert (case.id, case.document_id, case.title) == ("a.md:1", "a.md", "The loading bay")
    text = document.text
    assert text[case.start : case.end].startswith("# The loading bay")
    assert text[case.start : case.end].endswith("made shift manager.")
    assert [s.phase for s in case.sentences] == ["other", "background", "journey", "outcome"]
    assert case.mentee is not None
    assert case.mentor is not None
    assert (case.mentee.name, case.mentor.name) == ("Amina", "Ruth")
    assert case.industry_from is not None
    assert case.industry_to is not None
    assert (case.industry_from.label, case.industry_to.label) == (
        "Transportation & Logistics",
        "Education",
    )
    assert [(s.skill, s.status, s.holder) for s in case.skills] == [
        ("delegation", "lacked", "mentee"),
        ("listening", "used", "mentor"),
    ]
    assert [o.type for o in case.outcomes] == ["promotion"]
    assert [q.surface for q in case.program.cadence] == ["every Tuesday"]
    for quote in (*case.skills, *case.outcomes, *case.program.cadence):
        assert text[quote.start : quote.end] == quote.surface


def test_a_skill_outside_the_closed_list_is_found_by_its_name(tmp_path: Path) -> None:
    text = (
        "Before, Bo shunned fundraising.\nThen Ruth explained fundraising.\n"
        "Now Bo likes FUNDRAISING.\nFundraising helps everyone.\n"
    )
    assert "fundraising" not in SKILLS
    analysis, _ = run(corpus(tmp_path / "in", a_txt=text), out=tmp_path / "out")
    (case,) = analysis.cases
    # The taxonomy gives the name, the annotator status and holder; the last sentence is no story.
    assert [(s.skill, s.method, s.surface, s.status, s.holder) for s in case.skills] == [
        ("fundraising", "alias", "fundraising", "lacked", "mentee"),
        ("fundraising", "alias", "fundraising", "used", "mentor"),
        ("fundraising", "alias", "FUNDRAISING", "developed", "mentee"),
    ]
    assert all(text[s.start : s.end] == s.surface for s in case.skills)
    assert store.load(tmp_path / "out").cases == analysis.cases


def test_the_folder_holds_what_was_returned(tmp_path: Path) -> None:
    out = tmp_path / "out"
    analysis, _ = run(corpus(tmp_path / "in", a_md=AMINA, b_txt=BO, c_txt=ESSAY), out=out)
    loaded = store.load(out)
    assert (loaded.documents, loaded.cases, loaded.skipped) == (
        analysis.documents,
        analysis.cases,
        analysis.skipped,
    )
    assert [d.id for d in loaded.documents] == ["a.md", "b.txt", "c.txt"]
    essay = loaded.documents[2]
    assert essay.kind == "not_a_case"
    assert essay.reason
    assert loaded.run["counts"] == {
        "documents": 3,
        "with_cases": 2,
        "not_a_case": 1,
        "cases": 2,
        "skipped": 0,
    }
    assert loaded.run["analysed_now"] == 3


def test_two_stories_in_a_document_keep_to_themselves(tmp_path: Path) -> None:
    text = AMINA.replace("# The loading bay\n\n", "") + BO
    analysis, _ = run(corpus(tmp_path / "in", a_txt=text), out=tmp_path / "out")
    first, second = analysis.cases
    assert (first.id, second.id) == ("a.txt:1", "a.txt:2")
    assert first.end <= second.start
    assert first.mentee is not None
    assert second.mentee is not None
    assert (first.mentee.name, second.mentee.name) == ("Amina", "Bo")
    assert second.mentor is None
    assert [s.status for s in second.skills] == ["developed"]


def test_who_signs_the_only_story_of_a_page_is_its_own(tmp_path: Path) -> None:
    signed = "Before, I was late.\nThen I learned to plan.\n\nWith thanks, Amina\n"
    (case,) = run(corpus(tmp_path / "in", a_md=signed), out=tmp_path / "out")[0].cases
    assert case.mentee is not None
    assert case.mentee.name == "Amina"
    assert case.mentee.mentions[0].start > case.end


def test_bad_files_are_named_and_the_others_go_on(tmp_path: Path) -> None:
    folder = corpus(tmp_path / "in", a_md=AMINA, b_txt="", c_pdf="no pdf", d_docx="no zip")
    (folder / "e.csv").write_text("id,text\n7,\n8,Before it rained.\n", encoding="utf-8")
    out = tmp_path / "out"
    analysis, seen = run(folder, out=out)
    assert [d.id for d in analysis.documents] == ["a.md", "8"]
    assert len(seen) == 2
    errors = lines(out / "errors.jsonl")
    assert [list(e) for e in errors] == [["path", "sha256", "stage", "code", "message"]] * 4
    assert [(e["path"], e["stage"], e["code"]) for e in errors] == [
        ("b.txt", "read", "E_EMPTY"),
        ("c.pdf", "read", "E_TYPE_MISMATCH"),
        ("d.docx", "read", "E_TYPE_MISMATCH"),
        ("e.csv", "read", "E_NO_TEXT"),
    ]
    assert analysis.run["counts"]["skipped"] == 4


def test_no_record_names_the_machine(tmp_path: Path) -> None:
    folder = corpus(tmp_path / "in", a_md=AMINA, b_doc="old", c_txt="")
    out = tmp_path / "out"
    run(folder, out=out)
    assert [e["path"] for e in lines(out / "errors.jsonl")] == ["b.doc", "c.txt"]
    assert all(str(tmp_path).encode() not in (out / name).read_bytes() for name in DATA)


def test_a_second_run_does_nothing_anew_and_gives_the_same_bytes(tmp_path: Path) -> None:
    folder, out = corpus(tmp_path / "in", a_md=AMINA, b_txt=BO, c_txt=ESSAY), tmp_path / "out"
    (folder / "d.jsonl").write_text(
        json.dumps({"id": 5, "text": BO, "cohort": 3.0, "tags": ["é", None]}), encoding="utf-8"
    )
    _, first_seen = run(folder, out=out)
    first = {name: (out / name).read_bytes() for name in DATA}
    first_run = json.loads((out / "run.json").read_bytes())
    analysis, seen = run(folder, out=out)
    assert (len(first_seen), seen) == (4, [])
    assert first == {name: (out / name).read_bytes() for name in DATA}
    second_run = json.loads((out / "run.json").read_bytes())
    assert analysis.run["analysed_now"] == 0
    for run_json in (first_run, second_run):
        del run_json["seconds"], run_json["analysed_now"], run_json["sha256"]
    assert first_run == second_run


def test_where_nothing_changed_the_files_stay_and_nothing_is_taken_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, out = (
        corpus(tmp_path / "in", a_md=AMINA, b_txt=BO, c_html=f"<p>{BO}</p>"),
        tmp_path / "o",
    )
    (folder / "d.csv").write_text(f'id,text\nr1,"{BO}"\n', encoding="utf-8")
    run(folder, out=out)
    places = {name: (out / name).stat().st_ino for name in DATA}
    opened: list[str] = []
    real = isolate.read_file

    def read_file(path: Path, *, name: str) -> Any:
        opened.append(name)
        return real(path, name=name)

    monkeypatch.setattr(isolate, "read_file", read_file)
    monkeypatch.setattr(isolate, "_needs_worker", lambda _: False)
    analysis, seen = run(folder, out=out)
    assert (len(analysis.documents), seen, opened) == (4, [], ["d.csv"])  # rows are read by row
    assert places == {name: (out / name).stat().st_ino for name in DATA}
    corpus(folder, c_html=f"<p>{BO} Now he plans.</p>")
    analysis, seen = run(folder, out=out)
    assert ([d.id for d in analysis.documents], len(seen)) == (["a.md", "b.txt", "c.html", "r1"], 1)
    assert opened[1:] == ["c.html", "d.csv"]


def test_only_a_changed_file_is_done_anew(tmp_path: Path) -> None:
    folder, out = corpus(tmp_path / "in", a_md=AMINA, b_txt=BO), tmp_path / "out"
    run(folder, out=out)
    corpus(folder, b_txt=BO.replace("late", "early"))
    analysis, seen = run(folder, out=out)
    assert seen == [BO.replace("late", "early")]
    assert [c.id for c in analysis.cases] == ["a.md:1", "b.txt:1"]
    fresh, _ = run(folder, out=tmp_path / "fresh")
    assert (analysis.documents, analysis.cases) == (fresh.documents, fresh.cases)


def test_a_file_that_is_gone_leaves_the_analysis(tmp_path: Path) -> None:
    folder, out = corpus(tmp_path / "in", a_md=AMINA, b_txt=BO), tmp_path / "out"
    run(folder, out=out)
    (folder / "a.md").unlink()
    analysis, seen = run(folder, out=out)
    assert seen == []
    assert [d.id for d in analysis.documents] == ["b.txt"]
    assert {c.document_id for c in analysis.cases} == {"b.txt"}


def test_other_settings_do_everything_anew(tmp_path: Path) -> None:
    folder, out = corpus(tmp_path / "in", a_md=AMINA), tmp_path / "out"
    run(folder, out=out)
    analysis, seen = run(folder, out=out, settings=Settings(skill=1.0))
    assert len(seen) == 1
    assert analysis.cases[0].skills == ()


def test_the_run_names_the_versions_that_it_began_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class WhileItChanges(FakeAnnotator):
        def annotate(self, *args: Any) -> list[Annotation]:
            monkeypatch.setattr("xcase.pipeline.taxonomy_version", lambda: "another")
            return super().annotate(*args)

    folder, out = corpus(tmp_path / "in", a_md=AMINA), tmp_path / "out"
    analysis = analyze([folder], out, annotator=WhileItChanges())
    assert analysis.run["taxonomy"] == taxonomy_version()
    _, seen = run(folder, out=out)
    assert len(seen) == 1


def test_who_asks_for_it_fast_is_read_by_the_small_network_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[bool] = []

    def load(*, fast: bool) -> FakeAnnotator:
        loaded.append(fast)
        return FakeAnnotator()

    monkeypatch.setattr(Annotator, "load", load)
    folder, out = corpus(tmp_path / "in", a_md=AMINA), tmp_path / "out"
    for fast in (True, False, False):
        told = analyze([folder], out, settings=Settings(fast=fast)).run
        assert told["settings"]["fast"] is fast
    # What one has read the other reads anew, and nobody reads twice.
    assert loaded == [True, False]


@pytest.mark.parametrize("name", [*DATA, "run.json"])
def test_a_damaged_analysis_is_done_anew(tmp_path: Path, name: str) -> None:
    folder, out = corpus(tmp_path / "in", a_md=AMINA), tmp_path / "out"
    run(folder, out=out)
    (out / name).write_text("{", encoding="utf-8")
    _, seen = run(folder, out=out)
    assert len(seen) == 1
    assert len(store.load(out).cases) == 1


def test_rows_from_standard_input_keep_id_text_and_fields(tmp_path: Path) -> None:
    text = "  Before, Bo was late.\r\nNow Bo is not.\u2028 "
    rows = [{"id": "m7", "text": text, "cohort": 3}, {"id": "m8"}]
    stdin = io.BytesIO("\n".join(json.dumps(row) for row in rows).encode())
    analysis, seen = run(Path("-"), out=tmp_path / "out", stdin=stdin)
    (document,) = analysis.documents
    assert (document.id, document.text, document.metadata) == ("m7", text, {"cohort": 3})
    assert seen == [text]
    assert [(s.path, s.code) for s in analysis.skipped] == [("-", "E_ROW")]


def test_the_first_of_two_equal_ids_stays(tmp_path: Path) -> None:
    first = corpus(tmp_path / "in", a_jsonl=json.dumps({"id": "m7", "text": BO}))
    stdin = io.BytesIO(json.dumps({"id": "m7", "text": ESSAY}).encode())
    analysis, _ = run(first, Path("-"), out=tmp_path / "out", stdin=stdin)
    assert [d.text for d in analysis.documents] == [BO]
    (skipped,) = analysis.skipped
    assert (skipped.path, skipped.code) == ("-", "E_DUPLICATE_ID")
    assert "'m7'" in skipped.message
    assert "a.jsonl" in skipped.message


def test_only_equal_names_in_several_folders_are_told_apart_by_the_folder(tmp_path: Path) -> None:
    one = corpus(tmp_path / "one", a_md=AMINA, b_doc="old")
    two = corpus(tmp_path / "two", a_md=BO, b_doc="old")
    corpus(two / "deep", a_md=ESSAY)
    analysis, seen = run(one, two, out=tmp_path / "out")
    assert [(d.id, d.path) for d in analysis.documents] == [
        (name, name) for name in ("one/a.md", "two/a.md", "deep/a.md")
    ]
    assert [c.id for c in analysis.cases] == ["one/a.md:1", "two/a.md:1"]
    assert [s.path for s in analysis.skipped] == ["one/b.doc", "two/b.doc"]
    assert len(seen) == 3
    again, seen = run(one, two, out=tmp_path / "out")
    assert (again.documents, again.cases, seen) == (analysis.documents, analysis.cases, [])


@pytest.mark.parametrize(
    "given", [("x/in", "y/in"), ("x/in/a.md", "y/in/a.md")], ids=["folders", "files"]
)
def test_no_document_is_lost_to_another_of_the_same_name(
    tmp_path: Path, given: tuple[str, str]
) -> None:
    corpus(tmp_path / "x" / "in", a_md=AMINA)
    corpus(tmp_path / "y" / "in", a_md=BO)
    analysis, _ = run(*(tmp_path / path for path in given), out=tmp_path / "out")
    assert len({d.id for d in analysis.documents}) == 2
    assert analysis.skipped == ()


def test_the_output_is_never_read(tmp_path: Path) -> None:
    folder = corpus(tmp_path / "in", a_md=AMINA)
    for _ in range(2):
        analysis, _ = run(folder, out=folder / "xcase-out")
        assert [d.id for d in analysis.documents] == ["a.md"]
        assert analysis.skipped == ()


def test_the_output_may_not_be_the_input(tmp_path: Path) -> None:
    folder = corpus(tmp_path / "in", a_md=AMINA)
    with pytest.raises(UsageError, match="output folder"):
        run(folder, out=folder)


def test_an_empty_folder_is_an_empty_analysis(tmp_path: Path) -> None:
    analysis, seen = run(corpus(tmp_path / "in"), out=tmp_path / "out")
    assert seen == []
    assert analysis.run["counts"]["documents"] == 0
    loaded = store.load(tmp_path / "out")
    assert (loaded.documents, loaded.cases, loaded.skipped) == ((), (), ())


def test_a_missing_path_is_refused_and_leaves_no_output_folder(tmp_path: Path) -> None:
    folder = corpus(tmp_path / "in", a_md=AMINA)
    with pytest.raises(UsageError, match="nowhere"):
        run(folder, tmp_path / "nowhere", out=tmp_path / "new" / "out")
    assert sorted(tmp_path.iterdir()) == [folder]


def test_a_missing_path_leaves_the_earlier_analysis(tmp_path: Path) -> None:
    folder, out = corpus(tmp_path / "in", a_md=AMINA), tmp_path / "out"
    run(folder, out=out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    with pytest.raises(UsageError, match="nowhere"):
        run(tmp_path / "nowhere", out=out)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_progress_tells_what_is_done_of_how_many(tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    folder = corpus(tmp_path / "in", a_md=AMINA, b_txt=BO)
    for _ in range(2):
        run(folder, out=tmp_path / "out", progress=lambda done, total: steps.append((done, total)))
    assert steps == [(0, 2), (2, 2), (2, 2)]


def test_text_in_another_language_is_told_as_no_case(tmp_path: Path) -> None:
    folder = corpus(tmp_path / "in", a_txt="Она боялась звонков. Потом позвонила сама.")
    analysis, _ = run(folder, out=tmp_path / "out")
    assert [d.kind for d in analysis.documents] == ["not_a_case"]
    assert analysis.cases == ()
