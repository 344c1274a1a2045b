"""Reads and checks the taxonomy tables.

URIs follow ESCO (``http://data.europa.eu/esco/skill/<uuid>``), element ids the O*NET content model
(``2.B.1.a``), industry codes NAICS 2022 (two to four digits). A faulty file is refused as a whole,
with every fault in one message, so that an editor of the file need not run it again and again.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

from xcase.errors import TaxonomyError, listed
from xcase.taxonomy.entries import CONTAINER_WORDS, FAMILIES, Industry, Skill

ESCO_URI = re.compile(r"http://data\.europa\.eu/esco/skill/[0-9a-f]{8}(-[0-9a-f]{4,12}){4}")
ONET_ID = re.compile(r"[1-6]\.[A-E](\.[0-9a-z]{1,2})*")
NAICS_CODE = re.compile(r"[1-9][0-9]{1,3}")

Row = TypeVar("Row", Skill, Industry)


def parse_skills(path: Path | Traversable, known: Iterable[Skill] = ()) -> tuple[Skill, ...]:
    """Read a skill file; raise TaxonomyError naming every fault in it.

    Args:
        path: of the file.
        known: skills whose names and aliases are taken.
    """
    skills, faults = _rows(path, "skill", Skill)
    owners = {phrase: s.name for s in known for phrase in (s.name, *s.aliases)}
    for skill in skills:
        faults += _taken(owners, skill.name.lower(), skill.name, "name")
    for skill in skills:
        if skill.family not in FAMILIES:
            faults.append(f"{skill.name}: unknown family {skill.family!r}")
        if skill.esco and not ESCO_URI.fullmatch(skill.esco):
            faults.append(f"{skill.name}: esco is not an ESCO skill URI: {skill.esco!r}")
        if skill.onet and not ONET_ID.fullmatch(skill.onet):
            faults.append(f"{skill.name}: onet is not an O*NET element id: {skill.onet!r}")
        for alias in skill.aliases:
            if alias.lower() in CONTAINER_WORDS:
                faults.append(f"{skill.name}: alias {alias!r} is a container word")
            faults += _taken(owners, alias, skill.name, "alias")
    return _sound(path, skills, faults)


def parse_industries(path: Path | Traversable) -> tuple[Industry, ...]:
    """Read an industry file; raise TaxonomyError naming every fault in it."""
    industries, faults = _rows(path, "industry", Industry)
    labels: dict[str, str] = {}
    owners: dict[str, str] = {}
    for industry in industries:
        faults += _taken(labels, industry.label.lower(), industry.label, "label")
        for code in industry.naics:
            if not NAICS_CODE.fullmatch(code):
                faults.append(f"{industry.label}: naics {code!r} is not two to four digits")
            faults += _taken(labels, code, industry.label, "naics")
        for word in (*industry.roles, *industry.places, *industry.words):
            faults += _taken(owners, word, industry.label, "word")
    return _sound(path, industries, faults)


def _taken(owners: dict[str, str], text: str, owner: str, what: str) -> Iterator[str]:
    if what in ("alias", "word") and text != text.lower():
        yield f"{owner}: {what} {text!r} is not lower case"
    if text in owners:
        yield f"{owner}: {what} {text!r} already stands under {owners[text]}"
    else:
        owners[text] = owner


def _rows(path: Path | Traversable, table: str, kind: type[Row]) -> tuple[list[Row], list[str]]:
    """Return the entries whose fields have the right shape, and the faults of the others."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TaxonomyError(f"{path.name} cannot be read: {error}") from error
    faults: list[str] = [f"unknown top-level key {key!r}" for key in data if key != table]
    entries = data.get(table, [])
    if not isinstance(entries, list) or not entries:
        return [], [*faults, f"no [[{table}]] table"]
    rows: list[Row] = []
    for number, entry in enumerate(entries, 1):
        wrong = list(_misshapen(entry, kind)) if isinstance(entry, dict) else ["is not a table"]
        if not wrong:
            values: dict[str, Any] = {
                k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()
            }
            rows.append(kind(**values))
        faults += [f"[[{table}]] number {number}: {fault}" for fault in wrong]
    return rows, faults


def _misshapen(entry: Mapping[str, Any], kind: type[Row]) -> Iterator[str]:
    types = {field.name: field.type for field in fields(kind)}
    yield from (f"unknown key {key!r}" for key in entry if key not in types)
    for key, wanted in types.items():
        value = entry.get(key)
        if value is None:
            yield f"{key} is missing"
        elif wanted == "str":
            if not isinstance(value, str) or (not value.strip() and key not in ("esco", "onet")):
                yield f"{key} must be a non-empty string, not {value!r}"
        elif not (isinstance(value, list) and all(isinstance(v, str) and v for v in value)):
            yield f"{key} must be a list of non-empty strings, not {value!r}"


def _sound(path: Path | Traversable, rows: list[Row], faults: list[str]) -> tuple[Row, ...]:
    if faults:
        raise TaxonomyError(f"{path.name} has {listed(faults)}")
    return tuple(rows)
