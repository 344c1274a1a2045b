"""An analysis as a REFI-QDA project (``.qdpx``), as MAXQDA, ATLAS.ti, NVivo and QualCoder read it.

The standard is REFI-QDA 1.5 (https://www.qdasoftware.org): a zip with ``project.qde``, which is
XML, and the texts under ``sources/``. Positions are code points of those texts. Every sentence,
skill and outcome is a selection of its own, so that a status belongs to one skill; a skill has
three codings (the skill, its status, its holder), an outcome two, a sentence one.

Nothing in it is made by chance or by the clock: the same analysis gives the same bytes.
"""

from __future__ import annotations

import functools
import io
import re
import uuid
import zipfile
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from xcase import __version__
from xcase.export.meanings import HOLDER, OUTCOME, PHASE, POLARITY, STATUS
from xcase.read.decode import in_xml
from xcase.records import Analysis, Case, Document, IndustryGuess, Person
from xcase.taxonomy import FAMILIES, load_skills

NAMESPACE = "urn:QDA-XML:project:1.0"
SOURCES = "sources"
# QualCoder reads a date from everything; a zip can tell none before this one.
DATE = (1980, 1, 1, 0, 0, 0)
WHEN = "1980-01-01T00:00:00Z"
# What makes our GUIDs differ from those of others who name things alike.
_OURS = uuid.uuid5(uuid.NAMESPACE_URL, "urn:xcase:refi-qda")
_NAME_LENGTH = 60
_UNKNOWN = "Not in the taxonomy"
_GROUPS = {
    "phase": ("Phases", PHASE),
    "outcome": ("Outcomes", OUTCOME),
    "status": ("Status of the skill", STATUS),
    "holder": ("Holder of the skill", HOLDER),
    "polarity": ("Polarity of the outcome", POLARITY),
}
# The attributes of a case, and what each means.
_VARIABLES = {
    "mentee": "Who is helped: a name, else a description.",
    "mentor": "Who helps: a name, else a description.",
    "industry_from": "The industry at the start.",
    "industry_to": "The industry at the end.",
    "role_from": "The role at the start.",
    "role_to": "The role at the end.",
}


@dataclass(frozen=True, slots=True)
class Selection:
    """Words of a document with the codes that they have, each as ``(kind, name)``."""

    case_id: str
    start: int
    end: int
    codes: tuple[tuple[str, str], ...]
    note: str


