"""Turn what the writers of the corpus hand in into labelled JSON lines, or name each fault.

    python scripts/compile_markup.py narratives FILE --out corpus/training/narratives-q.jsonl
    python scripts/compile_markup.py passages FILE --out corpus/training/passages-q.jsonl
    python scripts/compile_markup.py who FILE --out corpus/training/who-a.jsonl
    python scripts/compile_markup.py industry FILE --out corpus/training/industry-a.jsonl

A narrative:

    === q001 | third_form | person | hard, hard
    %% mentee | mentor | industry before | industry after
    ---
    O|A heading
    B|First sentence of a paragraph.
    B Next sentence of the same line.
    > delegation lacked mentee: did it all herself
    J|- a list item
    =- other: lost the contract
    @ every two weeks

The letter is the phase (Background, Journey, Outcome, Other); ``|`` begins a new line and ``||`` a
new paragraph; a space goes on in the line. Labels stand under the sentence whose words they quote:
``>`` a skill, ``=`` with ``+ - ~`` an outcome of good, bad or mixed kind, ``@`` a rhythm or
duration. ``* `` before a sentence says that a new case begins there (pages with several).

A passage is one line: ``She {{delegation/lacked/mentee: did it all herself}} until {{-other: her
health gave way}}.`` In a passage of people every name is marked with its role: ``{{@mentor: Dr
Okonjo}} of {{@neither: Harlow University}}``, and ``|`` begins a new line; a passage of industries
is a line ``industry before | industry after | text``.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from xcase.annotate.labels import ROLES, SKILLS, industries
from xcase.extract import people
from xcase.records import HOLDERS, OUTCOME_TYPES, STATUSES, Tagged

PHASE = {"B": "background", "J": "journey", "O": "outcome", "X": "other"}
POLARITY = {"+": "positive", "-": "negative", "~": "mixed"}
FORMS = ("headed", "unheaded", "first_person", "multi", "negative")
HARD = (
    "no_case", "failed_mentoring", "no_mentor", "multi_case", "skills_negated",
    "mentor_perspective", "mixed_outcome", "noisy_layout",
)  # fmt: skip

_SENTENCE = re.compile(r"(\* )?([BJOX])(\|\||\||\s)\s?(.+)")
_MARK = re.compile(r"\{\{(?:([^/{}+~:-][^/{}+~:]*)/(\w+)/(\w+)|([+~-])\s*(\w+)):\s*([^{}]+)\}\}")
_BREAK = re.compile(r" *(\|{1,2}) *")
_ROLE = re.compile(rf"\{{\{{@({'|'.join(ROLES)}):\s*([^{{}}]+)\}}\}}")


class Faults(list[str]):
    """What is wrong with a file, with the place."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("kind", choices=tuple(KINDS))
    parser.add_argument("file", type=Path)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    faults = Faults()
    records = KINDS[args.kind](args.file.read_text(encoding="utf-8"), faults)
    for fault in faults:
        print("FAULT", fault)
    skills = sum(len((r.get("gold") or r).get("skills", ())) for r in records)
    print(f"{len(records)} {args.kind}, {skills} skills, {len(faults)} faults")
    if args.out:
        lines = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records)
        args.out.write_text(lines, encoding="utf-8")
    raise SystemExit(bool(faults))


def narratives(markup: str, faults: Faults) -> list[dict[str, Any]]:
    """Compile narratives; those with a fault are left out."""
    records = []
    for block in re.split(r"^=== ", markup, flags=re.MULTILINE)[1:]:
        before = len(faults)
        record = narrative(block, faults)
        if record and len(faults) == before:
            records.append(record)
    return records


