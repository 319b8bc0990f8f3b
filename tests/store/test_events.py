"""The log of events: written together with what it tells, in order, each with its own time and the time of recording."""

from __future__ import annotations

from contextlib import suppress

from tests.store.rows import EARLIER, NOW
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal, events_of
from ventanilla.words import EventKind


def test_events_keep_their_own_time_beside_the_time_of_recording(store: Store) -> None:
    journal = Journal(now=NOW, actor="sweeper")
    journal.add(EventKind.CASE_OPENED, at=EARLIER, conversation_id=7, channel="soporte")
    journal.add(EventKind.ASSIGNED, conversation_id=7, assignment_number=1, agent="ana", data={"reason": "balanced"})
    journal.add(EventKind.ASSIGNED, conversation_id=8, agent="luis")

    with store.write() as connection:
        journal.flush(connection)

    with store.read() as connection:
        opened, assigned = events_of(connection, 7)
    assert (opened.kind, opened.at, opened.recorded_at, opened.actor) == ("case_opened", EARLIER, NOW, "sweeper")
    assert (assigned.kind, assigned.at, assigned.agent, assigned.data) == (
        "assigned",
        NOW,
        "ana",
        {"reason": "balanced"},
    )


def test_a_repeated_flush_writes_nothing_twice(store: Store) -> None:
    journal = Journal(now=NOW, actor="router")
    journal.add(EventKind.CASE_OPENED, conversation_id=7)

    with store.write() as connection:
        journal.flush(connection)
        journal.flush(connection)

    with store.read() as connection:
        assert len(events_of(connection, 7)) == 1


def test_events_of_a_change_that_is_rolled_back_are_gone_with_it(store: Store) -> None:
    journal = Journal(now=NOW, actor="router")
    journal.add(EventKind.CASE_OPENED, conversation_id=7)

    with suppress(ZeroDivisionError), store.write() as connection:
        journal.flush(connection)
        1 / 0  # noqa: B018

    with store.read() as connection:
        assert events_of(connection, 7) == []
