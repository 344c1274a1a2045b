"""Names out before anything is stored, and people out of what was stored."""

from __future__ import annotations

import io
import json
import stat
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeAnnotator
from typer.testing import CliRunner

from xcase import pipeline, store
from xcase.cli import app
from xcase.errors import AnalysisError, StoppedError, UsageError
from xcase.privacy import forget as forget_module
from xcase.privacy import forgotten
from xcase.privacy.forget import forget
from xcase.privacy.key import Key, open_key
from xcase.read.kinds import KNOWN
from xcase.records import Analysis, Case, Document, Program, Skipped, Source
from xcase.repair import repair

pytest.importorskip("presidio_analyzer")
pytest.importorskip("faker")

from xcase.privacy.contacts import Found, _compiled
from xcase.privacy.pseudonymise import pseudonymise
from xcase.privacy.replaced import apply_edits, changes

SECRET = b"a secret of a test, thirty-two b"
STORY = (
    "# How Ngozi Okafor learned to delegate\n\n"
    "Ngozi was a ward clerk in Enugu. Her mentor, Thomas Brandvold, met her every Friday. "
    "Write to ngozi.okafor@crestwell.example or call +44 7700 900412. Okafor's team grew."
)


def replaced(text: str) -> str:
    return apply_edits(text, changes(text, Key(SECRET)))


def source(text: str, **more: Any) -> Source:
    return replace(Source("a.txt", "a.txt", "0" * 64, "A title", {}, text), **more)


def test_names_and_contacts_go_and_the_rest_stays() -> None:
    new = replaced(STORY)
    for told in ("Ngozi", "Okafor", "Thomas", "Brandvold", "Enugu", "crestwell", "900412"):
        assert told not in new
    for told in ("learned to delegate", "was a ward clerk in", "every Friday", "team grew"):
        assert told in new


def test_a_name_has_one_surrogate_in_all_its_places_and_parts() -> None:
    key = Key(SECRET)
    new = apply_edits(STORY, changes(STORY, key))
    given, family = key.words["ngozi"], key.words["okafor"]
    assert f"# How {given} {family} learned" in new
    assert f"\n\n{given} was" in new
    assert f"{family}'s team grew" in new


@pytest.mark.parametrize(
    "text",
    [
        "She manages budgets on Monday and leads meetings in English.",
        "In May 2019 the company used Excel. You may hope for a mark.",
        "Will you delegate? I will. Hope is no plan, and grace costs nothing.",
        "We grew sales by 31,000 in 2019 and won 3 of 4 bids at 10.30.",
    ],
)
def test_what_names_nobody_is_left_alone(text: str) -> None:
    assert replaced(text) == text


def test_the_same_key_gives_the_same_text_and_another_key_another() -> None:
    assert replaced(STORY) == replaced(STORY)
    assert replaced(STORY) != apply_edits(STORY, changes(STORY, Key(b"another secret")))


def test_what_the_first_document_tells_is_replaced_in_the_second_and_in_paths() -> None:
    first = source(STORY)
    second = source(
        "The clerk, okafor, came back.",
        id="okafor-2.txt",
        path="people/NgoziOkafor.txt",
        metadata={"mentee": "Ngozi Okafor", "industry": "Healthcare", "phone": 7700900412},
    )
    skip = Skipped("brandvold.pdf", "", "read", "E_EMPTY", "the file is empty")
    sources, skipped = pseudonymise([first, second], [skip], Key(SECRET))
    told = json.dumps([store.to_json(s) for s in (*sources, *skipped)]).casefold()
    for name in ("ngozi", "okafor", "brandvold", "900412"):
        assert name not in told
    assert sources[1].metadata["industry"] == "Healthcare"
    assert sources[0].sha256 != first.sha256


def test_the_names_of_fields_name_nobody_either() -> None:
    told = {
        "Priya Okafor": "yes",
        "priya_okafor": "no",
        "Rating of Dilnoza Karimova": 5,
        "ratings": [{"Priya Okafor": 4, "priya.okafor@crestwell.example": 3}],
    }
    text = "Then Dilnoza Karimova rang."
    (made,), _ = pseudonymise([source(text, metadata=told)], [], Key(SECRET))
    stored = json.dumps(made.metadata).casefold()
    for name in ("priya", "okafor", "dilnoza", "karimova", "crestwell"):
        assert name not in stored
    assert list(made.metadata)[3] == "ratings"
    assert [len(made.metadata), len(made.metadata["ratings"][0])] == [4, 2]


