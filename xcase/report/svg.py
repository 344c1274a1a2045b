"""Altair charts to still pictures that live inside a page.

Vega draws into SVG here, without a browser and without the network; text in it is escaped. What
comes out is cleaned: the page tells what a picture shows in its own words, so Vega's roles go; its
links were made absolute against Vega's site, so they are made local again. The style sheet turns
the few colours below into those of a light, dark or printed page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from xml.etree import ElementTree

from xcase.read.decode import in_xml

INK, QUIET, LINE, PAPER = "#1b2530", "#57636f", "#d5dbe1", "#ffffff"
BLUE, MID, PALE = "#1f5f99", "#6fa5d3", "#b9d3ea"
GREEN, GREEN_PALE, RED, RED_PALE = "#22683f", "#dcefe2", "#a3332b", "#f8e0dd"
NONE = "transparent"
FONT = "system-ui, sans-serif"
VEGA_LITE = "6.1"

_SVG = "http://www.w3.org/2000/svg"
_LINK = "{http://www.w3.org/1999/xlink}href"
_VEGA_SITE = "https://vega.github.io/vega-datasets/"
_UNUSED = re.compile(r"role|aria-.*|pointer-events|class|version|font-family")
# More decimals than a screen can show.
_LONG = re.compile(r"-?\d{1,12}\.\d{2,}")
# A letter of a label at 12 pixels; Vega measures in fonts that the reader's page may not have.
LETTER = 7.2


def room(labels: Iterable[str]) -> float:
    """Return the pixels that the longest of these labels takes up."""
    return LETTER * max(map(len, labels), default=0)


def drawn(
    chart: Any,
    *,
    title: str,
    description: str,
    name: str,
    linked: bool = False,
    right: float = 4,
) -> str:
    """Return a chart as SVG markup.

    Args:
        chart: an Altair chart; only this module decides on its looks beyond the marks.
        title: what a screen reader calls the picture.
        description: what it shows, in words.
        name: begins the ids in the picture; unique on its page.
        linked: whether the picture holds links, which a reader must be able to reach.
        right: pixels to keep free there.
    """
    import vl_convert

    spec = _drawable(chart.to_dict()) | {
        "config": _CONFIG,
        "background": "transparent",
        "padding": {"left": 4, "top": 4, "bottom": 4, "right": right},
    }
    root = ElementTree.fromstring(vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE))
    for parent in root.iter():
        for child in list(parent):
            if child.get("display") == "none" or not _draws(child):
                parent.remove(child)
    for element in root.iter():
        for key in [k for k in element.attrib if _UNUSED.fullmatch(k)]:
            del element.attrib[key]
        href = element.attrib.pop(_LINK, None)
        if href is not None:
            element.set("href", href.removeprefix(_VEGA_SITE))
        if element.get("opacity") == "1":
            del element.attrib["opacity"]
        for key in {"d", "transform", "x2", "y2"} & element.attrib.keys():
            element.set(key, _LONG.sub(lambda m: f"{float(m[0]):.1f}", element.attrib[key]))
    root.attrib |= {
        "class": "chart",
        "role": "group" if linked else "img",
        "aria-labelledby": f"{name}-title",
        "aria-describedby": f"{name}-desc",
    }
    for position, (tag, text) in enumerate((("title", title), ("desc", description))):
        told = ElementTree.Element(f"{{{_SVG}}}{tag}", {"id": f"{name}-{tag}"})
        told.text = text
        root.insert(position, told)
    ElementTree.register_namespace("", _SVG)
    return ElementTree.tostring(root, encoding="unicode")


def _drawable(spec: Any) -> Any:
    """Return a specification whose texts a picture can hold; Vega ends the process at others."""
    if isinstance(spec, str):
        return in_xml(spec)
    if isinstance(spec, list):
        return [_drawable(part) for part in spec]
    if isinstance(spec, dict):
        return {key: _drawable(part) for key, part in spec.items()}
    return spec


def _draws(element: ElementTree.Element) -> bool:
    """Whether an element leads to anything that can be seen (Vega writes many empty frames)."""
    tag = element.tag.removeprefix(f"{{{_SVG}}}")
    if tag in ("text", "line"):
        return True
    if tag == "path":
        inked = {element.get("fill", NONE), element.get("stroke", NONE)} - {NONE, "none"}
        return bool(inked) and bool(element.get("d"))
    return any(_draws(child) for child in element)


_CONFIG: dict[str, Any] = {
    "font": FONT,
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK,
        "labelFontSize": 12,
        "labelLimit": 0,
        "titleColor": QUIET,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "domain": False,
        "ticks": False,
        "grid": False,
        "gridColor": LINE,
        "labelPadding": 6,
    },
    "text": {"fontSize": 12, "color": INK},
}
