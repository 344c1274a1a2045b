"""Who is the mentee and who is the mentor of a story."""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from xcase.annotate.labels import ROLES
from xcase.confidence import logit, probability
from xcase.extract.places import outermost
from xcase.extract.rivals import highest_of_others
from xcase.records import Person, Span, Tagged

# A second person counts as a further mentee (or mentor) of the same story if the network is at
# least this sure of him relative to the first.
SHARE = 0.6
# A description stands for somebody from this probability on: a lower one finds more, and makes up
# nearly as many more where a story tells of nobody.
DESCRIBED = 0.3
# Forms of address, articles and pronouns are no name by themselves.
_NOT_A_NAME = frozenset(
    {
        *("mr", "mrs", "ms", "miss", "dr", "prof", "professor", "sir", "dame", "the", "a", "an"),
        *("my", "our", "his", "her", "their", "i", "me", "we"),
        *("you", "he", "she", "it", "they", "one"),
    }
)
# Nor do these describe anybody.
_SMALL = frozenset({"from", "with", "for", "and", "or", "of", "to", "who", "that", "which"})
# Words around a name that say outright who helps whom, and how often they count.
MOST_TOLD = 2
# What one of them adds to the log-odds. Too rare in the corpus to be fitted, and never ambiguous.
TOLD = 2.0
_HELP = r"(?:mentor|coach|tutor)"
_HELPER = r"(?i:mentor|coach|advis[eo]r|supervisor|tutor|boss)"
_HELPED = r"(?i:mentee|prot[eé]g[eé]e?|apprentice|trainee)"
_JOINED = r"(?:paired|matched|connected|partnered|teamed)"
# The name, with its title; and the name between commas or at the end. Without the second comma the
# first one ends a clause: "thanks to her mentor, Ana now leads".
_NAME = r" (?:(?:Dr|Mr|Mrs|Ms|Prof|Professor|Captain)\.? )?\0"
_APPOSED = rf"(?:{_NAME}|,{_NAME}(?=[,.;:)\n]|$))"
# Looked for in what stands around a name, which is a zero here.
_SAYS_MENTOR = (
    re.compile(rf"\b{_HELPER}{_APPOSED}"),
    re.compile(rf"\b{_JOINED}(?: up)?(?: me| her| him)? (?:with|to){_NAME}"),
    # Either may be assigned or introduced to the other: the pronoun tells whose story it is.
    re.compile(rf"\b(?:assigned|introduced) (?:me|her|him) to{_NAME}"),
    re.compile(rf"\0,? (?:who )?(?:has )?{_HELP}(?:s|es|ed|d)\b(?! by)"),
)
_SAYS_MENTEE = (
    re.compile(rf"(?i:\b{_HELP}(?:ed|d)){_NAME}"),
    # "Her mentors Ruth and Alan" and "the coaching Ruth gave" are no verbs.
    re.compile(rf"(?i:\b(?:who|s?he|now|also) {_HELP}e?s){_NAME}"),
    re.compile(rf"(?i:\b(?<!\bthe )(?<!\bher )(?<!\bhis )(?<!\bmy ){_HELP}ing){_NAME}"),
    re.compile(rf"\b{_HELPED}{_APPOSED}"),
    re.compile(rf"\b{_JOINED}{_NAME}"),
    re.compile(r"\0,? (?:was|is|were|got) (?:paired|matched|mentored|coached)\b"),
    re.compile(rf"\0,? (?:was|were|got) assigned (?:to )?an? (?:\w+ )?{_HELP}\b"),
    re.compile(r"\0[’']s? (?:mentor|coach|advis[eo]r|tutor)\b"),
)
_NEAR = 40
# A name that is a month is one after these words, and before a day or a year.
_MONTHS = frozenset(
    {
        *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
        *("october", "november", "december"),
    }
)
_IN_A_MONTH = re.compile(
    r"\b(?:in|since|until|till|last|next|this|early|late|mid|every|during|\d+(?:st|nd|rd|th)?)"
    r"[ -]$",
    re.IGNORECASE,
)
_OF_A_YEAR = re.compile(r"(?:,? \d{4}| \d{1,2}(?:st|nd|rd|th)?)\b")
_DAYS = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
# A word with a capital inside a sentence, right before a name.
_JOINED_TO = re.compile(r"[^\W_][,;]? ([^\W\d_]\w*) $")
_LINE = re.compile(r"\S[^\n]*")
# "P4 (Planning": what a bracket began is no part of a name.
_UNCLOSED = re.compile(r" ?\([^()]*$")
# Of two mentees without a mentor one is the mentor if his odds are at least this.
HELPS = 0.2
# A mention alone never rules a role out.
LEAST = 1e-3
_WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
_NARRATOR = re.compile(r"\b(?:I|me|my|myself)\b")
_QUOTED = re.compile(r"[“\"][^“”\"\n]{2,400}[”\"]")
# Where so large a share of the words outside quotes is such a word, the narrator tells of himself.
NARRATED = 0.015
# A line of a name and little else signs a page or heads it, if it is one of its first or last.
_SIGNED_WORDS, _SIGNED_LINES = 8, 3


