"""Where people, organisations and places are named.

spaCy's recogniser finds most names of English stories. The rest is found by what mentoring stories
say around a name ("my mentor X", "X said", "Dear X"), by capitals inside a sentence on a word that
is not ordinary, and by the given names of many countries; the words beside a name that was found
are looked at again, so that "Grace" brings "Grace Field".
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xcase import names as recogniser
from xcase.privacy import lexicon
from xcase.privacy.contacts import Found
from xcase.privacy.lexicon import (
    FUNCTION_WORDS,
    PARTICLES,
    TERMS,
    WORD,
    given_names,
    names,
    ordinary,
    word,
)

# A line of at least so many words, most of them capitalised, is a title: capitals say nothing.
TITLE_WORDS = 3
TITLE_SHARE = 0.6
LONGEST_TITLE = 14
# A lower-case word that short is no name by itself.
SHORTEST_SMALL = 3
LABELS = {"PERSON": "person", "ORG": "organisation", "GPE": "place", "LOC": "place", "FAC": "place"}

_TITLE = (
    r"(?:Mrs|Mr|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Dame|Sister|Father|Rev|Reverend|Captain|Capt|"
    r"Sergeant|Sgt|Colonel|Col|Major|Lieutenant|Lt|Lady|Lord|Rabbi|Imam|Sheikh|Pastor|Chef|Coach|"
    r"Auntie|Aunty|Aunt|Uncle|Mama|Señora?|Herr|Frau|Madame|Monsieur|Judge|Councillor|Cllr)\.?"
)
_ROLE = (
    r"(?:mentor|mentee|coach|tutor|buddy|sponsor|boss|manager|supervisor|colleague|friend|husband|"
    r"wife|partner|son|daughter|brother|sister|cousin|mother|father|mum|mom|dad|aunt|uncle|niece|"
    r"nephew|apprentice|trainee|neighbour|neighbor|teacher|student|protégée?|protegee?|flatmate)s?"
)
# Bounded: without it each start in a long run of letters and hyphens would look through all of it.
_SMALL_NAME = r"[^\W\d_]{1,40}(?:[’'-][^\W\d_]{1,40}){0,4}"
_TWO = rf"{_SMALL_NAME}(?: {_SMALL_NAME})?"
# A name of one or two words follows, whatever its case.
_CUES_BEFORE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_TITLE}[ \n]+(?P<it>{_SMALL_NAME}(?:[ \n]{_SMALL_NAME})?)",
        rf"\b(?:my|our|his|her|their|the) (?:\w+ )?{_ROLE},? (?:was |is |called |named )?"
        rf"(?P<it>{_TWO})",
        rf"\b(?:mentored|coached|supervised|tutored|managed|trained) by (?P<it>{_TWO})",
        r"\b(?:(?:(?:called|named|nicknamed) (?:him|her|me|them)|called|named|name is|name’s|"
        r"name's|named after|nicknamed|known as|aka|i am|i'm|i’m|this is|meet|paired with|"
        r"matched with|dear|hi|hello|hey|thanks|thank you)\b,?|(?:"
        r"signed|love|cheers|regards|thanks|yours|sincerely|"
        rf"best),|a\.k\.a\.)[ \n]+(?P<it>{_TWO})",
        r"^(?:mentee|mentor|name|coach|author|by|from|interviewee|participant|contact|client)"
        rf" ?[:|] ?(?P<it>{_TWO}(?: {_SMALL_NAME})?)",
    )
)
_SPOKE = (
    r"(?:said|says|told|asked|asks|explained|explains|laughed|laughs|smiled|replied|answered|adds|"
    r"added|recalls|remembers|taught|showed|helped|mentored|coached|listened|nodded|rang|phoned|"
    r"emailed|texted|wrote|introduced|suggested|insisted|thinks|thought|grinned|shrugged|admits)"
)
_CUES_AFTER = (
    re.compile(rf"\b(?P<it>{_SMALL_NAME}) {_SPOKE}\b"),
    re.compile(rf"\b(?P<it>{_SMALL_NAME})[’']s (?:mentor|mentee|coach|advice|help|guidance)\b"),
    re.compile(rf"^(?P<it>{_SMALL_NAME}(?: {_SMALL_NAME})?) ?: (?=\S)", re.MULTILINE),
)
_KINDS = "|".join(
    sorted((k for k in lexicon.KINDS_OF_ORGANISATION if len(k) > 3), key=len, reverse=True)
)
_CAP = r"[^\W\d_a-z][\w’'&.-]*"
_ORGANISATION = re.compile(
    rf"\b(?:{_CAP}[ ](?:(?:and|&|of|for|the)[ ])?){{1,4}}"
    rf"(?i:{_KINDS}|co|ltd|inc|llc|plc|gmbh|& (?:sons|co|daughters)|and sons)\b(?-i:\.?)"
)
_ORGANISATION_OF = re.compile(
    r"\b(?:University|College|School|Bank|Church|Institute|Academy|Museum|Hospital|Ministry|City|"
    rf"Borough|County|Port|Guild|House) of (?:the )?{_CAP}(?: (?:and )?{_CAP})*"
)
_INITIALS = re.compile(r"\b(?:[A-Z]\.[ -]?){2,3}(?=\W|$)|\b(?:[A-Z]\.)(?= [A-Z])")
_NOT_INITIALS = frozenset({"U.S.", "U.K.", "E.U.", "U.N.", "A.M.", "P.M.", "B.A.", "M.A.", "I.T."})
# Letters that know no case (Han, Hangul, Arabic, ...): in an English story they spell a name.
_CASELESS = re.compile(
    r"[\u0590-\u06ff\u0900-\u0dff\u0e00-\u0e7f\u1200-\u137f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
    r"[\u0590-\u06ff\u0900-\u0dff\u0e00-\u0e7f\u1200-\u137f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
    r"·\u200c]*"
)
CASELESS_SHARE = 0.1
_IN_A_MONTH = re.compile(
    r"\b(?:in|since|by|until|till|last|next|this|early|late|mid|every|from|to|of|and|\d+(?:st|nd|rd"
    r"|th)?)[ -]$",
    re.IGNORECASE,
)
# A word that is no stem of an ordinary one, at the beginning of a sentence: "Dilnoza laughed".
_INFLECTED = re.compile(r"(?:ing|ed|ly|tions?|ness|ments?|ity|ies|ers?|able|less|ful|[^aeiou]s)$")
_EMPLOYED = re.compile(
    r"\b(?:at|for|joined|left|leaving|union,?|by|with)(?: the)? $", re.IGNORECASE
)
_AFTER_PLACE = re.compile(r"\b(?:in|near|from|to|around|outside|at|via|of)(?: the)? $", re.I)


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of the text; ``proper`` if its capital inside a sentence makes it a name."""

    start: int
    end: int
    text: str
    bare: str
    capital: bool
    inside: bool


