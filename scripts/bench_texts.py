"""The texts of the benchmark: narratives of corpus/training, and any number of others out of them.

Speed does not depend on what a network was trained on, so its training texts may be timed; no
figure of quality is taken from them.
"""

from __future__ import annotations

import html
import json
import random
from pathlib import Path

ROOT = Path(__file__).parent.parent
SEED = 8
# Sentences of one narrative that follow one another in a made text: a fifth of it, so that no two
# made texts count as the same story told twice.
PASSAGE = 3
WORDS = 260


def narratives(count: int) -> list[str]:
    """Return ``count`` narratives as their writers wrote them, the same ones each time."""
    texts = [
        json.loads(line)["text"]
        for file in sorted((ROOT / "corpus" / "training").glob("narratives-*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    drawn = random.Random(SEED).sample(texts, len(texts))
    return (drawn * (count // len(drawn) + 1))[:count]


def made(count: int) -> list[str]:
    """Return ``count`` different texts of about ``WORDS`` words, put together out of passages."""
    rng = random.Random(SEED)
    told = [t.replace("\n", " ").split(". ") for t in narratives(1_000)]
    texts = []
    for _ in range(count):
        parts: list[str] = []
        while sum(len(p.split()) for p in parts) < WORDS:
            lines = rng.choice(told)
            at = rng.randrange(max(1, len(lines) - PASSAGE))
            parts.append(". ".join(lines[at : at + PASSAGE]).strip(". ") + ".")
        texts.append("\n\n".join(parts))
    return texts


def write_folder(folder: Path, texts: list[str]) -> None:
    """Write texts as a folder of files as people keep them: plain, Markdown and HTML."""
    for number, text in enumerate(texts):
        place = folder / f"{number // 100:03d}"
        place.mkdir(parents=True, exist_ok=True)
        suffix, content = ("txt", text)
        if number % 10 in (3, 6, 9):
            suffix, content = "md", f"# Story {number}\n\n{text}\n"
        elif number % 10 == 5:
            paragraphs = "".join(f"<p>{html.escape(p)}</p>" for p in text.split("\n\n"))
            suffix, content = "html", f"<html><body>{paragraphs}</body></html>"
        (place / f"{number:05d}.{suffix}").write_text(content, encoding="utf-8")
