"""What in a mentee's profile is situation, gap and goal."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from xcase.clauses import PARTS, UNWANTED, clauses_of, part_of, told_in
from xcase.errors import UsageError, nearest
from xcase.impersonal import impersonal
from xcase.language import likeliest
from xcase.profiles import read_profile
from xcase.read.decode import well_formed
from xcase.records import Profile
from xcase.similar.words import words_of
from xcase.taxonomy import load_industries
from xcase.vocabulary import industry_meant, industry_words, skill_names, skills_named

# About ten pages. Longer texts are not profiles, and their many topics resemble everything.
MAX_CHARS = 20_000
# Fewer words than this describe nobody.
MIN_WORDS = 3
# Of them, words that say something by themselves.
MIN_TELLING = 2
# From this probability on a text of at least so many words is called another language.
FOREIGN = 0.9
FOREIGN_WORDS = 6
# So many words that only English has, making up so much of the text, leave no doubt.
ENGLISH_WORDS = 3
ENGLISH_SHARE = 0.15
_ENGLISH = frozenset((
    "the", "and", "my", "with", "that", "they", "this", "who", "what", "when", "which", "because",
    "would", "could", "should", "have", "been", "from", "their", "there", "about", "only", "people",
    "think", "know", "everything", "nobody", "everyone", "myself", "never",
))  # fmt: skip

# Before a role, a place or a word of an industry: it is not where one is or wants to be.
_NOT_THERE = re.compile(
    r"\b(?:not|never|no|neither|nor|(?:do|does|did|is|are|was|were|have|has|had)n['’]t)"
    r"(?:\s+(?:an?|the|my|any|yet|really|actually|been|being|work(?:s|ed|ing)?|as|in|at|for|want|"
    r"wanted|wish|to|become|longer|trained|qualified|professional))*\s+$",
    re.IGNORECASE,
)
_NEAR = 60

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


@dataclass(frozen=True, slots=True)
class ProfileReading:
    """What a profile says: clauses by part, the skills wanted, and what it does not tell.

    The clauses are without names, titles and pronouns of one person. The industries are those told,
    else those that its words speak of, with their shares.
    ``notes`` are meant for the reader on stderr; ``missing`` names the parts that were not told.
    """

    profile: Profile
    situation: tuple[str, ...]
    gap: tuple[str, ...]
    goal: tuple[str, ...]
    skills: tuple[str, ...]
    industry_from: dict[str, float]
    industry_to: dict[str, float]
    missing: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def text(self) -> str:
        """Everything told in words."""
        return "\n".join((*self.situation, *self.gap, *self.goal))


def profile_of_text(text: str) -> Profile:
    """Return a profile that holds nothing but a text."""
    return Profile("", "", well_formed(text), "", "", "", (), (), (), {})


def parse_profile(content: str, name: str) -> tuple[Profile, tuple[str, ...]]:
    """Read one profile from text; see :func:`xcase.profiles.read_profile`."""
    return read_profile(content.encode("utf-8", "replace"), name)


def read(profile: Profile) -> ProfileReading:
    """Read what a profile says.

    Raises:
        UsageError: it says too little or too much, or is not in English.
    """
    _check_size(profile)
    said = " ".join((profile.role, profile.text, *profile.goals))
    _check_script(" ".join((said, *profile.skills_want)))
    _check_language(_WORD.findall(said))
    text, role, *goals = (
        impersonal(told, profile.name).text for told in (profile.text, profile.role, *profile.goals)
    )
    notes: list[str] = []
    wanted, unnamed = _skills(profile.skills_want, notes)
    parts: dict[str, list[str]] = {part: [] for part in PARTS}
    if role:
        parts["situation"].append(role)
    for clause in clauses_of(text):
        parts[part_of(clause)].append(clause)
    parts["goal"] += goals
    # Where nothing else is told, the names of all skills wanted are compared, known or not.
    unnamed = unnamed if any(parts.values()) else list(profile.skills_want)
    parts["gap"] += unnamed
    told = _told(role, text, goals, unnamed)
    clauses = (*told["gap"], *told["goal"])
    wanted = list(dict.fromkeys((*wanted, *(s for c in clauses for s in skills_named(c)))))
    words = _WORD.findall(" ".join(c for clauses in parts.values() for c in clauses))
    if len(words) == 1 and not wanted:
        # One word is a profile if it names a skill, whatever stands around it.
        wanted += [hit.label for hit in skill_names().find(words[0])]
    telling = words_of(" ".join(words))
    if (len(words) < MIN_WORDS or len(telling) < MIN_TELLING) and not wanted:
        raise UsageError(
            f"the profile says too little ({' '.join(words)[:40]!r}); tell in a sentence or two "
            "where the mentee stands, what is hard, and what the goal is"
        )
    start = _industry(profile.industry, (*told["situation"], *told["gap"], *told[UNWANTED]), notes)
    goal = _industry(profile.target_industry, told["goal"], notes)
    missing = [part for part in PARTS if not told[part]]
    if not wanted:
        missing.append("skills wanted")
    if not start and not goal:
        missing.append("industry")
    return ProfileReading(
        profile=profile,
        situation=tuple(parts["situation"]),
        gap=tuple(parts["gap"]),
        goal=tuple(parts["goal"]),
        skills=tuple(wanted),
        industry_from=start,
        industry_to=goal,
        missing=tuple(missing),
        notes=tuple(notes),
    )


def _told(
    role: str, text: str, goals: Iterable[str], wanted: Iterable[str]
) -> dict[str, list[str]]:
    """Return what each part tells.

    Vectors are made of whole clauses; here a goal's clause is read piece by piece.
    """
    told: dict[str, list[str]] = {part: [] for part in (*PARTS, UNWANTED)}
    told["situation"] += [role] if role else []
    told["gap"] += wanted
    for part, piece in (
        *(one for clause in clauses_of(text) for one in told_in(clause)),
        *(one for goal in goals for one in told_in(goal, goal=True)),
    ):
        told[part].append(piece)
    return told


def _industry(told: str, clauses: Iterable[str], notes: list[str]) -> dict[str, float]:
    """Return the industry told, else those whose roles, places and words the clauses name."""
    if told:
        if meant := industry_meant(told):
            return {meant: 1.0}
        near = nearest(told, (i.label for i in load_industries()))
        notes.append(f"unknown industry {told!r} is not compared{near}")
    found = Counter(
        hit.label
        for clause in clauses
        for hit in industry_words().find(clause)
        if not _NOT_THERE.search(clause[max(0, hit.span.start - _NEAR) : hit.span.start])
    )
    return {label: count / found.total() for label, count in found.items()}


def _skills(told: Iterable[str], notes: list[str]) -> tuple[list[str], list[str]]:
    """Return the skills of the taxonomy that are told, and what names none of them."""
    named: dict[str, None] = {}
    unnamed = []
    for skill in told:
        names = [hit.label for hit in skill_names().find(skill)]
        named |= dict.fromkeys(names)
        if not names:
            unnamed.append(skill)
            notes.append(f"{skill!r} names no skill that xcase knows; it is compared by its words")
    return list(named), unnamed


def _check_size(profile: Profile) -> None:
    size = sum(map(len, (profile.text, profile.role, *profile.goals)))
    if size > MAX_CHARS:
        raise UsageError(
            f"the profile has {size:,} characters, and {MAX_CHARS:,} are the limit; "
            "give the part that describes the mentee"
        )


def _check_script(text: str) -> None:
    letters = Counter(c for c in text if c.isalpha())
    latin = sum(n for c, n in letters.items() if "LATIN" in unicodedata.name(c, ""))
    if 2 * latin < letters.total():
        raise UsageError(
            "the profile is not written in Latin letters; "
            "the models read English only: translate it first"
        )


def _check_language(words: list[str]) -> None:
    if len(words) < FOREIGN_WORDS or _plainly_english(words):
        return
    language, sure = likeliest(" ".join(words))
    if language != "en" and sure >= FOREIGN:
        raise UsageError(
            f"the profile seems to be in another language than English ({language}); "
            "the models read English only: translate it first"
        )


def _plainly_english(words: list[str]) -> bool:
    """Say whether no model of languages has to be asked, which takes half a second to load."""
    known = [w.lower() for w in words if w.lower() in _ENGLISH]
    return len(set(known)) >= ENGLISH_WORDS and len(known) >= ENGLISH_SHARE * len(words)
