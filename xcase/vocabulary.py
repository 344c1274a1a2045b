"""What words of a profile mean: the phrase tables of the taxonomy, and its industries."""

from __future__ import annotations

import functools
import re

from xcase.phrases import PhraseTable
from xcase.records import Span
from xcase.taxonomy import load_industries, load_skills

# A part of a name this long is no chance, and these parts say nothing of an industry.
_PART = 4
_VAGUE = frozenset({"services", "sector", "professional", "public", "social", "real"})


@functools.cache
def skill_names() -> PhraseTable:
    """Return the names and aliases of the skills; a hit's label is the skill."""
    return PhraseTable(
        (phrase, skill.name) for skill in load_skills() for phrase in (skill.name, *skill.aliases)
    )


def industry_meant(told: str) -> str | None:
    """Return the label of the industry that somebody means, or None.

    That is its label whatever its case; else the industry under which the whole of it stands, as
    "hospital"; else the only label one of whose words begins so, as "energy" and "tech"; else what
    the words of the industry table agree on.
    """
    asked = " ".join(told.split()).casefold()
    labels = {i.label.casefold(): i.label for i in load_industries()}
    if asked in labels:
        return labels[asked]
    hits = list(industry_words().find(asked))
    if [hit.span for hit in hits] == [Span(0, len(asked))]:
        return hits[0].label
    if len(asked) >= _PART and asked not in _VAGUE:
        begun = {
            label
            for folded, label in labels.items()
            if any(word.startswith(asked) for word in re.findall(r"[^\W_]+", folded))
        }
        if len(begun) == 1:
            return begun.pop()
    found = {hit.label for hit in hits}
    return found.pop() if len(found) == 1 else None


@functools.cache
def industry_words() -> PhraseTable:
    """Return the roles, places and words of the industries; a hit's label is the industry."""
    return PhraseTable(
        (phrase, industry.label)
        for industry in load_industries()
        for phrase in (*industry.roles, *industry.places, *industry.words)
    )
