"""Exports: harmless tables, a sound database, REFI-QDA selections that hold their words."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import uuid
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from test_casebase import FakeSentences
from test_cli import xcase
from test_similar import BAKER, CLERK, NURSE, analysis_of, story
from typer.testing import CliRunner

from xcase import disk, store
from xcase.cli import app
from xcase.errors import AnalysisError, UsageError, XcaseError
from xcase.export import FORMATS, codebook, export, meanings, refi, tables
from xcase.export.command import well_told
from xcase.read import find_inputs
from xcase.records import OUTCOME_TYPES, Analysis, Case, Document, Skipped
from xcase.spreadsheet import FORMULA
from xcase.taxonomy import load_skills
from xcase.transfer import Base, prepare

QDA = {"q": refi.NAMESPACE}
# What Project.xsd 1.0 of REFI-QDA 1.5 allows of what we write: needed attributes, further ones,
# and children in their order.
SCHEMA = {
    "Project": ("name", "origin creatingUserGUID creationDateTime",
                "Users CodeBook Variables Cases Sources"),
    "Users": ("", "", "User"),
    "User": ("guid", "name", ""),
    "CodeBook": ("", "", "Codes"),
    "Codes": ("", "", "Code"),
    "Code": ("guid name isCodable", "", "Description Code"),
    "Description": ("", "", ""),
    "Variables": ("", "", "Variable"),
    "Variable": ("guid name typeOfVariable", "", "Description"),
    "Cases": ("", "", "Case"),
    "Case": ("guid", "name", "Description VariableValue SourceRef SelectionRef"),
    "VariableValue": ("", "", "VariableRef TextValue"),
    "VariableRef": ("targetGUID", "", ""),
    "TextValue": ("", "", ""),
    "SourceRef": ("targetGUID", "", ""),
    "SelectionRef": ("targetGUID", "", ""),
    "Sources": ("", "", "TextSource"),
    "TextSource": ("guid", "name plainTextPath creatingUser creationDateTime",
                   "Description PlainTextSelection"),
    "PlainTextSelection": ("guid startPosition endPosition", "name creatingUser creationDateTime",
                           "Description Coding"),
    "Coding": ("guid", "creatingUser creationDateTime", "CodeRef"),
    "CodeRef": ("targetGUID", "", ""),
}  # fmt: skip
# One code point each, but two units of UTF-16 and four bytes.
ASTRAL = "😀𝒳"
EVIL = ("=1+1", "+1", "-1", "@sum(a1)", "\tx", "\rx")


def evil() -> Analysis:
    """Return cases whose texts begin like formulas and hold astral characters and line ends."""
    told = [(f"{sign} {ASTRAL}{NURSE[0]}", *NURSE[1:]) for sign in EVIL]
    stories = [
        story(n, words, "Healthcare", "Education", "delegation", "positive")  # type: ignore[arg-type]
        for n, words in enumerate(told, start=1)
    ]
    found = analysis_of(*stories)
    documents = tuple(
        replace(d, title=sign, metadata={"note": "a\r\nb"}, path=sign)
        for d, sign in zip(found.documents, EVIL, strict=True)
    )
    skipped = (Skipped("=bad.pdf", "", "read", "E_EMPTY", "-nothing in it"),) * 2
    return Analysis(documents, found.cases, skipped)


def plain() -> Analysis:
    return analysis_of(
        story(1, NURSE, "Healthcare", "Healthcare", "delegation", "positive"),
        story(2, BAKER, "Hospitality & Food", "Education", "sales", "positive"),
        story(3, CLERK, "Finance & Insurance", "Finance & Insurance", "delegation", "negative"),
    )


def base_of(analysis: Analysis) -> Base:
    return prepare(analysis, encoder=FakeSentences())  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Export the evil analysis in every format."""
    place = tmp_path_factory.mktemp("evil")
    store.save(evil(), place / "a")
    export(place / "a", place / "out", base=base_of(evil()))
    return place / "out"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# ---------------------------------------------------------------- tables


def test_no_cell_of_any_csv_is_a_formula(written: Path) -> None:
    cells = [
        cell
        for path in written.glob("*.csv")
        for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
        for cell in row
    ]
    assert len(cells) > 1000
    # Numbers stay numbers: below zero there is none in these tables.
    assert not [c for c in cells if c.startswith(FORMULA)]
    titles = [row["title"] for row in rows(written / "documents.csv")]
    assert titles[:4] == [f"'{sign}" for sign in EVIL[:4]]


