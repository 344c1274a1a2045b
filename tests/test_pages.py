"""The shared parts of the pages: what is marked, what is told in words, and that nothing runs."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from importlib import resources

import pytest

from xcase import pages
from xcase.records import (
    Case,
    Document,
    IndustryGuess,
    Outcome,
    Person,
    Program,
    Quote,
    Sentence,
    SkillMention,
    Span,
)

EVIL = '</script><img src=x onerror="alert(1)">'
TEXT = "# A start\n\nShe kept all work. Then Ruth showed her how to share it and she was promoted."


def skill(phrase: str, name: str, confidence: float = 0.9, **other: object) -> SkillMention:
    start = TEXT.index(phrase)
    given = {"status": "developed", "holder": "mentee", "hypothetical": False, **other}
    return SkillMention(
        name, start, start + len(phrase), phrase, phase="journey", confidence=confidence,
        method="network", **given,
    )  # type: ignore[arg-type]  # fmt: skip


def a_case(
    text: str, *skills: SkillMention, outcomes: tuple[Outcome, ...] = (), word: str = ""
) -> tuple[Case, Document]:
    cuts = [0, *(m.end() for m in re.finditer(r"\n\n|\. ", text)), len(text)]
    phases = ("other", "background", "journey", "outcome")
    sentences = tuple(
        Sentence(a, a + len(text[a:b].rstrip()), p, 0.9)  # type: ignore[arg-type]
        for a, b, p in zip(cuts, cuts[1:], phases, strict=False)
    )
    who, where = Person(word or "Amina", None, ()), IndustryGuess(word or "Education", 0.4, ())
    quote = Quote(word or "weekly", 0, 5)
    case = Case(
        "d:1", "d", word or "A start", 0, len(text), who, None, where, None, quote, None,
        Program((), (quote,), ()), sentences, skills, outcomes,
    )  # fmt: skip
    return case, Document("d", word or "d.txt", "", word, {}, text, "cases", "")


def rendered(view: pages.CaseView) -> str:
    source = '{% from "_case.html" import case %}{{ case(view) }}'
    return pages.environment().from_string(source).render(view=view)


class Seen(HTMLParser):
    """Counts the elements of a page and keeps its text and ids."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.ids += [v or "" for k, v in attrs if k == "id"]
        self.links += [v or "" for k, v in attrs if k == "href"]
        assert not any(k.startswith("on") for k, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_marked_pieces_are_the_text_itself_whatever_overlaps() -> None:
    marks = [skill("showed her how to share it", "delegation"), skill("how to share", "feedback")]
    outcome = Outcome("promotion", TEXT.index("it and"), len(TEXT) - 1, "x", "positive", 0.8)
    view = pages.case_view(*a_case(TEXT, *marks, outcomes=(outcome,)))
    told = ["".join(piece.text for piece in p.pieces) for p in view.paragraphs]
    assert told == ["A start", "She kept all work.", TEXT[TEXT.index("Then") :]]
    over = {p.text: {m.name for m in p.over} for p in view.paragraphs[2].pieces}
    assert over["how to share"] == {"delegation", "feedback"}
    assert over["it"] == {"delegation", "promotion"}
    assert over["Then Ruth "] == set()


def test_every_mark_is_told_in_words_and_can_be_reached() -> None:
    mentors = skill("showed", "teaching", holder="mentor", status="used", hypothetical=True)
    page = Seen(rendered(pages.case_view(*a_case(TEXT, mentors, skill("share", "delegation")))))
    words = "".join(page.words)
    assert "[skill: teaching: used, by the mentor, only supposed]" in words
    assert "[skill: delegation: developed]" in words
    assert {link[1:] for link in page.links} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_what_is_unsure_says_so_in_text_and_looks_weaker() -> None:
    sure, unsure = skill("share", "delegation", 0.5), skill("showed", "teaching", 0.49)
    page = rendered(pages.case_view(*a_case(TEXT, sure, unsure)))
    assert re.search('<mark [^>]*class="skill developed">share</mark>', page)
    assert re.search('<mark [^>]*class="skill developed unsure">showed</mark>', page)
    assert page.count(", unsure] ") == 1
    assert "Education" in page
    assert page.count("(unsure)</i></dd>") == 1  # the industry, at 0.4


def test_a_mark_over_two_paragraphs_is_anchored_once() -> None:
    start = TEXT.index("kept")
    wide = Outcome("other", start, start + 40, TEXT[start : start + 40], "mixed", 0.9)
    page = Seen(rendered(pages.case_view(*a_case(TEXT, outcomes=(wide,)))))
    assert page.ids.count("case-m1") == 1
    assert page.tags.count("mark") == 2


def test_nothing_in_a_narrative_becomes_an_element() -> None:
    harmless, evil = (
        Seen(
            rendered(
                pages.case_view(
                    *a_case(
                        text,
                        SkillMention(
                            word, 0, 9, text[:9], "used", "mentee", "other", False, 0.9, ""
                        ),
                        word=word,
                    )
                )
            )
        )
        for text, word in ((f"{'word ' * 9}end", "word"), (EVIL, EVIL))
    )
    assert set(evil.tags) == set(harmless.tags)
    assert "img" not in evil.tags
    assert EVIL in "".join(evil.words)


def test_steering_characters_do_not_reach_the_page() -> None:
    text = "Bo \u202ewas\x00 late."
    assert not {"\u202e", "\x00"} & set(rendered(pages.case_view(*a_case(text))))


def test_a_table_has_a_caption_headed_columns_and_rows() -> None:
    made = pages.table("Ends", ("how", "cases"), [("well", 3), (pages.Cell("badly", "#x"), None)])
    source = '{% from "_table.html" import table %}{{ table(t) }}'
    page = Seen(pages.environment().from_string(source).render(t=made))
    assert page.tags.count("th") == 4
    assert page.links == ["#x"]
    assert "caption" in page.tags


@pytest.mark.parametrize(("address", "inline"), [(None, True), ("/static/style.css", False)])
def test_the_frame_carries_its_policy_or_links_its_style(address: str, inline: bool) -> None:
    page = pages.environment().from_string('{% extends "base.html" %}').render(style_href=address)
    assert ("Content-Security-Policy" in page) is inline
    assert ("<style>" in page) is inline
    assert "<script" not in page
    assert 'lang="en"' in page


def test_only_the_style_and_drawn_charts_are_put_in_unescaped() -> None:
    found = []
    for package in ("xcase.pages",):
        for file in (resources.files(package) / "templates").iterdir():
            found += re.findall(r"{{[^}]*\|\s*safe[^}]*}}", file.read_text(encoding="utf-8"))
    assert found == ["{{ inline_style|safe }}"]


def test_overlap_at_the_start_keeps_the_first_character() -> None:
    case, document = a_case(TEXT, skill("She", "courage"))
    (span,) = {Span(m.start, m.end) for m in case.skills}
    view = pages.case_view(case, document)
    marked = [p.text for q in view.paragraphs for p in q.pieces if p.over]
    assert marked == [TEXT[span.start : span.end]]
