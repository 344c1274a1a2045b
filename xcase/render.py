"""Records to the terminal: the summary of a run, a marked case, figures, the taxonomy."""

from __future__ import annotations

import os
import shlex
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from xcase.duplicates import first_tellings
from xcase.options import plain
from xcase.records import Analysis, Case, Document, IndustryGuess, Person, Quote
from xcase.taxonomy import Skill

TOP = 6
UNWRAPPED = 10_000
PHASE_STYLE = {"background": "blue", "journey": "yellow", "outcome": "green", "other": "dim"}


def summary(analysis: Analysis, out: Path) -> None:
    """Print what a run found and where it lies."""
    console = terminal()
    counts = analysis.run["counts"]
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_row(
        "documents", f"{counts['documents']} ({analysis.run['analysed_now']} analysed now)"
    )
    again = analysis.run.get("duplicates", {})
    twice = f", {len(again)} of them told before and counted once" if again else ""
    table.add_row("cases", f"{counts['cases']} in {counts['with_cases']} documents{twice}")
    table.add_row("not a case", str(counts["not_a_case"]))
    cases = first_tellings(analysis)
    for status in ("lacked", "developed", "used"):
        table.add_row(f"skills {status}", escape(_top_skills(cases, status)))
    table.add_row("industries", escape(_top_industries(cases)))
    table.add_row("skipped", _skipped(analysis))
    console.print(table)
    for name in ("documents.jsonl", "cases.jsonl", "errors.jsonl", "run.json"):
        console.print(f"wrote {escape(plain(str(out / name)))}", highlight=False)
    if analysis.cases:
        folder = "" if str(out) == "xcase-out" else f" --dir {shlex.quote(str(out))}"
        case = shlex.quote(analysis.cases[0].id)
        # What begins with a dash would be taken for an option.
        asked = f"{folder} -- {case}" if case.startswith("-") else f" {case}{folder}"
        told = f"next: xcase show{asked}"
        console.print(escape(plain(told)))


def show(case: Case, document: Document) -> None:
    """Print a case with phases in the margin, skills in [brackets] and outcomes in ⟨angles⟩."""
    console = terminal()
    console.print(Text(plain(case.title), style="bold"))
    console.print(Text(plain(_facts(case))))
    for sentence in case.sentences:
        line = Text()
        style = PHASE_STYLE[sentence.phase]
        line.append(f"{sentence.phase:>10} {sentence.confidence:.2f}  ", style=style)
        line.append(plain(_marked(document.text, sentence.start, sentence.end, case)))
        console.print(line)
    table = Table("skill", "status", "holder", "phase", "sure", "words", box=None, pad_edge=False)
    for skill in case.skills:
        status = f"{skill.status}, hypothetical" if skill.hypothetical else skill.status
        cells = (skill.skill, status, skill.holder, skill.phase, f"{skill.confidence:.2f}")
        table.add_row(*cells, escape(plain(f"“{skill.surface}”")))
    if case.skills:
        console.print("", table, sep="\n")
    table = Table("outcome", "polarity", "sure", "words", box=None, pad_edge=False)
    for outcome in case.outcomes:
        table.add_row(
            outcome.type,
            outcome.polarity,
            f"{outcome.confidence:.2f}",
            escape(plain(f"“{outcome.surface}”")),
        )
    if case.outcomes:
        console.print("", table, sep="\n")
    console.print()


def figures(result: dict[str, Any]) -> None:
    """Print the figures of an evaluation beside its baselines."""
    baselines = list(result["baselines"])
    table = Table("figure", "xcase", "95 % interval", *baselines, box=None, pad_edge=False)
    for name, figure in sorted(result["figures"].items()):
        others = [result["baselines"][b].get(name) for b in baselines]
        cells = [f"{figure['value']:.3f}", f"{figure['low']:.3f}–{figure['high']:.3f}"]
        table.add_row(name, *cells, *("" if o is None else f"{o:.3f}" for o in others))
    console = terminal()
    console.print(f"{result['documents']} documents")
    console.print(table)


