"""`contact restrict`, `contact block`, `contact unrestrict`: difficult customers, by one person's word."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.context import Context, context
from cli.moves.running import As, move

if TYPE_CHECKING:
    from router.moves.base import Move

_Address = Annotated[
    str, typer.Argument(help="A mail, a phone however it is written, a Telegram number, or a case's key.")
]
_Reason = Annotated[str, typer.Option("--reason", help="Why; for our own people.", metavar="TEXT")]


def restrict_contact(
    address: _Address,
    agent: As,
    to: Annotated[str, typer.Option("--to", help="Who alone deals with them.", metavar="B")],
    reason: _Reason,
) -> int:
    """Have a difficult customer dealt with by one of us alone, who is told in digests and never disturbed.

    What they write is registered as ever; their open cases go to that person at once.

    Example: ventanilla contact restrict eva@example.org --to marta --as marta --reason "Insults our people"
    """
    from router.moves.restrict import restrict

    run = context()
    with _about(run, address, agent) as (made, contact_id):
        moved = restrict(made, contact_id, to, reason=reason)
    return _tell(run, contact_id, {"moved": moved})


def block_contact(
    address: _Address,
    agent: As,
    until: Annotated[str, typer.Option("--until", help='The last day, or "2026-12-31 18:00".', metavar="DAY")],
    reason: _Reason,
) -> int:
    """Let nothing of a customer's in until a day: it is recorded and never answered. Only a supervisor may.

    Open cases stay as they are. `release` lets one message through; after that day they are let in again by themselves.

    Example: ventanilla contact block eva@example.org --until 2026-12-31 --as marta --reason "Threats"
    """
    from cli.cases import times_of
    from router.moves.restrict import block
    from ventanilla.clocks.typed import read_end

    run = context()
    end = read_end(until, times_of(run).zone, now=run.now(), option="--until")
    with _about(run, address, agent) as (made, contact_id):
        block(made, contact_id, end, reason=reason)
    return _tell(run, contact_id, {})


def unrestrict_contact(address: _Address, agent: As) -> int:
    """Deal with a customer as with everybody else again. Their cases stay where they are.

    Example: ventanilla contact unrestrict eva@example.org --as marta
    """
    from router.moves.restrict import unrestrict

    run = context()
    with _about(run, address, agent) as (made, contact_id):
        lifted = unrestrict(made, contact_id)
    return _tell(run, contact_id, {"lifted": lifted})


@contextmanager
def _about(run: Context, address: str, agent: str) -> Iterator[tuple[Move, int]]:
    """A move about the customer who was meant, whom nobody links to another meanwhile."""
    from cli.contacts import found_address
    from ventanilla.store.linking import begin_contact_change

    with move(run, agent) as made:
        begin_contact_change(made.connection)
        yield made, found_address(run, made.connection, address).contact_id


def _tell(run: Context, contact_id: int, done: dict[str, Any]) -> int:
    from cli.cases import times_of
    from cli.contact_page import named, restriction_line
    from cli.printing import plural, say
    from ventanilla.store.views.contacts import contact_document

    with run.store.read() as connection:
        document = contact_document(connection, contact_id)
    if run.as_json:
        run.print_json(document | done)
        return 0
    line = restriction_line(document, times_of(run))
    say(f"{named(document)}: {line or 'dealt with as everybody else'}")
    if done.get("moved"):
        say(f"{plural(done['moved'], 'open case')} moved there")
    if not line and done["lifted"] is None:
        say("it was so already; nothing was changed")
    return 0
