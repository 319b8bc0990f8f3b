"""`inbox`, `replay`, `release`: the ledger of what came in, and what a person may do about one of its items."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.context import MOST, Context, context
from ventanilla.errors import BadInput
from ventanilla.words import InboxState

if TYPE_CHECKING:
    import sqlalchemy as sa

    from router.settling.items import Unfit

PAGE = 50


def add_to(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command()(inbox)
    app.command()(replay)
    app.command()(release)


def inbox(
    state: Annotated[InboxState | None, typer.Option(help="Only items in this state.")] = None,
    channel: Annotated[str | None, typer.Option(help="Only what came in on this channel.", metavar="C")] = None,
    limit: Annotated[int | None, typer.Option(help="At most so many.", min=1, max=MOST, metavar="N")] = None,
    after: Annotated[int | None, typer.Option(help="The next page: after this number.", max=MOST, metavar="ID")] = None,
) -> int:
    """List what came in, newest first, and what became of each item.

    Example: ventanilla inbox --state quarantined
    """
    from cli.names import known_channel
    from ventanilla.store.views.ledgers import list_items

    run = context()
    with run.store.read() as connection:
        chosen = channel and known_channel(connection, channel)
        page = limit or (None if run.as_json else PAGE)
        items = list_items(connection, state=state, channel=chosen, limit=page, after=after)
        _add_envelopes(run, connection, items)
    if run.as_json:
        run.print_json(items)
    else:
        _print_items(run, items, page=page, state=state)
    return 0


def replay(
    ids: Annotated[
        list[int] | None, typer.Argument(help="Numbers as `inbox` shows them.", max=MOST, metavar="ID")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Everything that is quarantined.")] = False,
) -> int:
    """Route unreadable (or screened) items again, as if they had just come in; after a fix, say.

    Example: ventanilla replay 17 18
    """
    from router.settling.items import AGAIN, replay_items
    from ventanilla.store.events import Journal
    from ventanilla.store.views.ledgers import readable_quarantined

    run = context()
    with run.store.write() as connection:
        chosen = readable_quarantined(connection) if _wants_all(ids, everything) else list(dict.fromkeys(ids or ()))
        _refuse_others(connection, chosen, states=AGAIN, verb="replay")
        journal = Journal(now=run.now(), actor=this_user())
        replay_items(connection, chosen, journal)
        journal.flush(connection)
    return _told(run, chosen, "replayed", nothing="nothing is quarantined")


def release(
    ids: Annotated[
        list[int], typer.Argument(help="Numbers as `inbox --state screened` shows them.", max=MOST, metavar="ID")
    ],
    by: Annotated[str | None, typer.Option("--as", help="Who lets it through.", metavar="A")] = None,
) -> int:
    """Let screened items through: each becomes a case, whatever screening made of it. No receipt is sent for them.

    Example: ventanilla release 12
    """
    from cli.names import known_agent
    from router.settling.items import RELEASABLE, release_items
    from ventanilla.store.events import Journal

    run = context()
    chosen = list(dict.fromkeys(ids))
    with run.store.write() as connection:
        person = known_agent(connection, by) if by else this_user()
        _refuse_others(connection, chosen, states=RELEASABLE, verb="release")
        journal = Journal(now=run.now(), actor=person)
        release_items(connection, chosen, journal, by=person)
        journal.flush(connection)
    return _told(run, chosen, "released", nothing="")


def _add_envelopes(run: Context, connection: sa.Connection, items: list[dict[str, Any]]) -> None:
    """Who wrote what became no case, and about what: whoever releases or replays it must see that."""
    from connectors.envelopes import envelopes

    aside = [item["id"] for item in items if item["key"] is None]
    known = envelopes(connection, aside, run.store.blobs) if aside else {}
    for item in items:
        item["from"], item["subject"] = known.get(item["id"], (None, None))


def _wants_all(ids: list[int] | None, everything: bool) -> bool:
    if everything == bool(ids):
        raise BadInput("name the items by their numbers, or say --all")
    return everything


def _refuse_others(connection: sa.Connection, ids: Sequence[int], *, states: Sequence[InboxState], verb: str) -> None:
    """Raise BadInput naming every item that cannot be; nothing is changed then."""
    from router.settling.items import unfit_items

    wrong = [_unfit(one, states) for one in unfit_items(connection, ids, states=states)]
    if wrong:
        raise BadInput("\n".join([*wrong, f"nothing was changed; `ventanilla inbox` shows what there is to {verb}"]))


def _unfit(one: Unfit, states: Sequence[InboxState]) -> str:
    match one.why:
        case "missing":
            return f"there is no item {one.id}"
        case "state":
            cure = "; `replay` is for those" if one.state == InboxState.QUARANTINED else ""
            return f"item {one.id} is {one.state}, not {' or '.join(states)}{cure}"
        case "staff_bot":
            return f"item {one.id} was written to the staff's bot: no case can come from it"
        case "no_bytes":
            return f"item {one.id} has no bytes to read: {one.reason}"


def _told(run: Context, ids: Sequence[int], verb: str, *, nothing: str) -> int:
    from cli.printing import plural, say

    soon = bool(ids) and tell_queue(run, ids)
    if run.as_json:
        run.print_json({verb: list(ids), "service_told": soon})
    elif not ids:
        say(nothing)
    else:
        them = "it" if len(ids) == 1 else "them"
        then = f"the queue has {them}" if soon else f"no queue answers: the next `ventanilla up` routes {them}"
        say(f"{verb} {plural(len(ids), 'item')}; {then}")
    return 0


def tell_queue(run: Context, ids: Sequence[int]) -> bool:
    """Best effort: the sweeper finds them anyway. Whether a queue took them."""
    from cli.assembly import queue_url
    from ventanilla.errors import VentanillaError
    from ventanilla.queue import build_broker, enqueue
    from ventanilla.store.inbox import mark_enqueued

    try:
        broker = build_broker(queue_url(run.glimpsed.config))
        with closing(broker.client):
            enqueue(broker, ids, chunk=1)
        mark_enqueued(run.store, ids, now=run.now())
    except VentanillaError:
        return False
    return True


def this_user() -> str:
    """Who runs the command, for the log of events."""
    import getpass

    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):
        return "cli"


def _print_items(run: Context, items: list[dict[str, Any]], *, page: int | None, state: InboxState | None) -> None:
    from cli.cases import times_of
    from cli.printing import plural, print_table, say

    if not items:
        say(
            f"nothing is {state}"
            if state
            else "nothing has come in yet; `ventanilla status` shows how the channels fare"
        )
        return
    times = times_of(run)
    print_table(
        ("id", "state", "channel", "received", "size", "case", "reason", "from", "subject"),
        [
            (
                item["id"],
                item["state"],
                item["channel"],
                times.at(item["received_at"]),
                f"{item['size']:,}",
                item["key"] or "-",
                _reason(item),
                item["from"] or "-",
                item["subject"] or "-",
            )
            for item in items
        ],
        right=("id", "size"),
        folds=("reason", "from", "subject"),
    )
    if page is not None and len(items) == page:
        say(f"\n{plural(page, 'item')} shown; the next ones: --after {items[-1]['id']}")


def _reason(item: dict[str, Any]) -> str:
    same = f"the same as {item['duplicate_of']}" if item["duplicate_of"] else None
    released = f"released by {item['released_by']}" if item["released_by"] else None
    return same or item["reason"] or released or "-"
