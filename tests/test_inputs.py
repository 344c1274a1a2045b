"""Files that somebody names outright: endless, deep or odd ones are refused in words."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from xcase import corrections, given, inputs
from xcase.cli import app
from xcase.errors import AnalysisError, UsageError
from xcase.match.rules import load_rules
from xcase.privacy.forget import forget
from xcase.serve.config import read_token
from xcase.settings import load_settings
from xcase.similar import load_profile
from xcase.similar.feedback import FILE, load

READERS: tuple[Callable[[Path], Any], ...] = (
    load_settings, load_rules, corrections.read, read_token, inputs.content, given.profile,
    lambda path: given.people(path, "people"),
    lambda path: load_profile(None, path, str, print),
)  # fmt: skip
READER_NAMES = [
    "settings", "rules", "corrections", "token", "content", "profile", "people", "similar",
]  # fmt: skip


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no such device here")
@pytest.mark.parametrize("read", READERS, ids=READER_NAMES)
def test_a_file_without_end_is_refused(
    monkeypatch: pytest.MonkeyPatch, read: Callable[[Path], Any]
) -> None:
    monkeypatch.setattr(inputs, "MAX_BYTES", 1_000_000)
    with pytest.raises(UsageError, match="1,000,000 bytes, which is the limit"):
        read(Path("/dev/zero"))


@pytest.mark.parametrize("read", READERS, ids=READER_NAMES)
def test_a_folder_and_a_missing_file_are_told(tmp_path: Path, read: Callable[[Path], Any]) -> None:
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(UsageError, match="cannot read"):
            read(path)


@pytest.mark.parametrize(
    "command",
    [
        ["similar", "-"], ["similar", "--profile", "-"], ["transfer", "--profile", "-"],
        ["match", "-", "b.csv"], ["suggest", "-"], ["evaluate", "-"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_standard_input_without_end_is_refused(
    monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setattr(inputs, "MAX_BYTES", 1000)
    done = CliRunner().invoke(app, command, input=b"x" * 5000)
    assert isinstance(done.exception, UsageError), done.output
    assert "standard input has more than" in str(done.exception)


@pytest.mark.parametrize("read", READERS[:3], ids=READER_NAMES[:3])
def test_what_is_nested_too_deeply_is_refused(tmp_path: Path, read: Callable[[Path], Any]) -> None:
    path = tmp_path / "a"
    deep = "[" * 100_000
    path.write_text(deep if read is corrections.read else f"a = {deep}", encoding="utf-8")
    with pytest.raises(UsageError):
        read(path)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e400", "1.5", "-0.1", '"1"'])
def test_feedback_with_values_that_no_reason_has_is_refused(tmp_path: Path, value: str) -> None:
    line = {"kind": "similar", "target": "a", "helped": True, "note": "", "values": {"gap": 0.5}}
    told = json.dumps(line)
    (tmp_path / FILE).write_text(told + "\n", encoding="utf-8")
    assert len(load(tmp_path)) == 1
    (tmp_path / FILE).write_text(told.replace("0.5", value) + "\n", encoding="utf-8")
    with pytest.raises(AnalysisError, match="line 1 is no feedback"):
        load(tmp_path)


def test_feedback_that_is_deep_or_no_text_is_told_by_forget_too(tmp_path: Path) -> None:
    from test_similar import three

    from xcase import store

    store.save(three(), tmp_path)
    for content in (b"[" * 100_000 + b"\n", b'{"a": "\xff"}\n'):
        (tmp_path / FILE).write_bytes(content)
        with pytest.raises(AnalysisError):
            load(tmp_path)
        with pytest.raises(AnalysisError, match="line 1 is damaged"):
            forget(tmp_path, "Ada Quist", key_path=None, really=True)


def test_a_profile_is_read_in_any_encoding_on_standard_input_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = json.dumps({"text": "I cannot delegate, says Zoë."}, ensure_ascii=False)
    piped = io.TextIOWrapper(io.BytesIO(told.encode("utf-16")))
    monkeypatch.setattr(sys, "stdin", piped)
    profile = load_profile(None, inputs.STDIN, inputs.given, lambda _: None)
    assert profile.text == "I cannot delegate, says Zoë."
