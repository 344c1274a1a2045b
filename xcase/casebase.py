"""An analysis held open for questions: what the Python, HTTP and assistant doors all ask.

    import xcase
    a = xcase.analyze("corpus/")
    for case in a.similar("I am a ward nurse and I cannot delegate"):
        print(case.case_id, case.score, [r.kind for r in case.reasons])
    a.transfer("Healthcare", "Education").frame()

Answers are the records that the commands print with ``--json``; :func:`xcase.store.to_json` turns
any of them into the same JSON values.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from xcase import given, store
from xcase.errors import NotFoundError, UsageError, nearest
from xcase.frames import SIMILAR, TRANSFER, Table, frame_of, table_of
from xcase.given import Mentee, People
from xcase.loaded import Models
from xcase.records import Analysis, Case, Document, SimilarCase, Skipped, Transfer

if TYPE_CHECKING:
    import pandas as pd

    from xcase.embed import SentenceModel
    from xcase.match.records import Matching, Roster
    from xcase.run import Progress
    from xcase.similar import Searcher
    from xcase.transfer import Base

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer(Sequence[T], Generic[T]):
    """Records, best first, with notes on what was not told or could not be compared."""

    records: tuple[T, ...]
    notes: tuple[str, ...] = ()
    # Of a frame without rows.
    columns: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.records)

    def __getitem__(self, at: Any) -> Any:
        return self.records[at]

    def __iter__(self) -> Iterator[T]:
        return iter(self.records)

    def json(self) -> list[Any]:
        """Return the records as the command prints them with ``--json``."""
        return [store.to_json(record) for record in self.records]

    def frame(self) -> pd.DataFrame:
        """Return one row a record; the parts of a score stand in columns that add up to it."""
        return frame_of(self.json(), self.columns)


class CaseBase:
    """The cases of an analysis, and the questions that they answer.

    Nothing heavy happens before the first question; what it prepares is kept for the next ones.
    Several threads may ask at once.

    Args:
        analysis: what was read.
        folder: where it came from and where vectors are kept; None keeps them in memory.
        models: shared with other case bases, so that each is loaded once.
        log: is told what was done (an index made, weights moved by feedback).
    """

    def __init__(
        self,
        analysis: Analysis,
        folder: Path | None = None,
        *,
        models: Models | None = None,
        log: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.analysis = analysis
        self.folder = folder
        self.models = models or Models()
        self._log = log
        self._lock = threading.RLock()
        self._parts: dict[str, Any] = {}
        self._cases = {c.id: c for c in analysis.cases}
        self._documents = {d.id: d for d in analysis.documents}
        self._by_document = analysis.cases_by_document()

    @property
    def documents(self) -> tuple[Document, ...]:
        """The documents that were read, with their texts."""
        return self.analysis.documents

    @property
    def cases(self) -> tuple[Case, ...]:
        """The cases found in them."""
        return self.analysis.cases

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """The inputs that were skipped or cut, and why."""
        return self.analysis.skipped

    def __len__(self) -> int:
        return len(self.cases)

    def __repr__(self) -> str:
        return f"<CaseBase of {len(self.cases)} cases in {len(self.documents)} documents>"

    def case(self, case_id: str) -> Case:
        """Return one case; raise NotFoundError with the nearest ids if there is none."""
        return self._known(case_id, self._cases, "case")

    def document(self, document_id: str) -> Document:
        """Return one document; raise NotFoundError with the nearest ids if there is none."""
        return self._known(document_id, self._documents, "document")

    def cases_of(self, document_id: str) -> tuple[Case, ...]:
        """Return the cases of a document, none if there is no such document."""
        return self._by_document.get(document_id, ())

    def text(self, case: Case | str) -> str:
        """Return the text of a case."""
        found = self.case(case) if isinstance(case, str) else case
        return self._documents[found.document_id].text[found.start : found.end]

    def frame(self, table: Table) -> pd.DataFrame:
        """Return a table of the analysis for pandas: documents, cases, sentences, skills..."""
        return table_of(self.analysis, table)

    def find(
        self,
        *,
        industry_from: str | None = None,
        industry_to: str | None = None,
        skill: str | None = None,
        outcome: str | None = None,
    ) -> tuple[Case, ...]:
        """Return the cases that start and lead there, about this gap, with such an outcome.

        Raises:
            UsageError: a name is not in the taxonomy; the nearest are listed.
        """
        from xcase.similar import passes

        filters = given.filters(industry_from, industry_to, skill, outcome)
        return tuple(case for case in self.cases if passes(case, filters, ""))

    def similar(
        self,
        mentee: Mentee,
        *,
        k: int = 5,
        industry_from: str | None = None,
        industry_to: str | None = None,
        skill: str | None = None,
        outcome: str | None = None,
        across: bool = False,
    ) -> Answer[SimilarCase]:
        """Return the cases that resemble a mentee, with the reasons that each score is the sum of.

        Args:
            mentee: what the mentee says, or the fields of a profile, or a file with one.
            k: how many cases at most.
            industry_from, industry_to, skill, outcome: only such cases; all if None.
            across: the same gap in another industry than the mentee's, with a good end.

        Raises:
            UsageError: the profile says too little or too much, or a filter names something
                unknown.
        """
        filters = given.filters(industry_from, industry_to, skill, outcome, across=across)
        profile, notes = given.profile(mentee)
        found = self.searcher.search(profile, count=given.count(k), filters=filters)
        return Answer(found.cases, (*notes, *found.notes), SIMILAR)

    def transfer(
        self,
        source: str | None = None,
        target: str | None = None,
        *,
        skill: str | None = None,
        mentee: Mentee | None = None,
        k: int = 10,
    ) -> Answer[Transfer]:
        """Return the skills that carry over from one industry to another, best first.

        Args:
            source, target: industries; all if None.
            skill: only this one.
            mentee: whose skills and industries fill in what is left open.

        Raises:
            UsageError: a name is not in the taxonomy, or the profile cannot be read.
        """
        from xcase.transfer import Question, transfer

        question = Question(source, target, () if skill is None else (skill,))
        told = None if mentee is None else given.content(mentee)
        rows, notes = transfer(
            self.folder or Path(),
            question,
            k=given.count(k),
            profile=told and told[0],
            profile_name=told[1] if told else "",
            base=self.transfers,
        )
        return Answer(rows, notes, TRANSFER)

    def suggest(
        self,
        mentees: People,
        *,
        mentors: People | None = None,
        rules: str | Path | Mapping[str, Any] | None = None,
        k: int = 5,
    ) -> Answer[dict[str, Any]]:
        """Return for each mentee skills to work on, transfers, cases to read, and mentors.

        Raises:
            UsageError: the rosters or rules are faulty; every fault is named.
        """
        from xcase.match.records import Roster
        from xcase.match.roster import read_roster, read_rosters
        from xcase.match.rules import set_aside
        from xcase.match.suggest import suggest

        asked = given.rules(rules)
        if mentors is None:
            left = read_roster(*given.people(mentees, "mentees"), side="mentee")
            right = Roster("mentor", "", (), ())
        else:
            left, right = read_rosters(
                given.people(mentees, "mentees"), given.people(mentors, "mentors")
            )
        left, right = self._told(left, right)
        encoder = self._encoder(left, right)
        found = suggest(left, right, asked, self.signals, encoder, limit=given.count(k))
        notes = (*left.notes, *right.notes, *set_aside(asked, left, right))
        return Answer(tuple(found), notes)

    def match(
        self,
        mentees: People,
        mentors: People,
        *,
        rules: str | Path | Mapping[str, Any] | None = None,
        partial: bool = False,
        alternatives: int = 3,
    ) -> Matching:
        """Pair mentees and mentors under rules, with reasons, and why somebody has none.

        Raises:
            UsageError: rosters or rules are faulty or contradict each other; every fault is named.
        """
        from xcase.match.pairing import match
        from xcase.match.roster import read_rosters

        asked = given.rules(rules)
        left, right = read_rosters(
            given.people(mentees, "mentees"), given.people(mentors, "mentors")
        )
        left, right = self._told(left, right)
        return match(
            left,
            right,
            asked,
            self.signals,
            self._encoder(left, right),
            partial=partial,
            alternatives=alternatives,
        )

    @property
    def searcher(self) -> Searcher:
        """What ``similar`` opens: the index, made now if it is not there yet."""

        def make() -> Searcher:
            from xcase.similar import searcher_of

            return searcher_of(self.analysis, self.folder, self.models.encoder, self._log)

        return self._part("searcher", make)  # type: ignore[no-any-return]

    @property
    def transfers(self) -> Base:
        """What ``transfer`` prepares: counts, tables and contexts."""

        def make() -> Base:
            from xcase.transfer import prepare

            return prepare(self.analysis, self.folder, encoder=self.models.sentences)

        return self._part("transfers", make)  # type: ignore[no-any-return]

    @property
    def signals(self) -> Any:
        """What ``suggest`` and ``match`` ask of the cases."""

        def make() -> Any:
            from xcase.match.known import AnalysisSignals

            searcher = self.searcher if self.cases else None
            return AnalysisSignals(self.analysis, self.transfers, searcher)

        return self._part("signals", make)

    def warm_up(self) -> CaseBase:
        """Prepare everything that questions need, and return this case base."""
        if self.cases:
            # The first reading of a process also loads libraries.
            self.models.encoder.encode(["ready"])
        _ = self.signals
        return self

    def _part(self, name: str, make: Callable[[], Any]) -> Any:
        with self._lock:
            if name not in self._parts:
                self._parts[name] = make()
            return self._parts[name]

    def _told(self, left: Roster, right: Roster) -> tuple[Roster, Roster]:
        from xcase.match.pairing import read_profiles
        from xcase.match.reader import tell_in_words

        if not tell_in_words(left, right):
            return read_profiles(left, right, None)
        with self.models.reading:
            return read_profiles(left, right, self.models.annotator)

    def _encoder(self, left: Roster, right: Roster) -> SentenceModel | None:
        from xcase.match.reader import tell_in_words

        return self.models.sentences if tell_in_words(left, right) else None

    def _known(self, asked: str, known: Mapping[str, T], what: str) -> T:
        if asked not in known:
            raise NotFoundError(f"no {what} {asked!r}{nearest(asked, known)}")
        return known[asked]


def analyze(
    paths: str | Path | Iterable[str | Path],
    out: str | Path = "xcase-out",
    *,
    settings: str | Path | None = None,
    fast: bool = False,
    progress: Progress | None = None,
) -> CaseBase:
    """Read narratives, extract their cases, write the analysis folder, and open it.

    Only what changed since the last time is read anew.

    Args:
        paths: files and folders.
        out: the analysis folder.
        settings: a TOML file with thresholds.
        fast: read with the small network alone.
        progress: called with (documents done, documents in all).

    Raises:
        UsageError: no path is given, one does not exist, or ``out`` cannot be written.
    """
    from xcase import pipeline
    from xcase.settings import load_settings

    listed = [paths] if isinstance(paths, str | Path) else list(paths)
    if not listed:
        # A pattern that finds nothing would empty the analysis that stands there.
        raise UsageError("no path was given; name files or folders")
    folder = Path(out)
    analysis = pipeline.analyze(
        [Path(p) for p in listed],
        folder,
        settings=load_settings(Path(settings) if settings else None).faster(asked=fast),
        progress=progress,
    )
    return CaseBase(analysis, folder)


def load(folder: str | Path = "xcase-out") -> CaseBase:
    """Open an analysis that was made before.

    Raises:
        AnalysisError: the folder holds none, a damaged one, or one of another format.
    """
    return CaseBase(store.load(Path(folder)), Path(folder))
