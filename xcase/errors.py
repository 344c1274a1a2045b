"""Every error that xcase raises on purpose.

    XcaseError                 exit status 1
    ├── UsageError             2   wrong use or bad configuration
    │   ├── NotFoundError          there is no case or document of that id
    │   ├── TaxonomyError          a skill or industry table is faulty
    │   └── ModelError             a model is missing or is not the pinned one
    ├── AnalysisError          4   the analysis folder is damaged or from another version
    │   ├── NewerFormatError       it was written by a newer version, and is left alone
    │   └── LockedError            another program is writing to it
    ├── StoppedError          130  stopped by the user; what was done is kept
    └── ReadError              –   one input could not be read; becomes a line in errors.jsonl

Each message says what was wrong, with the value, and what to do next.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable

# What each code of errors.jsonl means.
CODES = {
    "E_EMPTY": "The file holds no bytes.",
    "E_NO_TEXT": "Nothing visible in it: blank, or pages that are only pictures.",
    "E_CORRUPT": "Cut short or damaged.",
    "E_TYPE_MISMATCH": "The content is not what the file name says.",
    "E_UNSUPPORTED": "A format that is not read, no ordinary file, or something that xcase wrote.",
    "E_ENCRYPTED": "A password is needed.",
    "E_LIMIT_SIZE": "Larger than what is read, packed or unpacked, or too much for the memory.",
    "E_LIMIT_PAGES": "A PDF with too many pages.",
    "E_LIMIT_TIME": "Reading it took too long.",
    "E_CRASH": "Its reader died or failed, or returned no documents.",
    "E_XML_UNSAFE": "XML with a document type declaration inside a Word file.",
    "E_ENCODING": "The bytes are text in no known encoding.",
    "E_IO": "The file system refused it, it vanished, or it was written to while it was read.",
    "E_ROW": "A row of a CSV or JSON lines file is malformed or has no text.",
    "E_DUPLICATE_ID": "The id is that of an earlier row or document.",
    "E_FORGOTTEN": "It names a person whom this folder has forgotten, and was left out.",
    "E_ANALYSIS": "It was read, and its analysis failed: a fault of xcase.",
    "E_CORRECTION": "A decision of a person on it could not be followed.",
}

# To compare letter by letter takes long: who asks for one of ten thousand gets an answer at once.
MOST_COMPARED = 1000


class XcaseError(Exception):
    """Base class; ``exit_status`` is what the command line returns for it."""

    exit_status = 1


class UsageError(XcaseError):
    """Wrong use or bad configuration."""

    exit_status = 2


class NotFoundError(UsageError):
    """There is no case or document of that id; the nearest are listed."""


class TaxonomyError(UsageError):
    """A skill or industry table is faulty; the message lists every fault found."""


class ModelError(UsageError):
    """A model is missing, damaged, or not the one that the manifest pins."""


class AnalysisError(XcaseError):
    """The analysis folder is missing, damaged or was written by another version."""

    exit_status = 4


class NewerFormatError(AnalysisError):
    """The analysis folder was written by a newer version, so that writing to it would lose work."""


class LockedError(AnalysisError):
    """Another program is writing to the analysis folder."""


class StoppedError(XcaseError):
    """The user asked to stop; the documents done so far are kept for the next run."""

    exit_status = 130


class ReadError(XcaseError):
    """One input could not be read.

    ``code`` is one of ``CODES``.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def listed(faults: Collection[str]) -> str:
    """Return the end of a message that names every fault found, each on a line of its own."""
    return f"{len(faults)} fault(s), correct them:" + "".join(f"\n  - {f}" for f in faults)


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the end of a message about an unknown name: those that were perhaps meant, if any."""
    from difflib import get_close_matches  # only when something is wrong

    by_name = {n.lower(): n for n in known}
    near = get_close_matches(name.lower(), _likely(name.lower(), by_name), n=3, cutoff=0.4)
    return f"; nearest: {', '.join(by_name[n] for n in near)}" if near else ""


def _likely(name: str, known: Collection[str]) -> Collection[str]:
    """Return the names that begin or end most like this one, all of them if they are few."""
    if len(known) <= MOST_COMPARED:
        return known
    alike = _beside(name, known)
    backwards = _beside(name[::-1], [n[::-1] for n in known])
    return list(dict.fromkeys([*alike, *(n[::-1] for n in backwards)]))


def _beside(name: str, known: Iterable[str]) -> list[str]:
    ordered = sorted(known)
    at, reach = bisect_left(ordered, name), MOST_COMPARED // 4
    return ordered[max(0, at - reach) : at + reach]
