"""Quality on labelled narratives, with bootstrap intervals, beside two baselines.

The figures are those of the annotation guideline's scorer, micro-averaged over all gold items: a
document that is missing from the analysis counts as wrong everywhere. Intervals are the 2.5th and
97.5th percentile of 1,000 draws of documents (Efron & Tibshirani 1993).

Baselines: *position* calls the first third of the sentences background, the second journey and the
last outcome; *words* finds a skill wherever its name stands in the text.
"""

from __future__ import annotations

import io
import json
import random
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from xcase import store
from xcase.annotate.labels import SKILLS
from xcase.errors import UsageError
from xcase.phrases import PhraseTable
from xcase.records import PHASES, Analysis, Span
from xcase.settings import Settings

DRAWS = 1000
# Ids of missing narratives that are named.
TOLD = 5
# What a labelled narrative has; and what each of its labels has.
FIELDS: dict[str, tuple[type, ...]] = {
    **{"id": (str, int, float), "text": (str,), "hard": (list,), "gold": (dict,)},
    **dict.fromkeys(("industry_from", "industry_to"), (str,)),
    **dict.fromkeys(("mentee", "mentor"), (str, type(None))),
}
LABELS: dict[str, tuple[str, ...]] = {
    "sentences": ("text", "phase"),
    "skills": ("canonical", "status", "holder", "surface"),
    "outcomes": ("type", "surface"),
    "cadence": (),
}
_FORMS_OF_ADDRESS = frozenset(["the", "a", "an", "my", "her", "his", "dr", "mr", "mrs", "ms"])

# One document's counts: figure -> (hits, predicted, gold) or (right, asked).
Counts = dict[str, tuple[int, ...]]
Row = tuple[Counts, Counter[tuple[str, str]]]
Json = dict[str, Any]
# A label and the places where it may stand.
Item = tuple[str, list[Span]]


def evaluate(content: bytes, folder: Path | None = None, *, fast: bool = False) -> Json:
    """Score an analysis of labelled narratives (made afresh if ``folder`` is None).

    Args:
        content: JSON lines of labelled narratives.
        folder: an analysis in which their ids occur.
        fast: the analysis that is made is read by the small network alone.

    Returns:
        ``{documents, missing, skipped, figures: {name: {value, low, high}}, baselines: {name:
        {figure: value}}}``; ``missing`` are the ids of narratives whose text the analysis does not
        hold, so that they count as wrong, and ``skipped`` says why a fresh one left some out.

    Raises:
        UsageError: a line is no labelled narrative.
        AnalysisError: ``folder`` holds no sound analysis.
    """
    gold = _load_gold(content)
    analysis = _analysed(content, fast=fast) if folder is None else store.load(folder)
    texts = {d.id: d.text for d in analysis.documents}
    cases: dict[str, list[Json]] = defaultdict(list)
    for case in analysis.cases:
        cases[case.document_id].append(store.to_json(case))
    rows = [score_document(g, texts.get(g["id"]), cases.get(g["id"], [])) for g in gold]
    return {
        "documents": len(gold),
        "missing": [g["id"] for g in gold if texts.get(g["id"]) != g["text"]],
        "skipped": [s.message for s in analysis.skipped] if folder is None else [],
        "figures": _with_intervals(rows),
        "baselines": {
            name: summarise([score_document(g, g["text"], [guess(g)]) for g in gold])
            for name, guess in (("position", position_baseline), ("words", word_baseline))
        },
    }


def not_read(result: Json) -> list[str]:
    """Return lines that say which narratives of an evaluation count as wrong unread, and why."""
    missing = result["missing"]
    lines = list(result["skipped"])
    if missing:
        more = ", ..." if len(missing) > TOLD else ""
        lines.append(
            f"{len(missing)} of {result['documents']} narratives are not in the analysis with this "
            f"text, and count as wrong everywhere: {', '.join(missing[:TOLD])}{more}"
        )
    return lines


def score_document(gold: Json, text: str | None, cases: Sequence[Json]) -> Row:
    """Count hits of one document; ``text`` is None if the analysis has no such document."""
    missing = text != gold["text"]
    if missing:
        cases = []
    labels = gold["gold"]
    counts: Counts = {}
    no_case = "no_case" in gold["hard"]
    right = not missing and bool(cases) != no_case
    counts["no_case" if no_case else "case_found"] = (int(right), 1)
    if "multi_case" in gold["hard"] and gold["mentee"]:
        counts["case_count"] = (int(len(cases) == len(gold["mentee"].split(";"))), 1)
    counts |= _skill_counts(gold, cases)
    counts |= _span_counts(gold, cases)
    if not no_case:
        counts |= _field_counts(gold, cases)
    quoted = [x for c in cases for key in ("skills", "outcomes") for x in c.get(key, [])]
    if quoted:
        exact = sum(gold["text"][x["start"] : x["end"]] == x["surface"] for x in quoted)
        counts["evidence"] = (exact, len(quoted))
    return counts, _confusion(gold["text"], labels["sentences"], cases, missing=missing)


