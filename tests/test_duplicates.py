"""A story told again is found when a folder is analysed, and counted once everywhere."""

from __future__ import annotations

import json
from pathlib import Path

from test_pipeline import AMINA, BO, corpus, run
from typer.testing import CliRunner

from xcase import store
from xcase.cli import app
from xcase.duplicates import first_of_each, first_tellings, repeats
from xcase.repair import repair
from xcase.similar.health import examine
from xcase.transfer.cases import count_cases

STORY = (
    "Amina was a nurse on a busy ward in the north. She kept every task to herself and went home "
    "late. Ruth met her each Tuesday and had her hand over one thing a day. She now leads the ward."
)


def test_words_decide_not_case_or_punctuation() -> None:
    assert first_of_each([STORY, STORY.upper().replace(".", " -"), BO]) == [0, 0, 2]


def test_half_of_a_story_is_the_story() -> None:
    shortened = STORY[: len(STORY) * 2 // 3]
    longer = f"From our spring newsletter. {STORY} Thank you, Ruth, from all of us."
    assert first_of_each([STORY, shortened, longer]) == [0, 0, 0]


def test_a_copy_of_a_copy_tells_the_first_story() -> None:
    shortened = STORY[: len(STORY) * 2 // 3]
    assert first_of_each([STORY, shortened, shortened.upper(), BO, shortened]) == [0, 0, 0, 3, 0]


def test_short_texts_must_be_the_same() -> None:
    assert first_of_each(["She asked for help.", "She asked for help!", "She asked no one."]) == [
        0,
        0,
        2,
    ]


def test_the_same_scheme_is_not_the_same_story() -> None:
    frame = "The scheme of the county pairs a newcomer with a mentor for a year of weekly talks. "
    one = frame + "Jo could not read a balance sheet and hid the letters of the bank in a drawer."
    other = frame + "Lee shouted at the drivers until the mentor made him listen for a whole day."
    assert first_of_each([one, other]) == [0, 1]


def test_an_analysis_tells_which_cases_are_told_again(tmp_path: Path) -> None:
    out = tmp_path / "out"
    again = AMINA.replace("# The loading bay", "# From the archive")
    run(corpus(tmp_path / "in", a_md=AMINA, b_txt=BO, c_md=again), out=out)
    loaded = store.load(out)
    assert loaded.run["duplicates"] == {"c.md:1": "a.md:1"}
    assert [c.id for c in loaded.cases] == ["a.md:1", "b.txt:1", "c.md:1"]
    assert [c.id for c in first_tellings(loaded)] == ["a.md:1", "b.txt:1"]
    assert (examine(loaded).stories, int(count_cases(loaded).moves.sum())) == (2, 2)
    shown = CliRunner().invoke(
        app, ["analyze", str(tmp_path / "in"), "--out", str(out)], env={"COLUMNS": "200"}
    )
    assert "1 of them told before and counted once" in shown.stdout


def test_an_analysis_without_the_note_is_compared_when_read(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(corpus(tmp_path / "in", a_md=AMINA, c_md=AMINA), out=out)
    run_json = json.loads((out / "run.json").read_text(encoding="utf-8"))
    del run_json["duplicates"], run_json["sha256"]
    (out / "run.json").write_text(json.dumps(run_json), encoding="utf-8")
    assert repeats(store.load(out)) == {"c.md:1": "a.md:1"}


def test_a_copy_whose_first_telling_was_lost_is_the_first(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(corpus(tmp_path / "in", a_md=AMINA, b_txt=BO, c_md=AMINA, d_md=AMINA), out=out)
    path = out / "documents.jsonl"
    path.write_bytes(path.read_bytes().replace(b"warehouse", b"warehousf", 1))
    assert repair(out).lost == ("a.md",)
    loaded = store.load(out)
    assert loaded.run["duplicates"] == {"d.md:1": "c.md:1"}
    assert [c.id for c in first_tellings(loaded)] == ["b.txt:1", "c.md:1"]
