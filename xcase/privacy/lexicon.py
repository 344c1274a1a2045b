"""Words that tell a name from a word: ordinary words, given and family names, kinds of places."""

from __future__ import annotations

import functools
import importlib
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources

from xcase.errors import UsageError
from xcase.taxonomy import load_industries, load_skills

# A soft hyphen or a joiner inside a word is no end of it.
WORD = re.compile(r"[^\W\d_]+(?:[’'\u00ad\u200b-\u200d\u2060][^\W\d_]+)*")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060]")
SHORTEST_TOWN = 3
INSTALL = "pip install 'xcase[privacy]'"

# Written with a capital and never the name of somebody: the calendar, languages and peoples,
# degrees and offices, and tools that are skills.
MONTHS = frozenset(
    """january february march april may june july august september october november
    december""".split()
)
TERMS = MONTHS | frozenset(
    """monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays
    thursdays fridays saturdays sundays christmases europeans christmas easter ramadan diwali eid
    lent advent passover hanukkah spring summer autumn winter english french german spanish italian
    dutch welsh irish scottish british polish russian chinese japanese korean arabic hindi
    urdu punjabi portuguese turkish american european african asian latin indian nigerian
    australian canadian kenyan ghanaian brazilian mexican greek swedish danish norwegian
    finnish ukrainian romanian vietnamese pakistani bengali somali swahili hebrew persian
    muslim christian jewish catholic hindu sikh buddhist god covid brexit internet excel word
    powerpoint outlook linkedin facebook twitter instagram whatsapp youtube google zoom slack
    teams skype python java javascript sql github git jira salesforce photoshop microsoft ceo
    cfo cto coo hr it ai mba bsc msc phd ba ma gcse nvq kpi okr cv pr uk us usa eu un tv pdf
    faq mr mrs ms miss dr prof professor sir dame madam lord lady captain sergeant colonel
    major sister father reverend rev nurse doctor chef coach mentor mentee founder director
    manager president chairman chair head chief officer vice senior junior executive board i
    i'm i'd i've i'll ok okay yes no q a""".split()
)
# What kind of organisation or place it is may stay: it says what the work is, not who.
KINDS_OF_ORGANISATION = frozenset(
    """academy agency airport airlines architects army association associates authority bakery bank
    bar barracks borough brewery brigade brothers builders building bureau business cafe café
    care catering cathedral centre center chambers charity church clinic club co college
    committee community company constabulary construction consulting consultants contractors
    corporation corp council court dairy dental department design ecole engineering engineers
    estate farm farms fellowship finance financial fire foods foundation foundry fund gallery
    garage gmbh group guild health healthcare hospital hospice hostel hotel house housing inc
    incubator industries initiative institute insurance international joinery kitchen lab
    laboratory labs law library limited llc llp logistics ltd ministry mill museum national
    navy network nurseries nursery office of orchestra pharmacy plc police post practice press
    primary prison programme program project pub railway rail regional restaurant retail
    school secondary service services shelter shipping shop society software solicitors
    solutions sons station store studio studios supermarket surgery systems team tech
    technologies technology telecom theatre theater trust union university ventures warehouse
    water works workshop youth the and for""".split()
)
KINDS_OF_PLACE = frozenset(
    """street st road rd lane ln avenue ave way court ct close drive dr square sq terrace place pl
    crescent gardens grove row hill park quay boulevard blvd mews walk wharf highway parade
    rise green view yard circle county city town village island islands isle river lake bay
    north south east west upper lower great new old mount port saint of the and by on upon
    flat unit apt apartment suite floor room block po box house building rue calle via avenida
    rua strasse straße platz weg gata de la le los las du des""".split()
)
# Words of the grammar, which are capitalised at the beginning of a sentence and name nobody.
FUNCTION_WORDS = frozenset(
    """he she they we you it i who that this these those and or but which what one two three someone
    somebody everyone nobody people also then always never just only not had has have was were
    is are her his him them my me our us their your so again there here later once often now
    ever still first last next each all both most many any some when where why how if as at in
    on of to for with from by be been very too no yes do did does about after before over
    under through than""".split()
)
# Small words between the words of one name.
PARTICLES = frozenset(
    """van von der den de del della di da do dos du la le el al bin binti ibn ben bint abu ter ten
    af av y e o’ mac st""".split()
)
# Words before a name that are no part of it.
TITLES = frozenset(
    """mr mrs ms miss mx dr prof professor sir dame sister father rev reverend captain sergeant lady
    lord colonel chef coach aunt auntie uncle mama señor señora herr frau madame monsieur judge
    sheikh rabbi imam pastor councillor""".split()
)


@dataclass(frozen=True, slots=True)
class Names:
    """Names of many countries in small letters."""

    female: frozenset[str]
    male: frozenset[str]
    either: frozenset[str]
    family: frozenset[str]

    @property
    def given(self) -> frozenset[str]:
        return given_names()


@functools.cache
def ordinary() -> frozenset[str]:
    """Return words that are written small in ordinary narratives, and those of the taxonomy."""
    told = resources.files("xcase.privacy").joinpath("ordinary.txt").read_text(encoding="utf-8")
    words = set(told.split())
    for phrase in _taxonomy():
        words.update(word(m.group()) for m in WORD.finditer(phrase))
    return frozenset(words)


@functools.cache
def given_names() -> frozenset[str]:
    """Return the given names of all."""
    known = names()
    return known.female | known.male | known.either


@functools.cache
def names() -> Names:
    """Return the names that Faker knows for its countries.

    Raises:
        UsageError: the extra ``privacy`` is not installed.
    """
    try:
        from faker.providers import person
    except ImportError as error:
        raise UsageError(f"--pseudonymise needs more packages: {INSTALL}") from error
    found: dict[str, set[str]] = {k: set() for k in ("female", "male", "either", "family")}
    for module in pkgutil.iter_modules(person.__path__):
        provider = importlib.import_module(f"faker.providers.person.{module.name}").Provider
        for attribute in dir(provider):
            kind = _kind(attribute)
            if kind:
                found[kind].update(_words(getattr(provider, attribute)))
    return Names(**{kind: frozenset(words) for kind, words in found.items()})


@functools.cache
def towns() -> frozenset[str]:
    """Return towns of many countries in small letters: those that telephone numbers belong to."""
    try:
        from phonenumbers.geodata import GEOCODE_DATA
    except ImportError as error:
        raise UsageError(f"--pseudonymise needs more packages: {INSTALL}") from error
    found: set[str] = set()
    for named in GEOCODE_DATA.values():
        found.update(word(part) for part in re.split(r"[,/()-]", named.get("en", "")))
    return frozenset(t.strip() for t in found if len(t.strip()) > SHORTEST_TOWN)


def word(surface: str) -> str:
    """Return a word as the tables hold it: small, straight apostrophe, no possessive."""
    plain = _INVISIBLE.sub("", surface).casefold().replace("’", "'")
    return plain.removesuffix("'s").rstrip("'")


def _kind(attribute: str) -> str:
    if attribute.startswith("last_name"):
        return "family"
    if attribute.startswith("first_name"):
        return next((s for s in ("female", "male") if s in attribute), "either")
    return ""


def _words(value: object) -> Iterator[str]:
    if isinstance(value, tuple | list | dict):
        for name in value:
            if isinstance(name, str):
                yield from (w for w in map(word, re.split(r"[\s-]+", name)) if len(w) > 1)


def _taxonomy() -> Iterator[str]:
    for skill in load_skills():
        yield from (skill.name, skill.family, *skill.aliases)
    for industry in load_industries():
        yield from (industry.label, *industry.roles, *industry.places, *industry.words)
