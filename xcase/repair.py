"""What of a damaged analysis folder is right, and how to go on with that.

``run.json`` holds a sum of each document together with its cases. What fits its sum is kept to the
letter; the rest is taken out, and the next ``xcase analyze`` does those documents again. Where
``run.json`` itself is lost, records are kept if they parse and every quote stands in its text; then
the next run does everything again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from xcase import corrections, store
from xcase.duplicates import near_duplicates
from xcase.errors import AnalysisError, NewerFormatError
from xcase.records import Analysis, Case, Document, Skipped


@dataclass(frozen=True, slots=True)
class Repaired:
    """What a repair did.

    Attributes:
        lost: ids of documents, or ``?`` for those whose id is unknown.
        decisions: how many lines of ``corrections.jsonl`` were lost.
    """

    documents: int
    cases: int
    lost: tuple[str, ...]
    decisions: int = 0


def there(folder: Path) -> bool:
    """Tell whether a folder holds an analysis, damaged or not."""
    return any((folder / name).is_file() for name in (store.RUN, *store.FILES))


def repair(folder: Path) -> Repaired:
    """Write a damaged analysis anew with what of it is undamaged.

    Raises:
        AnalysisError: the folder holds no analysis, or a newer one.
    """
    if not there(folder):  # a folder of something else gets no lock
        raise AnalysisError(f"no analysis in {folder}; run: xcase analyze FOLDER --out {folder}")
    with store.writing(folder):
        try:
            analysis = store.load(folder)
            done = Repaired(len(analysis.documents), len(analysis.cases), ())
        except NewerFormatError:
            raise
        except AnalysisError:
            done = _repair(folder)
        return replace(done, decisions=corrections.repair(folder))


def _repair(folder: Path) -> Repaired:
    documents, cases, skipped = (list(_parsed(folder / name)) for name in store.FILES)
    found = _kept(documents, cases)
    run = _run(folder)
    sums = run.get("sums")
    if isinstance(sums, dict):
        found = _fitting(found, sums)
        lost = tuple(key for key in sums if key not in found)
    else:
        known = {d.id for d in documents if isinstance(d, Document)}
        lost = tuple(key for key in known if key not in found)
        lost += ("?",) * documents.count(None)
    analysis = Analysis(
        documents=tuple(d for d, _ in found.values()),
        cases=tuple(c for _, told in found.values() for c in told),
        skipped=tuple(s for s in skipped if isinstance(s, Skipped)),
    )
    # The first telling of a story may be lost, and its copy is then the first.
    again = near_duplicates(analysis)
    run |= {"counts": analysis.counts(), "duplicates": again, "repaired": list(lost)}
    store.save(Analysis(analysis.documents, analysis.cases, analysis.skipped, run), folder)
    return Repaired(len(analysis.documents), len(analysis.cases), lost)


def _run(folder: Path) -> dict[str, Any]:
    """Return run.json as far as it can be used; without it there is no telling what made it."""
    try:
        return store.read_run(folder / store.RUN)
    except NewerFormatError:
        raise
    except AnalysisError:
        return {}


_Found = dict[str, tuple[Document, tuple[Case, ...]]]


def _kept(documents: list[Any], cases: list[Any]) -> _Found:
    """Put together documents and cases whose quotes all stand in their text."""
    told: dict[str, list[Case]] = {}
    for case in cases:
        if isinstance(case, Case):
            told.setdefault(case.document_id, []).append(case)
    found: _Found = {}
    for document in documents:
        if isinstance(document, Document) and document.id not in found:
            own = tuple(told.get(document.id, ()))
            if all(_quotes_fit(case, document.text) for case in own):
                found[document.id] = (document, own)
    return found


def _fitting(found: _Found, sums: dict[str, Any]) -> _Found:
    """Keep what has the sum with which it was written."""
    documents = [d for d, _ in found.values()]
    cases = [c for _, own in found.values() for c in own]
    analysis = Analysis(tuple(documents), tuple(cases), ())
    now = store.sums(analysis, store.lines(documents), store.lines(cases))
    return {key: value for key, value in found.items() if sums.get(key) == now[key]}


def _quotes_fit(case: Case, text: str) -> bool:
    quotes = [*case.skills, *case.outcomes, case.role_from, case.role_to]
    quotes += [q for f in fields(case.program) for q in getattr(case.program, f.name)]
    return all(q is None or text[q.start : q.end] == q.surface for q in quotes)


def _parsed(path: Path) -> Iterator[Document | Case | Skipped | None]:
    """Yield the record of each line, None for one that holds none."""
    make = store.RECORDS[path.name]
    for line in path.read_bytes().split(b"\n") if path.is_file() else ():
        if line:
            try:
                yield make(json.loads(line))
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
                yield None
