"""Every format, every code, and the two laws: nothing raises, and a row's text is unchanged."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import socket
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xcase import read
from xcase.errors import UsageError
from xcase.own import EXPORT_MARK, REPORT_MARK
from xcase.pages import environment
from xcase.read import find_inputs, limits, read_all, read_file, read_rows
from xcase.read.everything import _names
from xcase.read.html import html_text
from xcase.read.markdown import markdown_text
from xcase.records import Skipped, Source

STORY = "Amina stayed quiet for a year.\n\nThen a retired clerk rang every Tuesday.\n"

# ---------------------------------------------------------------- helpers


def put(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def only(path: Path) -> Source | Skipped:
    (record,) = read_file(path, name=path.name)
    return record


def source(path: Path) -> Source:
    record = only(path)
    assert isinstance(record, Source), record
    return record


def skipped(path: Path) -> Skipped:
    record = only(path)
    assert isinstance(record, Skipped), record
    assert record.stage == "read"
    return record


def split(records: Iterable[Source | Skipped]) -> tuple[list[Source], list[Skipped]]:
    records = list(records)
    return (
        [record for record in records if isinstance(record, Source)],
        [record for record in records if isinstance(record, Skipped)],
    )


def rows(*lines: str | bytes, name: str = "-") -> tuple[list[Source], list[Skipped]]:
    data = b"\n".join(line.encode() if isinstance(line, str) else line for line in lines)
    return split(read_rows(io.BytesIO(data), name=name))


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Target="word/document.xml" Type="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships/officeDocument"/></Relationships>'
)


def paragraph(text: str, style: str = "", extra: str = "") -> str:
    mark = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{mark}<w:r><w:t xml:space="preserve">{text}</w:t></w:r>{extra}</w:p>'


def docx(body: str, *, head: str = "", parts: dict[str, str | bytes] | None = None) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", RELATIONS)
        document = f"<w:document {W}><w:body>{body}</w:body></w:document>"
        archive.writestr("word/document.xml", head + document)
        for name, content in (parts or {}).items():
            archive.writestr(name, content)
    return buffer.getvalue()


def pdf_objects(objects: Sequence[bytes]) -> bytes:
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%b" % (count, table)
    return out + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (count, start)


def pdf(*pages: Sequence[tuple[int, int, str]], packed: bytes | None = None) -> bytes:
    """Make a PDF; a page is (font size, distance from the bottom, text) for each line."""
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
    kids = b" ".join(b"%d 0 R" % (4 + 2 * index) for index in range(len(pages)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%b]/Count %d>>" % (kids, len(pages)),
        font,
    ]
    for index, lines in enumerate(pages):
        marks = b"".join(
            b"BT /F1 %d Tf 1 0 0 1 72 %d Tm (%b) Tj ET\n" % (size, y, text.encode("cp1252"))
            for size, y, text in lines
        )
        stream = zlib.compress(marks) if packed is None else packed
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents %d 0 R"
            b"/Resources<</Font<</F1 3 0 R>>>>>>" % (5 + 2 * index)
        )
        objects.append(
            b"<</Length %d/Filter/FlateDecode>>\nstream\n%b\nendstream" % (len(stream), stream)
        )
    return pdf_objects(objects)


def printed(top: int, *lines: str, size: int = 10) -> list[tuple[int, int, str]]:
    return [(size, top - 12 * index, line) for index, line in enumerate(lines)]


# ---------------------------------------------------------------- the public surface


def test_public_names() -> None:
    assert read.__all__ == sorted(read.__all__)
    assert all(callable(getattr(read, name)) for name in read.__all__)


def test_import_loads_no_heavy_library() -> None:
    code = (
        "import sys, xcase.read; print([m for m in sys.modules if m.split('.')[0] in "
        "('pypdf','mammoth','markdown_it','html_to_markdown','charset_normalizer','pathspec')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# ---------------------------------------------------------------- text and encodings


def test_plain_text_is_unchanged_but_for_line_ends_and_controls(tmp_path: Path) -> None:
    path = put(tmp_path, "a.txt", "One \x1b[1mtwo\x00\r\n\tthree\rfour\n" + "text " * 90)
    record = source(path)
    assert record.text.startswith("One [1mtwo\n\tthree\nfour\n")
    assert record.id == record.path == "a.txt"
    assert record.title == "One [1mtwo"
    assert record.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert record.metadata == {}


def test_long_first_line_is_cut_for_the_title(tmp_path: Path) -> None:
    title = source(put(tmp_path, "a.txt", "word " * 40)).title
    assert len(title) <= 80
    assert title.endswith("word…")


WESTERN = "She couldn’t lead – “never”, said the café owner. "


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (WESTERN.encode(), None),
        (b"\xef\xbb\xbf" + WESTERN.encode(), None),
        (WESTERN.encode("utf-16"), "utf-16-le"),
        (WESTERN.encode("utf-16-le"), "utf-16-le"),
        (WESTERN.encode("utf-16-be"), "utf-16-be"),
        (b"\xff\xfe\x00\x00" + WESTERN.encode("utf-32-le"), "utf-32-le"),
        (WESTERN.encode("cp1252"), "cp1252"),
    ],
)
def test_encodings(tmp_path: Path, data: bytes, encoding: str | None) -> None:
    record = source(put(tmp_path, "a.txt", data))
    assert record.text == WESTERN
    assert record.metadata.get("encoding") == encoding


def test_damaged_utf8_stays_utf8(tmp_path: Path) -> None:
    record = source(put(tmp_path, "a.txt", WESTERN.encode() * 3 + b"\xe2\x80"))
    assert record.text == WESTERN * 3 + "\ufffd"
    assert record.metadata == {"replaced_characters": 1}


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.txt", b"", "E_EMPTY"),
        ("a.pdf", b"", "E_EMPTY"),
        ("a.jsonl", b"", "E_EMPTY"),
        ("a.txt", " \n\u200b\ufeff\u00a0\n", "E_NO_TEXT"),
        ("a.md", "<!-- nothing -->\n", "E_NO_TEXT"),
        ("a.html", "<script>var story = 1;</script>", "E_NO_TEXT"),
        ("a.jsonl", "\n\n", "E_NO_TEXT"),
        ("a.csv", "id,text\n", "E_NO_TEXT"),
        ("a.txt", b"\xff\xfe\x00\xd8", "E_ENCODING"),
        ("a.txt", bytes(range(256)) * 40, "E_ENCODING"),
        ("a.txt", b"text \x01\x02\x03\x04 more", "E_TYPE_MISMATCH"),
        ("a.txt", "<!DOCTYPE html><p>x", "E_TYPE_MISMATCH"),
        ("a.txt", "%PDF-1.4 ...", "E_TYPE_MISMATCH"),
        ("a.md", "PK\x03\x04", "E_TYPE_MISMATCH"),
        ("a.jsonl", "PK\x03\x04", "E_TYPE_MISMATCH"),
        ("a.pdf", b"MZ\x90\x00\x03\x00", "E_TYPE_MISMATCH"),
        ("a.docx", STORY, "E_TYPE_MISMATCH"),
        ("a.html", b"\x89PNG\r\n\x1a\n", "E_TYPE_MISMATCH"),
        ("a.doc", b"\xd0\xcf\x11\xe0", "E_UNSUPPORTED"),
        ("noextension", STORY, "E_UNSUPPORTED"),
        ("a.pdf", b"%PDF-1.4\n" + b"x" * 5000, "E_CORRUPT"),
    ],
)
def test_codes(tmp_path: Path, name: str, content: bytes | str, code: str) -> None:
    record = skipped(put(tmp_path, name, content))
    assert (record.code, record.path) == (code, name)


def test_a_text_that_begins_with_mz_is_text(tmp_path: Path) -> None:
    assert source(put(tmp_path, "a.txt", "MZ Industries took her on.")).text.startswith("MZ")


def test_file_faults(tmp_path: Path) -> None:
    assert skipped(tmp_path / "gone.txt").code == "E_IO"
    (tmp_path / "folder.txt").mkdir()
    assert skipped(tmp_path / "folder.txt").code == "E_UNSUPPORTED"
    os.mkfifo(tmp_path / "pipe.txt")
    assert skipped(tmp_path / "pipe.txt").code == "E_UNSUPPORTED"


def test_size_limits(tmp_path: Path) -> None:
    too_long = "word " * (limits.MAX_TEXT_CHARS // 5 + 1)
    for name in ("a.txt", "a.md", "a.html"):
        assert skipped(put(tmp_path, name, too_long)).code == "E_LIMIT_SIZE"
    with (tmp_path / "big.txt").open("wb") as stream:
        stream.truncate(limits.MAX_FILE_BYTES + 1)
    assert skipped(tmp_path / "big.txt").code == "E_LIMIT_SIZE"


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    record = next(read_file(put(tmp_path, "a.txt", STORY), name="caf\udce9.txt"))
    assert record.path == "caf\ufffd.txt"


# ---------------------------------------------------------------- Markdown and HTML

MARKDOWN = """---
title: "Night porter"
industry: Legal
tags:
  - a
