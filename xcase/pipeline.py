"""The stages in their order: read, split, annotate, segment, extract, save."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from xcase import __version__, corrections, language, models, names, read, sentences, store
from xcase.duplicates import near_duplicates, repeats
from xcase.errors import AnalysisError, NewerFormatError, StoppedError, XcaseError
from xcase.extract.industry import find_industries
from xcase.extract.outcomes import find_outcomes
from xcase.extract.people import find_people
from xcase.extract.program import find_program
from xcase.extract.roles import find_roles
from xcase.extract.skills import alias_marks, find_skills
from xcase.journal import Done, Journal
from xcase.privacy import forgotten
from xcase.privacy.key import Key
from xcase.privacy.pseudonymise import check_folder, pseudonymise
from xcase.records import Analysis, Annotation, Case, Document, Mark, Skipped, Source
from xcase.segment import Story, segment
from xcase.settings import Settings
from xcase.taxonomy import TAXONOMY_VERSION

# Documents annotated together: enough to fill batches of equal length, little in memory.
CHUNK = 64

Progress = Callable[[int, int], None]


class Annotates(Protocol):
    """What the pipeline needs of an annotator; tests pass a fake one."""

    def annotate(
        self, documents: Sequence[tuple[str, Sequence[sentences.Unit], Sequence[Mark]]]
    ) -> list[Annotation]: ...


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
) -> Analysis:
    """Read documents, extract their cases, and write the analysis folder.

    Documents that stand unchanged in an earlier analysis by the same version are taken from it, and
    those that an earlier run had done before it was stopped or killed.

    Args:
        paths: files and folders; ``-`` reads JSON lines from ``stdin``.
        out: the analysis folder; made if missing, never read as input.
        annotator: the network; loaded when the first document needs it if None.
        progress: called with (documents done and on disk, documents in all).
        stop: asked after each chunk of documents whether the user wants to stop.
        key: replaces names and contacts before anything is stored, and learns the new ones; None
            stores the documents as they are.

    Raises:
        UsageError: a path does not exist, or ``out`` cannot be written or holds the other kind of
            analysis (with names, or without).
        NewerFormatError: ``out`` was written by a newer version.
        LockedError: another program is writing to ``out``.
        StoppedError: ``stop`` said so; what was done is on disk.
    """
    settings = settings or Settings()
    clock = _Clock()
    with clock.stage("read"):
        found = read.find_inputs([p for p in paths if str(p) != "-"], exclude=out)
    with store.writing(out):
        check_folder(out, pseudonymised=key is not None)
        with clock.stage("read"):
            sources, skipped = _read(*found, paths, stdin if Path("-") in paths else None, stop)
        sources, skipped = forgotten.leave_out(out, sources, skipped)
        if key is not None:
            with clock.stage("pseudonymise"):
                sources, skipped = pseudonymise(sources, skipped, key)
                key.keep()  # before anything is stored: pseudonyms without their key are for good
        decisions = corrections.by_document(corrections.stored(out))
        journal = Journal(out, _fingerprint(settings))
        earlier, known_again = _earlier(out, settings, decisions.keys())
        known = journal.found | earlier
        results = {s.id: known[s.id] for s in sources if s.id in known and _same(known[s.id], s)}
        fresh = [s for s in sources if s.id not in results]
        watch = _Watch(len(results), len(sources), progress, stop)
        for done, failed in _worked(fresh, annotator, settings, clock, watch):
            journal.add(d for d in done if d[0].id not in decisions)
            skipped += failed
            for document, cases in done:
                made = decisions.get(document.id, ())
                document, cases, lost = corrections.apply(document, cases, made)
                results[document.id] = (document, cases)
                skipped += lost
            watch.advance(len(results))
        analysis = _gathered([results[s.id] for s in sources if s.id in results], skipped)
        with clock.stage("compare"):
            # Nothing new, and all in the order in which it was compared before.
            unchanged = not fresh and list(earlier) == [s.id for s in sources]
            again = known_again if unchanged else near_duplicates(analysis)
        run = {
            **_fingerprint(settings),
            "corrected": sorted(decisions),
            "pseudonymised": key is not None,
            "counts": analysis.counts(),
            "duplicates": again,
            "analysed_now": len(fresh),
            "seconds": clock.seconds,
        }
        analysis = replace(analysis, run=run)
        store.save(analysis, out)
        journal.remove()
    return analysis


class _Watch:
    """Tells how far a run is, and when the user wants it to stop."""

    def __init__(
        self, done: int, total: int, progress: Progress | None, stop: Callable[[], bool]
    ) -> None:
        self._done, self._total, self._progress, self._stop = done, total, progress, stop
        self.advance(done)

    def advance(self, done: int) -> None:
        """Tell how many documents are done and on disk."""
        self._done = done
        if self._progress:
            self._progress(done, self._total)

    def check(self) -> None:
        """Raise StoppedError if the user wants to stop."""
        if self._stop():
            raise _stopped(self._done, self._total)


def _worked(
    fresh: Sequence[Source],
    annotator: Annotates | None,
    settings: Settings,
    clock: _Clock,
    watch: _Watch,
) -> Iterator[tuple[list[Done], list[Skipped]]]:
    """Yield the documents of one chunk after the other, and those at which the analysis failed."""
    for chunk in _chunks(fresh, CHUNK):
        watch.check()
        annotator = annotator or _load_annotator(clock)
        yield _work(chunk, annotator, settings, clock)


def _gathered(results: Sequence[Done], skipped: Sequence[Skipped]) -> Analysis:
    return Analysis(
        documents=tuple(d for d, _ in results),
        cases=tuple(c for _, cases in results for c in cases),
        skipped=tuple(skipped),
    )


def extract_cases(
    source: Source, units: Sequence[sentences.Unit], annotation: Annotation, settings: Settings
) -> tuple[Document, tuple[Case, ...]]:
    """Turn one annotated document into its record and its cases."""
    stories, reason = _stories(source.text, units, annotation, settings)
    cases = tuple(
        _case(source, story, number, annotation, settings)
        for number, story in enumerate(stories, start=1)
    )
    document = Document(
        id=source.id,
        path=source.path,
        sha256=source.sha256,
        title=source.title,
        metadata=source.metadata,
        text=source.text,
        kind="cases" if cases else "not_a_case",
        reason=reason,
    )
    return document, cases


def _stories(
    text: str, units: Sequence[sentences.Unit], annotation: Annotation, settings: Settings
) -> tuple[list[Story], str]:
    """Return the stories of a text, and why there are none; other languages are not guessed at."""
    if other := language.foreign(text):
        return [], f"seems to be in another language than English ({other}); translate it first"
    return segment(text, units, annotation, settings)


def mark(texts: Sequence[str]) -> list[list[Mark]]:
    """Return for each text the names of people, organisations and skills, for the network."""
    named = names.find_names(texts)
    return [
        [*alias_marks(text), *(Mark("name", *span) for span in spans)]
        for text, spans in zip(texts, named, strict=True)
    ]


def _case(
    source: Source, story: Story, number: int, annotation: Annotation, settings: Settings
) -> Case:
    text, told = source.text, story.sentences
    tagged = [t for t in annotation.spans if story.start <= t.start and t.end <= story.end]
    mentee, mentor = find_people(text, tagged, story.start, story.end, settings.person)
    guessed = (annotation.industry_from, annotation.industry_to)
    industry_from, industry_to = find_industries(text, told, guessed, settings.industry_words)
    outcomes = find_outcomes(text, tagged, told, settings.outcome)
    role_from, role_to = find_roles(text, told, outcomes)
    return Case(
        id=f"{source.id}:{number}",
        document_id=source.id,
        title=story.title or source.title,
        start=story.start,
        end=story.end,
        mentee=mentee,
        mentor=mentor,
        industry_from=industry_from,
        industry_to=industry_to,
        role_from=role_from,
        role_to=role_to,
        program=find_program(text, tagged, story.start, story.end, settings.duration),
        sentences=told,
        skills=tuple(find_skills(text, tagged, told, settings.skill)),
        outcomes=tuple(outcomes),
    )


def _work(
    chunk: Sequence[Source], annotator: Annotates, settings: Settings, clock: _Clock
) -> tuple[list[Done], list[Skipped]]:
    """Return the chunk's documents with their cases, and those at which the analysis failed.

    If it fails the documents are tried one by one, so that a failure costs one of them alone.
    """
    try:
        return list(_together(chunk, annotator, settings, clock)), []
    except XcaseError:
        raise  # a model is missing, say: no document can be analysed
    except Exception as error:  # noqa: BLE001 - one odd text must not cost the others
        if len(chunk) > 1:
            parts = [_work([source], annotator, settings, clock) for source in chunk]
            return [d for done, _ in parts for d in done], [s for _, lost in parts for s in lost]
        # The message of an error of any library may quote the text, so its type alone is told.
        (source,) = chunk
        message = f"the analysis of this document failed ({type(error).__name__}); report it"
        return [], [Skipped(source.path, source.sha256, "analyse", "E_ANALYSIS", message)]


def _together(
    chunk: Sequence[Source], annotator: Annotates, settings: Settings, clock: _Clock
) -> Iterator[tuple[Document, tuple[Case, ...]]]:
    with clock.stage("split"):
        units = list(sentences.split(s.text for s in chunk))
    with clock.stage("mark"):
        marks = mark([s.text for s in chunk])
    with clock.stage("annotate"):
        texts = (s.text for s in chunk)
        annotations = annotator.annotate(list(zip(texts, units, marks, strict=True)))
    with clock.stage("extract"):
        for source, split, annotation in zip(chunk, units, annotations, strict=True):
            yield extract_cases(source, split, annotation, settings)


def _read(
    files: Sequence[Path],
    passed_over: Sequence[Skipped],
    paths: Sequence[Path],
    stdin: BinaryIO | None,
    stop: Callable[[], bool],
) -> tuple[list[Source], list[Skipped]]:
    called = _names([*files, *(Path(s.path) for s in passed_over)], paths)
    skipped = [replace(s, path=called[Path(s.path)]) for s in passed_over]
    items = read.read_files([(file, called[file]) for file in files])
    sources: dict[str, Source] = {}
    for item in chain(items, () if stdin is None else read.read_rows(stdin)):
        if stop():
            raise _stopped(0, 0)
        if isinstance(item, Skipped):
            skipped.append(item)
        elif item.id in sources:
            message = f"document id {item.id!r} was already used by {sources[item.id].path}"
            skipped.append(Skipped(item.path, item.sha256, "read", "E_DUPLICATE_ID", message))
        else:
            sources[item.id] = item
    return list(sources.values()), skipped


def _stopped(done: int, total: int) -> StoppedError:
    so_far = f"{done} of {total} documents are done" if total else "while reading"
    return StoppedError(f"stopped, {so_far}; the same command goes on from there")


def _names(files: Sequence[Path], paths: Sequence[Path]) -> dict[Path, str]:
    """Return for each file its path within the folder given: no record names the machine.

    Where two files would get the same name, folders above them are added until they differ.
    """
    sizes = {}
    for file in files:
        folder = next((p for p in paths if p != file and file.is_relative_to(p)), file.parent)
        sizes[file] = len(file.relative_to(folder).parts)
    while True:
        names = {f: "/".join(f.absolute().parts[-size:]) for f, size in sizes.items()}
        count = Counter(names.values())
        equal = [f for f, name in names.items() if count[name] > 1]
        if not equal:
            return names
        for file in equal:
            sizes[file] += 1


def _earlier(
    out: Path, settings: Settings, decided: Collection[str]
) -> tuple[dict[str, tuple[Document, tuple[Case, ...]]], dict[str, str]]:
    """Return what an earlier run with the same versions and settings found, by document id.

    And which of its cases told a story again.

    Documents on which people decided, now or then, are left out: decisions are carried out on what
    the extraction finds, and what cannot be followed is told on every run.
    """
    try:
        earlier = store.load(out)
    except NewerFormatError:
        raise
    except AnalysisError:
        # Nothing there, or damaged, or from another version: then everything is done afresh.
        return {}, {}
    fingerprint = _fingerprint(settings)
    if any(earlier.run.get(key) != value for key, value in fingerprint.items()):
        return {}, {}
    afresh = {*decided, *earlier.run.get("corrected", ())}
    cases = earlier.cases_by_document()
    found = {d.id: (d, cases[d.id]) for d in earlier.documents if d.id not in afresh}
    return found, dict(repeats(earlier))


def _same(done: tuple[Document, tuple[Case, ...]], source: Source) -> bool:
    document, _ = done
    return (document.sha256, document.path, document.text, document.metadata) == (
        source.sha256,
        source.path,
        source.text,
        source.metadata,
    )


def _fingerprint(settings: Settings) -> dict[str, Any]:
    return {
        "xcase": __version__,
        "taxonomy": TAXONOMY_VERSION,
        "models": {
            m.name: {"version": m.version, "sha256": m.files} for m in models.manifest().values()
        },
        "settings": settings.as_dict(),
    }


def _load_annotator(clock: _Clock) -> Annotates:
    with clock.stage("load"):
        from xcase.annotate.annotator import Annotator

        return Annotator.load()


def _chunks(items: Iterable[Source], size: int) -> Iterator[list[Source]]:
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


class _Clock:
    """Seconds spent in each stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        finally:
            spent = self.seconds.get(name, 0.0) + time.monotonic() - began
            self.seconds[name] = round(spent, 3)
