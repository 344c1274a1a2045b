"""Similar cases, draft plans and feedback as lines for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xcase.records import Analysis, SimilarCase
from xcase.similar.feedback import Feedback
from xcase.similar.plan import Line

QUOTE = 100


def cases(analysis: Analysis, found: Sequence[SimilarCase]) -> Iterator[str]:
    """Yield the lines that show cases, each with the reasons that its score is the sum of."""
    by_id = {c.id: c for c in analysis.cases}
    for place, one in enumerate(found, 1):
        case = by_id[one.case_id]
        start, goal = case.industry_from, case.industry_to
        move = " → ".join(i.label if i else "?" for i in (start, goal))
        yield f"{place}. {one.case_id}  {one.score:.2f}  {case.title}  [{move}]"
        for reason in sorted(one.reasons, key=lambda r: -r.weight * r.value):
            part = f"{reason.weight * reason.value:.2f} = {reason.weight:.2f} x {reason.value:.2f}"
            quotes = "  ".join(f"“{_short(e.quote)}”" for e in reason.evidence)
            yield f"     {part}  {reason.kind:<10}  {quotes}"
        if one.duplicates:
            yield f"     the same story, counted once: {', '.join(one.duplicates)}"


def plan(lines: Sequence[Line]) -> Iterator[str]:
    """Yield a draft plan, section by section."""
    section = ""
    for line in lines:
        if line.section != section:
            section = line.section
            yield f"{section}"
        yield f"  - {line.says}: “{_short(line.quote.quote, 2 * QUOTE)}” ({line.case_id})"


def judgements(entries: Sequence[Feedback]) -> Iterator[str]:
    """Yield one line per judgement."""
    for entry in entries:
        said = "helped" if entry.helped else "did not help"
        note = f": {entry.note}" if entry.note else ""
        yield f"{entry.kind} {entry.target} {said}{note}"


def _short(text: str, size: int = QUOTE) -> str:
    text = " ".join(text.split())
    return text if len(text) <= size else text[: size - 1].rsplit(" ", 1)[0] + "…"
