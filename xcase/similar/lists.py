"""The first step over very many cases: an inverted file (FAISS) instead of every vector.

Vectors lie in lists by their nearest centre, and a question looks into the nearest lists only. What
that loses and gains is measured by ``scripts/measure_similar_lists.py``. It is optional
(``pip install 'xcase[large]'``): without it every vector is compared, which is exact and slower.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

# Below, numpy compares every vector in less time than the rest of a question takes.
LARGE = 500_000
# Lists, and how many a question looks into: a sixteenth of the vectors.
LISTS = 2048
PROBES = 128
# Vectors by which the centres are found; more of them move the centres little.
SAMPLE_OF_LIST = 64
ROUNDS = 10
SEED = 0


class Lists:
    """Vectors of length one by position, found by inner product."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    @classmethod
    def build(cls, vectors: np.ndarray, earlier: Lists | None = None) -> Lists | None:
        """Put vectors (``n x d`` float32) into lists; None where FAISS is not installed.

        Args:
            earlier: whose centres are taken over, so that adding cases finds no new ones.
        """
        faiss = _faiss()
        if faiss is None:
            return None
        count, width = vectors.shape
        lists = max(1, min(LISTS, count // SAMPLE_OF_LIST))
        centres = faiss.IndexFlatIP(width)
        engine = faiss.IndexIVFFlat(centres, width, lists, faiss.METRIC_INNER_PRODUCT)
        if earlier is not None and earlier._engine.nlist == lists:
            known = earlier._engine.quantizer.reconstruct_n(0, lists)
            centres.add(known)
            engine.is_trained = True
        else:
            engine.cp.max_points_per_centroid = SAMPLE_OF_LIST
            engine.cp.niter = ROUNDS
            rng = np.random.default_rng(SEED)
            chosen = rng.choice(count, min(count, lists * SAMPLE_OF_LIST), replace=False)
            engine.train(np.ascontiguousarray(vectors[np.sort(chosen)]))
        engine.add(np.ascontiguousarray(vectors))
        return cls(engine)

    @classmethod
    def load(cls, path: Path) -> Lists | None:
        """Open saved lists without reading them; None where they or FAISS are not there."""
        faiss = _faiss()
        if faiss is None or not path.is_file():
            return None
        try:
            return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP))
        except RuntimeError:  # what FAISS raises for any file that is none of its own
            return None

    def save(self, path: Path) -> None:
        """Write the lists to a file.

        Raises:
            OSError: it cannot be written.
        """
        faiss = _faiss()
        try:
            faiss.write_index(self._engine, str(path))
        except RuntimeError as error:
            raise OSError(str(error)) from error

    def __len__(self) -> int:
        return int(self._engine.ntotal)

    def nearest(self, vector: np.ndarray, count: int, allowed: np.ndarray) -> np.ndarray:
        """Return the positions of the ``count`` allowed vectors nearest to one, best first."""
        faiss = _faiss()
        bits = np.packbits(allowed, bitorder="little")
        asked = faiss.SearchParametersIVF(sel=faiss.IDSelectorBitmap(bits), nprobe=PROBES)
        values, found = self._engine.search(vector[None].astype(np.float32), count, params=asked)
        kept: np.ndarray = found[0][(found[0] >= 0) & (values[0] != 0)]
        return kept


def _faiss() -> Any:
    try:
        import faiss
    except ImportError:
        return None
    return faiss
