"""Transfers: each signal by itself, the verdict's rules, and the command as its users meet it."""

from __future__ import annotations

import csv
import io
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcase import store
from xcase.errors import UsageError
from xcase.records import (
    Analysis,
    Case,
    Document,
    IndustryGuess,
    Outcome,
    Program,
    Sentence,
    SkillMention,
    Transfer,
)
from xcase.taxonomy import load_industries, load_skills
from xcase.transfer import Base, Question, ask, notes, prepare, read_asker, show, transfer
from xcase.transfer.answer import industry_position, skill_position
from xcase.transfer.cases import CaseCounts, count_cases
from xcase.transfer.labour_market import carry, load_labour_market
from xcase.transfer.vectors import DIMENSIONS, FILE, Vectors, vectors_of
from xcase.transfer.verdict import WEIGHTS, judge

ROOT = Path(__file__).parent.parent
LABELS = [i.label for i in load_industries()]
HEALTH, TECH, FARM = "Healthcare", "Information & Technology", "Agriculture"


class FakeEncoder:
    """Unit vectors from a hash of the words: texts that share words are alike."""

    name = "fake:1"

    def __init__(self) -> None:
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.seen += texts
        rows = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split():
                row[sum(word.encode()) % DIMENSIONS] += 1
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1)


_numbers = itertools.count()


def story(
    *skills: tuple[str, str, str],
    source: str | None = HEALTH,
    target: str | None = TECH,
    ending: str = "positive",
    hypothetical: bool = False,
    holder: str = "mentee",
    salt: str | None = None,
) -> tuple[Document, Case]:
    """Return a story; a skill is (name, status, phase), each told in a sentence of its own."""
    name = f"d{next(_numbers)}"
    text, sentences, mentions = f"{salt or name} tells. ", [], []
    for skill, status, phase in skills:
        start = len(text)
        surface = f"{status} all the {skill}"
        text += f"She {surface} there. "
        sentences.append(Sentence(start, len(text) - 1, phase, 0.9))  # type: ignore[arg-type]
        at = start + len("She ")
        mentions.append(
            SkillMention(
                skill, at, at + len(surface), surface, status, holder, phase,  # type: ignore[arg-type]
                hypothetical, 0.8, "network",
            )
        )  # fmt: skip
    outcome = Outcome("other", 0, 2, text[:2], ending, 0.9)  # type: ignore[arg-type]
    case = Case(
        f"{name}:1", name, name, 0, len(text), None, None,
        None if source is None else IndustryGuess(source, 0.9, ()),
        None if target is None else IndustryGuess(target, 0.9, ()),
        None, None, Program(), tuple(sentences), tuple(mentions), (outcome,),
    )  # fmt: skip
    return Document(name, f"{name}.txt", "0" * 64, name, {}, text, "cases", ""), case


def corpus(*stories: tuple[Document, Case]) -> Analysis:
    return Analysis(tuple(d for d, _ in stories), tuple(c for _, c in stories), ())


CARRIED = ("empathy", "used", "outcome")


def base_of(*stories: tuple[Document, Case]) -> Base:
    return prepare(corpus(*stories), encoder=FakeEncoder())


def one(base: Base, skill: str, source: str = HEALTH, target: str = TECH) -> Transfer:
    (row,) = ask(base, Question(source, target, (skill,)), 5)
    return row


@pytest.fixture(scope="module")
def empty() -> Base:
    return base_of()


# ---------------------------------------------------------------- cases


def counted(counts: CaseCounts, skill: str) -> tuple[int, int, int]:
    at = (industry_position(HEALTH), industry_position(TECH), skill_position(skill))
    return int(counts.carried[at]), int(counts.shown[at]), int(counts.failed[at])