@dataclass(slots=True)
class Candidate:
    """Somebody whom a story names, with what is said of him over all of his ``spans``.

    ``mentee`` and ``mentor`` add up the chances that his mentions are tagged so, ``roles`` the
    logarithms of the chances that the one who is mentioned is the mentee, the mentor or neither.
    ``narrated`` says that the story is told in the first person, ``signs`` that his name stands
    where a page is signed, ``ordinary`` that the text writes all of its words small, too.
    """

    name: str
    words: set[str]
    mentee: float = 0.0
    mentor: float = 0.0
    roles: list[float] = field(default_factory=lambda: [0.0] * len(ROLES))
    told_mentee: int = 0
    told_mentor: int = 0
    narrated: bool = False
    signs: bool = False
    ordinary: bool = False
    spans: list[Span] = field(default_factory=list)

    def add(self, tagged: Tagged, length: int) -> None:
        own = {tagged.kind: tagged.score}
        mentee, mentor = tagged.readings.get("tags", (own.get("mentee", 0), own.get("mentor", 0)))
        self.mentee += mentee
        self.mentor += mentor
        for role, chance in enumerate(tagged.readings.get("role", ())):
            self.roles[role] += math.log(max(chance, LEAST))
        self.spans.append(Span(tagged.start, tagged.start + length))

    def role_chances(self) -> list[float]:
        """Return the chances of ``ROLES``: what his mentions say together, as in training."""
        said = [total / len(self.spans) ** 0.5 for total in self.roles]
        odds = [math.exp(s - max(said)) for s in said]
        return [o / sum(odds) for o in odds]


def find_people(
    text: str, tagged: Sequence[Tagged], start: int, end: int, threshold: float
) -> tuple[Person | None, Person | None]:
    """Return (mentee, mentor) of the story ``text[start:end]``; None where nobody is told.

    Names come from the entity recogniser and from the network's own spans, the role of each from
    the network and the words around; descriptions ("a crew leader") from the network alone.
    """
    people = candidates(text, tagged, start, end)
    chances = [_chances(c, f) for c, f in zip(people, features_of(people), strict=True)]
    described = {kind: _described(text, tagged, kind) for kind in ROLES[:2]}
    chosen: list[list[tuple[float, Candidate]]] = []
    for role in range(2):
        # Nobody is both: each goes where he is likelier.
        own = [
            (chance[role], c)
            for chance, c in zip(chances, people, strict=True)
            if chance[role] >= threshold and chance[role] > chance[1 - role]
        ]
        own.sort(key=lambda pair: -pair[0])
        chosen.append([pair for pair in own if pair[0] >= SHARE * own[0][0]])
    mentees, mentors = ([c for _, c in pairs] for pairs in chosen)
    if not mentors and len(mentees) > 1:
        # Two people and nobody who helps: likelier one helps the other than that nobody does.
        helper = max(
            zip(chances, people, strict=True),
            key=lambda pair: (pair[1] in mentees, pair[0][1] / pair[0][0]),
        )
        if helper[0][1] >= HELPS:
            mentors = [helper[1]]
            mentees.remove(helper[1])
    return (
        _person(text, mentees, people, described["mentee"], start, end),
        _person(text, mentors, people, described["mentor"], start, end),
    )


def _described(text: str, tagged: Sequence[Tagged], role: str) -> list[Tagged]:
    """Return who is described in a role, and how likely: "a crew leader"."""
    return [
        replace(t, score=chance)
        for t in descriptions(text, tagged, role)
        if (chance := probability(f"{role}_described", described_features(t))) >= DESCRIBED
    ]


def descriptions(text: str, tagged: Sequence[Tagged], role: str) -> list[Tagged]:
    """Return the spans that may describe whoever has a role, and do not name him."""
    own = ((t, text[t.start : t.end]) for t in tagged if t.kind == role)
    return [t for t, surface in own if not name_words(surface) and _describes(surface)]


