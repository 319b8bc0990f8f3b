"""`outbox`, `outbox release`, `outbox drop`: what goes out, and what a person may do about what has not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.context import MOST, Context, context
from ventanilla.errors import BadInput
from ventanilla.words import DeliveryState, OutboxKind

if TYPE_CHECKING:
    from datetime import datetime

    import sqlalchemy as sa

    from router.house import House
    from ventanilla.store.events import Journal

PAGE = 50
UNKNOWN_CURE = (
    "unknown: it may have gone out, and nobody can tell. Ask or look at the customer's side; then `ventanilla outbox arrived ID`\n"
    "if it did, `ventanilla outbox resend ID` to send it again, or `ventanilla outbox drop ID` to leave it."
)

_Ids = Annotated[list[int] | None, typer.Argument(help="Numbers as `outbox` shows them.", max=MOST, metavar="ID")]
_As = Annotated[
    str | None, typer.Option("--as", help="Whose answers, kept back as not proven, are theirs.", metavar="A")
]
_Anyway = Annotated[bool, typer.Option("--anyway", help="Though the case has moved on since they were written.")]
_All = Annotated[bool, typer.Option("--all", help="Every receipt that the brake holds.")]


def add_to(app: typer.Typer) -> None:
    """Add this group's commands."""
    from cli.outbox_unsure import arrived, resend

    group = typer.Typer(rich_markup_mode=None)
    group.callback(invoke_without_command=True)(outbox)
    group.command()(release)
    group.command()(drop)
    group.command()(resend)
    group.command()(arrived)
    app.add_typer(group, name="outbox")


def outbox(
    called: typer.Context,
    state: Annotated[DeliveryState | None, typer.Option(help="Only what is in this state.")] = None,
    kind: Annotated[OutboxKind | None, typer.Option(help="Only notices, receipts, …")] = None,
    limit: Annotated[int | None, typer.Option(help="At most so many.", min=1, max=MOST, metavar="N")] = None,
    after: Annotated[int | None, typer.Option(help="The next page: after this number.", max=MOST, metavar="ID")] = None,
) -> int:
    """List what goes out, newest first, and how far each got.

    `outbox release` lets go of what the brake holds, `outbox drop` gives it up; `outbox resend` and `outbox arrived` settle what
    nobody knows to have arrived.

    Example: ventanilla outbox --state held
    """
    if called.invoked_subcommand is not None:
        return 0
    from ventanilla.store.views.ledgers import list_letters

    run = context()
    page = limit or (None if run.as_json else PAGE)
    with run.store.read() as connection:
        letters = list_letters(connection, state=state, kind=kind, limit=page, after=after)
    if run.as_json:
        run.print_json(letters)
    else:
        _print_letters(run, letters, page=page, state=state)
    return 0


def release(ids: _Ids = None, everything: _All = False, agent: _As = None, anyway: _Anyway = False) -> int:
    """Send what is held back: texts that the brake stopped, or a notice before its reader's opening hour.

    An answer that came by mail and is not proven to be its author's goes out only with --as and their name.

    Example: ventanilla outbox release --all
    """
    from router.settling.letters import RELEASABLE, release_letters

    run = context()
    house = run.house() if agent is not None else None
    with run.store.write() as connection:
        chosen = choose(connection, ids, everything, states=RELEASABLE)
        unproven = _unproven(connection, chosen, agent)
        journal = journal_of(run)
        changed = release_letters(connection, [number for number in chosen if number not in unproven], journal)
        journal.flush(connection)
        if agent is not None and house is not None:
            changed += _release_as(connection, house, unproven, agent, now=run.now(), anyway=anyway)
    return tell_changed(run, "released", changed, then="the running service sends what is due")


def _unproven(connection: sa.Connection, ids: Sequence[int], agent: str | None) -> list[int]:
    """Those that are answers by mail which nobody has proven. Raises BadInput where nobody says whose they are."""
    from router.settling.letters import unproven_letters

    found = unproven_letters(connection, ids)
    if found and agent is None:
        lines = [
            f"{number} came in {author}'s name and is not proven to be theirs: if it is, "
            f"ventanilla outbox release {number} --as {author}"
            for number, author in found.items()
        ]
        raise BadInput("\n".join([*lines, "nothing was changed"]))
    return list(found)