@pytest.mark.parametrize(
    ("skills", "ending", "expected"),
    [
        ([("empathy", "used", "outcome")], "positive", (1, 0, 0)),
        ([("empathy", "developed", "journey")], "mixed", (1, 0, 0)),
        ([("empathy", "had", "background")], "positive", (0, 1, 0)),
        ([("empathy", "used", "background")], "positive", (0, 1, 0)),
        ([("empathy", "used", "journey")], "negative", (0, 0, 1)),
        (
            [("empathy", "had", "background"), ("empathy", "lacked", "outcome")],
            "positive",
            (0, 0, 1),
        ),
        ([("empathy", "lacked", "background")], "positive", (0, 0, 0)),
        (
            [("empathy", "used", "journey"), ("empathy", "used", "outcome")],
            "positive",
            (1, 0, 0),
        ),
    ],
)
def test_a_story_counts_once_by_what_became_of_the_skill(
    skills: list[tuple[str, str, str]], ending: str, expected: tuple[int, int, int]
) -> None:
    counts = count_cases(corpus(story(*skills, ending=ending)))
    assert counted(counts, "empathy") == expected


@pytest.mark.parametrize(
    ("sure", "guessed", "expected"),
    [("positive", "negative", (1, 0, 0)), ("negative", "positive", (0, 0, 1))],
)
def test_what_is_sure_decides_whether_a_story_failed(
    sure: str, guessed: str, expected: tuple[int, int, int]
) -> None:
    document, case = story(CARRIED, ending=sure)
    (outcome,) = case.outcomes
    guess = replace(outcome, polarity=guessed, confidence=0.31)  # type: ignore[arg-type]
    counts = count_cases(corpus((document, replace(case, outcomes=(outcome, guess, guess)))))
    assert counted(counts, "empathy") == expected
    # Where nothing is sure, guesses are what there is.
    counts = count_cases(corpus((document, replace(case, outcomes=(guess, guess)))))
    assert counted(counts, "empathy") == ((0, 0, 1) if guessed == "negative" else (1, 0, 0))


def test_counts_have_a_direction() -> None:
    counts = count_cases(corpus(story(CARRIED)))
    here, there = industry_position(HEALTH), industry_position(TECH)
    assert counts.moves[here, there] == 1
    assert counts.moves[there, here] == 0
    assert counts.carried[there, here].sum() == 0


def test_suppositions_and_other_peoples_skills_are_not_counted() -> None:
    counts = count_cases(corpus(story(CARRIED, hypothetical=True), story(CARRIED, holder="mentor")))
    assert counted(counts, "empathy") == (0, 0, 0)
    row = one(base_of(story(CARRIED, hypothetical=True)), "empathy")
    assert row.signals["cases"]["n"] == 0
    assert row.signals["cases"]["hypothetical"] == 1
    assert [e.quote for e in row.hypothetical] == ["She used all the empathy there."]
    assert row.evidence == ()


def test_a_story_printed_twice_counts_once() -> None:
    counts = count_cases(corpus(story(CARRIED, salt="same"), story(CARRIED, salt="same")))
    assert counted(counts, "empathy") == (1, 0, 0)


def test_three_cases_do_not_outweigh_the_prior() -> None:
    others = [story(("writing", "had", "background"), target=FARM) for _ in range(40)]
    counts = count_cases(corpus(*others, *(story(CARRIED) for _ in range(3))))
    at = (industry_position(HEALTH), industry_position(TECH), skill_position("empathy"))
    low, high = counts.interval(*at)
    # 3 of 3 alone would be 1; the prior (3 of 43 carried) holds the middle below one half.
    assert (low + high) / 2 < 0.5
    assert 0 < low < high < 1


def test_the_interval_narrows_with_cases() -> None:
    widths = []
    for n in (0, 3, 30):
        counts = count_cases(corpus(*(story(CARRIED) for _ in range(n))))
        at = (industry_position(HEALTH), industry_position(TECH), skill_position("empathy"))
        low, high = counts.interval(*at)
        widths.append(high - low)
    assert widths == sorted(widths, reverse=True)


def test_a_side_that_is_not_told_is_no_move() -> None:
    base = base_of(story(CARRIED, source=None))
    assert one(base, "empathy").signals["cases"]["moves"] == 0
    assert one(base, "empathy").signals["cases"]["into_target"] == 1


