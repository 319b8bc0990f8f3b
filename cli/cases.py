"""`conversations`, `show`, `explain`: which cases there are, some of them whole, and why their owner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.context import MOST, Context, context
from ventanilla.errors import BadInput
from ventanilla.words import CaseState

if TYPE_CHECKING:
    import sqlalchemy as sa

    from cli.printing import Times
    from router.house import House

PAGE = 50
"""Rows that a list shows to people unless they ask for more; --json gives all unless --limit is given."""


def add_to(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command()(conversations)
    app.command()(show)
    app.command()(explain)


def conversations(
    open_: Annotated[bool, typer.Option("--open", help="Only cases that somebody answers for now.")] = False,
    agent: Annotated[str | None, typer.Option(help="Only this person's cases.", metavar="A")] = None,
    channel: Annotated[str | None, typer.Option(help="Only what came in on this channel.", metavar="C")] = None,
    state: Annotated[CaseState | None, typer.Option(help="Only cases in this state.")] = None,
    unclassified: Annotated[
        bool, typer.Option("--unclassified", help="Only open queries that sound like a complaint or a claim.")
    ] = False,
    limit: Annotated[int | None, typer.Option(help="At most so many.", min=1, max=MOST, metavar="N")] = None,
    after: Annotated[str | None, typer.Option(help="The next page: after this key.", metavar="KEY")] = None,
    by_due: Annotated[bool, typer.Option("--by-due", help="Nearest due first, instead of newest first.")] = False,
) -> int:
    """List cases, newest first: whose they are and how long their customers have been waiting.

    `--by-due` puts first what comes due first: an answer, a resolution or what the law wants.

    Example: ventanilla conversations --open --agent ana

    Example: ventanilla conversations --open --by-due
    """
    from cli.names import case_keys, known_agent, known_channel
    from ventanilla.store.views.cases import Wanted, list_cases

    run = context()
    house = run.house() if unclassified else None
    with run.store.read() as connection:
        wanted = Wanted(
            keys=_suspects(connection, house),
            open_only=open_,
            agent=agent and known_agent(connection, agent),
            channel=channel and known_channel(connection, channel),
            states=[state] if state else [],
            limit=limit or (None if run.as_json else PAGE),
            after=after and _existing(connection, case_keys([after]))[0].key,
            by_due=by_due,
        )
        cases = list_cases(connection, wanted)
    if run.as_json:
        run.print_json(cases)
    else:
        _print_list(cases, times_of(run), page=wanted.limit)
        if unclassified and cases:
            typer.echo(
                "\nwhat one of them is: ventanilla kind KEY complaint, claim or query (which takes it off this list)"
            )
    return 0


def _suspects(connection: sa.Connection, house: House | None) -> list[str] | None:
    from router.promises.unclassified import unclassified as find

    return None if house is None else find(connection, house)


def show(keys: Annotated[list[str], typer.Argument(help="One or more case keys, typed as you like.")]) -> int:
    """Show cases whole: messages, notes, times, who was responsible and why, what went out, every event, where the bytes are.

    A case that was merged into another is shown as that one.

    Example: ventanilla show K7M-Q2X-VTR
    """
    from cli.books import keep_books
    from cli.names import case_keys
    from ventanilla.store.views.whole import whole_case

    run = context()
    store = run.store
    keep_books(run)
    with store.read() as connection:
        rows = _followed(connection, _existing(connection, case_keys(keys)))
        cases = [whole_case(connection, row, store.blobs) for row in rows]
    if run.as_json:
        run.print_json(cases)
        return 0
    from cli.case_page import print_case

    times = times_of(run)
    for case in cases:
        print_case(case, times)
    return 0


def explain(key: Annotated[str, typer.Argument(help="A case key, typed as you like.")]) -> int:
    """Say why a case belongs to its owner, who else was considered, how its messages found it, and who was told.

    Example: ventanilla explain K7M-Q2X-VTR
    """
    from cli.explaining import print_explanation
    from cli.names import case_keys
    from reports.explaining.whole import explanation

    run = context()
    with run.store.read() as connection:
        told = explanation(connection, _existing(connection, case_keys([key]))[0], run.glimpsed)
    if run.as_json:
        run.print_json(told)
    else:
        print_explanation(told, times_of(run))
    return 0


def times_of(run: Context) -> Times:
    """The house's zone and this moment."""
    from zoneinfo import ZoneInfo

    from cli.printing import Times

    return Times(ZoneInfo(run.glimpsed.config.service.timezone), run.now())


def _followed(connection: sa.Connection, rows: list[Any]) -> list[Any]:
    """The same rows, each once; for a case that was merged the one it was merged into."""
    from ventanilla.store.views.cases import case_rows_by_id

    there = case_rows_by_id(connection, [row.merged_into for row in rows if row.merged_into is not None])
    followed = [there.get(row.merged_into, row) for row in rows]
    return list({row.id: row for row in followed}.values())


def _existing(connection: sa.Connection, keys: list[str]) -> list[Any]:
    from ventanilla.store.views.cases import case_rows

    found = case_rows(connection, keys)
    missing = [key for key in keys if key not in found]
    if missing:
        raise BadInput(f"there is no case {', '.join(missing)}; `ventanilla conversations` lists those there are")
    return [found[key] for key in keys]


def _print_list(cases: list[dict[str, Any]], times: Times, *, page: int | None) -> None:
    from cli.printing import plural, print_table, say
    from ventanilla.store.nearest_due import first_due

    if not cases:
        say("no such cases; `ventanilla status` says what has come in")
        return
    print_table(
        ("key", "state", "owner", "waiting", "due", "messages", "channel", "opened", "customer", "subject"),
        [
            (
                case["key"],
                case["state"].replace("_", " ") + (" (in line)" if case["in_line_since"] else ""),
                case["owner"],
                times.since(case["waiting_since"]),
                times.until(first_due(case)),
                case["messages"],
                case["channel"],
                times.at(case["created_at"]),
                case["contact_name"] or case["contact"],
                case["subject"],
            )
            for case in cases
        ],
        right=("messages",),
        folds=("customer", "subject"),
    )
    if page is not None and len(cases) == page:
        say(f"\n{plural(page, 'case')} shown; the next ones: --after {cases[-1]['key']}")
