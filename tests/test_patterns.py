"""Every regular expression of the package answers hostile text in time.

Each is found in the source, asked of texts made of its own letters, again and again, and of what
slows searches: ``XCASE_SLOW=1`` takes 100,000 characters, as the list of faults asks.
"""

from __future__ import annotations

import ast
import functools
import importlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
SLOW = bool(os.environ.get("XCASE_SLOW"))
SIZE = 100_000 if SLOW else 10_000
# What grows with the square took 0.2 s or more of 4,000 characters, and the rest 0.05 of 10,000.
SECONDS = 1.0 if SLOW else 0.3
# Asked of a whole cell, title or line alone (match, fullmatch), or of a few characters.
WHOLE = {
    ("xcase.match.clocks", r"(?:utc|gmt)?([+-]?)(\d{1,2})(?::?([0-5]\d)|\.(\d{1,6}))?"),
    ("xcase.read.markdown", r"([A-Za-z_][\w -]*):(?:[ \t]+(.*)|[ \t]*)"),
    ("xcase.privacy.people", r"[ ,]*\d"),
    ("xcase.read.pdf", r"\w*[^\W\d_]$"),
    (
        "xcase.read.pdf",
        r"(?i)(microsoft|powerpoint|untitled|document\d*$|\(?anonymous|\(?unspec)|.*\.\w{2,4}$",
    ),
}
METHODS = {"compile", "sub", "search", "match", "fullmatch", "findall", "finditer", "split"}


def _sources() -> dict[str, str]:
    """Return the source of each module that uses regular expressions."""
    found = {}
    for path in sorted((ROOT / "xcase").rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if re.search(r"^import re$", source, re.MULTILINE):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts).removesuffix(".__init__")] = source
    return found


def _inside(value: Any, seen: set[int]) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value
    elif isinstance(value, dict | list | tuple | set | frozenset) and id(value) not in seen:
        seen.add(id(value))
        for item in [*value.keys(), *value.values()] if isinstance(value, dict) else value:
            yield from _inside(item, seen)


def _written(source: str) -> Iterator[re.Pattern[str]]:
    """Yield the patterns that stand as plain strings in calls of ``re``."""
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.func.attr in METHODS
            and node.args
            and isinstance(node.args[0], ast.Constant)
            and isinstance(node.args[0].value, str)
        ):
            yield re.compile(node.args[0].value)


@functools.cache
def patterns() -> dict[str, set[tuple[str, int]]]:
    """Return the patterns of each module, with their flags."""
    found: dict[str, set[tuple[str, int]]] = {}
    for name, source in _sources().items():
        module = importlib.import_module(name)
        own = [*_inside(vars(module), set()), *_written(source)]
        if own:
            found[name] = {(p.pattern, p.flags & ~re.UNICODE) for p in own}
    from xcase.privacy import contacts

    for value in vars(contacts).values():
        if callable(getattr(value, "cache_info", None)):
            for pattern in _inside(value(), set()):
                found["xcase.privacy.contacts"].add((pattern.pattern, pattern.flags & ~re.UNICODE))
    return found


# Letters that a pattern names one by one or in words; classes stand for some of theirs.
_CLASSES = {r"\d": "1", r"\w": "a", r"\s": " ", r"\S": "x", r"[^\W\d_]": "b", r"[A-Z]": "A"}


def attacks(pattern: str, size: int) -> list[str]:
    """Return texts of which a part of the pattern matches everywhere and the whole nowhere."""
    words = set(re.findall(r"[^\W\d_]{2,}", pattern))
    signs = set(re.sub(r"\\(.)", r"\1", pattern)) - set("\\()|?*{}^$")
    signs |= {sign for part, sign in _CLASSES.items() if part in pattern}
    units = [*sorted(signs), "a", " ", "\n", "1", "A", ".", "-", "<", "'", " a", "a.", "A. ", "a-"]
    units += sorted(words, key=len, reverse=True)[:6]
    units += [f"{w} " for w in sorted(words, key=len, reverse=True)[:6]]
    units += [a + b for a, b in pairwise(units[:13])]
    return [(unit * (size // len(unit) + 1))[:size] + "\x02" for unit in dict.fromkeys(units)]


TIMED = """
import json, re, sys, time
for line in sys.stdin:
    pattern, flags, texts = json.loads(line)
    compiled = re.compile(pattern, flags)
    worst = (0.0, "")
    for text in texts:
        for ask in (compiled.match, compiled.findall):
            spent = _timed(ask, text)
            if spent > LIMIT:  # once more: something else may have taken the time
                spent = min(spent, _timed(ask, text))
            worst = max(worst, (spent, text[:20]))
        if worst[0] > LIMIT:
            break
    print(json.dumps([pattern, *worst]), flush=True)
"""
TIMER = """
import time
def _timed(ask, text):
    began = time.thread_time()
    ask(text)
    return time.thread_time() - began
"""


@pytest.mark.parametrize("module", sorted(patterns()))
def test_every_pattern_answers_hostile_text_in_time(module: str) -> None:
    asked = sorted((p, f) for p, f in patterns()[module] if (module, p) not in WHOLE)
    given = "\n".join(json.dumps([p, f, attacks(p, SIZE)]) for p, f in asked)
    code = f"LIMIT = {SECONDS}\n{TIMER}{TIMED}"
    # In a process of its own: nothing else can interrupt a search that takes for ever.
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=given, capture_output=True, text=True, timeout=600, check=True,
    )  # fmt: skip
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(told) == len(asked)
    assert [t for t in told if t[1] > SECONDS] == []


def test_a_slow_pattern_would_be_found() -> None:
    text = attacks(r"(a+)+$", 24)
    code = f"LIMIT = {SECONDS}\n{TIMER}{TIMED}"
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps([r"(a+)+$", 0, text]), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout)[1] > SECONDS


def test_the_patterns_are_found() -> None:
    found = patterns()
    assert sum(map(len, found.values())) > 100
    assert {"xcase.sentences", "xcase.read.html", "xcase.privacy.contacts"} <= found.keys()
