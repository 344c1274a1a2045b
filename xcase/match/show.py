"""A pairing on the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from xcase.match.records import Matching, Pair
from xcase.options import plain
from xcase.render import terminal

QUOTE = 60  # characters of a quote that a line shows


def print_matching(matching: Matching) -> None:
    """Print pairs with their two strongest reasons, then who was left out, then the tables."""
    console = terminal()
    if matching.pairs:
        table = _table("mentee", "mentor", "score", "sure", "because", "next best")
        for pair in matching.pairs:
            others = ", ".join(f"{a.mentor_id} {a.score:.2f}" for a in pair.alternatives[:2])
            because = "pinned; " if pair.pinned else ""
            cells = (pair.mentee_id, pair.mentor_id, f"{pair.score:.2f}", f"{pair.confidence:.2f}")
            table.add_row(*map(_safe, (*cells, because + _because(pair), others)))
        console.print(table)
    if matching.unmatched:
        table = _table("without mentor", "cause", "smallest change that helps")
        for person in matching.unmatched:
            table.add_row(*map(_safe, (person.mentee_id, person.cause, person.nearest_relaxation)))
        console.print(table)
    if matching.unmatched_mentors:
        table = _table("without mentee", "cause")
        for mentor in matching.unmatched_mentors:
            table.add_row(*map(_safe, (mentor.mentor_id, mentor.cause)))
        console.print(table)
    _print_extras(console, matching)
    told = ", ".join(f"{k.replace('_', ' ')} {v}" for k, v in matching.measures.items())
    console.print(_safe(f"{matching.status}{': ' if told else ''}{told}"))


def _print_extras(console: Console, matching: Matching) -> None:
    for column, groups in matching.fairness.items():
        table = _table(column, "mentees", "matched", "rate", "mean score")
        for value, row in groups.items():
            mean = "" if row["mean_score"] is None else f"{row['mean_score']:.3f}"
            cells = (str(row["mentees"]), str(row["matched"]), f"{row['match_rate']:.2f}", mean)
            table.add_row(*map(_safe, (value, *cells)))
        console.print(table)
    if matching.sensitivity:
        table = _table("weight", "change", "mentees with another mentor")
        for row in matching.sensitivity:
            shown = f"{row['moved']} {', '.join(row['mentees'][:5])}".strip()
            table.add_row(*map(_safe, (row["weight"], f"{row['change']:+.0%}", shown)))
        console.print(table)
    if matching.what_if:
        table = _table("what if", "before", "after")
        for row in matching.what_if["changed"]:
            sides = (row["before"] or "nobody", row["after"] or "nobody")
            table.add_row(*map(_safe, (row["mentee_id"], *sides)))
        before, after = matching.what_if["total_score"]
        table.add_row("total score", f"{before:.3f}", f"{after:.3f}")
        console.print(table)


def _because(pair: Pair) -> str:
    parts = []
    for reason in sorted(pair.reasons, key=lambda r: -r.weight * r.value)[:2]:
        if not reason.value:
            continue
        quotes = " / ".join(_short(e.quote) for e in reason.evidence[:2])
        parts.append(f"{reason.kind} {reason.value:.2f}" + (f" ({quotes})" if quotes else ""))
    return "; ".join(parts) or "nothing speaks for it but the rules"


def _short(quote: str) -> str:
    line = " ".join(quote.split())
    return f"“{line if len(line) <= QUOTE else line[: QUOTE - 1] + '…'}”"


def _table(*columns: str) -> Table:
    return Table(*map(_safe, columns), box=None, pad_edge=False)


def _safe(text: str) -> str:
    return escape(plain(text))
