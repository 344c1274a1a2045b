"""How the server bears many searches at once: seconds and memory, on an analysis of many cases.

    python scripts/measure_serve.py --dir xcase-out --cases 10000

The cases are new stories of background, journey and outcome sentences drawn (seed 1) from those of
DIR, so that none is a copy; each sentence is encoded once. One client sends single searches first,
then rounds of 200 at the same time. Printed: p50 and p99 of single searches and of each round, and
the memory of the server (VmRSS without pages of mapped files, and with them).
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import httpx
from serving import Served, serving

from xcase import store
from xcase.embed import MiniLM, TokenEncoder, TokenVectors
from xcase.records import Analysis, Case, Document, IndustryGuess, Program, Sentence
from xcase.similar import searcher_of

PARTS = (("background", 3), ("journey", 3), ("outcome", 2))
QUERIES = (
    "I am a ward nurse. I do every task myself because I cannot delegate.",
    "I run a small bakery and I never dare to name a price.",
    "I was a sergeant and nobody reads my applications.",
    "I lead engineers for the first time and I avoid every conflict.",
    "I want to leave teaching and start a company, but I know nothing about money.",
)
PARALLEL, ROUNDS, SINGLES = 200, 5, 20


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--dir", type=Path, default=Path("xcase-out"))
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=300, help="limit of the client")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        began = time.monotonic()
        analysis = many_cases(store.load(options.dir), options.cases)
        store.save(analysis, folder)
        searcher_of(analysis, folder, Remembering(MiniLM.load()))
        print(f"{len(analysis.cases)} cases made in {time.monotonic() - began:.0f} s", flush=True)
        began = time.monotonic()
        with serving(folder) as served:
            print(f"ready after {time.monotonic() - began:.0f} s", flush=True)
            asyncio.run(measure(served, options.seconds))


async def measure(served: Served, seconds: float) -> None:
    """Ask one by one, then all at once."""
    limits = httpx.Limits(max_connections=PARALLEL)
    async with httpx.AsyncClient(
        base_url=served.address, timeout=seconds, limits=limits, trust_env=False
    ) as client:
        await asked(client, 0)
        alone = [await asked(client, n) for n in range(SINGLES)]
        one = statistics.median(alone)
        print("| searches at once | answered | p50 (s) | p99 (s) | a search (s) | memory (MB) |")
        print("|---|---|---|---|---|---|")
        print(f"| 1 | {SINGLES} | {one:.3f} | {max(alone):.3f} | {one:.3f} | {memory(served)} |")
        for _ in range(ROUNDS):
            began = time.monotonic()
            taken = await asyncio.gather(*(asked(client, n) for n in range(PARALLEL)))
            each = (time.monotonic() - began) / PARALLEL
            taken.sort()
            good = sum(t < float("inf") for t in taken)
            p50, p99 = taken[PARALLEL // 2], taken[round(PARALLEL * 0.99) - 1]
            print(
                f"| {PARALLEL} | {good} | {p50:.2f} | {p99:.2f} | {each:.3f} | {memory(served)} |",
                flush=True,
            )


async def asked(client: httpx.AsyncClient, number: int) -> float:
    """Return the seconds that one search took; infinite if it was refused."""
    began = time.monotonic()
    text = QUERIES[number % len(QUERIES)]
    answer = await client.get("/api/similar", params={"text": text, "k": 5})
    if answer.status_code == 503:
        return float("inf")
    answer.raise_for_status()
    return time.monotonic() - began


def memory(served: Served) -> str:
    """Return the server's own memory and, in brackets, with the mapped files."""
    status = Path(f"/proc/{served.pid}/status").read_text(encoding="utf-8")
    rows = dict(line.split(":", 1) for line in status.splitlines())
    own, mapped = (int(rows[key].split()[0]) // 1024 for key in ("RssAnon", "VmRSS"))
    return f"{own} ({mapped})"


def many_cases(analysis: Analysis, count: int) -> Analysis:
    """Return an analysis of new stories out of the sentences of another."""
    drawn = random.Random(1)
    texts = {d.id: d.text for d in analysis.documents}
    pools: dict[str, list[str]] = {phase: [] for phase, _ in PARTS}
    for case in analysis.cases:
        for s in case.sentences:
            if s.phase in pools:
                pools[s.phase].append(texts[case.document_id][s.start : s.end])
    made = [_story(n, pools, drawn, drawn.choice(analysis.cases)) for n in range(count)]
    return Analysis(tuple(d for d, _ in made), tuple(c for _, c in made), ())


def _story(
    number: int, pools: dict[str, list[str]], drawn: random.Random, like: Case
) -> tuple[Document, Case]:
    text, sentences = "", []
    for phase, size in PARTS:
        for words in drawn.sample(pools[phase], size):
            sentences.append(Sentence(len(text), len(text) + len(words), phase, 0.9))  # type: ignore[arg-type]
            text += words + " "
    name = f"made/{number}.txt"
    document = Document(name, name, "0" * 64, name, {}, text, "cases", "")
    case = Case(
        f"{name}:1", name, name, 0, len(text), None, None, _wordless(like.industry_from),
        _wordless(like.industry_to),
        None, None, Program(), tuple(sentences), (), (),
    )  # fmt: skip
    return document, case


def _wordless(guess: IndustryGuess | None) -> IndustryGuess | None:
    """Return an industry without the words that speak for it: they stand in another text."""
    return None if guess is None else replace(guess, evidence=())


class Remembering:
    """Encodes each text once."""

    def __init__(self, encoder: TokenEncoder) -> None:
        self.name = encoder.name
        self._encoder = encoder
        self._known: dict[str, TokenVectors] = {}

    def encode(self, texts: Sequence[str]) -> list[TokenVectors]:
        new = [t for t in dict.fromkeys(texts) if t not in self._known]
        self._known |= dict(zip(new, self._encoder.encode(new), strict=True)) if new else {}
        return [self._known[t] for t in texts]


if __name__ == "__main__":
    main()
