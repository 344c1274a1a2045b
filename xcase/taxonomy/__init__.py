"""The skills and industries that xcase knows, read from two TOML files beside this module.

The first 66 skills are the closed list of the annotation guideline; the others come from leadership
and career literature. Skills point to ESCO (European Commission, CC BY 4.0) and to the O*NET 29.3
content model (USDOL/ETA, CC BY 4.0); industries point to NAICS 2022 (US Census Bureau). All
definitions, aliases, examples and word lists are our own.
"""

from __future__ import annotations

import functools
from importlib import resources

from xcase.taxonomy import imported
from xcase.taxonomy.entries import CONTAINER_WORDS, FAMILIES, Industry, Skill
from xcase.taxonomy.tables import parse_industries, parse_skills

__all__ = [
    "CONTAINER_WORDS",
    "FAMILIES",
    "Industry",
    "Skill",
    "load_base_skills",
    "load_industries",
    "load_skills",
    "parse_industries",
    "parse_skills",
    "taxonomy_version",
]

_VERSION = "1"


@functools.cache
def taxonomy_version() -> str:
    """Return the version of the taxonomy, with a sum of the user's own table if there is one."""
    return imported.version(_VERSION)


@functools.cache
def load_base_skills() -> tuple[Skill, ...]:
    """Return the skills of ``skills.toml`` in file order; raise TaxonomyError if it is faulty."""
    return parse_skills(resources.files(__name__) / "skills.toml")


@functools.cache
def load_skills() -> tuple[Skill, ...]:
    """Return all skills: those of xcase, then those of the table that ``XCASE_TAXONOMY`` names."""
    base, added = load_base_skills(), imported.path()
    return base if added is None else (*base, *parse_skills(added, base))


@functools.cache
def load_industries() -> tuple[Industry, ...]:
    """Return the industries of ``industries.toml`` in file order; raise TaxonomyError if faulty."""
    return parse_industries(resources.files(__name__) / "industries.toml")
