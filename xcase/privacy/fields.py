"""The fields of a row beside its text: what their names and values tell about people."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any

from xcase.columns import normal
from xcase.privacy import surrogates
from xcase.privacy.contacts import Found, find_contacts
from xcase.privacy.key import Key
from xcase.privacy.lexicon import WORD, given_names, names, word
from xcase.privacy.people import is_name
from xcase.privacy.replaced import Findings, apart, end_of, read_text, rewrite, tells

_NAME = (
    r"(?:sur|fore|first|last|full|middle|nick|user|given|family|maiden|display|mentee|mentor|"
    r"participant|client)?names?"
)
_WHO = r"(?:mentee|mentor|author|participant|interviewee|client)s?"
_THING = (
    r"(?:programme|program|course|event|project|scheme|cohort|team|role|job|skill|industry|module|"
    r"group|session|product|survey)"
)
# The name of a programme is nobody's; "rating of mentor" and "relationship to client" name nobody.
_OF_A_THING = rf"(?!.*(?:{_THING}_?name|names?_of_(?:the_|this_|your_)?{_THING}))"
_ABOUT = r"(?!.*(?:^|_)(?:of|to|as|for|with|from|about|on|per|what|how|why|did|does)_)"
_NUMBER = r"(?:_(?:id|number|no|nr|code|\d+))*$"
# Columns whose whole value says who or where somebody is, by the words of their names.
_COLUMNS = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("person", rf"^{_OF_A_THING}(?:.*_)?{_NAME}(?:_|$)"),
        ("person", rf"^{_ABOUT}(?:.*_)?{_WHO}(?:_(?:id|first|last|initials|\d+))*$"),
        ("person", r"(?:^|_)by$"),
        (
            "phone",
            r"(?:^|_)(?:(?:tele|cell|mobile|home|work)?phone|mobile|cell|tel|fax|whatsapp)"
            r"(?:_?(?:number|no|nr|home|work|private|mobile|\d+))*$",
        ),
        ("address", r"(?:^|_)(?:(?:home|work)?address|street|post_?code|zip(?:code)?)(?:_|$)"),
        ("birth date", r"(?:^|_)(?:(?:date|year)of)?(?:birth(?:day|date)?|dob)(?:_|$)"),
        ("account", rf"(?:^|_)(?:iban|(?:bank)?account|card|sort_?code)(?:number|no)?{_NUMBER}"),
        ("id", r"(?:^|_)(?:ssn|nino|passport|licen[cs]e)(?:_|$)"),
        ("id", r"(?:^|_)national_?(?:id|identity|insurance|number)"),
        ("id", r"(?:^|_)(?:staff|student|employee|member(?:ship)?)_?(?:id|number|no|code)(?:_|$)"),
        ("id", r"^(?:staff|student|employee|member)$"),
    )
)  # fmt: skip


def readings(fields: Mapping[str, Any]) -> Iterator[Findings]:
    """Yield what the names and the values of fields tell about people."""
    for column, value in fields.items():
        for name in (str(column), *_names(value)):
            yield _name_reading(name)
        for text in _strings(value):
            yield _value_reading(str(column), text)


def rewritten(fields: Mapping[str, Any], known: set[str], key: Key) -> dict[str, Any]:
    """Return the fields with surrogates in their names and values."""
    return _fields(fields, known, key, "")


@functools.lru_cache(maxsize=4096)
def kind_of(column: str) -> str:
    """Return what kind of surrogate the values of a column need as a whole, else nothing."""
    header = normal(re.sub(r"(?<=[a-z\d])(?=[A-Z])", "_", column))
    return next((kind for kind, pattern in _COLUMNS if pattern.search(header)), "")


def _value_reading(column: str, text: str) -> Findings:
    reading = read_text(text)
    kind = kind_of(column)
    if kind and kind != "person" and any(c.isdigit() for c in text):
        return Findings((Found(kind, 0, len(text)),), (), frozenset())
    if kind == "person" and len(text.split()) <= 6 and not reading.contacts:
        return _people([m for m in WORD.finditer(text) if tells("person", m)], ())
    return reading


@functools.lru_cache(maxsize=4096)
def _name_reading(name: str) -> Findings:
    """Read the name of a field, of which capitals say nothing: "Gender", "Overall Experience".

    It names whom the lists of given names know, with the surname that follows; whom texts and
    values name is replaced in it, too.
    """
    # "priya_okafor" is two words here and no handle.
    plain = name if "@" in name or "//" in name else re.sub(r"[_.]", " ", name)
    chosen: list[re.Match[str]] = []
    for match in WORD.finditer(plain):
        bare = word(match.group())
        follows = bool(chosen) and plain[chosen[-1].end() : match.start()] in (" ", "-")
        surname = follows and match.group()[0].isupper() and tells("person", match)
        if (is_name(bare) and bare in given_names()) or (
            surname and (is_name(bare) or bare in names().family)
        ):
            chosen.append(match)
    return _people(chosen, tuple(apart(find_contacts(plain))))


def _people(parts: list[re.Match[str]], contacts: tuple[Found, ...]) -> Findings:
    words = []
    for match in parts:
        bare = word(match.group())
        last = len(parts) > 1 and match is parts[-1]
        style = surrogates.style_of("person", bare, last_of_many=last, acronym=False)
        words.append((match.start(), end_of(match), bare, style))
    return Findings(contacts, tuple(words), frozenset())


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item)


def _names(value: object) -> Iterator[str]:
    """Yield the names of fields inside a value."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield str(name)
            yield from _names(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _names(item)


def _fields(fields: Mapping[str, Any], known: set[str], key: Key, column: str) -> dict[str, Any]:
    """Return fields with other names and values; ``column`` is the one that holds them all."""
    made: dict[str, Any] = {}
    for name, value in fields.items():
        new = other = rewrite(str(name), _name_reading(str(name)), known, key)
        count = 1
        # Two names may become alike, and what is named otherwise now takes nobody's place.
        while new in made or (new != name and new in fields):
            count += 1
            new = f"{other}~{count}"
        made[new] = _value(column or str(name), value, known, key)
    return made


def _value(column: str, value: Any, known: set[str], key: Key) -> Any:
    if isinstance(value, str):
        return rewrite(value, _value_reading(column, value), known, key)
    if isinstance(value, Mapping):
        return _fields(value, known, key, column)
    if isinstance(value, list | tuple):
        return [_value(column, v, known, key) for v in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        kind = kind_of(column)
        if kind and kind != "person":
            return surrogates.contact(key, kind, str(value))
    return value
