"""What each decision of a person does to a case.

A decision finds its fact by place and label, also by the label that the fact had before an edit;
one that finds none, or whose text has changed since, is left out and told.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from xcase.corrections import INDUSTRIES, LABELS, PEOPLE, SPANS, Correction, Fact, added, fact
from xcase.records import (
    Case,
    Document,
    IndustryGuess,
    Outcome,
    Person,
    Phase,
    Sentence,
    SkillMention,
    Skipped,
    Span,
)
from xcase.vocabulary import industry_evidence

HUMAN = "human"
REJECTED = "every case was rejected by a person"
BACK = "it was rejected before; the next analyze brings it back"


def apply(
    document: Document,
    cases: Sequence[Case],
    corrections: Sequence[Correction],
    before: Iterable[Correction] = (),
) -> tuple[Document, tuple[Case, ...], list[Skipped]]:
    """Carry out decisions in order.

    Args:
        document: the document that they are on.
        cases: its cases.
        corrections: the decisions.
        before: those that were carried out on the cases already.

    Returns:
        the document (without a case if every one was rejected), its cases as corrected, and the
        decisions that could not be followed.
    """
    kept = {case.id: case for case in cases}
    past = _Past(c for c in before if c.sha256 == document.sha256)
    lost = []
    for c in corrections:
        fault = _fault(document, kept, c)
        if not fault and c.kind == "case":
            if c.action == "reject":
                del kept[c.case_id]
        elif not fault:
            case = _corrected(kept[c.case_id], document.text, c, past)
            fault = "" if case else f"no {c.kind} {c.label} stands at {c.start}-{c.end}"
            kept[c.case_id] = case or kept[c.case_id]
        if fault and past.rejected(c):
            # What is rejected again is away, as it should be.
            fault = "" if c.action == "reject" else BACK
        if fault:
            message = f"{c.action} {c.kind} not applied: {fault}"
            lost.append(Skipped(document.path, document.sha256, "correct", "E_CORRECTION", message))
        else:
            past.add(c)
    if cases and not kept:
        document = replace(document, kind="not_a_case", reason=REJECTED)
    return document, tuple(kept.values()), lost


def unread(decisions: Mapping[str, Sequence[Correction]], read: Collection[str]) -> list[Skipped]:
    """Tell of each document that people decided on and that was not read: it was renamed, or went.

    Args:
        decisions: the decisions by document.
        read: the ids of the documents that were.
    """
    lost = []
    for key, made in decisions.items():
        if key not in read:
            message = f"decisions not applied ({len(made)}): no document {key!r} was read"
            lost.append(Skipped(key, "", "correct", "E_CORRECTION", message))
    return lost


class _Past:
    """What was decided before, by the fact that it was decided on."""

    def __init__(self, before: Iterable[Correction]) -> None:
        self._called: dict[Fact, str] = {}
        self._rejected: set[Fact] = set()
        for correction in before:
            self.add(correction)

    def add(self, c: Correction) -> None:
        """Remember a decision that was carried out."""
        on = fact(c)
        if c.action == "edit" and c.kind in SPANS:
            self._called[on] = c.value.get(LABELS[c.kind], self._called.get(on, c.label))
        else:
            self._called.pop(on, None)
        if c.action == "reject":
            self._rejected.add(on)
        else:
            self._rejected.discard(on)

    def rejected(self, c: Correction) -> bool:
        """Tell whether the fact of a decision is away because it was rejected."""
        return fact(c) in self._rejected

    def labels(self, c: Correction) -> Iterator[str]:
        """Yield the label of a decision's fact, then those that edits gave it."""
        seen: set[str] = set()
        label: str | None = c.label
        while label is not None and label not in seen:
            yield label
            seen.add(label)
            label = self._called.get(fact(replace(c, label=label, action="edit")))


def _fault(document: Document, cases: Mapping[str, Case], c: Correction) -> str:
    """Say why a decision cannot be followed, whatever stands in its case."""
    if c.sha256 != document.sha256:
        return "the text has changed since"
    if c.case_id not in cases:
        return f"there is no case {c.case_id}"
    if c.end > len(document.text):
        return f"the text ends at {len(document.text)}, before {c.end}"
    case = cases[c.case_id]
    if c.kind not in SPANS and c.end and (c.start, c.end) != (case.start, case.end):
        return f"{case.id} was {c.start}-{c.end} and is {case.start}-{case.end} now"
    if c.action == "add" and c.kind in SPANS and not case.start <= c.start < c.end <= case.end:
        return f"{c.start}-{c.end} is not in {case.id}, which is {case.start}-{case.end}"
    return ""


