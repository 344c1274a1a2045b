"""Signals that are really sent to a running ``xcase analyze``, and readers that go away."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from test_isolate import _children, _running

from xcase.journal import FILE as JOURNAL

ROOT = Path(__file__).parent.parent
STORY = "Before, Bo was late.\nThen Bo learned to plan.\nNow Bo shared out the work.\n"
ROWS = 150
SOON = 120.0
DATA = ("documents.jsonl", "cases.jsonl", "errors.jsonl")
# The command with the fake of the network, which waits where the environment says so.
COMMAND = """
import functools, os, sys, time
sys.path[:0] = [{tests!r}, {root!r}]
from fakes import FakeAnnotator
from mock_reader import misbehave
from xcase.read import everything
from xcase.annotate.annotator import Annotator

class Slow(FakeAnnotator):
    def annotate(self, documents):
        time.sleep(float(os.environ.get("SLOW", "0")))
        return super().annotate(documents)

Annotator.load = classmethod(lambda cls, *a, **k: Slow())
if "MISBEHAVE" in os.environ:
    everything.read_files = functools.partial(everything.read_files, reader=misbehave)
from xcase.cli import main
sys.argv = ["xcase", "analyze", *sys.argv[1:]]
main()
"""


def start(*arguments: str | Path, **environment: str) -> subprocess.Popen[str]:
    code = COMMAND.format(tests=str(ROOT / "tests"), root=str(ROOT))
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def wait_for(what: Callable[[], object], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + SOON
    while not what():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl"
    told = (json.dumps({"id": f"m{n}", "text": f"{STORY}{n}"}) for n in range(ROWS))
    path.write_text("\n".join(told), encoding="utf-8")
    return path


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_asked_once_a_run_ends_its_batch_and_goes_on_the_next_time(
    tmp_path: Path, rows: Path, number: signal.Signals
) -> None:
    out = tmp_path / "out"
    process = start(rows, "--out", out, SLOW="1.5")
    wait_for((out / JOURNAL).is_file, process)
    process.send_signal(number)
    said, told = process.communicate(timeout=SOON)
    assert (process.returncode, said) == (130, "")
    first, last = told.splitlines()
    assert first.startswith("stopping after this batch")
    assert last.startswith("xcase: stopped, ")
    assert f"of {ROWS} documents are done; the same command goes on from there" in last
    done = int(last.removeprefix("xcase: stopped, ").split()[0])
    assert 0 < done < ROWS
    again = start(rows, "--out", out, "--json")
    run = json.loads(again.communicate(timeout=SOON)[0])
    assert run["analysed_now"] == ROWS - done
    whole = tmp_path / "whole"
    assert start(rows, "--out", whole).wait(SOON) == 0
    assert all((out / name).read_bytes() == (whole / name).read_bytes() for name in DATA)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_asked_twice_it_stops_at_once(tmp_path: Path, rows: Path, number: signal.Signals) -> None:
    out = tmp_path / "out"
    process = start(rows, "--out", out, SLOW="200")
    wait_for((out / ".lock").is_file, process)
    time.sleep(1)
    process.send_signal(number)
    assert process.stderr is not None
    assert process.stderr.readline().startswith("stopping after this batch")
    process.send_signal(number)
    said, told = process.communicate(timeout=SOON)
    assert (process.returncode, said, told) == (130, "", "")
    # The system let go of the lock: the next run can begin.
    assert start(rows, "--out", out).wait(SOON) == 0


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at /proc")
def test_readers_that_hang_end_with_a_run_that_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a", "b"):
        (tmp_path / "in" / f"{name}.md").write_text("hang", encoding="utf-8")
    process = start(tmp_path / "in", "--out", tmp_path / "out", MISBEHAVE="1")
    wait_for(lambda: len(_children(process.pid)) > 1, process)
    time.sleep(1)
    workers = _children(process.pid)
    for _ in range(2):  # to all of them, as a terminal does
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.5)
    _, told = process.communicate(timeout=SOON)
    assert process.returncode == 130
    assert "Traceback" not in told
    deadline = time.monotonic() + 10
    while alive := [pid for pid in workers if _running(pid)]:
        assert time.monotonic() < deadline, alive
        time.sleep(0.1)


def test_a_signal_that_comes_when_all_is_over_changes_no_status() -> None:
    code = (
        "import os, signal\nfrom xcase import exits\n"
        "try:\n    with exits.told():\n        print('done')\n"
        "finally:\n    os.kill(os.getpid(), signal.SIGINT)\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "done\n", "")


# ---------------------------------------------------------------- whoever reads the output

QUIET = [
    ("taxonomy", "--json"),
    ("taxonomy",),
    ("--help",),
    ("analyze", "--help"),
    ("show", "a.txt", "--dir", "out"),
    ("show", "a.txt", "--dir", "out", "--json"),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("place")
    (place / "a.txt").write_text(STORY, encoding="utf-8")
    assert start(place / "a.txt", "--out", place / "out").wait(SOON) == 0
    return place


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "xcase", *arguments]


@pytest.mark.parametrize("arguments", QUIET, ids=" ".join)
def test_a_reader_that_goes_away_is_no_fault(place: Path, arguments: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)  # as `| head -0` does, before anything is written
    done = subprocess.run(
        _command(*arguments), stdout=writing, stderr=subprocess.PIPE, text=True, check=False,
        cwd=place, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


def test_head_ends_a_long_output_quietly(place: Path) -> None:
    shell = f"{sys.executable} -m xcase taxonomy --json | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", shell], capture_output=True, text=True, check=True, cwd=place,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    first, status = done.stdout.splitlines()
    assert first == "["
    assert status in ("0", "141")  # 0 if the pipe took all of it
    assert done.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("arguments", QUIET, ids=" ".join)
def test_an_output_that_is_full_is_told(place: Path, arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            _command(*arguments), stdout=full, stderr=subprocess.PIPE, text=True, check=False,
            cwd=place, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    told = "xcase: the disk is full; make room and run the command again\n"
    assert (done.returncode, done.stderr) == (4, told)
