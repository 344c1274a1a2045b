"""The pictures of the report: rows of numbers to Altair charts, drawn as SVG.

What is sure is filled, what is only guessed is pale; every number that a picture shows is written
in it or stands in the table beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xcase.report.counts import STEPS, Flow, Result
from xcase.report.labels import place_labels
from xcase.report.svg import (
    BLUE,
    GREEN,
    GREEN_PALE,
    INK,
    LINE,
    MID,
    NONE,
    PALE,
    PAPER,
    QUIET,
    RED,
    RED_PALE,
    drawn,
    room,
)

ROW = 27
WIDTH = 460
CELL = 30
SLANT = 0.75
# The map of cases in pixels, and how much of a title stands beside a point.
MAP = (860, 560)
LABEL = 26
LOOKS = ("strong", "middle", "weak", "open")
_FILLS = {"strong": BLUE, "middle": MID, "weak": PALE, "open": NONE}
_INKS = {"strong": PAPER, "middle": INK, "weak": INK, "open": QUIET}


@dataclass(frozen=True, slots=True)
class Square:
    """A cell of a grid; ``look`` is one of ``LOOKS``."""

    row: str
    column: str
    text: str
    look: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A case on the map, ``x`` and ``y`` from 0 to 1."""

    x: float
    y: float
    number: int
    title: str
    href: str
    end: str


def flow(flows: Sequence[Flow], *, title: str, description: str) -> str:
    """Draw each skill as a line through lacked, developed and used: discs are stories."""
    import altair as alt

    dots: list[dict[str, str | int]] = []
    links: list[dict[str, str | int]] = []
    for item in flows:
        for x, count in enumerate(item.steps):
            if count.all:
                dots.append({"skill": item.skill, "x": x, "all": count.all, "sure": count.sure})
        for x, both in enumerate(item.links):
            if both:
                links.append({"skill": item.skill, "x": x, "to": x + 1, "both": both})
    most = max((count.all for f in flows for count in f.steps), default=1)
    names = [f.skill for f in flows]
    y = alt.Y("skill:N", sort=names, title=None, axis=alt.Axis(minExtent=room(names)))
    x = alt.X(
        "x:Q",
        scale=alt.Scale(domain=[-0.3, 2.5]),
        axis=alt.Axis(
            orient="top", values=[0, 1, 2], title=None, labelFontWeight="bold",
            labelExpr=f"{list(STEPS)!r}[datum.value]",
        ),
    )  # fmt: skip
    area = alt.Scale(domain=[0, most], range=[0, 560])
    base = alt.Chart(alt.Data(values=dots)).encode(x=x, y=y)
    layers = [
        alt.Chart(alt.Data(values=links))
        .mark_rule(color=MID)
        .encode(
            x=x,
            x2="to:Q",
            y=y,
            strokeWidth=alt.StrokeWidth(
                "both:Q", scale=alt.Scale(domain=[0, most], range=[0, 22]), legend=None
            ),
        ),
        base.mark_circle(color=PALE, opacity=1).encode(
            size=alt.Size("all:Q", scale=area, legend=None)
        ),
        base.mark_circle(color=BLUE, opacity=1).encode(
            size=alt.Size("sure:Q", scale=area, legend=None)
        ),
        base.mark_text(align="left", dx=13, dy=-9, color=INK).encode(text="all:Q"),
    ]
    chart = alt.layer(*layers).properties(width=WIDTH, height=ROW * max(1, len(names)))
    return drawn(chart, title=title, description=description, name="flow")


def grid(
    squares: Sequence[Square],
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    name: str,
    title: str,
    description: str,
) -> str:
    """Draw cells in rows and columns, each filled by its look and with its text in it."""
    import altair as alt

    values = [
        {
            "row": s.row, "column": s.column, "text": s.text,
            "fill": _FILLS[s.look], "ink": _INKS[s.look],
        }
        for s in squares
    ]  # fmt: skip
    x = alt.X(
        "column:N",
        sort=list(columns),
        scale=alt.Scale(domain=list(columns)),
        title=None,
        # Slanted labels reach as far up as to the right.
        axis=alt.Axis(
            orient="top", labelAngle=-45, labelAlign="left", minExtent=SLANT * room(columns)
        ),
    )
    y = alt.Y(
        "row:N",
        sort=list(rows),
        scale=alt.Scale(domain=list(rows)),
        title=None,
        axis=alt.Axis(minExtent=room(rows)),
    )
    base = alt.Chart(alt.Data(values=values)).encode(x=x, y=y)
    chart = (
        base.mark_rect(stroke=LINE, strokeWidth=1).encode(fill=alt.Fill("fill:N", scale=None))
        + base.mark_text().encode(text="text:N", color=alt.Color("ink:N", scale=None))
    ).properties(width=alt.Step(CELL), height=alt.Step(ROW))
    return drawn(
        chart, title=title, description=description, name=name, right=SLANT * room(columns[-3:])
    )


