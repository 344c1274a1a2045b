"""Skills of a user's own table: what of it is read, and that every command knows them then."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from xcase.cli_taxonomy import import_skills
from xcase.errors import TaxonomyError
from xcase.taxonomy import imported, load_base_skills, parse_skills

ESCO = "http://data.europa.eu/esco/skill/001115fb-569f-4ee6-8381-c6807ef2527f"
TABLES = {
    "ours.csv": "name,family,definition,aliases\n"
    "beekeeping,,Keeping bees.,bee keeping; tends bees\n",
    "esco.csv": "conceptUri,preferredLabel,altLabels,description\n"
    f'{ESCO},Beekeeping,"bee keeping\ntends bees",Keeping bees.\n',
    "rows.jsonl": '{"skill": "Beekeeping", "synonyms": ["bee keeping", "tends bees"], '
    '"description": "Keeping bees."}\n',
}


def xcase(*arguments: str, folder: Path, table: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "xcase", *arguments],
        cwd=folder,
        env={**os.environ, "HF_HUB_OFFLINE": "1", imported.VARIABLE: table},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", TABLES)
def test_a_table_becomes_a_file_that_every_command_reads(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(TABLES[name])
    done = xcase("taxonomy", "--import", name, "--out", "own.toml", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, "wrote 1 skills to own.toml\n"), done.stderr
    (skill,) = parse_skills(tmp_path / "own.toml", load_base_skills())
    assert (skill.name, skill.aliases) == ("beekeeping", ("bee keeping", "tends bees"))
    assert (skill.definition, skill.family) == ("Keeping bees.", "Imported")
    assert skill.esco == (ESCO if name == "esco.csv" else "")
    shown = xcase("taxonomy", "tends bees", "--json", folder=tmp_path, table="own.toml")
    assert [s["name"] for s in json.loads(shown.stdout)] == ["beekeeping"]
    assert xcase("taxonomy", "tends bees", folder=tmp_path).returncode == 2


def test_what_is_known_or_no_skill_is_left_out_with_a_reason() -> None:
    rows = [
        (2, {"name": "Delegation"}),
        (3, {"name": "mentoring"}),
        (4, {"name": "ab"}),
        (5, {"name": "welding", "aliases": "delegating|xy|fuses metal", "family": "Crafts"}),
        (6, {"name": "fuses metal"}),
    ]
    skills, remarks = imported.skills_of(rows, load_base_skills())
    assert [(s.name, s.aliases, s.family) for s in skills] == [
        ("welding", ("fuses metal",), "Imported")
    ]
    assert [remark.split(":")[0] for remark in remarks] == [
        "row 2", "row 3", "row 4", "row 5", "row 5", "row 5", "row 6",
    ]  # fmt: skip
    assert "already there" in remarks[0]


def test_a_table_without_names_or_without_end_is_refused() -> None:
    with pytest.raises(TaxonomyError, match="no column for the name"):
        imported.skills_of([(2, {"colour": "red"})], ())
    many = ((n, {"name": f"craft number {n}"}) for n in range(imported.MOST + 1))
    with pytest.raises(TaxonomyError, match="more than"):
        imported.skills_of(many, ())


def test_odd_characters_come_back(tmp_path: Path) -> None:
    rows = [
        (2, {"name": "glass-blowing", "definition": 'Say "ah" \\ \x7f é 🎉', "aliases": "bläst"})
    ]
    skills, _ = imported.skills_of(rows, ())
    (tmp_path / "own.toml").write_text(imported.as_toml(skills), encoding="utf-8")
    assert list(parse_skills(tmp_path / "own.toml")) == skills


def test_nothing_new_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("name\ndelegation\n")
    done = xcase("taxonomy", "--import", "t.csv", folder=tmp_path)
    assert done.returncode == 2
    assert "nothing was written" in done.stderr
    assert not (tmp_path / "xcase-skills.toml").exists()


@pytest.mark.parametrize("out", ["nowhere/own.toml", "."])
def test_a_place_that_cannot_be_written_to_is_said(out: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("name\nbeekeeping\n")
    done = xcase("taxonomy", "--import", "t.csv", "--out", out, folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(f"xcase: cannot write {out}: ")


def test_a_file_that_no_command_could_read_replaces_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "t.csv").write_text("name\nbeekeeping\n")
    out = tmp_path / "own.toml"
    out.write_text("earlier")
    monkeypatch.setattr(imported, "as_toml", lambda _: "[[skill]]\n")
    with pytest.raises(TaxonomyError, match=r"own\.toml has"):
        import_skills(tmp_path / "t.csv", out, as_json=False)
    assert out.read_text() == "earlier"


def test_a_table_that_is_gone_is_said(tmp_path: Path) -> None:
    done = xcase("taxonomy", folder=tmp_path, table="gone.toml")
    assert done.returncode == 2
    assert "gone.toml" in done.stderr


TRANSFER = """
from fakes import *
from test_transfer import CARRIED, HEALTH, FARM, base_of, one, story
from xcase.taxonomy import load_skills, taxonomy_version
assert load_skills()[-1].name == "beekeeping" and taxonomy_version().startswith("1+")
answer = one(base_of(story(CARRIED, source=HEALTH, target=FARM)), "beekeeping", source=HEALTH,
             target=FARM)
print(answer.verdict, answer.signals["labour_market"]["kind"])
"""


def test_nothing_is_known_of_an_added_skill_in_the_labour_market(tmp_path: Path) -> None:
    skills, _ = imported.skills_of([(2, {"name": "beekeeping"})], load_base_skills())
    (tmp_path / "own.toml").write_text(imported.as_toml(skills), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", TRANSFER],
        cwd=Path(__file__).parent,
        env={**os.environ, imported.VARIABLE: str(tmp_path / "own.toml")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "insufficient not measured", done.stderr
