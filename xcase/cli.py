"""The command line: parse, call one function, print, exit with a documented status.

Results go to stdout, progress and notes to stderr. Heavy libraries are imported by the functions
that need them, so that ``xcase --help`` answers at once.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from xcase import __version__, exits, inputs
from xcase.cli_doctor import doctor_cli
from xcase.cli_export import export_cli
from xcase.cli_match import match_cli, suggest_cli
from xcase.cli_privacy import KeyFile, Pseudonymise, check_key_option, forget_cli
from xcase.cli_report import report_cli
from xcase.cli_serve import mcp_cli, serve_cli
from xcase.cli_similar import feedback_cli, similar_cli
from xcase.cli_taxonomy import taxonomy_cli
from xcase.errors import UsageError, nearest
from xcase.options import (
    DEFAULT_DIR,
    OFFLINE,
    Dir,
    Json,
    note,
    path,
    plain,
    print_json,
    print_json_text,
    print_table,
    say,
)
from xcase.records import Analysis, Case

SKIPPED_SOME = 3
Fast = Annotated[
    bool, typer.Option("--fast", help="Read with the small network alone: faster, less right.")
]

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a pretty traceback prints narratives held in variables
    rich_markup_mode=None,
    help="Mentorship stories to structured cases, with the words that every fact came from.",
)


@app.command(
    "analyze",
    epilog="Example: xcase analyze my-stories/ --out xcase-out",
)
def analyze_cli(
    paths: Annotated[
        list[Path], typer.Argument(parser=path, help="Files and folders; - reads JSON lines.")
    ],
    out: Annotated[
        Path,
        typer.Option("--out", parser=path, metavar="PATH", help="The analysis folder to write."),
    ] = DEFAULT_DIR,
    settings: Annotated[
        Optional[Path],  # noqa: UP045 - typer reads this annotation at run time
        typer.Option("--settings", help="A TOML file with thresholds."),
    ] = None,
    min_confidence: Annotated[
        Optional[float],  # noqa: UP045
        typer.Option(
            "--min-confidence", min=0, max=1, help="Keep less sure facts too (or only surer ones)."
        ),
    ] = None,
    fast: Fast = False,
    pseudonymise: Pseudonymise = False,
    key_file: KeyFile = None,
    engine: Annotated[
        str, typer.Option("--engine", help="Where to work: local, or on a ray cluster.")
    ] = "local",
    as_json: Json = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress on stderr.")] = False,
) -> None:
    """Read narratives, extract their cases, and write the analysis folder."""
    from xcase.cluster import engine_named
    from xcase.interrupt import graceful
    from xcase.pipeline import analyze
    from xcase.privacy.key import open_key
    from xcase.settings import load_settings

    def told() -> None:
        typer.echo("stopping after this batch; once more stops at once", err=True)

    check_key_option(pseudonymise=pseudonymise, key_file=key_file)
    where = engine_named(engine)
    key = open_key(key_file, out) if pseudonymise else None
    with graceful(told) as stop, _progress(quiet=quiet) as progress:
        analysis = analyze(
            paths,
            out,
            settings=load_settings(settings).at_least(min_confidence).faster(asked=fast),
            stdin=sys.stdin.buffer,
            progress=progress,
            stop=stop,
            key=key,
            engine=where,
        )
    if as_json:
        print_json(analysis.run)
    else:
        from xcase.render import summary

        summary(analysis, out)
    if analysis.skipped:
        raise typer.Exit(SKIPPED_SOME)


@app.command("show", epilog="Example: xcase show s01-night-porter.txt:1")
def show_cli(
    case_id: Annotated[str, typer.Argument(help="The id of a case, or of a document.")],
    folder: Dir = DEFAULT_DIR,
    min_confidence: Annotated[
        float,
        typer.Option(
            "--min-confidence",
            min=0,
            max=1,
            help="Show only industries, skills and outcomes at least so sure.",
        ),
    ] = 0.0,
    as_json: Json = False,
) -> None:
    """Show a case with its phases, skills and outcomes marked in the text."""
    from xcase import store

    analysis = store.load(folder)
    cases = [c.at_least(min_confidence) for c in _cases(analysis, case_id, folder)]
    if as_json:
        print_json([store.to_json(c) for c in cases])
        return
    from xcase.render import show

    documents = {d.id: d for d in analysis.documents}
    for case in cases:
        show(case, documents[case.document_id])


@app.command("review", epilog="Example: xcase review a.txt:1 > decisions.jsonl")
def review_cli(
    case_id: Annotated[str, typer.Argument(help="The id of a case, or of a document.")],
    folder: Dir = DEFAULT_DIR,
    as_json: Json = False,
) -> None:
    """Print the facts of a case as lines that accept them, to change and give to `correct`.

    People, industries, phases, skills and outcomes have a line each; roles, and how long, how often
    and in which form they met, have none.
    """
    from xcase import corrections, store

    analysis = store.load(folder)
    documents = {d.id: d for d in analysis.documents}
    cases = _cases(analysis, case_id, folder)
    made = [d for c in cases for d in corrections.template(c, documents[c.document_id])]
    if as_json:
        print_json([store.to_json(d) for d in made])
        return
    for decision in made:
        print_json_text(corrections.as_line(decision))


@app.command("correct", epilog="Example: xcase correct decisions.jsonl")
def correct_cli(
    file: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Argument(help="Decisions as `review` prints them, changed by a person."),
    ] = None,
    folder: Dir = DEFAULT_DIR,
    export: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--export", help="Write the corrected documents as gold to this file."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Apply people's decisions to an analysis; later runs of `analyze` keep them."""
    from xcase import corrections
    from xcase.review import correct, export_gold

    if file is None and export is None:
        raise UsageError("give a file of decisions, or --export FILE, or both")
    told: dict[str, Any] = {}
    lost = []
    if file is not None:
        made = corrections.read(file)
        lost = correct(folder, made)
        told = {"applied": len(made) - len(lost), "not_applied": [i.message for i in lost]}
    if export is not None:
        told["exported"] = export_gold(folder, export)
    if as_json:
        print_json(told)
    else:
        say("; ".join(f"{k.replace('_', ' ')}: {v}" for k, v in told.items()))
    if lost:
        raise typer.Exit(SKIPPED_SOME)


