"""The command `forget`, and the options of `analyze --pseudonymise`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from xcase.errors import UsageError
from xcase.options import DEFAULT_DIR, Dir, Json, note, print_json, say

STILL_NAMED = 1

Pseudonymise = Annotated[
    bool,
    typer.Option(
        "--pseudonymise",
        help="Replace names and contacts before anything is stored (needs the extra privacy).",
    ),
]
KeyFile = Annotated[
    Optional[Path],  # noqa: UP045 - typer reads this annotation at run time
    typer.Option(
        "--key-file",
        help="Keep the secret and the names here, outside the analysis folder; whoever has it can "
        "undo the pseudonyms. Left out, nobody can, and a later run gives other ones.",
    ),
]


def forget_cli(
    person: Annotated[str, typer.Argument(help="The person's name, in full.")],
    folder: Dir = DEFAULT_DIR,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do it; left out, only say what goes.")
    ] = False,
    key_file: KeyFile = None,
    as_json: Json = False,
) -> None:
    """Remove a person from every file of the analysis folder, and prove it."""
    from xcase.privacy.forget import forget
    from xcase.store import to_json

    result = forget(folder, person, key_path=key_file, really=yes)
    if as_json:
        print_json(to_json(result))
    else:
        goes = "removed" if result.done else "would remove"
        say(f"{goes}: {len(result.documents)} documents with {len(result.cases)} cases")
        for name in result.documents:
            say(f"  {name}")
        say(
            f"{goes}: {result.corrections} corrections, {result.feedback} lines of feedback, "
            f"{result.errors} of errors, {result.key_words} words of the key file"
        )
        if result.caches:
            say(f"{goes}: {', '.join(result.caches)} (made again when needed)")
        if result.share_a_name:
            shared = ", ".join(result.share_a_name)
            say(f"kept, with one word of the name alone (look at them): {shared}")
        if result.done:
            say(
                f"proof: {result.searched} files searched, the name is in "
                f"{len(result.still_named_in)}"
            )
            say("a later analyze leaves out what names the person (forgotten.json)")
    if not result.done:
        note("nothing was changed; to do it, run it again with --yes")
    note(
        "your source files, reports and exports are as they were: they, and copies and backups, "
        "are yours to delete"
    )
    if result.still_named_in:
        note(f"still named in {', '.join(result.still_named_in)}: delete or make them again")
        raise typer.Exit(STILL_NAMED)


def check_key_option(*, pseudonymise: bool, key_file: Path | None) -> None:
    """Refuse a key file without what it is for."""
    if key_file is not None and not pseudonymise:
        raise UsageError("--key-file goes with --pseudonymise")
