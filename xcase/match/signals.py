"""What the other rooms know of a profile, as a pairing needs it.

:class:`Signals` is the seam: whoever answers "which skills carry over from this industry to that
one" and "which cases are like this mentee" with the records of the output contract can be plugged
in. :class:`xcase.match.known.AnalysisSignals` asks ``transfer`` and ``similar``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from xcase.endings import ended_well
from xcase.match.records import Evidence, Profile, Reason
from xcase.records import Case, Transfer


@dataclass(frozen=True, slots=True)
class CaseSignal:
    """One record of ``xcase similar``, with what :class:`CaseFacts` reads of its case."""

    case_id: str
    document_id: str
    score: float
    reasons: tuple[Reason, ...]
    helped: tuple[str, ...]
    good: bool
    built: tuple[tuple[str, Evidence], ...] = ()


class Signals(Protocol):
    """What the other rooms know; each answer may be empty, which means: nothing is known."""

    def transfers(self, source: str, target: str) -> Sequence[Transfer]:
        """Return the skills that carry over from one industry to another, best first."""
        ...

    def cases(self, profiles: Sequence[Profile], limit: int) -> list[Sequence[CaseSignal]]:
        """Return for each profile the cases that are most like it, best first."""
        ...


class NoSignals:
    """Knows nothing: there is no analysis."""

    def transfers(self, source: str, target: str) -> Sequence[Transfer]:  # noqa: ARG002
        return ()

    def cases(self, profiles: Sequence[Profile], limit: int) -> list[Sequence[CaseSignal]]:  # noqa: ARG002
        return [() for _ in profiles]


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What a pairing reads of a case; possibilities and other people's skills are left out.

    ``helped`` are the skills that the mentee built and those that the mentor showed; ``good`` says
    whether more good came of the story than bad; ``built`` are the first of them, each with the
    words that show it.
    """

    helped: tuple[str, ...]
    good: bool
    built: tuple[tuple[str, Evidence], ...]

    @classmethod
    def of(cls, case: Case) -> CaseFacts:
        told = [s for s in case.skills if not s.hypothetical]
        of_mentee = [s for s in told if s.holder == "mentee" and s.status == "developed"]
        # The surest mention of a skill is the last one here, and stays.
        built = {
            s.skill: Evidence(case.document_id, s.start, s.end, s.surface)
            for s in sorted(of_mentee, key=lambda s: s.confidence)
        }
        of_mentor = {s.skill for s in told if s.holder == "mentor" and s.status != "lacked"}
        return cls(
            tuple(sorted(built.keys() | of_mentor)), ended_well(case), tuple(sorted(built.items()))
        )