def test_two_fields_never_become_one() -> None:
    key = Key(SECRET, {"priya": "Ada", "kemi": "Ada"})
    told = {"Kemi": 1, "Ada rating": 2, "Priya rating": 3, "Kemi rating": 4}
    (made,), _ = pseudonymise([source("It.", metadata=told)], [], key)
    assert sorted(made.metadata.values()) == [1, 2, 3, 4]
    assert "Priya" not in "".join(made.metadata)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("mentoring_format", "video calls"),
        ("mentor_industry", "Healthcare"),
        ("hobby", "chess"),
        ("programme_name", "Next Steps"),
        ("Name of your programme", "Next Steps"),
        ("Rating of mentor", "very good"),
        ("discard", "batch 3"),
        ("Nationality", "UK 2nd"),
        ("Issues addressed", "3 of 4"),
        ("number_of_staff", 14),
        ("automobile years", "3 years"),
        ("Overall Experience", "good"),
        ("GENDER", "female"),
        ("nps_score", 9),
        ("Gdpr Consent", "yes"),
    ],
)
def test_an_ordinary_field_stays_as_it_is(column: str, value: object) -> None:
    (made,), _ = pseudonymise([source("It.", metadata={column: value})], [], Key(SECRET))
    assert made.metadata == {column: value}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("mentor", "grace field"),
        ("MentorName", "grace field"),
        ("Your mentors", "grace and hope"),
        ("Name of your mentor", "grace field"),
        ("mentee_surname", "strand"),
        ("Transcribed by", "grace"),
        ("Home phone", "4471"),
        ("Telephone number", "44-71"),
        ("date_of_birth", "1990-05-01"),
        ("Post code", "CW1 2AB"),
        ("Staff ID", 447122),
        ("National Insurance", "no 47"),
        ("Bank account no", "447122"),
    ],
)
def test_a_field_that_says_who_it_is_goes_as_a_whole(column: str, value: object) -> None:
    (made,), _ = pseudonymise([source("It.", metadata={column: value})], [], Key(SECRET))
    assert list(made.metadata) == [column]
    kept = set(str(value).split()) & set(str(made.metadata[column]).split())
    assert kept <= {"and"}


def test_a_title_that_was_cut_inside_a_name_is_cut_anew() -> None:
    from xcase.read.title import title_of

    text = (
        "After eleven long years alone on the night shift at the depot, she met Priya Fieldhouse, "
        "who became her mentor. Priya Fieldhouse listened."
    )
    given = source(text, title=title_of(text, {}, fallback=""))
    assert given.title.endswith("Priya Fi…")
    (made,), _ = pseudonymise([given], [], Key(SECRET))
    assert made.text.startswith(made.title.removesuffix("…"))
    (other,), _ = pseudonymise([source(text, title="By Priya Fieldhouse")], [], Key(SECRET))
    assert other.title == f"By {' '.join(made.text.split()[14:16])}".rstrip(",")


def test_two_people_never_share_a_surrogate() -> None:
    key = Key(SECRET)
    pool = ("Ann", "Bea")
    made = [key.assign(word, pool, ()) for word in ("x", "y", "z", "zz")]
    assert len(set(made)) == 4


def test_surrogates_stay_those_they_were() -> None:
    key = Key(SECRET, {"ann": "Bea"})
    key.give("q", "Zed")
    made = [key.assign(w, ("Ann", "Bea", "Cy", "Di", "Zed"), {"di"}) for w in ("x", "y")]
    assert made[0] == "Cy"  # the only one that is no name, no surrogate and in no text
    assert made[1][:-4] in ("Ann", "Bea", "Cy", "Di", "Zed")