def _corrected(case: Case, text: str, c: Correction, past: _Past) -> Case | None:
    """Return the case with one decision carried out; None where no fact fits it."""
    if c.kind in PEOPLE:
        return _with(case, c.kind, _person(getattr(case, c.kind), case, text, c))
    if c.kind in INDUSTRIES:
        return _with(case, c.kind, _industry(getattr(case, c.kind), case, text, c))
    items: Sequence[Any] = getattr(case, _FIELDS[c.kind])
    if c.action == "add":
        told = (c.start, c.end, added(c))
        others = [i for i in items if (i.start, i.end, _label(i)) != told]
        made = sorted([*others, _new(case, text, c)], key=lambda i: (i.start, i.end))
        case = _with(case, _FIELDS[c.kind], tuple(made))
        return _rephased(case, c) if c.kind == "sentence" else case
    here = [i for i in items if (i.start, i.end) == (c.start, c.end)]
    named = (tuple(i for i in here if label in ("", _label(i))) for label in past.labels(c))
    chosen = next(filter(None, named), ())
    if len(chosen) != 1:
        return None
    changed: list[Any] = []
    for item in items:
        if item is not chosen[0]:
            changed.append(item)
        elif c.action != "reject":
            changed.append(_edited(item, c))
    case = _with(case, _FIELDS[c.kind], tuple(changed))
    return _rephased(case, c) if c.kind == "sentence" else case


def _rephased(case: Case, c: Correction) -> Case:
    """Give the skills of a sentence that was decided on the phase that it has now."""
    skills = (
        replace(m, phase=_phase(case, m.start)) if c.start <= m.start < c.end else m
        for m in case.skills
    )
    return replace(case, skills=tuple(skills))


def _phase(case: Case, at: int) -> Phase:
    return next((s.phase for s in case.sentences if s.start <= at < s.end), "other")


def _with(case: Case, name: str, value: Any) -> Case:
    changes: dict[str, Any] = {name: value}
    return replace(case, **changes)


_FIELDS = {"sentence": "sentences", "skill": "skills", "outcome": "outcomes"}


def _label(item: Sentence | SkillMention | Outcome) -> str:
    if isinstance(item, Sentence):
        return item.phase
    return item.skill if isinstance(item, SkillMention) else item.type


def _edited(item: Any, c: Correction) -> Any:
    human = {"method": HUMAN} if isinstance(item, SkillMention) else {}
    value = c.value
    if c.action == "accept" and c.label:
        value = {LABELS[c.kind]: c.label, **value}
    return replace(item, **value, **human, confidence=1.0)


def _new(case: Case, text: str, c: Correction) -> Any:
    if c.kind == "sentence":
        return Sentence(c.start, c.end, c.value["phase"], 1.0)
    surface = text[c.start : c.end]
    if c.kind == "outcome":
        polarity = c.value.get("polarity", "positive")
        return Outcome(c.value["type"], c.start, c.end, surface, polarity, 1.0)
    return SkillMention(
        skill=c.value["skill"],
        start=c.start,
        end=c.end,
        surface=surface,
        status=c.value["status"],
        holder=c.value["holder"],
        phase=_phase(case, c.start),
        hypothetical=c.value.get("hypothetical", False),
        confidence=1.0,
        method=HUMAN,
    )


def _person(person: Person | None, case: Case, text: str, c: Correction) -> Person | None:
    if c.action == "reject":
        return None
    if not c.value:
        return person
    # What a decision does not name stays.
    name = c.value.get("name", person and person.name)
    description = c.value.get("description", person and person.description)
    if person and person.name == name:
        return replace(person, description=description)
    stands = re.compile(rf"(?<!\w){re.escape(name or '')}(?!\w)")
    found = stands.finditer(text, case.start, case.end) if name else ()
    return Person(name, description, tuple(Span(*m.span()) for m in found))


def _industry(
    guess: IndustryGuess | None, case: Case, text: str, c: Correction
) -> IndustryGuess | None:
    if c.action == "reject":
        return None
    label = c.value.get("label", guess and guess.label)
    if label is None:
        return None
    if guess and guess.label == label:
        return replace(guess, confidence=1.0)
    # The words behind the other label say nothing for this one.
    evidence = industry_evidence(label, text, case.start, case.end)
    return IndustryGuess(label, 1.0, evidence or (Span(case.start, case.end),))
