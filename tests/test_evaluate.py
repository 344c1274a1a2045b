"""The figures of an evaluation, worked out by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeAnnotator

from xcase import pipeline, store
from xcase.errors import AnalysisError, UsageError
from xcase.evaluate import (
    evaluate,
    max_pairs,
    not_read,
    position_baseline,
    sentence_spans,
    word_baseline,
)
from xcase.records import (
    Analysis,
    Case,
    Document,
    IndustryGuess,
    Outcome,
    Person,
    Phase,
    Program,
    Quote,
    Sentence,
    SkillMention,
    Span,
    Status,
)

STORY = "Bo was shy. Ruth listened every Tuesday.  Bo got promoted. Bye."
PAIR = "Amina rose. Zed fell."
ESSAY = "Mentoring is good."


def labelled(name: str, text: str, phases: str, **fields: Any) -> dict[str, Any]:
    """Return a gold narrative; a letter of ``phases`` is the phase of a sentence."""
    sentences = [s + "." for s in text.replace("  ", " ").rstrip(".").split(". ")]
    words = {"b": "background", "j": "journey", "o": "outcome", "x": "other"}
    gold = {
        "sentences": [
            {"text": s, "phase": words[p]} for s, p in zip(sentences, phases, strict=True)
        ],
        "skills": fields.pop("skills", []),
        "outcomes": fields.pop("outcomes", []),
        "cadence": fields.pop("cadence", []),
    }
    unsaid = {
        "hard": [],
        "mentee": None,
        "mentor": None,
        "industry_from": "Unknown",
        "industry_to": "Unknown",
    }
    return {"id": name, "text": text, **unsaid, **fields, "gold": gold}


GOLD = [
    labelled(
        "story", STORY, "bjox", mentee="Bo", mentor="Ruth Lind", industry_from="Education",
        skills=[
            {"canonical": "confidence", "status": "lacked", "holder": "mentee", "surface": "shy"},
            {"canonical": "listening", "status": "used", "holder": "mentor", "surface": "listened"},
        ],
        outcomes=[{"type": "promotion", "surface": "got promoted"}],
        cadence=["every Tuesday"],
    ),
    labelled("pair", PAIR, "oo", hard=["multi_case"], mentee="Amina;Zed"),
    labelled("essay", ESSAY, "x", hard=["no_case"]),
]  # fmt: skip


def document(name: str, text: str) -> Document:
    return Document(name, name, "", name, {}, text, "cases", "")


def sentence(text: str, surface: str, phase: Phase) -> Sentence:
    start = text.index(surface)
    return Sentence(start, start + len(surface), phase, 1.0)


def skill(name: str, surface: str, status: Status, holder: Any) -> SkillMention:
    start = STORY.index(surface)
    return SkillMention(
        name, start, start + len(surface), surface, status, holder, "other", False, 1.0, "network"
    )


def outcome(surface: str, kind: Any) -> Outcome:
    start = STORY.index(surface)
    return Outcome(kind, start, start + len(surface), surface, "positive", 1.0)


def case(name: str, number: int = 1, **fields: Any) -> Case:
    empty: dict[str, Any] = dict.fromkeys(
        ("mentee", "mentor", "industry_from", "industry_to", "role_from", "role_to")
    )
    empty |= {"program": Program(), "sentences": (), "skills": (), "outcomes": ()}
    return Case(
        id=f"{name}:{number}", document_id=name, title="", start=0, end=1, **(empty | fields)
    )


PERFECT = Analysis(
    documents=(document("story", STORY), document("pair", PAIR), document("essay", ESSAY)),
    cases=(
        case(
            "story",
            mentee=Person("Bo", None, ()),
            mentor=Person("Ruth", None, ()),
            industry_from=IndustryGuess("Education", 0.9, (Span(0, 1),)),
            program=Program(cadence=(Quote("Tuesday", 32, 39),)),
            sentences=(
                sentence(STORY, "Bo was shy.", "background"),
                sentence(STORY, "Ruth listened every Tuesday.", "journey"),
                sentence(STORY, "Bo got promoted.", "outcome"),
            ),
            skills=(
                skill("confidence", "was shy", "lacked", "mentee"),
                skill("listening", "listened", "used", "mentor"),
            ),
            outcomes=(outcome("promoted", "promotion"),),
        ),
        case(
            "pair",
            mentee=Person("Amina", None, ()),
            sentences=(sentence(PAIR, "Amina rose.", "outcome"),),
        ),
        case(
            "pair",
            2,
            mentee=Person("Zed", None, ()),
            sentences=(sentence(PAIR, "Zed fell.", "outcome"),),
        ),
    ),
    skipped=(),
)
POOR = Analysis(
    documents=PERFECT.documents[:2],  # the essay is missing
    cases=(
        case(
            "story",
            mentee=Person("Ruth", None, ()),
            industry_from=IndustryGuess("Legal", 0.9, (Span(0, 1),)),
            program=Program(duration=(Quote("Bo", 0, 2),)),
            sentences=(
                sentence(STORY, "Bo was shy.", "background"),
                sentence(STORY, "Ruth listened every Tuesday.  Bo got promoted.", "outcome"),
            ),
            skills=(
                skill("confidence", "shy", "lacked", "mentor"),
                skill("delegation", "Bye", "developed", "mentee"),
                skill("a skill of another list", "Bye", "developed", "mentee"),
            ),
            outcomes=(outcome("promoted", "award"), outcome("Bye", "promotion")),
        ),
    ),
    skipped=(),
)


def json_lines(gold: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(g) + "\n" for g in gold).encode()


def figures(folder: Path, analysis: Analysis, gold: list[dict[str, Any]]) -> dict[str, Any]:
    store.save(analysis, folder)
    result = evaluate(json_lines(gold), folder)
    assert result["documents"] == len(gold)
    return dict(result["figures"])


def test_a_perfect_analysis_is_perfect_everywhere(tmp_path: Path) -> None:
    found = figures(tmp_path, PERFECT, GOLD)
    assert {name: f["value"] for name, f in found.items()} == dict.fromkeys(found, 1.0)
    assert {
        "phase_accuracy", "phase_macro_f1", "skill_f1", "skill_status_f1", "skill_triple_f1",
        "skill_span_f1", "outcome_f1", "outcome_any_f1", "cadence_f1", "industry_from", "mentee",
        "mentor", "no_case", "case_found", "case_count", "evidence",
    } <= found.keys()  # fmt: skip


@pytest.mark.parametrize(
    ("figure", "value"),
    [
        # Right: the first, third and fourth sentence of the story, of seven; the two of the pair
        # are covered by no case, and the essay is missing.
        ("phase_accuracy", 3 / 7),
        ("phase_f1_background", 1.0),
        ("phase_f1_journey", 0.0),
        # One hit, two said (the story's second and third sentence), three true.
        ("phase_f1_outcome", 2 / 5),
        # One hit, three said (Bye and the pair), two true (Bye and the essay).
        ("phase_f1_other", 2 / 5),
        ("phase_macro_f1", (1.0 + 0.0 + 0.4 + 0.4) / 4),
        # Confidence is right in name and status, its holder is wrong; delegation is invented;
        # the third name is of no interest.
        ("skill_f1", 2 / 4),
        ("skill_precision", 1 / 2),
        ("skill_recall", 1 / 2),
        ("skill_status_f1", 2 / 4),
        ("skill_triple_f1", 0.0),
        ("skill_span_f1", 2 / 4),
        # The promotion is called an award; another one is invented.
        ("outcome_f1", 0.0),
        ("outcome_any_f1", 2 * 1 / (2 + 1)),
        ("cadence_f1", 0.0),
        ("industry_from", 0.0),
        # None of Bo, Amina and Zed.
        ("mentee", 0.0),
        ("mentor", 0.0),
        ("case_found", 1 / 2),
        ("case_count", 0.0),
        ("no_case", 0.0),
        ("evidence", 1.0),
    ],
)
def test_a_poor_analysis(tmp_path: Path, figure: str, value: float) -> None:
    assert figures(tmp_path, POOR, GOLD)[figure]["value"] == pytest.approx(value)


def test_what_is_missing_counts_as_wrong(tmp_path: Path) -> None:
    found = figures(tmp_path, Analysis((), (), ()), GOLD)
    assert {name: f["value"] for name, f in found.items()} == dict.fromkeys(found, 0.0)


def test_another_text_under_the_same_id_counts_as_missing(tmp_path: Path) -> None:
    other = Analysis((document("story", STORY + " "),), PERFECT.cases[:1], ())
    found = figures(tmp_path, other, GOLD[:1])
    assert {name: f["value"] for name, f in found.items()} == dict.fromkeys(found, 0.0)


def test_a_quote_that_is_not_in_the_text_is_no_evidence(tmp_path: Path) -> None:
    wrong = SkillMention(
        "confidence", 0, 3, "shy", "lacked", "mentee", "background", False, 1.0, "network"
    )
    right = skill("listening", "listened", "used", "mentor")
    analysis = Analysis(PERFECT.documents[:1], (case("story", skills=(wrong, right)),), ())
    assert figures(tmp_path, analysis, GOLD[:1])["evidence"]["value"] == 0.5


def test_a_further_mention_of_a_name_that_was_found_is_no_mistake(tmp_path: Path) -> None:
    mentions = [skill("confidence", words, "lacked", "mentee") for words in ("shy", "Bye")]
    mentions.append(skill("listening", "listened", "used", "mentor"))
    analysis = Analysis(PERFECT.documents[:1], (case("story", skills=tuple(mentions)),), ())
    assert figures(tmp_path, analysis, GOLD[:1])["skill_span_f1"]["value"] == 1.0


def test_intervals_hold_the_value_and_are_drawn_the_same_again(tmp_path: Path) -> None:
    found = figures(tmp_path, POOR, GOLD)
    assert all(f["low"] <= f["value"] <= f["high"] for f in found.values())
    assert (found["phase_accuracy"]["low"], found["phase_accuracy"]["high"]) == (0.0, 3 / 4)
    assert found == figures(tmp_path, POOR, GOLD)


def test_baselines_stand_beside_the_figures(tmp_path: Path) -> None:
    figures(tmp_path, PERFECT, GOLD)
    baselines = evaluate(json_lines(GOLD), tmp_path)["baselines"]
    # By position the story reads b b j o, the pair b j, the essay b.
    assert baselines["position"]["phase_accuracy"] == pytest.approx(1 / 7)
    # No name of a skill stands in these texts.
    assert baselines["words"]["skill_f1"] == 0.0


def test_position_baseline() -> None:
    gold = labelled("six", "A a. B b. C c. D d. E e. F f.", "xxxxxx")
    phases = [s["phase"] for s in position_baseline(gold)["sentences"]]
    assert phases == ["background"] * 2 + ["journey"] * 2 + ["outcome"] * 2


def test_word_baseline() -> None:
    text = "Her Delegation and stress management grew."
    (first, second) = word_baseline(labelled("w", text, "o"))["skills"]
    assert (first["skill"], first["surface"], first["start"]) == ("delegation", "Delegation", 4)
    assert (second["skill"], text[second["start"] : second["end"]]) == (
        "stress management",
        "stress management",
    )
    assert (first["status"], first["holder"]) == ("developed", "mentee")


def test_sentences_are_found_in_turn_whatever_the_white_space() -> None:
    assert sentence_spans("Go.\n Go \n on. Go.", ["Go.", "Go on.", "Go."]) == [
        (0, 3),
        (5, 13),
        (14, 17),
    ]
    with pytest.raises(UsageError, match="not in its text"):
        sentence_spans("Go.", ["Go.", "Go."])


def test_the_largest_pairing_is_found() -> None:
    # Taking the first fit for the first item would leave the second one alone.
    gold, said = [("a", []), ("b", [])], [("ab", []), ("a", [])]
    assert max_pairs(gold, said, lambda g, p: g[0] in p[0]) == 2


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[1]", b'{"id": "a", "text": "b"}', b"\xff", b"[" * 100_000]
)
def test_what_is_no_gold_is_refused(tmp_path: Path, content: bytes) -> None:
    store.save(PERFECT, tmp_path)
    with pytest.raises(UsageError, match="narrative"):
        evaluate(content, tmp_path)


@pytest.mark.parametrize("labels", [{}, {"sentences": [{}]}, None])
def test_gold_without_its_labels_is_refused(tmp_path: Path, labels: Any) -> None:
    store.save(PERFECT, tmp_path)
    with pytest.raises(UsageError, match="narrative"):
        evaluate(json_lines([{**GOLD[2], "gold": labels}]), tmp_path)


@pytest.mark.parametrize(
    ("field", "value", "lacks"),
    [
        ("hard", None, "hard"),
        ("mentee", 5, "mentee"),
        ("sentences", [{}], "text, phase in gold.sentences"),
        ("skills", [{"status": "used"}], "canonical, status, holder, surface in gold.skills"),
        ("cadence", [{}], "text in gold.cadence"),
    ],
)
def test_gold_of_another_form_is_refused(
    tmp_path: Path, field: str, value: Any, lacks: str
) -> None:
    store.save(PERFECT, tmp_path)
    row = GOLD[2]
    inside = field in row["gold"]
    row = {**row, "gold": {**row["gold"], field: value}} if inside else {**row, field: value}
    with pytest.raises(UsageError, match=f"line 1 .* lacks {lacks}"):
        evaluate(json_lines([row]), tmp_path)


def test_gold_without_sentences_has_no_phases(tmp_path: Path) -> None:
    store.save(PERFECT, tmp_path)
    row = {**GOLD[2], "gold": {**GOLD[2]["gold"], "sentences": []}}
    assert "phase_macro_f1" not in evaluate(json_lines([row]), tmp_path)["figures"]


def test_a_number_is_an_id(tmp_path: Path) -> None:
    document = replace(PERFECT.documents[0], id="17")
    cases = [replace(c, document_id="17") for c in PERFECT.cases if c.document_id == "story"]
    store.save(replace(PERFECT, documents=(document,), cases=tuple(cases)), tmp_path)
    figures = evaluate(json_lines([{**GOLD[0], "id": 17}]), tmp_path)["figures"]
    assert figures["case_found"]["value"] == 1


def test_what_counts_as_wrong_unread_is_named(tmp_path: Path) -> None:
    store.save(POOR, tmp_path)
    other = {**GOLD[1], "text": PAIR + " "}
    result = evaluate(json_lines([GOLD[0], other, GOLD[2]]), tmp_path)
    assert (result["missing"], result["skipped"]) == (["pair", "essay"], [])
    (line,) = not_read(result)
    assert "2 of 3 narratives" in line
    assert line.endswith("pair, essay")
    assert not_read(evaluate(json_lines(GOLD[:2]), tmp_path)) == []


def test_a_fresh_analysis_says_what_it_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(*args: Any, **kwargs: Any) -> Analysis:
        return pipeline_analyze(*args, **kwargs, annotator=FakeAnnotator())

    pipeline_analyze = pipeline.analyze
    monkeypatch.setattr(pipeline, "analyze", read)
    result = evaluate(json_lines([GOLD[0], {**GOLD[1], "more": float("nan")}]))
    assert result["missing"] == ["pair"]
    assert not_read(result)[0] == "line 2: NaN is no JSON number"


def test_a_folder_without_an_analysis_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AnalysisError):
        evaluate(json_lines(GOLD[2:]), tmp_path)
