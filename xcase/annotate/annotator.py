"""Run the networks over documents, window by window."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from xcase import models
from xcase.annotate.encoder import Encoder, load_mpnet, load_tokenizer
from xcase.annotate.ensemble import Ensemble, Opinion
from xcase.annotate.labels import BEGIN, OUTSIDE, SPAN_KINDS
from xcase.annotate.minilm import load_minilm
from xcase.annotate.network import Batch, Network
from xcase.annotate.weights import give_weights
from xcase.annotate.windows import Window, pack
from xcase.half_precision import pack as pack_weights
from xcase.processes import cores
from xcase.records import Annotation, Heard, Mark, Tagged
from xcase.sentences import Unit

WEIGHTS = "annotator"
# The networks by their files, each with its share in what they say together: a judgement, the large
# one is the better of the two when they read alone.
LARGE, SMALL = "annotator", "annotator-small"
SHARES = {LARGE: 0.6, SMALL: 0.4}
# For who would rather wait less; docs/scale.md tells what it costs.
FAST = {SMALL: 1.0}
# A token is part of a span from this probability on; low, because every span keeps its own score
# and the thresholds that decide are applied later.
INSIDE = 0.3
# Where no token comes so far, a span is made of fainter ones: together they may still say enough.
FAINT = 0.2
# A new span begins inside another one only where the begin tag is this likely: at lower values
# outcomes fell into pieces.
SPLIT = 0.9
# Shorter than this, a skill, outcome or duration has no words to show for itself.
MIN_SPAN = 4

# Attention is faster where the number of tokens is a multiple of this: an eighth of the whole.
STEP = 16

# Kind, first token, token after the last, score.
Found = tuple[str, int, int, float]
# A document's text, its sentences, and spans that are to be labelled.
Input = tuple[str, Sequence[Unit], Sequence[Mark]]

# What stands between the members of a list, and how long each must be to stand alone.
_BETWEEN = re.compile(r",? (?:and|or) |, |; ")
MEMBER_WORDS = 2
# A word with what may stand at its edges: £40, 12%, +3.
_WORD = re.compile(r"[£$€#+-]?[^\W_]+(?:[-’'.,][^\W_]+)*[%)]?")
# How far a span is widened: a run of letters without end would be walked anew for each span in it.
_LONGEST_WORD = 100
# What makes one word of two, and small words that no phrase begins or ends with.
_JOINS = "-’'"
_BEFORE = frozenset({"and", "or", "but", "nor", "then", "so", "that", "which", "who", "also", "of"})
_AFTER = frozenset(
    {
        *("and", "or", "but", "nor", "then", "the", "a", "an", "to", "of", "with", "for", "at"),
        *("by", "from", "as", "that", "which", "who", "his", "her", "their", "my", "our", "its"),
    }
)
# Spans that name somebody; a name may be two letters.
NAMING = ("mentee", "mentor", "name")
# Spans that say what somebody can or what came of it: a name and no more says neither.
SAYING = ("skill", "outcome", "duration")
# Which heads label a span of which kind.
HEADS = {
    "skill": ("skill", "status", "holder", "shown"),
    "alias": ("status", "holder"),
    "outcome": ("outcome", "polarity"),
    "mentee": ("role",),
    "mentor": ("role",),
    "name": ("role",),
}


class Annotator:
    """The networks with their tokenizer, ready to annotate.

    Each window is read by itself and by one thread, as many side by side as there are cores: no
    document's figures depend on the documents beside it, in half precision neither, and a second
    run gives the same bytes.

    Args:
        networks: the trained networks.
        tokenizer: of the large one, a ``tokenizers.Tokenizer``.
        plain: one window after the other, each by all threads.
    """

    def __init__(self, networks: Ensemble, tokenizer: Any, *, plain: bool = False) -> None:
        self.networks = networks
        self.tokenizer = tokenizer
        self.plain = plain

    @classmethod
    def load(cls, *, fast: bool = False, plain: bool = False) -> Annotator:
        """Load the pinned base models and the weights trained on them.

        Args:
            fast: the small network alone.
            plain: without any shortcut, as a benchmark compares: float32, and one window after the
                other.

        Raises:
            ModelError: a file is missing or is not the pinned one.
        """
        tokenizer = load_tokenizer()
        shares = FAST if fast else SHARES
        networks = []
        for name in shares:
            network = Network(
                load_minilm(tokenizer, exact=plain)
                if name == SMALL
                else Encoder(load_mpnet(exact=plain))
            )
            file = f"{name}.safetensors"
            give_weights(network, models.locate(WEIGHTS, file) / file)
            pack_weights(network)
            networks.append(network)
        return cls(Ensemble(networks, tuple(shares.values())), tokenizer, plain=plain)

    def annotate(self, documents: Sequence[Input]) -> list[Annotation]:
        """Annotate documents; the given marks come back as spans of their kinds, with labels."""
        drafts = [_Draft(*document) for document in documents]
        jobs = [
            (draft, window)
            for draft in drafts
            for window in pack(draft.text, draft.units, self.tokenizer)
        ]
        for (draft, window), (said, spans) in zip(jobs, self._read_all(jobs), strict=True):
            draft.add(window, said, spans)
        return [draft.finish() for draft in drafts]

    def _read_all(
        self, jobs: Sequence[tuple[_Draft, Window]]
    ) -> Iterator[tuple[Opinion, list[Tagged]]]:
        if self.plain:
            yield from (self._read(*job) for job in jobs)
            return
        threads = max(1, min(len(jobs), cores()))
        with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            yield from pool.map(lambda job: self._read(*job), jobs)

    def _read(self, draft: _Draft, window: Window) -> tuple[Opinion, list[Tagged]]:
        said = self.networks.read(batch_of([window], STEP))
        found = [
            *_find_spans(draft.text, window, said.tags[: len(window.ids)]),
            *_given_spans(draft.marks, window),
        ]
        spans = []
        for (kind, first, last, score), readings in zip(
            found, _label(said, window, found), strict=True
        ):
            if kind == "name":
                readings["tags"] = _tag_chances(said.tags[first:last])
            start, end = window.offsets[first][0], window.offsets[last - 1][1]
            spans.append(Tagged(kind, start, end, score, readings))
        return said, spans


def _label(
    said: Opinion, window: Window, found: Sequence[Found]
) -> list[dict[str, tuple[float, ...]]]:
    labelled = [i for i, (kind, *_) in enumerate(found) if kind in HEADS]
    result: list[dict[str, tuple[float, ...]]] = [{} for _ in found]
    if not labelled:
        return result
    spans = []
    for i in labelled:
        _, first, last, _ = found[i]
        spans.append((first, last, window.units.index(window.token_unit[first])))
    heads = said.label(spans) | {"shown": said.shows[[sentence for *_, sentence in spans]]}
    for position, i in enumerate(labelled):
        names = HEADS[found[i][0]]
        result[i] = {n: tuple(map(float, heads[n][position])) for n in names}
    return result


class _Draft:
    """An annotation under way."""

    def __init__(self, text: str, units: Sequence[Unit], marks: Sequence[Mark]) -> None:
        self.text = text
        self.units = units
        self.marks = marks
        self.names = sorted((m for m in marks if m.kind == "name"), key=lambda mark: mark.start)
        self.phases: list[tuple[float, ...]] = [(0.0, 0.0, 0.0, 1.0)] * len(units)
        self.case_starts = [0.0] * len(units)
        self.pages: list[tuple[float, np.ndarray, np.ndarray]] = []
        # Of each network, the logits that an Annotation has as ``heard``.
        self.heard: list[tuple[float, np.ndarray, np.ndarray]] = []
        self.spans: list[Tagged] = []

    def add(self, window: Window, said: Opinion, spans: Sequence[Tagged]) -> None:
        for column, (unit, owned) in enumerate(zip(window.units, window.owned, strict=True)):
            if owned:
                self.phases[unit] = tuple(map(float, said.phase[column]))
                self.case_starts[unit] = float(said.case_start[column])
        self.pages.append((said.has_case, said.industry_from, said.industry_to))
        self.hear(window, said)
        for span in spans:
            self.add_span(span)

    def hear(self, window: Window, said: Opinion) -> None:
        if not self.heard:
            size = len(self.units)
            self.heard = [
                (share, np.zeros((size, sides.shape[1])), np.zeros((size, industries.shape[1])))
                for share, sides, industries in said.heard
            ]
        columns = [column for column, owned in enumerate(window.owned) if owned]
        units = [window.units[column] for column in columns]
        for (_, *known), (_, *told) in zip(self.heard, said.heard, strict=True):
            for mine, theirs in zip(known, told, strict=True):
                mine[units] = theirs[columns]

    def add_span(self, span: Tagged) -> None:
        start, end = whole_words(self.text, span.start, span.end)
        least = 1 if span.kind in NAMING else MIN_SPAN
        if end - start >= least and not (span.kind in SAYING and self._is_name(start, end)):
            self.spans.append(replace(span, start=start, end=end))

    def _is_name(self, start: int, end: int) -> bool:
        at = bisect_right(self.names, start, key=lambda mark: mark.start) - 1
        return at >= 0 and end <= self.names[at].end

    def finish(self) -> Annotation:
        self.spans.sort(key=lambda s: (s.start, s.end, s.kind))
        return Annotation(
            phases=tuple(self.phases),
            case_starts=tuple(self.case_starts),
            has_case=max((cased for cased, _, _ in self.pages), default=0.0),
            industry_from=_mean([before for _, before, _ in self.pages]),
            industry_to=_mean([after for _, _, after in self.pages]),
            spans=tuple(self.spans),
            heard=tuple(
                Heard(share, _rows(sides), _rows(industries))
                for share, sides, industries in self.heard
            ),
        )


def _mean(rows: Sequence[np.ndarray]) -> tuple[float, ...]:
    return tuple(map(float, np.mean(rows, axis=0))) if rows else ()


def _rows(table: np.ndarray) -> tuple[tuple[float, ...], ...]:
    return tuple(map(tuple, table.tolist()))


def batch_of(windows: Sequence[Window], step: int = 1) -> Batch:
    """Pad windows to one length, a multiple of ``step`` tokens."""
    tokens = -(-max(len(w.ids) for w in windows) // step) * step
    sentences = max(len(w.ends) for w in windows)

    def padded(rows: Sequence[Sequence[int]], length: int) -> torch.Tensor:
        return torch.tensor([[*row, *[0] * (length - len(row))] for row in rows])

    return Batch(
        ids=padded([w.ids for w in windows], tokens),
        mask=padded([[1] * len(w.ids) for w in windows], tokens),
        ends=padded([w.ends for w in windows], sentences),
        kinds=padded([w.kinds for w in windows], sentences),
        places=padded([w.places for w in windows], sentences),
    )


def whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a span to whole words, then drop punctuation and dangling small words at its edges."""
    words = list(_WORD.finditer(text, _word_start(text, start), _word_end(text, end)))
    while len(words) > 1 and words[0].group().lower() in _BEFORE:
        del words[0]
    while len(words) > 1 and words[-1].group().lower() in _AFTER:
        del words[-1]
    return (words[0].start(), words[-1].end()) if words else (start, start)


