"""`outbox`, `outbox release`, `outbox drop`: what goes out, and what a person may do about what has not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.context import Context, context
from ventanilla.errors import BadInput
from ventanilla.words import DeliveryState, EventKind, OutboxKind

if TYPE_CHECKING:
    from datetime import datetime

    import sqlalchemy as sa

    from router.house import House

PAGE = 50
UNKNOWN_CURE = (
    "unknown: it may have gone out, and nobody can tell. Ask or look at the customer's side; then `ventanilla outbox arrived ID`\n"
    "if it did, `ventanilla outbox resend ID` to send it again, or `ventanilla outbox drop ID` to leave it."
)
_RELEASABLE = (DeliveryState.HELD,)
_DROPPABLE = (DeliveryState.HELD, DeliveryState.PENDING, DeliveryState.UNKNOWN)

_Ids = Annotated[list[int] | None, typer.Argument(help="Numbers as `outbox` shows them.", metavar="ID")]
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
    limit: Annotated[int | None, typer.Option(help="At most so many.", min=1, metavar="N")] = None,
    after: Annotated[int | None, typer.Option(help="The next page: after this number.", metavar="ID")] = None,
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
    run = context()
    house = run.house() if agent is not None else None
    with run.store.write() as connection:
        chosen = choose(connection, ids, everything, states=_RELEASABLE)
        unproven = _unproven(connection, chosen, agent)
        others = [number for number in chosen if number not in unproven]
        changed = _change(run, connection, others, states=_RELEASABLE, to=DeliveryState.PENDING, reason=None)
        if agent is not None and house is not None:
            changed += _release_as(connection, house, unproven, agent, now=run.now(), anyway=anyway)
    return tell_changed(run, "released", changed, then="the running service sends what is due")


def _unproven(connection: sa.Connection, ids: Sequence[int], agent: str | None) -> list[int]:
    """Those that are answers by mail which nobody has proven. Raises BadInput where nobody says whose they are."""
    from router.moves.held import UNPROVEN
    from ventanilla.store.views.ledgers import letters_by_id

    rows = letters_by_id(connection, ids)
    found = [number for number in ids if (rows[number].reason or "").startswith(UNPROVEN)]
    if found and agent is None:
        lines = [
            f"{number} came in {rows[number].agent}'s name and is not proven to be theirs: if it is, "
            f"ventanilla outbox release {number} --as {rows[number].agent}"
            for number in found
        ]
        raise BadInput("\n".join([*lines, "nothing was changed"]))
    return found


def _release_as(
    connection: sa.Connection, house: House, ids: Sequence[int], agent: str, *, now: datetime, anyway: bool
) -> list[int]:
    """It is theirs, they say: the same move as their button's. Raises Refused."""
    from router.moves.base import begin
    from router.moves.held import EVERYTHING, release_held_answer
    from ventanilla.words import Side

    move = begin(connection, house, agent, Side.COMMAND, now=now)
    for number in ids:
        release_held_answer(move, number, seen=EVERYTHING if anyway else None)
    move.journal.flush(connection)
    return list(ids)


def drop(
    ids: _Ids = None,
    everything: _All = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> int:
    """Give up texts that have not gone out: nobody will ever get them. Asks first.

    Example: ventanilla outbox drop 31 32
    """
    run = context()
    with run.store.read() as connection:
        chosen = choose(connection, ids, everything, states=_DROPPABLE)
    if chosen and not yes:
        _ask(chosen)
    with run.store.write() as connection:
        changed = _change(
            run, connection, chosen, states=_DROPPABLE, to=DeliveryState.DROPPED, reason="dropped by a person"
        )
    return tell_changed(run, "dropped", changed, then="nobody will get what was dropped")


def choose(
    connection: sa.Connection, ids: list[int] | None, everything: bool, *, states: Sequence[DeliveryState]
) -> list[int]:
    """The rows to change. Raises BadInput naming every one that cannot be; nothing is changed then."""
    from ventanilla.store.views.ledgers import held_by_brake, letters_by_id

    if everything == bool(ids):
        raise BadInput("name what you mean by its numbers, or say --all")
    if everything:
        return held_by_brake(connection)
    chosen = list(dict.fromkeys(ids or ()))
    rows = letters_by_id(connection, chosen)
    wrong = [f"there is nothing under {number} in the outbox" for number in chosen if number not in rows]
    wrong += [
        f"{number} is {row.state}, not {' or '.join(states)}" for number, row in rows.items() if row.state not in states
    ]
    if wrong:
        raise BadInput("\n".join([*wrong, "nothing was changed; `ventanilla outbox` shows what there is"]))
    return chosen


def _change(
    run: Context,
    connection: sa.Connection,
    ids: Sequence[int],
    *,
    states: Sequence[DeliveryState],
    to: DeliveryState,
    reason: str | None,
) -> list[int]:
    """Change those that still are in one of these states; return which were."""
    from cli.inbox import this_user
    from ventanilla.store.events import Journal
    from ventanilla.store.outbox import change_letters

    now = run.now()
    more = {"not_before": now} if to is DeliveryState.PENDING else {}
    changed = sorted(change_letters(connection, ids, states, state=to, reason=reason, **more))
    journal = Journal(now=now, actor=this_user())
    for number in changed:
        journal.add(EventKind.DELIVERY, outbox_id=number, data={"state": str(to)})
    journal.flush(connection)
    return changed


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
