"""Show how many gold spans get the right skill by how much the namer counts beside the network.

    python scripts/choose_namer_share.py

``NAMER_SHARE`` of ``xcase.annotate.annotator`` is chosen from this table: the training narratives
that were held back from both, and the stories. A share of 0 is the network alone, 1 the namer.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from calibrate import STORIES
from gold import Gold, load
from train_annotator import HELD_BACK, load_all

from xcase.annotate import annotator
from xcase.annotate.labels import SKILLS
from xcase.records import Mark

SHARES = (0.0, 0.2, 0.35, 0.5, 0.7, 1.0)


def main() -> None:
    loaded = annotator.Annotator.load()
    held = [g for i, g in enumerate(load_all()) if i % HELD_BACK == 0]
    print(f"{'share':>8s}  " + "  ".join(f"{share:.2f} " for share in SHARES))
    for name, golds in (("held", held), ("stories", load(STORIES))):
        shares = [right(loaded, golds, share) for share in SHARES]
        print(f"{name:>8s}  " + "  ".join(f"{share:.3f}" for share in shares))


def right(loaded: annotator.Annotator, golds: Sequence[Gold], share: float) -> float:
    """Return the part of the gold spans whose likeliest skill is the gold one."""
    annotator.NAMER_SHARE = share
    told = [[s for s in g.spans if s.kind == "skill"] for g in golds]
    marks = [[Mark("skill", s.start, s.end) for s in spans] for spans in told]
    read = loaded.annotate([(g.text, g.units, m) for g, m in zip(golds, marks, strict=True)])
    named = []
    for spans, annotation in zip(told, read, strict=True):
        given = [t for t in annotation.spans if t.kind == "skill" and t.score == 1.0]
        for span in spans:
            near = [t for t in given if t.start < span.end and span.start < t.end]
            if near:
                own = min(near, key=lambda t: abs(t.start - span.start) + abs(t.end - span.end))
                named.append(SKILLS[int(np.argmax(own.readings["skill"]))] == span.labels[0])
    return float(np.mean(named))


if __name__ == "__main__":
    main()
