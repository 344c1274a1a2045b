"""Texts in other languages are told as such, and English ones never."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fakes import FakeAnnotator

from xcase.language import PLACE_CHARS, PLACES, foreign
from xcase.pipeline import analyze

ROOT = Path(__file__).parent.parent
ENGLISH = "Before, Bo was late.\nThen Bo learned to plan.\nNow Bo shared out the work.\n"
OTHERS = {
    "ar": "كانت أمينة تعمل في مستودع وتفعل كل شيء بنفسها. ثم استمعت إليها روث كل ثلاثاء.",
    "de": (
        "Amina arbeitete in einem Lager und machte alles selbst. Dann hörte Ruth ihr jeden "
        "Dienstag zu und zeigte ihr, wie man Arbeit verteilt."
    ),
    "es": (
        "Amina trabajaba en un almacén y lo hacía todo ella sola. Después Ruth la escuchó cada "
        "martes y le enseñó a repartir el trabajo."
    ),
    "fr": (
        "Amina travaillait dans un entrepôt et faisait tout elle-même. Puis Ruth l'a écoutée "
        "chaque mardi et lui a appris à partager le travail."
    ),
    "he": "אמינה עבדה במחסן ועשתה הכל בעצמה. אחר כך רות הקשיבה לה בכל יום שלישי.",
    "hi": "अमीना एक गोदाम में काम करती थी और सब कुछ खुद करती थी। फिर रूथ ने हर मंगलवार उसकी बात सुनी।",
    "ja": "アミナは倉庫で働いていて、何でも自分でやっていた。それからルースが話を聞いた。",
    "nl": (
        "Amina werkte in een magazijn en deed alles zelf. Toen luisterde Ruth elke dinsdag naar "
        "haar en leerde haar het werk te verdelen."
    ),
    "pl": (
        "Amina pracowała w magazynie i wszystko robiła sama. Potem Ruth słuchała jej w każdy "
        "wtorek i nauczyła ją dzielić się pracą."
    ),
    "pt": (
        "A Amina trabalhava num armazém e fazia tudo sozinha. Depois a Ruth ouviu-a todas as "
        "terças-feiras e ensinou-a a repartir o trabalho."
    ),
    "ru": "Она боялась звонков. Потом позвонила сама.",
    "tr": (
        "Amina bir depoda çalışıyordu ve her şeyi kendisi yapıyordu. Sonra Ruth her salı onu "
        "dinledi ve işi paylaşmayı öğretti. Şimdi sekiz kişilik bir ekibi yönetiyor."
    ),
    "vi": (
        "Amina làm việc trong một nhà kho và tự mình làm mọi thứ. Sau đó Ruth lắng nghe cô mỗi "
        "thứ ba và dạy cô chia sẻ công việc."
    ),
    "zh": "阿米娜在仓库工作，什么事都自己做。后来露丝每个星期二听她说话，教她分配工作。",
}


@pytest.mark.parametrize("code", OTHERS)
def test_another_language_is_known(code: str) -> None:
    assert foreign(OTHERS[code]) == code


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (
            "da",
            "Jeg havde lyst til at lede et hold, men for mig var det svært at have ansvar for "
            "andre. Min mentor bad mig om at skrive ned, hvad jeg var bange for at sige. Nu er jeg "
            "leder for en gruppe her, og det er godt for mig at være her.",
        ),
        (
            "nl",
            "Ik had een mentor, en had zij gelijk of niet, zij had geduld. Het is moeilijk om nee "
            "te zeggen of om hulp te vragen. Nu is het mijn beurt, en is er een team dat naar mij "
            "luistert.",
        ),
        (
            "af",
            "My mentor het my gevra wat my bang maak by die werk. Dit is moeilik, maar sy is "
            "geduldig, en by my is die vrees nou weg. My span is klein, en my hospitaal is my "
            "huis.",
        ),
    ],
)
def test_a_language_that_shares_small_words_with_english_is_known(code: str, text: str) -> None:
    assert foreign(text) == code


@pytest.mark.parametrize(
    "text",
    [
        ENGLISH,
        "",
        "👩🏽‍⚕️ 123",
        "Skills: SQL, Python, Tableau, Excel. Employers: Acme Ltd, Globex GmbH, Initech SA. Roles: "
        "analyst, senior analyst, team lead.",
        "Adaeze Okonkwo, Mateo Fernández, Giulia Rossi, Hans Müller, Anneke de Vries, João da "
        "Silva, Nguyễn Văn An, Jürgen Weiß, Zoë Quist, Amélie Dubois, Łukasz Nowak",
        "Amina worked in a warehouse. «Lo hago todo yo sola», she said, «siempre lo he hecho así y "
        "no quiero cambiar». Ruth heard her out every Tuesday, and now she leads a team of eight.",
    ],
    ids=["story", "empty", "signs", "list", "names", "quotes in Spanish"],
)
def test_english_and_what_is_no_language_are_let_pass(text: str) -> None:
    assert foreign(text) == ""


def test_no_story_of_the_corpus_is_taken_for_another_language() -> None:
    texts = [
        json.loads(line)["text"]
        for path in [*ROOT.glob("corpus/training/*-a.jsonl"), *ROOT.glob("corpus/gold/st*.jsonl")]
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    assert len(texts) > 300
    assert [text[:60] for text in texts if foreign(text)] == []


def test_a_long_text_is_looked_at_in_places() -> None:
    size = PLACES * PLACE_CHARS
    assert foreign(OTHERS["es"] * size) == "es"
    assert foreign(ENGLISH * size) == ""
    assert foreign(ENGLISH * 20 + OTHERS["ru"] * size) == "ru"


def test_text_in_another_language_is_no_case_and_the_reason_names_it(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name, text in {**OTHERS, "story": ENGLISH}.items():
        # By its first word the fake takes each text for a story.
        told = text if name == "story" else f"Now {text}"
        (tmp_path / "in" / f"{name}.txt").write_text(told, encoding="utf-8")
    analysis = analyze([tmp_path / "in"], tmp_path / "out", annotator=FakeAnnotator())
    reasons = {d.path.removesuffix(".txt"): d.reason for d in analysis.documents}
    assert reasons.pop("story") == ""
    assert [c.document_id for c in analysis.cases] == ["story.txt"]
    assert {d.kind for d in analysis.documents if d.path != "story.txt"} == {"not_a_case"}
    for code, reason in reasons.items():
        assert reason.startswith(f"seems to be in another language than English ({code});")
