"""What lies around a run (names of files, clock, locale, home, hash seed) changes nothing in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fakes import FakeAnnotator

from xcase import store
from xcase.errors import AnalysisError
from xcase.pipeline import analyze

TESTS = Path(__file__).parent
STORY = "Before, Amina ran a warehouse.\nThen Ruth met her.\nNow Amina shared out the work.\n"
DATA = ("documents.jsonl", "cases.jsonl", "errors.jsonl")
RUN = (
    "import sys; sys.path[:0] = [{tests!r}, {root!r}]\n"
    "from pathlib import Path\n"
    "from fakes import FakeAnnotator\n"
    "from xcase.pipeline import analyze\n"
    "analyze([Path({source!r})], Path({out!r}), annotator=FakeAnnotator())\n"
)


@pytest.mark.parametrize(
    "name",
    [
        "two\nlines.txt",
        "-rf.txt",
        "ﬁle ‮evil.txt",
        "a" * 251 + ".txt",
        "\N{MAN}\N{ZERO WIDTH JOINER}\N{MICROSCOPE}.txt",
    ],
)
def test_any_name_of_a_file_is_kept_and_stays_one_line(tmp_path: Path, name: str) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_text(STORY, encoding="utf-8")
    analyze([tmp_path / "in"], tmp_path / "out", annotator=FakeAnnotator())
    (line,) = (tmp_path / "out" / "documents.jsonl").read_bytes().split(b"\n")[:-1]
    assert json.loads(line)["path"] == name


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_a_name_that_is_no_unicode_does_not_stop_the_run(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "sound.txt").write_text(STORY, encoding="utf-8")
    odd = os.fsencode(tmp_path / "in") + b"/b\xff.txt"
    with open(odd, "wb") as file:  # noqa: PTH123 - a path of bytes
        file.write(STORY.encode())
    analysis = analyze([tmp_path / "in"], tmp_path / "out", annotator=FakeAnnotator())
    assert len(analysis.documents) + len(analysis.skipped) == 2
    assert store.load(tmp_path / "out").documents == analysis.documents


@pytest.mark.parametrize(
    "surroundings",
    [
        {"PYTHONHASHSEED": "1", "LANG": "C", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "2", "TZ": "Pacific/Kiritimati", "HOME": "/nonexistent"},
        {"PYTHONHASHSEED": "3", "PYTHONOPTIMIZE": "1"},
    ],
)
def test_the_same_bytes_whatever_the_surroundings(
    tmp_path: Path, surroundings: dict[str, str]
) -> None:
    for name in ("b.txt", "a.md", "ä.txt"):
        path = tmp_path / "in" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{name} tells. {STORY}", encoding="utf-8")
    analyze([tmp_path / "in"], tmp_path / "here", annotator=FakeAnnotator())
    there = tmp_path / "there"
    code = RUN.format(
        tests=str(TESTS), root=str(TESTS.parent), source=str(tmp_path / "in"), out=str(there)
    )
    subprocess.run([sys.executable, "-c", code], env=os.environ | surroundings, check=True)
    for name in DATA:
        assert (there / name).read_bytes() == (tmp_path / "here" / name).read_bytes()


def test_a_folder_of_an_older_format_is_told_and_made_anew(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(STORY, encoding="utf-8")
    out = tmp_path / "out"
    analysis = analyze([tmp_path / "in"], out, annotator=FakeAnnotator())
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    (out / "run.json").write_text(json.dumps(run | {"format": 0}), encoding="utf-8")
    with pytest.raises(AnalysisError, match="format 0, this xcase reads 1"):
        store.load(out)
    again = analyze([tmp_path / "in"], out, annotator=FakeAnnotator())
    assert again.documents == analysis.documents


@pytest.mark.parametrize(
    ("package", "extra", "arguments"),
    [
        ("fastapi", "serve", ["serve", "--dir", "out"]),
        ("mcp", "mcp", ["mcp", "--dir", "out"]),
        ("faker", "privacy", ["analyze", "in", "--out", "new", "--pseudonymise"]),
    ],
)
def test_a_missing_extra_is_told_with_what_installs_it(
    tmp_path: Path, package: str, extra: str, arguments: list[str]
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(STORY, encoding="utf-8")
    analyze([tmp_path / "in"], tmp_path / "out", annotator=FakeAnnotator())
    code = (
        f"import sys; sys.path.insert(0, {str(TESTS.parent)!r}); sys.modules[{package!r}] = None\n"
        f"sys.argv = ['xcase', *{arguments!r}]\n"
        "from xcase.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert f"pip install 'xcase[{extra}]'" in done.stderr
    assert "Traceback" not in done.stderr
