"""Files that make their reader hang, crash or eat memory cost themselves, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from mock_reader import DEEDS, misbehave

from xcase.read import read_files
from xcase.records import Skipped, Source

ROOT = Path(__file__).parent.parent
STORY = "Before, Bo was late. Now Bo plans.\n"
CODES = {
    "hang": "E_LIMIT_TIME", "busy": "E_LIMIT_TIME", "eat": "E_LIMIT_SIZE", "segfault": "E_CRASH",
    "killed": "E_CRASH", "exit": "E_LIMIT_TIME", "recurse": "E_CRASH", "raise": "E_CRASH",
    "sysexit": "E_CRASH", "nothing": "E_CRASH", "empty": "E_CRASH", "garbage": "E_CRASH",
    "unpicklable": "E_CRASH", "write": "E_CRASH", "slow": "E_CRASH",
}  # fmt: skip


def put(folder: Path, **files: str) -> list[tuple[Path, str]]:
    for name, content in files.items():
        (folder / f"{name}.md").write_text(content, encoding="utf-8")
    return [(folder / f"{name}.md", f"{name}.md") for name in files]


def test_every_deed_costs_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    mixed = {}
    for number, deed in enumerate(DEEDS):
        mixed |= {f"bad{number}": deed, f"good{number}": STORY}
    began = time.monotonic()
    records = list(read_files(put(tmp_path, **mixed), reader=misbehave, seconds=2))
    assert time.monotonic() - began < 30
    assert [r.path for r in records] == [f"{name}.md" for name in mixed]
    assert [r.text for r in records if isinstance(r, Source)] == [STORY.strip()] * len(DEEDS)
    told = [r for r in records if isinstance(r, Skipped)]
    assert {deed: s.code for deed, s in zip(DEEDS, told, strict=True)} == CODES
    assert all(len(s.sha256) == 64 and s.stage == "read" and s.message for s in told)
    assert not any("story" in s.message for s in told)  # an error's message may quote the text
    assert (tmp_path / "written").read_text(encoding="utf-8") == ""  # a reader cannot write


def test_workers_come_without_heavy_libraries(tmp_path: Path) -> None:
    records = list(read_files(put(tmp_path, a="a", b="b"), reader=_modules))
    assert [r.title for r in records if isinstance(r, Source)] == ["", ""]
    # Both files were read by workers that had been started once.
    assert len({r.id for r in records if isinstance(r, Source)}) <= 2
    assert str(os.getpid()) not in {r.id for r in records if isinstance(r, Source)}


def _modules(path: Path, name: str) -> list[Source]:
    heavy = sorted({"torch", "spacy", "numpy", "pandas", "typer"} & set(sys.modules))
    return [Source(str(os.getpid()), name, "", " ".join(heavy), {}, path.suffix)]


def test_rows_and_short_texts_need_no_worker(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(STORY, encoding="utf-8")
    (tmp_path / "b.csv").write_text(f"text\n{STORY}", encoding="utf-8")
    code = (
        "import sys; from pathlib import Path; from xcase.read import read_files\n"
        "files = [(p, p.name) for p in sorted(Path(sys.argv[1]).iterdir())]\n"
        "print(len(list(read_files(files))), 'pebble' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["2", "False"]


SCRIPT = """
import sys
from pathlib import Path
from xcase.read import read_files
from mock_reader import misbehave
print("running", flush=True)
files = [(p, p.name) for p in sorted(Path(sys.argv[1]).glob("*.md"))]
for record in read_files(files, reader=misbehave):
    print(record.path, flush=True)
"""


def start(folder: Path) -> subprocess.Popen[str]:
    script = folder / "script.py"  # without the guard that multiprocessing asks for
    script.write_text(SCRIPT, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    return subprocess.Popen(
        [sys.executable, script, folder], env=environment, stdout=subprocess.PIPE, text=True
    )


def test_a_script_without_a_guard_is_run_once(tmp_path: Path) -> None:
    put(tmp_path, a=STORY)
    with start(tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.read() == "running\na.md\n"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at /proc")
def test_workers_end_with_their_parent(tmp_path: Path) -> None:
    put(tmp_path, a=STORY, b="busy")
    with start(tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "running\n"
        assert process.stdout.readline() == "a.md\n"
        workers = _children(process.pid)
        assert workers
        process.kill()
    deadline = time.monotonic() + 10
    while alive := [pid for pid in workers if _running(pid)]:
        assert time.monotonic() < deadline, alive
        time.sleep(0.1)


def _children(parent: int) -> list[int]:
    stats = [p.read_text().rsplit(")", 1) for p in Path("/proc").glob("[0-9]*/stat") if p.exists()]
    return [int(head.split()[0]) for head, rest in stats if int(rest.split()[1]) == parent]


def _running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