def _word_start(text: str, at: int) -> int:
    last = at - _LONGEST_WORD
    return next((n for n in range(at, last, -1) if not _joined(text, n)), last)


def _word_end(text: str, at: int) -> int:
    last = at + _LONGEST_WORD
    return next((n for n in range(at, last) if not _joined(text, n)), last)


def _joined(text: str, at: int) -> bool:
    """Whether the characters before and at a place belong to one word: fifty|-two, she|’s."""
    around = text[max(0, at - 2) : at + 2]
    inner = at - max(0, at - 2)
    left, right = around[:inner], around[inner:]
    if not left or not right:
        return False
    if left[-1].isalnum() and right[0].isalnum():
        return True
    if left[-1].isalnum() and right[0] in _JOINS:
        return right[1:].isalnum()
    return left[-1] in _JOINS and left[:-1].isalnum() and right[0].isalnum()


def _find_spans(text: str, window: Window, tags: np.ndarray) -> list[Found]:
    """Return (kind, first token, token after the last, score) of each span in owned sentences."""
    owned = {unit for unit, mine in zip(window.units, window.owned, strict=True) if mine}
    inside = 1 - tags[:, :, OUTSIDE]
    spans = []
    for kind, name in enumerate(SPAN_KINDS):
        part = _parts(inside[:, kind])
        first = None
        for token in range(len(window.ids) + 1):
            unit = window.token_unit[token] if token < len(window.ids) else -1
            on = unit in owned and bool(part[token])
            begins = (
                first is not None
                and on
                and (
                    unit != window.token_unit[token - 1]
                    or (tags[token, kind, BEGIN] > SPLIT and _is_word_start(text, window, token))
                )
            )
            if first is not None and (not on or begins):
                score = float(inside[first:token, kind].mean())
                parts = [(first, token)]
                if name == "skill":
                    parts = _conjuncts(text, window, first, token)
                spans += [(name, a, b, score) for a, b in parts]
                first = None
            if on and first is None:
                first = token
    return spans


