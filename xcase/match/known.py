"""What an analysis knows of a mentee: transfers from ``xcase transfer``, cases from ``similar``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from xcase import store
from xcase.errors import UsageError
from xcase.match.records import Profile
from xcase.match.signals import CaseFacts, CaseSignal
from xcase.records import Analysis, Transfer
from xcase.records import Profile as Described
from xcase.similar import Searcher, open_searcher
from xcase.transfer import Base, Question, ask, prepare

# More transfers than this say nothing about one pair.
MOST_TRANSFERS = 40


class AnalysisSignals:
    """Answers from an analysis.

    Args:
        base: what ``transfer`` prepared of it.
        searcher: what ``similar`` opened of it; None without a case, where nothing can be found.
    """

    def __init__(self, analysis: Analysis, base: Base, searcher: Searcher | None) -> None:
        self._base = base
        self._searcher = searcher
        self._facts = {case.id: CaseFacts.of(case) for case in analysis.cases}

    @classmethod
    def open(cls, folder: Path, note: Callable[[str], None]) -> AnalysisSignals:
        """Open a folder; its vectors are made now if they are not there yet.

        Args:
            folder: the analysis.
            note: is told what a reader should know.

        Raises:
            AnalysisError: the folder holds no sound analysis.
        """
        analysis = store.load(folder)
        searcher = open_searcher(folder, note) if analysis.cases else None
        return cls(analysis, prepare(analysis, folder), searcher)

    def transfers(self, source: str, target: str) -> Sequence[Transfer]:
        """Return the skills that carry over from one industry to another, best first."""
        return [
            replace(row, score=round(row.score, 6))
            for row in ask(self._base, Question(source, target), MOST_TRANSFERS)
        ]

    def cases(self, profiles: Sequence[Profile], limit: int) -> list[Sequence[CaseSignal]]:
        """Return for each profile the cases most like it; none where it says too little."""
        return [self._like(profile, limit) for profile in profiles]

    def _like(self, profile: Profile, limit: int) -> Sequence[CaseSignal]:
        if self._searcher is None:
            return ()
        try:
            found = self._searcher.search(described(profile), count=limit)
        except UsageError:
            # What cannot be compared is not compared; the pairing names it as missing.
            return ()
        return [
            CaseSignal(
                case_id=case.case_id,
                document_id=case.document_id,
                score=round(case.score, 6),
                reasons=case.reasons,
                helped=self._facts[case.case_id].helped,
                built=self._facts[case.case_id].built,
                good=self._facts[case.case_id].good,
            )
            for case in found.cases
        ]


def described(profile: Profile) -> Described:
    """Return a row of a roster as a description that ``similar`` reads."""
    columns = profile.columns

    def several(name: str) -> tuple[str, ...]:
        value = columns.get(name, [])
        return tuple(value) if isinstance(value, list) else (str(value),)

    return Described(
        id=profile.id,
        name=profile.name,
        text=str(columns.get("text", "")),
        industry=profile.industry or "",
        target_industry=profile.target_industry or "",
        role=str(columns.get("role", "")),
        goals=several("goals"),
        skills_have=several("skills_have"),
        skills_want=several("skills_want"),
        extra={},
    )
