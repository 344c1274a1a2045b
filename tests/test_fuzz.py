"""Any input at all: readers, segmenter, JSON lines, rules and queries answer or refuse, in words.

``XCASE_FUZZ`` sets how many inputs each target gets (``make fuzz``).
"""

from __future__ import annotations

import io
import json
import os
from typing import Any

import pytest
from fakes import FakeAnnotator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xcase import sentences, store
from xcase.cases import extract_cases
from xcase.errors import UsageError
from xcase.journal import Journal
from xcase.match.rules import load_rules
from xcase.parse import mark
from xcase.read import read_file, read_rows
from xcase.read.kinds import SUFFIXES
from xcase.records import Source
from xcase.settings import Settings, load_settings
from xcase.similar.profile import parse_profile, profile_of_text, read
from xcase.similar.words import words_of

INPUTS = int(os.environ.get("XCASE_FUZZ", "25"))
fuzzed = settings(max_examples=INPUTS, deadline=None, suppress_health_check=list(HealthCheck))

# What sentence splitters and offsets stumble over, besides any text at all.
PIECES = st.sampled_from(
    [
        "Before, Bo was late. ", "Then Ruth heard her out.\n", "Now Bo shared out the work.\n",
        "# ", "- ", "\r\n", "\r", "\u2028", "\x85", "e\u0301", "\ufb01", "\u00ad", "\u202e",
        "\u200d",
        "👩🏽‍⚕️", "שלום", "你好。", "\x00", "\x1b[31m", "\ufeff", "{{7*7}}", "%s", "</script>", "\t",
    ]
)  # fmt: skip
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=20)), min_size=1, max_size=15).map("".join)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=9,
)


@fuzzed
@given(suffix=st.sampled_from(SUFFIXES), data=st.binary(max_size=300) | TEXTS.map(str.encode))
def test_readers(tmp_path_factory: pytest.TempPathFactory, suffix: str, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / f"fuzz{suffix}"
    path.write_bytes(data)
    records = list(read_file(path, name=path.name))
    assert records
    for record in records:
        json.dumps(store.to_json(record), ensure_ascii=False, allow_nan=False).encode()


@fuzzed
@given(st.lists(st.binary(max_size=60) | JSON.map(lambda v: json.dumps(v).encode()), max_size=6))
def test_json_lines(lines: list[bytes]) -> None:
    rows = list(read_rows(io.BytesIO(b"\n".join([*lines, b'{"id": "last", "text": "a"}']))))
    for record in rows:
        json.dumps(store.to_json(record), ensure_ascii=False, allow_nan=False).encode()
    whole = [r for r in rows if isinstance(r, Source)]
    begun = any(line.strip() in (b"[", b"{") for line in b"\n".join(lines).split(b"\n"))
    assert begun or "last" in {r.id for r in whole}


@fuzzed
@given(TEXTS)
def test_every_span_of_any_text_stands_in_it(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    source = Source("a", "a.txt", "0" * 64, "T", {}, text)
    (units,) = sentences.split([text])
    ends = [0]
    for unit in units:
        assert ends[-1] <= unit.start < unit.end <= len(text)
        ends.append(unit.end)
    (annotation,) = FakeAnnotator().annotate([(text, units, mark([text])[0])])
    _, cases = extract_cases(source, units, annotation, Settings())
    for case in cases:
        assert 0 <= case.start <= case.end <= len(text)
        quotes = (*case.skills, *case.outcomes, *case.program.duration, *case.program.cadence)
        for quote in quotes:
            assert text[quote.start : quote.end] == quote.surface


@fuzzed
@given(texts=st.lists(TEXTS, min_size=1, max_size=4), cut=st.floats(0, 1))
def test_a_journal_cut_anywhere(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], cut: float
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    texts = [text.encode("utf-8", "replace").decode() for text in texts]
    made = [
        extract_cases(Source(f"d{n}", "a", "0" * 64, "T", {"x": t}, t), [], _nothing(), Settings())
        for n, t in enumerate(texts)
    ]
    Journal(folder, {"v": 1}).add(made)
    (path,) = folder.iterdir()
    content = path.read_bytes()
    path.write_bytes(content[: round(cut * len(content))])
    found = list(Journal(folder, {"v": 1}).found.values())
    assert found == made[: len(found)]
    assert len(found) >= content[: round(cut * len(content))].count(b"\n") - 1


def _nothing() -> Any:
    return FakeAnnotator().annotate([("", [], [])])[0]


@fuzzed
@given(
    st.text(max_size=200)
    | st.lists(
        st.sampled_from(
            [
                'objective = "score"', "stable = true", "[capacity]", "default = 1", "[[forbid]]",
                'same = "x"', "[[pin]]", 'mentee = "m"', 'mentor = "r"', "[[criterion]]",
                "at_least = 2",
                'column = "c"', 'test = "overlap"', 'weight = "must"', "[[quota]]", "[weights]",
                "skills = -1", "skills = nan", "default = 1.5", "a.b.c = []", 'same = ["\\u0000"]',
            ]
        ),
        max_size=9,
    ).map("\n".join)
)  # fmt: skip
def test_rules_and_settings(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "rules.toml"
    path.write_bytes(text.encode("utf-8", "replace"))
    for load in (load_rules, load_settings):
        try:
            load(path)
        except UsageError as error:
            assert str(path) in str(error)  # noqa: PT017 - it need not be raised


@fuzzed
@given(TEXTS | JSON.map(json.dumps), st.sampled_from(["-", "a.json", "a.jsonl", "a.csv"]))
def test_queries(text: str, name: str) -> None:
    assert all(words_of(text))
    try:
        profile = profile_of_text(text)
        reading = read(profile)
        assert reading is not None
    except UsageError as error:
        assert str(error)  # noqa: PT017 - it need not be raised
    try:
        parsed, _ = parse_profile(text, name)
        read(parsed)
    except UsageError as error:
        assert str(error)  # noqa: PT017 - it need not be raised
