"""The public lists of the packages, and the tree of errors that users may catch."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from xcase import errors, read, taxonomy, transfer
from xcase.export import codebook


@pytest.mark.parametrize("package", [read, taxonomy, transfer])
def test_a_public_list_is_sorted_and_true(package: ModuleType) -> None:
    listed = package.__all__
    assert all(hasattr(package, name) for name in listed)
    assert len(listed) == len(set(listed))
    # Ruff's order: constants, then classes, then functions.
    assert listed == sorted(listed, key=lambda n: (not n.isupper(), not n[0].isupper(), n))


def _tree(error: type[errors.XcaseError]) -> Iterator[type[errors.XcaseError]]:
    yield error
    for child in error.__subclasses__():
        yield from _tree(child)


def test_every_error_is_drawn_with_its_exit_status() -> None:
    # Without a number it ends as the error above it does; with a dash it ends no command.
    line = re.compile(r"^ +[│├└─ ]*(\w+Error) +(?:(?:exit status )?(\d+\b|–))?", re.MULTILINE)
    drawn = dict(line.findall(errors.__doc__ or ""))
    tree = list(_tree(errors.XcaseError))
    assert drawn.keys() == {error.__name__ for error in tree}
    for error in tree:
        number = drawn[error.__name__]
        if number.isdigit():
            assert error.exit_status == int(number), error
        else:
            assert "exit_status" not in vars(error), error


def test_every_code_that_is_given_has_a_meaning_and_every_meaning_a_code() -> None:
    root = Path(errors.__file__).parent
    given = {
        node.value
        for path in root.rglob("*.py")
        if path != Path(errors.__file__)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and re.fullmatch(r"E_[A-Z_]+", str(node.value))
    }
    assert given == errors.CODES.keys()


def test_the_codes_are_told_in_the_documentation_and_in_the_codebook() -> None:
    page = Path(__file__).parent.parent / "docs" / "exports.md"
    table = page.read_text(encoding="utf-8").partition("## Codes of errors\n")[2]
    assert re.findall(r"^\| `(\w+)` \| (.+) \|$", table, re.MULTILINE) == [*errors.CODES.items()]
    codes = codebook.as_markdown().partition("## Codes of errors\n")[2]
    assert all(f"| {name} | {meaning} |" in codes for name, meaning in errors.CODES.items())


def test_a_read_error_keeps_its_code() -> None:
    assert errors.ReadError("E_EMPTY", "the file is empty").code == "E_EMPTY"


def test_of_many_names_only_the_likely_ones_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [f"stories/{n:05d}-told.txt:1" for n in range(10_000)]
    compared: list[int] = []
    close = difflib.get_close_matches

    def watched(word: str, known: Sequence[str], **options: Any) -> list[str]:
        compared.append(len(known))
        return close(word, known, **options)

    monkeypatch.setattr(difflib, "get_close_matches", watched)
    for wrong in ("stories/04444-told.txt", "tories/04444-told.txt:1", "Stories/04444-tod.txt:1"):
        assert "; nearest: stories/04444-told.txt:1" in errors.nearest(wrong, ids)
    assert max(compared) <= errors.MOST_COMPARED
    assert errors.nearest("b", "abcde") == "; nearest: b"