def find_named(text: str) -> Iterator[Found]:
    """Yield people, organisations and places; spans may overlap."""
    words = list(_words(text))
    titles = _title_lines(text)
    found = [*_entities(text), *_organisations(text), *_cued(text), *_by_word(text, words, titles)]
    yield from found
    yield from _beside(text, words, found)
    caseless = [Found("person", *m.span()) for m in _CASELESS.finditer(text)]
    if sum(f.end - f.start for f in caseless) <= CASELESS_SHARE * sum(map(str.isalpha, text)):
        yield from caseless
    for match in _INITIALS.finditer(text):
        if match.group().strip() not in _NOT_INITIALS:
            yield Found("person", match.start(), match.start() + len(match.group().rstrip()))


def is_name(bare: str) -> bool:
    """Tell whether a word, given in small letters, says who somebody is by itself."""
    return bare not in ordinary() and bare not in TERMS and bare not in PARTICLES


def _words(text: str) -> Iterator[_Word]:
    for match in WORD.finditer(text):
        surface = match.group()
        near = text[max(0, match.start() - 12) : match.start()]
        before = near.rstrip(" \t\n\"'“‘(*_[-–—•>")[-1:]
        glued = text[max(0, match.start() - 2) : match.start()]
        inside = bool(before) and before not in ".!?:#|…" and "\n\n" not in glued
        yield _Word(
            *match.span(),
            surface,
            word(surface),
            surface[0].isupper(),
            inside and "\n" not in glued,
        )


def _title_lines(text: str) -> list[tuple[int, int]]:
    """Return the lines in which most words begin with a capital, and headings."""
    lines, at = [], 0
    for line in text.splitlines(keepends=True):
        words = [w for w in WORD.findall(line) if len(w) > 3]
        capitals = sum(w[0].isupper() for w in words)
        if line.startswith("#") or (
            TITLE_WORDS <= len(words) <= LONGEST_TITLE
            and line.rstrip()[-1:] not in ".;,"
            and capitals >= TITLE_SHARE * len(words)
        ):
            lines.append((at, at + len(line)))
        at += len(line)
    return lines


def _entities(text: str) -> Iterator[Found]:
    for label, start, end in recogniser.entities(text):
        kind = LABELS.get(label)
        surface = text[start:end]
        bare = [word(m.group()) for m in WORD.finditer(surface)]
        if kind and any(b for b in bare if _says_who(b, kind)):
            yield Found(kind, start, end)


def _says_who(bare: str, kind: str) -> bool:
    if bare in TERMS or bare in PARTICLES or len(bare) < 2:
        return False
    return bare not in ordinary() or (kind == "person" and bare in given_names())


