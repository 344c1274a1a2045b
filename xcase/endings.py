"""How a story ended, by its outcomes."""

from __future__ import annotations

from collections.abc import Sequence

from xcase.confidence import SURE
from xcase.records import Case, Outcome


def ended_well(case: Case) -> bool:
    """Whether more good came of a story than bad; of its surer outcomes, where there are any."""
    return _balance(case) > 0


def ended_badly(case: Case) -> bool:
    """Whether more bad came of a story than good; of its surer outcomes, where there are any."""
    return _balance(case) < 0


def end_of(case: Case) -> str:
    """Return how a story ended, ``well``, ``badly or mixed`` or ``not told``.

    Its outcomes say so: those that are likelier right than wrong, or, where none is, all.
    """
    outcomes = _surest(case)
    if not outcomes:
        return "not told"
    return "well" if all(o.polarity == "positive" for o in outcomes) else "badly or mixed"


def _balance(case: Case) -> int:
    polarities = [o.polarity for o in _surest(case)]
    return polarities.count("positive") - polarities.count("negative")


def _surest(case: Case) -> Sequence[Outcome]:
    return [o for o in case.outcomes if o.confidence >= SURE] or case.outcomes
