"""What stands for what was found: another name of the same kind, another number of the same shape.

Names stay names ("Ngozi Okafor" → "Bethany Ashdown"), because the extraction finds the mentee and
the mentor by them; a town stays a town, and of an organisation the word that says its kind stays
("Okafor & Sons Bakery" → "Ashdown & Sons Bakery"). Numbers keep their length and their separators.
"""

from __future__ import annotations

import functools
import re

from xcase.privacy import lexicon
from xcase.privacy.key import Key
from xcase.privacy.lexicon import KINDS_OF_PLACE, MONTHS, WORD, word

_SYLLABLES = (
    "Al Ar Bar Bel Bran Cal Car Cor Dal Den Dor El Fal Fen Gal Gar Hal Har Hol Kel Kin Lan Lar Mal "
    "Mar Mel Nor Ol Pen Ral Ren Sel Tal Tor Ul Val Ven Wel Wil Yar"
).split()
_ENDINGS = (
    "bourne bridge bury by combe cott croft dale den don field ford gate ham hurst leigh ley mere "
    "mouth ness over port ridge stead stoke thorpe ton vale wick worth"
).split()
_MONTHS = sorted(MONTHS)
_SHORT_MONTHS = {m[:3]: m for m in MONTHS}
STYLES = ("female", "male", "family", "place", "acronym")


@functools.cache
def pool(style: str) -> tuple[str, ...]:
    """Return the surrogates of a style, none of them an ordinary word."""
    if style in ("place", "acronym"):
        return tuple(a + b for a in _SYLLABLES for b in _ENDINGS)
    from faker.providers.person.en_GB import Provider as British
    from faker.providers.person.en_US import Provider as American

    attribute = {"family": "last_names"}.get(style, f"first_names_{style}")
    chosen = {n for p in (British, American) for n in getattr(p, attribute) if n.isalpha()}
    usual = lexicon.ordinary() | lexicon.TERMS
    return tuple(sorted(n for n in chosen if n.casefold() not in usual and len(n) > 2))


def style_of(kind: str, bare: str, *, last_of_many: bool, acronym: bool) -> str:
    """Return which pool the surrogate of a word comes from."""
    if acronym:
        return "acronym"
    if kind == "place":
        return "place"
    names, given = lexicon.names(), bare in lexicon.given_names()
    if kind == "organisation" or last_of_many or (bare in names.family and not given):
        return "family"
    if bare in names.female and bare not in names.male:
        return "female"
    if bare in names.male and bare not in names.female:
        return "male"
    return "female" if bare.endswith("a") else "male"


def cased(surrogate: str, surface: str) -> str:
    """Return the surrogate written small, large or with a capital, as the surface is."""
    if len(surface) > 1 and surface.isupper():
        return surrogate.upper()
    return surrogate.lower() if surface.islower() else surrogate


def letters(key: Key, surface: str) -> str:
    """Return other letters for an acronym or an initial, the same ones for the same letters."""
    return shape(key, f"letters {surface.casefold()}", surface)


def contact(key: Key, kind: str, surface: str) -> str:
    """Return what stands for a contact, number, address or date of birth."""
    plain = "".join(surface.casefold().split())
    number = int.from_bytes(key.digest(f"{kind} {plain}")[:8]) % 900_000 + 100_000
    if kind == "email":
        return f"person{number}@example.org"
    if kind == "web":
        handle = not re.search(r"[/.]\w", surface)
        if handle:
            return f"@person{number}" if surface.startswith("@") else f"person{number}"
        return f"https://example.org/page{number}"
    if kind == "phone":
        return _phone(key, surface)
    if kind == "address":
        return _address(key, surface)
    if kind == "birth date":
        return _date(key, surface)
    return shape(key, f"{kind} {plain}", surface)


def shape(key: Key, value: str, surface: str) -> str:
    """Return ``surface`` with other digits and letters in the places of its own."""
    stream = key.stream(value)
    return "".join(_another(c, next(stream)) for c in surface)


def _another(character: str, number: int) -> str:
    if character.isdigit():
        return str(number % 10)
    if character.isalpha():
        # One of the other 25 letters, so that no initial stands for itself.
        low = (ord(character.lower()) - ord("a") + 1 + number % 25) % 26
        letter = chr(ord("a") + low)
        return letter if character.islower() else letter.upper()
    return character


def _phone(key: Key, surface: str) -> str:
    """Return a number of the same format that no exchange gives out: fives but for its end."""
    digits = "".join(c for c in surface if c.isdigit())
    stream = key.stream(f"phone {digits[-9:]}")
    last = len(digits) - min(4, len(digits) // 2)
    made, seen = [], 0
    for c in surface:
        if not c.isdigit():
            made.append(c)
            continue
        leads = seen == 0 and c == "0"
        made.append(str(next(stream) % 10) if seen >= last else "0" if leads else "5")
        seen += 1
    return "".join(made)


def _address(key: Key, surface: str) -> str:
    """Return an address with another number, another name of the street and another code."""
    stream = key.stream("address " + "".join(surface.casefold().split()))
    names = pool("place")

    def other(match: re.Match[str]) -> str:
        token = match.group()
        if token.isalpha():
            if word(token) in KINDS_OF_PLACE:
                return token
            if len(token) > 2:
                chosen = names[int.from_bytes(key.digest(word(token))[:8]) % len(names)]
                return cased(chosen, token)
        if token[0].isdigit():
            rest = "".join(_another(c, next(stream)) for c in token[1:])
            return str(next(stream) % 9 + 1) + rest
        return "".join(_another(c, next(stream)) for c in token)

    return re.sub(rf"{WORD.pattern}\w*|\w+", other, surface)


def _date(key: Key, surface: str) -> str:
    """Return another date in the same format, at most two years away: ages stay about right."""
    stream = key.stream("date " + "".join(surface.casefold().split()))

    def other(match: re.Match[str]) -> str:
        token = match.group()
        if token.isdigit():
            if len(token) == 4:
                return str(int(token) + (-2, -1, 1, 2)[next(stream) % 4])
            if len(token) == 2 and int(token) > 31:
                return str((int(token) + (-2, -1, 1, 2)[next(stream) % 4]) % 100).zfill(2)
            day = (int(token) + next(stream) % 8) % 12 + 1
            return str(day).zfill(len(token))
        month = _SHORT_MONTHS.get(token[:3].casefold())
        if month and (token.casefold() == month or len(token) <= 4):
            chosen = _MONTHS[(_MONTHS.index(month) + 1 + next(stream) % 11) % 12]
            return cased(chosen.capitalize(), token)[: len(token) if len(token) <= 4 else None]
        return token

    return re.sub(r"\d+|[^\W\d_]+", other, surface)