def narrative(block: str, faults: Faults) -> dict[str, Any] | None:
    """Compile one narrative from its header to its last label."""
    lines = [line.rstrip() for line in block.splitlines() if line.strip()]
    head = [cell.strip() for cell in lines[0].split("|")]
    if len(head) < 3 or len(lines) < 3 or not lines[1].startswith("%%"):
        faults.append(f"{head[0]}: header needs 'id | form | person | hard' and a %% line")
        return None
    name, form, person = head[:3]
    hard = [h.strip() for h in (head[3] if len(head) > 3 else "").split(",") if h.strip()]
    fields = [cell.strip() for cell in lines[1][2:].split("|")]
    fault = lambda what: faults.append(f"{name}: {what}")  # noqa: E731
    if len(fields) != 4:
        fault("%% needs mentee | mentor | industry before | industry after")
        return None
    for value, allowed in ((form, FORMS), (person, ("first", "third"))):
        if value not in allowed:
            fault(f"{value!r} is none of {', '.join(allowed)}")
    for value in hard:
        if value not in HARD:
            fault(f"hard {value!r} unknown")
    for value in fields[2:]:
        if value not in industries():
            fault(f"industry {value!r} unknown")
    text, sentences, starts, labels = _sentences(lines[2:], fault)
    gold: dict[str, Any] = {"sentences": sentences, "skills": [], "outcomes": [], "cadence": []}
    mentions: list[dict[str, Any]] = []
    for line, start, end in labels:
        _label(line, text, start, end, gold, mentions, fault)
    if "no_case" in hard and (
        gold["skills"] or gold["outcomes"] or any(s["phase"] != "other" for s in sentences)
    ):
        fault("no_case with labels")
    record = {
        "id": name,
        "url": f"own:{name}",
        "form": form,
        "person": person,
        "hard": hard,
        "industry_from": fields[2],
        "industry_to": fields[3],
        "mentee": _person(fields[0], text, fault),
        "mentor": _person(fields[1], text, fault),
        "split": "dev",
        "text": text,
        "gold": gold,
    }
    if mentions:
        record["mentions"] = mentions
    if starts:
        ends = [*starts[1:], len(sentences)]
        record["cases"] = [
            {"start_sentence": a, "end_sentence": b - 1} for a, b in zip(starts, ends, strict=True)
        ]
    return record


def _sentences(
    lines: list[str], fault: Any
) -> tuple[str, list[dict[str, str]], list[int], list[tuple[str, int, int]]]:
    text = ""
    sentences: list[dict[str, str]] = []
    starts: list[int] = []
    labels: list[tuple[str, int, int]] = []
    start = 0
    for line in lines:
        if line == "---":
            continue
        if line[0] in ">=@":
            labels.append((line, start, len(text)))
        elif match := _SENTENCE.fullmatch(line):
            begins, phase, gap, words = match.groups()
            if text:
                text += {"||": "\n\n", "|": "\n"}.get(gap, " ")
            start = len(text)
            text += words
            if begins:
                starts.append(len(sentences))
            sentences.append({"text": words, "phase": PHASE[phase]})
        else:
            fault(f"not understood: {line}")
    return text, sentences, starts, labels


def _label(
    line: str,
    text: str,
    start: int,
    end: int,
    gold: dict[str, Any],
    mentions: list[dict[str, Any]],
    fault: Any,
) -> None:
    head, _, surface = line[1:].partition(":")
    if line[0] == "@":
        surface = line[1:]
    surface = surface.strip()
    at = text.find(surface, start, end)
    if not surface or at < 0:
        fault(f"its words are not in the sentence above: {line}")
        return
    place = {"surface": surface, "start": at, "end": at + len(surface)}
    if line[0] == "@":
        gold["cadence"].append(surface)
    elif line[0] == "=":
        sign, kind = head[:1], head[1:].strip()
        if sign not in POLARITY or kind not in OUTCOME_TYPES:
            fault(f"outcome needs + - ~ and a type: {line}")
            return
        gold["outcomes"].append({"type": kind, **place, "polarity": POLARITY[sign]})
    else:
        *words, status, holder = head.split()
        skill = " ".join(words)
        if skill not in SKILLS or status not in STATUSES or holder not in HOLDERS:
            fault(f"skill, status or holder unknown: {line}")
            return
        item = {"canonical": skill, "status": status, "holder": holder, **place}
        item["hypothetical"] = False
        told = {(s["canonical"], s["status"], s["holder"]) for s in gold["skills"]}
        (mentions if (skill, status, holder) in told else gold["skills"]).append(item)


