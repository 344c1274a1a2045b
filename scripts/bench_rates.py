"""Documents a second: a pipeline as a user would write it, xcase, and each of its models alone.

All of them take turns in one process, on the same texts, so that their ratios hold on a machine
that is not always equally fast. Models are loaded before the clock starts.
"""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xcase import models, names, sentences, store
from xcase.cases import extract_cases
from xcase.embed import MiniLM, model_name
from xcase.embed.minilm import MANY
from xcase.extract.skills import alias_marks
from xcase.parse import mark
from xcase.pipeline import analyze
from xcase.records import Mark, Source
from xcase.sentences import Unit
from xcase.settings import Settings
from xcase.similar import open_index

if TYPE_CHECKING:
    from xcase.annotate.annotator import Annotator

Variant = Callable[[Sequence[str]], Any]
# Texts that a worker is given at a time when a model is timed alone.
PIECE = 8


def measure(texts: list[str], rounds: int) -> dict[str, Any]:
    """Return for each variant its best and median documents a second, and the ratios."""
    from xcase.annotate.annotator import Annotator  # the workers of the pool need no torch

    annotator, encoder = Annotator.load(), MiniLM.load()
    encoder.encode([str(n) for n in range(MANY)])  # as on a corpus that is worth it
    small = Annotator.load(fast=True)
    plain, plain_small = Annotator.load(plain=True), Annotator.load(fast=True, plain=True)
    with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
        variants = naive(plain, plain_small) | ours(annotator, small, encoder)
        variants |= floors(annotator, small, encoder, pool, texts)
        seconds: dict[str, list[float]] = {name: [] for name in variants}
        for variant in variants.values():
            variant(texts[:8])  # what is loaded late is loaded now
        for _ in range(rounds):
            for name, variant in variants.items():
                began = time.perf_counter()
                variant(texts)
                seconds[name].append(time.perf_counter() - began)
    best = {name: min(spent) / len(texts) for name, spent in seconds.items()}
    parsing = best[SENTENCES] + best[NAMES]
    floor, floor_fast = parsing + best[NETWORKS], parsing + best[SMALL_NETWORK]
    return {
        "documents": len(texts),
        "words": round(sum(len(t.split()) for t in texts) / len(texts)),
        "rounds": rounds,
        "cores": os.cpu_count(),
        "per_second": {
            name: {"best": len(texts) / min(s), "median": len(texts) / sorted(s)[len(s) // 2]}
            for name, s in seconds.items()
        },
        "ratios": {
            "analyze / naive without vectors": best[NAIVE_BARE] / best[XCASE],
            "analyze with vectors / naive": best[NAIVE] / best[XCASE_VECTORS],
            "analyze / naive without network": best[NAIVE_LIGHT] / best[XCASE],
            "analyze --fast / naive without network": best[NAIVE_LIGHT] / best[FAST],
            "analyze --fast / naive, small network": best[NAIVE_SMALL] / best[FAST],
            "analyze --fast with vectors / naive without network": (
                best[NAIVE_LIGHT] / best[FAST_VECTORS]
            ),
            "analyze --fast with vectors / naive, small network": (
                best[NAIVE_SMALL] / best[FAST_VECTORS]
            ),
            "analyze, share of the sum of its models alone": floor / best[XCASE],
            "analyze with vectors, share": (floor + best[VECTORS]) / best[XCASE_VECTORS],
            "analyze --fast, share": floor_fast / best[FAST],
            "analyze --fast with vectors, share": (floor_fast + best[VECTORS]) / best[FAST_VECTORS],
        },
    }


NAIVE = "naive: full spaCy, encode, networks, a text at a time"
NAIVE_BARE = "naive without sentence vectors"
NAIVE_SMALL = "naive with the small network alone"
NAIVE_LIGHT = "naive without a network: full spaCy, encode"
XCASE = "xcase analyze"
XCASE_VECTORS = "xcase analyze and the vectors of similar"
FAST = "xcase analyze --fast"
FAST_VECTORS = "xcase analyze --fast and the vectors of similar"
SENTENCES = "alone: sentences (spaCy senter)"
NAMES = "alone: names (spaCy ner)"
NETWORKS = "alone: the networks"
SMALL_NETWORK = "alone: the small network"
VECTORS = "alone: sentence vectors (MiniLM)"


def naive(both: Annotator, small: Annotator) -> dict[str, Variant]:
    """Return the pipelines that a user writes first: everything for one text, then the next."""
    import spacy

    from xcase.embed.runtimes import load_base

    nlp = spacy.load(next(models.locate("en-core-web-sm").glob("en_core_web_sm*-*")))
    base = load_base()

    def run(texts: Sequence[str], annotator: Annotator | None, *, vectors: bool = True) -> None:
        for text in texts:
            doc = nlp(text)
            if vectors:
                base.encode([s.text for s in doc.sents], show_progress_bar=False)
            if annotator:
                units = [Unit(s.start_char, s.end_char, "prose") for s in doc.sents]
                people = [e for e in doc.ents if e.label_ in names.KINDS]
                marks = [Mark("name", e.start_char, e.end_char) for e in people]
                (annotation,) = annotator.annotate([(text, units, [*alias_marks(text), *marks])])
                extract_cases(_source(text), units, annotation, Settings())

    return {
        NAIVE: lambda texts: run(texts, both),
        NAIVE_BARE: lambda texts: run(texts, both, vectors=False),
        NAIVE_SMALL: lambda texts: run(texts, small),
        NAIVE_LIGHT: lambda texts: run(texts, None),
    }


def ours(both: Annotator, small: Annotator, encoder: MiniLM) -> dict[str, Variant]:
    """Return what ``xcase analyze`` does, from JSON lines to the folder, and with an index."""

    def run(texts: Sequence[str], annotator: Annotator, *, vectors: bool = False) -> None:
        rows = "\n".join(json.dumps({"id": str(n), "text": t}) for n, t in enumerate(texts))
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            given = io.BytesIO(rows.encode())
            analyze([Path("-")], folder, stdin=given, annotator=annotator)
            if vectors:
                open_index(folder, store.load(folder), lambda: encoder, model=model_name())

    return {
        XCASE: lambda texts: run(texts, both),
        XCASE_VECTORS: lambda texts: run(texts, both, vectors=True),
        FAST: lambda texts: run(texts, small),
        FAST_VECTORS: lambda texts: run(texts, small, vectors=True),
    }


def floors(
    both: Annotator, small: Annotator, encoder: MiniLM, pool: Any, texts: list[str]
) -> dict[str, Variant]:
    """Return each model alone, its input prepared, in the batching that suits it best.

    spaCy is timed in a warm process for each core: it works in one thread.
    """
    units, marks = list(sentences.split(texts)), mark(texts)
    prepared = {t: (t, u, m) for t, u, m in zip(texts, units, marks, strict=True)}
    spoken = {t: [t[u.start : u.end] for u in split] for t, split in zip(texts, units, strict=True)}

    def together(function: Callable[[str], int]) -> Variant:
        return lambda given: pool.map(function, given, chunksize=PIECE)

    return {
        SENTENCES: together(_split_one),
        NAMES: together(_names_of_one),
        NETWORKS: lambda given: both.annotate([prepared[t] for t in given]),
        SMALL_NETWORK: lambda given: small.annotate([prepared[t] for t in given]),
        VECTORS: lambda given: encoder.encode(
            list(dict.fromkeys(s for t in given for s in spoken[t]))
        ),
    }


def _split_one(text: str) -> int:
    return sum(len(units) for units in sentences.split([text]))


def _names_of_one(text: str) -> int:
    return sum(len(spans) for spans in names.find_names([text]))


def _source(text: str) -> Source:
    return Source("one", "one", "", "", {}, text)
