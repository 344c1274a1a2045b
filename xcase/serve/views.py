"""Answers as the pages show them: plain values, words for reasons, addresses of cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from xcase.casebase import CaseBase
from xcase.errors import UsageError
from xcase.match.records import Side
from xcase.match.roster import read_roster
from xcase.records import Case, Evidence, Reason, SimilarCase, Transfer
from xcase.serve.config import MOST_PEOPLE
from xcase.transfer.show import told_of

# A quote longer than this is cut; the case page shows all of it.
QUOTE = 240
# As much of a case's beginning as makes a search for others like it.
LIKE = 600
# A part of a score that adds less is rounded to nothing, and not shown.
VISIBLE = 0.005
_REASONS = {
    "background": "like situation",
    "gap": "like difficulty",
    "journey": "a way that fits",
    "outcome": "an end that fits the goal",
    "words": "shared words",
    "skills": "skills wanted",
    "industry": "same industries",
    "wanted": "the mentee wants it",
    "built_in_like_cases": "mentees like this one built it",
    "cases": "cases",
    "labour_market": "labour market",
    "embedding": "contexts",
}


@dataclass(frozen=True, slots=True)
class Quoted:
    """Words of a case; ``href`` leads to it if the words stand in one."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Why:
    """One part of a score: what it adds, by what, told by which words."""

    name: str
    adds: float
    weight: float
    value: float
    told: str
    quotes: tuple[Quoted, ...]


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case in a list."""

    href: str
    title: str
    move: str
    score: float | None
    reasons: tuple[Why, ...]
    same: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SkillLine:
    """A skill that may carry over."""

    skill: str
    source: str
    target: str
    verdict: str
    score: float
    reasons: tuple[Why, ...]
    words: tuple[tuple[str, tuple[str, ...]], ...]
    evidence: tuple[Quoted, ...]
    against: tuple[Quoted, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """A suggestion: a skill, a transfer, a case or a mentor."""

    name: str
    href: str
    score: float
    note: str
    reasons: tuple[Why, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """Everything that is suggested to one mentee, under headings."""

    mentee: str
    lists: tuple[tuple[str, tuple[Scored, ...]], ...]
    missing: tuple[str, ...]


def case_address(case_id: str) -> str:
    """Return where a case is shown; ids may hold anything, so they stand in the query."""
    return f"/case?{urlencode({'id': case_id})}"


def case_lines(base: CaseBase, found: Sequence[SimilarCase | Case]) -> Iterator[CaseLine]:
    """Yield cases for a list, with their reasons if they answer a question."""
    for one in found:
        case = base.case(one.case_id) if isinstance(one, SimilarCase) else one
        similar = one if isinstance(one, SimilarCase) else None
        yield CaseLine(
            href=case_address(case.id),
            title=case.title or case.id,
            move=_move(case),
            score=similar.score if similar else None,
            reasons=_whys(base, similar.reasons) if similar else (),
            same=similar.duplicates if similar else (),
        )


def skill_lines(base: CaseBase, found: Sequence[Transfer]) -> Iterator[SkillLine]:
    """Yield the rows of ``transfer``."""
    for row in found:
        told = told_of(row)
        sides = ((row.source, row.bridge.words_from), (row.target, row.bridge.words_to))
        yield SkillLine(
            skill=row.skill,
            source=row.source,
            target=row.target,
            verdict=row.verdict,
            score=row.score,
            reasons=tuple(_why(base, r, told[r.kind], quotes=False) for r in row.reasons),
            words=tuple((industry, words) for industry, words in dict(sides).items() if words),
            evidence=_quotes(base, row.evidence),
            against=_quotes(base, row.counter_evidence),
        )


def advice(
    base: CaseBase,
    found: Sequence[Mapping[str, Any]],
    mentees: Mapping[str, str],
    mentors: Mapping[str, str],
) -> Iterator[Advice]:
    """Yield what is suggested, mentee by mentee.

    Args:
        mentees: their names by their ids.
        mentors: theirs, whose ids may be the same.
    """
    for one in found:
        lists = (
            ("Skills to work on", tuple(_scored(base, e, e["skill"]) for e in one["skills"])),
            (
                "Skills that carry over",
                tuple(
                    _scored(base, e, e["skill"], note=f"{e['verdict']}: {e['from']} to {e['to']}")
                    for e in one["transfers"]
                ),
            ),
            (
                "Cases to read",
                tuple(
                    _scored(
                        base,
                        e,
                        base.case(e["case_id"]).title or e["case_id"],
                        href=case_address(e["case_id"]),
                    )
                    for e in one["cases"]
                ),
            ),
            (
                "Mentors",
                tuple(_scored(base, e, _called(e["mentor_id"], mentors)) for e in one["mentors"]),
            ),
        )
        yield Advice(_called(one["mentee_id"], mentees), lists, tuple(one["missing"]))


def names_of(*rosters: bytes | None) -> list[dict[str, str]]:
    """Return the names of the people of either roster by their ids: the mentees', the mentors'.

    A mentee and a mentor may have the same id.

    Raises:
        UsageError: a roster has a fault, or more people than a page is for.
    """
    sides: tuple[Side, ...] = ("mentee", "mentor")
    names: list[dict[str, str]] = []
    for content, side in zip(rosters, sides, strict=True):
        people = () if content is None else read_roster(content, f"{side}s", side=side).profiles
        if len(people) > MOST_PEOPLE:
            raise UsageError(
                f"{len(people)} {side}s, and {MOST_PEOPLE} are the most here; "
                "use the command: xcase suggest"
            )
        names.append({person.id: person.name for person in people})
    return names


def like_address(base: CaseBase, case: Case) -> str:
    """Return a search for cases that begin as this one does."""
    text = base.document(case.document_id).text
    told = [text[s.start : s.end] for s in case.sentences if s.phase == "background"]
    words = " ".join(" ".join(told).split())[:LIKE]
    return f"/?{urlencode({'text': words, 'k': 6})}" if words else ""


def _called(person: str, names: Mapping[str, str]) -> str:
    name = names.get(person, "")
    return f"{name} ({person})" if name and name != person else person


def _move(case: Case) -> str:
    sides = [i.label if i else "?" for i in (case.industry_from, case.industry_to)]
    return sides[0] if sides[0] == sides[1] else " → ".join(sides)


def _whys(base: CaseBase, reasons: Sequence[Reason]) -> tuple[Why, ...]:
    best = sorted(reasons, key=lambda r: -r.weight * r.value)
    return tuple(_why(base, r) for r in best if r.weight * r.value >= VISIBLE)


def _why(base: CaseBase, reason: Reason, told: str = "", *, quotes: bool = True) -> Why:
    return Why(
        name=_REASONS.get(reason.kind, reason.kind.replace("_", " ")),
        adds=reason.weight * reason.value,
        weight=reason.weight,
        value=reason.value,
        told=told,
        quotes=_quotes(base, reason.evidence) if quotes else (),
    )


def _quotes(base: CaseBase, evidence: Sequence[Evidence]) -> tuple[Quoted, ...]:
    return tuple(Quoted(_short(e.quote), _where(base, e)) for e in evidence)


def _where(base: CaseBase, evidence: Evidence) -> str:
    """Return the case in which words stand; those of a roster stand in none."""
    for case in base.cases_of(evidence.document_id):
        if case.start <= evidence.start < case.end:
            return case_address(case.id)
    return ""


def _scored(
    base: CaseBase, entry: Mapping[str, Any], name: str, *, href: str = "", note: str = ""
) -> Scored:
    reasons = [
        Reason(r["kind"], r["weight"], r["value"], tuple(Evidence(**e) for e in r["evidence"]))
        for r in entry["reasons"]
    ]
    return Scored(name, href, entry["score"], note, _whys(base, reasons))


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= QUOTE else text[: QUOTE - 1].rsplit(" ", 1)[0] + "…"
