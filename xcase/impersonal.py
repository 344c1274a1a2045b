"""What somebody tells, without who tells it: names, titles and pronouns say nothing of a need.

Sentence models hear them, so a text is read here before any model does: a name with its title
becomes "they", and "he", "her", "himself" become "they", "their", "themselves". A name is what the
profile gives as its owner's, what follows a title or "my name is", and a word that is no ordinary
one and is written with a capital. These are rules and a word list, since a question has no time to
load a recogniser; ``scripts/measure_fairness.py`` says what they leave.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xcase.privacy.lexicon import FUNCTION_WORDS, PARTICLES, TERMS, WORD, ordinary, word

# A line of at least so many long words, so many of them with a capital, is a heading or a shout.
SHORT_WORD = 3
TITLE_WORDS = 3
TITLE_SHARE = 0.6
# Capitals no longer than this are letters that stand for words.
ACRONYM = 6

# Titles that say who somebody is and not what the work is: "Chef" and "Sergeant" stay.
_TITLES = frozenset((
    "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "dame", "lady", "lord",
    "madam", "señor", "señora", "herr", "frau", "madame", "monsieur",
))  # fmt: skip
_TELLS_THE_NAME = re.compile(
    r"\b(?:name is|name's|called|named|known as|nicknamed|regards|wishes|yours|sincerely|"
    r"faithfully|signed)[ ,:“\"'\n]*$|^\W*(?:name|from|by)\W*$",
    re.IGNORECASE,
)
_INTRODUCES = re.compile(
    r"\b(?:I am|I[’']?m|this is|it[’']s|here is|meet|hi|hello|dear|cheers|thanks|"
    r"thank you)[ ,:\n]*$",
    re.IGNORECASE,
)
# After these a capital is rather a place, a firm or a tool.
_NOT_WHO = re.compile(
    r"\b(?:in|at|near|on|using|use|uses|used|via|learn|learning|into|around|like)(?: the)? $",
    re.IGNORECASE,
)
_INFLECTED = re.compile(r"(?:ing|ed|ly|tions?|ness|ments?|ity|ies|able|less|ful|[^aeiou]s)$")
_OWNED = re.compile(r"[’']s$", re.IGNORECASE)
_SURNAME = re.compile(r"(?:Ma?c|O[’']|D[’']|De|Di|La|Le|Van)[A-Z]")
_INSIDE = re.compile(r"[^\s.!?:#|…•][\"”’')\]]{0,4}[ \t]{1,9}[\"“‘'(\[]{0,4}$")
# What may stand between two words of one name.
_WITHIN = re.compile(r" |-")
_AFTER_LETTER = re.compile(r"\.? |-|\.")
# What a name at the beginning of a sentence does there, and a trade ("Inventor with a shed") not.
_ACTS = re.compile(
    r"[’']s\b|\W*$|-[^\W\d_a-z]|\s+(?:here|is|was|has|had|will|would|can|could)\b|"
    r"\s+(?:and [^\W\d_a-z]|[^\W\d_]{2,}(?:ed|[^s]s)\b|[^\W\d_a-z][^\W\d_]+)"
)
# "I'm Grace." and not "I am Head of Sales."
_ALONE = re.compile(r"\s{0,9}(?:[.,;!\n]|$)")

_HER = re.compile(
    r"\s{1,9}(?!(?:a|an|the|that|this|to|and|but|or|for|from|with|at|in|on|of|by|as|if|when|while|"
    r"because|so|than|then|about|again|how|what|why|who|i|he|she|they|we|you|it|is|was|has|had|"
    r"his|hers?|him|my|your|their|will|would|could|can|not|up|out|off|over|after|before|into|alone|too|every|each)\b)[^\W\d_]",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"(?:\(s\)he|\b(?:s/he|he/she|she/he|he or she|she or he|he|she|him|his|hers?|himself|herself|"
    r"themself))\b(?P<short>[’'](?:s|d|ll)\b)?(?P<verb>\s+(?:was|is|has|does)(?:n[’']t)?\b)?",
    re.IGNORECASE,
)
_SHORT = {"s": "’re", "d": "’d", "ll": "’ll"}
_PLURAL = {"was": "were", "is": "are", "has": "have", "does": "do"}


@dataclass(frozen=True, slots=True)
class Impersonal:
    """A text without who tells it; ``pieces`` are its parts as (start, start and end before)."""

    text: str
    pieces: tuple[tuple[int, int, int], ...]

    def before(self, start: int, end: int) -> tuple[int, int]:
        """Return where ``text[start:end]`` stood in the text as it was told."""
        return self._place(start)[0], self._place(end - 1)[1]

    def _place(self, at: int) -> tuple[int, int]:
        """Return the first and last place that a character comes from."""
        piece = max(0, bisect_right(self.pieces, (at, float("inf"), 0)) - 1)
        start, first, last = self.pieces[piece]
        following = self.pieces[piece + 1 : piece + 2]
        if (following[0][0] if following else len(self.text)) - start == last - first:
            return first + at - start, first + at - start + 1
        return first, last


def impersonal(text: str, own: str = "") -> Impersonal:
    """Return a text without names, titles and the pronouns of one person.

    Args:
        own: the name of whoever tells it, if it is known.
    """
    changes = sorted([*_names(text, own), *_pronouns(text)])
    parts, pieces = [], []
    at = size = 0
    for start, end, instead in changes:
        if start < at:  # a pronoun inside a name ("Her" Majesty)
            continue
        for told, a, b in ((text[at:start], at, start), (instead, start, end)):
            if told:
                pieces.append((size, a, b))
                parts.append(told)
                size += len(told)
        at = end
    pieces.append((size, at, len(text)))
    return Impersonal("".join((*parts, text[at:])), tuple(pieces))


def _pronouns(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _PRONOUN.finditer(text):
        told = match.group().split("’")[0].split("'")[0].split()[0].lower()
        instead = {
            "him": "them", "his": "their", "hers": "theirs", "himself": "themselves",
            "herself": "themselves", "themself": "themselves",
        }.get(told, "they")  # fmt: skip
        if told in ("her", "his") and not _HER.match(text, match.end()):
            instead = "them" if told == "her" else "theirs"
        elif told == "her":
            instead = "their"
        end = match.start("verb") if match["verb"] else match.end()
        if instead == "they":
            instead += _SHORT.get((match["short"] or "’")[1:].lower(), "")
            if match["verb"]:
                verb, *negated = re.split(r"(?=n[’']t$)", match["verb"].strip().lower())
                instead, end = f"{instead} {_PLURAL[verb]}{''.join(negated)}", match.end()
        elif match["short"]:
            end = match.start("short")
        yield match.start(), end, instead


def _names(text: str, own: str) -> Iterator[tuple[int, int, str]]:
    words = list(WORD.finditer(text))
    who = _named(text, words, {word(m.group()) for m in WORD.finditer(own)} - PARTICLES)
    at = 0
    while at < len(words):
        if not who[at]:
            at += 1
            continue
        last = at
        while who[last + 1 : last + 2] == [True] and _joined(text, words[last], words[last + 1]):
            last += 1
        end = words[last].end()
        owned = _OWNED.search(words[last].group()) is not None
        yield words[at].start(), end, "their" if owned else "they"
        at = last + 1


def _named(text: str, words: Sequence[re.Match[str]], own: set[str]) -> list[bool]:
    """Say of each word whether it belongs to a name or its title."""
    bare = [word(m.group()) for m in words]
    capital = [not m.group()[0].islower() for m in words]
    shouted = _shouted(text, words)
    who = [False] * len(words)
    for i, match in enumerate(words):
        before = text[max(0, match.start() - 24) : match.start()]
        usual = bare[i] in ordinary() or bare[i] in TERMS or bare[i] in FUNCTION_WORDS
        inside = bool(_INSIDE.search(before))
        if bare[i] in TERMS or bare[i] in FUNCTION_WORDS:
            continue
        if bare[i] in own:
            beside = {*bare[max(0, i - 1) : i], *bare[i + 1 : i + 2]} & own
            acts = inside or beside or _ACTS.match(text, match.end())
            who[i] = not usual or (capital[i] and bool(acts))
        elif (
            i and bare[i - 1] in _TITLES and _joined(text, words[i - 1], match)
        ) or _TELLS_THE_NAME.search(before):
            who[i] = capital[i] or not usual
        elif _INTRODUCES.search(before):
            alone = capital[i] and _ALONE.match(text, match.end())
            named = _may_be_small(match) if not usual else bool(alone)
            who[i] = named and not _acronym(match.group())
        if not who[i]:
            who[i] = capital[i] and not usual and not shouted[i] and _looks_it(text, match, inside)
    # Whose name it is in one place, it is wherever it has its capital.
    again = {b for b, yes in zip(bare, who, strict=True) if yes and b not in ordinary()}
    who = [yes or (c and b in again) for yes, c, b in zip(who, capital, bare, strict=True)]
    _spread(text, words, bare, who)
    return who


def _looks_it(text: str, match: re.Match[str], inside: bool) -> bool:
    """Say whether a capital on a word that is not ordinary makes it somebody's name."""
    told = match.group()
    if len(told) < 2 and told.isascii():
        return False
    mixed = any(c.isupper() for c in told[1:]) and not _SURNAME.match(told) and "’" not in told
    if mixed or _acronym(told):
        return False
    if not inside:
        return not told.endswith("ing") and bool(_ACTS.match(text, match.end()))
    return not _NOT_WHO.search(text[max(0, match.start() - 14) : match.start()])


