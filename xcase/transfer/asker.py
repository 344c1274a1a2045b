"""A profile as far as ``transfer`` needs it: where somebody stands, and what they can do."""

from __future__ import annotations

from dataclasses import dataclass

from xcase.clauses import clauses_of, told_in
from xcase.profiles import read_profile
from xcase.vocabulary import skill_names, skills_named


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks; ``skills`` are names of the taxonomy, ``unknown`` what was told and is not in it.

    ``remarks`` name the columns that are not read.
    """

    name: str
    industry: str
    target_industry: str
    skills: tuple[str, ...]
    unknown: tuple[str, ...]
    remarks: tuple[str, ...]


def read_asker(content: bytes, where: str) -> Asker:
    """Read one profile; skills come from ``skills_have`` and, by name and alias, from ``text``.

    Of the text only what tells the situation is read: a gap or a goal names what is not there yet.

    Raises:
        UsageError: see :func:`xcase.profiles.read_profile`.
    """
    profile, notes = read_profile(content, where)
    found, unknown = [], []
    for name in profile.skills_have:
        hits = [hit.label for hit in skill_names().find(name)]
        found += hits
        unknown += [] if hits else [name]
    told = (piece for clause in clauses_of(profile.text) for piece in told_in(clause))
    found += [skill for part, words in told if part == "situation" for skill in skills_named(words)]
    return Asker(
        name=profile.name or profile.id,
        industry=profile.industry,
        target_industry=profile.target_industry,
        skills=tuple(dict.fromkeys(found)),
        unknown=tuple(unknown),
        remarks=notes,
    )
