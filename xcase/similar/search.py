"""The one function that tells the story: profile in, similar cases with their reasons out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from xcase.clauses import PARTS
from xcase.duplicates import repeats
from xcase.embed import TokenEncoder
from xcase.endings import end_of
from xcase.errors import UsageError
from xcase.records import Analysis, Case, Document, Evidence, Profile, Reason, SimilarCase
from xcase.similar import rank
from xcase.similar.facets import gap_skills
from xcase.similar.index import Index, check_model
from xcase.similar.profile import ProfileReading, read
from xcase.similar.words import shared_spans

# How much of a score the spread of the answers may cost; docs/similar.md says what that does.
DIVERSITY = 0.07
# Quotes for one reason.
QUOTES = 3


@dataclass(frozen=True, slots=True)
class Filters:
    """What a case must have to be shown at all; empty asks for nothing."""

    industry_from: str = ""
    industry_to: str = ""
    skill: str = ""
    outcome: str = ""
    across: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The similar cases, how the profile was read, and notes on what could not be compared."""

    cases: tuple[SimilarCase, ...]
    reading: ProfileReading
    notes: tuple[str, ...]


class Searcher:
    """An analysis ready to be asked, as often as one likes.

    Args:
        weights: how much each kind of reason counts; see :mod:`xcase.similar.feedback`.
    """

    def __init__(
        self,
        analysis: Analysis,
        index: Index,
        encoder: TokenEncoder,
        *,
        weights: Mapping[str, float] = rank.WEIGHTS,
    ) -> None:
        check_model(index, encoder)
        self.analysis = analysis
        self.index = index
        self.encoder = encoder
        self.weights = weights
        self._documents: dict[str, Document] = {d.id: d for d in analysis.documents}
        duplicate_of = repeats(analysis)
        self._first = np.array([i not in duplicate_of for i in index.ids], dtype=bool)
        firsts = set(duplicate_of.values())
        stories: dict[str, list[int]] = {}
        for at, case in enumerate(index.ids):
            if case in duplicate_of or case in firsts:
                stories.setdefault(duplicate_of.get(case, case), []).append(at)
        # The tellings of each story that is told more than once, and those of each of them.
        self._stories = list(stories.values())
        self._tellings = {at: told for told in self._stories for at in told}

    def search(
        self,
        profile: Profile,
        *,
        count: int,
        filters: Filters = Filters(),
        diversity: float = DIVERSITY,
    ) -> Found:
        """Return at most ``count`` cases that resemble a profile, the best first.

        Raises:
            UsageError: the profile says too little or too much, or is not in English.
        """
        reading = read(profile)
        query = rank.embed(reading, self.encoder)
        allowed = self._allowed(filters, reading)
        words = self.index.words.values(query.text)
        candidates = rank.first_step(
            self.index, query, words, allowed, max(rank.CANDIDATES, 2 * count)
        )
        matches = rank.match(self.index, query, candidates, self.weights)
        scores = [self._score(m, reading, float(words[m.case])) for m in matches]
        kept = [(m, score) for m, score in zip(matches, scores, strict=True) if score > 0]
        if count < len(kept):  # else there is nothing to choose
            vectors = self.index.arrays["middles"][[m.case for m, _ in kept]]
            order = rank.diversify(vectors, [score for _, score in kept], count, diversity)
            kept = [kept[i] for i in order]
        chosen = [self._result(m, reading, float(words[m.case])) for m, _ in kept]
        # Diversity chooses; what is chosen is shown by score.
        found = tuple(sorted(chosen, key=lambda case: -case.score))
        passing = None if filters == Filters() else int(allowed.sum())
        return Found(found, reading, (*reading.notes, *self._notes(reading, passing, found, count)))

    def explain(self, profile: Profile, case_id: str) -> SimilarCase:
        """Return how near one case comes to a profile, whatever its rank."""
        reading = read(profile)
        query = rank.embed(reading, self.encoder)
        at = self.index.ids.index(case_id)
        (match,) = rank.match(self.index, query, np.array([at]), self.weights)
        return self._result(match, reading, float(self.index.words.values(query.text)[at]))

    def _allowed(self, filters: Filters, reading: ProfileReading) -> np.ndarray:
        if filters == Filters():
            return self._first
        home = _home(reading, filters)
        cases = self.analysis.cases
        asked = np.array([passes(c, filters, home, reading.skills) for c in cases], dtype=bool)
        allowed: np.ndarray = self._first & asked
        # A story is found by what any of its tellings says, and answers with the first that does.
        for tellings in self._stories:
            allowed[[at for at in tellings if asked[at]][:1]] = True
        return allowed

    def _score(self, match: rank.Match, reading: ProfileReading, words: float) -> float:
        """Return what :meth:`_result` will say, without looking for the words that say it."""
        case = self.analysis.cases[match.case]
        values = {
            **match.values,
            "words": round(words, 4),
            "skills": _shared_skills(case, reading.skills)[0],
            "industry": _shared_industries(case, reading)[0],
        }
        return sum(self.weights[kind] * value for kind, value in values.items())

    def _result(self, match: rank.Match, reading: ProfileReading, words: float) -> SimilarCase:
        case = self.analysis.cases[match.case]
        document = self._documents[case.document_id]
        reasons = [
            self._reason(kind, value, document, self._spans(match.strongest(kind)))
            for kind, value in match.values.items()
        ]
        if words > 0:
            spans = _distinct(shared_spans(reading.text, document.text, case.start, case.end))
            if spans:
                reasons.append(self._reason("words", round(words, 4), document, spans))
        for kind, value, spans in (
            ("skills", *_shared_skills(case, reading.skills)),
            ("industry", *_shared_industries(case, reading)),
        ):
            if value > 0:
                reasons.append(self._reason(kind, value, document, spans))
        score = sum(r.weight * r.value for r in reasons)
        tellings = self._tellings.get(match.case, ())
        again = tuple(self.index.ids[at] for at in tellings if at != match.case)
        return SimilarCase(case.id, document.id, score, tuple(reasons), again)

    def _reason(
        self, kind: str, value: float, document: Document, spans: Collection[tuple[int, int]]
    ) -> Reason:
        quotes = tuple(Evidence(document.id, a, b, document.text[a:b]) for a, b in spans)
        return Reason(kind, self.weights[kind], value, quotes[:QUOTES])

    def _spans(self, units: list[int]) -> list[tuple[int, int]]:
        rows = self.index.arrays["units"][units]
        return [(int(start), int(end)) for _, _, start, end in rows]

    def _notes(
        self,
        reading: ProfileReading,
        passing: int | None,
        found: tuple[SimilarCase, ...],
        count: int,
    ) -> list[str]:
        """Return what to know of an answer; ``passing`` counts the stories that filters leave."""
        notes = []
        stories = int(self._first.sum())
        if not self.analysis.cases:
            notes.append("the analysis holds no case, so nothing can resemble the profile")
        elif passing == 0:
            notes.append("no case passes the filters")
        elif passing is not None and len(found) < min(count, passing):
            notes.append(f"of {passing} stories that pass the filters {len(found)} resemble this")
        elif not found:
            notes.append("no case resembles this")
        elif count > stories:
            notes.append(f"{count} cases were asked for, the analysis holds {stories} stories")
        parts = [part for part in reading.missing if part in PARTS]
        if parts:
            notes.append(
                f"nothing was read as {', '.join(parts)}: what is told is compared with each part "
                "of a case"
            )
        if absent := [what for what in reading.missing if what not in PARTS]:
            notes.append(f"not told, so not compared: {', '.join(absent)}")
        return notes


