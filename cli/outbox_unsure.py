"""`outbox resend`, `outbox arrived`: what a person does about a text that failed, or of which nobody knows whether it arrived."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.context import MOST, context
from cli.outbox import choose, journal_of, tell_changed

_Ids = Annotated[list[int], typer.Argument(help="Numbers as `outbox` shows them.", max=MOST, metavar="ID")]
_Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def resend(ids: _Ids, yes: _Yes = False) -> int:
    """Send again what failed, or may have gone out: whoever has it already gets it twice. Asks first.

    Example: ventanilla outbox resend 31
    """
    from router.settling.letters import RESENDABLE, resend_letters

    run = context()
    with run.store.read() as connection:
        chosen = choose(connection, ids, everything=False, states=RESENDABLE)
    if not yes:
        _ask(chosen)
    with run.store.write() as connection:
        journal = journal_of(run)
        changed = resend_letters(connection, chosen, journal)
        journal.flush(connection)
    return tell_changed(
        run, "resent", changed, then="the running service sends what is due", none="nothing was changed"
    )


def arrived(ids: _Ids) -> int:
    """Say that a text of which nobody knew did arrive: it counts as sent when it was first tried.

    Example: ventanilla outbox arrived 31
    """
    from router.settling.letters import UNSURE, settle_arrived

    run = context()
    house = run.house()
    with run.store.write() as connection:
        chosen = choose(connection, ids, everything=False, states=UNSURE)
        journal = journal_of(run)
        changed = settle_arrived(connection, house, chosen, journal)
        journal.flush(connection)
    return tell_changed(run, "arrived", changed, then="they count as sent", none="nothing was changed")


def _ask(ids: list[int]) -> None:
    from cli.printing import plural

    typer.confirm(f"Send {plural(len(ids), 'text')} again? Whoever has it already gets it twice.", abort=True, err=True)
