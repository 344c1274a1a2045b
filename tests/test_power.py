"""The power goes at any moment, on a disk that writes in any order: nothing told is lost."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from power import Volatile
from test_faults import NEW, OLD

from xcase import disk, store
from xcase.errors import AnalysisError
from xcase.journal import FILE as JOURNAL
from xcase.journal import Journal
from xcase.privacy.key import Key

SEED = int(os.environ.get("XCASE_SEED", "0"))


def lay_out(state: dict[str, bytes], folder: Path) -> Path:
    """Make a folder of what the disk holds."""
    folder.mkdir()
    for name, content in state.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize("first", [False, True], ids=["over an earlier one", "the first"])
def test_a_save_is_whole_or_not_at_all_whatever_comes_to_the_disk_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: bool
) -> None:
    chance = random.Random(SEED)
    folder = tmp_path / "analysis"
    folder.mkdir()
    if not first:
        store.save(OLD, folder)
    tried, found = 0, {"old": 0, "new": 0}

    def power_goes(*, saved: bool = False) -> None:
        nonlocal tried
        for state in volatile.states(chance):
            tried += 1
            place = lay_out(state, tmp_path / f"state{tried}")
            with monkeypatch.context() as real:
                real.setattr(disk, "os", os)
                before = _loaded(place)
                with store.writing(place):
                    pass  # what a run does first: finish or drop what was begun
                after = _loaded(place)
                # Not yet told to be saved, a new set may win from here on; it never goes again.
                assert after == before or (before, after) == ("old", "new")
                store.save(NEW, place)
                assert _loaded(place) == "new"
            assert after in (("new",) if saved else ("new", "none" if first else "old")), state
            found[after] = found.get(after, 0) + 1

    volatile = Volatile(folder, power_goes)
    with monkeypatch.context() as patched:
        patched.setattr(disk, "os", volatile)
        store.save(NEW, folder)
        power_goes(saved=True)
    assert tried > 100
    assert found["new"] > 10
    assert found["none" if first else "old"] > 10


def _loaded(folder: Path) -> str:
    try:
        documents = store.load(folder).documents
    except AnalysisError as error:
        return "none" if "no analysis in" in str(error) else "damaged"
    assert documents in (OLD.documents, NEW.documents)
    return "old" if documents == OLD.documents else "new"


@pytest.mark.parametrize("earlier", ["nothing", "another maker's", "a torn tail"])
def test_a_document_told_to_be_done_is_in_the_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, earlier: str
) -> None:
    chance = random.Random(SEED)
    folder = tmp_path / "analysis"
    folder.mkdir()
    if earlier != "nothing":
        maker = {"v": 0} if earlier == "another maker's" else {"v": 1}
        Journal(folder, maker).add([(OLD.documents[0], ())])
        if earlier == "a torn tail":
            with (folder / JOURNAL).open("ab") as file:
                file.write(b'{"document": {"id"')
    told: list[str] = []
    tried = 0

    def power_goes() -> None:
        nonlocal tried
        for state in volatile.states(chance):
            tried += 1
            place = lay_out(state, tmp_path / f"state{tried}")
            with monkeypatch.context() as real:
                real.setattr(disk, "os", os)
                found = Journal(place, {"v": 1}).found
            assert set(told) <= set(found)
            whole = {d.id: d for d in (*OLD.documents, *NEW.documents)}
            assert all(d.text in (whole[d.id].text, "old", "older") for d, _ in found.values())

    volatile = Volatile(folder, power_goes)
    with monkeypatch.context() as patched:
        patched.setattr(disk, "os", volatile)
        journal = Journal(folder, {"v": 1})
        for document in NEW.documents:
            journal.add([(document, ())])
            told.append(document.id)
            power_goes()
    assert tried > 10


@pytest.mark.parametrize("there", [False, True])
def test_a_file_written_safely_is_the_old_one_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    chance = random.Random(SEED)
    folder = tmp_path / "analysis"
    folder.mkdir()
    if there:
        (folder / "a").write_bytes(b"old")
    states: list[bytes | None] = []
    volatile = Volatile(folder, lambda: states.extend(s.get("a") for s in volatile.states(chance)))
    with monkeypatch.context() as patched:
        patched.setattr(disk, "os", volatile)
        disk.write_safely(folder / "a", b"new, and longer")
    assert set(states) == {b"old" if there else None, b"new, and longer"}
    assert [s.get("a") for s in volatile.states(chance)] == [b"new, and longer"]


def test_a_key_told_to_be_kept_is_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(SEED)
    path = tmp_path / "names.key"
    Key(b"secret", {"okafor": "Ashdown"}, path).keep()
    old = path.read_bytes()
    volatile = Volatile(tmp_path, lambda: None)
    with monkeypatch.context() as patched:
        patched.setattr(disk, "os", volatile)
        Key(b"secret", {"okafor": "Ashdown", "tarrant": "Bell"}, path).keep()
    assert path.read_bytes() != old
    assert [s[path.name] for s in volatile.states(chance)] == [path.read_bytes()]


def test_two_programs_that_write_one_file_take_nothing_from_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, replace = tmp_path / "a", disk.replace
    others = iter([b"the other's, and longer"])

    def meanwhile(draft: Path, place: Path) -> None:
        for content in others:
            disk.write_safely(path, content)
        replace(draft, place)

    monkeypatch.setattr(disk, "replace", meanwhile)
    disk.write_safely(path, b"own")
    assert path.read_bytes() == b"own"
    assert list(tmp_path.iterdir()) == [path]