def test_who_stays_in_an_industry_carried_nothing_into_it() -> None:
    stays = [story(CARRIED, source=HEALTH, target=HEALTH) for _ in range(4)]
    failed = story(CARRIED, source=HEALTH, target=HEALTH, ending="negative")
    base = base_of(*stays, failed, story(CARRIED, source=TECH, target=HEALTH))
    row = one(base, "empathy", source=FARM, target=HEALTH)
    assert row.signals["cases"]["into_target"] == 1
    assert len(row.reasons[0].evidence) == 1
    assert row.counter_evidence == ()
    # Asked of staying, it is what they did.
    row = one(base, "empathy", source=HEALTH, target=HEALTH)
    assert row.signals["cases"]["into_target"] == 5
    assert len(row.reasons[0].evidence) == 3
    assert len(row.counter_evidence) == 1


# ---------------------------------------------------------------- labour market


def test_what_is_asked_alike_on_both_sides_carries_best() -> None:
    stands = np.array([[0.8], [0.8], [0.2]])
    value = carry(stands[:, None], stands[None, :])[:, :, 0]
    assert value[0, 1] == pytest.approx(0.8)
    # A skill that is asked for there and was not trained here; and the other way round.
    assert value[2, 0] == pytest.approx(0.8 * 0.4)
    assert value[0, 2] == pytest.approx(0.2 * 0.4)


def test_the_figures_of_the_table_make_sense() -> None:
    market = load_labour_market()

    def advantage(industry: str, skill: str) -> float:
        return float(market.advantage[industry_position(industry), skill_position(skill)])

    assert market.asked.shape == (20, len(load_skills()))
    assert ((market.asked >= 0) & (market.asked <= 1)).all()
    assert advantage("Education", "teaching") > 1.2
    assert advantage("Wholesale & Retail", "sales") > 1.2
    assert advantage("Legal", "negotiation") > 1.2
    assert advantage("Agriculture", "customer service") < 1
    assert [label for label, own in zip(LABELS, market.measured, strict=True) if not own] == [
        "Entrepreneurship/Startup"
    ]
    assert (market.value[:, :, 0] != market.value[:, :, 0].T).any()


@pytest.mark.parametrize("name", ["labour_market", "task_likeness", "elements"])
def test_the_tables_name_their_sources(name: str) -> None:
    first = (ROOT / "xcase" / "transfer" / "tables" / f"{name}.csv").read_text("utf-8")
    line = first.splitlines()[0]
    assert "O*NET" in line
    assert "CC BY 4.0" in line
    assert "Bureau of Labor Statistics" in line


def test_every_skill_is_made_of_elements_that_sum_to_one() -> None:
    path = ROOT / "xcase" / "transfer" / "tables" / "elements.csv"
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    shares: dict[str, float] = {}
    for row in csv.DictReader(lines):
        shares[row["skill"]] = shares.get(row["skill"], 0) + float(row["share"])
    assert list(shares) == [s.name for s in load_skills()]
    assert all(total == pytest.approx(1, abs=0.005) for total in shares.values())


# ---------------------------------------------------------------- embedding


def test_alike_sentences_raise_the_likeness() -> None:
    alike = [
        story(("planning", "used", "journey"), source=source, target=source, salt=salt)
        for source, salt in (
            (HEALTH, "the rota wall on the long ward upstairs was hers, and she"),
            (TECH, "upstairs hers was the wall, long, with the ward rota on; she"),
        )
    ]
    others = [
        story(
            ("planning", "used", "journey"),
            source=FARM,
            target=FARM,
            salt="ewes lambing shed straw hay tractor mud",
        )
    ]
    documents = [*alike, *others]
    # The sentences themselves differ too: a sentence is what is encoded.
    base = base_of(*documents)
    empty_value = base_of().values["embedding"]
    at = (industry_position(HEALTH), industry_position(TECH), skill_position("planning"))
    assert base.contexts.mentions[at[0], at[2]] == 1
    assert base.values["embedding"][at] != empty_value[at]


