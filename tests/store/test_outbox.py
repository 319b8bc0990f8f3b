"""What goes out: one row an occasion, claimed by one sender, never claimed again once it may have gone."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from tests.store.at_once import at_once
from tests.store.rows import NOW
from ventanilla.store.engine import Store
from ventanilla.store.outbox import (
    MAYBE_SENT,
    Letter,
    abandoned_letters,
    automatic_since,
    back_off,
    change_letters,
    claim_letter,
    due_letters,
    finish_letter,
    put_letter,
    put_off_letter,
    taken_ids,
)
from ventanilla.store.resend import send_again
from ventanilla.store.tables import outbox
from ventanilla.words import DeliveryState, OutboxKind

MINUTE = timedelta(minutes=1)


def put(store: Store, occasion: str = "a", *, now: datetime = NOW, **changes: Any) -> int | None:
    letter = Letter(
        **{
            "kind": OutboxKind.ACKNOWLEDGEMENT,
            "dedupe_key": occasion,
            "via": "soporte",
            "recipient": "eva@example.org",
            "payload": {"subject": "Recibido"},
            **changes,
        }
    )
    with store.write() as connection:
        return put_letter(connection, letter, now=now)


def put_new(store: Store, occasion: str = "a", **changes: Any) -> int:
    made = put(store, occasion, **changes)
    assert made is not None
    return made


def claim(store: Store, row_id: int, by: str = "one") -> sa.Row[Any] | None:
    return claim_letter(store, row_id, by=by, now=NOW)


def state(store: Store, row_id: int) -> str:
    with store.read() as connection:
        return str(connection.scalar(sa.select(outbox.c.state).where(outbox.c.id == row_id)))


def finish(store: Store, row: sa.Row[Any] | None, to: DeliveryState, **columns: Any) -> bool:
    assert row is not None
    with store.write() as connection:
        return finish_letter(connection, row, to, **columns)


def test_an_occasion_makes_one_row(store: Store) -> None:
    first = put(store)

    assert first is not None
    assert put(store, payload={"subject": "again"}) is None
    assert put(store, "b") not in (None, first)


def test_an_occasion_noted_by_many_at_once_makes_one_row(store: Store) -> None:
    made = at_once([partial(put, store)] * 8)

    assert len([row_id for row_id in made if row_id is not None]) == 1


def test_what_is_due_comes_oldest_first_and_the_rest_waits(store: Store) -> None:
    later = put(store, "later", not_before=NOW + MINUTE)
    second = put_new(store, "second", not_before=NOW)
    first = put(store, "first", not_before=NOW - MINUTE)
    put(store, "held", state=DeliveryState.HELD)

    assert [row.id for row in due_letters(store, now=NOW)] == [first, second]
    assert [row.id for row in due_letters(store, now=NOW + MINUTE)] == [first, second, later]
    assert [row.id for row in due_letters(store, now=NOW + MINUTE, each=1)] == [first]
    assert [row.id for row in due_letters(store, now=NOW + MINUTE, only=[second])] == [second]


def test_a_way_out_with_much_to_do_hides_no_other(store: Store) -> None:
    crowd = [put_new(store, f"chat {number}", via="chat") for number in range(5)]
    mail = put_new(store, "mail", via="soporte")
    busy = {"chat": crowd[:2]}

    assert [row.id for row in due_letters(store, now=NOW, each=3)] == [*crowd[:3], mail]
    assert [row.id for row in due_letters(store, now=NOW, each=3, under_way=busy)] == [crowd[2], mail]
    assert [row.id for row in due_letters(store, now=NOW, each=2, under_way=busy)] == [mail]


def test_the_first_claim_is_when_it_was_first_tried(store: Store) -> None:
    row_id = put_new(store)

    first = claim(store, row_id)
    finish(store, first, DeliveryState.PENDING, parts=["a/1"])
    second = claim_letter(store, row_id, by="two", now=NOW + MINUTE)

    assert first is not None
    assert second is not None
    assert (second.tried_at, second.sending_at, second.parts) == (NOW, NOW + MINUTE, ["a/1"])


def test_what_is_put_off_was_not_tried_and_nothing_for_the_same_recipient_passes_it(store: Store) -> None:
    first, second, other = put_new(store, "1"), put_new(store, "2"), put_new(store, "3", recipient="other@example.org")
    row = claim(store, first)
    assert row is not None

    with store.write() as connection:
        assert put_off_letter(connection, row, until=NOW + MINUTE)

    assert claim(store, first) is None
    assert [each.id for each in due_letters(store, now=NOW)] == [other]
    later = due_letters(store, now=NOW + MINUTE)
    assert [(each.id, each.attempts, each.tried_at) for each in later if each.id != other] == [
        (first, 0, None),
        (second, 0, None),
    ]


def test_the_ids_of_other_things_to_the_same_recipient_are_known(store: Store) -> None:
    written: dict[str, dict[str, Any]] = {
        "mine": {},
        "older": {},
        "same": {"kind": OutboxKind.REPLY},
        "elsewhere": {"recipient": "other@example.org"},
        "otherwise": {"via": "chat"},
    }
    for occasion, changes in written.items():
        row_id = put_new(store, occasion, **changes)
        sent_at = NOW - MINUTE if occasion == "older" else NOW
        finish(store, claim(store, row_id), DeliveryState.SENT, sent_at=sent_at, external_id=occasion)

    with store.read() as connection:
        mine = connection.execute(sa.select(outbox).where(outbox.c.dedupe_key == "mine")).one()
        assert taken_ids(connection, mine, since=NOW) == {"same"}


def test_what_failed_or_may_have_gone_out_can_be_sent_again_and_nothing_else(store: Store) -> None:
    unknown, failed, sent = (
        put_new(store, "a", payload={"text": "x", MAYBE_SENT: True}),
        put_new(store, "b"),
        put_new(store, "c"),
    )
    finish(store, claim(store, unknown), DeliveryState.UNKNOWN, parts=["a/1"])
    finish(store, claim(store, failed), DeliveryState.FAILED, sent_at=NOW, parts=["b/1"], delivery_rank=9)
    finish(store, claim(store, sent), DeliveryState.SENT, sent_at=NOW)

    with store.write() as connection:
        assert send_again(connection, [unknown, failed, sent], now=NOW + MINUTE) == [unknown, failed]

    rows = {row.id: row for row in due_letters(store, now=NOW + MINUTE)}
    assert set(rows) == {unknown, failed}
    assert (rows[unknown].payload, rows[unknown].parts) == ({"text": "x"}, ["a/1"])
    assert (rows[failed].parts, rows[failed].delivery_rank, rows[failed].sent_at) == (None, 0, None)


def test_of_many_senders_one_claims_a_row(store: Store) -> None:
    row_id = put_new(store)

    claims = at_once([partial(claim, store, row_id, f"sender {number}") for number in range(8)])

    won = [row for row in claims if row is not None]
    assert [(row.state, row.attempts) for row in won] == [("sending", 1)]
    assert due_letters(store, now=NOW) == []


@pytest.mark.parametrize("other", [state for state in DeliveryState if state is not DeliveryState.PENDING])
def test_only_a_pending_row_can_be_claimed(sqlite_store: Store, other: DeliveryState) -> None:
    row_id = put_new(sqlite_store)
    columns = {"sent_at": NOW, "sending_at": NOW, "claimed_by": "one"}
    with sqlite_store.write() as connection:
        change_letters(connection, [row_id], [DeliveryState.PENDING], state=other, **columns)

    assert claim(sqlite_store, row_id) is None


def test_how_it_ended_is_written_once_and_only_by_who_claimed_it(store: Store) -> None:
    row_id = put_new(store)
    mine = claim(store, row_id)
    assert mine is not None

    assert finish(store, mine, DeliveryState.PENDING, reason="later", not_before=NOW)
    theirs = claim(store, row_id, "two")
    assert not finish(store, mine, DeliveryState.FAILED, reason="too late")
    assert finish(store, theirs, DeliveryState.SENT, sent_at=NOW, external_id="250 ok")

    assert state(store, row_id) == "sent"
    assert not finish(store, theirs, DeliveryState.FAILED)


def test_what_a_dead_sender_left_is_found_by_its_age(store: Store) -> None:
    row_id = put_new(store)
    claim(store, row_id)

    assert abandoned_letters(store, before=NOW) == []
    assert [row.id for row in abandoned_letters(store, before=NOW + timedelta(seconds=1))] == [row_id]


def test_rows_change_only_from_the_states_that_are_named(store: Store) -> None:
    held = put_new(store, "held", state=DeliveryState.HELD)
    pending = put_new(store, "pending")

    with store.write() as connection:
        changed = change_letters(connection, [held, pending], [DeliveryState.HELD], state=DeliveryState.DROPPED)

    assert changed == [held]
    assert (state(store, held), state(store, pending)) == ("dropped", "pending")


def test_the_brake_counts_receipts_that_were_let_through(store: Store) -> None:
    put(store, "a")
    put(store, "b", recipient="other@example.org")
    put(store, "c", state=DeliveryState.HELD)
    put(store, "d", state=DeliveryState.DROPPED)
    put(store, "e", kind=OutboxKind.NOTICE)
    put(store, "f", now=NOW - MINUTE)

    with store.read() as connection:
        assert automatic_since(connection, NOW - timedelta(seconds=30)) == 2
        assert automatic_since(connection, NOW - 2 * MINUTE) == 3
        assert automatic_since(connection, NOW - 2 * MINUTE, recipient="eva@example.org") == 2


def test_waits_double_from_five_seconds_to_a_quarter_of_an_hour() -> None:
    waits = [back_off(attempts).total_seconds() for attempts in (1, 2, 3, 8, 9, 50, 10_000)]

    assert waits == [5, 10, 20, 640, 900, 900, 900]
