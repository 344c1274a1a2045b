"""The public lists of the packages, and the tree of errors that users may catch."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

import pytest

from xcase import errors, read, taxonomy, transfer


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
    drawing = (errors.__doc__ or "").splitlines()
    for error in _tree(errors.XcaseError):
        assert any(f" {error.__name__} " in line for line in drawing)
    assert errors.XcaseError.exit_status == 1
    assert errors.UsageError.exit_status == 2
    assert errors.AnalysisError.exit_status == 4


def test_a_read_error_keeps_its_code() -> None:
    assert errors.ReadError("E_EMPTY", "the file is empty").code == "E_EMPTY"
    assert all(code in (read.__doc__ or "") for code in ("E_EMPTY", "E_DUPLICATE_ID"))


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