def taxonomy(skills: Sequence[Skill], *, detailed: bool) -> None:
    """Print skills, one a line, or one with everything known of it."""
    console = terminal()
    if not detailed:
        table = Table("skill", "family", "definition", box=None, pad_edge=False)
        for skill in skills:
            table.add_row(skill.name, skill.family, skill.definition)
        console.print(table)
        return
    skill = skills[0]
    table = Table(show_header=False, box=None, pad_edge=False)
    for name in ("name", "family", "definition", "esco", "onet"):
        table.add_row(name, escape(getattr(skill, name)))
    table.add_row("aliases", escape(", ".join(skill.aliases)))
    table.add_row("examples", escape("\n".join(skill.examples)))
    console.print(table)


def terminal() -> Console:
    """Return a console on stdout; a pipe gets each line whole."""
    # A pipe or file has no width: do not wrap there, so that the lines can be searched.
    there = sys.stdout.isatty()
    width = None if there else UNWRAPPED
    # FORCE_COLOR, which services set for all they run, would put escape codes into files.
    styled = there and not os.environ.get("NO_COLOR")
    return Console(width=width, highlight=False, emoji=False, force_terminal=styled)


def _top_skills(cases: Sequence[Case], status: str) -> str:
    told = {
        (case.id, s.skill)
        for case in cases
        for s in case.skills
        if s.status == status and s.holder == "mentee" and not s.hypothetical
    }
    return _most_frequent(Counter(skill for _, skill in told)) or "none"


def _top_industries(cases: Sequence[Case]) -> str:
    moves = Counter(
        f"{c.industry_from.label} → {c.industry_to.label}"
        if c.industry_from and c.industry_to and c.industry_from.label != c.industry_to.label
        else (c.industry_to or c.industry_from).label  # type: ignore[union-attr]
        for c in cases
        if c.industry_from or c.industry_to
    )
    more = f" and {len(moves) - TOP} more" if len(moves) > TOP else ""
    return _most_frequent(moves) + more or "none told"


def _most_frequent(counts: Counter[str]) -> str:
    """Return the words that come most often, each with its number; equals by the alphabet."""
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{word} {n}" for word, n in ordered[:TOP])


def _skipped(analysis: Analysis) -> str:
    if not analysis.skipped:
        return "0"
    codes: dict[str, int] = {}
    for item in analysis.skipped:
        codes[item.code] = codes.get(item.code, 0) + 1
    listed = ", ".join(f"{code} {n}" for code, n in sorted(codes.items()))
    return f"{len(analysis.skipped)} ({listed}; see errors.jsonl)"


def _facts(case: Case) -> str:
    facts = [
        ("mentee", _who(case.mentee)),
        ("mentor", _who(case.mentor)),
        ("from", _where(case.industry_from, case.role_from)),
        ("to", _where(case.industry_to, case.role_to)),
        ("duration", ", ".join(q.surface for q in case.program.duration)),
        ("rhythm", ", ".join(q.surface for q in case.program.cadence)),
        ("form", ", ".join(q.surface for q in case.program.format)),
    ]
    return "\n".join(f"{name}: {value}" for name, value in facts if value) + "\n"


def _who(person: Person | None) -> str:
    if person is None:
        return "not told"
    return person.name or person.description or ""


def _where(industry: IndustryGuess | None, role: Quote | None) -> str:
    label = f"{industry.label} ({industry.confidence:.2f})" if industry else "industry not known"
    return f"{label}, {role.surface}" if role else label


def _marked(text: str, start: int, end: int, case: Case) -> str:
    opening: dict[int, str] = {}
    closing: dict[int, str] = {}
    marks = [(o.start, o.end, "⟨", f"⟩({o.type})") for o in case.outcomes]
    marks += [(s.start, s.end, "[", f"]({s.skill}: {s.status})") for s in case.skills]
    for first, last, before, after in marks:
        if start <= first and last <= end:
            opening[first] = opening.get(first, "") + before
            closing[last] = closing.get(last, "") + after
    parts = []
    for at in range(start, end + 1):
        parts.append(closing.get(at, ""))
        if at < end:
            parts += [opening.get(at, ""), text[at]]
    return "".join(parts)
