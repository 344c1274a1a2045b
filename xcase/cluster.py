"""The same work on a Ray cluster: chunks of documents go out as Arrow tables, results come back.

What happens to a chunk is :func:`xcase.pipeline.work`, here as on one machine, and what comes back
is kept in the same journal and the same files, so that the output is the same to the byte. An
actor that dies is started again with its chunk; a document at which the analysis fails comes back
as a row that says so. Ray is imported when it is asked for (``pip install 'xcase[scale]'``).

``RAY_ADDRESS`` names the cluster; without it Ray starts one on this machine. xcase must be
installed, in the same version, on every node.
"""

from __future__ import annotations

import json
import os
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from xcase import errors, store
from xcase.errors import AnalysisError, UsageError, XcaseError
from xcase.journal import Done
from xcase.pipeline import CHUNK, Annotates, Engine, Worked, load_annotator, work, worked_here
from xcase.records import Document, Skipped, Source
from xcase.run import Clock, Run
from xcase.settings import Settings

ENGINES = ("local", "ray")
# Processors of one actor: the network gains less from a second one than another actor does.
CPUS = 1
# What is told of a document, one column each; metadata as JSON.
_COLUMNS = ("id", "path", "sha256", "title", "metadata", "text")
# What comes back, in one column of each row: a document with its cases, or a :class:`Skipped`, or
# the error (type, message) that no document can be worked on for.
_RESULTS = ("done", "failed", "refused")


def engine_named(name: str) -> Engine:
    """Return what works on documents under a name of :data:`ENGINES`.

    Raises:
        UsageError: there is no such engine, or Ray is not installed.
    """
    if name not in ENGINES:
        raise UsageError(f"no engine {name!r}; known are {', '.join(ENGINES)}")
    if name == "ray":
        _imported()
        return worked_on_ray
    return worked_here


def worked_on_ray(
    fresh: Sequence[Source], annotator: Annotates | None, settings: Settings, run: Run
) -> Generator[Worked]:
    """Work on a cluster; yield the documents of one table after the other, in their order.

    Args:
        annotator: is sent to the actors; each loads the pinned network if None.

    Raises:
        AnalysisError: the cluster gave up, or has no processor: it would be waited for for ever.
        XcaseError: what an actor refused to work for.
    """
    if not fresh:
        return
    ray = _imported()
    with _cluster(ray), run.clock.stage("cluster"):
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        context.print_on_execution_start = False
        context.execution_options.preserve_order = True
        actors = int(ray.cluster_resources().get("CPU", 0)) // CPUS
        if not actors:
            raise AnalysisError("the cluster has no processor for an actor; add a node to it")
        tables = [_table(fresh[at : at + CHUNK]) for at in range(0, len(fresh), CHUNK)]
        done = ray.data.from_arrow(tables).map_batches(
            Worker,
            fn_constructor_args=(annotator, settings),
            batch_format="pyarrow",
            batch_size=CHUNK,
            compute=ray.data.ActorPoolStrategy(min_size=1, max_size=min(actors, len(tables))),
            num_cpus=CPUS,
        )
        try:
            for table in done.iter_batches(batch_format="pyarrow", batch_size=None):
                run.check()
                yield _worked(table)
        except ray.exceptions.RayError as error:
            # What it says may quote a text.
            message = f"the cluster gave up ({type(error).__name__}); what is done is kept"
            raise AnalysisError(message) from error


class Worker:
    """What an actor does with a table of documents; its network is loaded once."""

    def __init__(self, annotator: Annotates | None, settings: Settings) -> None:
        self._annotator = annotator
        self._settings = settings

    def __call__(self, table: Any) -> Any:
        """Return a row for each document, found or failed; one row if none can be worked on."""
        import pyarrow

        sources = [
            Source(**{**row, "metadata": json.loads(row["metadata"])}) for row in table.to_pylist()
        ]
        rows: list[dict[str, str]] = []
        try:
            self._annotator = self._annotator or load_annotator(self._settings, Clock())
            done, failed = work(sources, None, self._annotator, self._settings, Clock())
            rows += [{"done": _told(d)} for d in done]
            rows += [{"failed": json.dumps(store.to_json(s))} for s in failed]
        except XcaseError as error:  # a model is missing, say; Ray would not carry its type
            rows.append({"refused": json.dumps([type(error).__name__, str(error)])})
        text = pyarrow.large_string()
        schema = pyarrow.schema([(name, text) for name in _RESULTS])
        return pyarrow.Table.from_pylist(rows, schema=schema)


def _table(sources: Sequence[Source]) -> Any:
    import pyarrow

    told = {name: [getattr(s, name) for s in sources] for name in _COLUMNS}
    told["metadata"] = [json.dumps(m) for m in told["metadata"]]
    text = pyarrow.large_string()
    return pyarrow.table(told, schema=pyarrow.schema([(name, text) for name in _COLUMNS]))


def _told(done: Done) -> str:
    document, cases = done
    return json.dumps({"document": store.to_json(document), "cases": store.to_json(cases)})


def _worked(table: Any) -> Worked:
    found: list[Done] = []
    failed: list[Skipped] = []
    for row in table.to_pylist():
        if row["refused"]:
            name, message = json.loads(row["refused"])
            raise getattr(errors, name, AnalysisError)(message)
        if row["failed"]:
            failed.append(Skipped(**json.loads(row["failed"])))
        else:
            told = json.loads(row["done"])
            cases = tuple(store.case_from(case) for case in told["cases"])
            found.append((Document(**told["document"]), cases))
    return found, failed


@contextmanager
def _cluster(ray: Any) -> Iterator[None]:
    """Be connected to a cluster; one that was joined or started here is left again."""
    if ray.is_initialized():
        yield
        return
    ray.init(include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    try:
        yield
    finally:
        ray.shutdown()


def _imported() -> Any:
    """Return the module ``ray``; it tells nobody that it is used."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise UsageError("--engine ray needs Ray; run: pip install 'xcase[scale]'") from error
    return ray