def _organisations(text: str) -> Iterator[Found]:
    for pattern in (_ORGANISATION, _ORGANISATION_OF):
        for match in pattern.finditer(text):
            bare = [word(m.group()) for m in WORD.finditer(match.group())]
            told = [b for b in bare if b not in lexicon.KINDS_OF_ORGANISATION and b not in TERMS]
            if told and ("\n" not in match.group()):
                yield Found("organisation", match.start(), match.end())


def _cued(text: str) -> Iterator[Found]:
    for pattern in (*_CUES_BEFORE, *_CUES_AFTER):
        for match in pattern.finditer(text):
            span = _named_after_cue(text, *match.span("it"), sure=pattern is _CUES_BEFORE[0])
            if span is not None:
                yield Found("person", *span)


def _named_after_cue(text: str, start: int, end: int, *, sure: bool) -> tuple[int, int] | None:
    """Return the words of a cue's group that can be a name: capitalised, or small and unusual."""
    chosen: list[re.Match[str]] = []
    for match in WORD.finditer(text, start, end):
        bare = word(match.group())
        capital = match.group()[0].isupper()
        usual = bare in ordinary() and bare not in given_names()
        if (
            bare in TERMS
            or bare in FUNCTION_WORDS
            or (not capital and bare in ordinary() and not sure)
        ):
            break
        if capital and usual and chosen == [] and not match.group().isupper():
            # "My mentor Rock said": an ordinary word with a capital after a cue is a name.
            chosen.append(match)
            continue
        if not capital and not is_name(bare):
            break
        chosen.append(match)
    if not chosen:
        return None
    return chosen[0].start(), chosen[-1].end()


def _by_word(
    text: str, words: Sequence[_Word], titles: Sequence[tuple[int, int]]
) -> Iterator[Found]:
    given, family = given_names(), names().family
    for w in words:
        titled = any(a <= w.start < b for a, b in titles)
        if w.bare in lexicon.MONTHS:
            proper = (
                w.capital
                and w.bare in given
                and w.inside
                and not titled
                and not _IN_A_MONTH.search(text[max(0, w.start - 8) : w.start])
                and not re.match(r"[ ,]*\d", text[w.end : w.end + 4])
            )
            if proper:
                yield Found("person", w.start, w.end)
            continue
        if w.bare in TERMS or w.bare in lexicon.KINDS_OF_ORGANISATION or len(w.bare) < 2:
            continue
        unusual = w.bare not in ordinary()
        known = w.bare in given
        acronym = w.text.isupper() and len(w.text) <= 6 and not known
        if w.capital and not acronym:
            if unusual and (known or w.bare in family):
                yield Found("person", w.start, w.end)
            elif unusual and w.inside and not titled:
                place = _AFTER_PLACE.search(text[max(0, w.start - 14) : w.start])
                yield Found("place" if place else "person", w.start, w.end)
            elif not titled and (not _INFLECTED.search(w.bare) if unusual else known and w.inside):
                yield Found("person", w.start, w.end)
        elif w.capital and acronym:
            if _EMPLOYED.search(text[max(0, w.start - 14) : w.start]) and len(w.text) > 1:
                yield Found("organisation", w.start, w.end)
        elif unusual and w.bare in lexicon.towns():
            if _AFTER_PLACE.search(text[max(0, w.start - 14) : w.start]):
                yield Found("place", w.start, w.end)
        elif unusual and known and len(w.bare) >= SHORTEST_SMALL:
            yield Found("person", w.start, w.end)


def _beside(text: str, words: Sequence[_Word], found: Sequence[Found]) -> Iterator[Found]:
    """Yield the words before and after a person's name that belong to it."""
    people = [False] * len(words)
    starts = [w.start for w in words]
    for span in found:
        if span.kind == "person":
            for i in range(bisect_left(starts, span.start), bisect_left(starts, span.end)):
                people[i] = True
    family = names().family
    for i, w in enumerate(words[:-1]):
        after = words[i + 1]
        gap = text[w.end : after.start]
        if people[i] and not people[i + 1] and re.fullmatch(r"[ ]|[ ]?\n[ ]?|[ ][A-Z]\.[ ]", gap):
            small = after.bare in family and not after.capital and not w.capital
            follows = after.capital and after.bare not in TERMS and w.capital
            if (follows or (small and is_name(after.bare))) and after.bare not in FUNCTION_WORDS:
                people[i + 1] = True
                yield Found("person", w.start, after.end)
    for i in range(len(words) - 1, 0, -1):
        before, w = words[i - 1], words[i]
        gap = text[before.end : w.start]
        if not (people[i] and not people[i - 1] and w.capital and before.capital):
            continue
        usual = before.bare in TERMS or before.bare in FUNCTION_WORDS
        said = before.bare in ordinary() and before.bare not in given_names()
        if re.fullmatch(r"[ ]|[ ][A-Z]\.[ ]", gap) and not usual and not said:
            people[i - 1] = True
            yield Found("person", before.start, w.end)