def test_many_names_get_their_surrogates_in_no_time() -> None:
    key = Key(SECRET, {f"name{n}": f"Other{n}" for n in range(200_000)})
    began = time.process_time()
    for n in range(200):
        key.assign(f"new{n}", ("Ann", "Bea"), ())
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("name", "gone", "kept"),
    [
        ("+44 7700 900123", "900123", ""),
        ("staff 4471-22-99", "4471", "staff "),
        ("people/staff 4471-22-99/call.csv", "4471", "people/staff "),
        ("calls/07700 900123.csv", "900123", "calls/"),
        ("ann@crestwell.example/notes.txt", "crestwell", ""),
        ("crestwell.com/notes.txt", "crestwell", ""),
    ],
)
def test_numbers_and_contacts_go_from_ids_and_paths(name: str, gone: str, kept: str) -> None:
    skip = Skipped(name, "", "read", "E_EMPTY", "the file is empty")
    (made,), (skipped,) = pseudonymise([source("It.", id=name, path=name)], [skip], Key(SECRET))
    for new in (made.id, made.path, skipped.path):
        assert gone not in new
        assert new.startswith(kept)
        assert new.count("/") == name.count("/")
        assert new.endswith(Path(name).suffix)


@pytest.mark.parametrize("suffix", sorted(KNOWN))
def test_file_names_that_tell_nothing_stay(suffix: str) -> None:
    name = f"stories/standup-2{suffix}"
    (made,), _ = pseudonymise([source("It.", id=name, path=name)], [], Key(SECRET))
    assert made.path == name


@pytest.mark.parametrize("name", ["stories/rows.jsonl#1", "rows.csv#1204", "Rows.CSV#7"])
def test_a_row_without_an_id_keeps_the_name_of_its_file_and_its_number(name: str) -> None:
    (made,), _ = pseudonymise([source("It.", id=name, path=name)], [], Key(SECRET))
    assert made.id == name


@pytest.mark.parametrize("name", ["tel #07700900123", "a.csv#07700900123"])
def test_a_number_that_is_no_row_of_a_file_goes(name: str) -> None:
    (made,), _ = pseudonymise([source("It.", id=name, path="a")], [], Key(SECRET))
    assert "900123" not in made.id


def test_a_long_run_of_hyphens_costs_no_time() -> None:
    began = time.process_time()
    assert not [f for f in _patterns("Ab-" * 10_000) if f.kind == "address"]
    assert time.process_time() - began < 2
    assert [f.kind for f in _patterns("Karl-Marx-Seitenstraße 5")] == ["address"]


def _patterns(text: str) -> list[Found]:
    street = next(p for _, p in _compiled() if "straße" in p.pattern)
    return [Found("address", *m.span()) for m in street.finditer(text)]


def test_a_pseudonymised_analysis_holds_no_name_and_exact_offsets(tmp_path: Path) -> None:
    out, key_path = tmp_path / "out", tmp_path / "names.key"
    row = {"id": "okafor", "text": "Before, Ngozi Okafor was a clerk. Ngozi Okafor met Tom Pell."}
    for _ in range(2):
        analysis = pipeline.analyze(
            [Path("-")],
            out,
            stdin=io.BytesIO(json.dumps(row).encode()),
            annotator=FakeAnnotator(),
            key=open_key(key_path, out),
        )
    assert analysis.run["analysed_now"] == 0  # the key makes the second run find the first
    assert key_path.stat().st_mode & 0o777 == 0o600
    for path in out.rglob("*"):
        assert b"okafor" not in path.read_bytes().lower()
    (document,) = analysis.documents
    for case in analysis.cases:
        for mention in case.mentee.mentions if case.mentee else ():
            assert document.text[slice(*mention)].strip()
    with pytest.raises(UsageError, match="pseudonymised"):
        pipeline.analyze([Path("-")], out, stdin=io.BytesIO(b""), annotator=FakeAnnotator())


def rows(*texts: str) -> io.BytesIO:
    told = [{"id": str(n), "text": text} for n, text in enumerate(texts)]
    return io.BytesIO("\n".join(map(json.dumps, told)).encode())


