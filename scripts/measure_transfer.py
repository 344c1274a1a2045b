"""Measure ``xcase transfer`` against other people's data and our stories, beside baselines.

    python scripts/measure_transfer.py --dir xcase-out [--only NAME ...] [--out FILE.json]
    python scripts/measure_transfer.py --dir xcase-out --choose

Prints one table and writes it as JSON. Intervals are 95 % of bootstrap draws of the units named.
``--choose`` prints the curve from which the weights of ``xcase/transfer/verdict.py`` were chosen:
it looks at the narratives of corpus/training and at nothing else.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import onet
from numpy.typing import NDArray
from scipy.stats import rankdata, spearmanr

from xcase import __version__, store
from xcase.records import Analysis
from xcase.taxonomy import load_industries, load_skills
from xcase.transfer import Base, Question, ask, prepare
from xcase.transfer.answer import industry_position, skill_position
from xcase.transfer.cases import case_value
from xcase.transfer.labour_market import carry, standing
from xcase.transfer.verdict import WEIGHTS

Matrix = NDArray[np.float64]
DRAWS = 1000
SEED = 11
TOP = 10
DEV = onet.ROOT.parent / "shared" / "gold" / "dev.jsonl"
CORPUS = onet.ROOT / "corpus"
RATED = ("2.A", "2.B", "2.C")  # the 35 skills and 33 knowledge areas


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; ``low`` and ``high`` belong to xcase's figure."""

    measure: str
    unit: str
    n: int
    xcase: float
    low: float
    high: float
    baselines: dict[str, float]


def main() -> None:
    """Run the measures that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dir", type=Path, required=True, help="analysis folder")
    parser.add_argument("--only", nargs="*", choices=sorted(MEASURES), default=sorted(MEASURES))
    parser.add_argument("--out", type=Path, help="JSON file to write")
    parser.add_argument("--choose", action="store_true", help="print the curve of weights instead")
    arguments = parser.parse_args()
    analysis = without_measured(store.load(arguments.dir))
    base = prepare(analysis, arguments.dir)
    if arguments.choose:
        choose(base, analysis)
        return
    figures = [f for name in arguments.only for f in MEASURES[name](base, analysis)]
    for figure in figures:
        others = "  ".join(f"{name} {value:.3f}" for name, value in figure.baselines.items())
        interval = f"({figure.low:.3f}-{figure.high:.3f})" if figure.low < figure.high else ""
        print(f"{figure.measure:58} {figure.xcase:.3f} {interval:15} n={figure.n:<6} {others}")
    if arguments.out:
        arguments.out.parent.mkdir(exist_ok=True)
        table = {
            "version": __version__,
            "cases": len(analysis.cases),
            "figures": [asdict(f) for f in figures],
        }
        # No figure means anything beyond its fourth digit.
        rounded = json.loads(json.dumps(table), parse_float=lambda told: round(float(told), 4))
        arguments.out.write_text(json.dumps(rounded, indent=1) + "\n", encoding="utf-8")


def without_measured(analysis: Analysis) -> Analysis:
    """Return the analysis without the narratives that it is measured on."""
    measured = {d["id"] for path in (DEV, CORPUS / "gold" / "stories.jsonl") for d in _lines(path)}
    cases = tuple(c for c in analysis.cases if c.document_id not in measured)
    return replace(analysis, cases=cases)


# ---------------------------------------------------------------- occupations


def occupation_scores(places: Matrix) -> dict[str, Matrix]:
    """Return from x to for each signal: the sum over the skills of its value between places.

    Args:
        places: places x occupations; rows sum to 1. There are no cases between occupations.
    """
    asked = places @ onet.demand()
    usual = onet.shares_of_jobs()[0] @ onet.demand()
    stands = standing(asked, usual, spread=(asked - usual).std(axis=0))
    # Row by row: all at once would be occupations x occupations x skills.
    market = np.stack([carry(row, stands).sum(axis=1) for row in stands])
    contexts = onet.contexts(places, onet.prototypes())
    own = onet.unit(contexts - contexts.mean(axis=0)).reshape(len(places), -1)
    # A sum of cosines over skills is one product of the rows laid end to end.
    alike = (len(load_skills()) + own @ own.T) / 2
    score = WEIGHTS["labour_market"] * market + WEIGHTS["embedding"] * alike
    return {"score": score, "labour market": market, "embedding": alike}


def rated(places: Matrix) -> Matrix:
    """Return places x places: the cosine of O*NET's ratings of skills and knowledge."""
    columns = [c for c in onet.elements().columns if c[:3] in RATED]
    profile = onet.unit(places @ onet.elements()[columns].to_numpy())
    return np.asarray(profile @ profile.T)


