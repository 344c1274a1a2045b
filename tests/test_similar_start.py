"""What answers a question loads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from test_similar import three
from test_transfer import CARRIED, FakeEncoder, corpus, story

from xcase import store
from xcase.embed import MiniLM, SentenceModel, model_name
from xcase.embed.portable import file_of
from xcase.similar import open_index
from xcase.transfer import prepare

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