def test_a_damaged_folder_that_may_hold_names_is_not_written_to(tmp_path: Path) -> None:
    given = "Before, Ngozi Okafor was a clerk."
    pipeline.analyze([Path("-")], tmp_path, stdin=rows(given), annotator=FakeAnnotator())
    whole = (tmp_path / "run.json").read_bytes()
    for content in (whole[:-9], whole.replace(b'"pseudonymised": false', b'"pseudonymised": true')):
        (tmp_path / "run.json").write_bytes(content)
        with pytest.raises(UsageError, match="perhaps with names"):
            pipeline.analyze(
                [Path("-")], tmp_path, stdin=rows(given), annotator=FakeAnnotator(), key=Key(SECRET)
            )
    (tmp_path / "run.json").unlink()
    with pytest.raises(UsageError, match="perhaps with names"):
        pipeline.analyze(
            [Path("-")], tmp_path, stdin=rows(given), annotator=FakeAnnotator(), key=Key(SECRET)
        )


@pytest.mark.parametrize("mended", [True, False])
@pytest.mark.parametrize("content", [None, b"", b"{}"])
def test_a_folder_stays_pseudonymised_when_its_run_is_lost(
    tmp_path: Path, content: bytes | None, mended: bool
) -> None:
    given = "Before, Ngozi Okafor was a clerk."

    def run(key: Key | None) -> Analysis:
        annotator = FakeAnnotator()
        return pipeline.analyze(
            [Path("-")], tmp_path, stdin=rows(given), annotator=annotator, key=key
        )

    before = run(Key(SECRET))
    (tmp_path / "run.json").unlink()
    if content is not None:
        (tmp_path / "run.json").write_bytes(content)
    if mended:
        repair(tmp_path)
    with pytest.raises(UsageError, match="holds an analysis pseudonymised"):
        run(None)
    assert run(Key(SECRET)).documents == before.documents
    assert store.load(tmp_path).run["pseudonymised"] is True


def test_a_repaired_folder_that_may_hold_names_takes_no_pseudonyms(tmp_path: Path) -> None:
    given = "Before, Ngozi Okafor was a clerk."
    pipeline.analyze([Path("-")], tmp_path, stdin=rows(given), annotator=FakeAnnotator())
    (tmp_path / "run.json").unlink()
    repair(tmp_path)
    with pytest.raises(UsageError, match="perhaps with names"):
        pipeline.analyze(
            [Path("-")], tmp_path, stdin=rows(given), annotator=FakeAnnotator(), key=Key(SECRET)
        )


def test_a_pseudonymised_run_that_came_to_nothing_leaves_the_folder_free(tmp_path: Path) -> None:
    with pytest.raises(StoppedError):
        pipeline.analyze(
            [Path("-")], tmp_path, stdin=rows("Before, Ngozi Okafor was a clerk."),
            annotator=FakeAnnotator(), key=Key(SECRET), stop=lambda: True,
        )  # fmt: skip
    pipeline.analyze([Path("-")], tmp_path, stdin=rows("A clerk."), annotator=FakeAnnotator())
    (tmp_path / "run.json").unlink()
    with pytest.raises(UsageError, match="perhaps with names"):
        pipeline.analyze(
            [Path("-")], tmp_path, stdin=rows("A clerk."), annotator=FakeAnnotator(),
            key=Key(SECRET),
        )  # fmt: skip


def test_what_a_stopped_run_with_names_had_done_goes_at_once(tmp_path: Path) -> None:
    from xcase.journal import FILE

    texts = [f"Before, Ngozi Okafor was clerk {n}." for n in range(200)]

    def run(key: Key | None) -> None:
        asked = iter([False] * 203)  # stops after the first chunk
        pipeline.analyze(
            [Path("-")], tmp_path, stdin=rows(*texts), annotator=FakeAnnotator(), key=key,
            stop=lambda: next(asked, True),
        )  # fmt: skip

    with pytest.raises(StoppedError):
        run(None)
    assert b"Okafor" in (tmp_path / FILE).read_bytes()
    with pytest.raises(StoppedError):
        run(Key(SECRET))
    assert b"Okafor" not in (tmp_path / FILE).read_bytes()


