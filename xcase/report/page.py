"""From an analysis to the pages of its report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

import numpy as np

from xcase import __version__
from xcase.duplicates import first_tellings
from xcase.endings import end_of
from xcase.pages import CaseView, Table, case_view, environment, table
from xcase.records import Analysis, Case, Transfer
from xcase.report import counts, health, sections
from xcase.report.charts import Dot
from xcase.report.layout import Layout, lay_out
from xcase.similar.health import Health, examine
from xcase.taxonomy import taxonomy_version
from xcase.transfer import Base, Question, ask

# A page above this size is slow to send and to open: its cases then get pages of their own.
LARGEST = 1_000_000
LEADING = 5


@dataclass(frozen=True, slots=True)
class Report:
    """The page, and the pages of its cases by file name (none if they stand on the page)."""

    page: str
    cases: dict[str, str]


def build(
    analysis: Analysis, base: Base, vectors: np.ndarray, *, name: str, largest: int = LARGEST
) -> Report:
    """Return the report of an analysis.

    Args:
        analysis: what is told.
        base: the prepared answers on transfers.
        vectors: one vector of length one for each case, cases x d.
        name: what the page's file is called; case pages link back to it.
        largest: bytes of a page from which on cases get their own.
    """
    found = examine(analysis)
    stories = first_tellings(analysis)
    numbers = {c.id: n for n, c in enumerate(analysis.cases)}
    layout = lay_out(vectors[[numbers[c.id] for c in stories]])
    findings = _findings(analysis, found, stories, base)
    whole = _page(analysis, stories, layout, findings, folder=None)
    if len(whole.encode()) <= largest or not analysis.cases:
        return Report(whole, {})
    page = _page(analysis, stories, layout, findings, folder=case_folder(name))
    return Report(page, _case_pages(analysis, quote(name)))


def case_folder(name: str) -> str:
    """Return what the folder of case pages beside a page of that name is called."""
    return f"{PurePath(name).stem}-cases"


def _findings(
    analysis: Analysis, found: Health, stories: Sequence[Case], base: Base
) -> dict[str, Any]:
    """Return the sections that are the same wherever the cases stand."""
    moves = counts.moves(stories)
    leading = _leading(base, _most_told(moves))
    crossing = [m for m in sorted(moves) if m[0] != m[1]]
    return {
        "stories": len(stories),
        "documents": len({c.document_id for c in stories}),
        "warnings": health.warnings(found, counts.sure_share(stories)),
        "overview": health.overview(analysis, found),
        "not_cases": _readings("Documents without a story", counts.not_cases(analysis)),
        "skipped": _readings("Inputs skipped or cut", counts.skipped(analysis)),
        "skills": sections.skills(counts.flows(stories)),
        "industries": sections.industries(counts.places(stories)),
        "transfers": sections.transfers(leading, moves),
        "told_moves": sections.told_moves(_leading(base, crossing), moves),
        "outcomes": sections.outcomes(counts.results(stories), stories),
    }


def _page(
    analysis: Analysis,
    stories: Sequence[Case],
    layout: Layout | None,
    findings: dict[str, Any],
    *,
    folder: str | None,
) -> str:
    """Return the page, with the cases on it or, in ``folder``, beside it."""
    files = _case_files(analysis)
    hrefs = [
        f"#{_anchor(n)}" if folder is None else f"{quote(folder)}/{file}"
        for n, file in enumerate(files)
    ]
    numbers = {c.id: n for n, c in enumerate(analysis.cases)}
    places = layout.points if layout else np.zeros((len(stories), 2))
    dots = [
        Dot(float(x), float(y), numbers[c.id] + 1, c.title or c.id, hrefs[numbers[c.id]],
            end_of(c))
        for c, (x, y) in zip(stories, places, strict=True)
    ]  # fmt: skip
    return (
        environment("xcase.report")
        .get_template("report.html")
        .render(
            style_href=None,
            version=__version__,
            taxonomy=taxonomy_version(),
            analysis_version=analysis.run.get("xcase", "unknown"),
            **findings,
            map=sections.case_map(stories, dots, layout.kept if layout else None),
            views=_views(analysis) if folder is None else [],
            folder=folder,
            first_case=hrefs[0] if hrefs else "",
        )
    )


def _case_files(analysis: Analysis) -> list[str]:
    digits = max(4, len(str(len(analysis.cases))))
    return [f"case-{n:0{digits}}.html" for n in range(1, len(analysis.cases) + 1)]


def _anchor(number: int) -> str:
    return f"case-{number + 1}"


def _views(analysis: Analysis) -> list[CaseView]:
    texts = {d.id: d for d in analysis.documents}
    return [
        case_view(c, texts[c.document_id], anchor=_anchor(n)) for n, c in enumerate(analysis.cases)
    ]


def _case_pages(analysis: Analysis, report: str) -> dict[str, str]:
    template = environment("xcase.report").get_template("one_case.html")
    files = _case_files(analysis)
    around = [None, *files, None]
    return {
        file: template.render(
            style_href=None, view=view, report=report, before=around[i], after=around[i + 2]
        )
        for i, (file, view) in enumerate(zip(files, _views(analysis), strict=True))
    }


def _most_told(moves: Counter[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return every move between the industries that most stories start or end in."""
    told = Counter[str]()
    for (source, target), n in moves.items():
        told[source] += n
        told[target] += n
    labels = sorted(told, key=lambda i: (-told[i], i))[: sections.TOP_INDUSTRIES]
    return [(a, b) for a in labels for b in labels if a != b]


def _leading(base: Base, moves: Sequence[tuple[str, str]]) -> list[Transfer]:
    return [t for a, b in moves for t in ask(base, Question(a, b), LEADING)]


def _readings(caption: str, found: Sequence[counts.LeftOut]) -> Table | None:
    return table(caption, ("file", "why"), [(r.path, r.why) for r in found]) if found else None
