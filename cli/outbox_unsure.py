"""`outbox resend`, `outbox arrived`: what a person does about a text that failed, or of which nobody knows whether it arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.context import context
from cli.outbox import choose, tell_changed
from ventanilla.words import DeliveryState, EventKind

if TYPE_CHECKING:
    import sqlalchemy as sa

    from ventanilla.store.events import Journal

_UNSURE = (DeliveryState.UNKNOWN,)

_Ids = Annotated[list[int], typer.Argument(help="Numbers as `outbox` shows them.", metavar="ID")]
_Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def resend(ids: _Ids, yes: _Yes = False) -> int:
    """Send again what failed, or may have gone out: whoever has it already gets it twice. Asks first.

    Example: ventanilla outbox resend 31
    """
    from ventanilla.store.resend import RESENDABLE, send_again

    run = context()
    with run.store.read() as connection:
        chosen = choose(connection, ids, everything=False, states=RESENDABLE)
    if not yes:
        _ask(chosen)
    with run.store.write() as connection:
        changed = send_again(connection, chosen, now=run.now())
        journal = _journal(run.now())
        _note(connection, changed, journal, "pending")
        journal.flush(connection)
    return tell_changed(
        run, "resent", changed, then="the running service sends what is due", none="nothing was changed"
    )


def arrived(ids: _Ids) -> int:
    """Say that a text of which nobody knew did arrive: it counts as sent when it was first tried.

    Example: ventanilla outbox arrived 31
    """
    from router.replies.answered import note_reply_sent
    from ventanilla.store.resend import note_arrived

    run = context()
    house = run.house()
    with run.store.write() as connection:
        chosen = choose(connection, ids, everything=False, states=_UNSURE)
        rows = note_arrived(connection, chosen, now=run.now())
        journal = _journal(run.now())
        changed = [row.id for row in rows]
        _note(connection, changed, journal, "sent")
        for row in rows:
            note_reply_sent(connection, house, row, journal, at=row.sent_at)
        journal.flush(connection)
    return tell_changed(run, "arrived", changed, then="they count as sent", none="nothing was changed")


def _journal(now: Any) -> Journal:
    from cli.inbox import this_user
    from ventanilla.store.events import Journal

    return Journal(now=now, actor=this_user())


def _note(connection: sa.Connection, ids: list[int], journal: Journal, state: str) -> None:
    from ventanilla.store.views.ledgers import letters_by_id

    for number in letters_by_id(connection, ids):
        journal.add(EventKind.DELIVERY, outbox_id=number, data={"state": state, "by": "hand"})


def _ask(ids: list[int]) -> None:
    from cli.printing import plural

    typer.confirm(f"Send {plural(len(ids), 'text')} again? Whoever has it already gets it twice.", abort=True, err=True)
