"""What the database itself must refuse: the life of a case."""

from __future__ import annotations

import sqlalchemy as sa

from tests.store.promises.register import promise
from tests.store.rows import EARLIER, NOW, change_case
from ventanilla.store import tables as t


@promise("fk_legal_holds_conversation_id")
def a_legal_hold_on_nothing(connection: sa.Connection) -> None:
    hold = {"conversation_id": 99, "reason": "x", "set_by": "ana", "since": NOW}
    connection.execute(sa.insert(t.legal_holds).values(hold))


@promise("ck_legal_holds_ended")
def a_legal_hold_that_ended_by_nobody(connection: sa.Connection) -> None:
    hold = {"conversation_id": 1, "reason": "x", "set_by": "ana", "since": NOW, "ended_at": NOW}
    connection.execute(sa.insert(t.legal_holds).values(hold))


@promise("ck_conversations_waiting_is_owned")
def a_resolved_case_whose_customer_waits(connection: sa.Connection) -> None:
    change_case(connection, 3, waiting_since=EARLIER)


@promise("ck_conversations_line_is_owned")
def a_resolved_case_in_line(connection: sa.Connection) -> None:
    change_case(connection, 3, line_since=EARLIER)


@promise("ck_conversations_merged")
def merged_into_nothing(connection: sa.Connection) -> None:
    change_case(connection, 3, state="merged")


@promise("ck_conversations_merged")
def merged_and_still_something_else(connection: sa.Connection) -> None:
    change_case(connection, 3, merged_into=1)


@promise("ck_conversations_resolved")
def an_open_case_that_says_how_it_ended(connection: sa.Connection) -> None:
    change_case(connection, 1, resolution="answered")


@promise("ck_conversations_wait_until")
def a_case_that_waits_for_nobody_until_a_date(connection: sa.Connection) -> None:
    change_case(connection, 1, wait_until=NOW)


@promise("ck_conversations_closed")
def an_open_case_that_was_closed(connection: sa.Connection) -> None:
    change_case(connection, 1, closed_at=NOW)
