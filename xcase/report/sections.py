"""What the report says: for each of its parts a sentence, a picture, and the same as a table.

A sentence tells the finding, the picture shows it, the table holds every number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from xcase.confidence import SURE
from xcase.endings import end_of
from xcase.pages import Cell, Table, table
from xcase.records import Case, IndustryGuess, Transfer, Verdict
from xcase.report import charts
from xcase.report.charts import Dot, Square
from xcase.report.counts import NOT_TOLD, STEPS, Count, Flow, Place, Result

TOP_SKILLS = 14
TOP_PLACES = 16
TOP_INDUSTRIES = 14
NAMED = 3
LOOK_OF_VERDICT: dict[Verdict, str] = {
    "observed": "strong",
    "supported": "middle",
    "plausible": "weak",
    "insufficient": "open",
}
# Moves told one by one below the map.
TOLD_MOVES = 20


@dataclass(frozen=True, slots=True)
class Figure:
    """A part of the report; ``svg`` is empty where there is too little to draw."""

    finding: str
    svg: str
    table: Table


def skills(flows: Sequence[Flow]) -> Figure:
    """Return how skills go from lacked over developed to used."""
    parts = []
    for at, step in enumerate(STEPS):
        best = sorted(flows, key=lambda f: (-f.steps[at].all, f.skill))
        named = [_told(f.skill, f.steps[at]) for f in best[:NAMED] if f.steps[at].all]
        if named:
            parts.append(f"Most often {step}: {_listed(named)}.")
    drawn = charts.flow(
        flows[:TOP_SKILLS],
        title="Skills lacked, developed and used",
        description=" ".join(parts) + " The table below the picture holds every number.",
    )
    rows = [(f.skill, *(n for c in f.steps for n in (c.all, c.sure)), *f.links) for f in flows]
    columns = [c for step in STEPS for c in (step, f"{step}, sure")]
    twin = table(
        "Stories by skill",
        ("skill", *columns, "lacked and developed", "developed and used"),
        rows,
    )
    return Figure(" ".join(parts), drawn if flows else "", twin)


def industries(found: Sequence[Place]) -> Figure:
    """Return which skills are lacked or developed in which industry."""
    by_skill, by_industry = Counter[str](), Counter[str]()
    for place in found:
        by_skill[place.skill] += place.count.all
        by_industry[place.industry] += place.count.all
    spread = Counter(p.skill for p in found if p.industry != NOT_TOLD)
    rows = sorted(by_skill, key=lambda s: (-spread[s], -by_skill[s], s))[:TOP_PLACES]
    shown = {p.industry for p in found if p.skill in rows}
    columns = sorted(shown, key=lambda i: (-by_industry[i], i))
    squares = [
        Square(p.skill, p.industry, str(p.count.all), _depth(p.count))
        for p in found
        if p.skill in rows
    ]
    widest = [f"{s} ({spread[s]} industries)" for s in rows[:NAMED] if spread[s] > 1]
    finding = (
        f"Lacked or developed across the most industries: {_listed(widest)}."
        if widest
        else "No skill is lacked or developed in more than one industry."
    )
    drawn = charts.grid(
        squares, rows, columns, name="places", title="Skills by industry",
        description=f"{finding} The table below the picture holds every number.",
    )  # fmt: skip
    ordered = sorted(found, key=lambda p: (-p.count.all, -p.count.sure, p.skill, p.industry))
    twin = table(
        "Stories by skill lacked or developed, and industry at the start",
        ("skill", "industry", "stories", "sure"),
        [
            (Cell(p.skill, unsure=not p.count.sure), p.industry, p.count.all, p.count.sure)
            for p in ordered
        ],
    )
    return Figure(finding, drawn if found else "", twin)


def transfers(rows: Sequence[Transfer], moves: Counter[tuple[str, str]]) -> Figure:
    """Return the best verdict of each move between industries; ``rows`` are grouped by move."""
    best = {move: tuple(group) for move, group in groupby(rows, key=lambda t: (t.source, t.target))}
    labels = list(dict.fromkeys(source for source, _ in best))
    squares = [
        Square(*move, str(moves[move] or ""), LOOK_OF_VERDICT[_strongest(found)])
        for move, found in best.items()
    ]
    squares += [Square(label, label, "–", "open") for label in labels]
    if not best:
        return Figure("No two industries are told.", "", table("Moves", ("from", "to"), ()))
    verdicts = Counter(_strongest(found) for found in best.values())
    crossed = sum(n for (a, b), n in moves.items() if a != b)
    finding = (
        f"{crossed} {'stories change' if crossed != 1 else 'story changes'} industry. Of "
        f"{len(best)} moves between the {len(labels)} industries shown, "
        + _listed([f"{verdicts[v]} {v}" for v in LOOK_OF_VERDICT if verdicts[v]])
        + " (the best of their five leading skills)."
    )
    drawn = charts.grid(
        squares, labels, labels, name="transfers",
        title="How well skills carry between industries",
        description=f"{finding} The table below the picture holds every number.",
    )  # fmt: skip
    twin = table(
        "The leading skill of each move",
        ("from", "to", "verdict", "skill", "score", "stories"),
        [
            (*move, (top := _leading(found)).verdict, top.skill, top.score, moves[move])
            for move, found in best.items()
        ],
    )
    return Figure(finding, drawn, twin)


def told_moves(rows: Sequence[Transfer], moves: Counter[tuple[str, str]]) -> Table | None:
    """Return the moves that stories make, with the skills that carry there best."""
    best: dict[tuple[str, str], list[Transfer]] = {}
    for row in rows:
        best.setdefault((row.source, row.target), []).append(row)
    made = sorted((m for m in best if moves[m]), key=lambda m: (-moves[m], m))
    if not made:
        return None
    cut = f": the {TOLD_MOVES} most told of {len(made)}" if len(made) > TOLD_MOVES else ""
    return table(
        f"Moves that stories make{cut}",
        ("from", "to", "stories", "skills that carry best"),
        [
            (
                *m,
                moves[m],
                _listed([f"{t.skill} ({t.verdict})" for t in _carried(best[m])]) or "none",
            )
            for m in made[:TOLD_MOVES]
        ],
    )


def outcomes(found: Sequence[Result], cases: Sequence[Case]) -> Figure:
    """Return what came of the stories."""
    ended = Counter(end_of(c) for c in cases)
    surely = Counter(end_of(c) for c in cases if any(o.confidence >= SURE for o in c.outcomes))
    told, sure = (n["well"] + n["badly or mixed"] for n in (ended, surely))
    finding = f"{ended['well']} of {told} stories that tell an end tell only good of it"
    finding += f" ({surely['well']} of the {sure} that tell it for sure)"
    finding += f"; {ended['not told']} tell none." if ended["not told"] else "."
    named = [_told(r.type, r.good) for r in found if r.good.all and r.type != "other"][:NAMED]
    if named:
        finding += f" Most often: {_listed(named)}."
    drawn = charts.ends(
        found, title="Outcomes", description=f"{finding} The table holds every number."
    )
    twin = table(
        "Stories by outcome",
        ("outcome", "positive", "positive, sure", "negative or mixed", "the same, sure"),
        [(r.type, r.good.all, r.good.sure, r.bad.all, r.bad.sure) for r in found],
    )
    return Figure(finding, drawn if found else "", twin)


def case_map(cases: Sequence[Case], dots: Sequence[Dot], kept: float | None) -> Figure:
    """Return the plane of cases and the list of all of them; ``kept`` is None if none is drawn."""
    finding = "There are too few stories to draw a map of them."
    drawn = ""
    if kept is not None:
        finding = (
            "Stories that lie near each other tell of like starts, gaps and ways. No plane keeps "
            f"every neighbourhood: of the five stories nearest to each, {kept * 100:.0f} % are "
            "also among its five nearest here."
        )
        drawn = charts.case_map(
            dots, title="Map of the stories", description=f"{finding} The table lists them all."
        )
    twin = table(
        "All stories",
        ("number", "story", "from", "to", "ended"),
        [
            (d.number, Cell(d.title, href=d.href), _label(c.industry_from), _label(c.industry_to),
             d.end)
            for c, d in zip(cases, dots, strict=True)
        ],
    )  # fmt: skip
    return Figure(finding, drawn, twin)


def _strongest(found: Iterable[Transfer]) -> Verdict:
    order = list(LOOK_OF_VERDICT)
    return min((t.verdict for t in found), key=order.index)


def _carried(found: Iterable[Transfer]) -> list[Transfer]:
    """Return the leading skills of a move for which something speaks, the surest verdict first."""
    order = list(LOOK_OF_VERDICT)
    told = [t for t in found if t.verdict != "insufficient"]
    return sorted(told, key=lambda t: order.index(t.verdict))[:NAMED]


def _leading(found: Sequence[Transfer]) -> Transfer:
    strongest = _strongest(found)
    return next(t for t in found if t.verdict == strongest)


def _depth(count: Count) -> str:
    if not count.sure:
        return "open"
    return "weak" if count.all == 1 else "middle" if count.all == 2 else "strong"


def _told(name: str, count: Count) -> str:
    return f"{name} ({count.all}, {count.sure} sure)"


def _label(guess: IndustryGuess | None) -> Cell:
    if guess is None:
        return Cell(NOT_TOLD)
    return Cell(guess.label, unsure=guess.confidence < SURE)


def _listed(items: Sequence[str]) -> str:
    if len(items) < 2:
        return "".join(items)
    return ", ".join(items[:-1]) + " and " + items[-1]
