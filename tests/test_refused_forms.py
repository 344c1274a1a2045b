"""What may hold code (pickles) is nowhere loaded, and no table is written but the harmless way."""

from __future__ import annotations

import ast
import csv
import io
import pickle
import pickletools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fakes import WordEncoder
from test_similar import BAKER, CLERK, NURSE, analysis_of, story

from xcase import models, store
from xcase.match.export import matching_text, suggestions_text
from xcase.match.records import Matching, Pair, Unmatched
from xcase.records import Analysis
from xcase.similar.index import open_index
from xcase.similar.sound import FOLDER
from xcase.spreadsheet import FORMULA

ROOT = Path(__file__).parent.parent
SOURCES = sorted([*(ROOT / "xcase").rglob("*.py"), *(ROOT / "scripts").glob("*.py")])
# These read, or can be told to read, what runs code when it is read.
FORBIDDEN = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}


def trees() -> Iterator[tuple[str, ast.AST]]:
    for path in SOURCES:
        yield path.name, ast.parse(path.read_text(encoding="utf-8"))


def small() -> Analysis:
    return analysis_of(
        story(1, NURSE, "Healthcare", "Healthcare", "delegation", "positive"),
        story(2, BAKER, "Hospitality & Food", "Hospitality & Food", "sales", "positive"),
        story(3, CLERK, "Finance & Insurance", "Finance & Insurance", "delegation", "negative"),
    )


# ---------------------------------------------------------------- pickles


def test_nothing_imports_what_loads_pickles() -> None:
    imported = set()
    for name, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                imported |= {(name, a.name.split(".")[0]) for a in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((name, (node.module or "").split(".")[0]))
    assert len(imported) > 300
    assert [i for i in imported if i[1] in FORBIDDEN] == []


def test_no_call_allows_pickles() -> None:
    loads = 0
    for name, tree in trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            told = {k.arg: k.value for k in node.keywords}
            assert "allow_pickle" not in told or not _is_true(told["allow_pickle"]), name
            assert "trust_remote_code" not in told or not _is_true(told["trust_remote_code"]), name
            owner = getattr(node.func.value, "id", "")
            assert (owner, node.func.attr) != ("torch", "load"), name
            loads += (owner, node.func.attr) == ("np", "load")
    assert loads > 0  # numpy's own default is to refuse


def _is_true(value: ast.expr) -> bool:
    return not isinstance(value, ast.Constant) or bool(value.value)


def test_no_file_of_a_model_is_a_pickle() -> None:
    checked = 0
    for model in models.manifest().values():
        for name in model.files:
            assert not name.endswith((".pkl", ".pickle", ".pt", ".pth", ".joblib", ".ckpt"))
            if not model.parts:  # what comes in parts is safetensors and JSON in one archive
                path = models.locate(model.name, name) / name
                with path.open("rb") as file:
                    head = file.read(4096)
                assert not _begins_a_pickle(head), name
                checked += 1
    assert checked > 5
    assert _begins_a_pickle(pickle.dumps(Path("a")))


def _begins_a_pickle(head: bytes) -> bool:
    """Tell whether bytes name something to be called, as only a pickle that does harm must."""
    if not head.startswith(b"\x80") or len(head) < 2 or head[1] > 5:
        return False
    try:
        return any("GLOBAL" in op.name for op, _, _ in pickletools.genops(head))
    except Exception:  # noqa: BLE001 - whatever it says of what is no pickle
        return False


class Harm:
    """Leaves a mark where its pickle is loaded."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self.mark,)


@pytest.mark.parametrize("name", ["units", "middles"])
def test_an_index_that_holds_a_pickle_is_made_anew_and_runs_nothing(
    tmp_path: Path, name: str
) -> None:
    store.save(small(), tmp_path)
    analysis = store.load(tmp_path)
    encoder = WordEncoder()
    open_index(tmp_path, analysis, lambda: encoder, model=encoder.name)
    mark = tmp_path / "harmed"
    evil = np.array([Harm(mark)], dtype=object)
    np.save(tmp_path / FOLDER / f"{name}.npy", evil, allow_pickle=True)
    index, told = open_index(tmp_path, analysis, lambda: encoder, model=encoder.name)
    assert "indexed 3 of 3" in told
    assert index.ids == ("d1:1", "d2:1", "d3:1")
    assert not mark.exists()


# ---------------------------------------------------------------- tables


def test_csv_is_written_in_one_place_alone() -> None:
    writers = [
        name
        for name, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and (node.attr in ("DictWriter", "to_csv") or _is_csv_writer(node))
    ]
    # The other makes a table of ours from public figures.
    assert set(writers) == {"spreadsheet.py", "build_labour_market.py"}


def _is_csv_writer(node: ast.Attribute) -> bool:
    return node.attr == "writer" and getattr(node.value, "id", "") == "csv"


@pytest.mark.parametrize("sign", FORMULA)
def test_no_cell_of_a_pairing_or_a_suggestion_begins_a_formula(sign: str) -> None:
    evil = f"{sign}HYPERLINK(1)"
    pair = Pair(evil, evil, 0.5, (), (), 0.5, (evil,), None, pinned=False)
    matching = Matching((pair,), (Unmatched(evil, evil, evil),), "optimal", 0.5)
    named = {"skill": evil, "case_id": evil, "mentor_id": evil, "score": 0.5}
    suggestion = {k: [named] for k in ("skills", "transfers", "cases", "mentors")}
    suggestions = [{"mentee_id": evil, "missing": [evil], **suggestion}]
    for text in (
        matching_text(matching, suffix=".csv"),
        suggestions_text(suggestions, suffix=".csv"),
    ):
        cells = [c for row in csv.reader(io.StringIO(text, newline="")) for c in row]
        assert any("HYPERLINK" in c for c in cells)
        assert not [c for c in cells if c.startswith(FORMULA)]
