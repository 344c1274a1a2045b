"""How alike a skill's contexts are in two industries, and what stands for it where it is unknown.

Contexts come from two sides. Tasks: ``tables/task_likeness.csv``, computed by
``scripts/build_labour_market.py`` from O*NET's task statements, weighted by the industry's jobs and
by how much they read like the skill. Mentions: the sentences in which the analysed stories show
the skill. The mentions count the more the more there are of them.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xcase.taxonomy import load_base_skills, load_industries, load_skills
from xcase.transfer.labour_market import read_table

Matrix = NDArray[np.float64]
# Mentions on the poorer side at which they count as much as the tasks.
TASKS_WORTH = 20.0


@dataclass(frozen=True, slots=True)
class Contexts:
    """Contexts of industries x skills.

    Attributes:
        value: from x to x skills, 0 to 1; 0.5 is as alike as any two industries.
        mentions: industries x skills, how many mentions there are, those of one sentence once.
        means: industries x skills x 384, the mean of their sentence vectors (not of length one).
    """

    value: Matrix
    mentions: NDArray[np.int64]
    means: NDArray[np.float32]

    def counterpart(self, source: int, target: int, skill: int) -> tuple[int, float] | None:
        """Return what the target has in place of a skill of the source, with its cosine.

        None where the target knows the skill by name, or where a side has no mention at all.
        """
        known = np.flatnonzero(self.mentions[target])
        if self.mentions[target, skill] or not self.mentions[source, skill] or not len(known):
            return None
        there = self.means[target, known]
        # Mentions that point opposite ways have a mean of no length, which is near to nothing.
        lengths = np.linalg.norm(there, axis=1) * np.linalg.norm(self.means[source, skill])
        cosines = (there @ self.means[source, skill]) / np.where(lengths == 0, 1, lengths)
        best = int(np.argmax(cosines))
        return int(known[best]), float(cosines[best])


def contexts(vectors: NDArray[np.float32], places: NDArray[np.int64]) -> Contexts:
    """Build the contexts from mentions.

    Args:
        vectors: n x 384, the unit vector of the sentence around each mention; for one skill of
            one industry no sentence twice.
        places: n x 2, its industry and its skill as taxonomy positions.
    """
    shape = (len(load_industries()), len(load_skills()))
    sums = np.zeros((*shape, vectors.shape[1]), dtype=np.float32)
    mentions = np.zeros(shape, dtype=np.int64)
    np.add.at(sums, (places[:, 0], places[:, 1]), vectors)
    np.add.at(mentions, (places[:, 0], places[:, 1]), 1)
    means = (sums / np.maximum(mentions, 1)[:, :, None]).astype(np.float32)
    likeness = _mixed(_mention_likeness(sums, mentions), mentions)
    return Contexts((1 + likeness) / 2, mentions, means)


@functools.cache
def task_likeness() -> Matrix:
    """Return from x to x skills, -1 to 1, from the table.

    An industry without a code of its own has no tasks: it is neither alike nor unlike, which is 0,
    to itself too. The mean of all industries in its place would be alike to every large one.
    """
    labels = [i.label for i in load_industries()]
    names = [s.name for s in load_base_skills()]
    rows = {(r[0], r[1]): r[2:] for r in read_table("task_likeness", ("industry", "other", *names))}
    position = {label: n for n, label in enumerate(labels)}
    # Of a skill that a user added there are no tasks: it is neither alike nor unlike.
    out = np.zeros((len(labels), len(labels), len(load_skills())))
    for (first, second), row in rows.items():
        if first in position and second in position:
            a, b = position[first], position[second]
            own = slice(len(names))
            out[a, b, own] = out[b, a, own] = np.array(row, dtype=np.float64)
            out[a, a, own] = out[b, b, own] = 1
    return out


def _mention_likeness(sums: NDArray[np.float32], mentions: NDArray[np.int64]) -> Matrix:
    """Return from x to x skills, -1 to 1: how much more alike than any two mentions of the skill.

    It is the mean cosine between the mentions of two industries over that between all mentions
    of the skill, less one; a mention is not compared with itself.
    """
    pairs = np.einsum("asd,bsd->abs", sums, sums).astype(np.float64)
    counts = (mentions[:, None] * mentions[None, :]).astype(np.float64)
    own = np.arange(len(mentions))
    pairs[own, own] -= mentions
    counts[own, own] -= mentions
    usual = pairs.sum(axis=(0, 1)) / np.maximum(counts.sum(axis=(0, 1)), 1)
    mean = pairs / np.maximum(counts, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        likeness = np.where((counts > 0) & (usual > 0), mean / usual - 1, 0)
    return np.asarray(np.clip(likeness, -1, 1))


def _mixed(from_mentions: Matrix, mentions: NDArray[np.int64]) -> Matrix:
    poorer = np.minimum(mentions[:, None], mentions[None, :])
    share = poorer / (poorer + TASKS_WORTH)
    return np.asarray(share * from_mentions + (1 - share) * task_likeness())
