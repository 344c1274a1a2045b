"""The tables of an export: what stands in them, what it means, and how they hang together.

The rows of an analysis are those of :mod:`xcase.frames`. A part of a case (a sentence, skill or
outcome) is known by its case and its number in it, which counts from 1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from xcase.errors import CODES
from xcase.export import meanings
from xcase.frames import rows_of
from xcase.records import (
    HOLDERS,
    OUTCOME_TYPES,
    PHASES,
    POLARITIES,
    STATUSES,
    Analysis,
    Evidence,
    Transfer,
)
from xcase.taxonomy import load_industries, load_skills

# flag: true or false. list: several texts. object: names with values.
Type = Literal["text", "integer", "real", "flag", "list", "object"]
Row = tuple[Any, ...]
SPAN = "in code points of the document's text, from 0"
SURE = "Probability that this is right, 0 to 1."


@dataclass(frozen=True, slots=True)
class Column:
    """A column; ``values`` are all that it can hold, none if that is open.

    ``to`` is the table whose single key it names. A ``long`` one is left out of CSV, whose cells
    spreadsheets cut after 32,767 characters.
    """

    name: str
    type: Type
    meaning: str
    values: Sequence[str] = ()
    to: str = ""
    long: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns, the key that no two rows share, what is searched, what is looked up."""

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    search: tuple[str, ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Filled:
    """A table with its rows, each in the order of its columns."""

    table: Table
    rows: tuple[Row, ...]

    def records(self) -> Iterator[dict[str, Any]]:
        """Return each row with the names of its columns."""
        names = [c.name for c in self.table.columns]
        return (dict(zip(names, row, strict=True)) for row in self.rows)


def fill(analysis: Analysis, transfers: Sequence[Transfer]) -> tuple[Filled, ...]:
    """Return every table with its rows, those that others point to first."""
    rows: Mapping[str, Iterator[Row]] = {
        "taxonomy": _taxonomy(analysis),
        "documents": _documents(analysis),
        "cases": rows_of(analysis, "cases")[1],
        "sentences": _numbered(rows_of(analysis, "sentences")[1]),
        "skills": _numbered(rows_of(analysis, "skills")[1]),
        "outcomes": _numbered(rows_of(analysis, "outcomes")[1]),
        "transfers": map(_transfer, transfers),
        "errors": _numbered(rows_of(analysis, "errors")[1]),
    }
    return tuple(Filled(table, tuple(rows[table.name])) for table in TABLES)


def _documents(analysis: Analysis) -> Iterator[Row]:
    for row, document in zip(rows_of(analysis, "documents")[1], analysis.documents, strict=True):
        yield (*row, document.sha256, document.text)


def _numbered(rows: Iterator[Row]) -> Iterator[Row]:
    """Put the number of a part after the case (or the path) that it belongs to."""
    seen: Counter[str] = Counter()
    for owner, *rest in rows:
        seen[owner] += 1
        yield (owner, seen[owner], *rest)


def _taxonomy(analysis: Analysis) -> Iterator[Row]:
    for s in load_skills():
        yield s.name, s.family, s.definition, s.aliases, s.esco or None, s.onet or None
    # A person may have corrected a mention to a skill of an older or other taxonomy.
    known = {s.name for s in load_skills()}
    for name in sorted({m.skill for c in analysis.cases for m in c.skills} - known):
        yield name, None, None, (), None, None


def _transfer(t: Transfer) -> Row:
    cases, market = t.signals["cases"], t.signals["labour_market"]
    return (
        *(t.skill, t.source, t.target, t.verdict, round(t.score, 4)),
        *(round(r.value, 4) for r in t.reasons),
        *(cases[key] for key in ("n", "positive", "failed", "hypothetical", "low", "high")),
        *(market[key] for key in ("rca_from", "rca_to", "direction", "kind")),
        *(list(words) for words in (t.bridge.words_from, t.bridge.words_to)),
        *(_quotes(quotes) for quotes in (t.evidence, t.counter_evidence)),
    )


def _quotes(quotes: Sequence[Evidence]) -> list[str]:
    return [" ".join(q.quote.split()) for q in quotes]


def _industry(name: str, meaning: str) -> Column:
    return Column(name, "text", meaning, tuple(i.label for i in load_industries()))


_CASE = Column("case_id", "text", "The case that it belongs to.", to="cases")
_SKILL = Column("skill", "text", "The canonical name of the skill.", to="taxonomy")


def _place(what: str) -> tuple[Column, ...]:
    return (
        Column("start", "integer", f"Where the {what} begins, {SPAN}."),
        Column("end", "integer", f"Where it ends, {SPAN}; the character there is not part of it."),
        Column("surface", "text", "The words themselves: `text[start:end]` of the document."),
    )


TABLES = (
    Table(
        "taxonomy",
        "The skills that xcase knows, and any other that a case names.",
        ("skill",),
        (
            Column("skill", "text", "The canonical name."),
            Column("family", "text", "The family that it belongs to."),
            Column("definition", "text", "What it is."),
            Column("aliases", "list", "Other names by which it is found."),
            Column("esco", "text", "The nearest concept of ESCO, a URI."),
            Column("onet", "text", "The nearest element of the O*NET content model."),
        ),
    ),
    Table(
        "documents",
        "What was read: one row a file, or a row of a CSV or JSON lines file.",
        ("id",),
        (
            Column("id", "text", "The id of the document."),
            Column("path", "text", "The file that it came from."),
            Column("title", "text", "Its title, its first line if it has none."),
            Column("kind", "text", "Whether it holds a case.", tuple(meanings.KIND_OF_DOCUMENT)),
            Column("reason", "text", "Why it holds none."),
            Column("cases", "integer", "How many cases were found in it."),
            Column("characters", "integer", "The length of its text in code points."),
            Column("metadata", "object", "The other fields of its row, as they were given."),
            Column("sha256", "text", "The SHA-256 of the file or row."),
            Column("text", "text", "The text that all positions count in.", long=True),
        ),
        search=("title", "text"),
    ),
    Table(
        "cases",
        "One story of one person or group, from background to outcome.",
        ("id",),
        (
            Column("id", "text", "The id of the case: that of its document, `:`, its number."),
            Column("document_id", "text", "The document that tells it.", to="documents"),
            Column("title", "text", "Its title."),
            Column("start", "integer", f"Where it begins, {SPAN}."),
            Column("end", "integer", f"Where it ends, {SPAN}."),
            Column("mentee", "text", "Who is helped: a name, else a description."),
            Column("mentor", "text", "Who helps: a name, else a description."),
            _industry("industry_from", "The industry at the start; empty if it is not told."),
            _industry("industry_to", "The industry at the end; empty if it is not told."),
            Column("industry_from_confidence", "real", SURE),
            Column("industry_to_confidence", "real", SURE),
            Column("role_from", "text", "The role at the start, in the words of the text."),
            Column("role_to", "text", "The role at the end, in the words of the text."),
            Column("duration", "text", "How long the help lasted, in the words of the text."),
            Column("cadence", "text", "How often they met, in the words of the text."),
            Column("format", "text", "In which form they met, in the words of the text."),
            Column("sentences", "integer", "How many sentences it has."),
            Column("skills", "integer", "How many mentions of skills it has."),
            Column("outcomes", "integer", "How many outcomes it has."),
        ),
        indexes=(("document_id",), ("industry_from", "industry_to")),
    ),
    Table(
        "sentences",
        "The sentences, headings and list items of the cases, each with its phase.",
        ("case_id", "number"),
        (
            _CASE,
            Column("number", "integer", "Which sentence of the case it is, from 1."),
            *_place("sentence"),
            Column("phase", "text", "The part of the story that it tells.", PHASES),
            Column("confidence", "real", SURE),
        ),
        search=("surface",),
        indexes=(("phase",),),
    ),
    Table(
        "skills",
        "Mentions of skills: where a case shows that somebody has, lacks, learns or uses one.",
        ("case_id", "number"),
        (
            _CASE,
            Column("number", "integer", "Which mention of the case it is, from 1."),
            _SKILL,
            *_place("mention"),
            Column("status", "text", "What the text says of the skill.", STATUSES),
            Column("holder", "text", "Whose skill it is.", HOLDERS),
            Column("phase", "text", "The phase of the sentence that it stands in.", PHASES),
            Column("hypothetical", "flag", "True for advice, hope or condition: not a fact."),
            Column("confidence", "real", SURE),
            Column("method", "text", "How it was found.", tuple(meanings.METHOD)),
        ),
        indexes=(("skill", "status"),),
    ),
    Table(
        "outcomes",
        "Results that the text says happened.",
        ("case_id", "number"),
        (
            _CASE,
            Column("number", "integer", "Which outcome of the case it is, from 1."),
            Column("type", "text", "What kind of result it is.", OUTCOME_TYPES),
            *_place("outcome"),
            Column("polarity", "text", "How it was for the person.", POLARITIES),
            Column("confidence", "real", SURE),
        ),
        indexes=(("type", "polarity"),),
    ),
    Table(
        "transfers",
        "Skills that carry from one industry to another: those with the verdict observed or "
        "supported, and those of which a case of this very move tells, also where they failed.",
        ("skill", "industry_from", "industry_to"),
        (
            _SKILL,
            _industry("industry_from", "The industry that is left."),
            _industry("industry_to", "The industry that is entered."),
            Column("verdict", "text", "How well it is known.", tuple(meanings.VERDICT)),
            Column("score", "real", "The weighted sum of the next three, 0 to 1."),
            Column("cases", "real", "The signal of the cases, 0 to 1."),
            Column("labour_market", "real", "The signal of the labour market, 0 to 1."),
            Column("embedding", "real", "How alike the skill is told in both industries, 0 to 1."),
            Column("n", "integer", "Cases of this move that show the skill."),
            Column("positive", "integer", "Those of them that carried it."),
            Column("failed", "integer", "Those of them in which it failed."),
            Column("hypothetical", "integer", "Those that only suppose it; counted as nothing."),
            Column("low", "real", "Lower end of the 95 % interval of the share that carried it."),
            Column("high", "real", "Upper end of it."),
            Column("rca_from", "real", "Times the usual that the industry left asks for it."),
            Column("rca_to", "real", "Times the usual that the industry entered asks for it."),
            Column("direction", "text", "Which side asks for it more.", tuple(meanings.DIRECTION)),
            Column("kind", "text", "How evenly it is asked for.", tuple(meanings.KIND_OF_SKILL)),
            Column("words_from", "list", "Words for it in the industry that is left."),
            Column("words_to", "list", "Words for it in the industry that is entered."),
            Column("evidence", "list", "Sentences that speak for it."),
            Column("counter_evidence", "list", "Sentences that tell where it failed."),
        ),
        indexes=(("industry_from", "industry_to"), ("verdict",)),
    ),
    Table(
        "errors",
        "Inputs that were skipped or cut, and why.",
        ("path", "number"),
        (
            Column("path", "text", "The input."),
            Column("number", "integer", "Which message about this input it is, from 1."),
            Column("sha256", "text", "The SHA-256 of the input, empty if it was not read."),
            Column("stage", "text", "The stage that skipped or cut it."),
            Column("code", "text", "A short name of the cause.", tuple(CODES)),
            Column("message", "text", "What was wrong, and what to do."),
        ),
    ),
)