def described_features(tagged: Tagged) -> dict[str, float]:
    """Return the figures that the odds of a description rest on."""
    mentee, mentor, _ = tagged.readings.get("role", (0.5, 0.5, 0.5))
    own, other = (mentee, mentor) if tagged.kind == "mentee" else (mentor, mentee)
    return {"tag": logit(tagged.score), "as_own": logit(own), "as_other": logit(other)}


def _chances(candidate: Candidate, features: dict[str, float]) -> tuple[float, float]:
    """Return the odds of either role as probabilities; what the text says outright shifts both."""
    said = min(candidate.told_mentee, MOST_TOLD) - min(candidate.told_mentor, MOST_TOLD)
    return (
        _shifted(probability("mentee", features), TOLD * said),
        _shifted(probability("mentor", features), -TOLD * said),
    )


def _shifted(chance: float, log_odds: float) -> float:
    return 1 / (1 + math.exp(-logit(chance) - log_odds))


def features_of(people: Sequence[Candidate]) -> list[dict[str, float]]:
    """Return for each candidate the figures that the odds of either role rest on.

    Few stories have two mentees: whoever stands beside a likelier one (``rival``) and has a part in
    the story at all (``somebody``) is likely the mentor. Who says "I" is mostly the mentee: he has
    a name if he signs (``narrator``), and whom else he names is somebody else (``told_of``). Words
    with a capital at the head of a line or a sentence are not always a name (``ordinary``).
    """
    mentions = sum(len(c.spans) for c in people)
    firsts = [min(s.start for s in c.spans) for c in people]
    begin = min(firsts, default=0)
    roles = [c.role_chances() for c in people]
    rivals = highest_of_others(np.array([logit(mentee) for mentee, *_ in roles]), logit(0))
    return [
        {
            "mentee": logit(c.mentee / len(c.spans)),
            "mentor": logit(c.mentor / len(c.spans)),
            "as_mentee": logit(roles[i][0]),
            "as_mentor": logit(roles[i][1]),
            "somebody": logit(roles[i][0] + roles[i][1]),
            "rival": float(rivals[i]),
            "share": len(c.spans) / mentions,
            "first": float(firsts[i] == begin),
            "narrator": float(c.narrated and c.signs),
            "ordinary": float(c.ordinary),
            "told_of": float(c.narrated and not c.signs),
        }
        for i, c in enumerate(people)
    ]


def name_words(surface: str) -> set[str]:
    """Return the words of a name without titles and articles, in lower case.

    A surface that begins with an article, a possessive or a small letter describes and has none:
    "a crew leader", "The night porter".
    """
    words = [_without_s(w) for w in _WORD.findall(surface)]
    if not words or not words[0][0].isupper():
        return set()
    names = {w.lower() for w in words if w[0].isupper() and not _is_address(w)}
    first = words[0].lower()
    describes = _is_address(first) and not any(w[0].isupper() for w in words[1:])
    return set() if describes else names


def _is_address(word: str) -> bool:
    """Whether a word is a form of address, an article or a pronoun, or begins with one: I'm."""
    return re.split("[’']", word.lower())[0] in _NOT_A_NAME


def _without_s(word: str) -> str:
    return word.removesuffix("’s").removesuffix("'s")


def candidates(
    text: str, tagged: Sequence[Tagged], start: int = 0, end: int | None = None
) -> list[Candidate]:
    """Return the people that the story ``text[start:end]`` names, one's mentions together."""
    spans = [t for t in tagged if t.kind in ("name", "mentee", "mentor")]
    found: list[Candidate] = []
    known: dict[str, list[int]] = defaultdict(list)
    taken: list[Span] = []
    end = len(text) if end is None else end
    story = text[start:end]
    narrated, signatures = _is_narrated(story), _signatures(text, start, end)
    small = {w for w in _WORD.findall(story) if w.islower()}
    # The longest form of a name first; a place that both sources found counts once.
    for mention in sorted(
        spans, key=lambda t: (t.start - t.end, t.start, t.kind != "name", -t.score)
    ):
        surface = text[mention.start : mention.end]
        words = name_words(surface)
        if not words or not _take(taken, Span(mention.start, mention.end)):
            continue
        alike = {i for word in words for i in known[word] if _same_person(found[i].words, words)}
        if not alike:
            for word in words:
                known[word].append(len(found))
            name = _without_s(" ".join(_UNCLOSED.sub("", surface).split()))
            found.append(Candidate(name, words, narrated=narrated, ordinary=words <= small))
        same = found[min(alike, default=-1)]
        same.add(mention, len(_without_s(surface)))
        same.signs |= any(s.start <= mention.start < s.end for s in signatures)
        same.told_mentor += _told(text, mention.start, same.spans[-1].end, _SAYS_MENTOR)
        same.told_mentee += _told(text, mention.start, same.spans[-1].end, _SAYS_MENTEE)
    return found


