"""From an analysis to the pages of its report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from urllib.parse import quote

import numpy as np
from jinja2 import Environment

from xcase import __version__
from xcase.pages import CaseView, Table, case_view, environment, table
from xcase.records import Analysis, Transfer
from xcase.report import counts, health, sections
from xcase.report.charts import Dot
from xcase.report.layout import lay_out
from xcase.similar.health import examine
from xcase.taxonomy import TAXONOMY_VERSION
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
    made = _report(analysis, base, vectors, name=name, folder=None)
    if len(made.page.encode()) <= largest or not analysis.cases:
        return made
    return _report(analysis, base, vectors, name=name, folder=case_folder(name))


def case_folder(name: str) -> str:
    """Return what the folder of case pages beside a page of that name is called."""
    return f"{PurePath(name).stem}-cases"


def _report(
    analysis: Analysis, base: Base, vectors: np.ndarray, *, name: str, folder: str | None
) -> Report:
    found = examine(analysis)
    stories = counts.stories(analysis, found.duplicates)
    templates = environment("xcase.report")
    texts = {d.id: d for d in analysis.documents}
    digits = max(4, len(str(len(analysis.cases))))
    files = [f"case-{n:0{digits}}.html" for n in range(1, len(analysis.cases) + 1)]
    views = [
        case_view(c, texts[c.document_id], anchor=f"case-{n}")
        for n, c in enumerate(analysis.cases, start=1)
    ]
    hrefs = [
        f"#{view.anchor}" if folder is None else f"{quote(folder)}/{file}"
        for view, file in zip(views, files, strict=True)
    ]
    numbers = {c.id: n for n, c in enumerate(analysis.cases)}
    kept = [numbers[c.id] for c in stories]
    layout = lay_out(vectors[kept])
    places = layout.points if layout else np.zeros((len(kept), 2))
    dots = [
        Dot(float(x), float(y), i + 1, analysis.cases[i].title or analysis.cases[i].id, hrefs[i],
            sections.end_of(analysis.cases[i]))
        for i, (x, y) in zip(kept, places, strict=True)
    ]  # fmt: skip
    moves = counts.moves(stories)
    leading = _leading(base, _most_told(moves))
    crossing = [m for m in sorted(moves) if m[0] != m[1]]
    page = templates.get_template("report.html").render(
        style_href=None,
        version=__version__,
        taxonomy=TAXONOMY_VERSION,
        analysis_version=analysis.run.get("xcase", "unknown"),
        stories=len(stories),
        documents=len({c.document_id for c in stories}),
        warnings=health.warnings(found, counts.sure_share(stories)),
        overview=health.overview(analysis, found),
        not_cases=_readings("Documents without a story", counts.not_cases(analysis)),
        skipped=_readings("Inputs skipped or cut", counts.skipped(analysis)),
        skills=sections.skills(counts.flows(stories)),
        industries=sections.industries(counts.places(stories)),
        transfers=sections.transfers(leading, moves),
        told_moves=sections.told_moves(_leading(base, crossing), moves),
        outcomes=sections.outcomes(
            counts.results(stories), Counter(sections.end_of(c) for c in stories)
        ),
        map=sections.case_map(stories, dots, layout.kept if layout else None),
        views=views if folder is None else [],
        folder=folder,
        first_case=hrefs[0] if hrefs else "",
    )
    pages = {} if folder is None else _case_pages(views, files, templates, quote(name))
    return Report(page, pages)


def _case_pages(
    views: Sequence[CaseView], files: Sequence[str], templates: Environment, report: str
) -> dict[str, str]:
    template = templates.get_template("one_case.html")
    around = [None, *files, None]
    return {
        file: template.render(
            style_href=None, view=view, report=report, before=around[i], after=around[i + 2]
        )
        for i, (file, view) in enumerate(zip(files, views, strict=True))
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


def _readings(caption: str, found: Sequence[counts.Reading]) -> Table | None:
    return table(caption, ("file", "why"), [(r.path, r.why) for r in found]) if found else None
