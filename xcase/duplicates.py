"""Cases that tell the same story again: republished, shortened or lightly edited.

They are found when a folder is analysed and kept in its ``run.json`` under ``duplicates``; whatever
counts stories (summary, transfers, similar cases, health) counts the first of them.

Candidates come from MinHash bands (Broder 1997; datasketch), and each is checked exactly: two cases
are the same where at least ``SHARE`` of the word runs of the shorter one stand in the longer one,
or where they have the same words in the same order, however few.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence

import numpy as np

from xcase.records import Analysis, Case

# Words in a run: long enough that stock phrases of mentoring pages do not make two stories one.
RUN = 5
# Runs of the shorter text that must stand in the longer one.
SHARE = 0.5
# Bands are drawn for this Jaccard similarity; lower than SHARE because the longer text may go on.
JACCARD = 0.25
PERMUTATIONS = 64
# A shorter text has too few runs to tell a copy from chance.
MIN_RUNS = 12
_WORD = re.compile(r"[^\W_]+")
# Bytes of the digest of a run.
_DIGEST = 8


def repeats(analysis: Analysis) -> Mapping[str, str]:
    """Return what :func:`near_duplicates` found when the folder was analysed, or finds now."""
    kept = analysis.run.get("duplicates")
    return kept if isinstance(kept, dict) else near_duplicates(analysis)


def first_tellings(analysis: Analysis) -> list[Case]:
    """Return the cases of an analysis, each story once."""
    again = repeats(analysis)
    return [case for case in analysis.cases if case.id not in again]


def near_duplicates(analysis: Analysis) -> dict[str, str]:
    """Return for each case that repeats an earlier one the id of the first that tells the story."""
    texts = {d.id: d.text for d in analysis.documents}
    told = [texts[c.document_id][c.start : c.end] for c in analysis.cases]
    first = first_of_each(told)
    ids = [c.id for c in analysis.cases]
    return {ids[i]: ids[j] for i, j in enumerate(first) if i != j}


def first_of_each(texts: Sequence[str]) -> list[int]:
    """Return for each text the position of the first text that is the same story, often its own."""
    if len(texts) < 2:
        return list(range(len(texts)))
    from datasketch import MinHash, MinHashLSH

    bands = MinHashLSH(threshold=JACCARD, num_perm=PERMUTATIONS)
    first = list(range(len(texts)))
    runs: list[np.ndarray] = []
    same: dict[bytes, int] = {}
    for i, text in enumerate(texts):
        words = [w.lower() for w in _WORD.findall(text)]
        mine = _runs(words)
        runs.append(_packed(mine))
        equal = same.setdefault(hashlib.sha256(" ".join(words).encode()).digest(), i)
        first[i] = first[equal]
        if first[i] != i or len(mine) < MIN_RUNS:
            continue
        sketch = MinHash(num_perm=PERMUTATIONS, seed=1)
        sketch.update_batch(mine)
        for j in sorted(bands.query(sketch)):
            shared = np.intersect1d(runs[i], runs[j], assume_unique=True)
            if len(shared) >= SHARE * min(len(runs[i]), len(runs[j])):
                first[i] = first[j]
                break
        bands.insert(i, sketch)
    return first


def _runs(words: Sequence[str]) -> set[bytes]:
    return {
        hashlib.blake2b(" ".join(words[i : i + RUN]).encode(), digest_size=_DIGEST).digest()
        for i in range(len(words) - RUN + 1)
    }


def _packed(runs: set[bytes]) -> np.ndarray:
    """Return runs as numbers: a tenth of the memory, of which a large folder takes much."""
    return np.frombuffer(b"".join(sorted(runs)), dtype=np.uint64)