def test_a_sentence_that_names_a_skill_twice_is_one_context() -> None:
    document, case = story(CARRIED, ("empathy", "developed", "outcome"), CARRIED)
    first, second, third = case.sentences
    joined = replace(first, end=second.end)
    base = base_of((document, replace(case, sentences=(joined, third))), story(CARRIED))
    signal = one(base, "empathy", target=FARM, source=TECH).signals["embedding"]
    assert signal["mentions_from"] == 3
    at, skill = industry_position(TECH), skill_position("empathy")
    alone = base_of(
        (document, replace(case, sentences=(joined, third), skills=case.skills[1:])), story(CARRIED)
    )
    assert (base.values["embedding"] == alone.values["embedding"]).all()
    # What is said in it twice are still two ways to say it.
    assert len(base.words[at, skill]) == 2


def test_a_skill_unknown_in_the_target_has_its_nearest_counterpart_there() -> None:
    base = base_of(
        story(("empathy", "had", "background"), ("teaching", "used", "journey"), salt="x"),
        story(("planning", "used", "journey")),
    )
    signal = one(base, "empathy").signals["embedding"]
    assert (signal["mentions_from"], signal["mentions_to"]) == (1, 0)
    # "She used all the teaching there" and "... planning ...": one of those two is nearest.
    assert signal["counterpart"]["skill"] in ("teaching", "planning")
    assert one(base, "teaching").signals["embedding"]["counterpart"] is None


def test_vectors_are_kept_and_only_new_sentences_are_encoded(tmp_path: Path) -> None:
    first, second, third = FakeEncoder(), FakeEncoder(), FakeEncoder()
    vectors = vectors_of(["a b", "c", "a b"], tmp_path, first)
    assert first.seen == ["a b", "c"]
    again = vectors_of(["c", "d"], tmp_path, second)
    assert second.seen == ["d"]
    assert np.allclose(vectors[1], again[0])
    third.name = "fake:2"
    vectors_of(["c"], tmp_path, third)
    assert third.seen == ["c"]


def test_a_damaged_vector_file_is_made_again(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not this")
    encoder = FakeEncoder()
    vectors_of(["a"], tmp_path, encoder)
    assert encoder.seen == ["a"]
    vectors_of(["a"], tmp_path, encoder)
    assert encoder.seen == ["a"]


def test_a_folder_that_cannot_be_written_still_answers(tmp_path: Path) -> None:
    assert vectors_of(["a"], tmp_path / "absent", FakeEncoder()).shape == (1, DIMENSIONS)


# ---------------------------------------------------------------- score and verdict


def test_a_score_is_the_sum_of_its_reasons_everywhere() -> None:
    base = base_of(*(story(CARRIED) for _ in range(4)), story(CARRIED, ending="negative"))
    rows = ask(base, Question(), 20 * 20 * len(load_skills()))
    assert len(rows) == 20 * 19 * len(load_skills())
    for row in rows[::97]:
        assert row.score == pytest.approx(sum(r.weight * r.value for r in row.reasons), abs=1e-9)
        assert {r.kind: r.weight for r in row.reasons} == WEIGHTS
        assert all(0 <= r.value <= 1 for r in row.reasons)
    assert [r.score for r in rows] == sorted((r.score for r in rows), reverse=True)


QUIET = {"total": 0, "carried": 0, "failed": 0, "low": 0.0, "into": 0, "labour": 0.0, "alike": 0.0}


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, "insufficient"),
        ({"labour": 0.5}, "plausible"),
        ({"alike": 0.6}, "plausible"),
        ({"into": 3}, "plausible"),
        ({"into": 2}, "insufficient"),
        ({"labour": 0.5, "alike": 0.6}, "supported"),
        ({"total": 1, "carried": 1, "labour": 0.5}, "supported"),
        ({"total": 3, "carried": 3, "low": 0.6}, "observed"),
        ({"total": 2, "carried": 2, "low": 0.6}, "plausible"),
        ({"total": 3, "carried": 3, "low": 0.4}, "plausible"),
        ({"total": 4, "carried": 2, "failed": 2, "labour": 0.9, "alike": 0.9}, "insufficient"),
        # Shown and no more: it never failed.
        ({"total": 3, "labour": 0.9, "alike": 0.9}, "supported"),
    ],
)
def test_the_rules_of_a_verdict(changed: dict[str, float], verdict: str) -> None:
    assert judge(**{**QUIET, **changed}) == verdict  # type: ignore[arg-type]


