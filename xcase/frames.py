"""The tables of an analysis, and answers, as pandas frames: one row a record, plain columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args

from xcase.errors import UsageError
from xcase.records import Analysis, IndustryGuess, Person, Program, Quote
from xcase.store import to_json

if TYPE_CHECKING:
    import pandas as pd

Table = Literal["documents", "cases", "sentences", "skills", "outcomes", "errors"]
TABLES: tuple[Table, ...] = get_args(Table)
# The columns of answers beside those of their reasons.
SIMILAR = ("case_id", "document_id", "score", "duplicates")
TRANSFER = (
    "skill", "from", "to", "score", "verdict", "evidence", "counter_evidence", "hypothetical",
)  # fmt: skip
# What an entry of a list inside an answer is called by.
_NAMES = ("skill", "case_id", "mentor_id")


def table_of(analysis: Analysis, table: Table) -> pd.DataFrame:
    """Return a table of an analysis; its columns are those of the records, nothing nested.

    Raises:
        UsageError: there is no such table.
    """
    import pandas as pd

    columns, rows = rows_of(analysis, table)
    return pd.DataFrame(list(rows), columns=list(columns))


def rows_of(analysis: Analysis, table: Table) -> tuple[tuple[str, ...], Iterator[tuple[Any, ...]]]:
    """Return the columns and the rows of a table.

    Raises:
        UsageError: there is no such table.
    """
    if table not in TABLES:
        raise UsageError(f"no table {table!r}; known are {', '.join(TABLES)}")
    columns, rows = _ROWS[table]
    return columns, rows(analysis)


def frame_of(records: Sequence[dict[str, Any]], columns: Sequence[str] = ()) -> pd.DataFrame:
    """Return records of an answer as rows.

    ``reasons`` become a column each, ``weight * value``, whose sum is the score; other lists become
    the names of their entries.

    Args:
        columns: those of an answer without records.
    """
    import pandas as pd

    return pd.DataFrame([_flat(record) for record in records], columns=None if records else columns)


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for key, value in record.items():
        if key == "reasons":
            row |= {reason["kind"]: reason["weight"] * reason["value"] for reason in value}
        elif isinstance(value, list):
            row[key] = "; ".join(filter(None, map(_name, value)))
        elif not isinstance(value, dict):
            row[key] = value
    return row


def _name(entry: object) -> str:
    if not isinstance(entry, dict):
        return str(entry)
    if "quote" in entry:
        return " ".join(str(entry["quote"]).split())
    return str(next((entry[name] for name in _NAMES if name in entry), ""))


def _documents(analysis: Analysis) -> Iterator[tuple[Any, ...]]:
    counts = {key: len(cases) for key, cases in analysis.cases_by_document().items()}
    for d in analysis.documents:
        yield d.id, d.path, d.title, d.kind, d.reason, counts[d.id], len(d.text), d.metadata


def _cases(analysis: Analysis) -> Iterator[tuple[Any, ...]]:
    for c in analysis.cases:
        yield (
            c.id, c.document_id, c.title, c.start, c.end,
            _who(c.mentee), _who(c.mentor), _where(c.industry_from), _where(c.industry_to),
            c.industry_from and c.industry_from.confidence,
            c.industry_to and c.industry_to.confidence,
            c.role_from and c.role_from.surface, c.role_to and c.role_to.surface,
            *("; ".join(q.surface for q in quotes) or None for quotes in _rhythm(c.program)),
            len(c.sentences), len(c.skills), len(c.outcomes),
        )  # fmt: skip


def _parts(name: str) -> Callable[[Analysis], Iterator[tuple[Any, ...]]]:
    """Return the rows of a list of records that each case holds."""

    def rows(analysis: Analysis) -> Iterator[tuple[Any, ...]]:
        texts = {d.id: d.text for d in analysis.documents}
        for case in analysis.cases:
            for part in getattr(case, name):
                fields = to_json(part)
                # A sentence keeps no words of its own.
                fields.setdefault("surface", texts[case.document_id][part.start : part.end])
                yield (case.id, *(fields[column] for column in _PARTS[name]))

    return rows


def _errors(analysis: Analysis) -> Iterator[tuple[Any, ...]]:
    for s in analysis.skipped:
        yield s.path, s.sha256, s.stage, s.code, s.message


def _who(person: Person | None) -> str | None:
    return None if person is None else person.name or person.description


def _where(guess: IndustryGuess | None) -> str | None:
    return None if guess is None else guess.label


def _rhythm(program: Program) -> tuple[tuple[Quote, ...], ...]:
    return program.duration, program.cadence, program.format


_PARTS = {
    "sentences": ("start", "end", "surface", "phase", "confidence"),
    "skills": (
        "skill", "start", "end", "surface", "status", "holder", "phase", "hypothetical",
        "confidence", "method",
    ),
    "outcomes": ("type", "start", "end", "surface", "polarity", "confidence"),
}  # fmt: skip
_ROWS: dict[str, tuple[tuple[str, ...], Callable[[Analysis], Iterator[tuple[Any, ...]]]]] = {
    "documents": (
        ("id", "path", "title", "kind", "reason", "cases", "characters", "metadata"), _documents,
    ),
    "cases": (
        (
            "id", "document_id", "title", "start", "end", "mentee", "mentor", "industry_from",
            "industry_to", "industry_from_confidence", "industry_to_confidence", "role_from",
            "role_to", "duration", "cadence", "format", "sentences", "skills", "outcomes",
        ), _cases,
    ),
    "errors": (("path", "sha256", "stage", "code", "message"), _errors),
    **{name: (("case_id", *columns), _parts(name)) for name, columns in _PARTS.items()},
}  # fmt: skip
