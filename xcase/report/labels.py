"""Labels beside points, none over another: numbers where they fit, titles where room is left.

Greedy and in the order of the points, so that the same points always get the same labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

# A letter in a wide font at 11 pixels, a line, and half of a point with its margin.
LETTER, LINE, POINT = 6.6, 13.0, 6.0
GAP = 9.0
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
    dots = [_Box(x - POINT, y - POINT, x + POINT, y + POINT) for x, y in points]
    boxes: dict[int, _Box] = {}
    found: dict[int, Label] = {}
    for i, (x, y) in enumerate(points):
        for side, shift in PLACES:
            align = "left" if side > 0 else "right"
            label = Label(texts[i][0], align, x + GAP * side, y + shift)
            if _fits(label, i, dots, boxes, width):
                found[i], boxes[i] = label, _box(label)
                break
    for i, label in list(found.items()):
        longer = label._replace(text=texts[i][1])
        if _fits(longer, i, dots, boxes, width):
            found[i], boxes[i] = longer, _box(longer)
    return found


def _fits(
    label: Label, i: int, dots: Sequence[_Box], boxes: Mapping[int, _Box], width: float
) -> bool:
    box = _box(label)
    others = [dot for j, dot in enumerate(dots) if j != i]
    others += [other for j, other in boxes.items() if j != i]
    return box.left >= 0 and box.right <= width and not any(_cross(box, b) for b in others)


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
