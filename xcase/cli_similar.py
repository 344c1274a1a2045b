"""The commands ``xcase similar`` and ``xcase feedback``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from xcase import inputs
from xcase.options import DEFAULT_DIR, Dir, Json, note, print_json, say


def similar_cli(
    text: Annotated[
        Optional[str],  # noqa: UP045
        typer.Argument(help="The mentee in a sentence or two; - reads stdin."),
    ] = None,
    profile: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--profile", help="A profile as .json, .jsonl or .csv; - reads JSON."),
    ] = None,
    industry_from: Annotated[str, typer.Option("--from", help="Only cases starting there.")] = "",
    industry_to: Annotated[str, typer.Option("--to", help="Only cases leading there.")] = "",
    skill: Annotated[str, typer.Option("--skill", help="Only cases about this gap.")] = "",
    outcome: Annotated[str, typer.Option("--outcome", help="An outcome type or polarity.")] = "",
    across: Annotated[
        bool,
        typer.Option("--across", help="Same gap, other sector than the mentee's, good outcome."),
    ] = False,
    count: Annotated[int, typer.Option("-k", min=1, help="How many cases.")] = 5,
    draft: Annotated[
        bool, typer.Option("--draft", help="A draft plan out of the journeys, with quotes.")
    ] = False,
    use_feedback: Annotated[bool, typer.Option("--feedback/--no-feedback")] = True,
    folder: Dir = DEFAULT_DIR,
    as_json: Json = False,
) -> None:
    """Cases that resemble a mentee, each with the reasons that its score is made of."""
    from xcase import similar
    from xcase.store import to_json

    found, analysis = similar.find(
        similar.load_profile(text, profile, inputs.given, note),
        folder,
        filters=similar.Filters(industry_from, industry_to, skill, outcome, across),
        count=count,
        use_feedback=use_feedback,
        note=note,
    )
    plan = similar.draft(analysis, found.cases) if draft else ()
    if as_json:
        print_json([to_json(record) for record in (plan if draft else found.cases)])
        return
    lines = similar.show_plan(plan) if draft else similar.show_cases(analysis, found.cases)
    for line in lines:
        say(line)


def feedback_cli(
    target: Annotated[
        Optional[str],  # noqa: UP045
        typer.Argument(help="A case id, a skill, or MENTEE/MENTOR; lists all if left out."),
    ] = None,
    text: Annotated[
        Optional[str],  # noqa: UP045
        typer.Argument(help="The mentee that the case was suggested to."),
    ] = None,
    helped: Annotated[
        Optional[bool],  # noqa: UP045
        typer.Option("--helped/--not-helped", help="Did the suggestion help?"),
    ] = None,
    profile: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--profile", help="The mentee as a file, as for similar."),
    ] = None,
    kind: Annotated[str, typer.Option("--kind", help="similar, transfer or match.")] = "similar",
    comment: Annotated[str, typer.Option("--note", help="Why, in your words.")] = "",
    folder: Dir = DEFAULT_DIR,
    as_json: Json = False,
) -> None:
    """Record whether a suggestion helped; without arguments, list or export what was said."""
    from xcase import similar
    from xcase.store import to_json

    if target is None:
        entries = similar.judgements(folder)
    else:
        told = None
        if text is not None or profile is not None:
            told = similar.load_profile(text, profile, inputs.given, note)
        entries = [similar.judge(folder, target, told, helped, kind, comment, note)]
    if as_json:
        print_json([to_json(e) for e in entries])
        return
    for line in similar.show_feedback(entries):
        say(line)
