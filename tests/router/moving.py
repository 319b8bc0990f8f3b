"""Moves in tests: one of us does something to a case, in a transaction of its own, as a command would."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from router.moves.base import Move, begin
from router.moves.resolve import resolve
from router.replies.answered import note_reply_sent
from tests.faults.audited import audited
from tests.router.house_for_tests import House
from ventanilla.store.events import Journal
from ventanilla.store.tables import conversations, events, outbox
from ventanilla.words import DeliveryState, EventKind, Resolution, Side


@contextmanager
def acting(house: House, agent: str = "ana") -> Iterator[Move]:
    with house.store.write() as connection:
        move = begin(connection, house.router.house, agent, Side.COMMAND, now=house.now)
        yield move
        move.journal.flush(connection)


def do(house: House, what: Callable[..., Any], *arguments: Any, as_: str = "ana", **named: Any) -> Any:
    with acting(house, as_) as move:
        return what(move, *arguments, **named)


def case_of(house: House, key: str) -> sa.Row[Any]:
    (row,) = house.rows(conversations, lambda t: t.c.key == key)
    return row


def go_out(house: House, outbox_id: int) -> None:
    """The provider takes an answer now."""
    journal = Journal(now=house.now, actor="deliverer")
    with house.store.write() as connection:
        values = {"state": DeliveryState.SENT, "sent_at": house.now, "external_id": f"out-{outbox_id}"}
        sent = sa.update(outbox).where(outbox.c.id == outbox_id).values(values).returning(outbox)
        note_reply_sent(connection, house.router.house, connection.execute(sent).one(), journal)
        journal.flush(connection)


def finish(house: House, case: sa.Row[Any]) -> None:
    """Its owner resolves a case that needs no answer."""
    do(house, resolve, case.key, as_=case.owner, resolution=Resolution.NO_REPLY_NEEDED)


def happened(house: House, kind: EventKind, key: str | None = None) -> list[sa.Row[Any]]:
    of_kind = house.rows(events, lambda t: t.c.kind == kind)
    return of_kind if key is None else [row for row in of_kind if row.conversation_id == case_of(house, key).id]


def is_sound(house: House) -> bool:
    """Every promise that the store can be asked about holds."""
    return audited(house.store, now=house.now)
