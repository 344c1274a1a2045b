"""Which file names are read, and whether the first bytes fit the name."""

from __future__ import annotations

from xcase.errors import ReadError

SUFFIXES = (".csv", ".docx", ".htm", ".html", ".jsonl", ".markdown", ".md", ".pdf", ".txt")

# How far into the file the content is looked at; a PDF may begin within the first 1024 bytes.
HEAD_BYTES = 1024

_HINTS = {
    ".doc": "save it as .docx",
    ".odt": "save it as .docx",
    ".pages": "save it as .docx",
    ".rtf": "save it as .docx",
    ".xls": "save it as .csv",
    ".xlsx": "save it as .csv",
    ".ods": "save it as .csv",
    ".tsv": "rename it to .csv, tabs are understood",
    ".json": "write one object a line in a .jsonl file",
    ".zip": "unpack it",
}
# What is read, and what could be after a change of form.
KNOWN = frozenset((*SUFFIXES, *_HINTS))

_SIGNATURES = (
    (b"PK\x03\x04", "a zip or Office file"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file"),
    (b"{\\rtf", "an RTF file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x7fELF", "a program"),
    (b"\x1f\x8b", "a gzip file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z file"),
    (b"Rar!\x1a\x07", "a RAR file"),
)

# None stands for content that has no signature, such as text. An old Office file named .docx may
# be an encrypted one; its reader tells.
_FITTING: dict[str, tuple[str | None, ...]] = {
    ".pdf": ("a PDF",),
    ".docx": ("a zip or Office file", "an old Office file"),
    ".htm": (None, "an HTML page"),
    ".html": (None, "an HTML page"),
}

_HTML_STARTS = (b"<!doctype html", b"<html")


def unsupported(suffix: str) -> str:
    """Say that files with this suffix are not read, and what to do about it."""
    hint = _HINTS.get(suffix.lower(), f"the types read are {', '.join(SUFFIXES)}")
    return f"{suffix or 'a file without an extension'} is not read; {hint}"


def check_content(head: bytes, suffix: str) -> None:
    """Raise E_TYPE_MISMATCH if the first bytes of a file do not fit its suffix."""
    found = _content(head)
    if found not in _FITTING.get(suffix, (None,)):
        what = found or "something else"
        message = f"is named {suffix} but is {what}; give it its right name"
        raise ReadError("E_TYPE_MISMATCH", message)


def _content(head: bytes) -> str | None:
    if b"%PDF-" in head[:HEAD_BYTES]:
        return "a PDF"
    for signature, what in _SIGNATURES:
        if head.startswith(signature):
            return what
    if head.startswith(b"MZ") and b"\0" in head[:64]:
        return "a program"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_HTML_STARTS):
        return "an HTML page"
    return None
