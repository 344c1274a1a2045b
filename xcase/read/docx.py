"""Word files: the zip is checked first, then HTML, then Markdown, then plain blocks."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any
from xml.parsers import expat

from xcase.errors import ReadError
from xcase.read.html import html_text
from xcase.read.limits import MAX_UNPACKED_BYTES, MAX_ZIP_ENTRIES

_OLE = b"\xd0\xcf\x11\xe0"
_OLE_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_FLAG_ENCRYPTED = 0x1

# The first element of a part begins within this; what stands before it is some dozens of bytes.
_PROLOG_BYTES = 65_536

# Word's own title style has no counterpart in mammoth's table.
_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
"""

# The numbers that lead to a note, and the arrows back from it.
_NOTE_LINKS = re.compile(
    r'<sup><a href="#(?:foot|end)note-[^"<>]+"[^<>]*>\[\d+\]</a></sup>'
    r'| ?<a href="#(?:foot|end)note-ref-[^"<>]+">↑</a>'
)


class _RootReached(Exception):
    """The first element begins, so no document type declaration can follow."""


def read_docx(data: bytes) -> tuple[str, dict[str, Any]]:
    """Return the blocks of a Word file; pictures, comments and deleted text are left out."""
    if data.startswith(_OLE):
        if _OLE_ENCRYPTED in data:
            raise ReadError("E_ENCRYPTED", "needs a password; save it without one")
        raise ReadError("E_UNSUPPORTED", "an old Word file named .docx; save it as .docx")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check(archive)
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise ReadError("E_CORRUPT", f"cut short or damaged ({error}); save it anew") from error
    import mammoth

    result = mammoth.convert_to_html(io.BytesIO(data), style_map=_STYLES, convert_image=_no_image)
    return html_text(_NOTE_LINKS.sub("", result.value)), {}


def _no_image(_image: object) -> list[object]:
    return []


def _check(archive: zipfile.ZipFile) -> None:
    """Refuse bombs, passwords and unsafe XML before any part is parsed as a whole."""
    entries = archive.infolist()
    declared = sum(entry.file_size for entry in entries)
    if declared > MAX_UNPACKED_BYTES or len(entries) > MAX_ZIP_ENTRIES:
        message = f"unpacks to {declared:,} bytes in {len(entries):,} parts; remove pictures"
        raise ReadError("E_LIMIT_SIZE", message)
    if any(entry.flag_bits & _FLAG_ENCRYPTED for entry in entries):
        raise ReadError("E_ENCRYPTED", "needs a password; save it without one")
    names = {entry.filename for entry in entries}
    if "[Content_Types].xml" not in names or not any(n.startswith("word/") for n in names):
        message = "is a zip or another Office file, not a Word file; give it its right name"
        raise ReadError("E_TYPE_MISMATCH", message)
    for entry in entries:
        # A part may have any name, so each one is asked. That a part never gives more bytes than
        # it declares is zipfile's doing: the sum above bounds what mammoth reads, too.
        with archive.open(entry) as part:
            _refuse_doctype(part, entry.filename)


def _refuse_doctype(part: Any, name: str) -> None:
    """Parse up to the first element, which a document type declaration must precede."""

    def refuse(*_: object) -> None:
        raise ReadError("E_XML_UNSAFE", f"the part {name} has a document type declaration")

    def stop(*_: object) -> None:
        raise _RootReached

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = stop
    try:
        parser.Parse(part.read(_PROLOG_BYTES), False)
    except (expat.ExpatError, _RootReached):
        return  # not XML, or safe up to its root
    if part.read(1):
        raise ReadError("E_XML_UNSAFE", f"the part {name} does not begin with an element")
