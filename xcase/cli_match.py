"""The commands ``xcase suggest`` and ``xcase match``: options to calls, results to streams."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from xcase import disk, inputs
from xcase.errors import UsageError
from xcase.options import DEFAULT_DIR, Json, note, plain, print_json, print_json_text

if TYPE_CHECKING:
    from xcase.embed import TextEncoder
    from xcase.match.records import Matching, Roster
    from xcase.match.signals import Signals
    from xcase.pipeline import Annotates

NO_MATCH = 5
SUFFIXES = (".csv", ".json", ".jsonl")

Mentees = Annotated[Path, typer.Argument(help="CSV, JSON or JSON lines; - reads stdin.")]
Rules = Annotated[
    Optional[Path],  # noqa: UP045 - typer reads this annotation at run time
    typer.Option("--rules", help="A TOML file with the rules."),
]
Out = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option("--out", help="Write the result here: .csv, .json or .jsonl."),
]
Dir = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option("--dir", help="An analysis folder, for like cases and transfers."),
]
Lists = Annotated[
    bool, typer.Option("--lists-only", help="Read list columns only, no free text: no model.")
]


def suggest_cli(
    mentees: Mentees,
    mentors: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--mentors", help="Suggest mentors from this roster, too."),
    ] = None,
    rules: Rules = None,
    out: Out = None,
    folder: Dir = None,
    limit: Annotated[int, typer.Option("-k", min=1, help="Entries in each list.")] = 5,
    lists_only: Lists = False,
    as_json: Json = False,
) -> None:
    """Suggest to each mentee skills to work on, transfers, cases to read, and mentors."""
    from xcase.match.export import suggestions_text
    from xcase.match.pairing import read_profiles
    from xcase.match.records import Roster
    from xcase.match.roster import read_roster, read_rosters
    from xcase.match.rules import load_rules, set_aside
    from xcase.match.suggest import suggest

    _check_out(out)
    asked = load_rules(rules)
    if mentors is None:
        left = read_roster(*_content(mentees), side="mentee")
        right = Roster("mentor", "", (), ())
    else:
        _one_stdin(mentees, mentors)
        left, right = read_rosters(_content(mentees), _content(mentors))
    signals = _signals(folder)
    annotator, encoder = _models(left, right, lists_only=lists_only)
    left, right = read_profiles(left, right, annotator)
    suggestions = suggest(left, right, asked, signals, encoder, limit=limit)
    _say([*left.notes, *right.notes, *set_aside(asked, left, right)])
    if out is not None:
        _write(out, suggestions_text(suggestions, suffix=out.suffix.lower()))
    if as_json:
        print_json(suggestions)
    elif out is None:
        print_json_text(suggestions_text(suggestions, suffix=".jsonl"))


def match_cli(
    mentees: Mentees,
    mentors: Mentees,
    rules: Rules = None,
    out: Out = None,
    folder: Dir = None,
    pin: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--pin", help="A settled pair, MENTEE=MENTOR; repeatable."),
    ] = None,
    forbid: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--forbid", help="A pair that must not be, MENTEE=MENTOR; repeatable."),
    ] = None,
    what_if: Annotated[
        bool, typer.Option("--what-if", help="Show what --pin and --forbid change.")
    ] = False,
    partial: Annotated[
        bool, typer.Option("--partial", help="Give the possible pairs if not all can be matched.")
    ] = False,
    fairness: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--fairness", help="Compare match rates by this column; repeatable."),
    ] = None,
    sensitivity: Annotated[
        bool, typer.Option("--sensitivity", help="Say who moves when a weight moves by 10 %.")
    ] = False,
    alternatives: Annotated[
        int, typer.Option("--alternatives", min=0, help="Other mentors shown for each pair.")
    ] = 3,
    lists_only: Lists = False,
    as_json: Json = False,
) -> None:
    """Pair mentees and mentors under rules, with reasons; exit 5 if not all can be matched."""
    from xcase.match.pairing import match, read_profiles
    from xcase.match.roster import read_rosters
    from xcase.match.rules import Forbid, Pin, load_rules

    _check_out(out)
    _one_stdin(mentees, mentors)
    if what_if and not (pin or forbid):
        raise UsageError("--what-if shows what --pin and --forbid change; give one of them")
    asked = load_rules(rules)
    pins = [Pin(mentee=a, mentor=b) for a, b in _pairs("--pin", pin)]
    forbids = [Forbid(mentee=a, mentor=b) for a, b in _pairs("--forbid", forbid)]
    left, right = read_rosters(_content(mentees), _content(mentors))
    signals = _signals(folder)
    annotator, encoder = _models(left, right, lists_only=lists_only)
    left, right = read_profiles(left, right, annotator)
    matching = match(
        left,
        right,
        asked,
        signals,
        encoder,
        pins=pins,
        forbids=forbids,
        what_if=what_if,
        partial=partial,
        fairness=fairness or (),
        sensitivity=sensitivity,
        alternatives=alternatives,
    )
    if not _tell(matching, out, partial=partial, as_json=as_json):
        raise typer.Exit(NO_MATCH)


def _tell(matching: Matching, out: Path | None, *, partial: bool, as_json: bool) -> bool:
    """Write and print a matching; return whether everybody could be matched."""
    from xcase.match.export import matching_text
    from xcase.match.show import print_matching

    _say(matching.notes)
    feasible = matching.status not in ("infeasible", "partial")
    if out is not None and (feasible or partial):
        _write(out, matching_text(matching, suffix=out.suffix.lower()))
    if as_json:
        print_json_text(matching_text(matching, suffix=".json"))
    else:
        print_matching(matching)
    if not feasible:
        _explain_failure(matching, out, partial=partial)
    return feasible


def _explain_failure(matching: Matching, out: Path | None, *, partial: bool) -> None:
    left = f"{len(matching.unmatched)} mentee(s) cannot be matched" if matching.unmatched else ""
    told = "; ".join(text for text in (left, *matching.faults) if text)
    advice = "" if partial else "; --partial gives the pairs that are possible"
    unwritten = f"; {out} was not written" if out is not None and not partial else ""
    note(f"{told}{unwritten}{advice}")


def _content(path: Path) -> tuple[bytes, str]:
    return inputs.content(path), str(path)


def _one_stdin(mentees: Path, mentors: Path) -> None:
    if str(mentees) == "-" and str(mentors) == "-":
        raise UsageError("only one of the rosters can come from standard input")


def _pairs(option: str, texts: list[str] | None) -> Iterator[tuple[str, str]]:
    for text in texts or ():
        mentee, equals, mentor = (part.strip() for part in text.partition("="))
        if not (mentee and equals and mentor):
            raise UsageError(f"{option} {text!r}: write MENTEE=MENTOR, for example {option} m1=r9")
        yield mentee, mentor


def _check_out(out: Path | None) -> None:
    if out is None:
        return
    if out.suffix.lower() not in SUFFIXES:
        raise UsageError(f"--out {out}: the name must end in {', '.join(SUFFIXES)}")
    if not out.parent.is_dir():
        raise UsageError(f"--out {out}: there is no folder {out.parent}")


def _write(out: Path, text: str) -> None:
    try:
        disk.write_safely(out, text.encode())
    except OSError as error:
        raise UsageError(f"cannot write {out}: {error.strerror}") from error


def _signals(folder: Path | None) -> Signals:
    """Return what the analysis knows; a default folder that is not there is no fault."""
    from xcase.match.signals import NoSignals

    if folder is None and not (DEFAULT_DIR / "run.json").exists():
        _say([f"no analysis in {DEFAULT_DIR}: nothing is known of like cases and transfers"])
        return NoSignals()
    from xcase.match.known import AnalysisSignals

    return AnalysisSignals.open(folder or DEFAULT_DIR, lambda remark: _say([remark]))


def _models(
    mentees: Roster, mentors: Roster, *, lists_only: bool
) -> tuple[Annotates | None, TextEncoder | None]:
    """Load the network and the sentence encoder, unless nobody has a text to read."""
    from xcase.match.reader import tell_in_words

    if lists_only or not tell_in_words(mentees, mentors):
        return None, None
    from xcase.annotate.annotator import Annotator
    from xcase.embed import SentenceModel

    return Annotator.load(), SentenceModel()


def _say(notes: Any) -> None:
    for told in notes:
        typer.echo(f"note: {plain(told)}", err=True)
