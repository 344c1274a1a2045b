"""How far a case base can be trusted to answer: coverage, repetition, and only telling success."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from xcase.duplicates import first_tellings, repeats
from xcase.endings import end_of
from xcase.records import Analysis
from xcase.similar.facets import gap_skills
from xcase.taxonomy import load_industries, load_skills

# Fewer cases than this do not show what is usual.
FEW = 3
# Below this share of bad or mixed ends the cases are called one-sided; a convention, not a measure.
BAD_ENDS = 0.1
# So many of a kind are named.
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Health:
    """Counts over the stories of an analysis, each counted once.

    ``industries`` and ``gaps`` give the number of stories by industry (at the start) and by skill
    lacked or developed; ``thin`` are industries with fewer than ``FEW`` stories.
    """

    stories: int
    duplicates: dict[str, str]
    industries: dict[str, int]
    gaps: dict[str, int]
    thin: tuple[str, ...]
    gaps_never_told: int
    positive: int
    negative_or_mixed: int
    no_outcome: int


def examine(analysis: Analysis) -> Health:
    """Count what the cases of an analysis cover."""
    cases = first_tellings(analysis)
    industries = Counter(c.industry_from.label for c in cases if c.industry_from)
    gaps = Counter(skill for c in cases for skill in gap_skills(c))
    ends = Counter(end_of(c) for c in cases)
    return Health(
        stories=len(cases),
        duplicates=dict(repeats(analysis)),
        industries=dict(industries.most_common()),
        gaps=dict(gaps.most_common()),
        thin=tuple(i.label for i in load_industries() if industries[i.label] < FEW),
        gaps_never_told=sum(gaps[s.name] == 0 for s in load_skills()),
        positive=ends["well"],
        negative_or_mixed=ends["badly or mixed"],
        no_outcome=ends["not told"],
    )


def summary(analysis: Analysis) -> dict[str, str]:
    """Return the health of a case base as lines for ``xcase doctor``."""
    health = examine(analysis)
    told = health.positive + health.negative_or_mixed
    share = health.negative_or_mixed / told if told else 0.0
    ends = (
        f"{health.positive} end well, {health.negative_or_mixed} with a bad or mixed result "
        f"({share:.0%}), {health.no_outcome} tell none"
    )
    if told and share < BAD_ENDS:
        ends += "; success-only bias: add stories that did not work out"
    copies = ", ".join(f"{a} = {b}" for a, b in sorted(health.duplicates.items())[:SHOWN])
    return {
        "cases counted once": f"{health.stories} stories, {len(health.duplicates)} near duplicates"
        + (f" ({copies})" if copies else ""),
        "coverage by industry": f"{_most(health.industries)}; fewer than {FEW} stories: "
        f"{', '.join(health.thin) or 'none'}",
        "coverage by gap": f"{_most(health.gaps)}; {health.gaps_never_told} skills of the taxonomy "
        "are nobody's gap",
        "how stories end": ends,
    }


def _most(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {n}" for name, n in list(counts.items())[:SHOWN]) or "none told"
