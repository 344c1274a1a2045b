"""What spaCy says of texts: their sentences, and the names in them; ahead of the network.

Only the parts of spaCy that are read are run: the senter on prose, the entity recogniser on the
text. They work in one thread, so where there is enough to do they run in a few warm processes,
some documents ahead, while the network has the others; what a worker cannot do is done here.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence

from xcase import names, sentences
from xcase.errors import XcaseError
from xcase.extract.skills import alias_marks
from xcase.processes import Call, Workers, cores, end_with
from xcase.records import Mark, Source

# Characters: a worker starts in the time in which some 70,000 are parsed (measured).
WORTH_A_WORKER = 100_000
MAX_WORKERS = 4
# Chunks that each worker may be ahead: enough to be busy, little in memory.
_AHEAD = 2

# The sentences and the marks of each text.
Parsed = list[tuple[list[sentences.Unit], list[Mark]]]
Wait = Callable[[], Parsed]
Parser = Callable[[Sequence[str]], Parsed]


def mark(texts: Sequence[str]) -> list[list[Mark]]:
    """Return for each text the names of people, organisations and skills, for the network."""
    named = names.find_names(texts)
    return [
        [*alias_marks(text), *(Mark("name", *span) for span in spans)]
        for text, spans in zip(texts, named, strict=True)
    ]


def parse(texts: Sequence[str]) -> Parsed:
    """Return the sentences and the marks of each text; this is what a worker does."""
    return list(zip(sentences.split(texts), mark(texts), strict=True))


def workers_for(sources: Sequence[Source]) -> int:
    """Return how many processes are worth their start; 0 is to parse where the network runs."""
    spare = min(cores() // 2, MAX_WORKERS)
    return spare if sum(len(s.text) for s in sources) >= WORTH_A_WORKER else 0


def parsed_ahead(
    chunks: Iterable[Sequence[Source]], workers: int, *, parser: Parser | None = None
) -> Generator[tuple[Sequence[Source], Wait]]:
    """Yield chunks, each with a function that waits for what spaCy says of its texts.

    What comes of a text does not depend on the number of workers, nor on its chunk. Who asks for
    the next chunk before waiting for this one has it parsed here.

    Args:
        parser: what workers call, :func:`parse` if None; tests give one that dies.
    """
    if workers == 0:
        for chunk in chunks:
            yield chunk, _here(chunk)
        return
    pool = Workers(workers, _begin, (os.getpid(),))
    try:
        waiting: deque[tuple[Sequence[Source], Call]] = deque()
        for chunk in chunks:
            waiting.append((chunk, pool.call(parser or parse, [s.text for s in chunk])))
            if len(waiting) > _AHEAD * workers:
                yield from _first(waiting)
        while waiting:
            yield from _first(waiting)
    finally:
        pool.stop()


def _here(chunk: Sequence[Source]) -> Wait:
    return lambda: parse([s.text for s in chunk])


def _first(
    waiting: deque[tuple[Sequence[Source], Call]],
) -> Generator[tuple[Sequence[Source], Wait]]:
    chunk, call = waiting.popleft()

    def wait() -> Parsed:
        said, error = call.outcome()
        if isinstance(error, XcaseError):
            raise error  # a model is missing here, too
        if error is not None:  # the worker was killed, or a text is odd: then it is told here
            return _here(chunk)()
        return said  # type: ignore[no-any-return]

    try:
        yield chunk, wait
    finally:
        call.cancel()  # who goes on has waited, or never will


def _begin(parent: int) -> None:
    """Prepare a worker: one thread, and no torch, which spaCy would import and never use."""
    import sys

    end_with(parent)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = "1"
    sys.modules["torch"] = None  # type: ignore[assignment]
