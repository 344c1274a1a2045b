"""Skills that a user adds to those of xcase: from a table of his own, of ESCO or of O*NET.

What is read becomes a TOML file of the shape of ``skills.toml``, which the environment variable
``XCASE_TAXONOMY`` names from then on. Such skills are found by their names and aliases only; the
networks know none of them.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from xcase.errors import TaxonomyError
from xcase.taxonomy.entries import CONTAINER_WORDS, FAMILIES, IMPORTED, Skill
from xcase.taxonomy.tables import ESCO_URI, ONET_ID

VARIABLE = "XCASE_TAXONOMY"
# More are no taxonomy of transferable skills, and every table of industries grows with each.
MOST = 2000
# Shorter names and aliases stand for too much else.
SHORTEST = 3
# What the columns are called by us, by ESCO (1.2, CSV) and by O*NET (29.3).
COLUMNS = {
    "name": ("name", "skill", "label", "preferredlabel", "element name", "title"),
    "family": ("family", "category", "group"),
    "definition": ("definition", "description"),
    "aliases": ("aliases", "altlabels", "alternative labels", "synonyms"),
    "examples": ("examples",),
    "esco": ("esco", "concepturi", "uri"),
    "onet": ("onet", "element id"),
}
_SEPARATOR = re.compile(r"[;|\n]")


def path() -> Path | None:
    """Return the table that the environment names."""
    named = os.environ.get(VARIABLE, "")
    return Path(named) if named else None


def version(base: str) -> str:
    """Return the version of the taxonomy with the user's own table, which its content tells."""
    own = path()
    if own is None:
        return base
    try:
        return f"{base}+{hashlib.sha256(own.read_bytes()).hexdigest()[:12]}"
    except OSError as error:
        raise TaxonomyError(f"{VARIABLE} names {own}, which cannot be read: {error}") from error


def skills_of(
    rows: Iterable[tuple[int, Mapping[str, Any]]], known: Iterable[Skill]
) -> tuple[list[Skill], list[str]]:
    """Return the skills that the rows of a table add to those known, and what was left out.

    Args:
        rows: the number of each row in its file, and its cells by their headers.
        known: skills whose names and aliases are taken.

    Raises:
        TaxonomyError: no column holds the names, or there are more than ``MOST``.
    """
    owners = {alias: s.name for s in known for alias in (s.name, *s.aliases)}
    skills: list[Skill] = []
    remarks: list[str] = []
    for number, row in rows:
        cells = _cells(row)
        if "name" not in cells:
            raise TaxonomyError(
                f"row {number} has no column for the name of a skill; known: {_headers()}"
            )
        name = " ".join(str(cells["name"] or "").lower().split())
        if len(name) < SHORTEST or name in CONTAINER_WORDS:
            remarks.append(f"row {number}: {name!r} names no skill")
        elif name in owners:
            remarks.append(f"row {number}: {name!r} is already there, as {owners[name]!r}")
        elif len(skills) == MOST:
            raise TaxonomyError(f"more than {MOST} skills; choose those that stories tell of")
        else:
            owners[name] = name
            skill, left = _skill(name, cells, owners)
            skills.append(skill)
            remarks += [f"row {number}: {name}: {remark}" for remark in left]
    return skills, remarks


def as_toml(skills: Iterable[Skill]) -> str:
    """Return skills as a file that :func:`xcase.taxonomy.parse_skills` reads."""
    lines = ["# Skills added by: xcase taxonomy --import"]
    for skill in skills:
        lines += ["", "[[skill]]"]
        for name in (field.name for field in fields(Skill)):
            value = getattr(skill, name)
            value = list(value) if isinstance(value, tuple) else value
            lines.append(f"{name} = {_toml(value)}")
    return "\n".join(lines) + "\n"


def _cells(row: Mapping[str, Any]) -> dict[str, Any]:
    named = {" ".join(header.lower().split()): value for header, value in row.items()}
    found = {}
    for name, headers in COLUMNS.items():
        header = next((h for h in headers if h in named), None)
        if header is not None:
            found[name] = named[header]
    return found


def _skill(name: str, cells: Mapping[str, Any], owners: dict[str, str]) -> tuple[Skill, list[str]]:
    remarks = []
    aliases = []
    for alias in dict.fromkeys(a.lower() for a in _items(cells.get("aliases"))):
        if alias in owners:
            if owners[alias] != name:
                remarks.append(f"alias {alias!r} is one of {owners[alias]!r}")
        elif len(alias) < SHORTEST or alias in CONTAINER_WORDS:
            remarks.append(f"alias {alias!r} names no skill")
        else:
            owners[alias] = name
            aliases.append(alias)
    families = {f.lower(): f for f in FAMILIES}
    family = _text(cells.get("family"))
    if family and family.lower() not in families:
        remarks.append(f"family {family!r} is not known; it is {IMPORTED!r}")
    esco, onet = _text(cells.get("esco")), _text(cells.get("onet"))
    return Skill(
        name=name,
        family=families.get(family.lower(), IMPORTED),
        definition=_text(cells.get("definition")) or f"{name.capitalize()}, added by a user.",
        aliases=tuple(aliases),
        examples=tuple(_items(cells.get("examples"))),
        esco=esco if ESCO_URI.fullmatch(esco) else "",
        onet=onet if ONET_ID.fullmatch(onet) else "",
    ), remarks


def _text(cell: Any) -> str:
    return " ".join(str(cell).split()) if cell is not None else ""


def _items(cell: Any) -> Iterator[str]:
    parts = cell if isinstance(cell, list) else _SEPARATOR.split(str(cell or ""))
    yield from (" ".join(str(part).split()) for part in parts if str(part).strip())


def _toml(value: str | list[str]) -> str:
    # A string of JSON is one of TOML, but for the delete character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _headers() -> str:
    return ", ".join(COLUMNS["name"])
