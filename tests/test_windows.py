"""Documents are cut into windows without losing, doubling or moving a sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from xcase.annotate.windows import SENTENCE_TOKENS, WINDOW_TOKENS, Window, pack
from xcase.sentences import KINDS, Unit

CLS, SEP = 1, 2


class WordTokenizer:
    """A token a word; its id is the number of letters plus 10."""

    def token_to_id(self, piece: str) -> int:
        return {"<s>": CLS, "</s>": SEP}[piece]

    def encode_batch(
        self, texts: Sequence[str], *, add_special_tokens: bool
    ) -> list[SimpleNamespace]:
        assert not add_special_tokens
        matches = [list(re.finditer(r"\S+", t))[:SENTENCE_TOKENS] for t in texts]
        return [
            SimpleNamespace(ids=[10 + len(m.group()) for m in row], offsets=[m.span() for m in row])
            for row in matches
        ]


def document(sizes: Sequence[int]) -> tuple[str, list[Unit]]:
    """Return a text with a sentence of so many words for each of ``sizes``."""
    text, units = "", []
    for number, size in enumerate(sizes):
        sentence = " ".join("w" * (1 + (number + i) % 7) for i in range(size))
        units.append(Unit(len(text) + 2, len(text) + 2 + len(sentence), "prose"))
        text += f"\n {sentence}"
    return text, units


def windows(sizes: Sequence[int]) -> list[Window]:
    text, units = document(sizes)
    return pack(text, units, WordTokenizer())


def owned(window: Window) -> list[int]:
    return [unit for unit, mine in zip(window.units, window.owned, strict=True) if mine]


def test_no_sentence_no_window() -> None:
    assert pack("", [], WordTokenizer()) == []


def test_a_short_document_is_one_window() -> None:
    text = "# Keys\n- two dogs"
    (window,) = pack(text, [Unit(0, 6, "heading"), Unit(7, 17, "item")], WordTokenizer())
    assert window == Window(
        ids=[CLS, 14, SEP, 11, 13, 14, SEP],
        offsets=[(0, 0), (2, 6), (0, 0), (7, 8), (9, 12), (13, 17), (0, 0)],
        token_unit=[-1, 0, -1, 1, 1, 1, -1],
        units=[0, 1],
        ends=[2, 6],
        owned=[True, True],
        kinds=[KINDS.index("heading"), KINDS.index("item")],
        places=[0, 5],
    )


def test_the_marks_of_a_heading_are_no_token_and_move_nothing() -> None:
    text = "## Key #1\n###\n#2 keys"
    units = [Unit(0, 9, "heading"), Unit(10, 13, "heading"), Unit(14, 21, "heading")]
    (window,) = pack(text, units, WordTokenizer())
    told = [text[slice(*span)] for span in window.offsets if span != (0, 0)]
    assert told == ["Key", "#1", "2", "keys"]
    assert (window.units, window.owned) == ([0, 1, 2], [True] * 3)


def test_a_long_document_shares_six_sentences_between_neighbours() -> None:
    # Nine words and a separator make ten tokens, so that 38 sentences fit beside the first token.
    found = windows([9] * 100)
    assert [(w.units[0], w.units[-1]) for w in found] == [(0, 37), (32, 69), (64, 99)]
    assert [(owned(w)[0], owned(w)[-1]) for w in found] == [(0, 34), (35, 66), (67, 99)]


def test_an_endless_sentence_is_cut() -> None:
    (window,) = windows([SENTENCE_TOKENS + 40])
    assert len(window.ids) == SENTENCE_TOKENS + 2
    assert window.ends == [SENTENCE_TOKENS + 1]


@given(st.lists(st.integers(1, SENTENCE_TOKENS + 20), min_size=1, max_size=60))
def test_every_sentence_is_owned_once_and_every_token_quotes_the_text(sizes: list[int]) -> None:
    text, units = document(sizes)
    found = pack(text, units, WordTokenizer())
    assert sorted(unit for w in found for unit in owned(w)) == list(range(len(units)))
    for window in found:
        assert len(window.ids) <= WINDOW_TOKENS
        assert [window.ids[end] for end in window.ends] == [SEP] * len(window.units)
        for number, (start, end), unit in zip(
            window.ids, window.offsets, window.token_unit, strict=True
        ):
            if unit == -1:
                assert number in (CLS, SEP)
            else:
                assert text[start:end] == "w" * (number - 10)
                assert units[unit].start <= start < end <= units[unit].end