def _spread(
    text: str, words: Sequence[re.Match[str]], bare: Sequence[str], who: list[bool]
) -> None:
    """Add what stands beside a name: the family's name, particles and the title."""
    for i in range(len(words) - 1):
        if not who[i] or who[i + 1] or not _joined(text, words[i], words[i + 1]):
            continue
        said = bare[i + 1] in TERMS or bare[i + 1] in FUNCTION_WORDS
        capital = words[i + 1].group()[0].isupper()
        if bare[i + 1] in PARTICLES:
            rest = [m for m in words[i + 2 : i + 4] if m.group()[0].isupper()]
            who[i + 1] = bool(rest)
        elif capital:
            who[i + 1] = not said and not _acronym(words[i + 1].group())
        else:  # "i am fatima rahman"
            small = words[i].group()[0].islower() and bare[i] not in PARTICLES
            who[i + 1] = small and not said and bare[i + 1] not in ordinary()
    for i in range(len(words) - 1, 0, -1):
        if who[i] and not who[i - 1] and bare[i - 1] in _TITLES:
            who[i - 1] = _joined(text, words[i - 1], words[i])


def _joined(text: str, one: re.Match[str], other: re.Match[str]) -> bool:
    short = len(one.group()) == 1 or word(one.group()) in _TITLES
    return bool((_AFTER_LETTER if short else _WITHIN).fullmatch(text, one.end(), other.start()))


def _may_be_small(match: re.Match[str]) -> bool:
    """Say whether "I am ..." names: "I am wei", and not "I am gutted"."""
    return not match.group()[0].islower() or not _INFLECTED.search(word(match.group()))


def _acronym(told: str) -> bool:
    return told.isupper() and told.isascii() and 1 < len(told) <= ACRONYM


def _shouted(text: str, words: Sequence[re.Match[str]]) -> list[bool]:
    """Say of each word whether it stands in a line where capitals say nothing."""
    shouted: list[bool] = []
    starts = [m.start() for m in words]
    at = 0
    for line in text.splitlines(keepends=True):
        here = words[len(shouted) : bisect_left(starts, at + len(line))]
        long = [m.group() for m in here if len(m.group()) > SHORT_WORD]
        capitals = sum(w[0].isupper() for w in long)
        title = line.isupper() or line.rstrip()[-1:] not in ".;,!?"
        heading = title and len(long) >= TITLE_WORDS and capitals >= TITLE_SHARE * len(long)
        shouted += [heading] * len(here)
        at += len(line)
    return shouted