def _parts(inside: np.ndarray) -> np.ndarray:
    """Return which tokens are part of a span, from the probability of each: the clear ones, and
    runs of faint ones among which none is clear.
    """
    clear, faint = inside >= INSIDE, inside >= FAINT
    ends = np.flatnonzero(np.diff(np.concatenate([[False], faint, [False]]).astype(np.int8)))
    for first, last in ends.reshape(-1, 2):
        if not clear[first:last].any():
            clear[first:last] = True
    return clear


def _conjuncts(text: str, window: Window, first: int, last: int) -> list[tuple[int, int]]:
    """Split "run a meeting, read a balance sheet and say no" into the tokens of its members."""
    start, end = window.offsets[first][0], window.offsets[last - 1][1]
    bounds = [m.span() for m in _BETWEEN.finditer(text, start, end)]
    parts = list(zip([start, *(b for _, b in bounds)], [*(a for a, _ in bounds), end], strict=True))
    if any(len(text[a:b].split()) < MEMBER_WORDS for a, b in parts):
        return [(first, last)]
    members = []
    for a, b in parts:
        tokens = [t for t in range(first, last) if a <= window.offsets[t][0] < b]
        if not tokens:
            return [(first, last)]
        members.append((tokens[0], tokens[-1] + 1))
    return members


def _given_spans(marks: Sequence[Mark], window: Window) -> list[Found]:
    owned = {unit for unit, mine in zip(window.units, window.owned, strict=True) if mine}
    places = [place for place in window.offsets if place[0] < place[1]]
    if not places:
        return []
    low, high = places[0][0], places[-1][1]
    spans = []
    for mark in marks:
        if mark.end <= low or mark.start >= high:
            continue
        tokens = [
            token
            for token, (start, end) in enumerate(window.offsets)
            if start < end
            and start < mark.end
            and mark.start < end
            and window.token_unit[token] in owned
        ]
        if tokens:
            spans.append((mark.kind, tokens[0], tokens[-1] + 1, 1.0))
    return spans


def _tag_chances(tags: np.ndarray) -> tuple[float, ...]:
    inside = 1 - tags[:, :, OUTSIDE]
    return tuple(float(inside[:, SPAN_KINDS.index(k)].mean()) for k in ("mentee", "mentor"))


def _is_word_start(text: str, window: Window, token: int) -> bool:
    start = window.offsets[token][0]
    return start == 0 or not text[start - 1].isalnum()
