"""Time and memory of an analysis as its folder grows, and of the same command again.

Each run is a process of its own. Its memory is the proportional set size (PSS) of the process and
all its children together, looked at several times a second: pages that they share count once.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from bench_texts import made, write_folder

from xcase import store

ROOT = Path(__file__).parent.parent
EVERY = 0.2
# An analysis with the fake network of the tests: what is left is everything else.
_FAKE = """
import sys
from pathlib import Path
sys.path.insert(0, "tests")
from fakes import FakeAnnotator
from xcase.pipeline import analyze
analyze([Path(sys.argv[1])], Path(sys.argv[2]), annotator=FakeAnnotator())
"""


def measure(sizes: list[int], *, fake: bool) -> list[dict[str, Any]]:
    """Return a row for each number of documents: first run, again, and with one more document."""
    rows = []
    texts = made(max(sizes))
    for size in sizes:
        with tempfile.TemporaryDirectory() as place:
            folder, out = Path(place) / "in", Path(place) / "out"
            write_folder(folder, texts[:size])
            first = run(folder, out, fake=fake)
            again = run(folder, out, fake=fake)
            (folder / "one-more.txt").write_text(f"A new one. {texts[0]}", encoding="utf-8")
            more = run(folder, out, fake=fake)
            written = sum(f.stat().st_size for f in out.iterdir() if f.is_file())
        rows.append(
            {
                "documents": size,
                "network": "fake" if fake else "real",
                "first": first,
                "unchanged": again,
                "one_more": more,
                "bytes_written": written,
            }
        )
        print(rows[-1], flush=True)
    return rows


def run(folder: Path, out: Path, *, fake: bool) -> dict[str, Any]:
    """Analyse a folder in a process of its own; return seconds, memory, and what it did."""
    program = ["-c", _FAKE] if fake else ["-m", "xcase", "analyze", "--quiet"]
    places = [str(folder), str(out)] if fake else [str(folder), "--out", str(out)]
    began = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, *program, *places], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    peak = [0]
    watch = threading.Thread(target=_watch, args=(child, peak))
    watch.start()
    status = child.wait()
    seconds = time.perf_counter() - began
    watch.join()
    if status != 0:
        raise SystemExit(f"xcase analyze failed with {status}")
    told = store.read_run(out / store.RUN)
    return {
        "seconds": round(seconds, 2),
        "peak_mb": peak[0] // 1024,
        "analysed": told["analysed_now"],
        "stages": told["seconds"],
    }


def _watch(child: subprocess.Popen[bytes], peak: list[int]) -> None:
    while child.poll() is None:
        peak[0] = max(peak[0], sum(_pss(pid) for pid in _tree(child.pid)))
        time.sleep(EVERY)


def _tree(pid: int) -> Iterator[int]:
    yield pid
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _tree(int(child))


def _pss(pid: int) -> int:
    """Return the proportional set size in KiB; 0 for a process that is gone, or elsewhere."""
    with suppress(OSError, ValueError, StopIteration):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("Pss:")).split()[1])
    return 0
