"""Cases that resemble a mentee: a like start, a like gap, a journey to learn from, a known end.

``Searcher`` answers questions about an analysis, ``open_index`` makes or opens what it needs.
"""

from xcase.similar.command import (
    check_filters,
    find,
    judge,
    judgements,
    load_profile,
    open_searcher,
    searcher_of,
)
from xcase.similar.feedback import load as load_feedback
from xcase.similar.health import summary as health
from xcase.similar.index import open_index
from xcase.similar.plan import draft
from xcase.similar.profile import parse_profile, profile_of_text
from xcase.similar.search import Filters, Found, Searcher, passes
from xcase.similar.show import cases as show_cases
from xcase.similar.show import judgements as show_feedback
from xcase.similar.show import plan as show_plan

__all__ = [
    "Filters",
    "Found",
    "Searcher",
    "check_filters",
    "draft",
    "find",
    "health",
    "judge",
    "judgements",
    "load_feedback",
    "load_profile",
    "open_index",
    "open_searcher",
    "parse_profile",
    "passes",
    "profile_of_text",
    "searcher_of",
    "show_cases",
    "show_feedback",
    "show_plan",
]
