"""Shared fixtures."""

from __future__ import annotations

import pytest
from hypothesis import settings

from xcase import confidence
from xcase.phases import START
from xcase.records import PHASES

# A busy machine is no fault of the code.
settings.register_profile("xcase", deadline=None)
settings.load_profile("xcase")

# Raw scores as they are; the odds of a skill are those of its tag times those of its name.
PLAIN = {
    "phase_order": {f"{a}_{b}": 0.0 for a in (START, *PHASES) for b in PHASES},
    "phase": {"best": 1.0, "bias": 0.0},
    "case_start": {
        "start": 1.0, "ended_and_begun": 0.0, "newcomer": 0.0, "line": 0.0, "few_before": 0.0,
        "bias": 0.0,
    },
    "skill": {
        "tag": 1.0, "name": 1.0, "rival": 0.0, "again": 0.0, "shown": 0.0,
        "phase": 0.0, "status": 0.0,
        "bias": 0.0,
    },
    "outcome": {
        "tag": 1.0, "type": 0.0, "length": 0.0, "in_outcome": 0.0, "in_background": 0.0,
        "bias": 0.0,
    },
    "duration": {"tag": 1.0, "rival": 0.0, "length": 0.0, "in_journey": 0.0, "bias": 0.0},
    "industry": {"share": 1.0, "bias": 0.0},
    "mentee": {
        "mentee": 1.0, "mentor": 0.0, "share": 0.0, "first": 0.0,
        "as_mentee": 0.0, "as_mentor": 0.0, "rival": 0.0, "somebody": 0.0,
        "narrator": 0.0, "ordinary": 0.0, "told_of": 0.0, "bias": 0.0,
    },
    "mentor": {
        "mentee": 0.0, "mentor": 1.0, "share": 0.0, "first": 0.0,
        "as_mentee": 0.0, "as_mentor": 0.0, "rival": 0.0, "somebody": 0.0,
        "narrator": 0.0, "ordinary": 0.0, "told_of": 0.0, "bias": 0.0,
    },
    "mentee_described": {"tag": 1.0, "as_own": 0.0, "as_other": 0.0, "bias": 0.0},
    "mentor_described": {"tag": 1.0, "as_own": 0.0, "as_other": 0.0, "bias": 0.0},
}  # fmt: skip


@pytest.fixture
def plain_confidence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let probabilities be the raw scores, so that a test can say what it expects."""
    monkeypatch.setattr(confidence, "calibration", lambda: PLAIN)
