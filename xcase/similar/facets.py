"""Which sentences of a case are its start, its gap, its journey and its outcome.

A mentee is matched to the *before* side of a case, which is its background and its gap: what is
told of the journey and the outcome is what the mentee has yet to live through.
"""

from __future__ import annotations

import hashlib
from typing import Literal, NamedTuple

from xcase.records import Case, SkillMention

Facet = Literal["background", "gap", "journey", "outcome"]
FACETS: tuple[Facet, ...] = ("background", "gap", "journey", "outcome")


class Unit(NamedTuple):
    """A sentence of a case: ``text[start:end]`` of its document, and the facet it belongs to."""

    facet: Facet
    start: int
    end: int


def units_of(case: Case) -> tuple[Unit, ...]:
    """Return the sentences of a case that belong to a facet, in text order.

    A sentence is the gap's where the mentee lacks a skill in it, else its phase's; headings,
    framing and other sentences that tell no part of the story are left out.
    """
    lacked = [s for s in case.skills if s.status == "lacked" and s.holder == "mentee"]
    units = []
    for sentence in case.sentences:
        if sentence.phase == "other":
            continue
        facet: Facet = sentence.phase
        if facet != "outcome" and any(sentence.start <= s.start < sentence.end for s in lacked):
            facet = "gap"
        units.append(Unit(facet, sentence.start, sentence.end))
    return tuple(units)


def gap_skills(case: Case) -> dict[str, list[SkillMention]]:
    """Return the skills that the mentee lacked or developed, with where the text shows them."""
    found: dict[str, list[SkillMention]] = {}
    for skill in case.skills:
        wanting = skill.status == "lacked" or (
            skill.status == "developed" and not skill.hypothetical
        )
        if wanting and skill.holder == "mentee":
            found.setdefault(skill.skill, []).append(skill)
    return found


def key_of(case: Case, text: str) -> str:
    """Return a digest of everything that the vectors of a case depend on."""
    digest = hashlib.sha256()
    for facet, start, end in units_of(case):
        digest.update(f"{facet}\x00{start}\x00{text[start:end]}\x01".encode("utf-8", "replace"))
    return digest.hexdigest()