@pytest.mark.parametrize("place", range(0, 260, 13))
def test_a_flipped_bit_in_the_list_of_the_forgotten_is_told(tmp_path: Path, place: int) -> None:
    forgotten.add(tmp_path, "Mo Tarrant")
    path = tmp_path / forgotten.FILE
    whole = path.read_bytes()
    place %= len(whole)
    path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    with pytest.raises(AnalysisError, match="is damaged"):
        forgotten.leave_out(tmp_path, [], [])


def test_a_list_of_the_forgotten_without_a_sum_is_of_an_earlier_version(tmp_path: Path) -> None:
    forgotten.add(tmp_path, "Mo Tarrant")
    path = tmp_path / forgotten.FILE
    told = json.loads(path.read_text(encoding="utf-8"))
    del told["sha256"]
    path.write_text(json.dumps(told), encoding="utf-8")
    (source,) = (Source("a", "a", "", "", {}, "Then Mo Tarrant came."),)
    assert forgotten.leave_out(tmp_path, [source], [])[0] == []
    forgotten.add(tmp_path, "Ada Quist")
    assert forgotten.leave_out(tmp_path, [source], [])[0] == []


def test_a_key_file_is_kept_apart_and_private(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="in the analysis folder"):
        open_key(tmp_path / "out" / "key.json", tmp_path / "out")
    path = tmp_path / "key.json"
    Key(SECRET, {"okafor": "Ashdown"}, path).keep()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert open_key(path, tmp_path / "out").words == {"okafor": "Ashdown"}
    path.chmod(0o644)
    with pytest.raises(UsageError, match="chmod 600"):
        open_key(path, tmp_path / "out")
    path.chmod(0o600)
    path.write_text("[]")
    with pytest.raises(UsageError, match="no key file"):
        open_key(path, tmp_path / "out")


def test_a_key_file_needs_pseudonymise(tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["analyze", str(tmp_path), "--key-file", str(tmp_path / "k")])
    assert isinstance(told.exception, UsageError)


# forget


