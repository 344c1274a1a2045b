"""What ``xcase transfer`` does between its options and its output."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from xcase import store
from xcase.errors import nearest
from xcase.records import Transfer
from xcase.taxonomy import load_industries
from xcase.transfer.answer import Question, ask, notes
from xcase.transfer.asker import read_asker
from xcase.transfer.base import Base, prepare
from xcase.vocabulary import industry_meant

_MADE = "only moves that cases make are shown; name an industry on either side to see others"
_NONE_MADE = (
    "no case tells of a change of industry; name an industry on either side to see what would "
    "carry over"
)
_ANY_SOURCE = "the profile names no industry: every industry counts as the source"


def transfer(
    folder: Path,
    question: Question,
    *,
    k: int,
    profile: bytes | None = None,
    profile_name: str = "",
    base: Base | None = None,
) -> tuple[tuple[Transfer, ...], tuple[str, ...]]:
    """Answer a question from an analysis folder; return the rows and notes about them.

    Where neither side is told, by the question or the profile, the moves that cases make are
    answered, and no others; an analysis without a case has none to keep to.

    Args:
        folder: the analysis.
        question: what is asked; names of industries and skills are checked before any work.
        k: how many rows at most.
        profile: a person's profile, which fills in what the question leaves open.
        profile_name: what the profile is called in messages.
        base: an analysis that is already prepared, for callers that ask often.

    Raises:
        UsageError: a name is not in the taxonomy, or the profile cannot be read.
        AnalysisError: the folder holds no sound analysis.
    """
    remarks: tuple[str, ...] = ()
    if profile is not None:
        question, remarks = _for_person(question, profile, profile_name)
    question.check()
    base = base or prepare(store.load(folder), folder)
    if question.source is None and question.target is None:
        made = replace(question, made=True)
        rows = ask(base, made, k)
        if rows or base.cases.moves.any():
            return rows, (*remarks, _MADE if rows else _NONE_MADE, *notes(base, made))
    if profile is not None and question.source is None:
        remarks = (*remarks, _ANY_SOURCE)
    return ask(base, question, k), remarks + notes(base, question)


def _for_person(question: Question, content: bytes, where: str) -> tuple[Question, tuple[str, ...]]:
    person = read_asker(content, where)
    remarks = list(person.remarks)
    if person.unknown:
        remarks.append(f"not in the taxonomy, left out: {', '.join(person.unknown)}")
    if not person.skills and not question.skills:
        remarks.append("the profile names no skill that xcase knows: the list is of all skills")
    filled = Question(
        source=question.source or _industry(person.industry, remarks),
        target=question.target or _industry(person.target_industry, remarks),
        skills=question.skills or person.skills,
    )
    return filled, tuple(remarks)


def _industry(told: str, remarks: list[str]) -> str | None:
    """Return the industry that a profile tells; a profile may say what no taxonomy knows."""
    if told and industry_meant(told) is None:
        near = nearest(told, (i.label for i in load_industries()))
        remarks.append(f"unknown industry {told!r} in the profile counts as not given{near}")
        return None
    return told or None