def test_csv_and_json_lines_tell_the_same(written: Path) -> None:
    for table in tables.TABLES:
        lines = (written / f"{table.name}.jsonl").read_text(encoding="utf-8").split("\n")
        records = [json.loads(line) for line in lines if line]
        cells = rows(written / f"{table.name}.csv")
        assert len(cells) == len(records)
        for record, row in zip(records, cells, strict=True):
            assert list(record) == [c.name for c in table.columns]
            assert list(row) == [c.name for c in table.columns if not c.long]
            for column in table.columns:
                if column.type in ("integer", "real") and record[column.name] is not None:
                    assert float(row[column.name]) == record[column.name]


def test_every_row_fits_the_description_of_its_table() -> None:
    kinds = {"text": str, "integer": int, "real": float, "flag": bool, "object": dict}
    for analysis in (evil(), plain()):
        for filled in tables.fill(analysis, well_told(base_of(analysis))):
            keys = [tuple(r[k] for k in filled.table.key) for r in filled.records()]
            assert len(set(keys)) == len(keys)
            assert filled.rows or not analysis.skipped
            for record in filled.records():
                for column in filled.table.columns:
                    value = record[column.name]
                    if value is not None:
                        assert isinstance(value, kinds.get(column.type, list | tuple)), column
                        assert not column.values or value in column.values


def test_transfers_are_those_well_known_or_told_of() -> None:
    analysis = plain()
    told = well_told(base_of(analysis))
    (sales,) = [
        t
        for t in told
        if (t.skill, t.source) == ("sales", "Hospitality & Food") and t.target == "Education"
    ]
    assert sales.signals["cases"]["n"] == 1
    assert all(t.verdict in ("observed", "supported") or t.signals["cases"]["n"] for t in told)


# ---------------------------------------------------------------- SQLite


@pytest.fixture
def database(written: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"file:{written / 'xcase.db'}?mode=ro", uri=True)) as connection:
        yield connection


def test_the_database_is_sound_and_typed(database: sqlite3.Connection) -> None:
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    for table in tables.TABLES:
        info = database.execute(f'PRAGMA table_info("{table.name}")').fetchall()
        assert [row[1] for row in info] == [c.name for c in table.columns]
        assert {row[1] for row in info if row[5]} == set(table.key)
        points = database.execute(f'PRAGMA foreign_key_list("{table.name}")').fetchall()
        assert {(r[3], r[2]) for r in points} == {(c.name, c.to) for c in table.columns if c.to}
        named = {r[1] for r in database.execute(f'PRAGMA index_list("{table.name}")')}
        assert len(named) >= len(table.indexes)
    kinds = database.execute("SELECT DISTINCT typeof(start), typeof(confidence) FROM skills")
    assert kinds.fetchall() == [("integer", "real")]


def test_the_database_holds_the_words_and_finds_them(database: sqlite3.Connection) -> None:
    words = database.execute(
        'SELECT substr(d.text, s.start + 1, s."end" - s.start), s.surface FROM sentences s '
        "JOIN cases c ON c.id = s.case_id JOIN documents d ON d.id = c.document_id"
    ).fetchall()
    assert len(words) == 24
    assert all(found == told for found, told in words)
    found = database.execute("SELECT count(*) FROM documents_fts WHERE documents_fts MATCH 'ward'")
    assert found.fetchone() == (6,)
    word = NURSE[3].split()[0]
    found = database.execute(
        "SELECT count(*) FROM sentences_fts WHERE sentences_fts MATCH ?", (f'"{word}"',)
    )
    assert found.fetchone()[0] >= 6


def test_a_foreign_key_is_kept_to(database: sqlite3.Connection) -> None:
    with closing(sqlite3.connect(":memory:")) as copy:
        database.backup(copy)
        copy.execute("PRAGMA foreign_keys = ON")
        with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
            copy.execute("UPDATE skills SET skill = 'no such skill'")


