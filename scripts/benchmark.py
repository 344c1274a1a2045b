"""How fast xcase is: one run, one table, every ratio within the run.

    python scripts/benchmark.py                        # everything, on idle cores: about an hour
    python scripts/benchmark.py --documents 24 --rounds 1 --grow 100 --cases 1000 --runs 1
    python scripts/benchmark.py --only growth --fake-network
    python scripts/benchmark.py --show                 # the table of the figures that are kept

The parts, each of which can be run alone with ``--only``:

- rates: a naive pipeline, xcase, each model alone (:mod:`bench_rates`);
- growth: time and memory from 100 to 10,000 documents, and the same command again;
- questions: ``similar`` over 1,000 to 100,000 cases in a running process;
- cold: every command in a new process;
- shortcuts: what each costs in quality;
- peers: others that find skills, where they are installed.

A part that was run replaces its figures in figures/benchmark-VERSION.json, which says for each part
on what machine and when; the others stay.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from xcase import __version__

ROOT = Path(__file__).parent.parent
MANY = 10_000_000
# Narratives that are asked beside those of corpus/, without --dir: several times the candidates of
# the first step of `similar`.
ASKED = 600
PARTS = ("rates", "growth", "questions", "cold", "shortcuts", "peers")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--documents", type=int, default=96, help="texts of the rates")
    parser.add_argument("--rounds", type=int, default=4, help="turns that each rate takes")
    parser.add_argument("--grow", type=int, nargs="+", default=[100, 1_000, 10_000])
    parser.add_argument("--fake-network", action="store_true", help="growth of all the rest")
    parser.add_argument("--cases", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--runs", type=int, default=7, help="cold starts of each command")
    parser.add_argument(
        "--dir", type=Path, help="an analysis to ask; made of the corpus without it"
    )
    parser.add_argument("--peer-python", default=sys.executable)
    parser.add_argument("--out", type=Path, default=ROOT / "figures")
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    path = options.out / f"benchmark-{__version__}.json"
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    if not options.show:
        options.out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as place:
            for name in options.only:
                print(f"== {name}", flush=True)
                began = time.time()
                found = _MEASURES[name](options, Path(place))
                kept[name] = {**_machine(began), "figures": found}
                path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    print(table(kept))
    if {"rates", "growth"} <= kept.keys():
        print(f"\n{on_paper(kept)}")


def table(kept: dict[str, Any], parts: Sequence[str] = PARTS) -> str:
    """Return all figures as one Markdown table."""
    head = "| what | figure | for comparison |\n|---|---|---|\n"
    return head + "\n".join(
        f"| {what} | {figure} | {beside} |"
        for name in parts
        if name in kept
        for what, figure, beside in _ROWS[name](kept[name]["figures"])
    )


def on_paper(kept: dict[str, Any]) -> str:
    """Return what ten million documents would take, from what a few thousand took."""
    rates, growth = kept["rates"]["figures"], kept["growth"]["figures"]
    small, large = growth[0], growth[-1]
    more = large["documents"] - small["documents"]
    if rates["cores"] is None or more <= 0:
        return ""

    def each(figure: Callable[[dict[str, Any]], float]) -> float:
        return (figure(large) - figure(small)) / more

    rate = rates["per_second"]["xcase analyze"]["median"]
    hours = MANY / rate / 3600
    bytes_each = each(lambda row: row["bytes_written"])
    memory_each = each(lambda row: row["first"]["peak_mb"] * 1e6)
    alone = each(
        lambda row: sum(row["first"]["stages"].get(stage, 0.0) for stage in ("read", "compare"))
    )
    rows = [
        ("machine hours, like the one measured", f"{hours:,.0f}", f"{rate:.1f} documents/s each"),
        ("machines for it in a day", f"{hours / 24:,.0f}", "while the work is the actors' alone"),
        ("analysis on disk", f"{bytes_each * MANY / 1e9:,.0f} GB", f"{bytes_each:,.0f} bytes each"),
        ("memory of the driver", f"{memory_each * MANY / 1e9:,.0f} GB", f"{memory_each:,.0f} each"),
        ("reading and comparing, in the driver", f"{alone * MANY / 3600:,.1f} h", "in one process"),
    ]
    return "| ten million documents | on paper | from |\n|---|---|---|\n" + "\n".join(
        f"| {what} | {figure} | {source} |" for what, figure, source in rows
    )


def _rates(options: argparse.Namespace, _: Path) -> Any:
    from bench_rates import measure
    from bench_texts import narratives

    return measure(narratives(options.documents), options.rounds)


def _growth(options: argparse.Namespace, _: Path) -> Any:
    from bench_growth import measure

    return measure(options.grow, fake=options.fake_network)


def _questions(options: argparse.Namespace, place: Path) -> Any:
    from bench_questions import warm

    return warm(_asked(options, place), options.cases, options.questions)


def _cold(options: argparse.Namespace, place: Path) -> Any:
    from bench_questions import cold

    return cold(_asked(options, place), options.runs)


def _shortcuts(options: argparse.Namespace, place: Path) -> Any:
    from bench_shortcuts import measure

    return measure(_asked(options, place))


def _peers(options: argparse.Namespace, _: Path) -> Any:
    from bench_peers import measure
    from bench_texts import narratives

    return measure(narratives(options.documents), options.peer_python)


_MEASURES: dict[str, Callable[[argparse.Namespace, Path], Any]] = dict(
    zip(PARTS, (_rates, _growth, _questions, _cold, _shortcuts, _peers), strict=True)
)


def _asked(options: argparse.Namespace, place: Path) -> Path:
    """Return a copy of the analysis that is asked, so that its caches are made here."""
    from bench_texts import narratives, write_folder

    folder = place / "asked"
    if not folder.is_dir() and options.dir:
        shutil.copytree(options.dir, folder)
    elif not folder.is_dir():
        write_folder(place / "told", narratives(ASKED))
        command = [sys.executable, "-m", "xcase", "analyze", "corpus/", str(place / "told")]
        subprocess.run([*command, "--out", str(folder)], cwd=ROOT, check=True, capture_output=True)
    return folder


def _machine(began: float) -> dict[str, Any]:
    from xcase.half_precision import fast_bfloat16

    words = Path("/proc/cpuinfo")
    lines = words.read_text(encoding="utf-8").splitlines() if words.is_file() else []
    model = next((line.split(":")[1].strip() for line in lines if "model name" in line), "")
    return {
        "xcase": __version__,
        "day": time.strftime("%Y-%m-%d", time.gmtime(began)),
        "seconds": round(time.time() - began),
        "processor": model or platform.processor(),
        "bfloat16": fast_bfloat16(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
    }


Row = tuple[str, str, str]


def _rate_rows(told: dict[str, Any]) -> Iterator[Row]:
    texts = f"{told['documents']} texts of {told['words']} words, {told['cores']} cores"
    for name, rate in told["per_second"].items():
        yield name, f"{rate['best']:.1f} documents/s", f"median {rate['median']:.1f}; {texts}"
    for name, ratio in told["ratios"].items():
        share = "share" in name
        yield name, f"{ratio:.0%}" if share else f"{ratio:.1f} x", "best of each"


def _growth_rows(told: list[dict[str, Any]]) -> Iterator[Row]:
    for row in told:
        first, again, more = row["first"], row["unchanged"], row["one_more"]
        name = f"analyze {row['documents']:,} documents ({row['network']} network)"
        size = f"{row['bytes_written'] / 1e6:.0f} MB written"
        yield name, f"{first['seconds']:.1f} s, {first['peak_mb']:,} MB at most", size
        yield f"{name}, unchanged", f"{again['seconds']:.1f} s", f"{again['peak_mb']:,} MB at most"
        yield f"{name}, one more", f"{more['seconds']:.1f} s", f"{more['analysed']} analysed"


def _question_rows(told: list[dict[str, Any]]) -> Iterator[Row]:
    for row in told:
        name = f"similar over {row['cases']:,} cases, running"
        yield name, f"p50 {row['p50_ms']:.0f} ms", f"p99 {row['p99_ms']:.0f} ms"


def _cold_rows(told: dict[str, dict[str, float]]) -> Iterator[Row]:
    for name, seconds in told.items():
        yield f"xcase {name}, cold", f"{seconds['median']:.2f} s", f"best {seconds['best']:.2f} s"


def _shortcut_rows(told: dict[str, dict[str, float]]) -> Iterator[Row]:
    for name, values in told.items():
        yield name, f"{values['fast']:g}", f"{values['slow']:g}"


def _peer_rows(told: dict[str, dict[str, Any]]) -> Iterator[Row]:
    for name, values in told.items():
        if "per_second" in values:
            skills = f"{values['skills']:.1f} skills a document, nothing else"
            yield f"peer: {name}", f"{values['per_second']:.1f} documents/s", skills
        else:
            yield f"peer: {name}", "not measured", values["not_measured"]


_ROWS: dict[str, Callable[[Any], Iterator[Row]]] = dict(
    zip(
        PARTS,
        (_rate_rows, _growth_rows, _question_rows, _cold_rows, _shortcut_rows, _peer_rows),
        strict=True,
    )
)


if __name__ == "__main__":
    main()