def folder_of(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    texts = {
        "a": "Mo Tarrant drove.",
        "b": "Jo Bell drove; Tarrant Street is long.",
        "c": "Nobody.",
    }
    documents = tuple(Document(k, k, "0" * 64, k, {}, t, "cases", "") for k, t in texts.items())
    cases = tuple(
        Case(f"{d.id}:1", d.id, d.title, 0, len(d.text), None, None, None, None, None, None,
             Program(), (), (), ())
        for d in documents
    )  # fmt: skip
    skipped = (Skipped("mo-tarrant.pdf", "", "read", "E_EMPTY", "the file is empty"),)
    store.save(Analysis(documents, cases, skipped, {}), folder)
    decision = {
        "document_id": "a",
        "sha256": "",
        "case_id": "a:1",
        "kind": "case",
        "action": "accept",
    }
    (folder / "corrections.jsonl").write_text(json.dumps(decision) + "\n")
    lines = [
        {"kind": "similar", "target": t, "helped": True, "note": n, "values": {}}
        for t, n in (("a:1", ""), ("b:1", "good"), ("c:1", "as M\u00f3 Tarrant said"))
    ]
    (folder / "feedback.jsonl").write_text("".join(json.dumps(x) + "\n" for x in lines))
    (folder / "index").mkdir()
    (folder / "index" / "words.bin").write_bytes("Tarrant Mo".encode("utf-16-le"))
    (folder / "transfer.safetensors").write_bytes(b"\x00 vectors")
    (folder / ".documents.jsonl.1.tmp").write_bytes(b'{"text": "Mo Tarrant dro')
    return folder


def test_forget_without_yes_changes_nothing_and_says_what_goes(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    told = forget(folder, "Mo Tarrant", key_path=None, really=False)
    assert before == {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    assert (told.done, told.documents, told.cases) == (False, ("a",), ("a:1",))
    assert (told.corrections, told.feedback, told.errors) == (1, 2, 1)
    assert told.share_a_name == ("b",)


def test_forget_takes_the_person_out_of_every_file_and_proves_it(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    told = forget(folder, "Mo Tarrant", key_path=None, really=True)
    assert told.done
    assert told.still_named_in == ()
    for path in (p for p in folder.rglob("*") if p.is_file()):
        assert b"Mo" not in path.read_bytes()
    analysis = store.load(folder)
    assert [d.id for d in analysis.documents] == ["b", "c"]
    assert [c.id for c in analysis.cases] == ["b:1", "c:1"]
    assert analysis.run["counts"]["documents"] == 2
    assert (folder / "feedback.jsonl").read_text().count("\n") == 1
    assert not (folder / "index").exists()


@pytest.mark.parametrize(
    "content",
    [
        b"... MO  TARRANT ...",
        b"tarrant, mo",
        b'{"x": "M\\u006f Tarrant"}',
        "Mó Tarrant’s".encode(),
        "xMo Tarrant".encode("utf-16-be")[1:],
        b"GET /Mo%20Tarrant",
        b"\x00\xff\x00motarrant\x00",
    ],
)
def test_the_proof_sees_a_name_however_it_is_written(tmp_path: Path, content: bytes) -> None:
    folder = folder_of(tmp_path)
    (folder / "report.html").write_bytes(content)
    told = forget(folder, "Mo Tarrant", key_path=None, really=True)
    assert told.still_named_in == (str(folder / "report.html"),)
    result = CliRunner().invoke(app, ["forget", "Mo Tarrant", "--dir", str(folder), "--yes"])
    assert result.exit_code == 1


def test_a_later_run_keeps_the_person_out(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    forget(folder, "Mo Tarrant", key_path=None, really=True)
    rows = [{"id": "x", "text": "Tarrant, Mo drove."}, {"id": "y", "text": "Mo drove."}]
    stdin = io.BytesIO("".join(json.dumps(r) + "\n" for r in rows).encode())
    analysis = pipeline.analyze([Path("-")], folder, stdin=stdin, annotator=FakeAnnotator())
    assert [d.id for d in analysis.documents] == ["y"]
    assert [s.code for s in analysis.skipped] == ["E_FORGOTTEN"]
    assert "arrant" not in (folder / forgotten.FILE).read_text()
    assert "arrant" not in (folder / "errors.jsonl").read_text()


def test_forget_finds_the_surrogate_by_the_key_and_takes_it_out_of_the_key(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    path = tmp_path / "names.key"
    Key(SECRET, {"ada": "Mo", "quist": "Tarrant", "other": "Bell"}, path).keep()
    told = forget(folder, "Ada Quist", key_path=path, really=True)
    assert told.documents == ("a",)
    assert told.key_words == 2
    assert open_key(path, folder).words == {"other": "Bell"}


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("Maria de Souza", "Adriana de Giles"),
        ("Dr Maria de Souza", "Adriana de Giles"),
        ("Ludwig van der Souza", "Xaver van der Giles"),
    ],
)
def test_forget_finds_the_surrogate_of_a_name_with_a_particle_or_a_title(
    name: str, stored: str, tmp_path: Path
) -> None:
    text = f"Then {stored} came."
    document = Document("a", "a", "0" * 64, "a", {}, text, "not_a_case", "")
    (tmp_path / "out").mkdir()
    store.save(Analysis((document,), (), (), {}), tmp_path / "out")
    path = tmp_path / "names.key"
    Key(SECRET, {"maria": "Adriana", "ludwig": "Xaver", "souza": "Giles"}, path).keep()
    told = forget(tmp_path / "out", name, key_path=path, really=True)
    assert (told.documents, told.key_words) == (("a",), 2)


def test_forget_leaves_the_key_alone_where_it_knows_a_part_of_the_name(tmp_path: Path) -> None:
    folder, path = folder_of(tmp_path), tmp_path / "names.key"
    Key(SECRET, {"quist": "Tarrant"}, path).keep()
    with pytest.raises(UsageError, match=r"only in part \(not ada\)"):
        forget(folder, "Ada Quist", key_path=path, really=True)
    assert open_key(path, folder).words == {"quist": "Tarrant"}
    assert len(store.load(folder).documents) == 3
    assert forget(folder, "No Body", key_path=path, really=False).key_words == 0


def test_forget_takes_drafts_of_caches_that_a_killed_run_left(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    (folder / ".index.4711.tmp").mkdir()
    (folder / ".index.4711.tmp" / "tokens.npy").write_bytes(b"vectors")
    (folder / ".transfer.safetensors.4711.tmp").write_bytes(b"vectors")
    told = forget(folder, "Mo Tarrant", key_path=None, really=True)
    assert {".index.4711.tmp", ".transfer.safetensors.4711.tmp"} < set(told.caches)
    assert not any("4711" in p.name for p in folder.iterdir())


@pytest.mark.parametrize(
    ("person", "text"),
    [
        ("Łukasz Nowak", "lukasz nowak"),
        ("Soren Aeby", "SØREN ÆBY"),
        ("Işıl Đurić", "Isil Duric"),
        ("Jörg Weiß", "Jorg WEISS"),
        ("Li Zhang", "LiZhang.pdf"),
    ],
)
def test_a_name_is_found_with_and_without_its_accents(person: str, text: str) -> None:
    assert forgotten.names_any(text, forgotten.variants(person))
    assert forgotten.names_any(person, forgotten.variants(text)) or person == "Li Zhang"


@pytest.mark.parametrize(("person", "text"), [("An Na", "Anna runs"), ("Jo Anna", "Joanna runs")])
def test_a_short_name_without_its_space_is_another_name(person: str, text: str) -> None:
    assert not forgotten.names_any(text, forgotten.variants(person))


def test_who_was_forgotten_before_letters_were_folded_stays_forgotten(tmp_path: Path) -> None:
    forgotten.add(tmp_path, "Mo Tarrant")
    path = tmp_path / forgotten.FILE
    told = json.loads(path.read_text(encoding="utf-8"))
    told["names"] = [[2, forgotten._hash(bytes.fromhex(told["salt"]), ("łukasz", "nowak"))]]
    del told["sha256"]
    path.write_text(json.dumps(told), encoding="utf-8")
    assert forgotten.leave_out(tmp_path, [source("Łukasz Nowak drove.")], [])[0] == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Zo\u00eb M\u00fcller", ("zo\u00eb", "m\u00fcller")),
        ("Nora O\u2019Brien", ("nora", "o'brien")),
    ],
)
def test_forget_finds_the_surrogate_of_any_name(
    name: str, words: tuple[str, str], tmp_path: Path
) -> None:
    folder = folder_of(tmp_path)
    path = tmp_path / "names.key"
    Key(SECRET, {words[0]: "Mo", words[1]: "Tarrant", "other": "Bell"}, path).keep()
    told = forget(folder, name, key_path=path, really=True)
    assert (told.documents, told.key_words) == (("a",), 2)
    assert open_key(path, folder).words == {"other": "Bell"}


def test_what_was_skipped_names_nobody_who_is_forgotten(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    forget(folder, "Mo Tarrant", key_path=None, really=True)
    rows = [{"id": "Mo Tarrant", "text": "It rained."}] * 2
    stdin = io.BytesIO("".join(json.dumps(r) + "\n" for r in rows).encode())
    pipeline.analyze([Path("-")], folder, stdin=stdin, annotator=FakeAnnotator())
    assert "arrant" not in (folder / "errors.jsonl").read_text()


def test_forget_answers_odd_questions_plainly(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    with pytest.raises(UsageError, match="no name"):
        forget(folder, "  42 ", key_path=None, really=True)
    with pytest.raises(UsageError, match="no key file"):
        forget(folder, "Mo Tarrant", key_path=tmp_path / "none", really=True)
    assert forget(folder, "No Such Person", key_path=None, really=False).documents == ()


def test_forget_prints_json_and_exits_with_nothing(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    result = CliRunner().invoke(app, ["forget", "Mo Tarrant", "--dir", str(folder), "--json"])
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert told["documents"] == ["a"]
    assert told["done"] is False


def test_caches_are_those_that_commands_make() -> None:
    from xcase import journal
    from xcase.similar.sound import FOLDER
    from xcase.transfer.vectors import FILE

    assert {FOLDER, FILE, journal.FILE} == set(forget_module.CACHES)
