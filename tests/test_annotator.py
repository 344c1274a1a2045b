"""Lists of skills are read member by member."""

from __future__ import annotations

import re
import time
from pathlib import Path

import numpy as np
import pytest

from xcase import models
from xcase.annotate.annotator import Annotator, _conjuncts, _Draft, _parts, whole_words
from xcase.annotate.minilm import MiniLMEncoder
from xcase.annotate.windows import Window
from xcase.records import Mark, Tagged


def window(text: str) -> Window:
    """Return a window whose tokens are the words and the punctuation of ``text``."""
    offsets = [m.span() for m in re.finditer(r"\w+|[^\w\s]", text)]
    size = len(offsets)
    return Window([0] * size, offsets, [0] * size, [0], [size], [True], [0], [0])


@pytest.mark.parametrize(
    ("text", "members"),
    [
        (
            "run a meeting, read a balance sheet and say no",
            ["run a meeting", "read a balance sheet", "say no"],
        ),
        ("plan the week or ask for help", ["plan the week", "ask for help"]),
        ("trial and error in the shop", ["trial and error in the shop"]),
        ("kept her promises", ["kept her promises"]),
    ],
)
def test_a_list_of_skills_is_split_where_each_member_stands_alone(
    text: str, members: list[str]
) -> None:
    read = window(text)
    parts = _conjuncts(text, read, 0, len(read.offsets))
    quoted = [text[read.offsets[a][0] : read.offsets[b - 1][1]] for a, b in parts]
    assert quoted == members


@pytest.mark.parametrize(
    ("inside", "parts"),
    [
        ([0.1, 0.25, 0.9, 0.25, 0.1], [0, 0, 1, 0, 0]),
        ([0.1, 0.25, 0.22, 0.1, 0.4], [0, 1, 1, 0, 1]),
        ([0.25, 0.1, 0.1], [1, 0, 0]),
        ([0.1, 0.1], [0, 0]),
        ([], []),
    ],
)
def test_faint_tokens_make_a_span_where_none_is_clear(
    inside: list[float], parts: list[int]
) -> None:
    assert _parts(np.array(inside)).tolist() == [bool(p) for p in parts]


@pytest.mark.parametrize(
    ("kind", "words", "kept"),
    [
        ("outcome", "Karen", False),
        ("skill", "Karen Lee", False),
        ("outcome", "Karen Lee says", True),
        ("mentor", "Karen Lee", True),
        ("outcome", "sleeps", True),
    ],
)
def test_a_name_alone_is_nothing_that_came_of_a_story(kind: str, words: str, kept: bool) -> None:
    text = "His wife Karen Lee says he sleeps."
    draft = _Draft(text, [], [Mark("name", 9, 18)])
    start = text.index(words)
    draft.add_span(Tagged(kind, start, start + len(words), 0.9, {}))
    assert [text[s.start : s.end] for s in draft.spans] == [words] * kept


@pytest.mark.parametrize(
    ("text", "span", "words"),
    [
        ('She "listened," he said', (4, 10), "listened"),
        ("with fifty-two drivers now", (10, 18), "fifty-two drivers"),
        ("brought loyalty and calm", (8, 19), "loyalty"),
        ("and learnt to delegate", (0, 22), "learnt to delegate"),
        ("paid £4,000 to a fund", (5, 14), "£4,000"),
        ("she’s calm", (4, 10), "she’s calm"),
        ("grew by 40%.", (5, 12), "by 40%"),
        ("and", (0, 3), "and"),
        ("...", (0, 3), ""),
    ],
)
def test_a_span_is_whole_words_and_no_more(text: str, span: tuple[int, int], words: str) -> None:
    start, end = whole_words(text, *span)
    assert text[start:end] == words


@pytest.mark.parametrize("run", ["x" * 400_000, "x-" * 200_000])
def test_a_word_without_end_costs_no_time(run: str) -> None:
    began = time.process_time()
    for at in range(0, len(run), 400):
        start, end = whole_words(run, at, min(at + 20, len(run)))
        assert end - start <= 20 + 2 * 100
    assert time.process_time() - began < 5


def test_fast_the_large_network_is_not_even_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[tuple[str, ...]] = []
    locate = models.locate

    def located(name: str, *files: str) -> Path:
        read.append((name, *files))
        return locate(name, *files)

    monkeypatch.setattr(models, "locate", located)
    (network,) = Annotator.load(fast=True).networks.networks
    assert isinstance(network.encoder, MiniLMEncoder)
    assert ("all-mpnet-base-v2",) not in read
    assert ("all-mpnet-base-v2", "tokenizer.json") in read
    assert ("annotator", "annotator-small.safetensors") in read
