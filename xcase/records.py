"""Every noun of xcase: the frozen records that travel between the stages.

All positions are half-open ``[start, end)`` offsets in Unicode code points of the text of the
document that a record belongs to. The fields of the records written to disk stand in the order in
which they are written.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, Literal, NamedTuple

Phase = Literal["background", "journey", "outcome", "other"]
Status = Literal["had", "lacked", "developed", "used"]
Holder = Literal["mentee", "mentor", "other"]
Polarity = Literal["positive", "negative", "mixed"]
Verdict = Literal["observed", "supported", "plausible", "insufficient"]
OutcomeType = Literal[
    "promotion", "role_change", "venture", "funding", "award", "performance",
    "team_growth", "confidence", "network", "education", "retention", "other",
]  # fmt: skip

PHASES: tuple[Phase, ...] = ("background", "journey", "outcome", "other")
STATUSES: tuple[Status, ...] = ("had", "lacked", "developed", "used")
HOLDERS: tuple[Holder, ...] = ("mentee", "mentor", "other")
POLARITIES: tuple[Polarity, ...] = ("positive", "negative", "mixed")
OUTCOME_TYPES: tuple[OutcomeType, ...] = (
    "promotion", "role_change", "venture", "funding", "award", "performance",
    "team_growth", "confidence", "network", "education", "retention", "other",
)  # fmt: skip


class Span(NamedTuple):
    """``text[start:end]`` of a document."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Source:
    """One document as it was read, before anything is known about it.

    ``text`` is plain text in which a heading is a line that starts with ``#`` wherever the format
    tells headings apart (Markdown, HTML, Word, PDF by font size); rows and ``.txt`` stay unchanged.
    """

    id: str
    path: str
    sha256: str
    title: str
    metadata: dict[str, Any]
    text: str


@dataclass(frozen=True, slots=True)
class Tagged:
    """A span that the network marked; ``readings`` are its possible labels with probabilities.

    ``score`` is the probability that the span is of this ``kind`` at all. The readings of a skill
    are ``skill``, ``status`` and ``holder`` (an ``alias``, which was looked up, has no ``skill``)
    and ``shown``, the chances that its sentence shows each skill, in whatever words; those of an
    outcome are ``outcome`` and ``polarity``, each a tuple of probabilities in label order; a
    ``mentee``, ``mentor`` or ``name`` (which was looked up) has ``role``, the chances that it names
    the mentee, the mentor or neither, and a ``name`` has ``tags``, the chances that its words are
    tagged as one or the other; a ``duration`` has none.
    """

    kind: str
    start: int
    end: int
    score: float
    readings: dict[str, tuple[float, ...]]


class Mark(NamedTuple):
    """A span found before the network runs, for the network to label.

    ``kind`` is ``alias`` (the name of a skill) or ``name`` (of a person or organisation).
    """

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Heard:
    """Of which industries one network hears each unit speak; logits.

    ``sides[i]`` says how much the i-th unit counts for the industry before and for that after,
    ``industries[i]`` of which it speaks.
    """

    share: float
    sides: tuple[tuple[float, ...], ...]
    industries: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Annotation:
    """What the network says of a document, before any decision is taken.

    ``phases[i]``, ``case_starts[i]`` belong to the i-th unit (sentence) of the document. ``heard``
    tells the industries of a part of it, where several stories share a page.
    """

    phases: tuple[tuple[float, ...], ...]
    case_starts: tuple[float, ...]
    has_case: float
    industry_from: tuple[float, ...]
    industry_to: tuple[float, ...]
    spans: tuple[Tagged, ...]
    heard: tuple[Heard, ...] = ()

    def is_finite(self) -> bool:
        """Whether every figure is a number: no other could be stored."""
        figures = chain(
            *self.phases,
            self.case_starts,
            [self.has_case],
            self.industry_from,
            self.industry_to,
            *((s.score, *chain.from_iterable(s.readings.values())) for s in self.spans),
        )
        return math.isfinite(sum(figures))


@dataclass(frozen=True, slots=True)
class Skipped:
    """An input that was skipped or cut: one line of ``errors.jsonl``.

    ``code`` is one of :data:`xcase.errors.CODES`.
    """

    path: str
    sha256: str
    stage: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A phrase and where it stands: ``surface == text[start:end]``."""

    surface: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Person:
    """The mentee or the mentor (who may be an organisation) of a case."""

    name: str | None
    description: str | None
    mentions: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class IndustryGuess:
    """An industry label with the words that speak for it."""

    label: str
    confidence: float
    evidence: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Program:
    """How the mentoring was run: lengths of time, meeting rhythm, and form."""

    duration: tuple[Quote, ...] = ()
    cadence: tuple[Quote, ...] = ()
    format: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, heading or list item, with the part of the story that it tells."""

    start: int
    end: int
    phase: Phase
    confidence: float


