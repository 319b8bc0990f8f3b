"""`recompute`: what response times would have been under the file now in force, and having it so."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.context import Context, context
from ventanilla.errors import BadInput

if TYPE_CHECKING:
    from router.timekeeping.recompute import Comparison

SHOWN = 20
"""Cases named to people; --json names all."""


def add_to(app: typer.Typer) -> None:
    """Add this group's command."""
    app.command()(recompute)


def recompute(
    since: Annotated[
        str,
        typer.Option("--from", help="The first day (of the house) whose clocks are worked out again.", metavar="DAY"),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> int:
    """Work out again what began on or after a day, under the file now in force: after a calendar or a promise was corrected.

    Says what changes, and asks before it writes. Nothing is sent: past warnings and breaches stay told.

    Example: ventanilla recompute --from 2026-11-01 --dry-run
    """
    from router.timekeeping.recompute import compare
    from router.timekeeping.recompute import recompute as write

    run = context()
    day = _day(since)
    _require_in_force(run)
    house = run.house()
    if day > house.today(run.now()):
        raise BadInput(f'--from: expected a day that has begun, got "{since}"')
    found = compare(run.store, house, since=day, now=run.now())
    if not run.as_json:
        _print(found)
    writes = found.differs and not dry_run
    if writes and not yes:
        if run.as_json:
            raise BadInput("--json asks nothing: give --yes to have it written, or --dry-run to see it only")
        typer.confirm("Write this?", abort=True, err=True)
    if writes:
        from cli.inbox import this_user

        write(run.store, house, since=day, now=run.now(), actor=this_user())
    _say_end(run, found, written=writes, dry_run=dry_run)
    return 0


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f'--from: expected a day such as 2026-11-01, got "{text}"') from None


def _require_in_force(run: Context) -> None:
    from config.apply import is_in_force

    with run.store.read() as connection:
        if not is_in_force(connection, run.loaded):
            raise BadInput(
                f"{run.config_path} is not what is in force; apply it with `ventanilla reload` (or `up`), then recompute"
            )


def _document(found: Comparison, *, written: bool) -> dict[str, Any]:
    from router.timekeeping.recompute import by_metric

    return {
        "from": found.since.isoformat(),
        "version": found.version,
        "written": written,
        "metrics": by_metric(found.changes),
        "changes": [asdict(one) for one in found.changes],
    }


def _say_end(run: Context, found: Comparison, *, written: bool, dry_run: bool) -> None:
    from cli.printing import say

    if run.as_json:
        run.print_json(_document(found, written=written))
    elif written:
        say("written; the log says from when on which version holds")
    elif dry_run and found.differs:
        say("nothing was written")


def _print(found: Comparison) -> None:
    from cli.printing import plural, print_table, say
    from router.timekeeping.recompute import by_metric

    under = f"version {found.version} of the file"
    if not found.changes:
        say(f"everything since {found.since} is what it would have been under {under}")
        return
    clocks = plural(len(found.changes), "clock")
    say(f"under {under}, {clocks} since {found.since} come out otherwise")
    titles = ("metric", "clocks", "due moved", "met -> broken", "broken -> met", "business before", "after")
    rows = [
        (
            row["metric"].replace("_", " "),
            row["clocks"],
            row["due_moved"],
            row["met_to_broken"],
            row["broken_to_met"],
            _hours(row["business_before"]),
            _hours(row["business_after"]),
        )
        for row in by_metric(found.changes)
    ]
    print_table(titles, rows, right=titles[1:])
    _name("was told as a breach and is none any more", [one for one in found.changes if one.breach_told])
    turned = [one for one in found.changes if one.was != one.becomes]
    _name("is in time or late otherwise than it was", turned)


def _name(what: str, changes: list[Any]) -> None:
    from cli.printing import say

    keys = list(dict.fromkeys(one.key for one in changes))
    if keys:
        more = f" and {len(keys) - SHOWN} more (--json names all)" if len(keys) > SHOWN else ""
        say(f"{what}: {', '.join(keys[:SHOWN])}{more}")


def _hours(seconds: float) -> str:
    hours, rest = divmod(round(seconds), 3600)
    return f"{hours} h {rest // 60:02} min"
