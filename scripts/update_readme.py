"""Put the output and the figures of today's program into README.md and docs/, between markers.

    python scripts/update_readme.py

Blocks ``<!-- begin: NAME -->`` to ``<!-- end: NAME -->`` are replaced: ``analyze``, ``show``,
``transfer``, ``similar``, ``match`` and ``export`` (what the commands print for corpus/) and
``figures`` (``xcase evaluate`` on the dev narratives, if they lie beside the checkout, and on
corpus/gold/stories.jsonl), and ``speed``, ``benchmark`` and ``paper``: what scripts/benchmark.py
last kept in figures/.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import benchmark

from xcase import __version__

ROOT = Path(__file__).parent.parent
DEV = ROOT.parent / "shared" / "gold" / "dev.jsonl"
STORIES = ROOT / "corpus" / "gold" / "stories.jsonl"
PROGRAMME = "examples/programme"
EXAMPLES = {
    "transfer": ("transfer", "--from", "Healthcare", "--to", "Hospitality & Food", "-k", "1"),
    "similar": (
        "similar",
        "I run my cafés alone, nobody else may lock up, and I lose my temper",
        "-k",
        "2",
    ),
    "match": (
        "match",
        f"{PROGRAMME}/mentees.csv",
        f"{PROGRAMME}/mentors.csv",
        *("--rules", f"{PROGRAMME}/rules.toml", "--pin", "m4=r2"),
        *("--what-if", "--fairness", "site", "--partial"),
    ),
}
NOT_ALL_MATCHED = 5
SHOWN = "stories/s18-quartermaster.txt"
FIGURES = (
    "phase_macro_f1 phase_accuracy skill_f1 skill_status_f1 skill_triple_f1 skill_span_f1 "
    "outcome_f1 outcome_any_f1 cadence_f1 industry_from industry_to mentee mentor no_case "
    "case_found case_count evidence"
)


def main() -> None:
    blocks: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "xcase-out")
        analyzed = xcase("analyze", "corpus/", "--out", out).replace(out, "xcase-out")
        blocks["analyze"] = fenced(analyzed.replace(" --dir xcase-out", ""))
        blocks["show"] = fenced(xcase("show", SHOWN, "--dir", out))
        exported = xcase("export", "--dir", out, "--out", str(Path(folder) / "xcase-export"))
        blocks["export"] = fenced(exported.replace(f"{folder}{os.sep}", ""))
        for name, arguments in EXAMPLES.items():
            output = xcase(*arguments, "--dir", out, allowed=(0, NOT_ALL_MATCHED))
            blocks[name] = fenced(re.sub(r" {3,}", "   ", output))
    blocks["figures"] = table()
    blocks |= kept_speed()
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        text = page.read_text(encoding="utf-8")
        new = replaced(text, blocks)
        if new != text:
            page.write_text(new, encoding="utf-8")
    if blocks:
        raise SystemExit(f"no page has a block for {', '.join(blocks)}")


def xcase(*arguments: str, allowed: tuple[int, ...] = (0,)) -> str:
    """Return what the command prints; ends if it fails with a status that is not ``allowed``."""
    environment = os.environ | {"COLUMNS": "140", "NO_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "xcase", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in allowed:
        raise SystemExit(f"xcase {' '.join(arguments)} failed: {done.stderr}")
    return done.stdout


def fenced(output: str) -> str:
    """Return output as a code block without blanks at the ends of lines."""
    lines = [line.rstrip() for line in output.strip("\n").splitlines()]
    return "\n".join(["```", *lines, "```"])


def replaced(text: str, blocks: dict[str, str]) -> str:
    """Return a page with the blocks that it has markers for; those are taken from ``blocks``."""
    for name in list(blocks):
        pattern = re.compile(rf"(<!-- begin: {name} -->\n).*?(\n<!-- end: {name} -->)", re.DOTALL)
        if pattern.search(text):
            block = blocks.pop(name)
            text = pattern.sub(lambda m, block=block: m[1] + block + m[2], text)
    return text


def table() -> str:
    """Return the figures of dev and of the stories side by side, with their baselines."""
    sets = {name: path for name, path in (("dev", DEV), ("stories", STORIES)) if path.exists()}
    results = {n: json.loads(xcase("evaluate", str(p), "--json")) for n, p in sets.items()}
    head = [c for n in results for c in (f"{n} (95 %)", f"{n}: position / words")]
    rows = [f"| figure | {' | '.join(head)} |", "|---" * (len(head) + 1) + "|"]
    for figure in FIGURES.split():
        cells = [c for r in results.values() for c in (value(r, figure), baseline(r, figure))]
        rows.append(f"| {figure} | {' | '.join(cells)} |")
    return "\n".join(rows)


def kept_speed() -> dict[str, str]:
    """Return the tables of the benchmark that was run last, if one is kept."""
    path = ROOT / "figures" / f"benchmark-{__version__}.json"
    if not path.is_file():
        return {}
    kept = json.loads(path.read_text(encoding="utf-8"))
    tables = {"speed": benchmark.table(kept, ("rates",)), "benchmark": benchmark.table(kept)}
    if {"rates", "growth"} <= kept.keys():
        tables["paper"] = benchmark.on_paper(kept)
    return tables


def value(result: dict[str, Any], figure: str) -> str:
    """Return a figure with its interval."""
    found = result["figures"][figure]
    return f"{found['value']:.2f} ({found['low']:.2f}–{found['high']:.2f})"


def baseline(result: dict[str, Any], figure: str) -> str:
    """Return the better of the two baselines, or nothing where neither says anything."""
    best = max(b.get(figure, 0.0) for b in result["baselines"].values())
    return f"{best:.2f}" if best and figure not in ("no_case", "case_found", "evidence") else ""


if __name__ == "__main__":
    main()
