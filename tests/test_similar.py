"""From a mentee's words to cases with reasons; the encoder is a fake that knows equal words."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import WordEncoder
from typer.testing import CliRunner

from xcase import store
from xcase.cli import app
from xcase.embed import unit_length
from xcase.errors import AnalysisError, UsageError
from xcase.profiles import read_profile
from xcase.records import (
    Analysis,
    Case,
    Document,
    IndustryGuess,
    Outcome,
    Program,
    Sentence,
    SkillMention,
    Span,
)
from xcase.similar import (
    Filters,
    Searcher,
    draft,
    find,
    judge,
    judgements,
    load_feedback,
    load_profile,
    parse_profile,
    passes,
    profile_of_text,
    rank,
)
from xcase.similar.feedback import ENOUGH, Feedback, moved_weights
from xcase.similar.health import examine
from xcase.similar.index import LISTS_FILE, centre_of, open_index
from xcase.similar.lists import Lists
from xcase.similar.profile import MAX_CHARS, read
from xcase.similar.rank import WEIGHTS, diversify
from xcase.similar.sound import check_files
from xcase.vocabulary import industry_meant

NURSE = (
    "Amina was a nurse on a busy ward.", "She could not delegate any task to the team.",
    "Ruth met her weekly and had her hand over one task a day.", "She now runs the ward calmly.",
)  # fmt: skip
BAKER = (
    "Bo baked bread in a village shop.", "He never dared to name a price for a cake.",
    "A neighbour made him say the price aloud to ten strangers.", "Sales doubled by spring.",
)  # fmt: skip
CLERK = (
    "Cy filed claims at an insurance desk.", "He kept every file and would not delegate.",
    "His coach asked which file could go to whom, and when.", "Two colleagues still left him.",
)  # fmt: skip


def story(
    number: int, told: tuple[str, ...], start: str, goal: str, skill: str, polarity: str
) -> tuple[Document, Case]:
    text = " ".join(told)
    spans = [(text.index(s), text.index(s) + len(s)) for s in told]
    phases = ("background", "background", "journey", "outcome")
    evidence = (Span(*spans[0]),)
    document = Document(f"d{number}", f"d{number}", "", told[0], {}, text, "cases", "")
    lacked = SkillMention(
        skill, *spans[1], told[1], "lacked", "mentee", "background", False, 0.8, "network"
    )
    learnt = replace(lacked, start=spans[2][0], end=spans[2][1], surface=told[2])
    learnt = replace(learnt, status="developed", phase="journey")
    outcome = Outcome("performance", *spans[3], told[3], polarity, 0.9)  # type: ignore[arg-type]
    sentences = tuple(Sentence(*s, p, 1.0) for s, p in zip(spans, phases, strict=True))  # type: ignore[arg-type]
    case = Case(
        f"d{number}:1", document.id, told[0], 0, len(text), None, None,
        IndustryGuess(start, 0.9, evidence), IndustryGuess(goal, 0.8, evidence), None, None,
        Program(), sentences, (lacked, learnt), (outcome,),
    )  # fmt: skip
    return document, case


def analysis_of(*stories: tuple[Document, Case]) -> Analysis:
    return Analysis(tuple(d for d, _ in stories), tuple(c for _, c in stories), ())


def three() -> Analysis:
    return analysis_of(
        story(1, NURSE, "Healthcare", "Healthcare", "delegation", "positive"),
        story(2, BAKER, "Wholesale & Retail", "Wholesale & Retail", "negotiation", "positive"),
        story(3, CLERK, "Finance & Insurance", "Finance & Insurance", "delegation", "negative"),
    )


def searcher(analysis: Analysis) -> Searcher:
    encoder = WordEncoder()
    index, _ = open_index(None, analysis, lambda: encoder, model=encoder.name)
    return Searcher(analysis, index, encoder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    store.save(three(), tmp_path)
    return tmp_path


ASKED = "I am a nurse on a ward and I cannot delegate a task to my team"


# ---------------------------------------------------------------- ranking and reasons


@pytest.mark.parametrize("count", [1, 2, 4, 9])
def test_what_is_worth_nothing_is_never_among_the_highest(count: int) -> None:
    values = np.array([0.0, 0.5, -np.inf, 0.7])
    assert sorted(rank.top(values, count)) == ([3] if count == 1 else [1, 3])


def test_the_case_with_a_like_start_and_gap_comes_first() -> None:
    found = searcher(three()).search(profile_of_text(ASKED), count=3).cases
    assert found[0].case_id == "d1:1"
    assert [c.case_id for c in found[1:2]] == ["d3:1"]  # same gap, other start


def test_reasons_add_up_to_the_score_and_quote_the_text() -> None:
    analysis = three()
    texts = {d.id: d.text for d in analysis.documents}
    for case in searcher(analysis).search(profile_of_text(ASKED), count=3).cases:
        assert case.score == pytest.approx(sum(r.weight * r.value for r in case.reasons))
        assert case.reasons
        for reason in case.reasons:
            assert 0 < reason.value <= 1
            assert reason.evidence, reason.kind
            for e in reason.evidence:
                assert texts[e.document_id][e.start : e.end] == e.quote != ""


def test_a_profile_equal_to_a_gap_scores_at_most_one() -> None:
    (best, *_) = searcher(three()).search(profile_of_text(NURSE[0] + " " + NURSE[1]), count=1).cases
    assert 0.5 < best.score <= 1


def test_what_is_not_told_adds_nothing_and_is_named() -> None:
    found = searcher(three()).search(profile_of_text("Bread, village, shop, cake"), count=3)
    assert not {"industry", "skills"} & {r.kind for r in found.cases[0].reasons}
    assert any("not told" in n and "skills wanted" in n for n in found.notes)


def test_words_that_no_case_knows_find_nothing() -> None:
    found = searcher(three()).search(profile_of_text("zyzzyva quokka axolotl narwhal"), count=3)
    assert found.cases == ()
    assert "no case resembles this" in found.notes


def test_industry_is_read_from_the_words_where_it_is_not_told() -> None:
    reading = read(profile_of_text("I am a nurse. I want to teach in a classroom."))
    assert set(reading.industry_from) == {"Healthcare"}
    assert set(reading.industry_to) == {"Education"}


def test_filters() -> None:
    search = searcher(three()).search
    profile = profile_of_text(ASKED)

    def ids(filters: Filters) -> set[str]:
        return {c.case_id for c in search(profile, count=9, filters=filters).cases}

    assert ids(Filters(industry_from="Finance & Insurance")) == {"d3:1"}
    assert ids(Filters(outcome="negative")) == {"d3:1"}
    assert ids(Filters(skill="delegation")) == {"d1:1", "d3:1"}
    nowhere = search(profile, count=9, filters=Filters(industry_to="Legal"))
    assert nowhere.cases == ()
    assert "no case passes the filters" in nowhere.notes


def test_a_case_that_passes_the_filters_and_resembles_nothing_is_not_called_filtered_out() -> None:
    profile = profile_of_text("zyzzyva quokka axolotl narwhal")
    found = searcher(three()).search(profile, count=3, filters=Filters(skill="delegation"))
    assert found.cases == ()
    assert "of 2 stories that pass the filters 0 resemble this" in found.notes


def test_across_leaves_the_own_sector_and_bad_ends() -> None:
    found = searcher(three()).search(profile_of_text(ASKED), count=9, filters=Filters(across=True))
    assert "d1:1" not in {c.case_id for c in found.cases}  # Healthcare, read from "nurse"
    assert "d3:1" not in {c.case_id for c in found.cases}  # ended badly
    with pytest.raises(UsageError, match="--from"):
        searcher(three()).search(
            profile_of_text("I cannot delegate any task"), count=9, filters=Filters(across=True)
        )


def test_across_asks_for_the_gap_a_known_sector_and_a_good_end() -> None:
    good = Filters(across=True)
    _, case = story(1, CLERK, "Finance & Insurance", "Legal", "delegation", "positive")
    bad = replace(case.outcomes[0], polarity="negative")
    assert passes(case, good, "Healthcare", ("delegation",))
    assert passes(case, good, "Healthcare")
    assert not passes(case, good, "Healthcare", ("negotiation",))
    assert not passes(case, good, "Finance & Insurance")
    assert not passes(replace(case, industry_from=None), good, "Healthcare")
    assert not passes(replace(case, outcomes=(*case.outcomes, bad)), good, "Healthcare")


def test_diversity_chooses_and_the_score_orders() -> None:
    again = tuple(f"{s} Indeed." for s in NURSE)
    analysis = analysis_of(
        story(1, NURSE, "Healthcare", "Healthcare", "delegation", "positive"),
        story(2, BAKER, "Wholesale & Retail", "Legal", "negotiation", "positive"),
        story(3, CLERK, "Finance & Insurance", "Legal", "delegation", "positive"),
        story(4, again, "Healthcare", "Healthcare", "delegation", "positive"),
    )
    search = searcher(analysis).search
    for diversity in (0.0, 0.5, 0.9):
        found = search(profile_of_text(ASKED), count=3, diversity=diversity).cases
        scores = [c.score for c in found]
        assert scores == sorted(scores, reverse=True)


def test_feedback_of_no_analysis_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(AnalysisError, match="no analysis"):
        judgements(tmp_path / "nowhere")


def test_an_industry_is_known_in_any_case_and_an_unknown_one_is_not_told() -> None:
    told = replace(profile_of_text(ASKED), industry="healthCARE")
    assert read(told).industry_from == {"Healthcare": 1.0}
    unknown = read(replace(told, text="I cannot delegate any task", industry="helthcare"))
    assert unknown.industry_from == {}
    assert "industry" in unknown.missing
    assert any("nearest: Healthcare" in note for note in unknown.notes)


def test_a_profile_may_hold_what_no_file_can() -> None:
    content = b'{"text": "I cannot delegate \\ud800 any task"}'
    profile, _ = read_profile(content, "p.json")
    assert profile.text == profile_of_text("I cannot delegate \ud800 any task").text
    assert "\ufffd" in profile.text


def test_diversity_puts_a_twin_behind_a_stranger() -> None:
    vectors = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    assert diversify(vectors, [0.9, 0.89, 0.8], 3, 0.0) == [0, 1, 2]
    assert diversify(vectors, [0.9, 0.89, 0.8], 3, 0.5) == [0, 2, 1]


def test_diversity_chooses_as_its_formula_says_and_quickly() -> None:
    rng = np.random.default_rng(3)
    vectors = unit_length(rng.standard_normal((300, 8), dtype=np.float32))
    scores = rng.integers(0, 40, 300) / 40  # many equals
    left = sorted(range(300), key=lambda i: -scores[i])
    wanted: list[int] = []
    while left:
        near = [max([0.0, *(float(vectors[i] @ vectors[j]) for j in wanted)]) for i in left]
        gains = [0.8 * scores[i] - 0.2 * n for i, n in zip(left, near, strict=True)]
        wanted.append(left.pop(int(np.argmax(gains))))
        if len(wanted) == 60:
            break
    assert diversify(vectors, list(scores), 60, 0.2) == wanted
    assert sorted(diversify(vectors, list(scores), 500, 0.2)) == list(range(300))


def test_where_all_are_shown_none_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rank, "diversify", None)
    found = searcher(three()).search(profile_of_text(ASKED), count=3).cases
    assert [c.score for c in found] == sorted((c.score for c in found), reverse=True)


def test_a_story_told_twice_is_counted_once() -> None:
    again = tuple(f"{s} " for s in NURSE)
    analysis = analysis_of(
        story(1, NURSE, "Healthcare", "Healthcare", "delegation", "positive"),
        story(2, BAKER, "Wholesale & Retail", "Legal", "negotiation", "positive"),
        story(4, again, "Healthcare", "Healthcare", "delegation", "positive"),
    )
    found = searcher(analysis).search(profile_of_text(ASKED), count=9).cases
    assert [c.case_id for c in found if c.case_id in ("d1:1", "d4:1")] == ["d1:1"]
    assert found[0].duplicates == ("d4:1",)
    assert examine(analysis).duplicates == {"d4:1": "d1:1"}


def test_a_story_is_found_by_what_any_of_its_tellings_says() -> None:
    again = tuple(f"{s} " for s in NURSE)
    search = searcher(
        analysis_of(
            story(1, NURSE, "Education", "Education", "delegation", "positive"),
            story(2, BAKER, "Wholesale & Retail", "Legal", "negotiation", "positive"),
            story(3, again, "Healthcare", "Education", "delegation", "positive"),
            story(4, again, "Healthcare", "Healthcare", "delegation", "positive"),
        )
    ).search

    def found(filters: Filters) -> list[tuple[str, tuple[str, ...]]]:
        cases = search(profile_of_text(ASKED), count=9, filters=filters).cases
        return [(c.case_id, c.duplicates) for c in cases]

    assert found(Filters(industry_from="Healthcare")) == [("d3:1", ("d1:1", "d4:1"))]
    assert found(Filters(industry_to="Education")) == [("d1:1", ("d3:1", "d4:1"))]
    assert found(Filters(industry_from="Legal")) == []


def test_more_than_there_are() -> None:
    found = searcher(three()).search(profile_of_text(ASKED), count=500)
    assert len(found.cases) <= 3
    assert any("holds 3 stories" in n for n in found.notes)


def test_an_analysis_without_a_case() -> None:
    found = searcher(Analysis((), (), ())).search(profile_of_text(ASKED), count=5)
    assert found.cases == ()
    assert "holds no case" in found.notes[0]


# ---------------------------------------------------------------- profiles


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "says too little"),
        ("manager", "says too little"),
        ("I am who I am", "says too little"),
        ("Ich bin Krankenschwester und kann keine Aufgaben an mein Team abgeben", "English"),
        ("Soy enfermera y quiero dirigir un equipo de informática", "English"),
        ("x " * MAX_CHARS, "are the limit"),
        ("long " * 200_000, "1,000,000 characters"),
    ],
)
def test_a_profile_that_cannot_be_compared_is_refused(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read(profile_of_text(text))


@pytest.mark.parametrize(
    ("arguments", "given"),
    [
        ([""], ""),
        (["manager"], ""),
        (["-"], "long " * 200_000),
        (["Soy enfermera y quiero dirigir un equipo de informática"], ""),
        (["--profile", "-"], "{"),
        (["--profile", "nowhere.json"], ""),
        ([], ""),
    ],
)
def test_the_command_refuses_it_with_status_2(
    arguments: list[str], given: str, folder: Path
) -> None:
    done = CliRunner().invoke(app, ["similar", *arguments, "--dir", str(folder)], input=given)
    assert isinstance(done.exception, UsageError)
    assert done.exception.exit_status == 2
    assert done.stdout == ""


def test_a_folder_without_a_case_gives_an_empty_list_and_says_so(tmp_path: Path) -> None:
    store.save(Analysis((), (), ()), tmp_path)
    notes: list[str] = []
    found, _ = find(
        profile_of_text(ASKED), tmp_path, filters=Filters(), count=5, note=notes.append,
        encoder=WordEncoder(),
    )  # fmt: skip
    assert found.cases == ()
    assert any("holds no case" in n for n in notes)


def test_english_is_seen_without_the_model_of_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked() -> None:
        raise AssertionError("the model of languages was loaded")

    monkeypatch.setattr("xcase.language._identifier", asked)
    read(profile_of_text("I am a nurse and I freeze when they think that I have to delegate"))
    with pytest.raises(AssertionError, match="was loaded"):
        read(profile_of_text("Verpleegkundige, want ik wil leren hoe ik taken kan afgeven"))


def test_one_word_that_names_a_skill_is_enough() -> None:
    assert read(profile_of_text("delegation")).skills == ("delegation",)


def test_parts_of_a_profile() -> None:
    reading = read(
        profile_of_text("I am a nurse who wants to lead and I freeze when I have to delegate")
    )
    assert reading.situation == ("I am a nurse",)
    assert reading.goal == ("who wants to lead",)
    assert reading.gap == ("and I freeze when I have to delegate",)


def test_fields_of_a_profile() -> None:
    profile, notes = parse_profile(
        json.dumps(
            {
                "id": 7,
                "text": ASKED,
                "skill_want": "planning",
                "skills_want": "delegation; juggling",
            }
        ),
        "m.json",
    )
    assert (profile.id, profile.skills_want) == ("7", ("delegation", "juggling"))
    assert profile.extra == {"skill_want": "planning"}
    assert notes == (
        "unknown field 'skill_want' is kept but not compared; did you mean 'skills_want'?",
    )
    reading = read(profile)
    assert reading.skills == ("delegation",)
    assert "juggling" in reading.gap
    assert any("'juggling'" in n for n in reading.notes)


def test_skills_wanted_are_compared_whether_or_not_one_is_unknown() -> None:
    known = replace(profile_of_text(""), skills_want=("delegate", "any task"))
    alone = replace(known, skills_want=("delegate",))
    assert read(alone).gap == ("delegate",)
    assert read(known).gap == ("delegate", "any task")
    assert "gap" not in read(known).missing
    search = searcher(three()).search
    gaps = [
        next(reason.value for reason in search(p, count=1).cases[0].reasons if reason.kind == "gap")
        for p in (known, alone)
    ]
    assert min(gaps) > 0
    beside_text = replace(known, text=ASKED)
    assert "delegate" not in read(beside_text).gap


def test_an_unknown_industry_is_named_with_the_nearest() -> None:
    profile, _ = parse_profile(json.dumps({"text": ASKED, "industry": "Helthcare"}), "m.json")
    assert any("nearest: Healthcare" in n for n in read(profile).notes)


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        (" legal", "Legal"),
        ("Energy", "Mining & Energy"),
        ("tech", "Information & Technology"),
        ("Hospital", "Healthcare"),
        ("hospitality", "Hospitality & Food"),
        ("Financial services", "Finance & Insurance"),
        ("services", None),
        ("it", None),
        ("Helthcare", None),
    ],
)
def test_an_industry_is_known_by_a_word_of_it(told: str, meant: str | None) -> None:
    assert industry_meant(told) == meant


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        ("{", "m.json", "not JSON"),
        ("[]", "m.json", "0 profiles"),
        ('[{"text": "a"}, {"text": "b"}]', "m.json", "2 profiles"),
        ('"text"', "m.json", "object is needed"),
        ('{"text": 1.5}', "m.json", "must be a string"),
        ('{"goals": [1]}', "m.json", "list of strings"),
        ("[" * 100_000, "m.json", "nested"),
        ("text\na\nb\n", "m.csv", "2 profiles"),
    ],
)
def test_a_malformed_profile_is_refused(content: str, name: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        parse_profile(content, name)


def test_text_or_file_but_not_both() -> None:
    for text, path in ((None, None), ("a", Path("b"))):
        with pytest.raises(UsageError, match="one of them"):
            load_profile(text, path, lambda: "", print)


# ---------------------------------------------------------------- the index


def test_only_new_cases_go_through_the_model(folder: Path) -> None:
    encoder = WordEncoder()
    first = analysis_of(*list(zip(three().documents, three().cases, strict=True))[:2])
    _, note = open_index(folder, first, lambda: encoder, model=encoder.name)
    assert note == "indexed 2 of 2 cases"
    encoder.seen.clear()
    grown, note = open_index(folder, three(), lambda: encoder, model=encoder.name)
    assert note == "indexed 1 of 3 cases"
    assert encoder.seen == list(CLERK)
    fresh, _ = open_index(None, three(), WordEncoder, model=encoder.name)
    assert all(np.array_equal(grown.arrays[n], fresh.arrays[n]) for n in fresh.arrays)
    encoder.seen.clear()
    _, note = open_index(folder, three(), lambda: encoder, model=encoder.name)
    assert (note, encoder.seen) == ("", [])


def test_vectors_of_two_models_are_never_mixed(folder: Path) -> None:
    open_index(folder, three(), WordEncoder, model="words:1")
    other = WordEncoder("words:2")
    index, note = open_index(folder, three(), lambda: other, model=other.name)
    assert note == "indexed 3 of 3 cases"
    with pytest.raises(AnalysisError, match="words:2"):
        Searcher(three(), index, WordEncoder("words:1"))


@pytest.mark.parametrize("name", ["index.json", "tokens.npy", "words/vocab.index.json"])
def test_a_damaged_index_is_made_anew(folder: Path, name: str) -> None:
    open_index(folder, three(), WordEncoder, model="words:1")
    path = folder / "index" / name
    path.write_bytes(path.read_bytes()[:20])
    _, note = open_index(folder, three(), WordEncoder, model="words:1")
    assert note == "indexed 3 of 3 cases"


# ---------------------------------------------------------------- commands, plan, feedback


def test_find_notes_and_unknown_names(folder: Path) -> None:
    notes: list[str] = []
    found, _ = find(
        profile_of_text(ASKED), folder, filters=Filters(), count=2, note=notes.append,
        encoder=WordEncoder(),
    )  # fmt: skip
    assert found.cases[0].case_id == "d1:1"
    assert notes[0] == "indexed 3 of 3 cases"
    with pytest.raises(UsageError, match="no industry 'Helthcare'; nearest: Healthcare"):
        find(profile_of_text(ASKED), folder, filters=Filters("Helthcare"), count=2)


def test_every_line_of_a_draft_is_quoted() -> None:
    analysis = three()
    found = searcher(analysis).search(profile_of_text(ASKED), count=2).cases
    lines = draft(analysis, found)
    texts = {d.id: d.text for d in analysis.documents}
    assert {"work on", "steps", "signs that it works"} <= {line.section for line in lines}
    for line in lines:
        q = line.quote
        assert texts[q.document_id][q.start : q.end] == q.quote


def test_a_story_that_ended_badly_only_warns() -> None:
    analysis = three()
    found = searcher(analysis).search(profile_of_text(ASKED), count=1).cases
    bad = Outcome("other", 0, 5, analysis.documents[0].text[:5], "negative", 0.9)
    cases = tuple(replace(c, outcomes=(bad,)) for c in analysis.cases)
    lines = draft(replace(analysis, cases=cases), found)
    assert {line.section for line in lines} == {"watch for"}


def test_feedback_is_kept_and_moves_weights_only_with_enough_of_it(folder: Path) -> None:
    entry = judge(folder, "d1:1", profile_of_text(ASKED), True, "similar", "yes", print,
                  WordEncoder())  # fmt: skip
    assert load_feedback(folder) == [entry]
    assert set(entry.values) <= set(WEIGHTS)
    good = Feedback("similar", "a", True, "", {"gap": 0.9, "background": 0.3})
    bad = Feedback("similar", "b", False, "", {"gap": 0.1, "background": 0.3})
    assert moved_weights([good] * (ENOUGH - 1) + [bad] * ENOUGH) == WEIGHTS
    moved = moved_weights([good] * ENOUGH + [bad] * ENOUGH)
    assert moved["gap"] / moved["background"] > WEIGHTS["gap"] / WEIGHTS["background"]
    assert sum(moved.values()) == pytest.approx(sum(WEIGHTS.values()))


def test_a_last_line_that_an_editor_left_open_is_kept_and_a_torn_one_is_not(
    folder: Path,
) -> None:
    def told() -> list[str]:
        return [entry.target for entry in load_feedback(folder)]

    def tell(case: str) -> None:
        judge(folder, case, None, True, "similar", "", print)

    path = folder / "feedback.jsonl"
    tell("d1:1")
    tell("d2:1")
    path.write_bytes(path.read_bytes().removesuffix(b"\n"))
    assert told() == ["d1:1", "d2:1"]
    tell("d3:1")
    assert told() == ["d1:1", "d2:1", "d3:1"]
    path.write_bytes(path.read_bytes()[:-9])
    assert told() == ["d1:1", "d2:1"]
    tell("d1:1")
    assert told() == ["d1:1", "d2:1", "d1:1"]


def test_feedback_must_say_what_helped(folder: Path) -> None:
    with pytest.raises(UsageError, match="--helped"):
        judge(folder, "d1:1", None, None, "similar", "", print)
    with pytest.raises(UsageError, match="no case 'd9:1'"):
        judge(folder, "d9:1", None, True, "similar", "", print)
    with pytest.raises(UsageError, match="no kind"):
        judge(folder, "d1:1", None, True, "other", "", print)
    (folder / "feedback.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(AnalysisError, match="line 1"):
        load_feedback(folder)


def test_health_names_what_is_thin_and_success_only() -> None:
    health = examine(three())
    assert (health.stories, health.positive, health.negative_or_mixed) == (3, 2, 1)
    assert health.gaps == {"delegation": 2, "negotiation": 1}
    assert "Healthcare" in health.thin


# ---------------------------------------------------------------- what all have in common


def test_what_is_near_to_everything_is_less_near_to_this() -> None:
    analysis, encoder = three(), WordEncoder()
    index, _ = open_index(None, analysis, lambda: encoder, model=encoder.name)
    plain = replace(index, arrays={**index.arrays, "centre": 0 * index.arrays["centre"]})
    query = rank.embed(read(profile_of_text(ASKED)), encoder)
    everyone = np.arange(3)
    lost = [
        before.values.get("whole", 0.0) - after.values.get("whole", 0.0)
        for before, after in zip(
            rank.match(plain, query, everyone, WEIGHTS),
            rank.match(index, query, everyone, WEIGHTS),
            strict=True,
        )
    ]
    common = index.arrays["middles"] @ index.arrays["centre"]
    assert max(lost) > 0
    assert int(np.argmax(lost)) in np.argsort(common)[-2:]


def test_the_centre_of_few_cases_is_short_and_of_many_their_mean() -> None:
    one = unit_length(np.ones((1, 4), np.float32))
    assert np.linalg.norm(centre_of(one)) == pytest.approx(1 / 11)
    assert np.linalg.norm(centre_of(np.repeat(one, 990, axis=0))) == pytest.approx(0.99)
    assert not centre_of(np.zeros((0, 4), np.float32)).any()


# ---------------------------------------------------------------- very many cases


def test_lists_find_what_every_vector_finds(tmp_path: Path) -> None:
    pytest.importorskip("faiss", reason="the extra xcase[large] is not installed")
    store.save(three(), tmp_path)
    encoder = WordEncoder()
    exact, _ = open_index(None, three(), lambda: encoder, model=encoder.name)
    listed, _ = open_index(tmp_path, three(), lambda: encoder, model=encoder.name, large=3)
    again, done = open_index(tmp_path, three(), lambda: encoder, model=encoder.name, large=3)
    assert exact.lists is None
    assert done == ""
    assert check_files(tmp_path) == "undamaged"
    reading = read(profile_of_text(ASKED))
    query, everyone = rank.embed(reading, encoder), np.ones(3, dtype=bool)
    silent = np.zeros(3, dtype=np.float32)
    wanted = rank.first_step(exact, query, silent, everyone, 2).tolist()
    assert len(wanted) == 1
    for index in (listed, again):
        assert index.lists is not None
        assert rank.first_step(index, query, silent, everyone, 2).tolist() == wanted
        (best,) = wanted
        allowed = everyone & (np.arange(3) != best)
        assert rank.first_step(index, query, silent, allowed, 2).tolist() not in ([], wanted)


def test_lists_lose_next_to_nothing_and_take_new_vectors_into_old_lists() -> None:
    pytest.importorskip("faiss", reason="the extra xcase[large] is not installed")
    rng = np.random.default_rng(1)
    centres = rng.standard_normal((60, 32), dtype=np.float32)
    mixed = centres[rng.integers(0, 60, 6000)] + 0.8 * rng.standard_normal((6000, 32), np.float32)
    vectors = unit_length(mixed)
    everyone = np.ones(6000, dtype=bool)
    everyone[::7] = False
    first = Lists.build(vectors[:5990])
    assert first is not None
    for lists in (Lists.build(vectors), Lists.build(vectors, first)):
        assert lists is not None
        assert len(lists) == 6000
        found = lists.nearest(vectors[5], 10, everyone)
        scores = np.where(everyone, vectors @ vectors[5], -1)
        assert set(found) == set(np.argsort(-scores)[:10])


def test_lists_come_when_faiss_comes_and_a_damaged_file_is_made_anew(tmp_path: Path) -> None:
    pytest.importorskip("faiss", reason="the extra xcase[large] is not installed")
    store.save(three(), tmp_path)
    encoder = WordEncoder()
    without, _ = open_index(tmp_path, three(), lambda: encoder, model=encoder.name)
    assert without.lists is None
    for content in (None, b"no lists"):
        if content is not None:
            (tmp_path / "index" / LISTS_FILE).write_bytes(content)
        index, _ = open_index(tmp_path, three(), lambda: encoder, model=encoder.name, large=3)
        assert index.lists is not None
        assert check_files(tmp_path) == "undamaged"
