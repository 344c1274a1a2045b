"""Train the second opinion on which skill a phrase shows, and write models/namer.safetensors.

    python scripts/train_namer.py

Multinomial logistic regression over the vectors of the pinned, untouched MPNet: of the phrase
bank, of the names, aliases, examples and definitions of the taxonomy, and of the labelled surfaces
of the passages and training narratives (but those held back). Minutes on two cores.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from sklearn.linear_model import LogisticRegression
from train_annotator import HELD_BACK, TRAINING, load_all, load_bank, load_passages

from xcase.annotate.encoder import PhraseEncoder, load_mpnet
from xcase.annotate.labels import SKILLS
from xcase.taxonomy import load_skills

OUT = Path(__file__).parent.parent / "models" / "namer.safetensors"
# 10 and 30 fit the phrases better and name those of narratives held back less well.
INVERSE_REGULARISATION = 3.0


def main() -> None:
    phrases = [(g.text, g.spans[0].labels[0]) for g in load_bank(TRAINING / "phrases.jsonl")]
    for skill in load_skills():
        if skill.name in SKILLS:
            told = (skill.name, *skill.aliases, *skill.examples, skill.definition)
            phrases += [(phrase, skill.name) for phrase in told]
    phrases += [
        (gold.text[span.start : span.end], span.labels[0])
        for number, gold in enumerate(load_all())
        for span in gold.spans
        if span.kind == "skill" and number % HELD_BACK
    ]
    phrases += [
        (gold.text[span.start : span.end], span.labels[0])
        for gold in load_passages()
        for span in gold.spans
        if span.kind == "skill"
    ]
    vectors = PhraseEncoder(*load_mpnet()).encode([p for p, _ in phrases])
    model = LogisticRegression(C=INVERSE_REGULARISATION, max_iter=300)
    model.fit(vectors, [SKILLS.index(skill) for _, skill in phrases])
    # In C order: safetensors writes the buffer as it lies and would store a transposed matrix.
    weights = {
        "weight": np.ascontiguousarray(model.coef_, dtype=np.float32),
        "bias": np.ascontiguousarray(model.intercept_, dtype=np.float32),
    }
    save_file(weights, OUT)
    print(f"{len(phrases)} phrases, wrote {OUT.name} ({OUT.stat().st_size / 1e6:.1f} MB)")


if __name__ == "__main__":
    main()
