"""What the database itself must refuse: the log and its seals grow and never change."""

from __future__ import annotations

import sqlalchemy as sa

from tests.store.promises.register import promise
from tests.store.rows import NOW, update
from ventanilla.store import tables as t


@promise("append-only")
def changing_an_event(connection: sa.Connection) -> None:
    connection.execute(update(t.events, at=NOW))


@promise("append-only")
def deleting_an_event(connection: sa.Connection) -> None:
    connection.execute(sa.delete(t.events))


@promise("append-only")
def emptying_the_log(connection: sa.Connection) -> None:
    truncate = "TRUNCATE events" if connection.dialect.name == "postgresql" else "DELETE FROM events"
    connection.exec_driver_sql(truncate)


@promise("append-only")
def changing_a_seal(connection: sa.Connection) -> None:
    connection.execute(update(t.seals, hash="0" * 64))


@promise("append-only")
def deleting_a_seal(connection: sa.Connection) -> None:
    connection.execute(sa.delete(t.seals))


@promise("append-only")
def emptying_the_chain(connection: sa.Connection) -> None:
    truncate = "TRUNCATE seals" if connection.dialect.name == "postgresql" else "DELETE FROM seals"
    connection.exec_driver_sql(truncate)


@promise("uq_seals_event_id")
def sealing_an_event_twice(connection: sa.Connection) -> None:
    connection.execute(sa.insert(t.seals).values(number=9, event_id=1, hash="0" * 64))