@given(st.integers(0, 9), st.integers(0, 9), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_more_carried_cases_never_lower_a_verdict(
    carried: int, failed: int, low: float, labour: float, alike: float
) -> None:
    order = ("insufficient", "plausible", "supported", "observed")

    def rank(extra: int) -> int:
        known = {"carried": carried + extra, "failed": failed, "total": carried + extra + failed}
        figures = {**QUIET, **known, "low": low, "labour": labour, "alike": alike}
        # The verdict does fall where failures first reach a number that counts.
        return order.index(judge(**figures))  # type: ignore[arg-type]

    if carried + failed >= 3:
        assert rank(1) >= rank(0)


def test_observed_needs_cases_of_the_very_move() -> None:
    base = base_of(*(story(CARRIED) for _ in range(6)))
    assert one(base, "empathy").verdict == "observed"
    assert one(base, "empathy", source=FARM).verdict != "observed"


def test_failed_transfers_are_shown_and_prevail() -> None:
    bad = [story(("empathy", "used", "journey"), ending="negative") for _ in range(3)]
    row = one(base_of(*bad, story(CARRIED)), "empathy")
    assert row.verdict == "insufficient"
    assert row.signals["cases"]["failed"] == 3
    assert len(row.counter_evidence) == 3
    assert set(row.counter_evidence).isdisjoint(row.evidence)


def test_what_others_can_do_or_what_failed_does_not_speak_for_a_transfer() -> None:
    had = ("empathy", "had", "background")
    row = one(base_of(story(had, holder="mentor"), story(had, ending="negative")), "empathy")
    assert row.evidence == ()
    assert row.reasons[2].evidence == ()
    assert len(one(base_of(story(had)), "empathy").evidence) == 1


def test_evidence_quotes_the_document() -> None:
    documents = [story(CARRIED), story(CARRIED, target=FARM), story(CARRIED, source=FARM)]
    texts = {d.id: d.text for d, _ in documents}
    row = one(base_of(*documents), "empathy")
    assert row.evidence
    for e in row.evidence:
        assert texts[e.document_id][e.start : e.end] == e.quote
    # The case of this very move comes before the one from elsewhere.
    assert row.evidence[0].document_id == documents[0][0].id
    assert documents[1][0].id not in {e.document_id for e in row.reasons[0].evidence}


def test_the_bridge_holds_the_words_of_either_side() -> None:
    lacking = story(("empathy", "lacked", "background"))
    row = one(base_of(story(("empathy", "had", "background"), CARRIED), lacking), "empathy")
    assert row.bridge.words_from == ("had all the empathy",)
    assert row.bridge.words_to == ("used all the empathy",)


# ---------------------------------------------------------------- questions


def test_an_empty_corpus_answers_from_two_signals(empty: Base) -> None:
    rows = ask(empty, Question(HEALTH, TECH), 10)
    assert len(rows) == 10
    assert all(r.reasons[0].value == 0 and r.score > 0 for r in rows)
    assert all(r.verdict != "observed" for r in rows)
    assert any("holds no case" in note for note in notes(empty, Question(HEALTH, TECH)))


def test_an_industry_without_a_case_says_so() -> None:
    base = base_of(story(CARRIED))
    told = notes(base, Question(FARM, TECH))
    assert any("no case of the analysis makes this move" in note for note in told)
    assert any("starts or ends in Agriculture" in note for note in told)
    assert ask(base, Question(FARM, TECH), 3)
    assert notes(base, Question(HEALTH, TECH)) == ()


def test_an_industry_without_a_code_says_so(empty: Base) -> None:
    told = notes(empty, Question("Entrepreneurship/Startup", TECH))
    assert any("no industry code" in note for note in told)


def test_what_is_not_known_of_an_industry_is_no_agreement(empty: Base) -> None:
    start_up = industry_position("Entrepreneurship/Startup")
    alike = empty.values["embedding"]
    assert (alike[:, start_up] == 0.5).all()
    assert (alike[start_up] == 0.5).all()
    assert all((alike[n, n] == 1).all() for n in range(len(LABELS)) if n != start_up)
    for label in LABELS:
        for question in (Question(label, LABELS[start_up]), Question(LABELS[start_up], label)):
            assert {r.verdict for r in ask(empty, question, 98)} == {"insufficient"}


def test_the_same_industry_on_both_sides_is_answered(empty: Base) -> None:
    rows = ask(empty, Question(HEALTH, HEALTH), 5)
    assert [(r.source, r.target) for r in rows] == [(HEALTH, HEALTH)] * 5
    assert all(r.source != r.target for r in ask(empty, Question(HEALTH), 50))


def test_a_skill_alone_is_asked_where_it_goes(empty: Base) -> None:
    rows = ask(empty, Question(HEALTH, skills=("Empathy",)), 100)
    assert {r.skill for r in rows} == {"empathy"}
    assert sorted(r.target for r in rows) == sorted(set(LABELS) - {HEALTH})


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (Question("Helthcare", TECH), "'Helthcare'; nearest: Healthcare"),
        (Question(HEALTH, "public"), "Public Sector & Military"),
        (Question(HEALTH, "zzz"), "known: Agriculture"),
        (Question(HEALTH, ""), "known: Agriculture"),
        (Question(HEALTH, TECH, ("delegaton",)), "nearest: delegation"),
    ],
)
def test_unknown_names_get_the_nearest(empty: Base, question: Question, words: str) -> None:
    with pytest.raises(UsageError, match=r"no (industry|skill)") as refused:
        question.check()
    assert words in str(refused.value)
    with pytest.raises(UsageError):
        ask(empty, question, 1)


