"""The version of an analysis that is served, and how a newer one takes its place.

A version is loaded beside the one that is served, warmed up, and only then put in its place by one
assignment: who holds the old one goes on with it to the end of the answer. ``xcase analyze`` writes
``run.json`` last, and :func:`xcase.store.load` checks every file against it, so a version is whole
or is not taken at all.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from xcase import store
from xcase.casebase import CaseBase
from xcase.errors import XcaseError
from xcase.loaded import Models

# How long a new analysis waits to be seen, and a damaged one to be tried again.
EVERY = 1.0
RETRY = 30.0
# A change of one of these is a new version.
WATCHED = ("run.json", "feedback.jsonl")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Version:
    """A whole analysis; ``id`` changes with any of its records."""

    id: str
    base: CaseBase


class Live:
    """Holds the newest whole version of a folder.

    Args:
        models: kept over all versions.
    """

    def __init__(self, folder: Path, *, models: Models | None = None) -> None:
        self.folder = folder
        self.models = models or Models()
        self.fault = ""
        self._version: Version | None = None
        self._seen: object = None
        self._tried = 0.0
        self._stop = threading.Event()
        self._refreshing = threading.Lock()
        self._watcher: threading.Thread | None = None

    @property
    def version(self) -> Version | None:
        """The version to answer from, or None before the first was loaded."""
        return self._version

    def refresh(self) -> Version:
        """Load the version that is on disk now, and serve it.

        Raises:
            AnalysisError: there is none, or it is damaged; the one served before stays.
        """
        with self._refreshing:
            seen = self._signature()
            base = CaseBase(store.load(self.folder), self.folder, models=self.models, log=_log)
            base.warm_up()
            version = Version(_identity(base), base)
            self._version, self._seen, self.fault = version, seen, ""
        logger.info("serving version %s: %d cases", version.id, len(base))
        return version

    def look(self) -> None:
        """Load a newer version if there is one; a fault is remembered for ``/readyz``."""
        seen = self._signature()
        if seen == self._seen and not (self.fault and time.monotonic() - self._tried > RETRY):
            return
        try:
            self.refresh()
        except Exception as error:  # noqa: BLE001 - who watches must not end, or nothing is seen
            # What another error says may quote a text.
            known = isinstance(error, XcaseError)
            self.fault = str(error) if known else f"unexpected failure: {type(error).__name__}"
            self._seen, self._tried = seen, time.monotonic()
            logger.warning("a newer analysis cannot be read: %s", self.fault)

    def watch(self) -> None:
        """Look for newer versions in the background until :meth:`close`."""
        self._watcher = threading.Thread(target=self._watch, name="xcase-live", daemon=True)
        self._watcher.start()

    def close(self) -> None:
        """Stop watching."""
        self._stop.set()
        if self._watcher is not None:
            self._watcher.join(timeout=EVERY * 2)

    def _watch(self) -> None:
        while not self._stop.wait(EVERY):
            self.look()

    def _signature(self) -> tuple[tuple[int, int, int] | None, ...]:
        return tuple(map(_stamp, (self.folder / name for name in WATCHED)))


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size, state.st_ino


def _identity(base: CaseBase) -> str:
    files = json.dumps(base.analysis.run.get("files"), sort_keys=True)
    return hashlib.sha256(files.encode()).hexdigest()[:16]


def _log(message: str) -> None:
    logger.info("%s", message)