def moves(_base: Base, _analysis: Analysis) -> Iterator[Figure]:
    """CPS: do summed scores between 22 occupation groups follow the flows relative to chance?"""
    flows, groups = _flows()
    codes = onet.occupations()
    member = np.array([[code[:2] == group for code in codes] for group in groups], dtype=float)
    jobs = onet.shares_of_jobs()[0]
    places = member * jobs
    sizes = places.sum(axis=1)
    places /= sizes[:, None]
    scores = occupation_scores(places)
    off = ~np.eye(len(groups), dtype=bool)
    stay_out = flows * off
    tasks = onet.unit(onet.task_means(places))
    plain = tasks @ tasks.T
    size = np.log(np.multiply.outer(sizes, sizes))
    for name, counts in (("all flows", flows), ("without the diagonal", stay_out)):
        expected = np.multiply.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
        lift = np.log((counts + 1) / (expected + 1))[off]

        def rank(values: Matrix, lift: Matrix = lift) -> float:
            return float(spearmanr(values[off], lift)[0])

        low, high = _bootstrap(
            lambda at, lift=lift: float(spearmanr(scores["score"][off][at], lift[at])[0]),
            len(lift),
        )
        yield Figure(
            f"CPS moves, Spearman, {name}", "pairs of groups", len(lift), rank(scores["score"]),
            low, high,
            {"O*NET cosine": rank(rated(places)), "task cosine": rank(plain),
             "labour market": rank(scores["labour market"]), "embedding": rank(scores["embedding"]),
             "group sizes": rank(size)},
        )  # fmt: skip
        partial = _partial(scores["score"][off], lift, size[off])
        yield Figure(
            f"CPS moves, partial on sizes, {name}", "pairs of groups", len(lift), partial, 0, 0,
            {"O*NET cosine": _partial(rated(places)[off], lift, size[off]),
             "labour market": _partial(scores["labour market"][off], lift, size[off])},
        )  # fmt: skip


def related(_base: Base, _analysis: Analysis) -> Iterator[Figure]:
    """O*NET related occupations in other major groups: MAP and recall at 10."""
    codes = onet.occupations()
    position = {code: i for i, code in enumerate(codes)}
    table = onet.table("onet_29_3", "related_occupations")
    wanted: dict[int, set[int]] = {}
    for code, other in table[["O*NET-SOC Code", "Related O*NET-SOC Code"]].to_numpy():
        if code in position and other in position and code[:2] != other[:2]:
            wanted.setdefault(position[code], set()).add(position[other])
    places = np.eye(len(codes))
    scores = occupation_scores(places)
    tasks = onet.unit(onet.task_means(places))
    same = np.array([[a[:2] == b[:2] for b in codes] for a in codes])
    systems = {
        "xcase": scores["score"], "O*NET cosine": rated(places), "task cosine": tasks @ tasks.T,
        "labour market": scores["labour market"], "embedding": scores["embedding"],
    }  # fmt: skip
    results = {name: _retrieval(np.where(same, -np.inf, s), wanted) for name, s in systems.items()}
    for column, name in enumerate(("MAP", "R@10")):
        own = results["xcase"][:, column]
        low, high = _bootstrap(lambda at, own=own: float(own[at].mean()), len(own))
        others = {k: float(r[:, column].mean()) for k, r in results.items() if k != "xcase"}
        yield Figure(
            f"related occupations across groups, {name}", "occupations", len(own),
            float(own.mean()), low, high, others,
        )  # fmt: skip