@dataclass(frozen=True, slots=True)
class SkillMention:
    """A skill shown at a place in the text, with its status and whose it is."""

    skill: str
    start: int
    end: int
    surface: str
    status: Status
    holder: Holder
    phase: Phase
    hypothetical: bool
    confidence: float
    method: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """A result that the text says happened."""

    type: OutcomeType
    start: int
    end: int
    surface: str
    polarity: Polarity
    confidence: float


@dataclass(frozen=True, slots=True)
class Case:
    """One story of one person (or group) from background to outcome."""

    id: str
    document_id: str
    title: str
    start: int
    end: int
    mentee: Person | None
    mentor: Person | None
    industry_from: IndustryGuess | None
    industry_to: IndustryGuess | None
    role_from: Quote | None
    role_to: Quote | None
    program: Program
    sentences: tuple[Sentence, ...]
    skills: tuple[SkillMention, ...]
    outcomes: tuple[Outcome, ...]

    def at_least(self, confidence: float) -> Case:
        """Return the case with only the industries, skills and outcomes that are so sure."""
        before, after = self.industry_from, self.industry_to
        return replace(
            self,
            industry_from=before if before and before.confidence >= confidence else None,
            industry_to=after if after and after.confidence >= confidence else None,
            skills=tuple(s for s in self.skills if s.confidence >= confidence),
            outcomes=tuple(o for o in self.outcomes if o.confidence >= confidence),
        )


@dataclass(frozen=True, slots=True)
class Document:
    """A document after analysis: one line of ``documents.jsonl``."""

    id: str
    path: str
    sha256: str
    title: str
    metadata: dict[str, Any]
    text: str
    kind: Literal["cases", "not_a_case"]
    reason: str


@dataclass(frozen=True, slots=True)
class Analysis:
    """Everything that a run wrote, as read back from the analysis folder."""

    documents: tuple[Document, ...]
    cases: tuple[Case, ...]
    skipped: tuple[Skipped, ...]
    run: dict[str, Any] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """Return how many of each there are, as ``run.json`` tells."""
        with_cases = sum(d.kind == "cases" for d in self.documents)
        return {
            "documents": len(self.documents),
            "with_cases": with_cases,
            "not_a_case": len(self.documents) - with_cases,
            "cases": len(self.cases),
            "skipped": len(self.skipped),
        }

    def cases_by_document(self) -> dict[str, tuple[Case, ...]]:
        """Return the cases of each document, in order, by its id."""
        found: dict[str, list[Case]] = {d.id: [] for d in self.documents}
        for case in self.cases:
            found[case.document_id].append(case)
        return {key: tuple(cases) for key, cases in found.items()}


@dataclass(frozen=True, slots=True)
class Profile:
    """A mentee or mentor as they describe themselves; ``extra`` keeps the columns of the roster.

    A field that was not told is empty: it lowers what can be said, and never counts as agreement.
    """

    id: str
    name: str
    text: str
    industry: str
    target_industry: str
    role: str
    goals: tuple[str, ...]
    skills_have: tuple[str, ...]
    skills_want: tuple[str, ...]
    extra: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words that speak for a reason: ``quote == text[start:end]`` of the named text.

    ``document_id`` is a document of the analysis, or ``PERSON#COLUMN`` for a cell of a roster.
    """

    document_id: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of a score: it adds ``weight * value``, with ``value`` from 0 to 1."""

    kind: str
    weight: float
    value: float
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Bridge:
    """The words that two industries use for one skill, from the stories told in them."""

    words_from: tuple[str, ...]
    words_to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Transfer:
    """How well a skill carries from one industry to another, and how that is known.

    ``score`` is the sum of ``weight * value`` of the reasons. ``signals`` holds the figures of
    each signal apart; ``evidence`` speaks for the transfer, ``counter_evidence`` tells where it
    failed, and ``hypothetical`` was only supposed by somebody and is counted as nothing.
    """

    skill: str
    source: str = field(metadata={"key": "from"})
    target: str = field(metadata={"key": "to"})
    score: float
    verdict: Verdict
    reasons: tuple[Reason, ...]
    signals: dict[str, dict[str, Any]]
    bridge: Bridge
    evidence: tuple[Evidence, ...]
    counter_evidence: tuple[Evidence, ...]
    hypothetical: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class SimilarCase:
    """A case that resembles a profile; ``score`` is the sum of ``weight * value`` of its reasons.

    ``duplicates`` are the ids of cases that tell the same story, counted once.
    """

    case_id: str
    document_id: str
    score: float
    reasons: tuple[Reason, ...]
    duplicates: tuple[str, ...]