def test_different_moves_get_different_lists(empty: Base) -> None:
    pairs = [(a, b) for a in LABELS for b in LABELS if a != b]
    tops = [{r.skill for r in ask(empty, Question(a, b), 10)} for a, b in pairs[::7]]
    shared = [len(x & y) / 10 for x, y in itertools.combinations(tops, 2)]
    assert sum(shared) / len(shared) < 0.5


def test_all_pairs_of_industries_are_answered_quickly() -> None:
    base = base_of(*(story(CARRIED, source=a) for a in LABELS for _ in range(20)))
    began = time.perf_counter()
    for source in LABELS:
        for target in LABELS:
            assert len(ask(base, Question(source, target), 10)) == 10
    assert time.perf_counter() - began < 2


# ---------------------------------------------------------------- profiles


def test_a_profile_as_json_or_csv() -> None:
    row = {"id": "m1", "industry": HEALTH, "skills_have": ["Empathy", "juggling"]}
    person = read_asker(json.dumps(row).encode(), "p.json")
    assert (person.industry, person.skills, person.unknown) == (HEALTH, ("empathy",), ("juggling",))
    table = f"id,industry,skills_have,text\nm1,{HEALTH},empathy; planning,good at negotiation\n"
    person = read_asker(table.encode(), "p.csv")
    assert person.skills == ("empathy", "planning", "negotiation")


def test_what_somebody_lacks_or_wants_is_no_skill_they_have() -> None:
    text = "I am bad at delegation and I want to learn public speaking. I lead negotiation."
    assert read_asker(json.dumps({"text": text}).encode(), "p.json").skills == ("negotiation",)


