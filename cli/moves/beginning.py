"""`write`, `take`: cases that one of us begins, by writing first or by entering a visit or a call by hand."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.context import Context, context
from cli.moves.replies import kept, tell_written
from cli.moves.running import As, Text, move, text_given
from ventanilla.errors import BadInput

if TYPE_CHECKING:
    from router.incoming.in_person import Taken

_Once = Annotated[
    str | None, typer.Option("--idempotency-key", help="Repeated with the same key, it is one.", metavar="K")
]
_Name = Annotated[str, typer.Option(help="What the customer is called.")]


def add_to(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command()(write)
    app.command()(take)


def write(
    agent: As,
    to: Annotated[str, typer.Option(help="Whose address: a mail, a phone, a Telegram number.", metavar="ADDRESS")],
    channel: Annotated[str, typer.Option(help="By which channel of the file.", metavar="C")],
    subject: Annotated[str, typer.Option(help="What it is about (e-mail).")] = "",
    text: Text = None,
    name: _Name = "",
    attach: Annotated[
        list[Path] | None, typer.Option("--attach", help="A file that goes along.", metavar="FILE")
    ] = None,
    cc: Annotated[list[str] | None, typer.Option("--cc", help="Somebody else who gets it (e-mail).")] = None,
    idempotency_key: _Once = None,
) -> int:
    """Write to a customer first. It begins a case of yours, in which nobody waits until they answer.

    Example: ventanilla write --as ana --channel soporte --to lucia@example.org --subject "Your order" --text "It is here."
    """
    from router.moves.write_first import First, write_first

    run = context()
    first = First(
        to=to,
        channel=channel,
        text=text_given(text, wanted="what to say"),
        subject=subject,
        name=name,
        cc=tuple(cc or ()),
        files=kept(run, attach or []),
        idempotency_key=idempotency_key,
    )
    with move(run, agent) as made:
        written = write_first(made, first)
    return tell_written(run, written)


def take(
    agent: As,
    channel: Annotated[str, typer.Option(help="in_person or phone: how they came.", metavar="HOW")],
    name: _Name = "",
    phone: Annotated[str, typer.Option(help="Their phone number.")] = "",
    email: Annotated[str, typer.Option(help="Their mail address.")] = "",
    subject: Annotated[str, typer.Option(help="What it is about, in a few words.")] = "",
    text: Annotated[str, typer.Option("--text", help="What they said.")] = "",
    answer: Annotated[str | None, typer.Option(help="What they were answered there and then.")] = None,
    at: Annotated[str | None, typer.Option(help="When, if not now.", metavar="TIME")] = None,
    idempotency_key: _Once = None,
) -> int:
    """Enter a visit, or a call that no channel saw. It opens a case of yours, timed like any other.

    Example: ventanilla take --channel in_person --as ana --name "Lucía Ejemplo" --phone "+34 600 11 12 22" --text "A refund"
    """
    from zoneinfo import ZoneInfo

    from router.incoming.in_person import Taken
    from router.moves.take import HOW
    from router.moves.take import take as put
    from ventanilla.clocks.typed import read_start

    run = context()
    if channel not in HOW:
        raise BadInput(
            f'--channel: expected {" or ".join(HOW)}, got "{channel}"; what comes in by a channel is there already'
        )
    zone = ZoneInfo(run.glimpsed.config.service.timezone)
    moment = read_start(at, zone, now=run.now(), option="--at") if at else run.now()
    taken = Taken(agent=agent, medium=HOW[channel], name=name, phone=phone, email=email, subject=subject, text=text)
    with move(run, agent) as made:
        row_id, is_new = put(made, taken, at=moment, idempotency_key=idempotency_key)
    key = _route(run, row_id)
    if answer is not None and key is not None:
        _answer(run, agent, key, taken, answer, moment, row_id)
    return _tell(run, row_id, key, agent, is_new=is_new)


def _route(run: Context, row_id: int) -> str | None:
    """Route it at once, unless somebody has; return the key of its case."""
    import sqlalchemy as sa

    from router.incoming.in_person import read_taken
    from router.reading import Readers
    from router.service import Router, route_item
    from ventanilla.store.tables import conversations, messages
    from ventanilla.words import IN_PERSON

    router = Router(store=run.store, house=run.house(), readers=Readers({IN_PERSON: read_taken}, {}), clock=run.now)
    route_item(router, row_id)
    case = sa.select(conversations.c.key).join(messages, messages.c.conversation_id == conversations.c.id)
    with run.store.read() as connection:
        key: str | None = connection.scalar(case.where(messages.c.inbox_id == row_id))
    return key


def _answer(run: Context, agent: str, key: str, taken: Taken, text: str, at: datetime, row_id: int) -> None:
    from router.moves.called import called
    from ventanilla.words import CallOutcome

    with move(run, agent) as made:
        outcome, once = CallOutcome.REACHED, f"taken:{row_id}"
        called(made, key, outcome, text, at=at, medium=taken.medium, idempotency_key=once)


def _tell(run: Context, row_id: int, key: str | None, agent: str, *, is_new: bool) -> int:
    if run.as_json:
        run.print_json({"key": key, "inbox_id": row_id, "owner": agent, "changed": is_new})
        return 0
    from cli.printing import say

    if key is None:
        say(f"it is in the ledger as {row_id}, and its case opens when it is routed (ventanilla inbox)")
    else:
        say(f"{key} is the case, and {agent} answers for it" if is_new else f"{key} was entered before")
    return 0
