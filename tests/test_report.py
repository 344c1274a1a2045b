"""The report: what it counts, that its bytes are the same again, and that nothing in it runs."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import replace
from itertools import combinations, permutations
from pathlib import Path

import numpy as np
import pytest
from fakes import WordEncoder
from test_pages import EVIL, TEXT, Seen, a_case, skill

from xcase import store
from xcase.endings import end_of
from xcase.errors import AnalysisError, UsageError
from xcase.read import find_inputs, read_file
from xcase.records import Analysis, IndustryGuess, Outcome, Skipped
from xcase.report import build, counts, labels, report, sections
from xcase.report.labels import place_labels
from xcase.report.layout import lay_out
from xcase.report.write import MARK
from xcase.taxonomy import load_industries
from xcase.transfer import Base, Question, ask, prepare


class SentenceEncoder:
    """One vector of equal parts for each text; enough for a report that is not read for sense."""

    name = "equal:1"

    def encode(self, texts: list[str]) -> np.ndarray:
        return np.full((len(texts), 384), 384**-0.5, dtype=np.float32)


def analysis_of(count: int, word: str = "") -> Analysis:
    documents, cases = [], []
    for n in range(count):
        lacked = replace(skill("kept all work", "delegation", 0.9), status="lacked")
        end = Outcome("promotion", len(TEXT) - 9, len(TEXT) - 1, "promoted", "positive", 0.8)
        case, document = a_case(
            TEXT, lacked, skill("share", "delegation", 0.3), outcomes=(end,), word=word
        )
        # Words of its own, so that no story counts as a copy of another.
        own = " ".join(f"w{n}x{i}" for i in range(40))
        document = replace(document, id=f"d{n}", path=word or f"d{n}.txt", text=f"{TEXT} {own}")
        case = replace(case, end=len(document.text))
        guess = IndustryGuess("Education", 0.9, ())
        case = replace(case, id=f"d{n}:1", document_id=f"d{n}", industry_from=guess)
        documents.append(document)
        cases.append(case)
    return Analysis(tuple(documents), tuple(cases), (), {"xcase": "0"})


def base_of(analysis: Analysis) -> Base:
    return prepare(analysis, encoder=SentenceEncoder())  # type: ignore[arg-type]


def vectors(count: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal((count, 8)).astype(np.float32)


def test_a_title_that_no_picture_can_hold_leaves_the_map() -> None:
    analysis = analysis_of(6)
    cases = [replace(c, title="From \x02ward\uffff to board") for c in analysis.cases]
    made = replace(analysis, cases=tuple(cases))
    page = build(made, base_of(made), vectors(6), name="r.html").page
    assert page.count('<a href="#') >= 6


def test_a_story_told_twice_is_on_the_map_once() -> None:
    made = replace(analysis_of(6), run={"xcase": "0", "duplicates": {"d5:1": "d0:1"}})
    page = build(made, base_of(made), vectors(6), name="r.html").page
    drawn = re.findall("(?s)<svg.*?</svg>", page)
    assert [svg.count('<a href="#') for svg in drawn if "<a href" in svg] == [5]


def test_what_is_sure_decides_how_a_story_ended() -> None:
    (case,) = analysis_of(1).cases
    (good,) = case.outcomes
    bad = replace(good, polarity="negative", confidence=0.4)
    assert end_of(replace(case, outcomes=(good, bad))) == "well"
    assert end_of(replace(case, outcomes=(bad,))) == "badly or mixed"
    assert end_of(replace(case, outcomes=())) == "not told"
    told = sections.outcomes([], [case, replace(case, outcomes=(bad,))]).finding
    assert "1 of 2 stories" in told
    assert "1 of the 1 that" in told


def test_where_nobody_starts_is_no_industry() -> None:
    one, other = analysis_of(2).cases
    found = sections.industries(counts.places([one, replace(other, industry_from=None)]))
    assert found.finding == "No skill is lacked or developed in more than one industry."


def test_a_move_that_nothing_speaks_for_is_listed_with_none() -> None:
    made = Analysis((), (), (), {})
    rows = ask(base_of(made), Question("Education", "Agriculture"), 5)
    quiet = [replace(row, verdict="insufficient") for row in rows]
    found = sections.told_moves(quiet, Counter({("Education", "Agriculture"): 1}))
    assert found is not None
    assert [cell.text for cell in found.rows[0]] == ["Education", "Agriculture", "1", "none"]


def test_a_cut_list_of_moves_says_of_how_many() -> None:
    names = [i.label for i in load_industries()][:6]
    moves = list(permutations(names, 2))
    base = base_of(Analysis((), (), (), {}))
    rows = [row for move in moves for row in ask(base, Question(*move), 1)]
    found = sections.told_moves(rows, Counter(moves))
    assert found is not None
    assert found.caption == "Moves that stories make: the 20 most told of 30"
    assert len(found.rows) == 20
    whole = sections.told_moves(rows[:20], Counter(moves))
    assert whole is not None
    assert whole.caption == "Moves that stories make"


def test_a_story_counts_once_and_sure_only_where_a_mention_is() -> None:
    (flow,) = counts.flows(analysis_of(2).cases)
    assert [(c.all, c.sure) for c in flow.steps] == [(2, 2), (2, 0), (0, 0)]
    assert flow.links == (2, 0)


def test_an_empty_analysis_still_says_what_was_read() -> None:
    empty = Analysis((), (), (), {})
    page = build(empty, base_of(empty), vectors(0), name="r.html").page
    assert "No story was found" in page
    assert "documents read" in page
    assert "an industry that no word names rests on the whole story" in page


@pytest.mark.parametrize("count", [1, 7])
def test_the_page_is_the_same_again_and_its_links_lead_somewhere(count: int) -> None:
    analysis = analysis_of(count)
    made = [
        build(analysis, base_of(analysis), vectors(count), name="r.html").page for _ in range(2)
    ]
    assert made[0] == made[1]
    seen = Seen(made[0])
    assert all(link.startswith("#") for link in seen.links)
    assert {link[1:] for link in seen.links} <= set(seen.ids)
    assert len(seen.ids) == len(set(seen.ids))
    assert "http" not in made[0].replace("http://www.w3.org/2000/svg", "").replace("http-equiv", "")


def test_nothing_in_an_analysis_becomes_an_element_or_runs() -> None:
    pages = []
    for word in ("word", EVIL):
        analysis = analysis_of(6, word)
        pages.append(build(analysis, base_of(analysis), vectors(6), name="r.html").page)
    harmless, evil = map(Seen, pages)
    assert set(evil.tags) == set(harmless.tags)
    assert not {"script", "img", "iframe"} & set(evil.tags)


def test_every_picture_is_sound_and_told_in_words() -> None:
    analysis = analysis_of(6)
    page = build(analysis, base_of(analysis), vectors(6), name="r.html").page
    pictures = [part.split("</svg>")[0] + "</svg>" for part in page.split("<figure>")[1:]]
    for part in pictures:
        root = ET.fromstring(part[part.index("<svg") :])
        title, desc = root[0], root[1]
        assert title.text
        assert desc.text
        assert root.get("aria-labelledby") == title.get("id")
    assert len(pictures) >= 3
    assert page.count("The same as a table") >= len(pictures)


def test_a_large_report_has_a_page_for_each_case(tmp_path: Path) -> None:
    analysis, out = analysis_of(6), tmp_path / "r x.html"
    (tmp_path / "a").mkdir()
    store.save(analysis, tmp_path / "a")
    made = build(analysis, base_of(analysis), vectors(6), name=out.name, largest=10)
    assert len(made.cases) == 6
    assert all("r%20x.html#map" in page for page in made.cases.values())
    assert "r%20x-cases/case-0001.html" in made.page
    from xcase.report.write import write

    write(made, out)
    assert {p.name for p in (tmp_path / "r x-cases").iterdir()} == {MARK, *made.cases}
    files, passed = find_inputs([tmp_path])
    assert files == [out]
    assert {Path(skip.path).name for skip in passed} == {"a", "r x-cases"}
    (page,) = read_file(out, name="r x.html")
    assert isinstance(page, Skipped)
    encoder = WordEncoder()
    report(tmp_path / "a", out, encoder=encoder, base=base_of(analysis))
    assert not (tmp_path / "r x-cases").exists()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "r x.html"]


def test_what_cannot_be_written_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder"):
        report(tmp_path, tmp_path)
    analysis = tmp_path / "a"
    with pytest.raises(UsageError, match="does not exist"):
        report(analysis, tmp_path / "no" / "r.html")
    (tmp_path / "r-cases").mkdir()
    with pytest.raises(UsageError, match="in the way"):
        report(analysis, tmp_path / "r.html")
    (tmp_path / "r-cases" / MARK).write_text("r.htm", encoding="utf-8")
    with pytest.raises(UsageError, match="in the way"):
        report(analysis, tmp_path / "r.html")
    (tmp_path / "link.html").symlink_to("nowhere")
    with pytest.raises(UsageError, match="is a link"):
        report(analysis, tmp_path / "link.html")
    with pytest.raises(UsageError, match="in an analysis folder"):
        report(analysis, analysis / "cases.jsonl")
    with pytest.raises(AnalysisError):
        report(analysis, tmp_path / "other.html")


def test_labels_never_lie_over_each_other_and_numbers_come_first() -> None:
    points = [(30.0, 10.0), (70.0, 10.0), (350.0, 10.0)]
    found = place_labels(points, [(str(i), f"{i} a long title") for i in range(3)], width=500)
    assert found[0].text == "0"
    assert found[2].text == "2 a long title"


def test_labels_are_held_against_near_ones_only(monkeypatch: pytest.MonkeyPatch) -> None:
    crossed, compared = labels._cross, 0

    def counting(*boxes: labels._Box) -> bool:
        nonlocal compared
        compared += 1
        return crossed(*boxes)

    monkeypatch.setattr(labels, "_cross", counting)
    points = [(float(x), float(y)) for x, y in np.random.default_rng(0).uniform(0, 800, (900, 2))]
    found = place_labels(points, [(str(i), f"{i} a title") for i in range(900)], width=800)
    # Each against each is 900 comparisons for every place that is tried.
    assert compared < 100 * len(points)
    assert len({len(label.text) > 3 for label in found.values()}) == 2
    boxes = {i: labels._box(label) for i, label in found.items()}
    assert not any(crossed(boxes[i], boxes[j]) for i, j in combinations(boxes, 2))


def test_the_plane_is_the_same_again_and_keeps_clusters() -> None:
    centres = np.repeat(np.eye(8, dtype=np.float32)[:3], 6, axis=0)
    near = centres + 0.05 * vectors(18)
    one, other = lay_out(near), lay_out(near)
    assert one is not None
    assert other is not None
    assert np.array_equal(one.points, other.points)
    assert one.kept > 0.5
    assert lay_out(near[:4]) is None


def test_equal_cases_have_a_place_each() -> None:
    found = lay_out(np.full((7, 8), 8**-0.5, dtype=np.float32))
    assert found is not None
    assert np.isfinite(found.points).all()
    assert len({tuple(p) for p in found.points}) == 7