def _person(told: str, text: str, fault: Any) -> str | None:
    if told in ("", "-", "null"):
        return None
    names = [name.strip() for name in told.split(";")]
    for name in names:
        if name not in ("-", "") and name not in text:
            fault(f"{name!r} is not in the text")
    return "; ".join(_described(name) for name in names)


def _described(name: str) -> str:
    """Return a description in small letters though it began a sentence: with a capital it counts
    as a name."""
    return name if people.name_words(name) else f"{name[:1].lower()}{name[1:]}"


def passages(markup: str, faults: Faults) -> list[dict[str, Any]]:
    """Compile passages of a few sentences whose skills are marked in place."""
    records = []
    for number, line in enumerate(markup.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        before = len(faults)
        text, at = "", 0
        record: dict[str, Any] = {"text": "", "skills": [], "outcomes": []}
        for match in _MARK.finditer(line):
            skill, status, holder, sign, kind, surface = match.groups()
            text += line[at : match.start()]
            place = {"start": len(text), "end": len(text) + len(surface)}
            if sign:
                if kind not in OUTCOME_TYPES:
                    faults.append(f"line {number}: outcome {kind} unknown")
                record["outcomes"].append({"type": kind, "polarity": POLARITY[sign], **place})
            else:
                skill = skill.strip()
                if skill not in SKILLS or status not in STATUSES or holder not in HOLDERS:
                    faults.append(f"line {number}: {skill}/{status}/{holder} unknown")
                told = {"canonical": skill, "status": status, "holder": holder, **place}
                record["skills"].append(told)
            text += surface
            at = match.end()
        record["text"] = (text + line[at:]).rstrip()
        if "{{" in record["text"] or "}}" in record["text"]:
            faults.append(f"line {number}: a mark was not understood: {line[:80]}")
        if len(faults) == before:
            records.append(record)
    return records


def who(markup: str, faults: Faults) -> list[dict[str, Any]]:
    """Compile passages in which everybody who is named is marked with his role."""
    records = []
    for number, line in enumerate(markup.splitlines(), 1):
        if not line.strip():
            continue
        line = _BREAK.sub(lambda match: "\n" * len(match[1]), line)
        text, at, told = "", 0, []
        for match in _ROLE.finditer(line):
            text += line[at : match.start()]
            start, at = len(text), match.end()
            text += match[2].strip()
            told.append({"role": match[1], "start": start, "end": len(text)})
        text = (text + line[at:]).rstrip()
        if "{{" in text or "}}" in text:
            faults.append(f"line {number}: a mark was not understood: {line[:80]}")
            continue
        _identify(text, told, f"{number}")
        records.append({"text": text, "people": told})
    return records


def _identify(text: str, told: list[dict[str, Any]], passage: str) -> None:
    """Say which marks name the same one: a part of a name counts for the whole."""
    marks = [Tagged("name", t["start"], t["end"], 1.0, {}) for t in told]
    for number, person in enumerate(people.candidates(text, marks)):
        for mark in told:
            if any(s.start <= mark["start"] < s.end for s in person.spans):
                mark["who"] = f"{passage}:{number}"
    for number, mark in enumerate(told):
        mark.setdefault("who", f"{passage}:described {number}")


def industry(markup: str, faults: Faults) -> list[dict[str, Any]]:
    """Compile passages of which the industries before and after are told."""
    records = []
    for number, line in enumerate(markup.splitlines(), 1):
        cells = [cell.strip() for cell in line.split("|", 2)]
        if len(cells) != 3 or any(cell not in industries() for cell in cells[:2]):
            faults.append(f"line {number}: needs industry | industry | text: {line[:60]}")
            continue
        records.append(dict(zip(("industry_from", "industry_to", "text"), cells, strict=True)))
    return records


KINDS: dict[str, Callable[[str, Faults], list[dict[str, Any]]]] = {
    "narratives": narratives,
    "passages": passages,
    "who": who,
    "industry": industry,
}


if __name__ == "__main__":
    main()