---
# A *porter* in court

He knew every
shortcut, [never once](http://x.y) said **what** he thought. ![plan](p.png)
<!-- hidden -->

Background
----------

- [x] first `item`
  with a second line
  - nested

    more
2. second

> quoted
> words

| Before | After |
|--------|-------|
| quiet  | *loud* |

<details><summary>More</summary>
inner &amp; text
</details>

***

last line\\
after a break \\# 1
"""


def test_markdown(tmp_path: Path) -> None:
    record = source(put(tmp_path, "a.md", MARKDOWN))
    assert record.text.split("\n\n") == [
        "# A porter in court",
        "He knew every shortcut, never once said what he thought.",
        "## Background",
        "- [x] first item with a second line\n- nested more",
        "- second",
        "quoted words",
        "Before | After\nquiet | loud",
        "More\ninner & text",
        "last line\nafter a break # 1",
    ]
    assert record.metadata == {"title": "Night porter", "industry": "Legal"}
    assert record.title == "Night porter"


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("**Jun, 44**\nJun led.\nAnd left.", "Jun, 44\nJun led. And left."),
        ("Before\n**Peris**\nafter", "Before\nPeris\nafter"),
        ("She was\n**very** late,\nand left.", "She was very late, and left."),
        ("He **led\nand** left.\nThen slept.", "He led and left. Then slept."),
        ("**all\nbold**", "all bold"),
        ("He was made\n**team leader.**", "He was made team leader."),
        ("Intro.  \n**Jun**\nJun led.", "Intro.\nJun\nJun led."),
        ("**Jun**  \n**Baker**\nJun led.", "Jun\nBaker\nJun led."),
        ("*Jun*\nled.", "Jun led."),
        ("- **Jun**\n  led.", "- Jun led."),
    ],
)
def test_a_bold_line_is_a_line_of_its_own(markdown: str, text: str) -> None:
    assert markdown_text(markdown) == text


def test_tags_that_break_a_line_keep_words_apart() -> None:
    assert markdown_text("She led.<br>Then <b>L</b>ea left.") == "She led.\nThen Lea left."
    assert markdown_text("one<BR />\ntwo <br> three<brand>d") == "one\ntwo\nthreed"
    table = "| a | b |\n|---|---|\n| nurse<br>porter | <ul><li>one</li><li>two</li></ul> |"
    assert markdown_text(table) == "a | b\nnurse porter | one two"
    assert markdown_text("- nurse<br>porter") == "- nurse porter"


def nested(depth: int) -> tuple[str, str, str, str]:
    """Return lists and quotations in each other, in Markdown and as a page."""
    end = "\n\nThe end."
    return (
        "\n".join(f"{'  ' * n}- level {n}" for n in range(depth)) + end,
        "\n\n".join(f"{'>' * n} level {n}" for n in range(depth)) + end,
        "".join(f"<ul><li>level {n}" for n in range(depth)) + "</li></ul>" * depth + "The end.",
        "".join(f"<blockquote><p>level {n}</p>" for n in range(depth))
        + f"{'</blockquote>' * depth}<p>The end.</p>",
    )


def test_what_is_nested_is_read_to_its_end_or_refused(tmp_path: Path) -> None:
    in_list, in_quotation, *pages = nested(40)
    texts = [markdown_text(in_list), markdown_text(in_quotation), *map(html_text, pages)]
    for text in texts:
        assert [n for n in range(40) if f"level {n}" not in text] == []
        assert text.endswith("The end.")
    in_list, in_quotation, *pages = nested(120)
    for name, text in (("a.md", in_list), ("b.md", in_quotation), *(("c.html", p) for p in pages)):
        record = skipped(put(tmp_path, name, text))
        assert (record.code, "nested too deep" in record.message) == ("E_CORRUPT", True)
    assert markdown_text(f"{'>' * 120}\n\nThe end.") == "The end."  # a line for ornament


def test_prose_between_rules_is_no_front_matter(tmp_path: Path) -> None:
    record = source(put(tmp_path, "a.md", "---\nShe left: not gladly.\nReally\n---\nEnd\n"))
    assert "not gladly" in record.text
    assert record.metadata == {}
    talk = "---\nNadia: Why?\nLeila: Because.\nNadia: And now?\n---\nEnd\n"
    assert "Because" in source(put(tmp_path, "b.md", talk)).text


PAGE = """<!DOCTYPE html><html><head><title>Porter &amp; court</title><style>p{}</style>
<script>evil("</p>")</script></head><body>
<header><nav>Home</nav><ul class="menu"><li>About us</li></ul><h1>The <em>porter</em></h1></header>
<main><p>He <b>Result:</b>knew &lt;all&gt; 1 * 2 * 3.<br>New line
<img src="http://x/y" alt="pic"></p>
<h2>Later</h2><ul><li>one<ul><li>two</li></ul></li></ul>
<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2 | 3</td></tr></table>
<blockquote cite="http://x"><p>Quote</p></blockquote></main>
<aside>Aside</aside><form><label>Name</label></form><iframe src="http://x/y">frame</iframe>
<footer>Footer</footer><!-- comment --></body></html>"""


def test_a_page_that_is_one_form_is_read(tmp_path: Path) -> None:
    page = f"<html><body><form id='aspnetForm'><p>{STORY}</p></form></body></html>"
    assert "".join(source(put(tmp_path, "a.html", page)).text.split()) == "".join(STORY.split())


def test_html(tmp_path: Path) -> None:
    record = source(put(tmp_path, "a.html", PAGE))
    assert record.text.split("\n\n") == [
        "# The porter",
        "He Result:knew <all> 1 * 2 * 3.\nNew line",
        "## Later",
        "- one\n- two",
        "A | B\n1 | 2 | 3",
        "Quote",
    ]
    assert record.title == "Porter & court"


def test_html_declared_encoding(tmp_path: Path) -> None:
    page = '<html><meta charset="cp1251"><p>Анна работала медсестрой.</p>'
    record = source(put(tmp_path, "a.htm", page.encode("cp1251")))
    assert record.text == "Анна работала медсестрой."


def test_deep_html_is_reported_not_stored_empty(tmp_path: Path) -> None:
    page = "<div>" * 200_000 + "story" + "</div>" * 200_000
    assert skipped(put(tmp_path, "a.html", page)).code == "E_CORRUPT"


# ---------------------------------------------------------------- Word

STYLES = (
    f"<w:styles {W}>"
    '<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="H2"><w:name w:val="heading 2"/></w:style>'
    "</w:styles>"
)
TABLE = (
    f"<w:tbl><w:tr><w:tc>{paragraph('a')}</w:tc><w:tc>{paragraph('b|c')}</w:tc></w:tr>"
    f"<w:tr><w:tc>{paragraph('d')}</w:tc><w:tc>{paragraph('e')}</w:tc></w:tr></w:tbl>"
)


def test_docx(tmp_path: Path) -> None:
    deleted = "<w:del><w:r><w:delText>never</w:delText></w:r></w:del>"
    body = (
        paragraph("The porter", "Title")
        + paragraph("# He knew * all * of it.", extra=deleted)
        + paragraph("Later", "H2")
        + TABLE
        + paragraph("End")
    )
    record = source(put(tmp_path, "a.docx", docx(body, parts={"word/styles.xml": STYLES})))
    assert record.text.split("\n\n") == [
        "# The porter",
        "# He knew * all * of it.",
        "## Later",
        "a | b|c\nd | e",
        "End",
    ]
    assert record.title == "The porter"


def test_docx_notes_lose_their_links(tmp_path: Path) -> None:
    note = (
        f'<w:footnotes {W}><w:footnote w:id="1">{paragraph("A note.")}</w:footnote></w:footnotes>'
    )
    body = paragraph("Told", extra='<w:r><w:footnoteReference w:id="1"/></w:r>')
    record = source(put(tmp_path, "a.docx", docx(body, parts={"word/footnotes.xml": note})))
    assert record.text == "Told\n\n- A note."


def test_docx_faults(tmp_path: Path) -> None:
    good = docx(paragraph(STORY))
    doctype = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    bomb = docx(paragraph("x"), parts={"word/media/a.bin": b"\0" * 120_000_000})
    excel = io.BytesIO()
    with zipfile.ZipFile(excel, "w") as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("xl/workbook.xml", "<x/>")
    encrypted = bytearray(good)
    encrypted[encrypted.rindex(b"PK\x01\x02") + 8] |= 1
    cases = {
        "E_CORRUPT": good[: len(good) // 2],
        "E_XML_UNSAFE": docx(paragraph("&x;"), head=doctype),
        "E_LIMIT_SIZE": bomb,
        "E_TYPE_MISMATCH": excel.getvalue(),
        "E_NO_TEXT": docx(paragraph(" ")),
        "E_ENCRYPTED": bytes(encrypted),
        "E_UNSUPPORTED": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    }
    for code, data in cases.items():
        assert skipped(put(tmp_path, "a.docx", data)).code == code
    sealed = cases["E_UNSUPPORTED"] + "EncryptedPackage".encode("utf-16-le")
    assert skipped(put(tmp_path, "a.docx", sealed)).code == "E_ENCRYPTED"


def test_doctype_is_found_in_any_part_and_in_utf16(tmp_path: Path) -> None:
    hidden = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE d [<!ENTITY x "y">]><d>&x;</d>'
    data = docx(paragraph("x"), parts={"word/odd.bin": hidden.encode("utf-16")})
    assert skipped(put(tmp_path, "a.docx", data)).code == "E_XML_UNSAFE"


def test_a_late_doctype_is_refused_quickly(tmp_path: Path) -> None:
    late = f"<!--{' ' * 100_000}--><!DOCTYPE d [<!ENTITY x 'y'>]><d/>"
    endless = "<d a='" + "x" * 50_000_000
    for part in (late, endless):
        data = docx(paragraph("x"), parts={"word/styles.xml": part})
        assert skipped(put(tmp_path, "a.docx", data)).code == "E_XML_UNSAFE"


OPENED: list[str] = []


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event in ("open", "socket.connect", "socket.getaddrinfo"):
        OPENED.append(f"{event} {arguments[0]!r}")


def test_external_images_are_not_opened(tmp_path: Path) -> None:
    secret = put(tmp_path, "secret.png", "secret")
    relation = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r9" TargetMode="External" Target="{secret.as_uri()}" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"/>'
        "</Relationships>"
    )
    image = (
        '<w:r><w:drawing xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
        'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<wp:inline><a:graphic><a:graphicData><pic:pic><pic:blipFill><a:blip r:link="r9"/>'
        "</pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )
    data = docx(paragraph("Told", extra=image), parts={"word/_rels/document.xml.rels": relation})
    word = put(tmp_path, "a.docx", data)
    page = put(tmp_path, "a.html", PAGE)
    sys.addaudithook(_watch)  # cannot be taken off again; it only collects
    OPENED.clear()
    assert source(word).text == "Told"
    assert source(page).text
    assert not [event for event in OPENED if "secret" in event or event.startswith("socket")]


# ---------------------------------------------------------------- PDF

LONG = [
    "Amina stayed quiet for a whole year and nobody asked her for any opin-",
    "ion. Then a retired ward sister began to ring her every second Tuesday,",
    "asked for one well-known question that she could put at the next hand-",
    "over, and did not let go until speaking up had become a habit of hers.",
]


def test_pdf(tmp_path: Path) -> None:
    first = [
        (18, 700, "From porter to"),
        (18, 680, "advocate"),
        (14, 640, "Background"),
        *printed(620, *LONG),
        *printed(554, "A second paragraph, set apart by a gap, that runs on to the next page and"),
        (8, 30, "Report 2024, page 1"),
    ]
    second = [
        *printed(
            740,
            "ends here.",
            "• first point",
            "• second point, which is told in the hand-over",
        ),
        (8, 30, "Report 2024, page 2"),
    ]
    third = [
        (14, 740, "Outcome"),
        *printed(720, "She runs the desk."),
        (8, 30, "Report 2024, page 3"),
    ]
    record = source(put(tmp_path, "a.pdf", pdf(first, second, third)))
    assert record.text.split("\n\n") == [
        "## From porter to advocate",
        "## Background",
        "Amina stayed quiet for a whole year and nobody asked her for any opinion. Then a retired "
        "ward sister began to ring her every second Tuesday, asked for one well-known question "
        "that she could put at the next hand-over, and did not let go until speaking up had "
        "become a habit of hers.",
        "A second paragraph, set apart by a gap, that runs on to the next page and ends here.",
        "- first point\n- second point, which is told in the hand-over",
        "## Outcome",
        "She runs the desk.",
    ]
    assert record.title == "From porter to advocate"


def test_pdf_faults(tmp_path: Path) -> None:
    good = pdf(printed(700, *LONG))
    many = b"<</Type/Pages/Kids[" + b"3 0 R " * 2_001 + b"]/Count 2001>>"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"
    loop = b"<</Type/Pages/Kids[2 0 R]/Count 1>>"
    catalog = b"<</Type/Catalog/Pages 2 0 R>>"
    cases = [
        ("E_CORRUPT", good[: len(good) // 2]),
        ("E_CORRUPT", pdf_objects([catalog, loop])),
        ("E_NO_TEXT", pdf([])),
        ("E_LIMIT_PAGES", pdf_objects([catalog, many, page])),
        ("E_LIMIT_SIZE", pdf([], packed=zlib.compress(b" " * 100_000_000))),
    ]
    for code, data in cases:
        assert skipped(put(tmp_path, "a.pdf", data)).code == code


@pytest.mark.parametrize(("password", "code"), [("", None), ("secret", "E_ENCRYPTED")])
def test_pdf_passwords(tmp_path: Path, password: str, code: str | None) -> None:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(printed(700, *LONG)))))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="RC4-128")
    writer.write(tmp_path / "a.pdf")
    record = only(tmp_path / "a.pdf")
    assert getattr(record, "code", None) == code


# ---------------------------------------------------------------- rows

visible = st.text(st.characters(exclude_categories=["Cs"])).filter(
    lambda text: any(character.isalnum() for character in text)
)


@given(st.lists(visible), st.booleans())
def test_jsonl_text_is_unchanged(texts: list[str], ascii_only: bool) -> None:
    lines = [json.dumps({"text": text}, ensure_ascii=ascii_only) for text in texts]
    sources, _ = rows(*lines, name="a.jsonl")
    assert [record.text for record in sources] == texts
    assert [record.id for record in sources] == [f"a.jsonl#{n + 1}" for n in range(len(texts))]
    for record in sources:
        assert record.sha256 == hashlib.sha256(record.text.encode()).hexdigest()


printable = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\r\n\t"))


@given(
    texts=st.lists(printable.filter(lambda text: any(c.isalnum() for c in text)), min_size=1),
    delimiter=st.sampled_from(",;\t|"),
    mark=st.sampled_from(["", "\ufeff"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_csv_text_is_unchanged(tmp_path: Path, texts: list[str], delimiter: str, mark: str) -> None:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter)
    writer.writerows(
        [["id", "text", "site"], *([f"0{n}", text, "NA"] for n, text in enumerate(texts))]
    )
    path = put(tmp_path, "a.csv", mark + buffer.getvalue())
    sources, faults = split(read_file(path, name="a.csv"))
    assert faults == []
    assert [record.text for record in sources] == texts
    assert [record.id for record in sources] == [f"0{n}" for n in range(len(texts))]
    assert all(record.metadata == {"site": "NA"} for record in sources)


def test_row_fields(tmp_path: Path) -> None:
    line = {"id": 7, "text": "# Story\nShe left.\r\n", "industry": "Legal", "n": {"a": [1.5, None]}}
    path = put(tmp_path, "a.jsonl", json.dumps(line) + "\n")
    record = source(path)
    assert record.id == "7"
    assert record.path == "a.jsonl"
    assert record.text == line["text"]
    assert record.title == "Story"
    assert record.metadata == {"industry": "Legal", "n": {"a": [1.5, None]}}


BAD_LINES = [
    ("{", "E_ROW"),
    ('{"text": "cut', "E_ROW"),
    ("[1]", "E_ROW"),
    ('{"text": 5}', "E_ROW"),
    ('{"body": "no text"}', "E_ROW"),
    ('{"text": null}', "E_ROW"),
    ('{"text": " \\u200b"}', "E_NO_TEXT"),
    ('{"text": "a", "n": NaN}', "E_ROW"),
    ('{"text": "a", "n": -Infinity}', "E_ROW"),
    ('{"text": "a", "n": 1e400}', "E_ROW"),
    ('{"text": "a", "n": ' + "9" * 5000 + "}", "E_ROW"),
    ('{"text": "a", "text": "b"}', "E_ROW"),
    ('{"text": "a", "n": ' + "[" * 200_000 + "]" * 200_000 + "}", "E_ROW"),
    ('{"text": "a", "n": ' + "[" * 40 + "]" * 40 + "}", "E_ROW"),
    ('{"text": "a", "id": ["x"]}', "E_ROW"),
    ('{"text": "a", "id": true}', "E_ROW"),
    (b'{"text": "caf\xe9"}', "E_ENCODING"),
    ('{"text": "again", "id": "one"}', "E_DUPLICATE_ID"),
    ('{"text": "' + "x" * 2_000_001 + '"}', "E_LIMIT_SIZE"),
    ("x" * (limits.MAX_LINE_BYTES + 9), "E_LIMIT_SIZE"),
]


def test_bad_lines_are_told_with_their_number_and_the_rest_goes_on() -> None:
    bad = [line for line, _ in BAD_LINES]
    sources, faults = rows('\ufeff{"text": "first", "id": "one"}', "", *bad, '{"text": "last"}')
    assert [record.text for record in sources] == ["first", "last"]
    assert [fault.code for fault in faults] == [code for _, code in BAD_LINES]
    for number, fault in enumerate(faults, start=3):
        assert fault.message.startswith(f"line {number}: ")


def test_lone_surrogates_are_replaced() -> None:
    sources, _ = rows(r'{"text": "a \ud800 b \ud83d\ude00", "id": "\udc00", "\udc01": ["\ud801"]}')
    assert sources[0].text == "a \ufffd b \U0001f600"
    assert sources[0].id == "\ufffd"
    assert sources[0].metadata == {"\ufffd": ["\ufffd"]}
    json.dumps(sources[0].metadata, ensure_ascii=False).encode()


def test_json_over_many_lines_is_told_once(tmp_path: Path) -> None:
    path = put(tmp_path, "a.jsonl", json.dumps([{"text": "a"}] * 50, indent=1))
    assert "one JSON object a line" in skipped(path).message


CSV = """id;Text;site;;site
NA;"first ""quoted"" line
second; line";None;x;y

2;short
3;;a;b;c
NA;again;a;b;c
5;"never closed;a;b;c
6;last;a;b;c
"""


def test_csv_faults(tmp_path: Path) -> None:
    sources, faults = split(read_file(put(tmp_path, "a.csv", CSV), name="a.csv"))
    assert [(record.id, record.text) for record in sources] == [
        ("NA", 'first "quoted" line\nsecond; line'),
        ("6", "last"),
    ]
    assert sources[0].metadata == {"site": "None", "column_4": "x", "site_5": "y"}
    assert [(fault.code, fault.message.split(":")[0]) for fault in faults] == [
        ("E_ROW", "line 5"),
        ("E_NO_TEXT", "line 6"),
        ("E_DUPLICATE_ID", "line 7"),
        ("E_ROW", "line 8"),
    ]


def test_csv_quotes_that_nothing_closes(tmp_path: Path) -> None:
    # Each of these lines opens a quote that takes in all lines after it.
    broken = put(tmp_path, "a.csv", "text,b\n" + 'a","b\n' * 20_000)
    began = time.process_time()
    _, faults = split(read_file(broken, name="a.csv"))
    assert len(faults) > 1_000
    assert time.process_time() - began < 10


@pytest.mark.parametrize("header", ["id,story", "text,id,text", '"open', "1,2"])
def test_csv_header_faults(tmp_path: Path, header: str) -> None:
    assert skipped(put(tmp_path, "a.csv", f"{header}\n")).code == "E_ROW"


def test_csv_long_field(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv", f"text\n{'x' * 500_000}\n{'x' * 2_000_001}\n")
    sources, faults = split(read_file(path, name="a.csv"))
    assert len(sources[0].text) == 500_000
    assert [fault.code for fault in faults] == ["E_LIMIT_SIZE"]


# ---------------------------------------------------------------- nothing raises

VALID = {
    ".docx": docx(paragraph(STORY)),
    ".pdf": pdf(printed(700, *LONG)),
    ".html": PAGE.encode(),
    ".md": MARKDOWN.encode(),
    ".csv": CSV.encode(),
    ".jsonl": b'{"text": "first", "id": "one"}\n{"text": "second"}\n',
    ".txt": STORY.encode(),
}


@given(
    suffix=st.sampled_from(sorted(VALID)),
    cuts=st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 40), st.binary(max_size=12))),
)
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_damaged_files_never_raise(
    tmp_path: Path, suffix: str, cuts: list[tuple[int, int, bytes]]
) -> None:
    data = VALID[suffix]
    for start, length, new in cuts:
        start %= len(data) or 1
        data = data[:start] + new + data[start + length :]
    path = put(tmp_path, f"a{suffix}", data)
    records = list(read_file(path, name=path.name))
    assert records
    assert records == list(read_file(path, name=path.name))
    for record in records:
        text = record.text if isinstance(record, Source) else record.message
        text.encode()  # no lone surrogates
        assert text.strip()


# ---------------------------------------------------------------- finding files


def test_walk(tmp_path: Path) -> None:
    for name in ("b/2.md", "b/10.txt", "a.txt", "c.PDF", ".hidden.txt", ".git/x.txt", "~$b.docx"):
        put(tmp_path, name, STORY)
    put(tmp_path, "picture.png", b"\x89PNG")
    put(tmp_path, "old.doc", b"\xd0\xcf")
    put(tmp_path, "out/documents.jsonl", "{}")
    (tmp_path / "loop").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe.txt")
    files, passed = find_inputs([tmp_path], exclude=tmp_path / "out")
    assert [path.relative_to(tmp_path).as_posix() for path in files] == [
        "a.txt", "b/10.txt", "b/2.md", "c.PDF",
    ]  # fmt: skip
    told = {Path(skip.path).name: skip for skip in passed}
    assert set(told) == {"picture.png", "old.doc", "loop", "pipe.txt"}
    assert {skip.code for skip in passed} == {"E_UNSUPPORTED"}
    assert "save it as .docx" in told["old.doc"].message


def test_what_xcase_wrote_is_no_story(tmp_path: Path) -> None:
    for name in ("a.txt", "mine/documents.jsonl", "mine/run.json", "z/own.md", "z/run.json"):
        put(tmp_path, name, STORY)
    for name in ("old/run.json", "old/documents.jsonl", "r-cases/case-0001.html", "z/codebook.md"):
        put(tmp_path, name, STORY)
    put(tmp_path, f"r-cases/{REPORT_MARK}", "r.html")
    put(tmp_path, f"z/{EXPORT_MARK}", "codebook.md\nxcase.db\n")
    put(tmp_path, ".xcaseignore", "mine/\n")
    files, passed = find_inputs([tmp_path])
    names = [path.relative_to(tmp_path).as_posix() for path in files]
    assert names == ["a.txt", "z/own.md"]
    told = {Path(skip.path).name: skip.message for skip in passed if "wrote" in skip.message}
    assert set(told) == {"old", "r-cases", "z"}
    assert told["z"].startswith("an export that xcase wrote, not read")
    # What is named outright is read, all but a folder.
    assert find_inputs([tmp_path / "old/documents.jsonl"])[0] == [tmp_path / "old/documents.jsonl"]
    files, (passed_over,) = find_inputs([tmp_path / "old"])
    assert (files, passed_over.code) == ([], "E_UNSUPPORTED")


def test_a_folder_that_is_passed_over_has_a_name_that_tells_no_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "old/run.json", "{}")
    put(tmp_path, "old/documents.jsonl", "{}")
    monkeypatch.chdir(tmp_path / "old")
    files, passed = find_inputs([Path()])
    (skipped,) = read_all(files, passed, [Path()], None, lambda: False, {})[1]
    assert skipped.path == "old"


def test_a_page_that_xcase_wrote_is_no_story(tmp_path: Path) -> None:
    page = environment().from_string('{% extends "base.html" %}').render(style_href=None)
    assert skipped(put(tmp_path, "saved.html", page)).code == "E_UNSUPPORTED"


def test_given_files(tmp_path: Path) -> None:
    later, first = put(tmp_path, "z.txt", STORY), put(tmp_path, ".hidden.md", STORY)
    (tmp_path / "link.txt").symlink_to(later)
    files, passed = find_inputs([later, first, tmp_path])
    assert files == [later, first]
    assert [Path(skip.path).name for skip in passed] == ["link.txt"]
    assert find_inputs([tmp_path / "link.txt"])[0] == [tmp_path / "link.txt"]


def test_the_folder_given_first_names_a_file_and_many_names_cost_no_time() -> None:
    files = [Path(f"top/deep/{n}.txt") for n in range(5_000)]
    began = time.process_time()
    assert set(_names(files, files).values()) == {file.name for file in files}
    assert time.process_time() - began < 5
    (file, *_) = files
    for folders, name in (
        (["top", "top/deep"], "deep/0.txt"),
        (["top/deep", "top", "top/deep"], "0.txt"),
        (["elsewhere", "."], "top/deep/0.txt"),
        (["top/deep/0.txt", "top"], "deep/0.txt"),
    ):
        assert _names([file], [Path(folder) for folder in folders]) == {file: name}


def test_a_folder_given_under_two_names_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "s/a.txt", STORY)
    put(tmp_path, "s/p.png", "picture")
    monkeypatch.chdir(tmp_path)
    for paths in ([Path("s"), tmp_path / "s"], [Path("s"), Path("s/../s")]):
        files, passed = find_inputs(paths)
        sources, skipped = read_all(files, passed, paths, None, lambda: False, {})
        assert len(sources) == 1
        assert {Path(s.path).name for s in skipped} == {"p.png"}


def test_socket_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s.txt")
        files, passed = find_inputs([Path("s.txt")])
    assert (files, [skip.code for skip in passed]) == ([], ["E_UNSUPPORTED"])


def test_ignore_file(tmp_path: Path) -> None:
    put(tmp_path, ".xcaseignore", "# drafts\ndraft*\n!draft-kept.md\n/deep/\n*.csv\n")
    for name in ("draft1.md", "draft-kept.md", "deep/a.txt", "x/deep/a.txt", "x/rows.csv"):
        put(tmp_path, name, STORY)
    files, passed = find_inputs([tmp_path])
    assert [path.relative_to(tmp_path).as_posix() for path in files] == [
        "draft-kept.md", "x/deep/a.txt",
    ]  # fmt: skip
    assert passed == []


@pytest.mark.parametrize("name", ["gone", "gone.txt", "x" * 300, "nul\0"])
def test_wrong_paths(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        find_inputs([tmp_path / name])


@pytest.mark.parametrize("target", ["nowhere", "link.txt"])
def test_a_link_to_nothing_is_told_and_the_rest_read(tmp_path: Path, target: str) -> None:
    (tmp_path / "link.txt").symlink_to(target)
    story = put(tmp_path, "a.txt", STORY)
    files, (passed_over,) = find_inputs([story, tmp_path / "link.txt"])
    assert (files, passed_over.code) == ([story], "E_UNSUPPORTED")
    assert Path(passed_over.path).name == "link.txt"


def test_the_output_is_no_input(tmp_path: Path) -> None:
    put(tmp_path, "out/documents.jsonl", "{}")
    with pytest.raises(UsageError, match="output folder"):
        find_inputs([tmp_path / "out"], exclude=tmp_path / "out")