def _retrieval(scores: Matrix, wanted: dict[int, set[int]]) -> Matrix:
    rows = []
    for query, relevant in sorted(wanted.items()):
        order = np.argsort(-scores[query], kind="stable")
        hits = np.isin(order, list(relevant))
        precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
        average = (precision * hits).sum() / len(relevant)
        rows.append((average, hits[:TOP].sum() / min(TOP, len(relevant))))
    return np.array(rows)


def _flows() -> tuple[Matrix, list[str]]:
    counts = onet.table("cps_occ22_transitions", "monthly_transition_counts")
    inside = counts["origin_state"].str.startswith("occ22") & counts[
        "destination_state"
    ].str.startswith("occ22")
    counts = counts[inside].assign(n=counts["weighted_transition_count"].astype(float))
    flows = counts.pivot_table(
        index="origin_state", columns="destination_state", values="n", aggfunc="sum"
    ).fillna(0)
    names = onet.table("cps_occ22_transitions", "occ22_crosswalk")
    names = names[names["source_system"] == "CPS_PRDTOCC1"]
    group = {
        f"occ22_{int(n):02d}": code[:2]
        for n, code in names[["occ22_id", "soc_major_group_code"]].to_numpy()
        if str(n).isdigit()
    }
    return flows.to_numpy().astype(float), [group[state] for state in flows.index]


def _partial(first: Matrix, second: Matrix, given: Matrix) -> float:
    """Return Spearman's correlation of two columns with a third taken out of both."""
    a, b, c = (rankdata(column) for column in (first, second, given))
    ab, ac, bc = (np.corrcoef(x, y)[0, 1] for x, y in ((a, b), (a, c), (b, c)))
    return float((ab - ac * bc) / np.sqrt((1 - ac**2) * (1 - bc**2)))


# ---------------------------------------------------------------- ESCO


def reuse(base: Base, _analysis: Analysis) -> Iterator[Figure]:
    """ESCO: does generality tell transversal and cross-sector skills from the others?"""
    texts = onet.table("esco_1_2", "skills_uri_text_pypi").drop_duplicates("id")
    reusable = set(onet.table("esco_1_2", "skills_transversal_and_crosssector_v1_2")["conceptUri"])
    label = texts["id"].isin(reusable).to_numpy()
    # Labels, other names and definition run together; the first 300 characters say enough.
    vectors = onet.encode("esco", [t[:300] for t in texts["description"]])
    uri = {s.esco: n for n, s in enumerate(load_skills()) if s.esco}
    mapped = np.array([uri.get(u, -1) for u in texts["id"]])
    through = mapped >= 0
    frequency = base.cases.carried.sum(axis=(0, 1)).astype(float)
    asked = base.market.asked.mean(axis=0)
    alike = vectors @ onet.prototypes().T
    nearest = alike.argmax(axis=1)
    own = base.market.generality[mapped[through]]
    yield _auc_figure(
        "ESCO reuse level, AUC, by mapping", own, label[through],
        {"frequency": frequency[mapped[through]], "labour market": asked[mapped[through]],
         "cosine to own skill": alike[through, mapped[through]]},
    )  # fmt: skip
    yield _auc_figure(
        "ESCO reuse level, AUC, by embedding", onet.evenness(vectors), label,
        {"frequency": frequency[nearest], "cosine": alike.max(axis=1),
         "labour market": asked[nearest], "generality of nearest": base.market.generality[nearest]},
    )  # fmt: skip


def _auc_figure(
    name: str, values: Matrix, label: NDArray[np.bool_], others: dict[str, Matrix]
) -> Figure:
    low, high = _bootstrap(lambda at: _auc(values[at], label[at]), len(label), draws=200)
    baselines = {k: _auc(v, label) for k, v in others.items()}
    return Figure(name, "skills", len(label), _auc(values, label), low, high, baselines)


def _auc(values: Matrix, label: NDArray[np.bool_]) -> float:
    ranks, n = rankdata(values), int(label.sum())
    if not 0 < n < len(label):
        return float("nan")
    return float((ranks[label].sum() - n * (n + 1) / 2) / (n * (len(label) - n)))


# ---------------------------------------------------------------- stories


@dataclass(frozen=True, slots=True)
class Mover:
    """A labelled story that changes industry: what it uses after its background."""

    document_id: str
    source: int
    target: int
    used: frozenset[int]
    lacked: frozenset[int]


