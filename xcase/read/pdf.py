"""PDF files: lines are put back into paragraphs, and large print into headings."""

from __future__ import annotations

import io
import logging
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from xcase.errors import ReadError
from xcase.read.decode import clean
from xcase.read.limits import MAX_PDF_PAGES, MAX_TEXT_CHARS

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

# A line is a heading if it is this much larger than the body: more than rounding makes.
_HEADING_RATIO = 1.08
_MAX_HEADING_CHARS = 200

# A gap this much wider than the usual one between lines begins a paragraph.
_PARAGRAPH_GAP = 1.3

# Lines further apart than double spacing are separate paragraphs, even if all lines are.
_MAX_LEADING = 2.4

# A line this much shorter than a full one may be the last of its paragraph.
_SHORT_LINE = 0.75

# Running heads are told from this many pages on.
_MIN_PAGES_FOR_RUNNING_HEADS = 3

# A PDF ends with this mark; readers look for it in the last kilobyte.
_END_MARK = b"%%EOF"
_TAIL_BYTES = 2048

_BULLET = re.compile("[•▪▫◦‣●○■□✓✔➢➤\uf0b7\uf0a7\x7f][ \t]*|[-–*][ \t]+")
_PAGE_NUMBER = re.compile(r"(?i)(page )?\d{1,5}( ?(of|/) ?\d{1,5})?$")
_SENTENCE_END = re.compile(r"[.!?:…][\"'”’)\]]*$")
_ITEM = "- "
_HYPHENS = ("-", "\u2010")
_MAX_WORD_CHARS = 60
_WORD_START = re.compile(r"\w+")
_WORD_END = re.compile(r"\w*[^\W\d_]$")
_COMPOUND = re.compile(r"\b\w{1,60}-\w{1,60}\b")
_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
)
_JUNK_TITLE = re.compile(
    r"(?i)(microsoft|powerpoint|untitled|document\d*$|\(?anonymous|\(?unspec)|.*\.\w{2,4}$"
)


class _Line(NamedTuple):
    text: str
    size: float
    y: float
    page: int


def read_pdf(data: bytes) -> tuple[str, dict[str, Any]]:
    """Return the paragraphs and headings of a PDF, and its title if it has a real one."""
    from pypdf.errors import LimitReachedError, PyPdfError

    # pypdf tells each mended fault on standard error; what matters is raised.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    if _END_MARK not in data[-_TAIL_BYTES:]:
        raise ReadError("E_CORRUPT", "cut short: the end of the file is missing; fetch it anew")
    try:
        reader = _open(data)
        pages = _pages(reader)
        title = reader.metadata.title if reader.metadata else None
    except LimitReachedError as error:
        raise ReadError("E_LIMIT_SIZE", f"unpacks to too much ({error})") from error
    except PyPdfError as error:
        raise ReadError("E_CORRUPT", f"damaged ({error}); print it to a new PDF") from error
    title = clean(title or "").strip()
    metadata = {"title": title} if title and not _JUNK_TITLE.match(title) else {}
    text = "\n\n".join(_blocks(_without_running_heads(pages)))
    return clean(re.sub(r"^(- .*)\n\n(?=- )", r"\1\n", text, flags=re.MULTILINE)), metadata


def _open(data: bytes) -> PdfReader:
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, FileNotDecryptedError

    message = "needs a password; save it without one"
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise ReadError("E_ENCRYPTED", message)
        count = len(reader.pages)
    except (DependencyError, FileNotDecryptedError) as error:
        raise ReadError("E_ENCRYPTED", f"{message} ({error})") from error
    if count > MAX_PDF_PAGES:
        message = f"{count:,} pages, and {MAX_PDF_PAGES:,} are the limit; split it"
        raise ReadError("E_LIMIT_PAGES", message)
    return reader


def _pages(reader: PdfReader) -> list[list[_Line]]:
    pages, chars = [], 0
    for number, page in enumerate(reader.pages):
        pages.append(_lines(page, number))
        chars += sum(len(line.text) for line in pages[-1])
        if chars > MAX_TEXT_CHARS:
            message = f"more than {MAX_TEXT_CHARS:,} characters, which is the limit; split it"
            raise ReadError("E_LIMIT_SIZE", message)
    return pages


def _lines(page: PageObject, number: int) -> list[_Line]:
    """Collect the printed lines of a page with their size and height."""
    lines: list[_Line] = []
    parts: list[tuple[str, float, float]] = []

    def end_line() -> None:
        text = " ".join("".join(part for part, _, _ in parts).translate(_LIGATURES).split())
        if text:
            sizes = Counter[float]()
            for part, size, _ in parts:
                sizes[size] += len(part.strip())
            y = next(y for part, _, y in parts if part.strip())
            lines.append(_Line(text, sizes.most_common(1)[0][0], y, number))
        parts.clear()

    def visit(text: str, cm: Sequence[float], tm: Sequence[float], _font: Any, size: float) -> None:
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        scale = math.sqrt(abs((tm[0] * tm[3] - tm[1] * tm[2]) * (cm[0] * cm[3] - cm[1] * cm[2])))
        first, *others = text.split("\n")
        parts.append((first, round(size * scale, 1), y))
        for other in others:
            end_line()
            parts.append((other, round(size * scale, 1), y))

    page.extract_text(visitor_text=visit)
    end_line()
    return lines