def project(analysis: Analysis, *, name: str) -> bytes:
    """Return a project as the bytes of a ``.qdpx`` file."""
    qde = _project(analysis, name)
    ET.indent(qde, " ")
    entries = {"project.qde": ET.tostring(qde, encoding="utf-8", xml_declaration=True) + b"\n"}
    for document in analysis.documents:
        entries[f"{SOURCES}/{_source_guid(document)}.txt"] = plain(document.text).encode()
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path, entry in entries.items():
            info = zipfile.ZipInfo(path, DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3  # also on Windows, for equal bytes
            info.external_attr = 0o644 << 16
            archive.writestr(info, entry)
    return content.getvalue()


def plain(text: str) -> str:
    """Return a text with ``\\n`` at the end of each line: programs disagree on how long others are.

    Half of a surrogate pair, which no UTF-8 can hold, becomes a question mark.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return lines.encode("utf-8", "replace").decode()


def _project(analysis: Analysis, name: str) -> ET.Element:
    root = ET.Element(
        "Project",
        xmlns=NAMESPACE,
        name=in_xml(name),
        origin=f"xcase {__version__}",
        creatingUserGUID=_guid("user"),
        creationDateTime=WHEN,
    )
    ET.SubElement(ET.SubElement(root, "Users"), "User", guid=_guid("user"), name="xcase")
    _add_codes(ET.SubElement(ET.SubElement(root, "CodeBook"), "Codes"), analysis)
    cases = analysis.cases_by_document()
    selections = {d.id: tuple(_selections(cases[d.id])) for d in analysis.documents}
    if analysis.cases:
        _add_variables(ET.SubElement(root, "Variables"))
        told = ET.SubElement(root, "Cases")
        for document in analysis.documents:
            own = _numbers_by_case(selections[document.id])
            alone = len(cases[document.id]) == 1
            for case in cases[document.id]:
                _add_case(told, case, document, None if alone else own[case.id])
    if analysis.documents:  # the schema allows no empty list
        sources = ET.SubElement(root, "Sources")
        for document in analysis.documents:
            _add_source(sources, document, selections[document.id])
    return root


def _add_codes(parent: ET.Element, analysis: Analysis) -> None:
    skills = _code(parent, "group", "Skills", codable=False)
    for family in FAMILIES:
        own = [s for s in load_skills() if s.family == family]
        if own:
            group = _code(skills, "family", family, codable=False)
        for skill in own:
            _code(group, "skill", skill.name, skill.definition)
    known = {s.name for s in load_skills()}
    if unknown := sorted({m.skill for c in analysis.cases for m in c.skills} - known):
        group = _code(skills, "family", _UNKNOWN, codable=False)
        for name in unknown:
            _code(group, "skill", name)
    for kind, (title, meanings) in _GROUPS.items():
        group = _code(parent, "group", title, codable=False)
        for name, meaning in meanings.items():
            _code(group, kind, name, meaning)


def _code(
    parent: ET.Element, kind: str, name: str, meaning: str = "", *, codable: bool = True
) -> ET.Element:
    code = ET.SubElement(
        parent,
        "Code",
        guid=_guid("code", kind, name),
        name=in_xml(name),
        isCodable=str(codable).lower(),
    )
    if meaning:
        ET.SubElement(code, "Description").text = meaning
    return code


def _add_variables(parent: ET.Element) -> None:
    for name, meaning in _VARIABLES.items():
        variable = ET.SubElement(
            parent, "Variable", guid=_guid("variable", name), name=name, typeOfVariable="Text"
        )
        ET.SubElement(variable, "Description").text = meaning


def _numbers_by_case(selections: Iterable[Selection]) -> dict[str, list[int]]:
    numbers = defaultdict(list)
    for number, selection in enumerate(selections):
        numbers[selection.case_id].append(number)
    return numbers


def _add_case(
    parent: ET.Element, case: Case, document: Document, selections: Iterable[int] | None
) -> None:
    """Add a case with the numbers of its selections; None means all of its document."""
    element = ET.SubElement(parent, "Case", guid=_guid("case", case.id), name=in_xml(case.id))
    ET.SubElement(element, "Description").text = in_xml(case.title)
    for name in _VARIABLES:
        if told := _told(getattr(case, name)):
            value = ET.SubElement(element, "VariableValue")
            ET.SubElement(value, "VariableRef", targetGUID=_guid("variable", name))
            ET.SubElement(value, "TextValue").text = in_xml(told)
    if selections is None:
        ET.SubElement(element, "SourceRef", targetGUID=_source_guid(document))
        return
    for number in selections:
        guid = _selection_guid(document, number)
        ET.SubElement(element, "SelectionRef", targetGUID=guid)


def _told(value: object) -> str:
    if isinstance(value, Person):
        return value.name or value.description or ""
    if isinstance(value, IndustryGuess):
        return value.label
    return getattr(value, "surface", "")


def _add_source(parent: ET.Element, document: Document, selections: Iterable[Selection]) -> None:
    guid = _source_guid(document)
    source = ET.SubElement(
        parent,
        "TextSource",
        guid=guid,
        name=in_xml(document.id),
        plainTextPath=f"internal://{guid}.txt",
        creatingUser=_guid("user"),
        creationDateTime=WHEN,
    )
    if document.title:
        ET.SubElement(source, "Description").text = in_xml(document.title)
    # A line end of two characters is one in the file: what stands after it moves up.
    double = [m.end() for m in re.finditer("\r\n", document.text)]
    for number, selection in enumerate(selections):
        start, end = (p - bisect_right(double, p) for p in (selection.start, selection.end))
        chosen = ET.SubElement(
            source,
            "PlainTextSelection",
            guid=_selection_guid(document, number),
            name=_short(document.text[selection.start : selection.end]),
            startPosition=str(start),
            endPosition=str(end),
            creatingUser=_guid("user"),
            creationDateTime=WHEN,
        )
        ET.SubElement(chosen, "Description").text = selection.note
        for kind, name in selection.codes:
            coding = ET.SubElement(
                chosen,
                "Coding",
                guid=_guid("coding", _selection_guid(document, number), kind),
                creatingUser=_guid("user"),
                creationDateTime=WHEN,
            )
            ET.SubElement(coding, "CodeRef", targetGUID=_guid("code", kind, name))


def _selections(cases: Iterable[Case]) -> Iterator[Selection]:
    for case in cases:
        for s in case.sentences:
            yield Selection(case.id, s.start, s.end, (("phase", s.phase),), _sure(s.confidence))
        for m in case.skills:
            codes = (("skill", m.skill), ("status", m.status), ("holder", m.holder))
            note = _sure(m.confidence) + (", hypothetical" if m.hypothetical else "")
            yield Selection(case.id, m.start, m.end, codes, note)
        for o in case.outcomes:
            labels = (("outcome", o.type), ("polarity", o.polarity))
            yield Selection(case.id, o.start, o.end, labels, _sure(o.confidence))


def _sure(confidence: float) -> str:
    return f"confidence {confidence:.2f}"


def _short(text: str) -> str:
    line = in_xml(" ".join(text.split()))
    return line if len(line) <= _NAME_LENGTH else line[: _NAME_LENGTH - 1] + "…"


def _source_guid(document: Document) -> str:
    # With its text: a document that has changed since is another source.
    return _guid("source", document.id, document.text)


def _selection_guid(document: Document, number: int) -> str:
    return _guid("selection", _source_guid(document), str(number))


# The same few are asked for at each selection: its document's, the user's, those of its codes.
@functools.lru_cache(maxsize=4096)
def _guid(*names: str) -> str:
    told = "".join(f"{len(n)}:{n}" for n in names)
    return str(uuid.uuid5(_OURS, told.encode("utf-8", "replace").decode()))
