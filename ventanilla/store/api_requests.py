"""What a program was answered under an idempotency key, so that the same request again is answered alike and done once.

The row is claimed and filled in within the transaction of the move itself: either both stand or neither does. Whoever comes with
the same key meanwhile waits for that transaction's end. Knows no route and no answer's form.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from ventanilla.store.engine import Store
from ventanilla.store.insert import insert_ignoring
from ventanilla.store.tables import api_requests

KEPT = timedelta(hours=24)
"""How long an answer can be had again; after that the key is free."""
_COLUMN = api_requests.c
_THIS = (_COLUMN.agent == sa.bindparam("of_agent")) & (_COLUMN.idempotency_key == sa.bindparam("of_key"))
_CLAIM = insert_ignoring(api_requests, _COLUMN.agent)
_FOUND = sa.select(_COLUMN.fingerprint, _COLUMN.status, _COLUMN.body, _COLUMN.created_at).where(_THIS)
_EXPIRED = sa.delete(api_requests).where(_THIS, _COLUMN.created_at <= sa.bindparam("before"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What was answered: an HTTP status and the document as it was sent; of a request with this fingerprint."""

    fingerprint: str
    status: int
    body: str


def claim_request(
    connection: sa.Connection, agent: str, key: str, *, fingerprint: str, now: datetime
) -> Answered | None:
    """Take this agent's key for the request that is done in this transaction; None where it is theirs alone now, which asks for
    `keep_answer` before the end. Else what was answered under it. On PostgreSQL it waits while another transaction holds it."""
    connection.execute(_EXPIRED, {"of_agent": agent, "of_key": key, "before": now - KEPT})
    row = {"agent": agent, "idempotency_key": key, "fingerprint": fingerprint, "created_at": now}
    if connection.execute(_CLAIM[connection.dialect.name], row).first() is not None:
        return None
    return answered(connection, agent, key, now=now)


def answered(connection: sa.Connection, agent: str, key: str, *, now: datetime) -> Answered | None:
    """What was answered under this key in the last 24 hours; None where nothing was."""
    found = connection.execute(_FOUND, {"of_agent": agent, "of_key": key}).one_or_none()
    if found is None or found.status is None or found.created_at <= now - KEPT:
        return None
    return Answered(fingerprint=found.fingerprint, status=found.status, body=found.body)


def keep_answer(connection: sa.Connection, agent: str, key: str, *, status: int, body: str) -> None:
    """What the request that claimed this key is answered, now and again."""
    update = sa.update(api_requests).where(_THIS).values(status=status, body=body)
    connection.execute(update, {"of_agent": agent, "of_key": key})


def forget_old_requests(store: Store, *, before: datetime) -> int:
    """Forget what was answered before then; how many that were."""
    with store.write() as connection:
        return connection.execute(sa.delete(api_requests).where(_COLUMN.created_at < before)).rowcount