def stories(base: Base, analysis: Analysis) -> Iterator[Figure]:
    """Stories: are the skills used after the background ranked high for the pair?"""
    sets = {
        "dev": movers(_lines(DEV)),
        "corpus stories": movers(_lines(CORPUS / "gold" / "stories.jsonl")),
        "training (weights chosen here)": movers(training()),
    }
    for name, found in sets.items():
        if not found:
            continue
        scores = [leave_out(base, analysis, m) for m in found]
        for known, title in ((False, "pair only"), (True, "and gaps of the background")):
            own = _recalls([s["score"] for s in scores], found, first=known)
            low, high = _bootstrap(lambda at, own=own: float(own[at].mean()), len(own))
            others = {
                kind: float(_recalls([s[kind] for s in scores], found, first=known).mean())
                for kind in ("frequency", "embedding", "labour market", "cases")
            }
            yield Figure(
                f"stories R@10, {name}, {title}", "stories", len(own), float(own.mean()), low, high,
                others,
            )  # fmt: skip


def overlap(base: Base, analysis: Analysis) -> Iterator[Figure]:
    """Lists: how much two moves share, and whether the right move fits a story best."""
    pairs = [(a, b) for a in range(20) for b in range(20) if a != b]
    systems = {"xcase": base.score} | base.values
    shared = {}
    for name, values in systems.items():
        tops = [set(_top(values[pair])) for pair in pairs]
        shared[name] = float(np.mean([len(x & y) / TOP for x, y in combinations(tops, 2)]))
    own = shared.pop("xcase")
    yield Figure("top-10 overlap of two moves (bar 0.5)", "moves", len(pairs), own, 0, 0,
                 {**shared, "frequency": 1.0})  # fmt: skip
    found = movers(training()) + movers(_lines(CORPUS / "gold" / "stories.jsonl"))
    tops = [set(_top(leave_out(base, analysis, m)["score"])) for m in found]
    fits = np.array([[len(t & m.used) / min(TOP, len(m.used)) for t in tops] for m in found])
    rng = np.random.default_rng(SEED)
    shuffled = np.array(
        [fits[np.arange(len(found)), rng.permutation(len(found))].mean() for _ in range(DRAWS)]
    )
    right = float(np.trace(fits) / len(found))
    p = float((1 + (shuffled >= right).sum()) / (1 + DRAWS))
    yield Figure("stories R@10 with the right pair, against shuffled pairs", "stories", len(found),
                 right, 0, 0, {"shuffled": float(shuffled.mean()), "p": p})  # fmt: skip


def speed(base: Base, _analysis: Analysis) -> Iterator[Figure]:
    """Seconds for the ten best of each of the 20 x 20 moves, once the analysis is loaded."""
    labels = [i.label for i in load_industries()]
    began = time.perf_counter()
    for source in labels:
        for target in labels:
            ask(base, Question(source, target), TOP)
    yield Figure("seconds for 20 x 20 moves (bar 2)", "moves", 400,
                 time.perf_counter() - began, 0, 0, {})  # fmt: skip


def training() -> list[dict[str, Any]]:
    """Return the labelled narratives of corpus/training."""
    paths = sorted((CORPUS / "training").glob("narratives-*.jsonl"))
    return [d for path in paths for d in _lines(path)]


def movers(documents: Sequence[dict[str, Any]]) -> list[Mover]:
    """Return the stories that change industry and use a skill after their background."""
    industries = {i.label for i in load_industries()}
    skills = {s.name for s in load_skills()}
    found = []
    for d in documents:
        sides = (d["industry_from"], d["industry_to"])
        if not set(sides) <= industries or sides[0] == sides[1] or "no_case" in d["hard"]:
            continue
        mine = [
            (skill_position(s["canonical"]), s["status"], _phase(d, s["surface"]))
            for s in d["gold"]["skills"]
            if s["holder"] == "mentee" and s["canonical"] in skills
        ]
        after = {s for s, status, phase in mine if phase != "background"
                 and status in ("used", "developed")}  # fmt: skip
        gaps = {s for s, status, phase in mine if phase == "background" and status == "lacked"}
        if after:
            a, b = (industry_position(side) for side in sides)
            found.append(Mover(d["id"], a, b, frozenset(after), frozenset(gaps)))
    return found


