"""Transfers to the terminal and to CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from xcase.options import plain
from xcase.records import Evidence, Transfer
from xcase.render import terminal
from xcase.spreadsheet import table_text
from xcase.transfer.labour_market import NOT_MEASURED

VERDICT_STYLE = {"observed": "green", "supported": "cyan", "plausible": "yellow"}
COLUMNS = (
    "skill", "from", "to", "score", "verdict",
    "cases", "labour_market", "embedding",
    "n", "positive", "low", "high", "failed",
    "rca_from", "rca_to", "kind", "direction",
    "words_from", "words_to", "evidence", "counter_evidence",
)  # fmt: skip
QUOTE_LENGTH = 160


def print_transfers(transfers: Sequence[Transfer]) -> None:
    """Print each transfer with its verdict, its three signals, the words of both sides, quotes."""
    console = terminal()
    move = None
    for number, transfer in enumerate(transfers, start=1):
        if (transfer.source, transfer.target) != move:
            move = (transfer.source, transfer.target)
            console.print(Text(f"{transfer.source} → {transfer.target}", style="bold"))
        head = Text(f"{number:3} {transfer.skill}  {transfer.score:.2f}  ")
        head.append(transfer.verdict, style=VERDICT_STYLE.get(transfer.verdict, "dim"))
        console.print(head)
        for reason in transfer.reasons:
            told = _TELL[reason.kind](transfer)
            line = f"{reason.kind.replace('_', ' '):>17}  {reason.weight:.1f} × {reason.value:.2f}"
            console.print(Text(f"{line}  {told}"))
        for line in _words(transfer):
            console.print(Text(plain(line)))
        for label, quotes in (
            ("for", transfer.evidence),
            ("against", transfer.counter_evidence),
            ("supposed", transfer.hypothetical),
        ):
            for quote in quotes:
                console.print(Text(f"{label:>17}  {_quoted(quote)}"))
    if not transfers:
        console.print("nothing to list")


def as_csv(transfers: Sequence[Transfer]) -> str:
    """Return one row a transfer, its lists joined by `` | ``."""
    return table_text((dict(zip(COLUMNS, _row(t), strict=True)) for t in transfers), COLUMNS)


def _row(t: Transfer) -> list[object]:
    cases, market = t.signals["cases"], t.signals["labour_market"]
    return [
        *(t.skill, t.source, t.target, f"{t.score:.4f}", t.verdict),
        *(f"{r.value:.4f}" for r in t.reasons),
        *(cases[key] for key in ("n", "positive", "low", "high", "failed")),
        *(market[key] for key in ("rca_from", "rca_to", "kind", "direction")),
        *(" | ".join(words) for words in (t.bridge.words_from, t.bridge.words_to)),
        *(" | ".join(_one_line(e.quote) for e in q) for q in (t.evidence, t.counter_evidence)),
    ]


def told_of(transfer: Transfer) -> dict[str, str]:
    """Return what each signal says, in words, by the kind of its reason."""
    return {kind: tell(transfer) for kind, tell in _TELL.items()}


def _cases(t: Transfer) -> str:
    s = t.signals["cases"]
    if not s["n"]:
        moves = f"{s['moves']} cases make" if s["moves"] != 1 else "1 case makes"
        return (
            f"{moves} this move, none shows it: the share in other moves; "
            f"carried into {t.target}: {_into(s)}"
        )
    failed = f", failed in {s['failed']}" if s["failed"] else ""
    return (
        f"carried in {s['positive']} of {s['n']} cases of this move that show it{failed} "
        f"(95 % {s['low']:.2f}–{s['high']:.2f}); carried into {t.target}: {_into(s)}"
    )


def _into(signal: dict[str, int]) -> str:
    return f"{signal['into_target']} case{'' if signal['into_target'] == 1 else 's'}"


def _labour_market(t: Transfer) -> str:
    s = t.signals["labour_market"]
    if s["kind"] == NOT_MEASURED:
        return "tells nothing of a skill that a user added"
    return (
        f"asked {s['rca_from']:.2f} times the usual in {t.source}, {s['rca_to']:.2f} in "
        f"{t.target} ({s['direction']}; {s['kind']} skill)"
    )


def _embedding(t: Transfer) -> str:
    s = t.signals["embedding"]
    told = f"contexts of {s['mentions_from']} and {s['mentions_to']} mentions, and of tasks"
    if s["counterpart"] is None:
        return told
    found = s["counterpart"]
    return f"{told}; nearest there: {found['skill']} (cosine {found['cosine']:.2f})"


_TELL = {"cases": _cases, "labour_market": _labour_market, "embedding": _embedding}


def _words(t: Transfer) -> Iterator[str]:
    sides = dict.fromkeys(
        ((t.source, t.bridge.words_from), (t.target, t.bridge.words_to)),
    )
    for industry, words in sides:
        if words:
            listed = ", ".join(f"“{w}”" for w in words)
            yield f"{'words':>17}  {industry}: {listed}"


def _quoted(quote: Evidence) -> str:
    text = plain(_one_line(quote.quote))
    short = text if len(text) <= QUOTE_LENGTH else text[: QUOTE_LENGTH - 1] + "…"
    return f"“{short}” ({plain(quote.document_id)})"


def _one_line(text: str) -> str:
    return " ".join(text.split())
