"""The command line as its users meet it: output, exit status, and how fast it answers."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer
from fakes import FakeAnnotator
from typer.testing import CliRunner

from xcase import __version__, options, store
from xcase.cli import app
from xcase.errors import UsageError
from xcase.pipeline import analyze

ROOT = Path(__file__).parent.parent
ROSTERS = [ROOT / "examples" / "programme" / f"{side}.csv" for side in ("mentees", "mentors")]
COMMANDS = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
# These answer whoever asks them, and print no result.
SERVING = ("mcp", "serve")
LONG = (
    "Then Ruth met her every Tuesday and heard her out, in the canteen, in the yard, on the stairs "
    "of the old office, and once, when it snowed, in the cab of a lorry that would not start again."
)
STORY = (
    "# Bay nine\n\n"
    f"Before, Amina kept every task to herself. {LONG} Now she was made shift manager.\n"
)
TRAP = "Before, Bo \x1b[31mwas \u202elate. Now Bo shared out the work, all [bold]of it[/bold]."


def xcase(
    *args: str | Path, stdin: str = "", folder: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, "-m", "xcase", *map(str, args)],
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        cwd=folder,
        env=environment,
        check=False,
    )


def refused(result: subprocess.CompletedProcess[str], status: int) -> str:
    """Check that a command ended with one line of advice and nothing on stdout."""
    assert (result.returncode, result.stdout) == (status, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith("xcase: ")
    return line


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with stories, a bad file, and their analysis, made without the network."""
    folder = tmp_path_factory.mktemp("place")
    (folder / "in").mkdir()
    (folder / "in" / "s1-bay.md").write_text(STORY, encoding="utf-8")
    (folder / "in" / "s2-empty.txt").write_text("", encoding="utf-8")
    (folder / "in" / "s3.jsonl").write_text(
        json.dumps({"id": "trap", "text": TRAP}), encoding="utf-8"
    )
    analyze([folder / "in"], folder / "xcase-out", annotator=FakeAnnotator())
    return folder


def test_a_pipe_in_another_encoding_gets_every_line(place: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "xcase", "show", "s1-bay.md:1", "--dir", "xcase-out"]
    told = subprocess.run(
        command, capture_output=True, cwd=place, env=environment, encoding="ascii", check=True
    )
    assert r"\u27e8was made shift manager\u27e9" in told.stdout


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "utf-8"])
def test_results_for_programs_hold_in_any_encoding_of_a_pipe(
    monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    words = "naïve “Zoë” 🎉 \x85 → Ł"
    for printed in (lambda: options.print_json([words]), lambda: options.print_table(words)):
        pipe = io.BytesIO()
        stream = io.TextIOWrapper(pipe, encoding=encoding, errors="backslashreplace")
        monkeypatch.setattr(sys, "stdout", stream)
        printed()
        stream.flush()
        told = pipe.getvalue().decode("utf-8")
        assert told == words or json.loads(told) == [words]


# ---------------------------------------------------------------- help


def test_help_lists_the_commands() -> None:
    result = CliRunner().invoke(app, ["--help"])
    assert result.exit_code == 0
    assert {"analyze", "show", "evaluate", "taxonomy", "doctor"} <= set(COMMANDS)
    assert all(re.search(rf"^ +{name} ", result.output, re.MULTILINE) for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_has_an_example_that_it_understands(command: str) -> None:
    output = CliRunner().invoke(app, [command, "--help"], terminal_width=200).output
    example = re.search(rf"Example: xcase {command}\b(.*)", output)
    assert example is not None
    options, rest = output[: example.start()], example[1]
    assert all(option in options for option in re.findall(r"--[a-z-]+", rest))
    assert "--json" in options or command in SERVING


def test_version() -> None:
    assert CliRunner().invoke(app, ["--version"]).output == f"xcase {__version__}\n"


def test_the_help_of_review_says_what_has_no_line(place: Path) -> None:
    told = " ".join(xcase("review", "--help").stdout.split())
    assert "roles, and how long, how often and in which form they met, have none" in told
    lines = xcase("review", "s1-bay.md:1", folder=place).stdout.splitlines()
    assert not {json.loads(line)["kind"] for line in lines} & {"role_from", "role_to", "program"}


def test_help_answers_at_once() -> None:
    spent = []
    for _ in range(5):
        began = time.monotonic()
        assert xcase("--help").returncode == 0
        spent.append(time.monotonic() - began)
    assert min(spent) < 0.5


def test_help_loads_no_heavy_library() -> None:
    code = (
        "import sys\nfrom typer.testing import CliRunner\nfrom xcase.cli import app\n"
        "assert CliRunner().invoke(app, ['analyze', '--help']).exit_code == 0\n"
        "heavy = {'torch', 'spacy', 'transformers', 'pandas', 'numpy'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, cwd=ROOT, check=False
    )
    assert result.stderr == b"\n"


# ---------------------------------------------------------------- analyze


def test_skipped_inputs_are_told_by_the_exit_status(place: Path) -> None:
    result = xcase("analyze", "in", "--out", "xcase-out", folder=place)
    assert result.returncode == 3
    assert "E_EMPTY" in result.stdout
    assert re.search(r"documents +2 \(0 analysed now\)", result.stdout)
    assert result.stderr == ""


def test_json_is_all_that_is_printed(place: Path) -> None:
    result = xcase("analyze", "in", "--out", "xcase-out", "--json", folder=place)
    assert result.returncode == 3
    assert json.loads(result.stdout)["counts"]["cases"] == 2
    assert result.stderr == ""


def test_standard_input_is_read(tmp_path: Path) -> None:
    result = xcase("analyze", "-", "--json", stdin='{"id": "a"}\n', folder=tmp_path)
    assert result.returncode == 3
    assert json.loads(result.stdout)["counts"]["skipped"] == 1
    assert '"E_ROW"' in (tmp_path / "xcase-out" / "errors.jsonl").read_text(encoding="utf-8")


def test_an_empty_folder_is_done(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    result = xcase("analyze", "in", folder=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert store.load(tmp_path / "xcase-out").documents == ()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["nowhere"], "nowhere"),
        ([".", "--settings", "nowhere.toml"], "nowhere.toml"),
        ([".", "--settings", "faulty.toml"], "skil"),
        ([".", "--out", "faulty.toml"], "faulty.toml"),
    ],
)
def test_wrong_use_is_refused(tmp_path: Path, arguments: list[str], named: str) -> None:
    (tmp_path / "faulty.toml").write_text("skil = 0.5\n", encoding="utf-8")
    assert named in refused(xcase("analyze", *arguments, folder=tmp_path), 2)


@pytest.mark.parametrize(
    "line",
    [
        ["analyze", ""],
        ["analyze", "in", "--out", ""],
        ["show", "a.txt:1", "--dir", ""],
        ["doctor", "--dir="],
        ["evaluate", "gold.jsonl", "--dir="],
        ["export", "--out", ""],
    ],
)
def test_an_empty_path_is_not_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, line)
    assert done.exit_code == 2
    assert "an empty path" in done.output


