"""``xcase taxonomy``: the skills that xcase knows, and more of them from a table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from xcase.errors import UsageError, nearest
from xcase.options import Json, note, path, print_json, say

DEFAULT_OUT = Path("xcase-skills.toml")
# Remarks on a table that are told.
TOLD = 5


def taxonomy_cli(
    name: Annotated[
        Optional[str],  # noqa: UP045 - typer reads this annotation at run time
        typer.Argument(help="A skill, an alias of one, or a family; all skills if left out."),
    ] = None,
    imported: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            "--import", help="Add the skills of a table (CSV, JSON, JSON lines; - reads it)."
        ),
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", parser=path, metavar="PATH", help="Where --import writes them.")
    ] = DEFAULT_OUT,
    as_json: Json = False,
) -> None:
    """List the skills that xcase knows, show one with its definition and sources, or add some."""
    if imported is not None:
        if name is not None:
            raise UsageError("give a skill to show or a table to import, not both")
        import_skills(imported, out, as_json=as_json)
        return
    from xcase.store import to_json
    from xcase.taxonomy import load_skills

    wanted = None if name is None else " ".join(name.lower().split())
    skills = [
        s
        for s in load_skills()
        if wanted is None or wanted in (s.name, s.family.lower(), *s.aliases)
    ]
    if not skills:
        known = [s.name for s in load_skills()]
        raise UsageError(f"no skill or family {name!r}{nearest(str(name), known)}")
    if as_json:
        print_json([to_json(s) for s in skills])
        return
    from xcase.render import taxonomy

    taxonomy(skills, detailed=len(skills) == 1)


def import_skills(table: Path, out: Path, *, as_json: bool) -> None:
    """Write the skills that a table adds to those of xcase as TOML; say what was left out.

    Raises:
        UsageError: the table cannot be read or adds nothing, or the file cannot be written.
    """
    from tempfile import TemporaryDirectory

    from xcase import disk, inputs
    from xcase.profiles import read_rows
    from xcase.store import to_json
    from xcase.taxonomy import imported, load_base_skills, parse_skills

    rows, faults = read_rows(inputs.content(table, "table"), str(table))
    if faults:
        raise UsageError("; ".join(faults[:TOLD]))
    skills, remarks = imported.skills_of(rows, load_base_skills())
    for remark in remarks[:TOLD]:
        note(remark)
    if len(remarks) > TOLD:
        note(f"and {len(remarks) - TOLD} more such remarks")
    if not skills:
        raise UsageError(f"{table} adds no skill; nothing was written")
    content = imported.as_toml(skills).encode()
    try:
        with TemporaryDirectory() as apart:  # a file that no command could read replaces none
            disk.write(Path(apart) / out.name, content)
            parse_skills(Path(apart) / out.name, load_base_skills())
        disk.write_safely(out, content)
    except OSError as error:
        raise UsageError(f"cannot write {out}: {error.strerror}") from error
    if as_json:
        print_json([to_json(skill) for skill in skills])
    else:
        say(f"wrote {len(skills)} skills to {out}")
    note(
        f"next: export {imported.VARIABLE}={out.resolve()}; then analyze finds them by their names"
    )
