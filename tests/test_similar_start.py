"""What answers a question loads, and that the fast form of the model says the same as the slow."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from test_similar import three
from test_transfer import CARRIED, FakeEncoder, corpus, story

from xcase import store
from xcase.similar import MiniLM, model_name, open_index
from xcase.similar.portable import file_of, open_file
from xcase.transfer import prepare
from xcase.transfer.vectors import SentenceModel

TEXTS = [
    "I am a ward nurse and I freeze when I have to delegate.",
    "Prices",
    "She sold four of the eleven goats at Ahero in one morning — including the doe. " * 40,
    "…",
]
HEAVY = ("torch", "spacy", "transformers", "sentence_transformers")
ASKED = "I am a nurse on a ward and I cannot delegate a task to my team because they laugh"

needs_export = pytest.mark.skipif(
    not file_of(model_name()).is_file(), reason="no ONNX form yet; run scripts/export_onnx.py"
)


def loaded_by(*arguments: str) -> tuple[str, list[str]]:
    """Run xcase in a process of its own; return what it printed and the heavy modules it loaded."""
    code = (
        "import sys\nfrom xcase.cli import app\n"
        "try:\n    app(sys.argv[1:])\n"
        "finally:\n"
        f"    print(sorted({set(HEAVY)!r} & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout, json.loads(done.stderr.splitlines()[-1].replace("'", '"'))


def keep_transfer_vectors(folder: Path) -> None:
    """Save an analysis with the vectors that ``transfer`` would have made, without the model."""

    class Named(FakeEncoder):
        name = SentenceModel().name

    analysis = corpus(story(CARRIED))
    store.save(analysis, folder)
    prepare(analysis, folder, encoder=Named())


@needs_export
def test_the_portable_vectors_are_those_of_sentence_transformers() -> None:
    from xcase.annotate.annotator import load_base

    ours = MiniLM.load().encode(TEXTS)
    theirs = load_base().encode(TEXTS[:2], normalize_embeddings=True, show_progress_bar=False)
    assert np.abs(np.stack([v.whole for v in ours[:2]]) - theirs).max() < 1e-5
    for one, other in zip(ours, MiniLM.reference().encode(TEXTS), strict=True):
        assert np.array_equal(one.spans, other.spans)
        assert np.abs(one.tokens - other.tokens).max(initial=0) < 1e-4


def test_a_damaged_portable_file_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    assert open_file(path) is None
    path.write_bytes(b"not a model")
    assert open_file(path) is None


def test_where_the_portable_file_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XCASE_CACHE", str(tmp_path))
    assert file_of("model:abc").parent == tmp_path
    assert ":" not in file_of("model:abc").name


@needs_export
def test_a_question_loads_neither_torch_nor_spacy(tmp_path: Path) -> None:
    store.save(three(), tmp_path)
    open_index(tmp_path, three(), MiniLM.load, model=model_name())
    printed, heavy = loaded_by("similar", ASKED, "--json", "--dir", str(tmp_path))
    assert json.loads(printed)[0]["case_id"] == "d1:1"
    assert heavy == []


def test_transfers_on_kept_vectors_load_neither(tmp_path: Path) -> None:
    keep_transfer_vectors(tmp_path)
    printed, heavy = loaded_by("transfer", "--json", "--dir", str(tmp_path))
    assert json.loads(printed)
    assert heavy == []


@needs_export
def test_matching_lists_on_an_analysis_loads_neither(tmp_path: Path) -> None:
    keep_transfer_vectors(tmp_path)
    for side, column in (("mentees", "skills_want"), ("mentors", "skills_have")):
        roster = f"id,{column}\n{side},delegation\n"
        (tmp_path / f"{side}.csv").write_text(roster, encoding="utf-8")
    rosters = [str(tmp_path / f"{side}.csv") for side in ("mentees", "mentors")]
    printed, heavy = loaded_by("match", *rosters, "--json", "--dir", str(tmp_path))
    assert len(json.loads(printed)["pairs"]) == 1
    assert heavy == []