def ends(results: Sequence[Result], *, title: str, description: str) -> str:
    """Draw outcomes as bars: what went well to the right, what did not to the left."""
    import altair as alt

    sides = [
        (result.type, count, sign, ink, pale)
        for result in results
        for count, sign, ink, pale in (
            (result.good, 1, GREEN, GREEN_PALE),
            (result.bad, -1, RED, RED_PALE),
        )
        if count.all
    ]
    bars = [
        {"type": kind, "a": sign * low, "b": sign * high, "fill": fill, "ink": ink}
        for kind, count, sign, ink, pale in sides
        for low, high, fill in ((0, count.sure, ink), (count.sure, count.all, pale))
        if high > low
    ]
    most = max((r.good.all for r in results), default=0) or 1
    left = max((r.bad.all for r in results), default=0)
    step = max(1, -(-max(most, left) // 6))
    names = [r.type for r in results]
    x = alt.X(
        "a:Q",
        title="stories",
        scale=alt.Scale(domain=[-1.15 * left - 0.5, 1.15 * most + 0.5], nice=False),
        axis=alt.Axis(
            grid=True,
            values=list(range(-(left // step) * step, most + 1, step)),
            labelExpr="abs(datum.value)",
        ),
    )
    y = alt.Y("type:N", sort=names, title=None, axis=alt.Axis(minExtent=room(names)))
    layers = [
        alt.Chart(alt.Data(values=bars))
        .mark_bar(height=15, strokeWidth=1)
        .encode(
            x=x,
            x2="b:Q",
            y=y,
            fill=alt.Fill("fill:N", scale=None),
            stroke=alt.Stroke("ink:N", scale=None),
        )
    ]
    for sign, align in ((1, "left"), (-1, "right")):
        told = [
            {"type": kind, "a": way * count.all, "text": str(count.all)}
            for kind, count, way, _, _ in sides
            if way == sign
        ]
        layers.append(
            alt.Chart(alt.Data(values=told))
            .mark_text(align=align, dx=5 * sign)
            .encode(x=x, y=y, text="text:N")
        )
    chart = alt.layer(*layers).properties(width=WIDTH, height=ROW * max(1, len(names)))
    return drawn(chart, title=title, description=description, name="ends")


def case_map(dots: Sequence[Dot], *, title: str, description: str) -> str:
    """Draw cases as points with their numbers and, where there is room, their titles."""
    import altair as alt

    width, height = MAP
    points = [
        {"x": d.x * width, "y": d.y * height, **dict(zip(_SIGNS, _DOTS[d.end], strict=True))}
        for d in dots
    ]
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, width], nice=False), axis=None)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[height, 0], nice=False), axis=None)
    layers = [
        alt.Chart(alt.Data(values=points))
        .mark_point(size=62, opacity=1, strokeWidth=1.5)
        .encode(
            x=x,
            y=y,
            fill=alt.Fill("fill:N", scale=None),
            stroke=alt.Stroke("ink:N", scale=None),
            shape=alt.Shape("shape:N", scale=None),
        )
    ]
    places = [(d.x * width, d.y * height) for d in dots]
    labels = place_labels(places, [_names(d) for d in dots], width=width)
    for align in ("left", "right"):
        told = [
            {"x": label.x, "y": label.y, "text": label.text, "href": dots[i].href}
            for i, label in labels.items()
            if label.align == align
        ]
        layers.append(
            alt.Chart(alt.Data(values=told))
            .mark_text(align=align, baseline="middle", fontSize=11, color=INK)
            .encode(x=x, y=y, text="text:N", href="href:N")
        )
    chart = alt.layer(*layers).properties(width=width, height=height)
    return drawn(chart, title=title, description=description, name="map", linked=True)


_SIGNS = ("fill", "ink", "shape")
_DOTS = {
    "well": (GREEN, GREEN, "circle"),
    "badly or mixed": (RED, RED, "diamond"),
    "not told": (NONE, QUIET, "square"),
}


def _names(dot: Dot) -> tuple[str, str]:
    title = dot.title if len(dot.title) <= LABEL else dot.title[: LABEL - 1].rstrip(" ,.;:(") + "…"
    return str(dot.number), f"{dot.number} {title}"
