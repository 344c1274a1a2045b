"""Cases as points on a plane: near ones near, the same plane every time.

t-SNE (van der Maaten & Hinton 2008) over the cosine distances of the vectors of the similarity
index, started from the principal components. On the stories of ``corpus/`` it keeps more of a
case's nearest five than the principal components alone (0.58 against 0.44); how many it kept is
part of the answer, because no plane keeps all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Fewer cases have no neighbourhoods to draw.
FEWEST = 5
NEAREST = 5
# t-SNE's usual perplexity; a smaller set of cases has smaller neighbourhoods.
PERPLEXITY = 30.0
NEIGHBOURS_PER_CASE = 0.2

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Layout:
    """``points`` is n x 2, each column from 0 to 1; ``kept`` is the share of nearest cases kept."""

    points: Points
    kept: float


def lay_out(vectors: NDArray[np.float32]) -> Layout | None:
    """Return where cases lie on a plane, or None where there are too few of them.

    Args:
        vectors: n x d, of length one each.
    """
    if len(vectors) < FEWEST:
        return None
    from sklearn.manifold import TSNE

    exact = np.asarray(vectors, dtype=np.float64)
    found = TSNE(
        n_components=2,
        perplexity=min(PERPLEXITY, max(2.0, NEIGHBOURS_PER_CASE * len(exact))),
        metric="cosine",
        init=_start(exact),
        random_state=0,
        n_jobs=1,
    ).fit_transform(exact)
    low, size = found.min(0), np.ptp(found, axis=0)
    points = ((found - low) / np.where(size == 0, 1, size)).round(4).astype(np.float64)
    return Layout(points, _kept(exact, points))


def _start(vectors: Points) -> NDArray[np.float32]:
    """Return the principal components, small as t-SNE wants them, no two cases at one place.

    scikit-learn's own start divides by a spread of zero where all vectors are equal, and its
    quadtree then ends the process (seen with 1.9.1).
    """
    centred = vectors - vectors.mean(0)
    u, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    # The sign of a component is arbitrary: its largest entry is made positive.
    first = u[:, :2] * np.sign(u[np.abs(u[:, :2]).argmax(0), range(2)]) * sizes[:2]
    spread = first[:, 0].std()
    jitter = np.random.default_rng(0).standard_normal(first.shape) * 1e-6
    return np.asarray(first / (spread if spread > 1e-9 else 1) * 1e-4 + jitter, dtype=np.float32)


def _kept(vectors: Points, points: Points) -> float:
    """Return which share of the nearest cases of each case is nearest on the plane too."""
    near = (_nearest(vectors, "cosine"), _nearest(points, "euclidean"))
    shared = [len(set(a) & set(b)) / len(a) for a, b in zip(*near, strict=True)]
    return float(np.mean(shared))


def _nearest(places: Points, metric: str) -> NDArray[np.int64]:
    from sklearn.neighbors import NearestNeighbors

    # By brute force, in blocks: all distances at once would take gigabytes of some thousand cases.
    search = NearestNeighbors(
        n_neighbors=min(NEAREST, len(places) - 1), algorithm="brute", metric=metric
    )
    nearest: NDArray[np.int64] = search.fit(places).kneighbors(return_distance=False)
    return nearest
