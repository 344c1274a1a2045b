"""How far the stories can carry what is said of them: figures, and warnings in plain words."""

from __future__ import annotations

from collections.abc import Iterator

from xcase.pages import Table, table
from xcase.records import Analysis
from xcase.similar.health import BAD_ENDS, FEW, Health

# Below this a single story moves a share by more than three points; a convention.
FEW_STORIES = 30
LISTED = 8


def warnings(health: Health, sure: tuple[int, int]) -> tuple[str, ...]:
    """Return what a reader has to know before he relies on the figures.

    Args:
        sure: how many facts are more likely right than wrong, and how many there are.
    """
    return tuple(_warnings(health, *sure))


def overview(analysis: Analysis, health: Health) -> Table:
    """Return what was read and what came of it, in numbers."""
    counts = analysis.counts()
    rows = [
        ("documents read", counts["documents"]),
        ("… with a story", counts["with_cases"]),
        ("… without one", counts["not_a_case"]),
        ("inputs skipped or cut", counts["skipped"]),
        ("cases found", counts["cases"]),
        ("… told again elsewhere (counted once)", len(health.duplicates)),
        ("stories counted", health.stories),
        ("… that tell only good ends", health.positive),
        ("… that tell a bad or mixed end", health.negative_or_mixed),
        ("… that tell no end", health.no_outcome),
        (f"industries with fewer than {FEW} stories", len(health.thin)),
        ("skills of the taxonomy that nobody lacks or develops", health.gaps_never_told),
    ]
    return table("What was read, and what it holds", ("what", "number"), rows)


def _warnings(health: Health, sure: int, facts: int) -> Iterator[str]:
    if not health.stories:
        yield "No story was found, so there is nothing to conclude."
        return
    if health.stories < FEW_STORIES:
        yield (
            f"Few cases: with {health.stories} stories each one weighs heavily; read the figures "
            "as examples."
        )
    told = health.positive + health.negative_or_mixed
    if told and health.negative_or_mixed < BAD_ENDS * told:
        yield (
            f"Success only: {health.negative_or_mixed} of {told} stories tell a bad or mixed end. "
            "What does not work cannot be seen here; add stories that did not work out."
        )
    if facts and sure < facts:
        yield (
            f"Much is guessed: {sure} of {facts} skills and outcomes are more likely right than "
            "wrong. The others are pale and counted apart."
        )
    if health.thin:
        more = f" and {len(health.thin) - LISTED} more" if len(health.thin) > LISTED else ""
        yield (
            f"Thin coverage: fewer than {FEW} stories start in {', '.join(health.thin[:LISTED])}"
            f"{more}."
        )
    if health.duplicates:
        again = len(health.duplicates)
        yield f"Told twice: {again} case{'s' if again > 1 else ''} repeat others, counted once."
