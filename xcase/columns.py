"""What the columns of a roster are called, by us and by the exports of mentoring programmes."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import lru_cache

# Our name of a column, and what programme exports and mentor-match call it.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "id": ("mentee_id", "mentor_id", "participant_id", "person_id", "user_id", "staff_id"),
    "name": ("full_name", "display_name", "mentee_name", "mentor_name", "participant"),
    "first_name": ("given_name", "forename"),
    "last_name": ("family_name", "surname"),
    "email": ("email_address", "e_mail", "mail", "e_mail_address"),
    "text": ("bio", "biography", "about", "about_me", "description", "profile", "summary"),
    "industry": ("sector", "current_industry", "current_sector"),
    "target_industry": ("target_sector", "desired_industry", "desired_sector", "industry_wanted"),
    "role": ("job_title", "title", "position", "current_role", "job"),
    "goals": ("goal", "objectives", "mentoring_goals", "goals_for_mentoring", "aims"),
    "skills_have": (
        "skills", "expertise", "strengths", "skills_offered", "can_help_with", "competencies",
        "areas_of_expertise",
    ),
    "skills_want": (
        "skills_wanted", "skills_needed", "development_areas", "areas_for_development",
        "wants_help_with", "skills_to_develop", "skills_to_learn", "help_wanted",
    ),
    "capacity": ("max_mentees", "number_of_mentees", "places", "mentee_capacity", "slots"),
    "organisation": ("organization", "company", "employer"),
    "languages": ("language", "spoken_languages"),
    "availability": ("available", "available_times", "times"),
    "time_zone": ("timezone", "tz", "utc_offset"),
    "manager": ("line_manager", "reports_to", "manager_id", "supervisor"),
    "preferred": ("preferred_mentors", "preferred_mentees", "preferences", "wish_list", "wishes"),
    "previous": ("previous_mentors", "previous_mentees", "previous_pairs", "past_mentors"),
}  # fmt: skip
LISTS = ("skills_have", "skills_want", "languages", "availability", "preferred", "previous")
# Columns that name people, of whom one may go by "NA".
PEOPLE = ("id", "name", "first_name", "last_name", "manager", "previous")
# What people and programmes write into a cell of which nothing is known, beside dashes.
_NOTHING = frozenset(
    ("n/a", "#n/a", "<na>", "na", "n.a", "nan", "nil", "none", "null", "tba", "tbc", "tbd",
     "not applicable")
)  # fmt: skip
# A misspelling this close is read as the column and reported; farther ones stay unknown columns.
NEAR = 0.87
# Names of which another word is a letter away: a place, a slot, a time, an employee.
_EXACT = ("places", "slots", "times", "employer")
_NOT = re.compile(r"(?:^|_)(?:un|non|not|no_)")

_KNOWN = {other: name for name, others in SYNONYMS.items() for other in (name, *others)}


def normal(header: str) -> str:
    """Return a header in lower case with underscores: ``Email address`` is ``email_address``."""
    return re.sub(r"[^\w]+", "_", header.strip().casefold()).strip("_")


def name_columns(headers: list[str], side: str = "") -> tuple[dict[str, str], list[str]]:
    """Return our name for each header, and remarks on names that were guessed or taken already.

    A header keeps its own (normal) name if another column already bears ours exactly.

    Args:
        side: ``mentee`` or ``mentor``, whose rows these are: who the other one is does not name
            the person of a row.
    """
    others = {"mentee": "mentor_", "mentor": "mentee_"}.get(side)
    names: dict[str, str] = {}
    notes: list[str] = []
    taken = {normal(h) for h in headers if normal(h) in SYNONYMS}
    for header in headers:
        plain = normal(header) or f"column_{len(names) + 1}"
        meant = plain if plain in _KNOWN else _nearest(plain)
        name = _KNOWN.get(meant, plain)
        if others and meant.startswith(others) and name in ("id", "name"):
            name = plain
        if name != plain and name in taken:
            if plain in _KNOWN:
                notes.append(f"column {header!r} is not read, another one gives {name!r}")
            name = plain
        elif name != plain and plain not in _KNOWN:
            notes.append(f"column {header!r} is read as {name!r}; rename it if that is wrong")
        taken.add(name)
        names[header] = name
    return names, notes


@lru_cache(maxsize=1024)
def _nearest(plain: str) -> str:
    """Return the name that a header misspells; ``unavailable`` says the opposite, and is none."""
    near = next(iter(get_close_matches(plain, _KNOWN, n=1, cutoff=NEAR)), "")
    # Who misspells a name begins it as it is.
    wrong = near in _EXACT or near[:1] != plain[:1] or _NOT.search(plain)
    return "" if wrong else near


def folded(text: object) -> str:
    """Return a text in lower case with single blanks, so that two who mean the same are equal."""
    return " ".join(str(text).casefold().split())


def silent(text: str, *, of_people: bool = False) -> bool:
    """Say whether a cell, or a member of a list, tells nothing: ``-``, ``?``, ``n/a`` and such."""
    plain = text.casefold().strip(" -–—?.")
    return not plain or (plain in _NOTHING and not of_people)


def told_items(value: object, *, of_people: bool = False) -> list[str]:
    """Return the members of a list cell that tell something."""
    return [item for item in items(value) if not silent(item, of_people=of_people)]


def items(value: object) -> list[str]:
    """Return the members of a list cell: a JSON list, or text parted by ``;``, ``|``, ``,``."""
    if isinstance(value, list | tuple):
        return [text for v in value if v is not None and (text := str(v).strip())]
    text = str(value)
    separator = next((s for s in ("\n", ";", "|", ",") if s in text), None)
    parts = text.split(separator) if separator else [text]
    return [part.strip() for part in parts if part.strip()]
