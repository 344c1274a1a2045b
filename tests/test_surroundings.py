"""What lies around a run (names of files, clock, locale, home, hash seed) changes nothing in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from fakes import FakeAnnotator

from xcase import store
from xcase.errors import AnalysisError, UsageError
from xcase.journal import FILE as JOURNAL
from xcase.journal import Journal
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


def test_a_working_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    gone = str(tmp_path / "gone")
    code = (
        f"import os, sys; sys.path.insert(0, {str(TESTS.parent)!r})\n"
        f"os.mkdir({gone!r}); os.chdir({gone!r}); os.rmdir({gone!r})\n"
        "sys.argv = ['xcase', 'analyze', '/tmp']\nfrom xcase.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    told = "xcase: the working folder was removed; change to another one\n"
    assert (done.returncode, done.stderr) == (2, told)


NOBODY = 65534


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 1)() != 0, reason="only root becomes another")
def test_another_user_reads_what_is_readable_and_is_refused_elsewhere() -> None:
    with tempfile.TemporaryDirectory() as made:
        place = Path(made)
        place.chmod(0o755)
        for name in ("in", "out", "shut"):
            (place / name).mkdir()
        for name in ("a.txt", "secret.txt"):
            (place / "in" / name).write_text(STORY, encoding="utf-8")
        (place / "in" / "secret.txt").chmod(0o000)
        try:
            os.chown(place / "out", NOBODY, NOBODY)
        except OSError:
            pytest.skip("there is no other user in this namespace")
        # Once as root, so that all is loaded: the other user need not see where Python lies.
        analyze([place / "in"], place / "warm", annotator=FakeAnnotator())
        child = os.fork()
        if child == 0:
            os._exit(_as_nobody(place))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status == 77:
            pytest.skip("there is no other user in this namespace")
        assert status == 0
        analysis = store.load(place / "out")
        assert [d.path for d in analysis.documents] == ["a.txt"]
        assert [(s.path, s.code) for s in analysis.skipped] == [("secret.txt", "E_IO")]
        assert list((place / "shut").iterdir()) == []


def _as_nobody(place: Path) -> int:
    try:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    except OSError:
        return 77
    try:
        analyze([place / "in"], place / "out", annotator=FakeAnnotator())
        analyze([place / "in"], place / "shut", annotator=FakeAnnotator())
    except UsageError as error:
        return 0 if "cannot write the analysis to" in str(error) else 1
    except BaseException:  # noqa: BLE001 - the child must not go on as its parent
        return 2
    return 3


def test_every_released_format_is_still_read() -> None:
    """``data/analysis-VERSION`` was written by that version; a later one must read it."""
    kept = sorted((TESTS / "data").glob("analysis-*"))
    assert kept
    for folder in kept:
        analysis = store.load(folder)
        assert f"analysis-{analysis.run['xcase']}" == folder.name
        assert analysis.documents
        assert analysis.cases
        texts = {d.id: d.text for d in analysis.documents}
        for case in analysis.cases:
            for skill in case.skills:
                assert texts[case.document_id][skill.start : skill.end] == skill.surface


def test_an_unfinished_run_of_another_version_is_done_anew(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(STORY, encoding="utf-8")
    out = tmp_path / "out"
    analysis = analyze([tmp_path / "in"], out, annotator=FakeAnnotator())
    (out / "run.json").unlink()
    Journal(out, {"xcase": "99.0"}).add([(analysis.documents[0], ())])
    again = analyze([tmp_path / "in"], out, annotator=FakeAnnotator())
    assert again.cases == analysis.cases
    assert not (out / JOURNAL).exists()


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
