"""No cell of a table becomes a formula, and what was quoted for that is read back as it was."""

from __future__ import annotations

import csv
import io

import pytest

from xcase.spreadsheet import FORMULA, defused, freed, table_text


@pytest.mark.parametrize("sign", FORMULA)
def test_a_cell_that_begins_like_a_formula_is_quoted_and_freed(sign: str) -> None:
    assert defused(f"{sign}1+1") == f"'{sign}1+1"
    assert freed(f"'{sign}1+1") == f"{sign}1+1"


def test_other_cells_stay_as_they_are() -> None:
    told = {-2: "-2", -0.5: "-0.5", "a=1": "a=1", "'tis": "'tis", None: "", ("a", "b"): "a; b"}
    assert {value: defused(value) for value in told} == told
    assert defused(["=a", "b"]) == "'=a; b"


def test_a_header_is_a_cell_too() -> None:
    text = table_text([{"=cmd": "@x", "b": 'say "a", b'}], ["=cmd", "b"])
    assert list(csv.reader(io.StringIO(text))) == [["'=cmd", "b"], ["'@x", 'say "a", b']]


def test_no_line_end_inside_a_cell_begins_a_row() -> None:
    cells = ["a\rb", "a\nb", "a\r\nb", "\r"]
    text = table_text([{str(n): c for n, c in enumerate(cells)}], ["0", "1", "2", "3"])
    assert list(csv.reader(io.StringIO(text, newline="")))[1] == [*cells[:3], "'\r"]
    assert text.endswith('"\n')
