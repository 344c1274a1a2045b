"""Gold narratives as the training and measuring scripts read them (shape: corpus/README.md)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xcase.evaluate import sentence_spans
from xcase.records import Span
from xcase.sentences import Unit, kind_of_line


@dataclass(frozen=True, slots=True)
class GoldSpan:
    """A labelled span; ``labels`` depends on ``kind`` (skill: name, status, holder)."""

    kind: str
    start: int
    end: int
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gold:
    """One labelled narrative with its labels as offsets."""

    id: str
    text: str
    units: list[Unit]
    phases: list[str]
    starts: list[bool]
    spans: list[GoldSpan]
    has_case: bool
    industry_from: str
    industry_to: str
    raw: dict[str, Any] = field(repr=False)


def load(path: Path) -> list[Gold]:
    """Read a file of gold narratives in the shape that ``check.py`` accepts."""
    with path.open(encoding="utf-8") as lines:
        return [from_record(json.loads(line)) for line in lines if line.strip()]


def from_record(d: dict[str, Any]) -> Gold:
    """Turn one gold record into offsets; a surface is found in reading order if it has none."""
    text, gold = d["text"], d["gold"]
    units = []
    for start, end in sentence_spans(text, [s["text"] for s in gold["sentences"]]):
        line_start = text.rfind("\n", 0, start) + 1
        line_end = text.find("\n", end)
        line = text[line_start : line_end if line_end >= 0 else None].strip()
        units.append(Unit(start, end, kind_of_line(line)))
    spans = [
        GoldSpan("skill", *_place(text, s), (s["canonical"], s["status"], s["holder"]))
        for s in [*gold["skills"], *d.get("mentions", [])]
        if not s.get("hypothetical")
    ]
    spans += [
        GoldSpan("outcome", *_place(text, o), (o["type"], o.get("polarity", "positive")))
        for o in gold["outcomes"]
    ]
    spans += [
        GoldSpan("duration", m.start(), m.end())
        for c in gold["cadence"]
        for m in re.finditer(re.escape(c), text)
    ]
    no_case = "no_case" in d["hard"]
    if not no_case:
        for kind in ("mentee", "mentor"):
            spans += [GoldSpan(kind, *span) for span in people(text, d.get(kind))]
    cases = d.get("cases") or []
    first = next((i for i, s in enumerate(gold["sentences"]) if s["phase"] != "other"), None)
    begins = {c["start_sentence"] for c in cases} if len(cases) > 1 else {first}
    return Gold(
        id=d["id"],
        text=text,
        units=units,
        phases=[s["phase"] for s in gold["sentences"]],
        starts=[i in begins for i in range(len(units))],
        spans=spans,
        has_case=not no_case,
        industry_from=d["industry_from"],
        industry_to=d["industry_to"],
        raw=d,
    )


def from_passage(d: dict[str, Any], units: list[Unit]) -> Gold:
    """Turn a passage into offsets; nothing is known of its phases."""
    spans = [
        GoldSpan("skill", s["start"], s["end"], (s["canonical"], s["status"], s["holder"]))
        for s in d.get("skills", ())
    ]
    spans += [
        GoldSpan("outcome", o["start"], o["end"], (o["type"], o["polarity"]))
        for o in d.get("outcomes", ())
    ]
    for person in d.get("people", ()):
        place = Span(person["start"], person["end"])
        if person["role"] != "neither":
            spans.append(GoldSpan(person["role"], *place))
        spans.append(GoldSpan("name", *place, (person["role"], person["who"])))
    nothing = ["other"] * len(units)
    sides = (d.get("industry_from", ""), d.get("industry_to", ""))
    return Gold("", d["text"], units, nothing, [False] * len(units), spans, True, *sides, d)


def _place(text: str, item: dict[str, Any]) -> Span:
    if "start" in item:
        return Span(item["start"], item["end"])
    start = text.index(item["surface"])
    return Span(start, start + len(item["surface"]))


_TITLES = {"mr", "mrs", "ms", "dr", "the", "a", "an", "my", "her", "his", "of", "and", "at", "in"}


def people(text: str, names: str | None) -> list[Span]:
    """Find where people named ``"A B; C"`` are mentioned: whole, or by one word of a name."""
    spans: list[Span] = []
    for name in (names or "").split(";"):
        name = name.strip()
        if not name:
            continue
        # A description may begin a sentence, a name is never written small.
        first = f"(?i:{name[0]})" if name[0].islower() else re.escape(name[0])
        whole = [Span(*m.span()) for m in re.finditer(rf"\b{first}{re.escape(name[1:])}\b", text)]
        words = [
            w for w in re.findall(r"[\w’'-]+", name) if w[:1].isupper() and w.lower() not in _TITLES
        ]
        for word in words:
            for match in re.finditer(rf"\b{re.escape(word)}\b", text):
                if not any(s.start <= match.start() < s.end for s in whole):
                    whole.append(Span(*match.span()))
        spans += whole
    return sorted(set(spans))