def position_baseline(gold: Json) -> Json:
    """Return a case in which the place of a sentence decides its phase."""
    spans = sentence_spans(gold["text"], [s["text"] for s in gold["gold"]["sentences"]])
    sentences = [
        {"start": s.start, "end": s.end, "phase": PHASES[i * 3 // len(spans)]}
        for i, s in enumerate(spans)
    ]
    return {"sentences": sentences}


def word_baseline(gold: Json) -> Json:
    """Return a case with the skills whose names stand in the text; status and holder usual."""
    table = PhraseTable((name, name) for name in SKILLS)
    usual = {"status": "developed", "holder": "mentee"}
    skills = [
        {"skill": h.label, "surface": gold["text"][slice(*h.span)], **h.span._asdict(), **usual}
        for h in table.find(gold["text"])
    ]
    return {"skills": skills}


def sentence_spans(text: str, sentences: Iterable[str]) -> list[Span]:
    """Return where each gold sentence stands; white space inside may differ."""
    spans, at = [], 0
    for sentence in sentences:
        pattern = r"\s*".join(re.escape(word) for word in sentence.split())
        match = re.compile(pattern).search(text, at)
        if match is None:
            raise UsageError(f"a gold sentence is not in its text: {sentence[:60]!r}")
        spans.append(Span(*match.span()))
        at = match.end()
    return spans


def _analysed(content: bytes, *, fast: bool) -> Analysis:
    from xcase.pipeline import analyze

    with tempfile.TemporaryDirectory() as scratch:
        analyze([Path("-")], Path(scratch), settings=Settings(fast=fast), stdin=io.BytesIO(content))
        return store.load(Path(scratch))


def _load_gold(content: bytes) -> list[Json]:
    try:
        lines = content.decode("utf-8").split("\n")
        gold = [json.loads(line) for line in lines if line.strip()]
    except (ValueError, RecursionError) as error:
        raise UsageError(f"the gold narratives are no JSON lines: {error}") from error
    for number, d in enumerate(gold, start=1):
        if lacks := _lacks(d):
            raise UsageError(f"line {number} is no labelled narrative: it lacks {lacks}")
        d["id"] = str(d["id"]).strip()  # as the reader of rows keeps it
    if not gold:
        raise UsageError("there is no labelled narrative")
    return gold


def _lacks(narrative: object) -> str:
    """Return what a labelled narrative needs and has not, or has in another form."""
    if not isinstance(narrative, dict):
        return "a JSON object"
    wrong = [
        name
        for name, kind in FIELDS.items()
        if name not in narrative or not isinstance(narrative[name], kind)
    ]
    if wrong:
        return ", ".join(wrong)
    for name, keys in LABELS.items():
        labels = narrative["gold"].get(name)
        if not isinstance(labels, list):
            return f"the list gold.{name}"
        for label in labels:
            told = [label.get(key) for key in keys] if isinstance(label, dict) else [label]
            if isinstance(label, dict) != bool(keys) or not all(isinstance(t, str) for t in told):
                return f"{', '.join(keys) or 'text'} in gold.{name}"
    return ""


def _confusion(
    text: str, sentences: Sequence[Json], cases: Sequence[Json], *, missing: bool
) -> Counter[tuple[str, str]]:
    cover: dict[int, str] = {}
    for case in cases:
        for s in case.get("sentences", []):
            cover.update(
                dict.fromkeys(range(max(0, s["start"]), min(len(text), s["end"])), s["phase"])
            )
    confusion: Counter[tuple[str, str]] = Counter()
    spans = sentence_spans(text, [s["text"] for s in sentences])
    for span, sentence in zip(spans, sentences, strict=True):
        votes = Counter(cover.get(i, "other") for i in range(*span) if text[i].isalnum())
        said = votes.most_common(1)[0][0] if votes else "other"
        confusion[(sentence["phase"], "missing" if missing else said)] += 1
    return confusion


def _skill_counts(gold: Json, cases: Sequence[Json]) -> Counts:
    said = [s for c in cases for s in c.get("skills", []) if s["skill"] in SKILLS]
    true = [{**s, "skill": s["canonical"]} for s in gold["gold"]["skills"]]
    counts: Counts = {}
    for name, keys in (
        ("skill_f1", ("skill",)),
        ("skill_status_f1", ("skill", "status")),
        ("skill_triple_f1", ("skill", "status", "holder")),
    ):
        p, q = ({tuple(s[k] for k in keys) for s in side} for side in (said, true))
        counts[name] = (len(p & q), len(p), len(q))
    # Gold marks a skill once: a further mention of a name that was found is no mistake.
    places = [(s["skill"], _places(gold["text"], s["surface"])) for s in true]
    marked = [(s["skill"], [Span(s["start"], s["end"])]) for s in said]

    def near(q: Item, p: Item) -> bool:
        return q[0] == p[0] and _overlap(q[1], p[1])

    hit_names = {p[0] for p in marked for q in places if near(q, p)}
    hits = max_pairs(places, marked, near)
    wrong = len({p[0] for p in marked} - hit_names)
    counts["skill_span_f1"] = (hits, hits + wrong, len(places))
    return counts


def _span_counts(gold: Json, cases: Sequence[Json]) -> Counts:
    text, labels = gold["text"], gold["gold"]
    outcomes = [(o["type"], _places(text, o["surface"])) for o in labels["outcomes"]]
    said = [(o["type"], [Span(o["start"], o["end"])]) for c in cases for o in c.get("outcomes", [])]

    def touch(q: Item, p: Item) -> bool:
        return _overlap(q[1], p[1])

    typed = max_pairs(outcomes, said, lambda q, p: q[0] == p[0] and touch(q, p))
    rhythm = [("", _places(text, c)) for c in labels["cadence"]]
    told = [
        ("", [Span(x["start"], x["end"])])
        for c in cases
        for key in ("cadence", "duration")
        for x in (c.get("program") or {}).get(key, [])
    ]
    return {
        "outcome_f1": (typed, len(said), len(outcomes)),
        "outcome_any_f1": (max_pairs(outcomes, said, touch), len(said), len(outcomes)),
        "cadence_f1": (max_pairs(rhythm, told, touch), len(told), len(rhythm)),
    }


def _field_counts(gold: Json, cases: Sequence[Json]) -> Counts:
    counts: Counts = {}
    for key in ("industry_from", "industry_to"):
        if gold[key] != "Unknown":
            said = (cases[0].get(key) or {}).get("label") if cases else None
            counts[key] = (int(said == gold[key]), 1)
    for key in ("mentee", "mentor"):
        names = [n for n in (gold[key] or "").split(";") if any(w[:1].isupper() for w in n.split())]
        said_words = {w for c in cases for w in _name_words((c.get(key) or {}).get("name"))}
        if names:
            counts[key] = (sum(bool(_name_words(n) & said_words) for n in names), len(names))
    return counts


def _name_words(name: str | None) -> set[str]:
    return set(re.findall(r"[\w']+", (name or "").lower())) - _FORMS_OF_ADDRESS


def _places(text: str, surface: str) -> list[Span]:
    return [Span(*m.span()) for m in re.finditer(re.escape(surface), text)] if surface else []


def _overlap(left: Sequence[Span], right: Sequence[Span]) -> bool:
    return any(max(a.start, b.start) < min(a.end, b.end) for a in left for b in right)


def max_pairs(
    gold: Sequence[Item], said: Sequence[Item], same: Callable[[Item, Item], bool]
) -> int:
    """Return the size of the largest one-to-one pairing (Berge 1957: augmenting paths)."""
    partner: dict[int, int] = {}

    def augment(g: int, tried: set[int]) -> bool:
        for p in range(len(said)):
            if p in tried or not same(gold[g], said[p]):
                continue
            tried.add(p)
            if p not in partner or augment(partner[p], tried):
                partner[p] = g
                return True
        return False

    return sum(augment(g, set()) for g in range(len(gold)))


def summarise(rows: Sequence[Row]) -> dict[str, float]:
    """Return the figures of the counts of some documents."""
    totals: dict[str, list[int]] = {}
    confusion: Counter[tuple[str, str]] = Counter()
    for counts, matrix in rows:
        confusion.update(matrix)
        for name, values in counts.items():
            total = totals.setdefault(name, [0] * len(values))
            for i, value in enumerate(values):
                total[i] += value
    result = _phase_figures(confusion)
    for name, total in totals.items():
        if name.endswith("_f1"):
            hits, said, true = total
            result[name] = _f1(hits, said, true)
            result[name.removesuffix("_f1") + "_precision"] = hits / said if said else 0.0
            result[name.removesuffix("_f1") + "_recall"] = hits / true if true else 0.0
        else:
            result[name] = total[0] / total[1]
    return result


def _phase_figures(confusion: Mapping[tuple[str, str], int]) -> dict[str, float]:
    total = sum(confusion.values())
    if not total:
        return {}
    result = {"phase_accuracy": sum(n for (a, b), n in confusion.items() if a == b) / total}
    for phase in PHASES:
        hits = confusion.get((phase, phase), 0)
        said = sum(n for (_, b), n in confusion.items() if b == phase)
        true = sum(n for (a, _), n in confusion.items() if a == phase)
        result[f"phase_f1_{phase}"] = _f1(hits, said, true)
    result["phase_macro_f1"] = sum(result[f"phase_f1_{p}"] for p in PHASES) / len(PHASES)
    return result


def _f1(hits: int, said: int, true: int) -> float:
    return 2 * hits / (said + true) if hits else 0.0


def _with_intervals(rows: Sequence[Row]) -> Json:
    rng = random.Random(0)
    draws: dict[str, list[float]] = defaultdict(list)
    for _ in range(DRAWS):
        drawn = [rows[rng.randrange(len(rows))] for _ in rows]
        for name, value in summarise(drawn).items():
            draws[name].append(value)
    figures = {}
    for name, value in summarise(rows).items():
        ordered = sorted(draws[name])
        low, high = ordered[int(0.025 * len(ordered))], ordered[int(0.975 * len(ordered)) - 1]
        figures[name] = {"value": value, "low": low, "high": high}
    return figures
