"""Kill an analysis at random moments, and look after each kill whether anything is lost.

    python scripts/kills.py --rounds 200 --out figures/kills.json

The network is the fake of the tests, so that what is measured is the pipeline and the disk. After
each SIGKILL: the folder holds a whole analysis (the old or the new one) or none yet; every document
that the run had told to be done is on disk, to the letter; and at the end of the rounds that one
folder lives through, a run that is not killed gives the bytes of one that never was.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from xcase import pipeline, store
from xcase.errors import AnalysisError
from xcase.journal import FILE as JOURNAL
from xcase.journal import Journal

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from fakes import FakeAnnotator  # noqa: E402 - the fake of the network lies with the tests

STORY = "Before, Bo was late.\nThen Ruth heard her out.\nNow Bo shared out the work {n}.\n"
# A folder starts afresh after so many kills: first runs are killed as well as later ones.
LIFE = 5


@dataclass
class Tally:
    """What happened; ``faults`` names each invariant that did not hold."""

    rounds: int = 0
    killed_midway: int = 0
    with_journal: int = 0
    with_half_placed_set: int = 0
    told_done: int = 0
    records_lost: int = 0
    complete_reruns_equal: int = 0
    faults: list[str] = field(default_factory=list)


def corpus(folder: Path, size: int) -> Path:
    """Write ``size`` tiny stories, most as rows and some as files."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = (json.dumps({"id": f"m{n}", "text": STORY.format(n=n)}) for n in range(size - 5))
    (folder / "rows.jsonl").write_text("\n".join(rows), encoding="utf-8")
    for n in range(5):
        (folder / f"s{n}.txt").write_text(STORY.format(n=-n), encoding="utf-8")
    return folder


def kill_at_random(inputs: Path, out: Path, *, rounds: int, seed: int) -> Tally:
    """Run and kill analyses of ``inputs`` in ``out``, and count."""
    chance, tally = random.Random(seed), Tally()
    whole = out.with_name("never-killed")
    # Once here: what is loaded late is loaded, so that a round is the work and not the loading.
    pipeline.analyze([inputs], whole, annotator=FakeAnnotator())
    lengths = []
    for _ in range(3):
        began = time.monotonic()
        shutil.rmtree(whole)
        _in_child(inputs, whole, None)
        lengths.append(time.monotonic() - began)
    length = min(lengths)
    expected = {name: (whole / name).read_bytes() for name in store.FILES}
    for number in range(rounds):
        told, midway = _in_child(inputs, out, chance.uniform(0, length * 1.1))
        tally.rounds += 1
        tally.killed_midway += midway
        tally.told_done += told
        _check(out, told, expected, tally)
        if (number + 1) % LIFE == 0 or number + 1 == rounds:
            _in_child(inputs, out, None)
            equal = all((out / name).read_bytes() == expected[name] for name in store.FILES)
            tally.complete_reruns_equal += equal
            if not equal or (out / JOURNAL).exists():
                tally.faults.append(f"round {number}: the rerun differs")
            shutil.rmtree(out)
    return tally


def _in_child(inputs: Path, out: Path, after: float | None) -> tuple[int, bool]:
    """Run an analysis in a fork, killed after some seconds; return documents told, and if killed.

    The parent loads the libraries once, so that a round takes a fraction of a second.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            pipeline.CHUNK = 8
            pipeline.analyze(
                [inputs],
                out,
                annotator=FakeAnnotator(),
                progress=lambda done, _total: os.write(writing, f"{done}\n".encode()) and None,
            )
        except BaseException as error:  # noqa: BLE001 - the child must not go on as its parent
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
            os._exit(1)
        os._exit(0)
    os.close(writing)
    if after is not None:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as pipe:
        lines = pipe.read().split()
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) != 0:
        raise RuntimeError("an analysis failed that was not killed")
    return int(lines[-1]) if lines else 0, os.WIFSIGNALED(status)


def _check(out: Path, told: int, expected: dict[str, bytes], tally: Tally) -> None:
    where = f"round {tally.rounds}"
    tally.with_half_placed_set += (out / ".run.json.next").is_file()
    saved: dict[str, object] = {}
    try:
        analysis = store.load(out)
        saved = {d.id: (d, analysis.cases_by_document()[d.id]) for d in analysis.documents}
        if b"".join(store.lines(analysis.cases)) != expected["cases.jsonl"]:
            tally.faults.append(f"{where}: the analysis is not the one expected")
    except AnalysisError as error:
        if "no analysis" not in str(error):
            tally.faults.append(f"{where}: {error}")
    if (out / JOURNAL).is_file():
        tally.with_journal += 1
        copy = out.with_name("journal-copy")
        copy.mkdir(exist_ok=True)
        shutil.copy(out / JOURNAL, copy)
        head = json.loads((copy / JOURNAL).read_bytes().split(b"\n")[0] or b"{}")
        saved = Journal(copy, head.get("maker", {})).found | saved
    wanted = {line for name in store.FILES[:2] for line in expected[name].split(b"\n")}
    for document, cases in saved.values():  # type: ignore[misc]
        if any(line.rstrip() not in wanted for line in store.lines([document, *cases])):
            tally.faults.append(f"{where}: a partial record")
    if len(saved) < told:
        tally.records_lost += told - len(saved)
        tally.faults.append(f"{where}: {told} documents were told, {len(saved)} are there")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--stories", type=int, default=150)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        inputs = corpus(Path(place) / "in", given.stories)
        tally = kill_at_random(inputs, Path(place) / "out", rounds=given.rounds, seed=given.seed)
    told = json.dumps({"stories": given.stories, "seed": given.seed, **asdict(tally)}, indent=1)
    print(told)
    if given.out:
        given.out.write_text(told + "\n", encoding="utf-8")
    sys.exit(bool(tally.faults))


if __name__ == "__main__":
    main()