def test_a_file_that_cannot_be_read_leaves_the_rest_to_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []

    def stopped(paths: list[Path], *_: object, **__: object) -> None:
        asked.extend(paths)
        raise UsageError("here")

    monkeypatch.setattr("xcase.pipeline.analyze", stopped)
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    names = [tmp_path / name for name in ("a.txt", "locked.txt")]
    for name in names:
        name.write_text(STORY, encoding="utf-8")
    done = CliRunner().invoke(app, ["analyze", *map(str, names)])
    assert asked == names, done.output


def test_an_unknown_option_is_refused() -> None:
    result = xcase("analyze", "--quickly")
    assert (result.returncode, result.stdout) == (2, "")
    assert "--quickly" in result.stderr


# ---------------------------------------------------------------- show


def test_show_marks_phases_skills_and_outcomes(place: Path) -> None:
    result = xcase("show", "s1-bay.md:1", folder=place)
    assert (result.returncode, result.stderr) == (0, "")
    assert re.search(
        r"^background 1\.00  Before, Amina \[kept every task to herself\]\(delegation: lacked\)\.$",
        result.stdout,
        re.MULTILINE,
    )
    assert "Now she ⟨was made shift manager⟩(promotion)." in result.stdout
    assert "mentor: Ruth" in result.stdout


def test_show_takes_the_id_of_a_document(place: Path) -> None:
    by_case = xcase("show", "s1-bay.md:1", folder=place).stdout
    assert xcase("show", "s1-bay.md", folder=place).stdout == by_case


def test_a_sentence_stays_on_its_line_in_a_pipe(place: Path) -> None:
    unmarked = re.sub(r"\[|\]\([^)]*\)", "", xcase("show", "s1-bay.md", folder=place).stdout)
    assert LONG in unmarked


@pytest.mark.parametrize("name", ["FORCE_COLOR", "TTY_COMPATIBLE"])
@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["show", "s1-bay.md:1"], "Bay nine"),
        (["match", *ROSTERS, "--lists-only"], "mentor"),
    ],
)
def test_a_pipe_gets_no_escape_codes(
    place: Path, monkeypatch: pytest.MonkeyPatch, name: str, command: list[str | Path], words: str
) -> None:
    monkeypatch.setenv(name, "1")
    told = xcase(*command, folder=place).stdout
    assert words in told
    assert "\x1b" not in told