@app.command("evaluate", epilog="Example: xcase evaluate corpus/gold/stories.jsonl")
def evaluate_cli(
    gold: Annotated[Path, typer.Argument(help="JSON lines of labelled narratives; - reads stdin.")],
    folder: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            "--dir",
            parser=path,
            metavar="PATH",
            help="Score this analysis instead of analysing GOLD afresh.",
        ),
    ] = None,
    fast: Fast = False,
    as_json: Json = False,
) -> None:
    """Quality figures on labelled narratives, with intervals, beside the baselines."""
    from xcase.evaluate import evaluate, not_read

    if fast and folder:
        raise UsageError("--fast analyses GOLD afresh, --dir does not; give one of them")
    result = evaluate(inputs.content(gold), folder, fast=fast)
    if as_json:
        print_json(result)
    else:
        from xcase.render import figures

        figures(result)
    lines = not_read(result)
    for line in lines:
        note(line)
    if lines:
        raise typer.Exit(SKIPPED_SOME)


@app.command(
    "transfer",
    epilog='Example: xcase transfer --from Healthcare --to "Information & Technology" -k 5',
)
def transfer_cli(
    source: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--from", help="The industry that is left; all if left out."),
    ] = None,
    target: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--to", help="The industry to go to; all if left out."),
    ] = None,
    skill: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--skill", help="Only this skill: where does it go?"),
    ] = None,
    profile: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--profile", help="A person's JSON or CSV profile; - reads stdin."),
    ] = None,
    k: Annotated[int, typer.Option("-k", min=1, help="How many rows at most.")] = 10,
    folder: Dir = DEFAULT_DIR,
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV on stdout.")] = False,
) -> None:
    """Which skills carry over from one industry to another, and how we know."""
    from xcase import store
    from xcase.transfer import Question, show, transfer

    if as_json and as_csv:
        raise UsageError("--json and --csv exclude each other")
    content = None if profile is None else inputs.content(profile)
    question = Question(source, target, () if skill is None else (skill,))
    rows, notes = transfer(folder, question, k=k, profile=content, profile_name=str(profile))
    for line in notes:
        typer.echo(f"note: {plain(line)}", err=True)
    if as_json:
        print_json([store.to_json(row) for row in rows])
    elif as_csv:
        print_table(show.as_csv(rows))
    else:
        show.print_transfers(rows)


app.command("taxonomy", epilog="Example: xcase taxonomy delegation")(taxonomy_cli)
app.command("doctor", epilog="Example: xcase doctor --dir xcase-out")(doctor_cli)
app.command(
    "similar",
    epilog='Example: xcase similar "I am a ward nurse and I freeze when I have to delegate" -k 3',
)(similar_cli)
app.command(
    "feedback",
    epilog='Example: xcase feedback stories/s10-claims-desk.md:1 "I keep all work" --helped',
)(feedback_cli)
app.command("forget", epilog='Example: xcase forget "Mo Tarrant" --dir xcase-out')(forget_cli)
app.command(
    "suggest",
    epilog="Example: xcase suggest mentees.csv --mentors mentors.csv --out suggested.jsonl",
)(suggest_cli)
app.command(
    "match",
    epilog="Example: xcase match mentees.csv mentors.csv --rules rules.toml --out pairs.csv",
)(match_cli)
app.command("serve", epilog="Example: xcase serve --dir xcase-out --port 8765")(serve_cli)
app.command("mcp", epilog="Example: xcase mcp --dir xcase-out")(mcp_cli)
app.command("report", epilog="Example: xcase report --out report.html")(report_cli)
app.command("export", epilog="Example: xcase export --format csv --format qdpx")(export_cli)


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        typer.echo(f"xcase {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line; every error becomes one line and an exit status."""
    # Set before any library that would ask a hub, or tell home, is imported.
    for name, value in OFFLINE.items():
        os.environ.setdefault(name, value)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a pipe may be in an encoding without → or ⟨
            stream.reconfigure(errors="backslashreplace")
    with exits.told():
        _check_here()
        app()


def _check_here() -> None:
    """Refuse to run in a folder that was removed: libraries end the program there, untold."""
    try:
        Path.cwd()
    except FileNotFoundError as error:
        raise UsageError("the working folder was removed; change to another one") from error


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


def _cases(analysis: Analysis, asked: str, folder: Path) -> list[Case]:
    """Return the case of that id, or the cases of the document of that id."""
    cases = [c for c in analysis.cases if asked in (c.id, c.document_id)]
    if cases:
        return cases
    for document in analysis.documents:
        if document.kind == "not_a_case" and asked in (document.id, f"{document.id}:1"):
            raise UsageError(f"{document.id} holds no case: {document.reason}")
    raise UsageError(
        f"no case {asked!r} in {folder}{nearest(asked, (c.id for c in analysis.cases))}"
    )
