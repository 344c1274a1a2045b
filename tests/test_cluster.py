"""The same analysis on a Ray cluster of two nodes: the same bytes, whatever dies."""

from __future__ import annotations

import io
import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fakes import FakeAnnotator
from typer.testing import CliRunner

from xcase import cluster, store
from xcase.cli import app
from xcase.cluster import engine_named
from xcase.errors import AnalysisError, ModelError, UsageError
from xcase.pipeline import analyze
from xcase.records import Analysis

TESTS = Path(__file__).parent
STORY = "Before, Bo was late.\nThen Ruth heard her out.\nNow Bo shared out the work {n}.\n"


class Odd(FakeAnnotator):
    """Fails at a text, and dies once: where ``scene`` is not there yet."""

    def __init__(self, scene: Path) -> None:
        super().__init__()
        self.scene = scene

    def annotate(self, documents: Any) -> Any:
        import ray

        node = ray.get_runtime_context().get_node_id()
        (self.scene.parent / f"node-{node}").touch()
        if any("poison" in text for text, _, _ in documents):
            raise IndexError(documents[0][0])
        if any("number 99" in text for text, _, _ in documents) and not self.scene.exists():
            self.scene.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().annotate(documents)


class Poisoned(FakeAnnotator):
    def annotate(self, documents: Any) -> Any:
        if any("poison" in text for text, _, _ in documents):
            raise IndexError(documents[0][0])
        return super().annotate(documents)


class Modelless(FakeAnnotator):
    def annotate(self, documents: Any) -> Any:  # noqa: ARG002 - it does not come so far
        raise ModelError("model file w of m is missing; restore it")


@pytest.fixture(scope="module")
def two_nodes() -> Iterator[None]:
    ray = pytest.importorskip("ray", reason="the extra `scale` is not installed")
    from ray.cluster_utils import Cluster

    told = {
        "PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS)]),
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_worker_niceness": "0",  # on a busy machine nicer workers would hardly ever run
    }
    before = {name: os.environ.get(name) for name in told}
    os.environ.update(told)
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    try:
        cluster.add_node(num_cpus=1)
        ray.init(address=cluster.address, log_to_driver=False, logging_level="ERROR")
        yield
    finally:
        ray.shutdown()
        cluster.shutdown()
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def rows() -> bytes:
    told = [{"id": f"m{n}", "text": STORY.format(n=f"number {n}"), "cohort": 2.5} for n in range(9)]
    told += [{"id": f"k{n}", "text": f"number {n} " + STORY.format(n=n)} for n in range(9, 300)]
    told[40]["text"] = "poison"
    return "\n".join(json.dumps(row) for row in told).encode()


def run(out: Path, annotator: Any, engine: str) -> Analysis:
    given = io.BytesIO(rows())
    return analyze([Path("-")], out, stdin=given, annotator=annotator, engine=engine_named(engine))


@pytest.mark.usefixtures("two_nodes")
def test_two_nodes_give_the_bytes_of_one_machine_though_a_worker_is_killed(tmp_path: Path) -> None:
    here = run(tmp_path / "here", Poisoned(), "local")
    there = run(tmp_path / "there", Odd(tmp_path / "killed"), "ray")
    assert (tmp_path / "killed").exists()
    assert len(list(tmp_path.glob("node-*"))) == 2
    assert [(s.code, s.stage) for s in there.skipped] == [("E_ANALYSIS", "analyse")]
    assert "poison" not in there.skipped[0].message
    assert len(there.documents) == len(here.documents) == 299
    for name in store.FILES:
        assert (tmp_path / "there" / name).read_bytes() == (tmp_path / "here" / name).read_bytes()
    again = run(tmp_path / "there", Odd(tmp_path / "killed"), "ray")
    assert again.run["analysed_now"] == 1  # that which failed


@pytest.mark.usefixtures("two_nodes")
def test_a_missing_model_is_told_as_on_one_machine(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="restore it"):
        run(tmp_path, Modelless(), "ray")


def test_an_unknown_engine_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="local, ray"):
        engine_named("spark")
    command = ["analyze", str(tmp_path), "--out", str(tmp_path / "out"), "--engine", "spark"]
    done = CliRunner().invoke(app, command)
    assert isinstance(done.exception, UsageError)
    assert not (tmp_path / "out").exists()


def test_without_ray_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UsageError, match=r"pip install 'xcase\[scale\]'"):
        engine_named("ray")


def test_a_cluster_without_a_processor_is_told_and_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    context = SimpleNamespace(execution_options=SimpleNamespace())
    ray = SimpleNamespace(
        is_initialized=lambda: True,
        cluster_resources=lambda: {"memory": 1.0, "CPU": 0.5},
        data=SimpleNamespace(DataContext=SimpleNamespace(get_current=lambda: context)),
    )
    monkeypatch.setattr(cluster, "_imported", lambda: ray)
    with pytest.raises(AnalysisError, match="no processor"):
        run(tmp_path, FakeAnnotator(), "ray")
