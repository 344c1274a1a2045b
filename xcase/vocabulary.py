"""What words of a profile mean: the phrase tables of the taxonomy, and its industries."""

from __future__ import annotations

import functools
import itertools
import re

from xcase.errors import UsageError, nearest
from xcase.phrases import PhraseTable
from xcase.records import Span
from xcase.taxonomy import load_industries, load_skills

# Quotes shown for an industry; the first ones say enough.
MAX_EVIDENCE = 6
# A part of a name this long is no chance, and these parts say nothing of an industry.
_PART = 4
# Between the names of a list; "and" stands inside names too.
_LISTED = re.compile(r" ?[;,/|] ?")
_AMPERSAND = re.compile(r" ?& ?")
_VAGUE = frozenset({"services", "sector", "professional", "public", "social", "real"})
# Where the name of a skill names no skill: the body that one works in, what others say of one, a
# team or a meeting by its work, somebody else by his, and what one is planning to do.
_WORK = (
    r"\b(?:leadership|marketing|teaching|research|planning|sales|compliance|communications?|hiring|"
    r"procurement|fundraising|innovation|advocacy)[ -]"
)
_NO_SKILL = re.compile(
    r"\b(?:my|our|your|his|her|its|their|the|an|this|that|every) (?:[\w-]+ )?"
    r"organisation\b(?! skills?\b)|\borganisations\b|"
    r"\bplanning (?:to|on)\b|"
    r"\b(?:get|gets|getting|got|gotten|receiv\w+) (?:[\w-]+ ){0,2}feedback\b|\bfeedback from\b|"
    rf"{_WORK}(?:team|department|unit|office|cent(?:re|er)|hospital|floor|agency|"
    r"company|firm|staff|meeting|program(?:me)?)s?\b|"
    rf"\b(?:my|our|his|her|their|the) {_WORK}(?:manager|director|officer|assistant|head)s?\b",
    re.IGNORECASE,
)


@functools.cache
def skill_names() -> PhraseTable:
    """Return the names and aliases of the skills; a hit's label is the skill."""
    return PhraseTable(
        (phrase, skill.name) for skill in load_skills() for phrase in (skill.name, *skill.aliases)
    )


def skills_named(clause: str) -> list[str]:
    """Return the skills that a clause of a profile names, in its order.

    A name that is an ordinary noun where it stands, as in "my organisation", is none.
    """
    ordinary = [match.span() for match in _NO_SKILL.finditer(clause)]
    return [
        hit.label
        for hit in skill_names().find(clause)
        if not any(start <= hit.span.start and hit.span.end <= end for start, end in ordinary)
    ]


def skill_known(name: str) -> str:
    """Return the skill of this name or alias, whatever its case.

    Raises:
        UsageError: there is none; the nearest names are listed.
    """
    names = {phrase: s.name for s in load_skills() for phrase in (*s.aliases, s.name.lower())}
    wanted = " ".join(name.lower().split())
    if wanted not in names:
        near = nearest(wanted, names) or "; xcase taxonomy lists them"
        raise UsageError(f"no skill {name!r}{near}")
    return names[wanted]


def industry_known(name: str) -> str:
    """Return the label of the industry that a name means, as :func:`industry_meant` reads it.

    Raises:
        UsageError: none or several are meant; the nearest labels are listed.
    """
    if (label := industry_meant(name)) is None:
        labels = [industry.label for industry in load_industries()]
        near = nearest(name, labels) or f"; known: {', '.join(labels)}"
        raise UsageError(f"no industry {name!r}{near}")
    return label


def industry_meant(told: str) -> str | None:
    """Return the label of the industry that somebody means, or None.

    That is its label whatever its case; else the industry under which the whole of it stands, as
    "hospital"; else the only label one of whose words begins so, as "energy" and "tech"; else what
    the words of the industry table and the labels named in it agree on. Of several in a list, as
    "Education; Healthcare", none is meant unless all say the same.
    """
    meant = _industries_meant(" ".join(told.split()).casefold())
    return meant.pop() if len(meant) == 1 else None


def _industries_meant(asked: str) -> set[str]:
    labels = {_spelt_out(i.label.casefold()): i.label for i in load_industries()}
    said = _spelt_out(asked)
    if said in labels:
        return {labels[said]}
    hits = list(industry_words().find(asked))
    if [hit.span for hit in hits] == [Span(0, len(asked))]:
        return {hits[0].label}
    listed = _LISTED.split(asked)
    if len(listed) > 1:
        return {label for one in listed for label in _industries_meant(one)}
    if len(asked) >= _PART and asked not in _VAGUE:
        begun = {
            label
            for folded, label in labels.items()
            if any(word.startswith(asked) for word in re.findall(r"[^\W_]+", folded))
        }
        if len(begun) == 1:
            return begun
    named = {at for folded, at in labels.items() if re.search(rf"\b{re.escape(folded)}\b", said)}
    return named | {hit.label for hit in hits}


def _spelt_out(name: str) -> str:
    return _AMPERSAND.sub(" and ", name)


@functools.cache
def industry_words() -> PhraseTable:
    """Return the roles, places and words of the industries; a hit's label is the industry."""
    return PhraseTable(
        (phrase, industry.label)
        for industry in load_industries()
        for phrase in (*industry.roles, *industry.places, *industry.words)
    )


def industry_evidence(label: str, text: str, start: int, end: int) -> tuple[Span, ...]:
    """Return the first words in ``text[start:end]`` that speak for an industry."""
    said = (hit.span for hit in industry_words().find(text, start, end) if hit.label == label)
    return tuple(itertools.islice(said, MAX_EVIDENCE))
