"""Faults at every call of the disk, kills at random times, damage: no record is ever lost."""

from __future__ import annotations

import errno
import io
import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeAnnotator
from kills import Tally, corpus, kill_at_random

from xcase import disk, store
from xcase.duplicates import near_duplicates
from xcase.errors import AnalysisError, LockedError, NewerFormatError, StoppedError
from xcase.journal import FILE as JOURNAL
from xcase.journal import Journal
from xcase.pipeline import analyze
from xcase.records import Analysis, Document
from xcase.repair import repair

STORY = "Before, Bo was late.\nThen Bo learned to plan.\nNow Bo shared out the work.\n"
DATA = store.FILES


class FaultyDisk:
    """The module ``os``, of which the ``at``-th call that writes fails.

    With ``dead`` every later call fails too, as if the program had been killed there; a write that
    fails leaves half of its bytes.
    """

    CALLS = ("open", "write", "fsync", "replace", "unlink", "ftruncate")

    def __init__(self, at: int, *, dead: bool) -> None:
        self.at, self.dead, self.calls = at, dead, 0

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        return self._wrapped(name, real) if name in self.CALLS else real

    def _wrapped(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            self.calls += 1
            if self.calls == self.at or (self.dead and self.calls > self.at):
                if name == "write" and self.calls == self.at:
                    real(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(*arguments)

        return call


def documents(*texts: str) -> Analysis:
    made = [
        Document(f"d{n}", f"d{n}.txt", "0" * 64, "T", {}, text, "not_a_case", "none")
        for n, text in enumerate(texts)
    ]
    return Analysis(tuple(made), (), (), {"xcase": "0"})


OLD, NEW = documents("old", "older"), documents("new", "newer", "newest")


@pytest.mark.parametrize("dead", [False, True], ids=["one call fails", "killed there"])
def test_a_fault_at_any_call_of_a_save_leaves_a_whole_analysis(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dead: bool
) -> None:
    survived = {"old": 0, "new": 0}
    for at in range(1, 99):
        folder = tmp_path / str(at)
        store.save(OLD, folder)
        faulty = FaultyDisk(at, dead=dead)
        with monkeypatch.context() as patched:
            patched.setattr(disk, "os", faulty)
            try:
                store.save(NEW, folder)
            except (AnalysisError, OSError):
                failed = True
            else:
                failed = False
        loaded = store.load(folder).documents  # before anything is mended
        assert loaded in (OLD.documents, NEW.documents)
        survived["old" if loaded == OLD.documents else "new"] += 1
        assert failed or loaded == NEW.documents
        store.save(NEW, folder)
        assert store.load(folder).documents == NEW.documents
        left = sorted(p.name for p in folder.iterdir() if p.name != ".lock")
        assert left == sorted([*DATA, "run.json"])
        if faulty.calls < at:
            break
    assert at > 20  # there are so many calls, and each has failed once
    assert min(survived.values()) > 0


def test_a_run_killed_while_it_writes_run_json_alone_leaves_no_draft_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for at in range(1, 99):
        folder = tmp_path / str(at)
        store.save(OLD, folder)
        faulty, known = FaultyDisk(at, dead=True), store.Written(store.load(folder).run["files"])
        with monkeypatch.context() as patched:
            patched.setattr(disk, "os", faulty)
            with suppress(AnalysisError, OSError):
                store.save(replace(OLD, run={"xcase": "1"}), folder, known=known)
        assert store.load(folder).run["xcase"] in "01"
        store.save(OLD, folder)
        left = sorted(p.name for p in folder.iterdir() if p.name != ".lock")
        assert left == sorted([*DATA, "run.json"])
        if faulty.calls < at:
            break
    assert at > 5


def test_a_fault_at_any_call_of_the_journal_loses_nothing_that_was_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for at in range(1, 40):
        folder = tmp_path / str(at)
        folder.mkdir()
        faulty, told = FaultyDisk(at, dead=True), []
        with monkeypatch.context() as patched:
            patched.setattr(disk, "os", faulty)
            journal = Journal(folder, {"v": 1})
            for document in NEW.documents:
                try:
                    journal.add([(document, ())])
                except AnalysisError:
                    break
                told.append(document)
        again = Journal(folder, {"v": 1})
        assert [d for d, _ in again.found.values()][: len(told)] == told
        again.add([(OLD.documents[0], ())])  # after a torn tail, too
        assert "d0" in Journal(folder, {"v": 1}).found
        if faulty.calls < at:
            break
    assert at > 5


def test_a_torn_tail_and_a_damaged_line_are_told(tmp_path: Path) -> None:
    journal = Journal(tmp_path, {"v": 1})
    journal.add((d, ()) for d in NEW.documents)
    whole = (tmp_path / JOURNAL).read_bytes()
    ends = [n for n, byte in enumerate(whole) if byte == ord("\n")]
    for size in range(ends[0] + 1, len(whole), 7):
        (tmp_path / JOURNAL).write_bytes(whole[:size])
        found = Journal(tmp_path, {"v": 1}).found
        assert len(found) == sum(end < size for end in ends) - 1
    flipped = whole.replace(b"newer", b"never")
    (tmp_path / JOURNAL).write_bytes(flipped)
    assert set(Journal(tmp_path, {"v": 1}).found) == {"d0", "d2"}
    assert Journal(tmp_path, {"v": 2}).found == {}


def test_a_stopped_run_goes_on_where_it_was(tmp_path: Path) -> None:
    rows = "\n".join(json.dumps({"id": f"m{n}", "text": f"{STORY}{n}"}) for n in range(150))
    whole = tmp_path / "whole"
    analyze([Path("-")], whole, stdin=io.BytesIO(rows.encode()), annotator=FakeAnnotator())
    out, done = tmp_path / "out", []

    def run(stop: Callable[[], bool]) -> list[str]:
        annotator = FakeAnnotator()
        analyze(
            [Path("-")], out, stdin=io.BytesIO(rows.encode()), annotator=annotator,
            progress=lambda n, _: done.append(n), stop=stop,
        )  # fmt: skip
        return annotator.seen

    with pytest.raises(StoppedError, match="56 of 150") as caught:
        run(lambda: done[-1:] == [56])
    assert caught.value.exit_status == 130
    assert (out / JOURNAL).is_file()
    assert len(run(lambda: False)) == 150 - 56
    assert not (out / JOURNAL).exists()
    for name in DATA:
        assert (out / name).read_bytes() == (whole / name).read_bytes()


def test_a_run_over_changed_documents_that_was_killed_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(words: str) -> tuple[int, Analysis]:
        annotator = FakeAnnotator()
        rows = [{"id": f"m{n}", "text": f"{STORY}{words} {n}."} for n in range(30)]
        given = io.BytesIO("\n".join(json.dumps(row) for row in rows).encode())
        analysis = analyze([Path("-")], tmp_path, stdin=given, annotator=annotator)
        return len(annotator.seen), analysis

    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    run("Then they met and talked of this and that. " * 9)
    with monkeypatch.context() as patched:
        patched.setattr(store, "save", killed)
        with pytest.raises(KeyboardInterrupt):
            run("Then all was told")
    seen, analysis = run("Then all was told")
    assert seen == 0
    assert analysis.run["duplicates"] == near_duplicates(analysis)


def test_two_writers_exclude_each_other(tmp_path: Path) -> None:
    with store.writing(tmp_path):
        store.save(OLD, tmp_path)  # who holds the folder may go on
        child = os.fork()
        if child == 0:
            try:
                os.closerange(3, 64)  # the lock belongs to the parent
                store.save(NEW, tmp_path)
            except LockedError as error:
                os._exit(0 if str(os.getppid()) in str(error) else 2)
            os._exit(1)
        assert os.waitpid(child, 0)[1] == 0
    store.save(NEW, tmp_path)
    assert store.load(tmp_path).documents == NEW.documents


def test_a_newer_format_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"format": 99, "xcase": "9.9"}', encoding="utf-8")
    before = (tmp_path / "run.json").read_bytes()
    for act in (store.load, repair):
        with pytest.raises(NewerFormatError, match="update xcase"):
            act(tmp_path)
    with pytest.raises(NewerFormatError, match=r"9\.9"):
        analyze([Path("-")], tmp_path, stdin=io.BytesIO(b'{"text": "a"}'))
    assert (tmp_path / "run.json").read_bytes() == before


def test_a_repair_leaves_a_folder_of_something_else_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "story.md").write_text("Ana learned to delegate.")

    with pytest.raises(AnalysisError, match="no analysis"):
        repair(tmp_path)

    assert [p.name for p in tmp_path.iterdir()] == ["story.md"]


