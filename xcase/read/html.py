"""HTML pages go through Markdown to plain blocks."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

from xcase.errors import ReadError
from xcase.own import PAGE_MARK
from xcase.read.decode import clean, decode
from xcase.read.markdown import markdown_text

# How far into a page its head is looked for.
_HEAD_CHARS = 100_000

# Only encodings that pages are really in. ISO-8859-1 stands for Windows-1252 on the web, which the
# guess asks first anyway.
_CHARSET = re.compile(
    rb"<meta[^<>]{0,200}?charset\s*=\s*[\"']?"
    rb"((?:windows|cp|koi8|mac|shift|euc|gb|big5|iso-(?!8859-1\b))[\w.:-]{0,30})",
    re.IGNORECASE,
)
_TITLE = re.compile(r"<title[^<>]{0,200}>([^<]{1,1000})</title", re.IGNORECASE)

# Parts of a page that tell nothing of its story. The library knows single names only: no
# descendants, no parts of a class.
_OFF_TOPIC = (
    "nav", "footer", "aside", "form", "iframe", "object", "audio", "video", "template",
    "textarea", "select", "button", "[role=navigation]", "[role=menu]", "[role=menubar]",
    ".nav", ".navbar", ".navigation", ".menu", ".main-menu", ".nav-menu", ".site-menu", "#menu",
    ".breadcrumb", ".breadcrumbs", ".sidebar", "#sidebar", ".share-buttons", ".cookie-banner",
)  # fmt: skip

# A page of which forms hold so many times the rest is one form itself.
FORM_PAGE = 4

# Left as bare words: Markdown cannot write every emphasis (``**Result:**now`` stays literal).
_UNWRAPPED = ("a", "b", "strong", "i", "em", "u", "s", "del", "ins", "code", "kbd", "var", "samp")


def read_html(data: bytes) -> tuple[str, dict[str, Any]]:
    """Return the blocks of a page without its menus, forms and scripts, and its title."""
    if data.find(PAGE_MARK, 0, _HEAD_CHARS) >= 0:
        raise ReadError("E_UNSUPPORTED", "a page that xcase wrote, not read; give its stories")
    declared = _CHARSET.search(data, 0, _HEAD_CHARS)
    markup, facts = decode(data, declared=declared[1].decode() if declared else None)
    title = _TITLE.search(markup, 0, _HEAD_CHARS)
    metadata = {"title": " ".join(html.unescape(title[1]).split())} if title else {}
    return html_text(clean(markup)), {**metadata, **facts}


def html_text(markup: str) -> str:
    """Return the text of ``markup`` in the form of :func:`~xcase.read.markdown.markdown_text`."""
    told = _converted(markup, _OFF_TOPIC)
    if "<form" in markup.lower():
        whole = _converted(markup, [s for s in _OFF_TOPIC if s != "form"])
        # Some servers set a whole page in one form.
        if len(whole) > FORM_PAGE * len(told):
            told = whole
    return clean(markdown_text(told))


def _converted(markup: str, off_topic: Sequence[str]) -> str:
    from html_to_markdown import ConversionOptions, PreprocessingOptions, convert

    options = ConversionOptions(
        extract_metadata=False,
        skip_images=True,
        autolinks=False,
        expand_abbreviations=False,
        include_blockquote_citations=False,
        highlight_style="none",
        escape_asterisks=True,
        escape_underscores=True,
        escape_misc=True,
        compact_tables=True,
        strip_tags=list(_UNWRAPPED),
        exclude_selectors=list(off_topic),
        # The library's own clean-up drops a page header with the main heading in it.
        preprocessing=PreprocessingOptions(enabled=False),
    )
    result = convert(markup, options)
    if any("depth" in warning.message for warning in result.warnings):
        raise ReadError("E_CORRUPT", "elements nested more than 1,024 deep; save the page anew")
    return result.content or ""