def _home(reading: ProfileReading, filters: Filters) -> str:
    """Return the mentee's own industry.

    Raises:
        UsageError: another sector is asked for, and the mentee's own is not known.
    """
    told = reading.industry_from
    home = filters.industry_from or max(told, key=lambda label: told[label], default="")
    if filters.across and not home:
        raise UsageError("--across needs to know the mentee's industry: add --from INDUSTRY")
    return home


def passes(case: Case, filters: Filters, home: str, wanted: Collection[str] = ()) -> bool:
    """Say whether a case has what the filters ask for.

    Args:
        home: the mentee's industry; ``across`` asks for cases that are known to begin in another
            one, do not lead into it, and end well.
        wanted: skills that the mentee wants; ``across`` asks for one of them as the case's gap.
    """
    start, goal = case.industry_from, case.industry_to
    if filters.across:
        if start is None or home in {i.label for i in (start, goal) if i}:
            return False
        if wanted and gap_skills(case).keys().isdisjoint(wanted):
            return False
        if end_of(case) != "well":
            return False
    elif filters.industry_from and (start is None or start.label != filters.industry_from):
        return False
    if filters.industry_to and (goal is None or goal.label != filters.industry_to):
        return False
    if filters.skill and filters.skill not in gap_skills(case):
        return False
    return not filters.outcome or filters.outcome in {
        value for o in case.outcomes for value in (o.type, o.polarity)
    }


def _shared_skills(case: Case, wanted: tuple[str, ...]) -> tuple[float, list[tuple[int, int]]]:
    """Return the share of the skills wanted that the case's mentee lacked or developed."""
    there = gap_skills(case)
    shared = [s for s in wanted if s in there]
    if not shared:
        return 0.0, []
    best = [max(there[s], key=lambda m: m.confidence) for s in shared]
    return round(len(shared) / len(wanted), 4), [(m.start, m.end) for m in best]


def _shared_industries(case: Case, reading: ProfileReading) -> tuple[float, list[tuple[int, int]]]:
    """Return how surely the case starts where the mentee is and leads where the mentee wants to."""
    asked = [
        (told, guess)
        for told, guess in (
            (reading.industry_from, case.industry_from),
            (reading.industry_to, case.industry_to),
        )
        if told
    ]
    shared = [(told[g.label], g) for told, g in asked if g is not None and g.label in told]
    value = sum(share * g.confidence for share, g in shared) / max(len(asked), 1)
    return round(value, 4), [(a, b) for _, g in shared for a, b in g.evidence]


def _distinct(places: list[tuple[str, int, int]]) -> list[tuple[int, int]]:
    """Keep the first place of each word, longer words first: they say more."""
    first: dict[str, tuple[int, int]] = {}
    for word, start, end in places:
        first.setdefault(word, (start, end))
    return [first[word] for word in sorted(first, key=lambda w: (-len(w), w))]
