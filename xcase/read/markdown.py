"""Markdown becomes plain blocks: headings, paragraphs, list items and table rows."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from xcase.errors import ReadError
from xcase.read.decode import clean, decode
from xcase.read.limits import MAX_FRONT_MATTER_CHARS, MAX_MARKDOWN_DEPTH, MAX_TEXT_CHARS

if TYPE_CHECKING:
    from markdown_it.token import Token
    from markdown_it.tree import SyntaxTreeNode

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"([A-Za-z_][\w -]*):(?:[ \t]+(.*)|[ \t]*)")
_NOT_A_FIELD = re.compile(r"[ \t]|-[ \t]|#|$")
_HIDDEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1|\Z)", re.DOTALL | re.IGNORECASE
)
_TAG = re.compile(r"<[^<>]*>")
# Tags that keep words apart; the others, as of emphasis, may stand in a word.
_BREAK = re.compile(r"</?(?:br|p|div|[uod]l|li|d[td]|h[1-6r]|tr|t[dh]|blockquote)\b", re.IGNORECASE)
# What holds other blocks.
_NESTS = ("blockquote_open", "list_item_open")
_WORD = re.compile(r"\w")


def read_markdown(data: bytes) -> tuple[str, dict[str, Any]]:
    """Return the blocks of a Markdown file, and its front matter as metadata."""
    text, facts = decode(data)
    metadata, body = _split_front_matter(clean(text))
    return markdown_text(body), {**metadata, **facts}


def markdown_text(markdown: str) -> str:
    """Return the text of ``markdown``, where only headings and list items keep their mark."""
    if len(markdown) > MAX_TEXT_CHARS:
        message = f"{len(markdown):,} characters, and {MAX_TEXT_CHARS:,} are the limit; split it"
        raise ReadError("E_LIMIT_SIZE", message)
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

    options = {"maxNesting": MAX_MARKDOWN_DEPTH}
    parser = MarkdownIt("commonmark", options).enable(["table", "strikethrough"])
    tokens = parser.parse(markdown)
    _check_depth(tokens, markdown)
    return "\n\n".join(_blocks(SyntaxTreeNode(tokens)))


def _check_depth(tokens: Sequence[Token], markdown: str) -> None:
    """Refuse a text of which words were left out: the parser drops what is deeper, and is mute."""
    deepest = [t for t in tokens if t.type in _NESTS and t.level >= MAX_MARKDOWN_DEPTH - 1]
    lines = markdown.split("\n") if deepest else []
    for token in deepest:
        first, end = token.map or (0, len(lines))
        if any(_WORD.search(line) for line in lines[first:end]):
            message = "lists or quotations are nested too deep; make them flatter, or split it"
            raise ReadError("E_CORRUPT", message)


def _split_front_matter(text: str) -> tuple[dict[str, str], str]:
    """Read ``key: value`` lines between two ``---`` lines at the very top; nested ones are left."""
    match = _FRONT_MATTER.match(text, 0, MAX_FRONT_MATTER_CHARS)
    if match is None:
        return {}, text
    metadata: dict[str, str] = {}
    for line in match[1].split("\n"):
        field = _FIELD.fullmatch(line)
        if field is not None:
            value = (field[2] or "").strip()
            if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
                value = value[1:-1]
            name = field[1].strip()
            if name in metadata:
                return {}, text  # speakers between two rules, who take turns
            if value:
                metadata[name] = value
        elif not _NOT_A_FIELD.match(line):
            return {}, text  # prose between two rules
    return metadata, text[match.end() :]


def _blocks(parent: SyntaxTreeNode) -> Iterator[str]:
    for node in parent.children:
        block = _block(node)
        if block.strip():
            yield block


def _block(node: SyntaxTreeNode) -> str:
    if node.type == "heading":
        title = _one_line(node)
        return f"{'#' * int(node.tag[1])} {title}" if title else ""
    if node.type == "paragraph":
        return "\n".join(line.strip() for line in _inline(node).split("\n")).strip()
    if node.type in ("bullet_list", "ordered_list"):
        return "\n".join(line for item in node.children for line in _item_lines(item))
    if node.type == "table":
        rows = (row for part in node.children for row in part.children)
        return "\n".join(" | ".join(_one_line(cell) for cell in row.children) for row in rows)
    if node.type in ("fence", "code_block"):
        return node.content.strip("\n")
    if node.type == "html_block":
        return _without_tags(node.content)
    return "\n\n".join(_blocks(node))  # block quotes; rules have no children


def _item_lines(item: SyntaxTreeNode) -> Iterator[str]:
    """Yield ``- text`` for the item, which takes in its paragraphs, then its nested items."""
    nested = ("bullet_list", "ordered_list")
    own = " ".join(
        _one_line(node) if node.type in ("heading", "paragraph") else " ".join(_block(node).split())
        for node in item.children
        if node.type not in nested
    ).strip()
    if own:
        yield f"- {own}"
    for node in item.children:
        if node.type in nested:
            yield from (line for inner in node.children for line in _item_lines(inner))


def _one_line(node: SyntaxTreeNode) -> str:
    return " ".join(_inline(node).split())


def _inline(node: SyntaxTreeNode) -> str:
    """Return the words of ``node``; a hard break stays a line end, pictures and other tags go."""
    if node.type == "html_inline":
        return "\n" if _BREAK.match(node.content) else ""
    if node.type == "image":
        return ""
    if node.type == "inline":
        return _lines(node)
    if node.type == "softbreak":
        return " "
    if node.type == "hardbreak":
        return "\n"
    if node.children:
        return "".join(_inline(child) for child in node.children)
    return node.content if node.type in ("text", "code_inline") else ""


def _lines(node: SyntaxTreeNode) -> str:
    """Return the words of a paragraph, its lines joined but where a break is hard, or one is bold
    and nothing else and others follow it: who is told of, over what is told.
    """
    lines: list[list[SyntaxTreeNode]] = [[]]
    hard = []
    for child in node.children:
        if child.type in ("softbreak", "hardbreak"):
            hard.append(child.type == "hardbreak")
            lines.append([])
        else:
            lines[-1].append(child)
    # The last line heads nothing: there the bold words end a sentence.
    heads = [*map(_is_bold, lines[:-1]), False]
    words = ["".join(_inline(child) for child in line) for line in lines]
    apart = map(any, zip(hard, heads, heads[1:], strict=False))
    joints = ("\n" if either else " " for either in apart)
    return words[0] + "".join(chain.from_iterable(zip(joints, words[1:], strict=True)))


def _is_bold(line: Sequence[SyntaxTreeNode]) -> bool:
    told = [node for node in line if node.type != "text" or node.content.strip()]
    return bool(told) and all(node.type == "strong" for node in told)


def _without_tags(markup: str) -> str:
    """Return the words of a raw HTML block without comments, scripts and styles."""
    lines = html.unescape(_TAG.sub(" ", _HIDDEN.sub("", markup))).split("\n")
    return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))