def _is_narrated(text: str) -> bool:
    """Whether a text says "I" outside of what it quotes."""
    told = _QUOTED.sub(" ", text)
    return len(_NARRATOR.findall(told)) >= NARRATED * len(told.split())


def _signatures(text: str, start: int, end: int) -> list[Span]:
    """Return the lines where a story is signed or says whose it is."""
    lines = [Span(m.start(), m.end()) for m in _LINE.finditer(text, start, end)]
    edges = {*lines[:_SIGNED_LINES], *lines[-_SIGNED_LINES:]}
    return [line for line in edges if len(text[line.start : line.end].split()) <= _SIGNED_WORDS]


def _take(taken: list[Span], span: Span) -> bool:
    """Add a span to others, in text order, unless it shares a character with one of them."""
    at = bisect_left(taken, span)
    if any(t.start < span.end and span.start < t.end for t in taken[max(0, at - 1) : at + 1]):
        return False
    insort(taken, span)
    return True


def _told(text: str, start: int, end: int, says: Sequence[re.Pattern[str]]) -> int:
    around = f"{text[max(0, start - _NEAR) : start]}\0{text[end : end + _NEAR]}"
    return sum(bool(pattern.search(around)) for pattern in says)


def _same_person(left: set[str], right: set[str]) -> bool:
    """Two names are of one person if one is part of the other: a shared surname is not enough."""
    return left <= right or right <= left


def _person(
    text: str,
    chosen: Sequence[Candidate],
    people: Sequence[Candidate],
    described: Sequence[Tagged],
    start: int,
    end: int,
) -> Person | None:
    best = max(described, key=lambda t: (t.score, -t.start), default=None)
    description = text[best.start : best.end] if best else None
    if not chosen:
        if best is None:
            return None
        return Person(None, description, tuple(Span(t.start, t.end) for t in described))
    words = set().union(*(c.words for c in chosen))
    surnames = words - {_first_word(c.name) for c in chosen}
    # A namesake's name is his own.
    others = sorted(s for c in people if c not in chosen for s in c.spans)
    mentions = {s for c in chosen for s in c.spans} | {
        Span(m.start(), m.start() + len(_without_s(m.group())))
        for m in _WORD.finditer(text, start, end)
        if m.group()[0].isupper()
        and _without_s(m.group()).lower() in words
        and not _is_inside(m.start(), others)
        and not _is_month(text, m)
        and not _is_of_another_name(text, m, surnames, words)
    }
    return Person("; ".join(c.name for c in chosen), description, outermost(mentions))


def _first_word(name: str) -> str:
    words = (w.lower() for w in _WORD.findall(name) if not _is_address(w))
    return next(words, "")


def _is_month(text: str, word: re.Match[str]) -> bool:
    """Whether a word is a month here: "in May", "May 2019"."""
    return _without_s(word.group()).lower() in _MONTHS and bool(
        _IN_A_MONTH.search(text[max(0, word.start() - _NEAR) : word.start()])
        or _OF_A_YEAR.match(text, word.end())
    )


def _is_of_another_name(
    text: str, word: re.Match[str], surnames: set[str], words: set[str]
) -> bool:
    """Whether a surname ends the name of something else: "at City Hall"."""
    if _without_s(word.group()).lower() not in surnames:
        return False
    before = _JOINED_TO.search(text[max(0, word.start() - _NEAR) : word.start()])
    if before is None or not before[1][0].isupper():
        return False
    return before[1].lower() not in words | _MONTHS | _DAYS and not _is_address(before[1])


def _is_inside(place: int, spans: Sequence[Span]) -> bool:
    """Whether a place is in one of the spans, which are in text order and apart."""
    before = bisect_right(spans, place, key=lambda span: span.start)
    return before > 0 and place < spans[before - 1].end


def _describes(surface: str) -> bool:
    """Whether there is a word that says something of somebody: "I've" and "from" do not."""
    words = _WORD.findall(surface)
    return any(not _is_address(w) and w.lower() not in _SMALL for w in words)