def test_a_narrative_cannot_steer_the_terminal(place: Path) -> None:
    output = xcase("show", "trap", folder=place).stdout
    assert not set("\x1b\u202e") & set(output)
    assert "[bold]of it[/bold]" in output


def test_show_prints_the_records_of_the_folder_as_json(place: Path) -> None:
    result = xcase("show", "s1-bay.md:1", "--json", folder=place)
    lines = (place / "xcase-out" / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(result.stdout) == [json.loads(lines[0])]
    assert result.stderr == ""


def test_an_unknown_case_names_the_near_ones(place: Path) -> None:
    line = refused(xcase("show", "s1-boy.md:1", folder=place), 2)
    assert "'s1-boy.md:1'" in line
    assert "s1-bay.md:1" in line


def test_a_document_without_a_case_says_why(tmp_path: Path) -> None:
    german = "Sie hat ihm jede Woche gezeigt, wie man schweißt, und er hat es gelernt. " * 9
    (tmp_path / "wo.txt").write_text(german, encoding="utf-8")
    analyze([tmp_path], tmp_path / "xcase-out", annotator=FakeAnnotator())
    for asked in ("wo.txt", "wo.txt:1"):
        line = refused(xcase("show", asked, folder=tmp_path), 2)
        assert "wo.txt holds no case: seems to be in another language" in line


def test_no_analysis_is_refused(tmp_path: Path) -> None:
    assert "xcase analyze" in refused(xcase("show", "a", folder=tmp_path), 4)


@pytest.mark.parametrize("command", [["show", "a"], ["doctor"]])
def test_a_damaged_analysis_is_refused(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "run.json").write_text('{"format": 1, "files": {}}', encoding="utf-8")
    assert "xcase analyze" in refused(xcase(*command, "--dir", tmp_path), 4)


# ---------------------------------------------------------------- evaluate, taxonomy


def gold(folder: Path) -> Path:
    labels = {"sentences": [{"text": "Hello.", "phase": "other"}], "skills": [], "outcomes": []}
    line = {
        "id": "a", "text": "Hello.", "hard": ["no_case"], "mentee": None, "mentor": None,
        "industry_from": "Unknown", "industry_to": "Unknown", "gold": {**labels, "cadence": []},
    }  # fmt: skip
    path = folder / "gold.jsonl"
    path.write_text(json.dumps(line), encoding="utf-8")
    return path


def test_evaluate_prints_figures_of_an_analysis(place: Path, tmp_path: Path) -> None:
    arguments = ("evaluate", gold(tmp_path), "--dir", place / "xcase-out")
    result = xcase(*arguments, "--json")
    # The analysis has no such document, so that nothing of it is right.
    assert result.returncode == 3
    assert "1 of 1 narratives are not in the analysis" in result.stderr
    assert json.loads(result.stdout)["figures"]["no_case"] == {
        "value": 0.0,
        "low": 0.0,
        "high": 0.0,
    }
    assert re.search(r"^no_case +0\.000", xcase(*arguments).stdout, re.MULTILINE)


def test_evaluate_refuses_a_missing_file(tmp_path: Path) -> None:
    assert "nowhere" in refused(xcase("evaluate", "nowhere.jsonl", folder=tmp_path), 2)


def test_evaluate_takes_an_analysis_or_makes_a_fast_one(tmp_path: Path) -> None:
    both = xcase("evaluate", gold(tmp_path), "--fast", "--dir", "xcase-out")
    assert "--fast" in refused(both, 2)


def test_evaluate_reads_standard_input(place: Path, tmp_path: Path) -> None:
    labelled = gold(tmp_path).read_text(encoding="utf-8")
    result = xcase("evaluate", "-", "--dir", place / "xcase-out", "--json", stdin=labelled)
    assert json.loads(result.stdout)["missing"] == ["a"]


def test_taxonomy_shows_a_skill() -> None:
    result = xcase("taxonomy", "Delegation", "--json")
    (skill,) = json.loads(result.stdout)
    assert skill["name"] == "delegation"
    assert skill["definition"] in " ".join(xcase("taxonomy", "delegation").stdout.split())


@pytest.mark.parametrize(
    ("name", "known"),
    [("Delegating", "delegation"), (" public   speaking ", "public speaking")],
)
def test_taxonomy_knows_an_alias_however_it_is_spaced(name: str, known: str) -> None:
    (skill,) = json.loads(xcase("taxonomy", name, "--json").stdout)
    assert skill["name"] == known


def test_an_unknown_skill_names_the_near_ones() -> None:
    assert "delegation" in refused(xcase("taxonomy", "delegatoin"), 2)
