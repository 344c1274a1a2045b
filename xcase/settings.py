"""Every setting of the analysis, each with the reason for its value."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from xcase import inputs
from xcase.errors import UsageError


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of an analysis; the defaults were chosen on narratives that no network has read.

    ``scripts/choose_thresholds.py`` prints the curve behind each probability threshold.
    """

    # How much the order in which stories are told counts for the phases, beside the network.
    phase_order: float = 0.2
    # A document counts as holding a case from this probability on: the lowest at which no page
    # without one is taken for one. Higher ones lose nothing there, but real stories are less clear.
    case: float = 0.65
    # A further case begins from this probability on: at lower ones more pages of several are cut
    # rightly, and more single stories into two.
    case_start: float = 0.4
    # Probability that a span shows a skill, by this name: F1 is flat from 0.08 to 0.11, and the
    # higher ones say less that is wrong.
    skill: float = 0.1
    # Probability that a span tells an outcome, of this type.
    outcome: float = 0.2
    # Probability that a span tells a duration or a rhythm of meetings.
    duration: float = 0.5
    # Probability that a named person is the mentee (mentor).
    person: float = 0.15
    # How much a word of the industry table counts against the network's log-probability.
    industry_words: float = 0.5
    # Whether the small network reads alone: several times as fast, and less right.
    fast: bool = False

    def at_least(self, confidence: float | None) -> Settings:
        """Return these settings with another least confidence of skills, outcomes and durations."""
        if confidence is None:
            return self
        return replace(self, skill=confidence, outcome=confidence, duration=confidence)

    def faster(self, *, asked: bool) -> Settings:
        """Return these settings with the small network alone if that is asked for."""
        return replace(self, fast=self.fast or asked)

    def as_dict(self) -> dict[str, Any]:
        """Return the settings as they are written to ``run.json``."""
        return asdict(self)


def load_settings(path: Path | None) -> Settings:
    """Read settings from a TOML file, or return the defaults.

    Raises:
        UsageError: the file cannot be read, or holds an unknown key or a wrong value.
    """
    if path is None:
        return Settings()
    table = inputs.toml(path, "settings")
    known = {f.name for f in fields(Settings)}
    faults = [f"unknown setting {key!r}" for key in table if key not in known]
    faults += [
        fault for key, value in table.items() if key in known and (fault := _fault(key, value))
    ]
    if faults:
        raise UsageError(
            f"{path}: " + "; ".join(faults) + f"; known are {', '.join(sorted(known))}"
        )
    return Settings(**table)


def _fault(key: str, value: Any) -> str:
    """Return what a value should be and is not; nothing if it is sound."""
    if key == "fast":
        return "" if isinstance(value, bool) else f"fast must be true or false, not {value!r}"
    # All others are probabilities, or weights of at most one, but that of the industry words.
    largest = 10 if key == "industry_words" else 1
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and 0 <= value <= largest:
        return ""
    return f"{key} must be a number from 0 to {largest}, not {value!r}"