@pytest.mark.parametrize("name", [*DATA[:2], "run.json"])
def test_a_repair_keeps_what_is_undamaged_and_a_run_does_the_rest(
    tmp_path: Path, name: str
) -> None:
    rows = [{"id": f"m{n}", "text": STORY.replace("Bo", "Amina") + str(n)} for n in range(9)]
    given = "\n".join(json.dumps(row) for row in rows).encode()
    analyze([Path("-")], tmp_path, stdin=io.BytesIO(given), annotator=FakeAnnotator())
    before = {n: (tmp_path / n).read_bytes() for n in DATA}
    original = store.load(tmp_path)
    path = tmp_path / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4  # one bit; mostly still JSON
    path.write_bytes(content[:-3] if name == "run.json" else content)
    with pytest.raises(AnalysisError, match="--repair"):
        store.load(tmp_path)
    done = repair(tmp_path)
    kept = store.load(tmp_path).documents
    assert all(d in original.documents for d in kept)  # nothing damaged is kept
    assert done.documents == len(kept) == 9 - len(done.lost)
    assert len(done.lost) == (0 if name == "run.json" else 1)
    annotator = FakeAnnotator()
    analyze([Path("-")], tmp_path, stdin=io.BytesIO(given), annotator=annotator)
    assert len(annotator.seen) == (9 if name == "run.json" else 1)
    assert {n: (tmp_path / n).read_bytes() for n in DATA} == before


def test_random_kills_lose_nothing(tmp_path: Path) -> None:
    tally: Tally = kill_at_random(corpus(tmp_path / "in", 150), tmp_path / "out", rounds=8, seed=1)
    assert tally.rounds == 8
    assert tally.faults == []


def test_a_text_that_breaks_the_analysis_costs_itself(tmp_path: Path) -> None:
    class Breaks(FakeAnnotator):
        def annotate(self, documents: Any) -> Any:
            if any("poison" in text for text, _, _ in documents):
                raise IndexError(documents[0][0])
            return super().annotate(documents)

    rows = [{"id": "a", "text": STORY}, {"id": "b", "text": "poison"}, {"id": "c", "text": STORY}]
    given = "\n".join(json.dumps(row) for row in rows).encode()
    analysis = analyze([Path("-")], tmp_path, stdin=io.BytesIO(given), annotator=Breaks())
    assert [d.id for d in analysis.documents] == ["a", "c"]
    ((code, message),) = [(s.code, s.message) for s in analysis.skipped]
    assert code == "E_ANALYSIS"
    assert "poison" not in message