def test_a_misspelt_column_is_reported() -> None:
    person = read_asker(b'{"skill_have": "empathy"}', "p.json")
    assert person.skills == ()
    assert person.remarks == (
        "unknown field 'skill_have' is kept but not compared; did you mean 'skills_have'?",
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "0 profiles"),
        (b'{"id": "a"}\n{"id": "b"}', "2 profiles"),
        (b'{"id": ', "not JSON"),
        (b"[1]", "an object is needed"),
        (b"\xff\xfe", "0 profiles"),
        (b'{"skills_have": [1]}', "skills_have must be a list"),
        (b'{"industry": ["a"]}', "industry must be a string"),
    ],
)
def test_a_bad_profile_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read_asker(content, "p")


def test_a_profile_fills_in_the_question(tmp_path: Path, empty: Base) -> None:
    profile = json.dumps({"industry": HEALTH, "skills_have": "empathy, planning, juggling"})
    rows, told = transfer(tmp_path, Question(), k=60, profile=profile.encode(), base=empty)
    assert {r.skill for r in rows} == {"empathy", "planning"}
    assert {r.source for r in rows} == {HEALTH}
    assert len({r.target for r in rows}) == 19
    assert any("juggling" in note for note in told)
    rows, told = transfer(tmp_path, Question(), k=5, profile=b'{"id": "x"}', base=empty)
    assert len(rows) == 5
    assert any("names no skill" in note for note in told)
    assert any("names no industry" in note for note in told)


def test_a_profile_without_an_industry_is_told_what_stands_in_for_it(tmp_path: Path) -> None:
    base = base_of(*(story(CARRIED) for _ in range(4)))
    _, told = transfer(tmp_path, Question(), k=5, profile=b'{"id": "x"}', base=base)
    assert any("only moves that cases make" in note for note in told)
    assert not any("every industry" in note for note in told)
    _, told = transfer(tmp_path, Question(target=FARM), k=5, profile=b'{"id": "x"}', base=base)
    assert any("every industry counts as the source" in note for note in told)


def test_an_unknown_industry_in_a_profile_is_named_and_counts_as_not_given(
    tmp_path: Path, empty: Base
) -> None:
    told = {"industry": "Helthcare", "target_industry": "not sure yet", "skills_have": "empathy"}
    profile = json.dumps(told).encode()
    rows, remarks = transfer(tmp_path, Question(), k=400, profile=profile, base=empty)
    assert len(rows) == 380
    assert any("'Helthcare'" in r and "nearest: Healthcare" in r for r in remarks)
    assert any("'not sure yet' in the profile counts as not given" in r for r in remarks)
    # What the question says is not asked of the profile.
    question = Question(HEALTH, TECH)
    _, remarks = transfer(tmp_path, question, k=1, profile=profile, base=empty)
    assert not any("unknown industry" in r for r in remarks)
    with pytest.raises(UsageError, match="no industry 'not sure yet'"):
        transfer(tmp_path, Question("not sure yet"), k=1, profile=profile, base=empty)


def test_where_no_side_is_named_the_moves_of_the_cases_are_answered(
    tmp_path: Path, empty: Base
) -> None:
    base = base_of(*(story(CARRIED) for _ in range(4)))
    rows, told = transfer(tmp_path, Question(), k=10, base=base)
    made = base.cases.moves
    assert len(rows) == 10
    assert all(made[industry_position(r.source), industry_position(r.target)] for r in rows)
    assert any("only moves that cases make" in note for note in told)
    # One side is enough to see what no case does.
    rows, told = transfer(tmp_path, Question(FARM), k=10, base=base)
    assert len(rows) == 10
    assert not any("only moves" in note for note in told)
    # Without any case there is nothing to keep to.
    rows, told = transfer(tmp_path, Question(), k=10, base=empty)
    assert len(rows) == 10
    assert not any("only moves" in note for note in told)


@pytest.mark.parametrize("stays", [{"source": HEALTH, "target": HEALTH}, {"source": None}])
def test_where_no_case_changes_industry_no_move_is_made_up(
    tmp_path: Path, stays: dict[str, str | None]
) -> None:
    base = base_of(*(story(CARRIED, **stays) for _ in range(4)))  # type: ignore[arg-type]
    for profile in (None, b'{"id": "x", "skills_have": "planning"}'):
        rows, told = transfer(tmp_path, Question(), k=10, profile=profile, base=base)
        assert rows == ()
        assert any("no case tells of a change of industry" in note for note in told)
        assert not any("every industry" in note for note in told)
    # Named, a move is still answered.
    assert transfer(tmp_path, Question(FARM), k=10, base=base)[0]


