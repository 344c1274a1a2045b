"""What each shortcut costs in quality: the fast way beside the slow one, on the same texts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from measure_similar_speed import PROFILES

from xcase import models, names, sentences, store
from xcase.embed import MiniLM
from xcase.embed.runtimes import in_half_precision
from xcase.parse import mark
from xcase.settings import Settings
from xcase.similar import Searcher, open_index, parse_profile, rank

ROOT = Path(__file__).parent.parent
STORIES = ROOT / "corpus" / "gold" / "stories.jsonl"
TOP = 5
FIGURES = ("phase_macro_f1", "skill_f1", "skill_triple_f1", "outcome_f1", "mentee", "mentor")


def measure(folder: Path) -> dict[str, Any]:
    """Return the cost of each shortcut; ``folder`` holds the analysis that questions are asked."""
    rows = [json.loads(line) for line in STORIES.read_text(encoding="utf-8").splitlines()]
    told = {
        **parts_of_spacy(rows),
        **networks(rows),
        **sentence_vectors(rows),
        **first_step(folder),
    }
    print(json.dumps(told, indent=1), flush=True)
    return told


def parts_of_spacy(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Compare sentences by the senter with those by the parser, and names with all parts or one."""
    import spacy

    nlp = spacy.load(next(models.locate("en-core-web-sm").glob("en_core_web_sm*-*")))
    texts = [row["text"] for row in rows]
    gold = [{s["text"].strip() for s in row["gold"]["sentences"]} for row in rows]
    senter = [
        {t[u.start : u.end] for u in units}
        for t, units in zip(texts, sentences.split(texts), strict=True)
    ]
    parser = [set(_parsed(nlp, text)) for text in texts]
    alone = names._recogniser()  # the question to it that find_names does not ask
    full, same = ([_named(parts, text) for text in texts] for parts in (nlp, alone))
    return {
        "sentences by the senter instead of the parser: F1 against people's sentences": {
            "fast": round(_f1(senter, gold), 3),
            "slow": round(_f1(parser, gold), 3),
        },
        "names without tagger, parser and lemmatiser: share of names that are the same": {
            "fast": round(_f1(same, full), 4),
            "slow": 1.0,
        },
    }


def _named(nlp: Any, text: str) -> set[tuple[str, str]]:
    found = (e for e in nlp(text).ents if e.label_ in names.KINDS)
    return {(e.text, e.label_) for e in found if "\n" not in e.text}


def _parsed(nlp: Any, text: str) -> Iterable[str]:
    """Split as :mod:`xcase.sentences` does, but prose by the parser."""
    for (units,) in [list(sentences.split([text]))]:
        lines: dict[int, list[sentences.Unit]] = {}
        for unit in units:
            lines.setdefault(text.count("\n", 0, unit.start), []).append(unit)
        for members in lines.values():
            line = text[members[0].start : members[-1].end]
            if members[0].kind == "prose":
                yield from (s.text.strip() for s in nlp(line).sents if s.text.strip())
            else:
                yield line


def networks(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Compare the networks with the same ones in float32, and the small one with both."""
    from choose_thresholds import score

    from xcase.annotate.annotator import Annotator

    texts = [row["text"] for row in rows]
    units = list(sentences.split(texts))
    documents = list(zip(texts, units, mark(texts), strict=True))

    def figures(annotator: Annotator) -> dict[str, float]:
        return score(list(zip(rows, units, annotator.annotate(documents), strict=True)), Settings())

    usual = figures(Annotator.load())
    ways = {
        "networks in half precision where that is fast": (
            usual,
            figures(Annotator.load(plain=True)),
        ),
        "the small network alone (--fast)": (figures(Annotator.load(fast=True)), usual),
    }
    return {
        f"{way}, stories: {figure}": {
            "fast": round(fast[figure], 3),
            "slow": round(slow[figure], 3),
        }
        for way, (fast, slow) in ways.items()
        for figure in FIGURES
    }


def sentence_vectors(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Compare the vectors of the ONNX form, and those in half precision, with those of torch."""
    texts = [s["text"] for row in rows[:12] for s in row["gold"]["sentences"]]
    slow = MiniLM.reference()
    ways = {"by ONNX": MiniLM.load()}
    if half := in_half_precision():
        ways["of many in half precision"] = MiniLM(half, slow.tokenizer, slow.name)
    exact = np.stack([v.whole for v in slow.encode(texts)])
    told: dict[str, Any] = {}
    for way, encoder in ways.items():
        fast = np.stack([v.whole for v in encoder.encode(texts)])
        near = [np.argsort(-(m @ m.T), axis=1, kind="stable")[:, : TOP + 1] for m in (fast, exact)]
        shared = [len(set(a) & set(b)) / (TOP + 1) for a, b in zip(*near, strict=True)]
        name = f"vectors {way} instead of torch"
        told[f"{name}: largest difference of a number"] = {
            "fast": float(f"{np.abs(fast - exact).max():.1g}"),
            "slow": 0.0,
        }
        told[f"{name}: share of the {TOP} nearest sentences that stay"] = {
            "fast": round(float(np.mean(shared)), 4),
            "slow": 1.0,
        }
    return told


def first_step(folder: Path) -> dict[str, Any]:
    """Compare answers out of the candidates of the first step with answers out of all cases."""
    encoder = MiniLM.load()
    analysis = store.load(folder)
    index, _ = open_index(folder, analysis, lambda: encoder, model=encoder.name)
    searcher = Searcher(analysis, index, encoder)
    lines = PROFILES.read_text(encoding="utf-8").splitlines()
    profiles = [parse_profile(json.dumps(json.loads(line)["profile"]), "p")[0] for line in lines]

    def answers(candidates: int) -> list[list[str]]:
        kept, rank.CANDIDATES = rank.CANDIDATES, candidates
        try:
            found = [searcher.search(p, count=TOP).cases for p in profiles]
        finally:
            rank.CANDIDATES = kept
        return [[c.case_id for c in cases] for cases in found]

    fast, slow = answers(rank.CANDIDATES), answers(len(index.ids))
    shared = [len(set(a) & set(b)) / max(len(b), 1) for a, b in zip(fast, slow, strict=True)]
    name = f"{rank.CANDIDATES} candidates instead of all {len(index.ids)} cases: "
    return {
        f"{name}share of the {TOP} answers that stay": {
            "fast": round(float(np.mean(shared)), 3),
            "slow": 1.0,
        }
    }


def _f1(found: Sequence[set[Any]], wanted: Sequence[set[Any]]) -> float:
    right = sum(len(a & b) for a, b in zip(found, wanted, strict=True))
    return 2 * right / max(1, sum(map(len, found)) + sum(map(len, wanted)))
