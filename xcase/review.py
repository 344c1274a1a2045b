"""Apply people's decisions to an analysis folder, and export what they corrected as gold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import jsonlines

from xcase import amend, corrections, sentences, store
from xcase.corrections import Correction
from xcase.duplicates import near_duplicates
from xcase.errors import UsageError
from xcase.gold_export import as_gold
from xcase.records import Skipped


def correct(folder: Path, made: Sequence[Correction]) -> list[Skipped]:
    """Keep decisions in an analysis folder and apply them to its cases.

    Returns:
        the decisions that could not be followed; they are kept, but change nothing.

    Raises:
        AnalysisError: the folder holds no analysis.
    """
    with store.writing(folder):
        return _correct(folder, made)


def export_gold(folder: Path, path: Path) -> int:
    """Write the documents that somebody corrected as gold narratives; return how many.

    Raises:
        UsageError: nothing of what stands there was corrected yet, or the file cannot be written.
    """
    analysis = store.load(folder)
    # A decision on an earlier text of a document says nothing of this one.
    decided = {(c.document_id, c.sha256) for c in corrections.stored(folder)}
    chosen = [d for d in analysis.documents if (d.id, d.sha256) in decided]
    if not chosen:
        raise UsageError(f"nothing in {folder} was corrected yet; run: xcase review CASE_ID")
    split = sentences.split(d.text for d in chosen)
    cases = analysis.cases_by_document()
    records = [as_gold(d, cases[d.id], units) for d, units in zip(chosen, split, strict=True)]
    try:
        with jsonlines.open(path, "w") as file:
            file.write_all(records)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from error
    return len(records)


def _correct(folder: Path, made: Sequence[Correction]) -> list[Skipped]:
    analysis = store.load(folder)
    documents = {d.id: d for d in analysis.documents}
    cases = analysis.cases_by_document()
    before = corrections.by_document(corrections.stored(folder))
    lost: list[Skipped] = []
    for key, decisions in corrections.by_document(made).items():
        if key not in documents:
            lost.append(Skipped(key, "", "correct", "E_CORRECTION", f"no document {key!r}"))
            continue
        documents[key], cases[key], unmet = amend.apply(
            documents[key], cases[key], decisions, before.get(key, ())
        )
        lost += unmet
    corrections.keep(folder, made)
    corrected = replace(
        analysis,
        documents=tuple(documents.values()),
        cases=tuple(case for found in cases.values() for case in found),
        skipped=tuple(dict.fromkeys((*analysis.skipped, *lost))),
    )
    decided = sorted(corrections.by_document(corrections.stored(folder)))
    run = {
        **analysis.run,
        "corrected": decided,
        "counts": corrected.counts(),
        "duplicates": near_duplicates(corrected),
    }
    store.save(replace(corrected, run=run), folder)
    return lost
