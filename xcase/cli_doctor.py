"""``xcase doctor``: are the models the pinned ones, and is the analysis undamaged?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xcase.options import DEFAULT_DIR, Dir, Json, print_json, say


def doctor_cli(
    folder: Dir = DEFAULT_DIR,
    repair: Annotated[
        bool, typer.Option("--repair", help="Keep what of a damaged analysis is undamaged.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Check the models and, if there is one, the analysis folder."""
    from xcase import models

    checks = {}
    for name in models.manifest():
        models.locate(name)
        checks[f"model {name}"] = "sha256 as pinned"
    if repair:
        checks[f"repair {folder}"] = _repair(folder)
    checks |= _analysis(folder)
    if as_json:
        print_json(checks)
        return
    for what, state in checks.items():
        say(f"{what}: {state}")


def _repair(folder: Path) -> str:
    from xcase.repair import repair

    done = repair(folder)
    kept = f"kept {done.documents} documents and {done.cases} cases"
    if done.decisions:
        kept += f"; lost {done.decisions} lines of decisions"
    if not done.lost:
        return kept if done.decisions else f"{kept}; nothing was lost"
    lost = ", ".join(done.lost[:5]) + (" …" if len(done.lost) > 5 else "")
    return f"{kept}; lost {len(done.lost)} ({lost}): xcase analyze FOLDER --out {folder} does them"


def _analysis(folder: Path) -> dict[str, str]:
    from xcase import corrections, store
    from xcase.journal import FILE
    from xcase.repair import there

    if not there(folder):
        return {f"analysis {folder}": "none yet"}
    analysis = store.load(folder)
    corrections.stored(folder)  # every run needs them whole
    told = {
        f"analysis {folder}": (
            f"{len(analysis.documents)} documents, {len(analysis.cases)} cases, files undamaged"
        )
    }
    if lost := analysis.run.get("repaired"):
        told["repaired"] = f"{len(lost)} documents were lost; xcase analyze does them again"
    if (folder / FILE).is_file():
        told["unfinished"] = "a run was stopped; the same xcase analyze goes on from there"
    from xcase.similar import health
    from xcase.similar.sound import check_files

    return told | {"index": check_files(folder)} | health(analysis)
