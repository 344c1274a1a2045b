"""Settings come from a file whole and sound, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from xcase.errors import UsageError
from xcase.settings import Settings, load_settings


def put(folder: Path, content: str | bytes) -> Path:
    path = folder / "settings.toml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_no_file_means_the_defaults() -> None:
    assert load_settings(None) == Settings()


def test_a_file_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    path = put(tmp_path, "skill = 0.9\ncase = 0\nindustry_words = 2.5\nfast = true\n")
    changed = {"skill": 0.9, "case": 0, "industry_words": 2.5, "fast": True}
    assert load_settings(path).as_dict() == Settings().as_dict() | changed


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("skil = 0.9", "skil"),
        ("skill = 1.5", "1.5"),
        ("skill = -0.1", "-0.1"),
        ("skill = true", "True"),
        ("fast = 1", "true or false"),
        ('skill = "high"', "high"),
        ("skill = nan", "nan"),
        ("skill = [0.5]", "skill"),
        ("industry_words = 11", "11"),
        ("[skill]\nx = 1", "skill"),
        ("skill 0.9", "settings.toml"),
        (b"# \xff\xfe", "settings.toml"),
    ],
)
def test_a_faulty_file_is_refused(tmp_path: Path, content: str | bytes, named: str) -> None:
    with pytest.raises(UsageError, match=named.replace("[", r"\[")):
        load_settings(put(tmp_path, content))


def test_every_fault_is_named_at_once_with_the_right_names(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load_settings(put(tmp_path, "skil = 0.9\noutcome = 2"))
    assert "skil" in str(caught.value)
    assert "outcome must be" in str(caught.value)
    assert "case_start" in str(caught.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere"):
        load_settings(tmp_path / "nowhere.toml")
