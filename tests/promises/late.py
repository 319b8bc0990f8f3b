"""A house whose clocks are written by hand, and what its people were told when the sweeper looked at them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from router.promises.sweep import warn_and_break
from tests.router.house_for_tests import House, mail
from ventanilla.store.events import Journal
from ventanilla.store.tables import clocks, conversations, events, outbox
from ventanilla.words import EventKind, OutboxKind

SUPERVISED = {"marta": 'role = "supervisor"'}


def opened(house: House, number: int = 1, **options: Any) -> sa.Row[Any]:
    """A case whose customer has just written."""
    house.receive(mail(sender=f"Eva <eva{number}@clientes.example>", subject=f"Asunto {number}", **options))
    return house.rows(conversations)[-1]


def clock(house: House, case: sa.Row[Any], *, due: datetime | None = None, **columns: Any) -> None:
    """A running clock of this case: a first response due in an hour, warned of after three quarters."""
    due = due or case.waiting_since + timedelta(hours=1)
    local = case.waiting_since
    values = {
        "conversation_id": case.id,
        "metric": "first_response",
        "number": 1,
        "channel": case.channel,
        "team": case.team,
        "kind": case.kind,
        "priority": case.priority,
        "started_at": case.waiting_since,
        "config_version": 1,
        "promise": "normal",
        "calendar": "madrid",
        "warn_at": case.waiting_since + (due - case.waiting_since) * 0.75,
        "due_at": due,
        "day": local.date().isoformat(),
        "hour": local.hour,
        **columns,
    }
    with house.store.write() as connection:
        connection.execute(sa.insert(clocks).values(values))


def sweep(house: House) -> int:
    """One look, now; how many events it made."""
    return warn_and_break(house.store, house.router.house, Journal(now=house.now, actor="sweeper"))


def events_of(house: House) -> list[tuple[str, datetime]]:
    """What was recorded of clocks, in order: what, and of when."""
    kinds = (EventKind.PROMISE_WARNED, EventKind.PROMISE_BREACHED)
    return [(row.kind, row.at) for row in house.rows(events, lambda t: t.c.kind.in_(kinds))]


def alerts(house: House) -> Sequence[sa.Row[Any]]:
    return house.rows(outbox, lambda t: t.c.kind == OutboxKind.ALERT)


def told(house: House) -> list[str]:
    """Who was written to, in order."""
    return [row.agent for row in alerts(house)]
