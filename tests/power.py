"""A disk that keeps, when the power goes, what was flushed, and of the rest whatever it likes.

:class:`Volatile` stands in for the module ``os`` of :mod:`xcase.disk`: every call is carried out,
and written down. From the notes :meth:`Volatile.states` tells what the folder may hold if the power
goes now: bytes of a file count only after its ``fsync``, and names only after that of their folder.
Before, they may be there or not, each by itself, so that what was written last may be there first.
"""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# More changes of names than this between two flushes of a folder are tried by chance.
_ALL = 5


@dataclass(eq=False)
class Node:
    """The bytes of a file as the program sees them, and as they are on disk."""

    seen: bytes = b""
    kept: bytes = b""


@dataclass
class Volatile:
    """``folder`` is the one folder that is written to; ``at_each`` is called after each call."""

    folder: Path
    at_each: Callable[[], None]
    _nodes: dict[str, Node] = field(default_factory=dict)
    _kept: dict[str, Node] = field(default_factory=dict)
    _pending: list[tuple[str, str, str]] = field(default_factory=list)
    _moved: list[Node] = field(default_factory=list)
    _open: dict[int, Node | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for path in self.folder.iterdir():
            content = path.read_bytes()
            self._nodes[path.name] = self._kept[path.name] = Node(content, content)

    def __getattr__(self, name: str) -> Any:
        own = {
            "open": self._do_open, "write": self._do_write, "fsync": self._do_fsync,
            "replace": self._do_replace, "unlink": self._do_unlink,
            "ftruncate": self._do_truncate,
        }  # fmt: skip
        if name not in own:
            return getattr(os, name)

        def call(*arguments: Any) -> Any:
            result = own[name](*arguments)
            self.at_each()
            return result

        return call

    def states(self, chance: random.Random) -> Iterator[dict[str, bytes]]:
        """Yield what the folder may hold, by name."""
        count = len(self._pending)
        chosen: Iterator[tuple[bool, ...]]
        if count <= _ALL:
            chosen = itertools.product((False, True), repeat=count)
        else:
            some = [tuple(chance.random() < 0.5 for _ in range(count)) for _ in range(30)]
            chosen = iter([(False,) * count, (True,) * count, *some])
        for applied in chosen:
            names = self._names(applied)
            yield {name: node.kept for name, node in names.items()}
            if any(node.kept != node.seen for node in names.values()):
                yield {name: node.seen for name, node in names.items()}
                yield {name: _torn(node, chance) for name, node in names.items()}

    def _names(self, applied: tuple[bool, ...]) -> dict[str, Node]:
        names = dict(self._kept)
        for done, (what, name, other), node in zip(
            applied, self._pending, self._moved, strict=True
        ):
            if not done:
                continue
            if what == "remove":
                names.pop(name, None)
            else:
                names.pop(other, None)
                names[name] = node
        return names

    def _note(self, what: str, name: str, other: str, node: Node) -> None:
        self._pending.append((what, name, other))
        self._moved.append(node)

    def _do_open(self, path: Path, flags: int, mode: int = 0o777) -> int:
        descriptor = os.open(path, flags, mode)
        if Path(path) == self.folder:
            self._open[descriptor] = None
            return descriptor
        name = Path(path).name
        if name not in self._nodes:
            self._nodes[name] = Node()
            self._note("put", name, "", self._nodes[name])
        if flags & os.O_TRUNC:
            self._nodes[name].seen = b""
        self._open[descriptor] = self._nodes[name]
        return descriptor

    def _do_write(self, descriptor: int, content: bytes) -> int:
        written = os.write(descriptor, content)
        if node := self._open.get(descriptor):  # the lock is opened elsewhere, and may be lost
            node.seen += bytes(content[:written])
        return written

    def _do_truncate(self, descriptor: int, size: int) -> None:
        os.ftruncate(descriptor, size)
        if node := self._open.get(descriptor):
            node.seen = node.seen[:size]

    def _do_fsync(self, descriptor: int) -> None:
        os.fsync(descriptor)
        node = self._open[descriptor]
        if node is not None:
            node.kept = node.seen
        else:
            self._kept = dict(self._nodes)
            self._pending, self._moved = [], []

    def _do_replace(self, source: Path, target: Path) -> None:
        os.replace(source, target)  # noqa: PTH105 - it stands in for os
        node = self._nodes.pop(Path(source).name)
        self._nodes[Path(target).name] = node
        self._note("put", Path(target).name, Path(source).name, node)

    def _do_unlink(self, path: Path) -> None:
        os.unlink(path)  # noqa: PTH108 - it stands in for os
        self._note("remove", Path(path).name, "", self._nodes.pop(Path(path).name))


def _torn(node: Node, chance: random.Random) -> bytes:
    """Return the bytes of a file of which only a part came to the disk, some of it as zeros."""
    if node.seen == node.kept:
        return node.kept
    flushed = len(node.kept) if node.seen.startswith(node.kept) else 0
    size = chance.randint(flushed, len(node.seen))
    return node.seen[:size] + bytes(chance.choice((0, len(node.seen) - size)))
