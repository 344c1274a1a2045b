"""Labels beside points, none over another: numbers where they fit, titles where room is left.

Greedy and in the order of the points, so that the same points always get the same labels.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

# A letter in a wide font at 11 pixels, a line, and half of a point with its margin.
LETTER, LINE, POINT = 6.6, 13.0, 6.0
GAP = 9.0
# Pixels of the cells by which near boxes are found; any size gives the same labels.
CELL = (50.0, LINE)
# Where a label may stand: to the right or left of its point, level with it, above or below.
PLACES = ((1, 0.0), (-1, 0.0), (1, -9.0), (1, 9.0), (-1, -9.0), (-1, 9.0))


class Label(NamedTuple):
    """Text that begins (``left``) or ends (``right``) at a place, centred on ``y``."""

    text: str
    align: str
    x: float
    y: float


class _Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float


def place_labels(
    points: Sequence[tuple[float, float]],
    texts: Sequence[tuple[str, str]],
    *,
    width: float,
) -> dict[int, Label]:
    """Return a label for each point (by position) that has room for one.

    Args:
        points: where the points are, in pixels.
        texts: for each, a short label and a long one that takes its place where there is room.
        width: labels stay between 0 and here.
    """
    taken = _Taken()
    for i, (x, y) in enumerate(points):
        taken.add(i, _Box(x - POINT, y - POINT, x + POINT, y + POINT))
    found: dict[int, Label] = {}
    for i, (x, y) in enumerate(points):
        for side, shift in PLACES:
            align = "left" if side > 0 else "right"
            label = Label(texts[i][0], align, x + GAP * side, y + shift)
            if _fits(label, i, taken, width):
                found[i] = label
                taken.add(i, _box(label))
                break
    for i, label in list(found.items()):
        longer = label._replace(text=texts[i][1])
        if _fits(longer, i, taken, width):
            found[i] = longer
            taken.add(i, _box(longer))
    return found


class _Taken:
    """Boxes by the cells of the plane that they touch: a label is held against near ones only."""

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], list[tuple[int, _Box]]] = defaultdict(list)

    def add(self, i: int, box: _Box) -> None:
        """Take room for point ``i``; its longer label lies over its shorter one."""
        for cell in _cells(box):
            self._cells[cell].append((i, box))

    def by_others(self, i: int, box: _Box) -> bool:
        """Whether a box of another point than ``i`` is there."""
        near = (held for cell in _cells(box) for held in self._cells.get(cell, ()))
        return any(j != i and _cross(box, other) for j, other in near)


def _cells(box: _Box) -> Iterator[tuple[int, int]]:
    columns = range(int(box.left // CELL[0]), int(box.right // CELL[0]) + 1)
    rows = range(int(box.top // CELL[1]), int(box.bottom // CELL[1]) + 1)
    return product(columns, rows)


def _fits(label: Label, i: int, taken: _Taken, width: float) -> bool:
    box = _box(label)
    return box.left >= 0 and box.right <= width and not taken.by_others(i, box)


def _box(label: Label) -> _Box:
    size = LETTER * len(label.text)
    left = label.x if label.align == "left" else label.x - size
    return _Box(left, label.y - LINE / 2, left + size, label.y + LINE / 2)


def _cross(one: _Box, other: _Box) -> bool:
    return (
        one.left < other.right
        and other.left < one.right
        and one.top < other.bottom
        and other.top < one.bottom
    )