def test_datasette_is_told_what_every_column_means(written: Path) -> None:
    told = json.loads((written / "metadata.json").read_text(encoding="utf-8"))
    described = told["databases"]["xcase"]["tables"]
    assert {n: list(d["columns"]) for n, d in described.items()} == {
        t.name: [c.name for c in t.columns] for t in tables.TABLES
    }
    assert told["source"]
    assert told["license"]
    assert described["transfers"]["license"] == "CC BY 4.0"


# ---------------------------------------------------------------- codebook


def test_the_codebook_tells_every_column_skill_and_type() -> None:
    text = codebook.as_markdown()
    listed = list(csv.DictReader(io.StringIO(codebook.as_csv())))
    by_kind: dict[str, list[str]] = {}
    for row in listed:
        assert row["meaning"].endswith((".", ".'"))
        by_kind.setdefault(row["kind"], []).append(row["name"])
    assert by_kind["skill"] == [s.name for s in load_skills()]
    assert by_kind["outcome"] == list(OUTCOME_TYPES)
    assert by_kind["column"] == [c.name for t in tables.TABLES for c in t.columns]
    assert all(s.definition in text for s in load_skills())
    assert all(f"| `{c.name}` |" in text for t in tables.TABLES for c in t.columns)
    assert all(m in text for m in (*meanings.OUTCOME.values(), *meanings.VERDICT.values()))


# ---------------------------------------------------------------- REFI-QDA