def _release_as(
    connection: sa.Connection, house: House, ids: Sequence[int], agent: str, *, now: datetime, anyway: bool
) -> list[int]:
    """It is theirs, they say: the same move as their button's. Raises Refused."""
    from router.moves.base import begin
    from router.settling.letters import release_unproven
    from ventanilla.words import Side

    move = begin(connection, house, agent, Side.COMMAND, now=now)
    released = release_unproven(move, ids, anyway=anyway)
    move.journal.flush(connection)
    return released


def drop(
    ids: _Ids = None,
    everything: _All = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> int:
    """Give up texts that have not gone out: nobody will ever get them. Asks first.

    Example: ventanilla outbox drop 31 32
    """
    from router.settling.letters import DROPPABLE, drop_letters

    run = context()
    with run.store.read() as connection:
        chosen = choose(connection, ids, everything, states=DROPPABLE)
    if chosen and not yes:
        _ask(chosen)
    with run.store.write() as connection:
        journal = journal_of(run)
        changed = drop_letters(connection, chosen, journal)
        journal.flush(connection)
    return tell_changed(run, "dropped", changed, then="nobody will get what was dropped")


def choose(
    connection: sa.Connection, ids: list[int] | None, everything: bool, *, states: Sequence[DeliveryState]
) -> list[int]:
    """The rows to change. Raises BadInput naming every one that cannot be; nothing is changed then."""
    from router.settling.letters import unfit_letters
    from ventanilla.store.views.ledgers import held_by_brake

    if everything == bool(ids):
        raise BadInput("name what you mean by its numbers, or say --all")
    if everything:
        return held_by_brake(connection)
    chosen = list(dict.fromkeys(ids or ()))
    wrong = [
        f"there is nothing under {number} in the outbox"
        if state is None
        else f"{number} is {state}, not {' or '.join(states)}"
        for number, state in unfit_letters(connection, chosen, states=states).items()
    ]
    if wrong:
        raise BadInput("\n".join([*wrong, "nothing was changed; `ventanilla outbox` shows what there is"]))
    return chosen


def journal_of(run: Context) -> Journal:
    """For what whoever runs the command does now."""
    from cli.inbox import this_user
    from ventanilla.store.events import Journal

    return Journal(now=run.now(), actor=this_user())


def _ask(ids: Sequence[int]) -> None:
    from cli.printing import plural

    typer.confirm(f"Drop {plural(len(ids), 'text')}? They will never be sent.", abort=True, err=True)


def tell_changed(
    run: Context, verb: str, ids: list[int], *, then: str, none: str = "nothing is held by the brake"
) -> int:
    """Say what was done to which."""
    from cli.printing import plural, say

    if run.as_json:
        run.print_json({verb: ids, "count": len(ids)})
    else:
        say(f"{verb} {plural(len(ids), 'text')}; {then}" if ids else none)
    return 0


def _print_letters(run: Context, letters: list[dict[str, Any]], *, page: int | None, state: str | None) -> None:
    from cli.cases import times_of
    from cli.printing import plural, print_table, say

    if not letters:
        say(f"nothing is {state}" if state else "nothing has been written yet")
        return
    times = times_of(run)
    print_table(
        ("id", "kind", "state", "to", "via", "case", "written", "sent", "tries", "reason"),
        [
            (
                letter["id"],
                letter["kind"],
                letter["state"],
                letter["recipient"],
                letter["via"],
                letter["key"] or "-",
                times.at(letter["created_at"]),
                times.at(letter["sent_at"]),
                letter["attempts"],
                letter["reason"] or "-",
            )
            for letter in letters
        ],
        right=("id", "tries"),
        folds=("to", "reason"),
    )
    if any(letter["state"] == DeliveryState.UNKNOWN for letter in letters):
        say(f"\n{UNKNOWN_CURE}")
    if page is not None and len(letters) == page:
        say(f"\n{plural(page, 'row')} shown; the next ones: --after {letters[-1]['id']}")
