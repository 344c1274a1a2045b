"""The role a person had before and the one he has at the end, as the text says it."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from xcase.extract.places import is_in_name, sentence_at
from xcase.phrases import Hit, PhraseTable
from xcase.records import Outcome, Quote, Sentence, Span
from xcase.taxonomy import load_industries

# Words that are a job title by themselves, whatever the industry.
_HEADS = (
    "manager|engineer|director|nurse|teacher|developer|analyst|officer|assistant|supervisor|"
    "consultant|designer|technician|specialist|coordinator|founder|owner|chef|accountant|lawyer|"
    "solicitor|paralegal|associate|executive|administrator|apprentice|trainee|intern|researcher|"
    "scientist|professor|lecturer|student|postdoc|headteacher|physician|surgeon|midwife|paramedic|"
    "editor|producer|journalist|planner|buyer|clerk|driver|foreman|sergeant|captain|lieutenant|"
    "corporal|farmer|grower|labourer|mechanic|electrician|plumber|joiner|surveyor|architect|"
    "barista|waiter|bartender|cashier|counsellor|counselor|therapist|trainer|librarian|curator|"
    "dispatcher|operator|inspector|auditor|recruiter|fundraiser|president|entrepreneur|programmer|"
    "tester|principal|porter|leader|ceo|cto|cfo|coo"
)
# Words that make a title more exact; any other capitalised word does as well.
_BEFORE = (
    "senior|junior|deputy|assistant|associate|chief|lead|staff|vice|project|product|site|ward|"
    "shift|team|software|sales|data|general|night|office|area|regional|department|programme|"
    "program|account|operations|marketing|design|community|crew|gang|graduate|doctoral|medical|"
    "research|trainee|apprentice|head|store|branch|plant|production|line|station|case|policy|principal"
)
_TITLE = re.compile(
    rf"\b(?:(?i:(?:{_BEFORE})[ -])|[A-Z][\w&/]+ ){{0,3}}(?P<head>(?i:{_HEADS}))\b"
    r"(?: of (?:the )?[A-Z][\w&-]+(?:[’']s)?(?: (?:and )?[A-Z][\w&-]+(?:[’']s)?)*)?"
)
# Words with a capital because a sentence begins, and months: they are no part of a title.
_LEAD = re.compile(
    r"^(?:(?:The|A|An|My|Our|His|Her|Their|I|He|She|We|They|It|As|When|While|Once|Since|Until|If|"
    r"Although|Though|Because|And|But|So|Or|Yet|From|To|In|On|At|By|For|With|Under|After|Before|"
    r"During|Then|Now|Today|Later|Finally|Eventually|January|February|March|April|May|June|July|"
    r"August|September|October|November|December) )+"
)
# "from assistant manager to branch manager": the first is what he was. In "from Leeds as a nurse"
# and "a push from Ana he became a nurse" something else was left.
_LEFT = re.compile(
    r"\bfrom (?:(?!(?:(?:in)?to|as|and|but|where|when|he|she|i|we|they)\b)[\w-]+ ){0,3}$",
    re.IGNORECASE,
)
_REACH = 40
_MOVES = ("promotion", "role_change", "venture")
# "her manager" and "the mentor's director" are somebody else, and so are "forty nurses".
_OF_ANOTHER = re.compile(
    r"(?:\b(?:my|our|his|her|their|your|its|whose)|[’']s) (?:\w+ )?$"
    r"|\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|"
    r"(?:thir|four|fif|six|seven|eigh|nine)teen|"
    r"(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:-\w+)?|a (?:hundred|dozen)) (?:\w+ )?$",
    re.IGNORECASE,
)
# So is what somebody else was: "her father was a farmer".
_ANOTHER_WAS = re.compile(
    r"\b(?:(?:grand)?(?:father|mother)|parents?|dad|mum|mom|brother|sister|uncle|aunt|husband|wife|"
    r"son|daughter|friend|neighbou?r|mentor|coach|boss) (?:was|is|were|had been) (?:an? )?"
    r"(?:\w+ )?$",
    re.IGNORECASE,
)
# "She could cook", "they judge me" and "learned to nurse" are verbs.
_BEFORE_VERB = re.compile(
    r"\b(?:(?:can|could|will|would|may|might|must|should|shall|do|does|did)(?:n[’']t|not| not)?|"
    r"I|we|you|they|(?:had|have|has|used|able|how|learn\w*|want\w*|need\w*|lov\w*|like[sd]?|tried|"
    r"began|started) to) $"
)
_EXACT = re.compile(rf"(?:{_BEFORE})[ -]", re.IGNORECASE)


def find_roles(
    text: str,
    sentences: Sequence[Sentence],
    outcomes: Sequence[Outcome],
    names: Sequence[Span] = (),
) -> tuple[Quote | None, Quote | None]:
    """Return (role before, role at the end); None where the text does not tell.

    Args:
        names: where people are named, outermost: no role, even if the name is that of one.
    """
    before = (s for s in sentences if s.phase == "background")
    role_from = next((q for s in before if (q := _role(text, s.start, s.end, names))), None)
    # The words of the outcome itself first, then the sentence around it; the last move counts. What
    # somebody did not get, or lost, is no role of his.
    moved = [o for o in outcomes if o.type in _MOVES and o.polarity != "negative"]
    places = [
        place
        for o in reversed(moved)
        for place in (
            (o.start, o.end),
            *((s.start, s.end) for s in [sentence_at(sentences, o.start)] if s),
        )
    ]
    role_to = next(
        (q for start, end in places if (q := _role(text, start, end, names, _LEFT))), None
    )
    return role_from, role_to


def _role(
    text: str,
    start: int,
    end: int,
    names: Sequence[Span],
    unless: re.Pattern[str] | None = None,
) -> Quote | None:
    """Return the first title of a place, unless that stands before it."""
    found = []
    for match in _TITLE.finditer(text, start, end):
        lead = _LEAD.match(match.group())
        first = match.start() + (lead.end() if lead else 0)
        if _EXACT.match(text, first) or not is_in_name(Span(*match.span("head")), names):
            found.append((first, match.end()))
    found += [
        (hit.span.start, hit.span.end)
        for hit in _titles().find(text, start, end)
        if not is_in_name(hit.span, names) and not _is_many(text, hit)
    ]
    told = [
        (a, b)
        for a, b in found
        if not _is_of_another(text[start:a])
        and not (
            text[a:b].islower() and " " not in text[a:b] and _BEFORE_VERB.search(text[start:a])
        )
        and not (
            unless
            and any(unless.search(text[max(0, x - _REACH) : x]) for x, y in found if x <= a < y)
        )
    ]
    if not told:
        return None
    # The first title, in its longest form.
    first, last = min(told, key=lambda span: (span[0], -span[1]))
    return Quote(text[first:last], first, last)


def _is_many(text: str, hit: Hit) -> bool:
    """Whether a title is told of several: "the auditors" are none that one person is."""
    return text[hit.span.start : hit.span.end].endswith("s") and not hit.label.endswith("s")


def _is_of_another(before: str) -> bool:
    return bool(_OF_ANOTHER.search(before) or _ANOTHER_WAS.search(before))


@functools.cache
def _titles() -> PhraseTable:
    return PhraseTable((role, role) for industry in load_industries() for role in industry.roles)
