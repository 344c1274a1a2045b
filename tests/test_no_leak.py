"""Nothing that measures the project stands in what it was made from."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DEV = ROOT.parent / "shared" / "gold" / "dev.jsonl"
STORIES = ROOT / "corpus" / "gold" / "stories.jsonl"
RUN = 6
# A full stop between narratives is no word: this one is, and no run goes across it.
BETWEEN = "xxxxxx"


def _runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9']+", text.lower().replace("’", "'"))
    runs = {tuple(words[i : i + RUN]) for i in range(len(words) - RUN + 1)}
    return {run for run in runs if BETWEEN not in run}


def _texts(path: Path) -> str:
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return f" {BETWEEN} ".join(row.get("text") or row["phrase"] for row in rows)


def _material() -> dict[str, set[tuple[str, ...]]]:
    corpus = [p for part in ("training", "held") for p in (ROOT / "corpus" / part).glob("*.jsonl")]
    code = [p for p in (ROOT / "xcase").rglob("*") if p.suffix in (".py", ".toml")]
    made = {p: _texts(p) for p in corpus} | {p: p.read_text(encoding="utf-8") for p in code}
    return {str(path.relative_to(ROOT)): _runs(text) for path, text in made.items()}


@pytest.mark.skipif(not DEV.exists(), reason="the dev narratives lie beside the checkout only")
def test_no_run_of_six_words_is_shared_with_dev() -> None:
    dev = _runs(_texts(DEV))
    shared = {name: [" ".join(r) for r in runs & dev] for name, runs in _material().items()}
    assert {name: found for name, found in shared.items() if found} == {}


def test_no_story_is_trained_on() -> None:
    with STORIES.open(encoding="utf-8") as lines:
        stories = [_runs(json.loads(line)["text"]) for line in lines]
    material = set().union(*_material().values())
    # A stock phrase may occur in both; a story may not.
    assert all(len(runs & material) < 0.05 * len(runs) for runs in stories)
