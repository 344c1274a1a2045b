"""The stages in their order: read, split, annotate, segment, extract, save."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from xcase import __version__, corrections, models, names, read, sentences, store
from xcase.errors import AnalysisError
from xcase.extract.industry import find_industries
from xcase.extract.outcomes import find_outcomes
from xcase.extract.people import find_people
from xcase.extract.program import find_program
from xcase.extract.roles import find_roles
from xcase.extract.skills import alias_marks, find_skills
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
    key: Key | None = None,
) -> Analysis:
    """Read documents, extract their cases, and write the analysis folder.

    Documents that stand unchanged in an earlier analysis by the same version are taken from it.

    Args:
        paths: files and folders; ``-`` reads JSON lines from ``stdin``.
        out: the analysis folder; made if missing, never read as input.
        annotator: the network; loaded when the first document needs it if None.
        progress: called with (documents done, documents in all).
        key: replaces names and contacts before anything is stored, and learns the new ones; None
            stores the documents as they are.

    Raises:
        UsageError: a path does not exist, or ``out`` cannot be written or holds the other kind of
            analysis (with names, or without).
    """
    settings = settings or Settings()
    clock = _Clock()
    with clock.stage("read"):
        files, skipped = read.find_inputs([p for p in paths if str(p) != "-"], exclude=out)
        store.prepare(out)
        check_folder(out, pseudonymised=key is not None)
        passed_over = [Path(s.path) for s in skipped]
        called = _names([*files, *passed_over], paths)
        skipped = [replace(s, path=called[Path(s.path)]) for s in skipped]
        sources, unread = _read(files, called, stdin if Path("-") in paths else None)
        skipped += unread
    sources, skipped = forgotten.leave_out(out, sources, skipped)
    if key is not None:
        with clock.stage("pseudonymise"):
            sources, skipped = pseudonymise(sources, skipped, key)
            key.keep()  # before anything is stored: pseudonyms without their key are for good
    decisions = corrections.by_document(corrections.stored(out))
    known = _earlier(out, settings, decisions.keys())
    results: dict[str, tuple[Document, tuple[Case, ...]]] = {
        s.id: known[s.id] for s in sources if s.id in known and _same(known[s.id][0], s)
    }
    fresh = [s for s in sources if s.id not in results]
    if progress:
        progress(len(results), len(sources))
    for chunk in _chunks(fresh, CHUNK):
        annotator = annotator or _load_annotator(clock)
        for source, document, cases in _work(chunk, annotator, settings, clock):
            made = decisions.get(source.id, ())
            document, cases, lost = corrections.apply(document, cases, made)
            results[source.id] = (document, cases)
            skipped += lost
        if progress:
            progress(len(results), len(sources))
    ordered = [results[s.id] for s in sources]
    analysis = Analysis(
        documents=tuple(d for d, _ in ordered),
        cases=tuple(c for _, cases in ordered for c in cases),
        skipped=tuple(skipped),
    )
    run = {
        **_fingerprint(settings),
        "corrected": sorted(decisions),
        "pseudonymised": key is not None,
        "counts": analysis.counts(),
        "analysed_now": len(fresh),
        "seconds": clock.seconds,
    }
    analysis = replace(analysis, run=run)
    store.save(analysis, out)
    return analysis


def extract_cases(
    source: Source, units: Sequence[sentences.Unit], annotation: Annotation, settings: Settings
) -> tuple[Document, tuple[Case, ...]]:
    """Turn one annotated document into its record and its cases."""
    stories, reason = segment(source.text, units, annotation, settings)
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
) -> Iterator[tuple[Source, Document, tuple[Case, ...]]]:
    with clock.stage("split"):
        units = list(sentences.split(s.text for s in chunk))
    with clock.stage("mark"):
        marks = mark([s.text for s in chunk])
    with clock.stage("annotate"):
        texts = (s.text for s in chunk)
        annotations = annotator.annotate(list(zip(texts, units, marks, strict=True)))
    with clock.stage("extract"):
        for source, split, annotation in zip(chunk, units, annotations, strict=True):
            yield source, *extract_cases(source, split, annotation, settings)


def _read(
    files: Sequence[Path], called: Mapping[Path, str], stdin: BinaryIO | None
) -> tuple[list[Source], list[Skipped]]:
    skipped: list[Skipped] = []
    items = [item for file in files for item in read.read_file(file, name=called[file])]
    if stdin is not None:
        items += read.read_rows(stdin)
    sources: dict[str, Source] = {}
    for item in items:
        if isinstance(item, Skipped):
            skipped.append(item)
        elif item.id in sources:
            message = f"document id {item.id!r} was already used by {sources[item.id].path}"
            skipped.append(Skipped(item.path, item.sha256, "read", "E_DUPLICATE_ID", message))
        else:
            sources[item.id] = item
    return list(sources.values()), skipped


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
) -> dict[str, tuple[Document, tuple[Case, ...]]]:
    """Return what an earlier run with the same versions and settings found, by document id.

    Documents on which people decided, now or then, are left out: decisions are carried out on what
    the extraction finds, and what cannot be followed is told on every run.
    """
    try:
        earlier = store.load(out)
    except AnalysisError:
        # Nothing there, or damaged, or from another version: then everything is done afresh.
        return {}
    fingerprint = _fingerprint(settings)
    if any(earlier.run.get(key) != value for key, value in fingerprint.items()):
        return {}
    afresh = {*decided, *earlier.run.get("corrected", ())}
    cases = earlier.cases_by_document()
    return {d.id: (d, cases[d.id]) for d in earlier.documents if d.id not in afresh}


def _same(document: Document, source: Source) -> bool:
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