# ---------------------------------------------------------------- command


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an analysis whose vectors are there, so that no model is loaded."""
    place = tmp_path_factory.mktemp("transfer")
    stories = [story(CARRIED) for _ in range(4)]
    analysis = corpus(*stories, story(CARRIED, salt="\x1b[31m [bold]"))
    store.save(analysis, place)
    encoder = FakeEncoder()
    from xcase.embed import SentenceModel

    encoder.name = SentenceModel().name
    prepare(analysis, place, encoder=encoder)
    return place


def run(*args: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, "-m", "xcase", "transfer", *map(str, args)],
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        env=environment,
        check=False,
    )


def test_the_command_prints_json_and_nothing_else(folder: Path) -> None:
    result = run("--from", HEALTH, "--to", TECH, "-k", "3", "--json", "--dir", folder)
    assert (result.returncode, result.stderr) == (0, "")
    rows = json.loads(result.stdout)
    assert len(rows) == 3
    assert list(rows[0]) == [
        "skill", "from", "to", "score", "verdict", "reasons", "signals", "bridge", "evidence",
        "counter_evidence", "hypothetical",
    ]  # fmt: skip
    assert rows[0]["skill"] == "empathy"
    assert (rows[0]["from"], rows[0]["to"]) == (HEALTH, TECH)
    assert {"n", "positive", "low", "high"} <= rows[0]["signals"]["cases"].keys()
    assert {"from", "to"} <= rows[0]["signals"]["labour_market"].keys()


def test_the_command_prints_a_readable_list(folder: Path) -> None:
    result = run("--from", HEALTH, "--to", TECH, "-k", "1", "--dir", folder)
    assert result.returncode == 0
    assert "1 empathy" in result.stdout
    assert "carried in 5 of 5 cases" in result.stdout
    assert "observed" in result.stdout
    assert "\x1b" not in result.stdout


def test_the_command_prints_csv(folder: Path) -> None:
    result = run("--from", HEALTH, "-k", "4", "--csv", "--dir", folder)
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert len(rows) == 4
    assert tuple(rows[0]) == show.COLUMNS
    assert rows[0]["skill"] == "empathy"


def test_the_command_reads_a_profile_from_standard_input(folder: Path) -> None:
    profile = json.dumps({"industry": HEALTH, "skills_have": ["planning"]})
    result = run("--profile", "-", "--to", TECH, "--json", "--dir", folder, stdin=profile)
    assert [row["skill"] for row in json.loads(result.stdout)] == ["planning"]


@pytest.mark.parametrize(
    ("args", "status", "words"),
    [
        (("--from", "Helthcare"), 2, "nearest: Healthcare"),
        (("--skill", "delegaton"), 2, "nearest: delegation"),
        (("--profile", "/absent.json"), 2, "cannot read"),
        (("--json", "--csv"), 2, "exclude each other"),
        (("--dir", "/absent"), 4, "no analysis in"),
    ],
)
def test_bad_use_gets_one_line_and_a_status(
    folder: Path, args: tuple[str, ...], status: int, words: str
) -> None:
    result = run("--dir", folder, *args)
    assert (result.returncode, result.stdout) == (status, "")
    (line,) = result.stderr.splitlines()
    assert words in line


def test_a_warm_analysis_is_answered_without_the_model(folder: Path) -> None:
    code = (
        "import sys, pathlib; from xcase.transfer import Question, transfer\n"
        f"transfer(pathlib.Path({str(folder)!r}), Question('Healthcare'), k=3)\n"
        "print(sorted({'torch', 'transformers', 'spacy', 'pandas'} & set(sys.modules)))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout == "[]\n"
