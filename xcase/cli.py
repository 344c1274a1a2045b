"""The command line: parse, call one function, print, exit with a documented status.

Results go to stdout, progress and notes to stderr. Heavy libraries are imported by the functions
that need them, so that ``xcase --help`` answers at once.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from xcase import __version__
from xcase.errors import UsageError, XcaseError
from xcase.match_commands import match_cli, suggest_cli

SKIPPED_SOME = 3
DEFAULT_DIR = Path("xcase-out")

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a pretty traceback prints narratives held in variables
    rich_markup_mode=None,
    help="Mentorship stories to structured cases, with the words that every fact came from.",
)

Dir = Annotated[Path, typer.Option("--dir", help="The analysis folder to read.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout and nothing else.")]


@app.command(
    "analyze",
    epilog="Example: xcase analyze my-stories/ --out xcase-out",
)
def analyze_cli(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders; - reads JSON lines.")],
    out: Annotated[Path, typer.Option("--out", help="The analysis folder to write.")] = DEFAULT_DIR,
    settings: Annotated[
        Optional[Path],  # noqa: UP045 - typer reads this annotation at run time
        typer.Option("--settings", help="A TOML file with thresholds."),
    ] = None,
    as_json: Json = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress on stderr.")] = False,
) -> None:
    """Read narratives, extract their cases, and write the analysis folder."""
    from xcase.pipeline import analyze
    from xcase.settings import load_settings

    with _progress(quiet=quiet) as progress:
        analysis = analyze(
            paths,
            out,
            settings=load_settings(settings),
            stdin=sys.stdin.buffer,
            progress=progress,
        )
    if as_json:
        _print_json(analysis.run)
    else:
        from xcase.render import summary

        summary(analysis, out)
    if analysis.skipped:
        raise typer.Exit(SKIPPED_SOME)


@app.command("show", epilog="Example: xcase show s01-night-porter.txt:1")
def show_cli(
    case_id: Annotated[str, typer.Argument(help="The id of a case, or of a document.")],
    folder: Dir = DEFAULT_DIR,
    as_json: Json = False,
) -> None:
    """Show a case with its phases, skills and outcomes marked in the text."""
    from xcase import store

    analysis = store.load(folder)
    cases = [c for c in analysis.cases if case_id in (c.id, c.document_id)]
    if not cases:
        raise UsageError(_no_such_case(case_id, [c.id for c in analysis.cases], folder))
    if as_json:
        _print_json([store.to_json(c) for c in cases])
        return
    from xcase.render import show

    documents = {d.id: d for d in analysis.documents}
    for case in cases:
        show(case, documents[case.document_id])


@app.command("evaluate", epilog="Example: xcase evaluate corpus/gold/stories.jsonl")
def evaluate_cli(
    gold: Annotated[Path, typer.Argument(help="JSON lines of labelled narratives; - reads stdin.")],
    folder: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--dir", help="Score this analysis instead of analysing GOLD afresh."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Quality figures on labelled narratives, with intervals, beside the baselines."""
    from xcase.evaluate import evaluate

    content = sys.stdin.buffer.read() if str(gold) == "-" else _read(gold)
    result = evaluate(content, folder)
    if as_json:
        _print_json(result)
        return
    from xcase.render import figures

    figures(result)


@app.command("taxonomy", epilog="Example: xcase taxonomy delegation")
def taxonomy_cli(
    name: Annotated[
        Optional[str],  # noqa: UP045
        typer.Argument(help="A skill or family; all skills if left out."),
    ] = None,
    as_json: Json = False,
) -> None:
    """List the skills that xcase knows, or show one with its definition and sources."""
    from xcase.store import to_json
    from xcase.taxonomy import load_skills

    skills = [
        s for s in load_skills() if name is None or name.lower() in (s.name, s.family.lower())
    ]
    if not skills:
        known = [s.name for s in load_skills()]
        raise UsageError(f"no skill or family {name!r}{_nearest(str(name), known)}")
    if as_json:
        _print_json([to_json(s) for s in skills])
        return
    from xcase.render import taxonomy

    taxonomy(skills, detailed=len(skills) == 1)


@app.command("doctor", epilog="Example: xcase doctor --dir xcase-out")
def doctor_cli(folder: Dir = DEFAULT_DIR, as_json: Json = False) -> None:
    """Check the models and, if there is one, the analysis folder."""
    from xcase import models, store

    checks = {}
    for name in models.manifest():
        models.locate(name)
        checks[f"model {name}"] = "sha256 as pinned"
    if (folder / "run.json").exists():
        analysis = store.load(folder)
        checks[f"analysis {folder}"] = (
            f"{len(analysis.documents)} documents, {len(analysis.cases)} cases, files undamaged"
        )
    else:
        checks[f"analysis {folder}"] = "none yet"
    if as_json:
        _print_json(checks)
        return
    for what, state in checks.items():
        typer.echo(f"{what}: {state}")


app.command(
    "suggest",
    epilog="Example: xcase suggest mentees.csv --mentors mentors.csv --out suggested.jsonl",
)(suggest_cli)
app.command(
    "match",
    epilog="Example: xcase match mentees.csv mentors.csv --rules rules.toml --out pairs.csv",
)(match_cli)


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        typer.echo(f"xcase {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line; an :class:`XcaseError` becomes one line and an exit status."""
    # Set before any library that would ask a hub is imported.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        app()
    except XcaseError as error:
        typer.echo(f"xcase: {error}", err=True)
        sys.exit(error.exit_status)


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Any]:
    if quiet or not sys.stderr.isatty() or os.environ.get("NO_COLOR"):
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = ("documents", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("documents", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=1))


def _no_such_case(case_id: str, known: list[str], folder: Path) -> str:
    return f"no case {case_id!r} in {folder}{_nearest(case_id, known)}"


def _nearest(name: str, known: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=3, cutoff=0.4)
    return f"; nearest: {', '.join(near)}" if near else ""