def _without_running_heads(pages: list[list[_Line]]) -> list[_Line]:
    """Join the pages, less page numbers and the edge lines that most pages share."""
    shared = Counter[str]()
    for page in pages:
        shared.update({_numberless(line) for line in (*page[:1], *page[-1:])})
    most = max(_MIN_PAGES_FOR_RUNNING_HEADS, len(pages) // 2 + 1)
    kept: list[_Line] = []
    for page in pages:
        for index, line in enumerate(page):
            at_edge = index in (0, len(page) - 1)
            running = shared[_numberless(line)] >= most or _PAGE_NUMBER.match(line.text)
            if not (at_edge and running):
                kept.append(line)
    return kept


def _numberless(line: _Line) -> str:
    return re.sub(r"\d+", "#", line.text)


def _blocks(lines: list[_Line]) -> Iterator[str]:
    """Yield headings as ``## Heading``, list items as ``- item``, and paragraphs."""
    if not lines:
        return
    sizes = Counter[float]()
    for line in lines:
        sizes[line.size] += len(line.text)
    body = sizes.most_common(1)[0][0]
    leading = _leading(lines, body)
    full = _full_length(lines, body)
    words = {word for line in lines for word in _COMPOUND.findall(line.text)}
    parts: list[str] = []
    previous: _Line | None = None
    for line in lines:
        if previous is not None and (
            parts == [_ITEM] or _joins(previous, line, body, leading, full)
        ):
            _add(parts, line.text, words)
        else:
            if parts:
                yield "".join(parts)
            parts = _begin(line, body)
        previous = line
    yield "".join(parts)


def _begin(line: _Line, body: float) -> list[str]:
    """Return the first parts of a block; a bullet may be printed apart from its text."""
    if _is_heading(line, body):
        return [f"## {line.text}"]
    bullet = _BULLET.match(line.text)
    if bullet is None:
        return [line.text]
    rest = line.text[bullet.end() :]
    return [_ITEM, rest] if rest else [_ITEM]


def _leading(lines: list[_Line], body: float) -> float:
    """Return the usual distance between two lines of one paragraph."""
    gaps = sorted(
        above.y - line.y
        for above, line in pairwise(lines)
        if above.page == line.page and above.size == line.size == body and above.y > line.y
    )
    usual = gaps[len(gaps) // 4] if gaps else body * _MAX_LEADING
    return min(usual, body * _MAX_LEADING)


def _full_length(lines: list[_Line], body: float) -> int:
    lengths = sorted(len(line.text) for line in lines if line.size == body)
    return lengths[len(lengths) * 3 // 4]


def _is_heading(line: _Line, body: float) -> bool:
    return (
        line.size > body * _HEADING_RATIO
        and len(line.text) <= _MAX_HEADING_CHARS
        and any(character.isalpha() for character in line.text)
    )


def _joins(above: _Line, line: _Line, body: float, leading: float, full: int) -> bool:
    """Tell whether ``line`` goes on with the block whose last line is ``above``."""
    gap = above.y - line.y
    heading = _is_heading(above, body)
    if heading or _is_heading(line, body):
        near = above.page == line.page and 0 <= gap <= above.size * 1.6
        return heading and above.size == line.size and near
    if _BULLET.match(line.text):
        return False
    ended = _SENTENCE_END.search(above.text) is not None
    if above.page == line.page and abs(gap) < body / 4:
        return True  # the same line, printed in pieces
    short = len(above.text) < full * _SHORT_LINE
    if above.page != line.page or gap < 0:
        return not ended and not short  # the next page or column
    if gap > leading * _PARAGRAPH_GAP:
        return False
    return not (short and (ended or line.text[0].isupper()))


def _add(parts: list[str], line: str, words: set[str]) -> None:
    """Add a line; a word cut at the line end is mended unless it is written with a hyphen."""
    last = parts[-1]
    cut = _WORD_END.search(last[-_MAX_WORD_CHARS:-1]) if last.endswith(_HYPHENS) else None
    if last.endswith(("\u00ad", _ITEM)):
        parts[-1] = last.removesuffix("\u00ad")
    elif cut is None or not line[:1].islower():
        line = f" {line}"
    else:
        rest = _WORD_START.match(line)
        if rest is None or f"{cut[0]}-{rest[0]}" not in words:
            parts[-1] = last[:-1]
    parts.append(line)
