"""The key: which surrogate stands for which name, and where it may be kept.

The surrogate of a word follows from a secret (HMAC-SHA256), so nobody without it can try names. The
key file holds the secret and the names themselves: whoever has it can undo everything. It is only
written where somebody asks for it, with mode 0600, and never inside the analysis folder::

    {"format": 1, "secret": "…hex…", "words": {"okafor": "Ashdown", ...}}
"""

from __future__ import annotations

import hmac
import json
import secrets
import stat
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from xcase import disk
from xcase.errors import UsageError

FORMAT = 1
SECRET_BYTES = 32
OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(slots=True)
class Key:
    """Surrogates given so far, by the small letters of what they stand for."""

    secret: bytes = field(default_factory=lambda: secrets.token_bytes(SECRET_BYTES))
    words: dict[str, str] = field(default_factory=dict)
    path: Path | None = None
    _taken: set[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._taken = {w.casefold() for w in self.words.values()} | self.words.keys()

    def keep(self) -> None:
        """Write the key to its file, for its owner alone and whole or not at all, if it has one.

        Raises:
            UsageError: it cannot be written.
        """
        if self.path is None:
            return
        told = {
            "format": FORMAT,
            "secret": self.secret.hex(),
            "words": dict(sorted(self.words.items())),
        }
        content = json.dumps(told, ensure_ascii=False, indent=1).encode()
        try:
            disk.write_safely(self.path, content, mode=0o600)
        except OSError as error:
            raise UsageError(f"cannot write the key file {self.path}: {error.strerror}") from error

    def assign(self, bare: str, pool: Sequence[str], avoid: Collection[str]) -> str:
        """Return the surrogate of a word: one of ``pool`` that stands for no other word."""
        if bare not in self.words:
            begin = int.from_bytes(self.digest(bare)[:8])
            for i in range(len(pool)):
                chosen = pool[(begin + i) % len(pool)]
                if chosen.casefold() not in self._taken and chosen.casefold() not in avoid:
                    break
            else:
                # More names than the pool has: letters that follow from the key set them apart.
                chosen = pool[begin % len(pool)] + _letters(self.digest(bare))
            self.give(bare, chosen)
        return self.words[bare]

    def give(self, bare: str, surrogate: str) -> None:
        """Let a surrogate stand for a word, and for no other from now on."""
        self.words[bare] = surrogate
        self._taken |= {bare, surrogate.casefold()}

    def digest(self, value: str) -> bytes:
        """Return 32 bytes that follow from the secret and the value."""
        return hmac.digest(self.secret, value.encode("utf-8", "replace"), "sha256")

    def stream(self, value: str) -> Iterator[int]:
        """Yield bytes that follow from the secret and the value, without end."""
        block = self.digest(value)
        while True:
            yield from block
            block = self.digest(value + block.hex())


def open_key(path: Path | None, folder: Path) -> Key:
    """Return the key kept at ``path``, or a new one (that nobody keeps if ``path`` is None).

    Raises:
        UsageError: the path lies in the analysis folder, others may read it, or it holds no key.
    """
    if path is None:
        return Key()
    if path.resolve().is_relative_to(folder.resolve()):
        raise UsageError(
            f"the key file {path} would lie in the analysis folder {folder}, with what it "
            "protects; give a path elsewhere"
        )
    if not path.exists():
        if not path.absolute().parent.is_dir():
            raise UsageError(f"there is no folder {path.absolute().parent} for the key file")
        return Key(path=path)
    try:
        if path.stat().st_mode & OTHERS:
            raise UsageError(f"others may read the key file {path}; run: chmod 600 {path}")
        told = json.loads(path.read_text(encoding="utf-8"))
        if told["format"] != FORMAT or not isinstance(told["words"], dict):
            raise UsageError(f"{path} is a key file of another version of xcase")
        words = {str(k): str(v) for k, v in told["words"].items()}
        return Key(bytes.fromhex(told["secret"]), words, path)
    except OSError as error:
        raise UsageError(f"cannot read the key file {path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} is no key file; give another path for a new one") from error


def _letters(digest: bytes) -> str:
    return "".join(chr(ord("a") + b % 26) for b in digest[8:12])
