"""What ``xcase similar`` and ``xcase feedback`` do between their arguments and their output."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from xcase import inputs, store
from xcase.embed import MiniLM, TokenEncoder
from xcase.errors import UsageError, nearest
from xcase.profiles import read_profile
from xcase.records import OUTCOME_TYPES, POLARITIES, Analysis, Profile
from xcase.similar import feedback
from xcase.similar.index import open_index
from xcase.similar.profile import profile_of_text, read
from xcase.similar.search import Filters, Found, Searcher
from xcase.vocabulary import industry_known, skill_known

Note = Callable[[str], None]
OUTCOMES: list[str] = [*OUTCOME_TYPES, *POLARITIES]


def load_profile(
    text: str | None, path: Path | None, stdin: Callable[[], str], note: Note
) -> Profile:
    """Return the profile given as text, as a file, or (``-``) on standard input.

    Raises:
        UsageError: none or both are given, or the file cannot be read or holds no profile.
    """
    if (text is None) == (path is None):
        raise UsageError("give a mentee as TEXT or as --profile FILE (one of them)")
    if text is not None:
        return profile_of_text(stdin() if text == "-" else text)
    content = inputs.content(Path(str(path)), "the profile")
    profile, notes = read_profile(content, str(path))
    for line in notes:
        note(line)
    return profile


def open_searcher(
    folder: Path, note: Note, *, use_feedback: bool = True, encoder: TokenEncoder | None = None
) -> Searcher:
    """Open an analysis for questions; cases that are not indexed yet are indexed now.

    Raises:
        AnalysisError: the folder holds no sound analysis.
    """
    analysis = store.load(folder)
    loaded = encoder or MiniLM.load()
    return searcher_of(analysis, folder, loaded, note, use_feedback=use_feedback)


def searcher_of(
    analysis: Analysis,
    folder: Path | None,
    encoder: TokenEncoder,
    note: Note = lambda _: None,
    *,
    use_feedback: bool = True,
) -> Searcher:
    """Open an analysis that was read already, with a model that was loaded already.

    Args:
        folder: where its index is kept and feedback stands; None keeps the index in memory.
    """
    index, done = open_index(folder, analysis, lambda: encoder, model=encoder.name)
    if done:
        note(done)
    weights, why = feedback.DEFAULTS, ""
    if use_feedback and folder is not None:
        weights, why = feedback.weights(folder)
    if why:
        note(why)
    return Searcher(analysis, index, encoder, weights=weights)


def find(
    profile: Profile,
    folder: Path,
    *,
    filters: Filters,
    count: int,
    use_feedback: bool = True,
    note: Note = lambda _: None,
    encoder: TokenEncoder | None = None,
) -> tuple[Found, Analysis]:
    """Return the cases of an analysis that resemble a profile, and the analysis.

    Raises:
        UsageError: the profile cannot be compared, or a filter names something unknown.
        AnalysisError: the folder holds no sound analysis.
    """
    filters = check_filters(filters)
    read(profile)  # a profile that says nothing is refused before anything is loaded
    searcher = open_searcher(folder, note, use_feedback=use_feedback, encoder=encoder)
    found = searcher.search(profile, count=count, filters=filters)
    for told in found.notes:
        note(told)
    return found, searcher.analysis


def judge(
    folder: Path,
    target: str,
    profile: Profile | None,
    helped: bool | None,
    kind: str,
    comment: str,
    note: Note,
    encoder: TokenEncoder | None = None,
) -> feedback.Feedback:
    """Record whether a suggestion helped, with the values of its reasons if it was a case.

    Raises:
        UsageError: it is not said whether it helped, or what was suggested to whom.
        AnalysisError: the folder holds no sound analysis, or feedback that is damaged.
    """
    if helped is None:
        raise UsageError("say whether it helped: --helped or --not-helped")
    if kind not in feedback.KINDS:
        raise UsageError(f"no kind {kind!r}; known are {', '.join(feedback.KINDS)}")
    values: dict[str, float] = {}
    if kind == "similar":
        known = [c.id for c in store.load(folder).cases]
        if target not in known:
            raise UsageError(f"no case {target!r} in {folder}{nearest(target, known)}")
        if profile is None:
            note("no mentee was given, so this judgement is kept but moves no weight")
        else:
            searcher = open_searcher(folder, note, encoder=encoder)
            values = {r.kind: r.value for r in searcher.explain(profile, target).reasons}
    else:
        store.load(folder)
    entry = feedback.Feedback(kind, target, helped, comment, values)
    total = feedback.record(folder, entry)
    note(f"recorded; {total} judgements in {folder / feedback.FILE}")
    return entry


def judgements(folder: Path) -> list[feedback.Feedback]:
    """Return what was said of the suggestions of an analysis.

    Raises:
        AnalysisError: the folder holds no sound analysis, or feedback that is damaged.
    """
    store.load(folder)
    return feedback.load(folder)


def check_filters(filters: Filters) -> Filters:
    """Return the filters with names as the taxonomy spells them.

    Raises:
        UsageError: an industry, skill or outcome is not known; the nearest names are listed.
    """
    asked = filters
    return Filters(
        industry_from=industry_known(asked.industry_from) if asked.industry_from else "",
        industry_to=industry_known(asked.industry_to) if asked.industry_to else "",
        skill=skill_known(asked.skill) if asked.skill else "",
        outcome=_outcome(asked.outcome) if asked.outcome else "",
        across=asked.across,
    )


def _outcome(name: str) -> str:
    if name.lower() not in OUTCOMES:
        raise UsageError(f"no outcome {name!r}{nearest(name, OUTCOMES)}")
    return name.lower()
