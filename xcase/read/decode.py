"""Bytes become clean text."""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import Any

from xcase.errors import ReadError

# The UTF-32 marks stand first because the little-endian one begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# Western text in UTF-16 has a NUL in every second byte; other text has next to none.
_UTF16_NUL_SHARE = 0.4

# Text has hardly any control characters; a program or a picture has them everywhere.
_BINARY_CONTROL_SHARE = 0.02

# Everything but the characters of XML 1.0 (its section 2.2).
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")


def decode(data: bytes, *, declared: str | None = None) -> tuple[str, dict[str, Any]]:
    """Return the text of ``data`` and, unless it was plain UTF-8, how it was decoded.

    ``declared`` is the encoding that the document names itself, tried after UTF-8.
    """
    text, encoding = _decode(data, declared)
    if len(_CONTROL.findall(text)) > _BINARY_CONTROL_SHARE * len(text):
        raise ReadError("E_TYPE_MISMATCH", "looks like a program or a picture, not like text")
    facts: dict[str, Any] = {} if encoding == "utf-8" else {"encoding": encoding}
    if encoding == "utf-8" and (replaced := text.count("\ufffd") - data.count(b"\xef\xbf\xbd")):
        facts["replaced_characters"] = replaced
    return text, facts


def clean(text: str) -> str:
    """Unify line ends, remove control characters other than newline and tab, mend surrogates.

    Form feeds and vertical tabs are line ends that word processors write.
    """
    text = re.sub("\r\n?|[\x0b\x0c]", "\n", text)
    return well_formed(_CONTROL.sub("", text))


def well_formed(text: str) -> str:
    """Replace lone surrogates, which no file can hold, by U+FFFD."""
    return _SURROGATE.sub("\ufffd", text)


def in_xml(text: str) -> str:
    """Replace what no XML can hold, control characters for example, by U+FFFD."""
    return _NOT_XML.sub("\ufffd", text)


def is_blank(text: str) -> bool:
    """Tell whether ``text`` has no visible character (zero-width ones are not visible)."""
    return not any(unicodedata.category(character)[0] not in "ZC" for character in text)


def _decode(data: bytes, declared: str | None) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strict(data[len(mark) :], encoding), encoding
    if unmarked := _unmarked_utf16(data):
        return _strict(data, unmarked), unmarked
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    # Two valid sequences by chance are rare in any other encoding: this is damaged UTF-8.
    if sum(character > "\x7f" for character in text) - bad > bad:
        return text, "utf-8"
    if declared:
        try:
            return data.decode(declared), declared.lower()
        except (LookupError, UnicodeDecodeError):
            pass  # pages often declare what they are not; then the guess decides
    return _guess(data)


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        message = f"begins like {encoding} but is not ({error.reason}); save it as UTF-8"
        raise ReadError("E_ENCODING", message) from error


def _unmarked_utf16(data: bytes) -> str | None:
    sample = data[:4096]
    half = len(sample) // 2
    if half and sample[1::2].count(0) > _UTF16_NUL_SHARE * half > 10 * sample[::2].count(0):
        return "utf-16-le"
    if half and sample[::2].count(0) > _UTF16_NUL_SHARE * half > 10 * sample[1::2].count(0):
        return "utf-16-be"
    return None


def _guess(data: bytes) -> tuple[str, str]:
    from charset_normalizer import from_bytes

    # Windows-1252 is asked first: on short English texts the open guess takes look-alikes
    # (cp1250, and even cp775 with other letters).
    for only in (["cp1252"], None):
        match = from_bytes(data, cp_isolation=only).best()
        if match is not None:
            return str(match), match.encoding
    raise ReadError("E_ENCODING", "the encoding is unknown; save the file as UTF-8")
