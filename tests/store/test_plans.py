"""What SQLite reads for the queries of every minute: one case's rows, never a whole table, however many years the store holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from router.assigning.line import drain_line
from router.moves.base import find_case
from router.moves.reopen import reopen
from router.moves.reply import Answer, newest_inbound, write_reply
from router.moves.resolve import resolve
from router.moves.split import split
from tests.router.chat_house import ChatHouse, letter
from tests.router.moving import acting, do, go_out
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import conversations, messages

GROWING = ("messages", "events", "conversations", "assignments", "message_refs")
BY_CASE = "SEARCH messages USING INDEX ix_messages_conversation_id (conversation_id=?"


@contextmanager
def plans_of(store: Store, kinds: tuple[str, ...] = ("SELECT", "WITH")) -> Iterator[dict[str, list[str]]]:
    """Fills with every statement of these kinds that runs meanwhile and how SQLite goes about it."""
    plans: dict[str, list[str]] = {}

    def explain(
        connection: sa.Connection, _cursor: Any, statement: str, values: Any, _context: Any, many: bool
    ) -> None:
        if statement.lstrip().upper().startswith(kinds) and not many and statement not in plans:
            raw = connection.connection.dbapi_connection
            assert raw is not None
            plans[statement] = [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}", values)]

    sa.event.listen(store.engine, "before_cursor_execute", explain)
    try:
        yield plans
    finally:
        sa.event.remove(store.engine, "before_cursor_execute", explain)


@pytest.fixture
def plans(sqlite_store: Store, tmp_path: Path) -> dict[str, list[str]]:
    """Of a case's whole life: it is answered, split, resolved and opened again, and somebody is sought for what waits in line."""
    house = ChatHouse(sqlite_store, tmp_path)
    house.take("soporte", letter("Hola"))
    (first,), (case,) = house.rows(messages), house.rows(conversations)
    with plans_of(sqlite_store) as plans:
        house.take("soporte", letter("Otra cosa", in_reply_to=(first.external_id,)))
        with acting(house, case.owner) as move:
            written = write_reply(move, find_case(move, case.key), Answer(text="Sale hoy.", seen=first.id), anyway=True)
            newest_inbound(move.connection, case.id)
        go_out(house, written.outbox_id)
        do(house, split, case.key, first.id, as_=case.owner)
        do(house, resolve, case.key, text="Ya está", as_=case.owner)
        do(house, reopen, case.key, as_=case.owner)
        drain_line(sqlite_store, house.router.house, Journal(now=house.now, actor="sweeper"))
    return plans


def test_no_query_of_a_cases_life_reads_a_whole_table(plans: dict[str, list[str]]) -> None:
    whole = tuple(f"SCAN {table}" for table in GROWING)

    assert len(plans) > 20, "they were seen"
    steps = [(step, statement) for statement, plan in plans.items() for step in plan if step.startswith(whole)]
    assert not [(step, statement) for step, statement in steps if "ix_conversations_line" not in step]


def test_what_a_customer_wrote_is_found_by_their_case(plans: dict[str, list[str]]) -> None:
    asked = ("messages.edits IS NULL", "conversations.merged_into")
    theirs = {statement: plan for statement, plan in plans.items() if all(words in statement for words in asked)}

    assert len(theirs) >= 5, "they were seen"
    for statement, plan in theirs.items():
        assert any(step.startswith(BY_CASE) for step in plan), (statement, plan)


def test_what_waits_in_line_is_found_by_its_own_index(plans: dict[str, list[str]]) -> None:
    (plan,) = (plan for statement, plan in plans.items() if "conversations.line_since IS NOT NULL" in statement)

    assert any("ix_conversations_line" in step for step in plan), plan
