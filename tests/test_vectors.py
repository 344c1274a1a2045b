"""Vectors that are NaN, infinite or zero: told or made anew, and never a score from nothing."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import FakeAnnotator, WordEncoder
from test_similar import ASKED, three
from test_transfer import FakeEncoder

from xcase import store
from xcase.embed import TokenVectors
from xcase.errors import AnalysisError, ModelError
from xcase.match.reader import read_passages
from xcase.match.roster import read_roster
from xcase.pipeline import analyze
from xcase.records import Annotation, Case
from xcase.similar import Found, Searcher, profile_of_text, sound
from xcase.similar.index import Index, open_index
from xcase.taxonomy import load_industries, load_skills
from xcase.transfer.embedding import contexts
from xcase.transfer.vectors import FILE, vectors_of
from xcase.vectors import comparable

BAD = (np.nan, np.inf, -np.inf, 1e30)
STORY = "Before, Bo was late.\nThen Bo learned to plan.\nNow Bo shared out the work.\n"


class Spoilt(WordEncoder):
    """Gives a vector with one bad number for texts with a word, or nothing but zeros."""

    def __init__(self, word: str, number: float) -> None:
        super().__init__()
        self.word, self.number = word, number

    def encode(self, texts: Sequence[str]) -> list[TokenVectors]:
        return [self._spoilt(t, v) for t, v in zip(texts, super().encode(texts), strict=True)]

    def _spoilt(self, text: str, told: TokenVectors) -> TokenVectors:
        if self.word not in text:
            return told
        tokens, whole = told.tokens.copy(), told.whole.copy()
        if self.number == 0:
            return TokenVectors(tokens * 0, told.spans, whole * 0)
        tokens[0, 7] = whole[7] = self.number
        return TokenVectors(tokens, told.spans, whole)


def ask(index: Index, encoder: WordEncoder, words: str = ASKED) -> Found:
    return Searcher(three(), index, encoder).search(profile_of_text(words), count=3)


def made(folder: Path | None = None, encoder: WordEncoder | None = None) -> tuple[Index, str]:
    encoder = encoder or WordEncoder()
    return open_index(folder, three(), lambda: encoder, model=encoder.name)


# ---------------------------------------------------------------- similar


@pytest.mark.parametrize("number", BAD)
def test_an_encoder_that_gives_no_numbers_makes_no_index(tmp_path: Path, number: float) -> None:
    with pytest.raises(ModelError, match="numbers that are none"):
        made(tmp_path, Spoilt("nurse", number))
    assert not (tmp_path / "index").exists()


@pytest.mark.parametrize("number", BAD)
def test_a_query_of_no_numbers_is_refused(number: float) -> None:
    index, _ = made()
    with pytest.raises(ModelError, match="numbers that are none"):
        ask(index, Spoilt("nurse", number))


def test_a_query_of_zeros_scores_by_its_words_alone() -> None:
    index, _ = made()
    found = ask(index, Spoilt("", 0))
    kinds = {reason.kind for case in found.cases for reason in case.reasons}
    assert kinds == {"words", "skills", "industry"}
    assert all(np.isfinite(case.score) for case in found.cases)
    # No word, skill or industry of it stands anywhere.
    assert ask(index, Spoilt("", 0), "zebra quasar fjord glyph").cases == ()


def test_a_case_of_zeros_is_near_to_nothing() -> None:
    index, _ = made(encoder=Spoilt("bread", 0))
    assert index.nearness(np.arange(len(index.arrays["tokens"])), np.eye(384)[:1]).max() <= 1
    alone = ask(index, WordEncoder(), "I bake bread in a village shop and sell cake")
    (baker,) = [c for c in alone.cases if c.case_id == "d2:1"]
    assert "background" not in {reason.kind for reason in baker.reasons}


@pytest.mark.parametrize("number", [*BAD, 0.0])
@pytest.mark.parametrize("name", ["scales", "middles", "centre"])
def test_a_stored_vector_of_no_numbers_is_made_anew(
    tmp_path: Path, name: str, number: float
) -> None:
    index, _ = made(tmp_path)
    expected = ask(index, WordEncoder())
    path = tmp_path / "index" / f"{name}.npy"
    array = np.load(path)
    array.flat[3] = number
    np.save(path, array)
    again, note = made(tmp_path)
    assert note == "indexed 3 of 3 cases"
    assert ask(again, WordEncoder()) == expected


@pytest.mark.parametrize("number", BAD)
@pytest.mark.parametrize("name", ["scales", "middles", "centre"])
def test_a_stored_vector_of_no_numbers_in_a_large_file_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, number: float
) -> None:
    made(tmp_path)
    path = tmp_path / "index" / f"{name}.npy"
    array = np.load(path)
    array.flat[3] = number
    np.save(path, array)
    monkeypatch.setattr(sound, "CHECKED_BYTES", 0)  # none is read as a whole
    index, note = made(tmp_path)
    assert note == ""
    with pytest.raises(AnalysisError, match="xcase doctor"):
        ask(index, WordEncoder())
    monkeypatch.undo()
    assert "taken away" in sound.check_files(tmp_path)
    assert made(tmp_path)[1] == "indexed 3 of 3 cases"


@pytest.mark.parametrize("name", ["units", "token_unit"])
def test_places_that_are_none_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    made(tmp_path)
    path = tmp_path / "index" / f"{name}.npy"
    whole = np.load(path)
    monkeypatch.setattr(sound, "CHECKED_BYTES", 0)
    for place in range(0, whole.size, 3):
        array = whole.copy()
        array.flat[place] = 1 << 30
        np.save(path, array)
        index, _ = made(tmp_path)
        if name == "units" and place % 4 == 3:  # where a sentence ends cannot be known here
            continue
        with pytest.raises(AnalysisError, match="damaged"):
            ask(index, WordEncoder())


def test_a_flipped_bit_in_what_the_index_says_is_seen(tmp_path: Path) -> None:
    made(tmp_path)
    path = tmp_path / "index" / "index.json"
    whole = path.read_bytes()
    for place in range(0, len(whole), 17):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert made(tmp_path)[1] == "indexed 3 of 3 cases"


# ---------------------------------------------------------------- transfer and match


class SpoiltSentences(FakeEncoder):
    def __init__(self, number: float) -> None:
        super().__init__()
        self.number = number

    def encode(self, texts: Sequence[str]) -> Any:
        vectors = super().encode(texts)
        vectors[0, 5] = self.number
        return vectors


@pytest.mark.parametrize("number", BAD)
def test_sentences_without_numbers_are_refused_and_not_kept(tmp_path: Path, number: float) -> None:
    with pytest.raises(ModelError, match="numbers that are none"):
        vectors_of(["a b", "c"], tmp_path, SpoiltSentences(number))
    assert not (tmp_path / FILE).exists()


@pytest.mark.parametrize("number", [np.nan, np.inf, 60_000])
def test_kept_sentences_without_numbers_are_made_anew(tmp_path: Path, number: float) -> None:
    from safetensors.numpy import load_file, save_file

    expected = vectors_of(["a b", "c"], tmp_path, FakeEncoder())
    tensors = load_file(tmp_path / FILE)
    tensors["vectors"][1, 9] = number
    save_file(tensors, tmp_path / FILE, metadata={"model": FakeEncoder.name})
    encoder = FakeEncoder()
    assert (vectors_of(["a b", "c"], tmp_path, encoder) == expected).all()
    assert encoder.seen == ["a b", "c"]


def test_kept_sentences_of_other_shapes_are_made_anew(tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    vectors_of(["a b", "c"], tmp_path, FakeEncoder())
    whole = load_file(tmp_path / FILE)
    for tensors in (
        {**whole, "keys": whole["keys"][:1]},
        {**whole, "vectors": whole["vectors"][:, :7].copy()},
        {"keys": whole["keys"]},
    ):
        save_file(tensors, tmp_path / FILE, metadata={"model": FakeEncoder.name})
        encoder = FakeEncoder()
        assert vectors_of(["a b", "c"], tmp_path, encoder).shape == (2, 384)
        assert encoder.seen == ["a b", "c"]


def test_mentions_that_point_opposite_ways_are_near_to_nothing() -> None:
    one = np.eye(384, dtype=np.float32)[0]
    # Skill 3 of industry 0; in industry 1 skill 5, whose mentions have a mean of zero, and 6.
    vectors = np.stack([one, one, -one, -one])
    places = np.array([(0, 3), (1, 5), (1, 5), (1, 6)])
    told = contexts(vectors, places)
    assert np.isfinite(told.value).all()
    assert told.counterpart(0, 1, 3) == (5, 0.0)
    nothing = contexts(np.stack([one, -one, one]), np.array([(0, 3), (0, 3), (1, 5)]))
    assert nothing.counterpart(0, 1, 3) == (5, 0.0)
    assert told.value.shape == (len(load_industries()),) * 2 + (len(load_skills()),)


def test_a_roster_is_not_compared_by_no_numbers() -> None:
    rows = b"id,text,goals\na,I bake bread.,I want to sell cake.\n"
    roster = read_roster(rows, "mentees.csv", side="mentee")
    with pytest.raises(ModelError, match="numbers that are none"):
        read_passages(roster, SpoiltSentences(np.nan))


# ---------------------------------------------------------------- the network


class SpoiltNetwork(FakeAnnotator):
    """Says a NaN of a document with a word in it, at a place of its annotation."""

    def __init__(self, field: str) -> None:
        super().__init__()
        self.field = field

    def annotate(self, documents: Any) -> list[Annotation]:
        said = super().annotate(documents)
        return [
            self._spoilt(a) if "spoilt" in text else a
            for a, (text, _, _) in zip(said, documents, strict=True)
        ]

    def _spoilt(self, annotation: Annotation) -> Annotation:
        bad = float("nan")
        if self.field == "spans":
            spans = tuple(replace(s, score=bad) for s in annotation.spans)
            return replace(annotation, spans=spans)
        value: Any = getattr(annotation, self.field)
        if self.field == "phases":
            return replace(annotation, phases=((bad, 0.0, 0.0, 1.0), *value[1:]))
        spoilt = bad if self.field == "has_case" else (bad, *value[1:])
        return replace(annotation, **{self.field: spoilt})


@pytest.mark.parametrize(
    "field", ["phases", "case_starts", "has_case", "industry_from", "industry_to", "spans"]
)
def test_a_document_of_which_the_network_says_no_number_costs_itself(
    tmp_path: Path, field: str
) -> None:
    (tmp_path / "in").mkdir()
    for name, more in (("a", ""), ("b", "spoilt"), ("c", "")):
        (tmp_path / "in" / f"{name}.txt").write_text(STORY + more, encoding="utf-8")
    analysis = analyze([tmp_path / "in"], tmp_path / "out", annotator=SpoiltNetwork(field))
    assert [d.id for d in analysis.documents] == ["a.txt", "c.txt"]
    assert [(s.path, s.code) for s in analysis.skipped] == [("b.txt", "E_ANALYSIS")]
    kept: tuple[Case, ...] = store.load(tmp_path / "out").cases
    assert kept == analysis.cases
    for name in ("cases.jsonl", "documents.jsonl"):
        for line in (tmp_path / "out" / name).read_text(encoding="utf-8").splitlines():
            json.loads(line, parse_constant=_refuse)


def _refuse(constant: str) -> None:
    raise AssertionError(constant)


# ---------------------------------------------------------------- the rule


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ([1.0, 0.0], True), ([0.0, 0.0], True), ([0.6, 0.8], True), ([0.8, 0.8], False),
        ([np.nan, 0.0], False), ([np.inf, 0.0], False), ([1e38, 1e38], False),
    ],
)  # fmt: skip
def test_a_vector_is_finite_and_of_length_one_at_most(row: list[float], expected: bool) -> None:
    assert comparable(np.array([[0.0, 1.0], row], dtype=np.float32)) is expected
    assert comparable(np.array(row, dtype=np.float32)) is expected


def test_no_vector_at_all_can_be_compared() -> None:
    assert comparable(np.zeros((0, 384), np.float32))


def test_a_damaged_index_that_cannot_be_taken_away_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path)
    (tmp_path / "index" / "scales.npy").write_bytes(b"")
    monkeypatch.setattr(sound.shutil, "rmtree", lambda *_, **__: None)
    assert "cannot be taken away" in sound.check_files(tmp_path)


def test_a_flipped_bit_in_kept_sentences_is_seen(tmp_path: Path) -> None:
    vectors_of(["a b", "c"], tmp_path, FakeEncoder())
    whole = (tmp_path / FILE).read_bytes()
    for place in range(0, len(whole), 41):
        (tmp_path / FILE).write_bytes(
            whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        )
        encoder = FakeEncoder()
        vectors_of(["a b", "c"], tmp_path, encoder)
        assert encoder.seen == ["a b", "c"], place


def test_where_nothing_can_be_kept_there_is_an_answer_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    for name in ("unlink", "replace", "open"):
        monkeypatch.setattr(os, name, refuse)
    monkeypatch.setattr(Path, "write_bytes", refuse)
    assert vectors_of(["a b", "c"], tmp_path, FakeEncoder()).shape[0] == 2
