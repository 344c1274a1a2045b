"""What the other rooms know of a profile, as a pairing needs it, and a plain source of it.

:class:`Signals` is the seam: whoever answers "which skills carry over from this industry to that
one" and "which cases are like this mentee" with the records of the output contract can be plugged
in. :class:`CaseSignals` answers both by counting in an analysis and in nothing else; it says
"insufficient" where it has seen too little.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from xcase.match.records import Evidence, Profile, Reason
from xcase.records import Analysis, Case, Document
from xcase.store import to_json

# Wilson's interval at 95 %.
Z = 1.96
# Fewer cases than this show nothing, however well they went.
MIN_OBSERVED = 3
QUOTES = 2
# What a case and a mentee share, and how much that counts; the gap is what mentoring is about.
GAP, INDUSTRY_FROM, INDUSTRY_TO = 0.6, 0.2, 0.2


@dataclass(frozen=True, slots=True)
class TransferSignal:
    """One record of ``xcase transfer``; only what a pairing reads has a field of its own."""

    skill: str
    source: str
    target: str
    score: float
    verdict: str
    signals: dict[str, Any]
    evidence: tuple[Evidence, ...]
    reasons: tuple[Reason, ...] = ()
    bridge: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the record with the contract's names (``from`` is a word of Python)."""
        return {
            "skill": self.skill,
            "from": self.source,
            "to": self.target,
            "score": self.score,
            "verdict": self.verdict,
            "reasons": [to_json(reason) for reason in self.reasons],
            "signals": self.signals,
            "bridge": self.bridge,
            "evidence": to_json(self.evidence),
        }


@dataclass(frozen=True, slots=True)
class CaseSignal:
    """One record of ``xcase similar``, with what its journey built and whether it ended well."""

    case_id: str
    document_id: str
    score: float
    reasons: tuple[Reason, ...]
    helped: tuple[str, ...]
    good: bool


class Signals(Protocol):
    """What the other rooms know; each answer may be empty, which means: nothing is known."""

    def transfers(self, source: str, target: str) -> Sequence[TransferSignal]:
        """Return the skills that carry over from one industry to another, best first."""
        ...

    def cases(self, profiles: Sequence[Profile], limit: int) -> list[Sequence[CaseSignal]]:
        """Return for each profile the cases that are most like it, best first."""
        ...


class NoSignals:
    """Knows nothing: there is no analysis."""

    def transfers(self, source: str, target: str) -> Sequence[TransferSignal]:  # noqa: ARG002
        return ()

    def cases(self, profiles: Sequence[Profile], limit: int) -> list[Sequence[CaseSignal]]:  # noqa: ARG002
        return [() for _ in profiles]


class CaseSignals:
    """Counts in the cases of an analysis; no labour market, no embedding."""

    def __init__(self, analysis: Analysis) -> None:
        self._documents = {d.id: d for d in analysis.documents}
        self._cases = [_Facts(case) for case in analysis.cases]

    def transfers(self, source: str, target: str) -> Sequence[TransferSignal]:
        """Return the skills that mentees used or built on that way, by the lower Wilson bound."""
        seen: dict[str, list[_Facts]] = {}
        for facts in self._cases:
            if (facts.source, facts.target) == (source, target):
                for skill in facts.shown:
                    seen.setdefault(skill, []).append(facts)
        found = [self._transfer(skill, source, target, cases) for skill, cases in seen.items()]
        return sorted(found, key=lambda t: (-t.score, t.skill))

    def cases(self, profiles: Sequence[Profile], limit: int) -> list[Sequence[CaseSignal]]:
        """Return the cases whose mentee lacked what the profile wants, in like industries."""
        return [self._like(profile)[:limit] for profile in profiles]

    def _transfer(
        self, skill: str, source: str, target: str, cases: Sequence[_Facts]
    ) -> TransferSignal:
        n, positive = len(cases), sum(c.good for c in cases)
        low, high = _wilson(positive, n)
        quotes = [self._quote(c.case, skill, ("used", "developed", "had")) for c in cases]
        return TransferSignal(
            skill,
            source,
            target,
            score=low if n >= MIN_OBSERVED else 0.0,
            verdict="observed" if n >= MIN_OBSERVED else "insufficient",
            signals={"cases": {"n": n, "positive": positive, "low": low, "high": high}},
            evidence=tuple(q for q in quotes if q)[:QUOTES],
            reasons=(Reason("cases", 1.0, low),) if n >= MIN_OBSERVED else (),
        )

    def _like(self, profile: Profile) -> list[CaseSignal]:
        wanted = {s.skill for s in profile.skills if s.aim == "want"}
        found = []
        for facts in self._cases:
            shared = sorted(wanted & facts.lacked)
            if not shared:
                continue
            quotes = [self._quote(facts.case, skill, ("lacked",)) for skill in shared]
            reasons = [
                Reason(
                    "gap",
                    GAP,
                    round(len(shared) / len(wanted), 3),
                    tuple(q for q in quotes if q)[:QUOTES],
                )
            ]
            if profile.industry and profile.industry == facts.source:
                reasons.append(Reason("industry_from", INDUSTRY_FROM, 1.0))
            if profile.target_industry and profile.target_industry == facts.target:
                reasons.append(Reason("industry_to", INDUSTRY_TO, 1.0))
            score = round(sum(r.weight * r.value for r in reasons), 6)
            case = facts.case
            found.append(
                CaseSignal(
                    case.id, case.document_id, score, tuple(reasons), facts.helped, facts.good
                )
            )
        return sorted(found, key=lambda c: (-c.score, c.case_id))

    def _quote(self, case: Case, skill: str, statuses: tuple[str, ...]) -> Evidence | None:
        document: Document = self._documents[case.document_id]
        for mention in case.skills:
            if mention.skill == skill and mention.status in statuses:
                span = (mention.start, mention.end)
                return Evidence(document.id, *span, document.text[slice(*span)])
        return None


class _Facts:
    """What a pairing reads of a case; possibilities and other people's skills are left out."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.source = case.industry_from.label if case.industry_from else None
        self.target = case.industry_to.label if case.industry_to else None
        of_mentee = [s for s in case.skills if s.holder == "mentee" and not s.hypothetical]
        self.lacked = {s.skill for s in of_mentee if s.status == "lacked"}
        self.shown = {s.skill for s in of_mentee if s.status in ("used", "developed")}
        built = {s.skill for s in of_mentee if s.status == "developed"}
        of_mentor = {s.skill for s in case.skills if s.holder == "mentor" and s.status != "lacked"}
        self.helped = tuple(sorted(built | of_mentor))
        polarities = [o.polarity for o in case.outcomes]
        self.good = polarities.count("positive") > polarities.count("negative")


def _wilson(positive: int, n: int) -> tuple[float, float]:
    share = positive / n
    middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    return round(max(0.0, middle - half), 3), round(min(1.0, middle + half), 3)
