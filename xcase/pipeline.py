"""The stages in their order: read, split, annotate, segment, extract, save."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol

from xcase import __version__, amend, corrections, models, read, sentences, store
from xcase.cases import extract_cases
from xcase.duplicates import near_duplicates, repeats
from xcase.errors import AnalysisError, NewerFormatError, XcaseError
from xcase.journal import Done, Journal
from xcase.parse import Parsed, parse, parsed_ahead, workers_for
from xcase.privacy import forgotten
from xcase.privacy.key import Key
from xcase.privacy.pseudonymise import check_folder, mark_folder, pseudonymise
from xcase.records import (
    Analysis,
    Annotation,
    Mark,
    Skipped,
    Source,
)
from xcase.run import Clock, Progress, Run
from xcase.settings import Settings
from xcase.taxonomy import taxonomy_version

# Documents annotated together: enough to fill batches of equal length, little in memory.
CHUNK = 64
# The first ones are few: nothing else can be done before they are parsed.
FIRST = 8

# Documents with their cases, and those at which the analysis failed.
Worked = tuple[list[Done], list[Skipped]]


class Earlier(NamedTuple):
    """What an earlier run found, by document id, which cases it found told again, and its lines."""

    done: dict[str, Done]
    duplicates: dict[str, str]
    written: store.Written


class Annotates(Protocol):
    """What the pipeline needs of an annotator; tests pass a fake one."""

    def annotate(
        self, documents: Sequence[tuple[str, Sequence[sentences.Unit], Sequence[Mark]]]
    ) -> list[Annotation]: ...


class Engine(Protocol):
    """Works on documents, somewhere; yields them in their order, some at a time."""

    def __call__(
        self, fresh: Sequence[Source], annotator: Annotates | None, settings: Settings, run: Run
    ) -> Generator[Worked]: ...


def analyze(
    paths: Sequence[Path],
    out: Path,
    *,
    settings: Settings | None = None,
    stdin: BinaryIO | None = None,
    annotator: Annotates | None = None,
    progress: Progress | None = None,
    stop: Callable[[], bool] = lambda: False,
    key: Key | None = None,
    engine: Engine | None = None,
) -> Analysis:
    """Read documents, extract their cases, and write the analysis folder.

    Documents that stand unchanged in an earlier analysis by the same version are taken from it, and
    those that an earlier run had done before it was stopped or killed.

    Args:
        paths: files and folders; ``-`` reads JSON lines from ``stdin``.
        out: the analysis folder; made if missing, never read as input.
        annotator: the networks; loaded when the first document needs them if None.
        progress: called with (documents done and on disk, documents in all).
        stop: asked after each chunk of documents whether the user wants to stop.
        key: replaces names and contacts before anything is stored, and learns the new ones; None
            stores the documents as they are.
        engine: where the documents are worked on; :func:`worked_here` if None.

    Raises:
        UsageError: a path does not exist, or ``out`` cannot be written or holds the other kind of
            analysis (with names, or without).
        NewerFormatError: ``out`` was written by a newer version.
        LockedError: another program is writing to ``out``.
        StoppedError: ``stop`` said so; what was done is on disk.
    """
    settings, engine = settings or Settings(), engine or worked_here
    clock = Clock()
    with clock.stage("read"):
        found = read.find_inputs([p for p in paths if str(p) != "-"], exclude=out)
    with store.writing(out):
        check_folder(out, pseudonymised=key is not None)
        mark_folder(out, pseudonymised=key is not None)
        decisions = corrections.by_document(corrections.stored(out))
        maker = _fingerprint(settings, pseudonymised=key is not None)
        with clock.stage("earlier"):
            journal = Journal(out, maker)
            earlier = _earlier(out, maker, decisions.keys())
        sources, skipped = _inputs(found, paths, stdin, out, key, earlier, stop, clock)
        results = _known(sources, decisions.keys(), earlier.done, journal.found)
        fresh = [s for s in sources if s.id not in results]
        run = Run(len(results), len(sources), clock, progress, stop)
        with closing(engine(fresh, annotator, settings, run)) as worked:
            skipped += _carry_out(worked, decisions, journal, run, results)
        skipped += amend.unread(decisions, {s.id for s in sources})
        analysis = _gathered([results[s.id] for s in sources if s.id in results], skipped)
        analysis = _recorded(analysis, maker, earlier, decisions.keys(), len(fresh), clock)
        store.save(analysis, out, known=earlier.written)
        journal.remove()
    return analysis


def _inputs(
    found: tuple[Sequence[Path], Sequence[Skipped]],
    paths: Sequence[Path],
    stdin: BinaryIO | None,
    out: Path,
    key: Key | None,
    earlier: Earlier,
    stop: Callable[[], bool],
    clock: Clock,
) -> tuple[list[Source], list[Skipped]]:
    """Return the documents to analyse, as they may be stored, and what was skipped.

    Args:
        found: the files under ``paths``, and what was passed over.
    """
    with clock.stage("read"):
        # What was stored under other names is not what the files say.
        before = {} if key is not None else _files(earlier.done)
        given = stdin if Path("-") in paths else None
        sources, skipped = read.read_all(*found, paths, given, stop, before)
    sources, skipped = forgotten.leave_out(out, sources, skipped)
    if key is not None:
        with clock.stage("pseudonymise"):
            sources, skipped = pseudonymise(sources, skipped, key)
            key.keep()  # before anything is stored: pseudonyms without their key are for good
    return sources, skipped


def _carry_out(
    worked: Iterable[Worked],
    decisions: Mapping[str, Sequence[corrections.Correction]],
    journal: Journal,
    run: Run,
    results: dict[str, Done],
) -> list[Skipped]:
    """Add documents to the results as they come, corrected as people decided.

    Returns:
        The documents at which the analysis failed, and the decisions that could not be followed.
    """
    failures: list[Skipped] = []
    unmet: list[Skipped] = []
    for done, failed in worked:
        journal.add(d for d in done if d[0].id not in decisions)
        failures += failed
        for document, cases in done:
            made = decisions.get(document.id, ())
            document, cases, lost = amend.apply(document, cases, made)
            results[document.id] = (document, cases)
            unmet += lost
        run.advance(len(results))
    return [*failures, *unmet]


def worked_here(
    fresh: Sequence[Source], annotator: Annotates | None, settings: Settings, run: Run
) -> Generator[Worked]:
    """Work on this machine; yield the documents of one chunk after the other."""
    with closing(parsed_ahead(_chunks(fresh), workers_for(fresh))) as ahead:
        for chunk, wait in ahead:
            run.check()
            # Loaded while the workers, if there are any, parse the first documents.
            annotator = annotator or load_annotator(settings, run.clock)
            yield work(chunk, wait, annotator, settings, run.clock)


def _chunks(fresh: Sequence[Source]) -> Iterator[Sequence[Source]]:
    """Yield the documents in chunks that grow: the network has work after a few are parsed."""
    at, size = 0, FIRST
    while at < len(fresh):
        yield fresh[at : at + size]
        at, size = at + size, min(2 * size, CHUNK)


def _gathered(results: Sequence[Done], skipped: Sequence[Skipped]) -> Analysis:
    return Analysis(
        documents=tuple(d for d, _ in results),
        cases=tuple(c for _, cases in results for c in cases),
        skipped=tuple(skipped),
    )


def _recorded(
    analysis: Analysis,
    maker: Mapping[str, Any],
    earlier: Earlier,
    decided: Collection[str],
    fresh: int,
    clock: Clock,
) -> Analysis:
    """Return the analysis with what ``run.json`` tells: its maker, and what this run did."""
    with clock.stage("compare"):
        # Nothing new, and all in the order in which it was compared before.
        unchanged = [d for d, _ in earlier.done.values()] == list(analysis.documents)
        again = earlier.duplicates if unchanged else near_duplicates(analysis)
    told = {
        **maker,
        "corrected": sorted(decided),
        "counts": analysis.counts(),
        "duplicates": again,
        "analysed_now": fresh,
        "seconds": clock.seconds.copy(),
    }
    return replace(analysis, run=told)


def work(
    chunk: Sequence[Source],
    wait: Callable[[], Parsed] | None,
    annotator: Annotates,
    settings: Settings,
    clock: Clock,
) -> Worked:
    """Return the chunk's documents with their cases, and those at which the analysis failed.

    If it fails the documents are tried one by one, so that a failure costs one of them alone.

    Args:
        wait: returns what spaCy says of the texts; None to ask it here.
    """
    try:
        return list(_together(chunk, wait, annotator, settings, clock)), []
    except XcaseError:
        raise  # a model is missing, say: no document can be analysed
    except Exception as error:  # noqa: BLE001 - one odd text must not cost the others
        if len(chunk) > 1:
            parts = [work([source], None, annotator, settings, clock) for source in chunk]
            return [d for done, _ in parts for d in done], [s for _, lost in parts for s in lost]
        # The message of an error of any library may quote the text, so its type alone is told.
        (source,) = chunk
        message = f"the analysis of this document failed ({type(error).__name__}); report it"
        return [], [Skipped(source.path, source.sha256, "analyse", "E_ANALYSIS", message)]


def _together(
    chunk: Sequence[Source],
    wait: Callable[[], Parsed] | None,
    annotator: Annotates,
    settings: Settings,
    clock: Clock,
) -> Generator[Done]:
    texts = [s.text for s in chunk]
    with clock.stage("parse"):
        parsed = parse(texts) if wait is None else wait()
    with clock.stage("annotate"):
        given = [(text, *said) for text, said in zip(texts, parsed, strict=True)]
        annotations = annotator.annotate(given)
    if not all(a.is_finite() for a in annotations):
        raise FloatingPointError
    with clock.stage("extract"):
        for source, (units, _), annotation in zip(chunk, parsed, annotations, strict=True):
            yield extract_cases(source, units, annotation, settings)


def _earlier(out: Path, maker: Mapping[str, Any], decided: Collection[str]) -> Earlier:
    """Return what an earlier run of the same maker (versions and settings) left.

    Documents on which people decided, now or then, are left out: decisions are carried out on what
    the extraction finds, and what cannot be followed is told on every run.
    """
    nothing = Earlier({}, {}, store.Written({}))
    try:
        earlier, written = store.load_written(out)
    except NewerFormatError:
        raise
    except AnalysisError:
        # Nothing there, or damaged, or from another version: then everything is done afresh.
        return nothing
    if any(earlier.run.get(key) != value for key, value in maker.items()):
        return nothing
    afresh = {*decided, *earlier.run.get("corrected", ())}
    cases = earlier.cases_by_document()
    found = {d.id: (d, cases[d.id]) for d in earlier.documents if d.id not in afresh}
    return Earlier(found, dict(repeats(earlier)), written)


def _files(earlier: Mapping[str, Done]) -> dict[str, Source]:
    """Return what an earlier run read from whole files, by their names."""
    return {
        d.path: Source(d.id, d.path, d.sha256, d.title, d.metadata, d.text)
        for d, _ in earlier.values()
        if d.id == d.path
    }


def _known(
    sources: Sequence[Source],
    decided: Collection[str],
    earlier: Mapping[str, Done],
    unfinished: Mapping[str, Done],
) -> dict[str, Done]:
    """Return what an earlier run, or one that was stopped, found of documents as they are now.

    A document may have changed between the two. What a stopped run found is uncorrected, so that a
    document on which people decided since is done again.
    """
    return {
        s.id: table[s.id]
        for s in sources
        for table in (unfinished, earlier)  # the last that fits is taken
        if s.id in table and s.id not in decided and _same(table[s.id], s)
    }


def _same(done: Done, source: Source) -> bool:
    document, _ = done
    return (document.sha256, document.path, document.text, document.metadata) == (
        source.sha256,
        source.path,
        source.text,
        source.metadata,
    )


def _fingerprint(settings: Settings, *, pseudonymised: bool) -> dict[str, Any]:
    """Return what decides on the result besides the documents; a run asks for it once."""
    return {
        "xcase": __version__,
        "taxonomy": taxonomy_version(),
        "models": {
            m.name: {"version": m.version, "sha256": m.files} for m in models.manifest().values()
        },
        "settings": settings.as_dict(),
        "pseudonymised": pseudonymised,
    }


def load_annotator(settings: Settings, clock: Clock) -> Annotates:
    with clock.stage("load"):
        from xcase.annotate.annotator import Annotator

        return Annotator.load(fast=settings.fast)
