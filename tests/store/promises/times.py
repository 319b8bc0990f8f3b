"""What the database itself must refuse: times that are not honest."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from tests.store.promises.register import promise
from tests.store.rows import NOW, add_inbox, change_case, update
from ventanilla.store import tables as t


@promise("naive datetime")
def a_naive_datetime(connection: sa.Connection) -> None:
    change_case(connection, 1, waiting_since=datetime(2026, 11, 20, 9, 30))


@promise("naive datetime")
def a_naive_datetime_in_a_comparison(connection: sa.Connection) -> None:
    naive = datetime(2026, 11, 20, 9, 30)
    connection.execute(update(t.inbox, note="x").where(t.inbox.c.pulled_at < naive))


@promise("ck_inbox_received_before_pulled")
def received_after_it_was_pulled(connection: sa.Connection) -> None:
    add_inbox(connection, 9, received_at=NOW + timedelta(microseconds=1))


@promise("ck_inbox_settled")
def a_pending_item_with_a_time_of_routing(connection: sa.Connection) -> None:
    connection.execute(update(t.inbox, routed_at=NOW).where(t.inbox.c.id == 1))


@promise("ck_inbox_settled")
def a_settled_item_without_a_time_of_routing(connection: sa.Connection) -> None:
    connection.execute(update(t.inbox, state="screened").where(t.inbox.c.id == 1))
