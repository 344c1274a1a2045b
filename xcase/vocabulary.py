"""The phrase tables of the taxonomy that several rooms look profiles up in."""

from __future__ import annotations

import functools

from xcase.phrases import PhraseTable
from xcase.taxonomy import load_industries, load_skills


@functools.cache
def skill_names() -> PhraseTable:
    """Return the names and aliases of the skills; a hit's label is the skill."""
    return PhraseTable(
        (phrase, skill.name) for skill in load_skills() for phrase in (skill.name, *skill.aliases)
    )


@functools.cache
def industry_words() -> PhraseTable:
    """Return the roles, places and words of the industries; a hit's label is the industry."""
    return PhraseTable(
        (phrase, industry.label)
        for industry in load_industries()
        for phrase in (*industry.roles, *industry.places, *industry.words)
    )