def parts(content: bytes) -> tuple[ET.Element, dict[str, str]]:
    """Return the project of a ``.qdpx`` and the text of each source by its path in the XML."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        prefix = f"{refi.SOURCES}/"
        texts = {
            name.replace(prefix, "internal://"): archive.read(name).decode("utf-8")
            for name in archive.namelist()
            if name.startswith(prefix)
        }
        return ET.fromstring(archive.read("project.qde")), texts


def chosen(root: ET.Element, texts: dict[str, str]) -> list[tuple[str, list[str]]]:
    """Return the words of each selection with the names of its codes."""
    names = {c.get("guid"): c.get("name") for c in root.iter(f"{{{refi.NAMESPACE}}}Code")}
    return [
        (
            texts[source.get("plainTextPath", "")][
                int(s.get("startPosition", "")) : int(s.get("endPosition", ""))
            ],
            [str(names[r.get("targetGUID")]) for r in s.iterfind("q:Coding/q:CodeRef", QDA)],
        )
        for source in root.iterfind("q:Sources/q:TextSource", QDA)
        for s in source.iterfind("q:PlainTextSelection", QDA)
    ]


def test_every_selection_holds_its_words_and_codes() -> None:
    analysis = evil()
    found = chosen(*parts(refi.project(analysis, name="x")))
    texts = {d.id: d.text for d in analysis.documents}
    wanted = []
    for c in analysis.cases:
        text = texts[c.document_id]
        wanted += [(text[s.start : s.end], [s.phase]) for s in c.sentences]
        wanted += [(m.surface, [m.skill, m.status, m.holder]) for m in c.skills]
        wanted += [(o.surface, [o.type, o.polarity]) for o in c.outcomes]
    assert found == [(refi.plain(words), codes) for words, codes in wanted]
    assert sum(ASTRAL in words for words, _ in found) == 6


def test_positions_hold_after_line_ends_of_two_characters_and_half_pairs() -> None:
    document, case = story(1, NURSE, "Healthcare", "Education", "delegation", "positive")
    before = f"a\r\nb\rc\r\n{ASTRAL}\ud800\r\n"
    step = len(before)
    shifted = replace(
        case,
        start=step,
        end=case.end + step,
        sentences=tuple(replace(s, start=s.start + step, end=s.end + step) for s in case.sentences),
        skills=tuple(replace(m, start=m.start + step, end=m.end + step) for m in case.skills),
        outcomes=tuple(replace(o, start=o.start + step, end=o.end + step) for o in case.outcomes),
    )
    analysis = Analysis((replace(document, text=before + document.text),), (shifted,), ())
    root, texts = parts(refi.project(analysis, name="x"))
    assert [words for words, _ in chosen(root, texts)][:4] == list(NURSE)
    assert "\r" not in next(iter(texts.values()))


def test_the_project_says_what_the_schema_asks_for() -> None:
    root, texts = parts(refi.project(evil(), name="a\x00b"))
    tags = [child.tag.split("}")[1] for child in root]
    assert tags == ["Users", "CodeBook", "Variables", "Cases", "Sources"]
    assert root.get("name") == "a\N{REPLACEMENT CHARACTER}b"
    guids = [e.get("guid", "") for e in root.iter() if e.get("guid")]
    assert len(guids) == len(set(guids))
    assert all(str(uuid.UUID(g)) == g for g in guids)
    targets = {e.get("targetGUID") for e in root.iter() if e.get("targetGUID")}
    assert targets <= set(guids)
    sources = root.findall("q:Sources/q:TextSource", QDA)
    assert {s.get("plainTextPath") for s in sources} == set(texts)
    groups = root.findall("q:CodeBook/q:Codes/q:Code", QDA)
    assert [g.get("name") for g in groups][:3] == ["Skills", "Phases", "Outcomes"]
    skills = groups[0].findall("q:Code/q:Code", QDA)
    assert {s.get("name") for s in skills} == {s.name for s in load_skills()}
    assert all(
        s.get("isCodable") == "true" and s.findtext("q:Description", "", QDA) for s in skills
    )


@pytest.mark.parametrize("analysis", [evil(), plain(), Analysis((), (), ())])
def test_the_project_keeps_to_the_schema(analysis: Analysis) -> None:
    root, _ = parts(refi.project(analysis, name="x"))
    lists = ("Users", "Codes", "Variables", "Cases", "Sources")
    for element in root.iter():
        tag = element.tag.removeprefix(f"{{{refi.NAMESPACE}}}")
        needed, further, order = (told.split() for told in SCHEMA[tag])
        assert set(needed) <= set(element.keys()) <= {*needed, *further}
        children = [order.index(c.tag.removeprefix(f"{{{refi.NAMESPACE}}}")) for c in element]
        assert children == sorted(children)
        assert children or tag not in lists


def test_cases_of_one_document_are_told_apart() -> None:
    document, case = story(1, NURSE, "Healthcare", "Education", "delegation", "positive")
    second = replace(case, id="d1:2", skills=(), outcomes=(), sentences=case.sentences[:1])
    root, texts = parts(refi.project(Analysis((document,), (case, second), ()), name="x"))
    refs = [len(c.findall("q:SelectionRef", QDA)) for c in root.iterfind("q:Cases/q:Case", QDA)]
    assert refs == [7, 1]
    assert len(chosen(root, texts)) == 8
    (value,) = root.findall("q:Cases/q:Case[1]/q:VariableValue[1]/q:TextValue", QDA)
    assert value.text == "Healthcare"


def test_many_cases_of_one_document_each_go_through_their_own_selections(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    document, case = story(1, NURSE, "Healthcare", "Education", "delegation", "positive")
    cases = tuple(replace(case, id=f"d1:{n}") for n in range(1, 51))
    handed: list[int] = []
    add = refi._add_case

    def watched(parent: ET.Element, case: Case, document: Document, numbers: Any) -> None:
        handed.extend(numbers)
        add(parent, case, document, numbers)

    monkeypatch.setattr(refi, "_add_case", watched)
    refi.project(Analysis((document,), cases, ()), name="x")
    assert handed == list(range(7 * 50))


def test_an_unknown_skill_is_a_code_and_a_row_all_the_same(tmp_path: Path) -> None:
    analysis = analysis_of(story(1, NURSE, "Healthcare", "Education", "juggling", "positive"))
    root, texts = parts(refi.project(analysis, name="x"))
    assert (NURSE[1], ["juggling", "lacked", "mentee"]) in chosen(root, texts)
    store.save(analysis, tmp_path / "a")
    export(tmp_path / "a", tmp_path / "b", formats=["sqlite"], base=base_of(plain()))
    with closing(sqlite3.connect(tmp_path / "b" / "xcase.db")) as made:
        assert made.execute("PRAGMA foreign_key_check").fetchall() == []


# ---------------------------------------------------------------- the whole


def test_the_same_analysis_gives_the_same_bytes(tmp_path: Path) -> None:
    store.save(plain(), tmp_path / "a")
    for name in ("one", "two"):
        export(tmp_path / "a", tmp_path / name, base=base_of(plain()))
    names = sorted(p.name for p in (tmp_path / "one").iterdir())
    assert len(names) == 2 * len(tables.TABLES) + 6  # with the mark of an export
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_an_empty_analysis_gives_empty_tables(tmp_path: Path) -> None:
    empty = Analysis((), (), ())
    store.save(empty, tmp_path / "a")
    done = export(tmp_path / "a", tmp_path / "b", base=base_of(empty))
    assert {w.format for w in done} == set(FORMATS)
    assert rows(tmp_path / "b" / "cases.csv") == []
    root, _ = parts((tmp_path / "b" / "xcase.qdpx").read_bytes())
    assert [child.tag.split("}")[1] for child in root] == ["Users", "CodeBook"]


def test_a_write_that_fails_leaves_the_earlier_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.save(plain(), tmp_path / "a")
    export(tmp_path / "a", tmp_path / "b", formats=["codebook"])
    before = (tmp_path / "b" / "codebook.md").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(codebook, "as_markdown", lambda: "other")
    monkeypatch.setattr(disk, "replace", full)
    with pytest.raises(XcaseError, match=r"cannot write the export to .*: No space left"):
        export(tmp_path / "a", tmp_path / "b", formats=["codebook"])
    assert (tmp_path / "b" / "codebook.md").read_bytes() == before
    assert sorted(p.name for p in (tmp_path / "b").iterdir()) == [
        ".xcase-export", "codebook.csv", "codebook.md",
    ]  # fmt: skip


def test_what_cannot_be_done_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    store.save(plain(), folder)
    before = sorted(p.name for p in folder.iterdir())
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="is a file"):
        export(folder, tmp_path / "file")
    for out in (folder, folder / "exports"):
        with pytest.raises(UsageError, match="analysis folder"):
            export(folder, out)
    with pytest.raises(UsageError, match="no format 'xlsx'; known are csv"):
        export(folder, tmp_path / "b", formats=["xlsx"])  # type: ignore[list-item]
    with pytest.raises(AnalysisError, match="no analysis in"):
        export(tmp_path / "none", tmp_path / "b")
    assert sorted(p.name for p in folder.iterdir()) == before
    assert not (tmp_path / "b").exists()


def test_the_command_says_what_it_wrote(tmp_path: Path) -> None:
    store.save(evil(), tmp_path / "a")
    line = ["export", "--dir", str(tmp_path / "a"), "--out", str(tmp_path / "b")]
    asked = CliRunner().invoke(app, [*line, "--format", "qdpx", "--format", "codebook", "--json"])
    assert asked.exit_code == 0
    done = json.loads(asked.stdout)
    assert [Path(w["file"]).name for w in done] == ["codebook.md", "codebook.csv", "xcase.qdpx"]
    assert all(Path(w["file"]).stat().st_size == w["bytes"] for w in done)
    found = chosen(*parts((tmp_path / "b" / "xcase.qdpx").read_bytes()))
    assert found == chosen(*parts(refi.project(evil(), name="a")))
    told = CliRunner().invoke(app, [*line, "--format", "qdpx"])
    assert told.stdout.endswith("xcase.qdpx\n")


def test_an_export_is_no_narrative_and_hides_none(tmp_path: Path) -> None:
    store.save(plain(), tmp_path / "a")
    out = tmp_path / "b"
    out.mkdir()
    (out / "story.md").write_text("Ann met Bo.")
    for formats in (("csv", "jsonl"), ("codebook",)):
        export(tmp_path / "a", out, formats=formats, base=base_of(plain()))  # type: ignore[arg-type]
    files, passed = find_inputs([out])
    assert files == [out / "story.md"]
    assert [skip.path for skip in passed] == [out.as_posix()]


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("--format", "xlsx"), 2),
        (("--dir", "{a}", "--out", "{a}"), 2),
        (("--dir", "{none}", "--out", "{b}"), 4),
    ],
)
def test_a_refusal_is_one_line_and_its_status(
    tmp_path: Path, arguments: tuple[str, ...], status: int
) -> None:
    store.save(plain(), tmp_path / "a")
    places = {name: str(tmp_path / name) for name in ("a", "b", "none")}
    result = xcase("export", *(word.format(**places) for word in arguments), folder=tmp_path)
    assert (result.returncode, result.stdout) == (status, "")
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "b").exists()
