"""What the database itself must refuse: a clock of a promise and the books of the metrics."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from tests.store.promises.register import promise
from tests.store.rows import EARLIER, NOW, add_clock
from ventanilla.store import tables as t


@promise("fk_clocks_conversation_id")
def a_clock_of_no_case(connection: sa.Connection) -> None:
    add_clock(connection, conversation_id=99)


@promise("pk_clocks")
def the_same_clock_twice(connection: sa.Connection) -> None:
    for _ in range(2):
        add_clock(connection)


@promise("ck_clocks_metric")
def a_clock_of_something_else(connection: sa.Connection) -> None:
    add_clock(connection, metric="patience")


@promise("ck_clocks_ended")
def a_clock_that_ended_in_no_known_way(connection: sa.Connection) -> None:
    add_clock(connection, ended="forgotten", stopped_at=NOW, elapsed=1, business=1)


@promise("ck_clocks_kind")
def a_clock_of_an_unknown_kind_of_case(connection: sa.Connection) -> None:
    add_clock(connection, kind="riddle")


@promise("ck_clocks_priority")
def a_clock_of_an_unknown_priority(connection: sa.Connection) -> None:
    add_clock(connection, priority="whenever")


@promise("ck_clocks_number")
def a_clock_numbered_zero(connection: sa.Connection) -> None:
    add_clock(connection, number=0)


@promise("ck_clocks_ended_when_stopped")
def a_clock_that_stopped_and_did_not_end(connection: sa.Connection) -> None:
    add_clock(connection, stopped_at=NOW, elapsed=1, business=1)


@promise("ck_clocks_measured_when_stopped")
def a_clock_that_stopped_and_was_not_measured(connection: sa.Connection) -> None:
    add_clock(connection, stopped_at=NOW, ended="replied")


@promise("ck_clocks_measured_twice")
def a_clock_without_its_business_time(connection: sa.Connection) -> None:
    add_clock(connection, stopped_at=NOW, ended="replied", elapsed=1)


@promise("ck_clocks_runs_forward")
def an_answer_before_the_question(connection: sa.Connection) -> None:
    before = EARLIER - timedelta(seconds=1)
    add_clock(connection, stopped_at=before, ended="replied", elapsed=-1_000_000, business=0)


@promise("ck_clocks_paused_while_running")
def a_pause_of_what_has_ended(connection: sa.Connection) -> None:
    add_clock(connection, stopped_at=NOW, ended="resolved", elapsed=1, business=1, paused_since=EARLIER)


@promise("ck_bookkeeping_single")
def two_books(connection: sa.Connection) -> None:
    connection.execute(sa.insert(t.bookkeeping).values(id=2, data={}))
