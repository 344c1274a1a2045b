"""What people decide is kept, applied again, and told apart from what no longer fits."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FakeAnnotator
from typer.testing import CliRunner

from xcase import amend, corrections, evaluate, review, sentences, store
from xcase.cli import app
from xcase.corrections import Correction
from xcase.errors import AnalysisError, StoppedError, UsageError
from xcase.gold_export import as_gold
from xcase.pipeline import analyze
from xcase.records import Case, Person
from xcase.settings import Settings

STORY = (
    "Before, Amina kept every task to herself. Then Ruth met her every Tuesday. "
    "Now she shared out the work and was made shift manager."
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(STORY, encoding="utf-8")
    run(tmp_path)
    return tmp_path / "out"


def run(tmp_path: Path) -> None:
    analyze([tmp_path / "in"], tmp_path / "out", annotator=FakeAnnotator())


def case(folder: Path) -> Case:
    (found,) = store.load(folder).cases
    return found


def decision(folder: Path, kind: str, label: str = "") -> Correction:
    document = store.load(folder).documents[0]
    return next(
        c
        for c in corrections.template(case(folder), document)
        if c.kind == kind and label in ("", c.label)
    )


def skills(folder: Path) -> list[tuple[str, str, str]]:
    return [(m.skill, m.status, m.method) for m in case(folder).skills]


def test_decisions_survive_the_next_run(folder: Path) -> None:
    lacked, *rest = [
        c
        for c in corrections.template(case(folder), store.load(folder).documents[0])
        if c.kind == "skill"
    ]
    assert rest
    made = [
        replace(lacked, action="edit", value={"skill": "patience"}),
        *(replace(c, action="reject") for c in rest),
        replace(decision(folder, "mentor"), action="edit", value={"name": "Amina"}),
        replace(decision(folder, "outcome"), action="accept"),
    ]
    assert review.correct(folder, made) == []
    told = case(folder)
    assert skills(folder) == [("patience", "lacked", "human")]
    assert told.mentor
    assert told.mentor.name == "Amina"
    assert told.mentor.mentions
    assert [o.confidence for o in told.outcomes] == [1.0]
    run(folder.parent)
    assert case(folder) == told


def test_a_later_decision_on_the_same_fact_wins(folder: Path) -> None:
    first = decision(folder, "skill")
    for name in ("patience", "vision"):
        review.correct(folder, [replace(first, action="edit", value={"skill": name})])
    assert skills(folder)[0][0] == "vision"


def test_a_decision_that_comes_back_holds_on_the_next_run_too(folder: Path) -> None:
    first = decision(folder, "skill")
    for name in ("patience", "vision", "patience"):
        review.correct(folder, [replace(first, action="edit", value={"skill": name})])
    assert skills(folder)[0][0] == "patience"
    run(folder.parent)
    assert skills(folder)[0][0] == "patience"


def test_a_fact_can_be_added_once(folder: Path) -> None:
    start = STORY.index("met her")
    made = replace(
        decision(folder, "skill"),
        action="add",
        start=start,
        end=start + 7,
        value={"skill": "patience", "status": "used", "holder": "mentor"},
    )
    for _ in range(2):
        assert review.correct(folder, [made]) == []
    (added,) = [m for m in case(folder).skills if m.skill == "patience"]
    assert (added.surface, added.phase, added.confidence) == ("met her", "journey", 1.0)


def test_what_is_rejected_again_costs_no_other_fact_on_the_same_words(folder: Path) -> None:
    first = decision(folder, "skill")
    value = {"skill": "patience", "status": "used", "holder": "mentor"}
    review.correct(folder, [replace(first, action="add", value=value)])
    there = skills(folder)
    for label, left in (("patience", there[:1] + there[2:]), ("delegation", there[2:])):
        for _ in range(2):
            assert review.correct(folder, [replace(first, action="reject", label=label)]) == []
            assert skills(folder) == left
    run(folder.parent)
    assert skills(folder) == there[2:]


def test_a_fact_of_another_label_on_the_same_words_is_left_alone(folder: Path) -> None:
    before = skills(folder)
    for action in ("reject", "edit"):
        made = replace(decision(folder, "skill"), action=action, label="patience", value={})
        assert len(review.correct(folder, [made])) == 1
        assert skills(folder) == before


@pytest.mark.parametrize("action", ["edit", "reject"])
@pytest.mark.parametrize("kind", ["case", "sentence", "skill", "outcome", "mentor", "industry_to"])
def test_accepting_takes_an_earlier_decision_back(folder: Path, kind: str, action: str) -> None:
    text = STORY.replace("Now she", "Now, in a classroom, she")
    (folder.parent / "in" / "a.txt").write_text(text, encoding="utf-8")
    run(folder.parent)
    accepted = decision(folder, kind)
    review.correct(folder, [accepted])
    before = case(folder)
    edits = {
        "sentence": {"phase": "other"},
        "skill": {"skill": "patience", "status": "had", "hypothetical": True},
        "outcome": {"polarity": "negative"},
        "mentor": {"name": "Amina"},
        "industry_to": {"label": "Manufacturing"},
    }
    value = edits.get(kind, {}) if action == "edit" else {}
    assert review.correct(folder, [replace(accepted, action=action, value=value)]) == []
    assert kind == "case" or case(folder) != before
    lost = review.correct(folder, [accepted])
    if lost:
        assert (kind in corrections.PEOPLE, action) == (False, "reject")
        assert lost[0].message.endswith("the next analyze brings it back")
    run(folder.parent)
    assert case(folder) == before
    assert store.load(folder).skipped == ()
    assert corrections.stored(folder) == [accepted]


def test_a_fact_that_was_added_and_rejected_can_be_added_again(folder: Path) -> None:
    value = {"skill": "patience", "status": "used", "holder": "mentor"}
    made = replace(decision(folder, "skill"), action="add", label="", value=value)
    away = replace(made, action="reject", label="patience", value={})
    for decided in (made, away, replace(made, value=value | {"status": "had"})):
        assert review.correct(folder, [decided]) == []
    for _ in range(2):
        assert ("patience", "had", "human") in skills(folder)
        assert store.load(folder).skipped == ()
        run(folder.parent)


def test_many_decisions_are_kept_in_little_time(tmp_path: Path) -> None:
    made = [
        Correction("a.txt", "0", "a.txt:1", "skill", "accept", n, n + 1, "vision")
        for n in range(5_000)
    ]
    corrections.keep(tmp_path, made)
    away = [replace(c, action="reject") for c in made]
    corrections.keep(tmp_path, away)
    assert corrections.stored(tmp_path) == away


def test_what_an_edit_of_a_person_does_not_name_stays(folder: Path) -> None:
    mentor = case(folder).mentor
    made = replace(decision(folder, "mentor"), action="edit", value={"description": "a planner"})
    review.correct(folder, [made])
    assert mentor
    assert case(folder).mentor == replace(mentor, description="a planner")
    review.correct(folder, [replace(made, value={"name": "Tuesday."})])
    told = case(folder).mentor
    assert told
    assert (told.name, told.description) == ("Tuesday.", "a planner")
    assert [STORY[slice(*span)] for span in told.mentions] == ["Tuesday."]
    run(folder.parent)
    assert case(folder).mentor == told


def test_a_skill_has_the_phase_of_its_sentence_as_edited(folder: Path) -> None:
    first, second = case(folder).skills
    edited = replace(decision(folder, "sentence"), action="edit", value={"phase": "journey"})
    review.correct(folder, [edited])
    assert case(folder).skills == (replace(first, phase="journey"), second)
    review.correct(folder, [replace(edited, action="reject", value={})])
    assert case(folder).skills == (replace(first, phase="other"), second)


@pytest.mark.parametrize("torn", [b'{"document_id": "a.tx', b'{"document_id": "\xff"}\n', b"[]"])
def test_a_damaged_log_is_told_and_the_rest_of_it_kept(folder: Path, torn: bytes) -> None:
    review.correct(folder, [replace(decision(folder, "skill"), action="reject")])
    path, before = folder / corrections.FILE, case(folder)
    whole = path.read_bytes()
    path.write_bytes(whole + torn)
    told = CliRunner().invoke(app, ["doctor", "--dir", str(folder)])
    assert isinstance(told.exception, AnalysisError)
    with pytest.raises(AnalysisError, match="doctor --repair"):
        run(folder.parent)
    told = CliRunner().invoke(app, ["doctor", "--repair", "--dir", str(folder)])
    assert told.exit_code == 0
    assert "lost 1 lines of decisions" in told.output
    assert path.read_bytes() == whole
    run(folder.parent)
    assert case(folder) == before


def test_a_decision_between_a_stopped_run_and_its_continuation_holds(folder: Path) -> None:
    for number in range(30):
        path = folder.parent / "in" / f"b{number:02}.txt"
        path.write_text(f"{STORY} Then came {number}.", encoding="utf-8")
    other, done = Settings(skill=0.05), [0]
    with pytest.raises(StoppedError):
        analyze(
            [folder.parent / "in"], folder, annotator=FakeAnnotator(), settings=other,
            progress=lambda n, _: done.append(n), stop=lambda: done[-1] > 0,
        )  # fmt: skip
    review.correct(folder, [replace(decision(folder, "case"), action="reject")])
    analysis = analyze([folder.parent / "in"], folder, annotator=FakeAnnotator(), settings=other)
    assert analysis.documents[0].kind == "not_a_case"


def test_a_decision_on_a_case_is_not_followed_on_another_part_of_the_text(folder: Path) -> None:
    told = [STORY, STORY.replace("Amina", "Bo"), STORY.replace("Amina", "Amina again")]
    (folder.parent / "in" / "a.txt").write_text("\n\n".join(told), encoding="utf-8")
    run(folder.parent)
    analysis = store.load(folder)
    document, (first, second, third) = analysis.documents[0], analysis.cases
    whole, mentee, *_ = corrections.template(second, document)
    added = replace(
        whole, kind="skill", action="add", start=second.start, end=second.start + 6,
        value={"skill": "patience", "status": "used", "holder": "mentor"},
    )  # fmt: skip
    made = [
        replace(mentee, action="edit", value={"name": "Bo T"}),
        added,
        replace(whole, action="reject"),
    ]
    joined = [replace(first, end=second.end), replace(third, id=second.id)]
    _, cases, lost = amend.apply(document, joined, made)
    assert list(cases) == joined
    assert len(lost) == 3
    assert all(f"is {third.start}-{third.end}" in s.message for s in lost)
    _, cases, lost = amend.apply(document, [first, second, third], made)
    assert (list(cases), lost) == ([first, third], [])
    # Decisions of earlier versions do not say where the case stands.
    _, cases, lost = amend.apply(document, joined, [replace(made[-1], start=0, end=0)])
    assert (list(cases), lost) == (joined[:1], [])


def test_an_industry_that_is_corrected_quotes_words_of_its_own(folder: Path) -> None:
    text = STORY.replace("Then", "The charity had no nurse, and a hospital sent one. Then")
    (folder.parent / "in" / "a.txt").write_text(text, encoding="utf-8")
    run(folder.parent)
    made = replace(decision(folder, "case"), kind="industry_from", action="edit")
    for label, quotes in (
        ("Non-profit & Social", ["charity"]),
        ("Healthcare", ["nurse", "hospital"]),
        ("Utilities", [text]),
        ("Non-profit & Social", ["charity"]),
    ):
        assert review.correct(folder, [replace(made, value={"label": label})]) == []
        guess = case(folder).industry_from
        assert guess
        assert (guess.label, guess.confidence) == (label, 1.0)
        assert [text[a:b] for a, b in guess.evidence] == quotes


def test_taking_a_decision_back_brings_the_fact_back(folder: Path) -> None:
    before = case(folder)
    review.correct(folder, [replace(decision(folder, "skill"), action="reject")])
    assert case(folder) != before
    (folder / corrections.FILE).write_text("", encoding="utf-8")
    run(folder.parent)
    assert case(folder) == before


def test_a_changed_text_leaves_its_decisions_out_and_says_so(folder: Path) -> None:
    review.correct(folder, [replace(decision(folder, "case"), action="reject")])
    assert store.load(folder).cases == ()
    (folder.parent / "in" / "a.txt").write_text(STORY + " Now all is well.", encoding="utf-8")
    run(folder.parent)
    analysis = store.load(folder)
    assert len(analysis.cases) == 1
    assert [(s.stage, s.code) for s in analysis.skipped] == [("correct", "E_CORRECTION")]


def test_decisions_on_a_document_that_was_renamed_are_told_on_every_run(folder: Path) -> None:
    review.correct(folder, [replace(decision(folder, "skill"), action="reject")])
    (folder.parent / "in" / "a.txt").rename(folder.parent / "in" / "b.txt")
    for _ in range(2):
        run(folder.parent)
        (told,) = store.load(folder).skipped
        assert (told.path, told.stage, told.code) == ("a.txt", "correct", "E_CORRECTION")
        assert "decisions not applied (1)" in told.message
    (folder.parent / "in" / "b.txt").rename(folder.parent / "in" / "a.txt")
    run(folder.parent)
    assert store.load(folder).skipped == ()


def test_a_text_that_changed_since_it_was_corrected_is_no_gold(folder: Path) -> None:
    review.correct(folder, [replace(decision(folder, "skill"), action="reject")])
    (folder.parent / "in" / "a.txt").write_text(STORY + " Now all is well.", encoding="utf-8")
    run(folder.parent)
    with pytest.raises(UsageError, match="nothing"):
        review.export_gold(folder, folder / "gold.jsonl")


def test_a_document_whose_every_case_is_rejected_holds_none(folder: Path) -> None:
    review.correct(folder, [replace(decision(folder, "case"), action="reject")])
    now = store.load(folder)
    assert now.documents[0].kind == "not_a_case"
    assert (now.run["counts"]["cases"], now.run["counts"]["not_a_case"]) == (0, 1)
    run(folder.parent)
    assert store.load(folder).documents == now.documents


def test_a_page_without_a_case_is_gold_too(folder: Path, tmp_path: Path) -> None:
    review.correct(folder, [replace(decision(folder, "case"), action="reject")])
    assert review.export_gold(folder, tmp_path / "gold.jsonl") == 1
    gold = json.loads((tmp_path / "gold.jsonl").read_text(encoding="utf-8"))
    assert (gold["hard"], gold["cases"]) == (["no_case"], [])


def test_what_cannot_be_followed_is_told_on_every_run(folder: Path) -> None:
    made = replace(decision(folder, "skill"), action="reject", start=1, end=len(STORY) + 1)
    (lost,) = review.correct(folder, [made])
    for _ in range(2):
        assert store.load(folder).skipped == (lost,)
        run(folder.parent)


def test_a_decision_on_nothing_is_reported(folder: Path) -> None:
    made = replace(decision(folder, "skill"), start=0, end=3, action="reject")
    (lost,) = review.correct(folder, [made])
    assert "stands at 0-3" in lost.message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "colour"}, "kind 'colour'"),
        ({"action": "maybe"}, "action 'maybe'"),
        ({"start": 9, "end": 2}, "9-2 is no span"),
        ({"action": "edit", "value": {"status": "lost"}}, "status 'lost' is not known"),
        ({"action": "edit", "value": {"mood": "good"}}, "has no 'mood'"),
        ({"action": "add", "value": {"skill": "patience"}}, "needs status, holder"),
        ({"kind": "industry_to", "action": "edit", "value": {}}, "needs label"),
        ({"value": {"status": "lost"}}, "status 'lost' is not known"),
        ({"start": "9", "value": []}, "start, value of the wrong type"),
        ({"kind": "mentee", "action": "edit", "value": {"name": 7}}, "name 7 is no text"),
    ],
)
def test_every_fault_of_a_file_is_named(
    folder: Path, tmp_path: Path, change: dict[str, object], message: str
) -> None:
    good = decision(folder, "skill")
    path = tmp_path / "made.jsonl"
    bad = json.loads(corrections.as_line(good)) | change
    path.write_text(json.dumps(bad) + "\nnot json\n", encoding="utf-8")
    with pytest.raises(UsageError, match=message) as caught:
        corrections.read(path)
    assert "line 1" in str(caught.value)
    assert "line 2" in str(caught.value)


def test_what_was_corrected_is_gold(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing"):
        review.export_gold(folder, tmp_path / "gold.jsonl")
    review.correct(folder, [decision(folder, "case")])
    assert review.export_gold(folder, tmp_path / "gold.jsonl") == 1
    content = (tmp_path / "gold.jsonl").read_bytes()
    figures = evaluate.evaluate(content, folder)["figures"]
    # An analysis agrees with the gold that was made of it.
    for name in ("phase_accuracy", "skill_triple_f1", "outcome_f1", "evidence"):
        assert figures[name]["value"] == 1.0


def test_a_case_of_two_mentees_is_one_part_of_the_gold(folder: Path) -> None:
    document, alone = store.load(folder).documents[0], case(folder)
    both = replace(alone, mentee=Person("Amina; Bo Lind", None, ()))
    one = replace(alone, mentee=None)
    assert as_gold(document, [both], [])["mentee"] == "Amina; Bo Lind"
    assert as_gold(document, [both, one], [])["mentee"] == "Amina and Bo Lind; -"


def test_a_phase_set_on_words_of_their_own_is_gold(folder: Path, tmp_path: Path) -> None:
    first, second = [
        c
        for c in corrections.template(case(folder), store.load(folder).documents[0])
        if c.kind == "sentence"
    ][:2]
    over = replace(
        first, action="add", start=first.start + 8, end=second.end, label="",
        value={"phase": "outcome"},
    )  # fmt: skip
    made = [replace(first, action="reject"), replace(second, action="reject"), over]
    assert review.correct(folder, made) == []
    review.export_gold(folder, tmp_path / "gold.jsonl")
    record = json.loads((tmp_path / "gold.jsonl").read_text(encoding="utf-8"))
    assert [s["phase"] for s in record["gold"]["sentences"]] == ["outcome"] * 3
    assert record["cases"] == [{"start_sentence": 0, "end_sentence": 2}]


def test_the_bounds_of_gold_cases_are_their_own(folder: Path) -> None:
    document, whole = store.load(folder).documents[0], case(folder)
    (units,) = sentences.split([document.text])
    alone = [replace(whole, start=u.start, end=u.end) for u in (units[0], units[2])]
    bounds = as_gold(document, alone, units)["cases"]
    assert [(b["start_sentence"], b["end_sentence"]) for b in bounds] == [(0, 0), (2, 2)]
