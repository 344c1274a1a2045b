"""The index of an analysis: vectors and words of its cases, kept beside them and made at will.

It is a cache in ``DIR/index``: every byte follows from ``cases.jsonl``, ``documents.jsonl`` and the
model, whose name it carries. Cases that stand unchanged keep their vectors; only new ones go
through the model. Arrays are memory-mapped and searched exactly.

    index.json     format, model, digests of the analysis, and ids and keys of the cases
    units.npy      sentences: case, facet, start, end                      U x 4   int32
    token_unit.npy the sentence of each token                              T       int32
    tokens.npy     vectors of tokens of words that say something, each      T x 384 int8
                   times 127 / its largest component
    scales.npy     what a row of tokens.npy is divided by to have length 1  T       float32
    middles.npy    the mean of the token vectors of each case, of length 1  N x 384 float32
    centre.npy     what the middles have in common, see centre_of               384 float32
    words/         BM25 (bm25s)
    lists.faiss    the middles once more, in lists; from half a million cases on, with FAISS

How damage is found is told in :mod:`xcase.similar.sound`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from xcase import disk
from xcase.embed import DIMENSIONS, TokenEncoder, encode, unit_length
from xcase.errors import AnalysisError
from xcase.records import Analysis, Case
from xcase.similar.facets import FACETS, key_of, units_of
from xcase.similar.lists import LARGE, Lists
from xcase.similar.sound import FOLDER, HEAD, opened, require, sealed
from xcase.similar.words import Words, telling
from xcase.vectors import LONGEST

# Raised whenever an array changes its meaning: an older index is then made anew.
FORMAT = 6
# The files of the analysis that an index follows from.
SOURCES = ("cases.jsonl", "documents.jsonl")
LISTS_FILE = "lists.faiss"
ARRAYS = ("units", "token_unit", "tokens", "scales", "middles")
# What rounding to int8 may add to the length of a token's vector.
ROUNDED = 0.1
# So many cases without a direction stand beside the others where the common one is asked for.
FEW = 10
# Sentences encoded together.
CHUNK = 4096


@dataclass(frozen=True, slots=True)
class Index:
    """Cases by position ``0..N-1``, with the arrays described above; ``lists`` if there are many.

    ``unit_at[i]:unit_at[i + 1]`` and ``token_at[i]:token_at[i + 1]`` are the i-th case's rows.
    """

    model: str
    ids: tuple[str, ...]
    keys: tuple[str, ...]
    arrays: dict[str, np.ndarray]
    unit_at: np.ndarray
    token_at: np.ndarray
    words: Words
    lists: Lists | None = None

    def nearness(self, rows: np.ndarray, vectors: np.ndarray) -> np.ndarray:
        """Return the cosine of each of these tokens to each of ``q`` vectors, ``rows x q``.

        Raises:
            AnalysisError: a token's vector is damaged.
        """
        cosine: np.ndarray = self.arrays["tokens"][rows].astype(np.float32) @ vectors.T
        with np.errstate(over="ignore", invalid="ignore"):  # told in the next line
            cosine *= self.arrays["scales"][rows][:, None]
        require(bool((np.abs(cosine) <= LONGEST + ROUNDED).all()))
        return cosine


def open_index(
    folder: Path | None,
    analysis: Analysis,
    encoder: Callable[[], TokenEncoder],
    *,
    model: str,
    large: int = LARGE,
) -> tuple[Index, str]:
    """Return the index of an analysis and a note on what was done for it.

    Args:
        folder: the analysis folder; None keeps the index in memory.
        encoder: called only if cases have to go through the model.
        model: the name of that model.
        large: from so many cases on the first step looks into lists, if FAISS is installed.

    An index in a folder that cannot be written is kept in memory, and the note says so.
    """
    home = None if folder is None else folder / FOLDER
    earlier, known = (None, {}) if home is None else _load(home)
    if earlier is not None and earlier.model != model:
        earlier = None  # vectors of two models cannot be compared
    files = {name: analysis.run.get("files", {}).get(name) for name in SOURCES}
    if earlier is not None and all(files.values()) and known["files"] == files:
        return _with_lists(earlier, home, known, large), ""
    texts = {d.id: d.text for d in analysis.documents}
    keys = tuple(key_of(c, texts[c.document_id]) for c in analysis.cases)
    ids = tuple(c.id for c in analysis.cases)
    if home and earlier is not None and (earlier.ids, earlier.keys) == (ids, keys):
        # What the vectors rest on is as it was; other facts of the cases are not kept here.
        known["files"] = files
        with suppress(OSError):
            disk.write_safely(home / HEAD, sealed(known, home, known["sums"]).encode())
        return _with_lists(earlier, home, known, large), ""
    index, fresh = _build(analysis, texts, keys, earlier, encoder, model)
    if len(ids) >= large:
        before = Lists.load(home / LISTS_FILE) if home else None
        index = replace(index, lists=Lists.build(index.arrays["middles"], before))
    note = f"indexed {fresh} of {len(ids)} cases"
    if home is not None:
        try:
            _save(index, home, files)
        except OSError as error:
            note += f"; kept in memory only, {home} cannot be written ({error.strerror})"
    return index, note


def check_model(index: Index, encoder: TokenEncoder) -> None:
    """Refuse to compare vectors of different models.

    Raises:
        AnalysisError: the query's encoder is not the one that made the index.
    """
    if index.model != encoder.name:
        raise AnalysisError(
            f"the index holds vectors of {index.model}, the query is read by {encoder.name}; "
            f"delete the folder {FOLDER} in the analysis and run the command again"
        )


def _with_lists(index: Index, home: Path | None, head: dict[str, Any], large: int) -> Index:
    """Return a saved index with its lists; they are made now if FAISS came after the index.

    Args:
        head: what ``index.json`` says.
    """
    if home is None or len(index.ids) < large:
        return index
    lists = Lists.load(home / LISTS_FILE)
    if lists is None or len(lists) != len(index.ids):
        lists = Lists.build(index.arrays["middles"])
        with suppress(OSError):
            if lists is not None:
                lists.save(home / LISTS_FILE)
                known = {k: v for k, v in head["sums"].items() if k != LISTS_FILE}
                disk.write_safely(home / HEAD, sealed(head, home, known).encode())
    return replace(index, lists=lists)


def _build(
    analysis: Analysis,
    texts: dict[str, str],
    keys: tuple[str, ...],
    earlier: Index | None,
    encoder: Callable[[], TokenEncoder],
    model: str,
) -> tuple[Index, int]:
    kept = {} if earlier is None else {key: i for i, key in enumerate(earlier.keys)}
    fresh = [i for i, key in enumerate(keys) if key not in kept]
    made = _encode([analysis.cases[i] for i in fresh], texts, encoder) if fresh else []
    by_case = dict(zip(fresh, made, strict=True))
    parts = [
        by_case[i] if i in by_case else _copy(earlier, kept[key])  # type: ignore[arg-type]
        for i, key in enumerate(keys)
    ]
    counts = np.array([(len(p["units"]), len(p["tokens"])) for p in parts]).reshape(-1, 2)
    unit_at, token_at = (np.concatenate([[0], counts[:, i].cumsum()]).astype(int) for i in (0, 1))
    for i, part in enumerate(parts):
        part["units"][:, 0] = i
        part["token_unit"] = part["token_unit"] + np.int32(unit_at[i])
    arrays = {name: np.concatenate([_EMPTY[name], *(p[name] for p in parts)]) for name in ARRAYS}
    arrays["centre"] = centre_of(arrays["middles"])
    told = [
        " ".join(texts[c.document_id][u.start : u.end] for u in units_of(c)) for c in analysis.cases
    ]
    index = Index(
        model=model,
        ids=tuple(c.id for c in analysis.cases),
        keys=keys,
        arrays=arrays,
        unit_at=unit_at,
        token_at=token_at,
        words=Words.build(told or [""]),
    )
    return index, len(fresh)


def _encode(
    cases: Sequence[Case],
    texts: dict[str, str],
    load: Callable[[], TokenEncoder],
) -> list[dict[str, np.ndarray]]:
    encoder = load()
    return [made for some in _groups(cases) for made in _encode_some(some, texts, encoder)]


def _groups(cases: Sequence[Case]) -> Iterator[list[Case]]:
    """Yield cases whose sentences are encoded together: only their vectors are in memory."""
    group: list[Case] = []
    size = 0
    for case in cases:
        group.append(case)
        size += len(units_of(case))
        if size >= CHUNK:
            yield group
            group, size = [], 0
    if group:
        yield group


def _encode_some(
    cases: Sequence[Case], texts: dict[str, str], encoder: TokenEncoder
) -> list[dict[str, np.ndarray]]:
    units = [units_of(case) for case in cases]
    spoken = [
        [texts[case.document_id][u.start : u.end] for u in told]
        for case, told in zip(cases, units, strict=True)
    ]
    different = list(dict.fromkeys(sentence for told in spoken for sentence in told))
    vectors = dict(zip(different, encode(encoder, different), strict=True))
    made = []
    for told, said in zip(units, spoken, strict=True):
        rows = [vectors[sentence] for sentence in said]
        table = np.array(
            [(0, FACETS.index(u.facet), u.start, u.end) for u in told], dtype=np.int32
        ).reshape(-1, 4)
        tokens = np.concatenate([_EMPTY["middles"], *(r.tokens for r in rows)])
        token_unit = np.repeat(np.arange(len(rows)), [len(r.tokens) for r in rows])
        # A word that says nothing by itself is no answer to one that does.
        says = [telling(sentence, r.spans) for sentence, r in zip(said, rows, strict=True)]
        kept = np.concatenate([np.zeros(0, dtype=bool), *says])
        largest = np.abs(tokens[kept]).max(1, initial=1e-9)
        made.append(
            {
                "units": table,
                "token_unit": token_unit[kept].astype(np.int32),
                "tokens": np.rint(tokens[kept] * (127 / largest)[:, None]).astype(np.int8),
                "scales": (largest / 127).astype(np.float32),
                "middles": _middle(tokens[kept]),
            }
        )
    return made


def centre_of(middles: np.ndarray) -> np.ndarray:
    """Return what cases have in common: their mean vector, and less of it where they are few.

    What all stories of mentoring share says nothing of one of them (Mu & Viswanath 2018).
    """
    centre: np.ndarray = (middles.sum(0) / (len(middles) + FEW)).astype(np.float32)
    return centre


def _middle(tokens: np.ndarray) -> np.ndarray:
    mean = tokens.mean(0, keepdims=True) if len(tokens) else np.zeros((1, DIMENSIONS), np.float32)
    return unit_length(mean)


def _copy(index: Index, i: int) -> dict[str, np.ndarray]:
    units = slice(index.unit_at[i], index.unit_at[i + 1])
    tokens = slice(index.token_at[i], index.token_at[i + 1])
    return {
        "units": np.array(index.arrays["units"][units]),
        "token_unit": index.arrays["token_unit"][tokens] - np.int32(index.unit_at[i]),
        "tokens": index.arrays["tokens"][tokens],
        "scales": index.arrays["scales"][tokens],
        "middles": index.arrays["middles"][i : i + 1],
    }


_EMPTY = {
    "units": np.zeros((0, 4), np.int32),
    "token_unit": np.zeros(0, np.int32),
    "tokens": np.zeros((0, DIMENSIONS), np.int8),
    "scales": np.zeros(0, np.float32),
    "middles": np.zeros((0, DIMENSIONS), np.float32),
}


def _save(index: Index, home: Path, files: dict[str, str]) -> None:
    """Write the index beside its place, then put it there: a reader never sees half of it."""
    draft = home.with_name(f".{FOLDER}.{os.getpid()}.tmp")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir()
        for name, array in index.arrays.items():
            np.save(draft / f"{name}.npy", array)
        index.words.save(draft / "words")
        if index.lists is not None:
            index.lists.save(draft / LISTS_FILE)
        (draft / HEAD).write_text(sealed(_head(index, files), draft), encoding="utf-8")
        shutil.rmtree(home, ignore_errors=True)
        draft.rename(home)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _head(index: Index, files: dict[str, str]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "model": index.model,
        "files": files,
        "unit_at": index.unit_at.tolist(),
        "token_at": index.token_at.tolist(),
        "ids": index.ids,
        "keys": index.keys,
    }


def _load(home: Path) -> tuple[Index | None, dict[str, Any]]:
    """Return a saved index and what its ``index.json`` says.

    The index is None if there is none that can be read: it is made anew then.
    """
    try:
        head = opened(home)
        if head["format"] != FORMAT:
            return None, {}
        arrays = {n: np.load(home / f"{n}.npy", mmap_mode="r") for n in (*ARRAYS, "centre")}
        index = Index(
            model=head["model"],
            ids=tuple(head["ids"]),
            keys=tuple(head["keys"]),
            arrays=arrays,
            unit_at=np.array(head["unit_at"]),
            token_at=np.array(head["token_at"]),
            words=Words.load(home / "words"),
        )
    except Exception:  # noqa: BLE001 - whatever the libraries say of a large file that is damaged
        return None, {}
    sizes = {n: len(a) for n, a in arrays.items()}
    whole = (
        sizes["units"] == index.unit_at[-1]
        and sizes["tokens"] == sizes["scales"] == sizes["token_unit"] == index.token_at[-1]
        and sizes["middles"] == len(index.ids)
    )
    return (index, head) if whole else (None, {})