def _phase(document: dict[str, Any], surface: str) -> str:
    sentences = document["gold"]["sentences"]
    return next((s["phase"] for s in sentences if surface in s["text"]), "journey")


def leave_out(base: Base, analysis: Analysis, mover: Mover) -> dict[str, Matrix]:
    """Return each ranking of the skills for a story's move, its own cases not counted.

    Its few sentences among the thousands behind the contexts stay in.
    """
    cases = base.cases
    own_cases = {c.id for c in analysis.cases if c.document_id == mover.document_id}
    counts, moved = cases.carried, cases.moves
    if own_cases:
        counts, moved = counts.copy(), moved.copy()
        for seen in cases.sightings.values():
            for s in seen:
                if s.case_id in own_cases and s.course == "carried":
                    counts[s.source, s.target, s.skill] -= 1
        for c in analysis.cases:
            if c.id in own_cases:
                sides = (c.industry_from, c.industry_to)
                a, b = (-1 if g is None else industry_position(g.label) for g in sides)
                moved[a, b] -= 1
    at = (mover.source, mover.target)
    values = {kind: value[at] for kind, value in base.values.items()}
    if own_cases:
        values["cases"] = case_value(moved, counts)[at]
    score = sum(WEIGHTS[kind] * value for kind, value in values.items())
    return {
        "score": np.asarray(score),
        "frequency": counts.sum(axis=(0, 1)).astype(float),
        "cases": values["cases"],
        "labour market": values["labour_market"],
        "embedding": values["embedding"],
    }


def _recalls(scores: Sequence[Matrix], found: Sequence[Mover], *, first: bool) -> Matrix:
    """Return recall at 10 for each story; ``first`` puts what its background lacks first."""
    out = []
    for values, mover in zip(scores, found, strict=True):
        ranked = values.copy()
        if first:
            ranked[list(mover.lacked)] += values.max() + 1
        out.append(len(set(_top(ranked)) & mover.used) / min(TOP, len(mover.used)))
    return np.array(out)


def _top(values: Matrix) -> list[int]:
    return [int(i) for i in np.argsort(-values, kind="stable")[:TOP]]


def choose(base: Base, analysis: Analysis) -> None:
    """Print recall on corpus/training and overlap of the lists for many weights."""
    found = movers(training())
    parts = [leave_out(base, analysis, m) for m in found]
    pairs = [(a, b) for a in range(20) for b in range(20) if a != b]
    print("cases  market  embedding  recall@10  overlap")
    grid = [(c, m) for c in np.arange(0.2, 0.81, 0.1) for m in np.arange(0.1, 0.51, 0.1)]
    for c, m in grid:
        e = 1 - c - m
        if e < 0.05:
            continue
        own = [c * p["cases"] + m * p["labour market"] + e * p["embedding"] for p in parts]
        values = base.values
        score = c * values["cases"] + m * values["labour_market"] + e * values["embedding"]
        tops = [set(_top(score[pair])) for pair in pairs]
        shared = np.mean([len(x & y) / TOP for x, y in combinations(tops, 2)])
        recall = _recalls(own, found, first=False).mean()
        print(f"{c:5.1f}  {m:6.1f}  {e:9.1f}  {recall:9.3f}  {shared:7.3f}")
    frequency = _recalls([p["frequency"] for p in parts], found, first=False).mean()
    print(f"frequency alone: {frequency:.3f}")


# ---------------------------------------------------------------- shared


def _bootstrap(
    figure: Callable[[NDArray[np.int64]], float], n: int, *, draws: int = DRAWS
) -> tuple[float, float]:
    rng = np.random.default_rng(SEED)
    values = [figure(rng.integers(0, n, n)) for _ in range(draws)]
    return float(np.nanquantile(values, 0.025)), float(np.nanquantile(values, 0.975))


def _lines(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


MEASURES: dict[str, Callable[[Base, Analysis], Iterator[Figure]]] = {
    "moves": moves,
    "overlap": overlap,
    "related": related,
    "reuse": reuse,
    "speed": speed,
    "stories": stories,
}

if __name__ == "__main__":
    main()
