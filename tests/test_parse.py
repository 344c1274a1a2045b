"""Texts are parsed ahead of the network in processes of their own, and come out the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fakes import FakeAnnotator
from mock_parser import die, tell

from xcase import parse, store
from xcase.parse import parsed_ahead, workers_for
from xcase.pipeline import analyze
from xcase.records import Source

TEXTS = [
    "# A heading\n\nBefore, Amina Diallo ran a warehouse. Then Ruth Okafor met her. She shone.",
    "- one item\n- another\n\nHe asked Dr. Lee of Acme Corp for help! It came late, e.g. at noon.",
    "Now that must die, said Bo Svensson. It did. Not at all.",
    "They fail, and fail better. Beckett said so, Samuel Beckett.",
]
CHUNKS = [[Source(str(n), "", "", "", {}, text)] for n, text in enumerate(TEXTS)]


def test_workers_say_what_is_said_here_whatever_happens_to_them() -> None:
    expected = [parse.parse([text]) for text in TEXTS]
    for workers in (0, 2):
        told = [(chunk, wait()) for chunk, wait in parsed_ahead(CHUNKS, workers, parser=die)]
        assert told == list(zip(CHUNKS, expected, strict=True))
    together = [chunk[0] for chunk in CHUNKS]
    ((_, wait),) = parsed_ahead([together], 0)
    assert wait() == [said for (said,) in expected]  # a text's neighbours say nothing about it


def test_workers_come_without_torch() -> None:
    (said,) = [wait() for _, wait in parsed_ahead(CHUNKS[:1], 1, parser=tell)]
    assert [(len(units), marks) for units, marks in said] == [(4, [])]  # marks: not parsed here


def test_a_worker_that_was_not_waited_for_is_not_waited_for_later() -> None:
    ((_, wait),) = parsed_ahead(CHUNKS[:1], 1, parser=tell)
    assert wait() == parse.parse(TEXTS[:1])


def test_a_few_texts_are_parsed_here() -> None:
    assert workers_for([Source("a", "", "", "", {}, "x" * 1000)]) == 0
    many = [Source("a", "", "", "", {}, "x" * 1000)] * 1000
    assert workers_for(many) == min(parse.cores() // 2, parse.MAX_WORKERS)


def test_an_analysis_with_workers_gives_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [json.dumps({"id": str(n), "text": f"{TEXTS[n % 4]} {n}"}) for n in range(150)]
    (tmp_path / "in.jsonl").write_text("\n".join(rows), encoding="utf-8")
    for name, worth in (("here", 10**9), ("ahead", 0)):
        monkeypatch.setattr(parse, "WORTH_A_WORKER", worth)
        monkeypatch.setattr(parse, "cores", lambda: 4)
        analyze([tmp_path / "in.jsonl"], tmp_path / name, annotator=FakeAnnotator())
    for name in store.FILES:
        assert (tmp_path / "ahead" / name).read_bytes() == (tmp_path / "here" / name).read_bytes()
