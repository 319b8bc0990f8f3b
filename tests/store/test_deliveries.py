"""What providers report of what we sent: believed by rank, in any order, however often, before or after we know of it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.store.at_once import at_once
from tests.store.rows import NOW, add_letter
from ventanilla.channel import DeliveryReport
from ventanilla.store.deliveries import forget_old_reports, note_reports
from ventanilla.store.engine import Store
from ventanilla.store.outbox import claim_letter, finish_letter
from ventanilla.store.tables import delivery_reports, events, outbox
from ventanilla.words import DeliveryState

LATER = NOW + timedelta(minutes=1)
SENT = DeliveryReport(external_id="SM1", state=DeliveryState.SENT, rank=1)
DELIVERED = DeliveryReport(external_id="SM1", state=DeliveryState.DELIVERED, rank=2)
READ = DeliveryReport(external_id="SM1", state=DeliveryState.DELIVERED, rank=3)
FAILED = DeliveryReport(external_id="SM1", state=DeliveryState.FAILED, rank=9, reason="30005")


def put(store: Store, occasion: str = "a", **columns: Any) -> int:
    with store.write() as connection:
        add_letter(connection, dedupe_key=occasion, via="telefono", kind="acknowledgement", **columns)
        return int(connection.scalar(sa.select(sa.func.max(outbox.c.id))) or 0)


def send(store: Store, row_id: int, external_id: str | None = "SM1") -> None:
    row = claim_letter(store, row_id, by="here/1/2", now=NOW)
    assert row is not None
    with store.write() as connection:
        assert finish_letter(connection, row, DeliveryState.SENT, sent_at=NOW, external_id=external_id)


def letter(store: Store, row_id: int) -> Any:
    with store.read() as connection:
        return connection.execute(sa.select(outbox).where(outbox.c.id == row_id)).one()


def kept(store: Store) -> int:
    with store.read() as connection:
        return int(connection.scalar(sa.select(sa.func.count()).select_from(delivery_reports)) or 0)


def states_noted(store: Store) -> list[str]:
    query = sa.select(events.c.data).where(events.c.kind == "delivery").order_by(events.c.id)
    with store.read() as connection:
        return [data["state"] for data in connection.scalars(query)]


def test_a_sent_letter_is_delivered_once_its_provider_says_so(store: Store) -> None:
    row_id = put(store)
    send(store, row_id)

    assert note_reports(store, "telefono", [DELIVERED], now=LATER) == 1
    assert note_reports(store, "telefono", [DELIVERED, SENT], now=LATER + timedelta(hours=1)) == 0

    found = letter(store, row_id)
    assert (found.state, found.delivered_at, found.delivery_rank) == ("delivered", LATER, 2)
    assert states_noted(store) == ["delivered"]


def test_a_letter_that_did_not_arrive_has_failed_with_the_providers_reason_and_somebody_is_told_once(
    store: Store,
) -> None:
    row_id = put(store)
    send(store, row_id)
    told: list[int] = []

    for _ in range(2):
        failed = partial(lambda _connection, row, _journal: told.append(row.id))
        note_reports(store, "telefono", [FAILED], now=LATER, failed=failed)

    found = letter(store, row_id)
    assert (found.state, found.reason) == ("failed", "not delivered: 30005")
    assert told == [row_id]


@pytest.mark.fault(9)
def test_a_report_that_comes_before_we_know_that_we_sent_it_counts_once_we_do(store: Store) -> None:
    row_id = put(store)

    note_reports(store, "telefono", [DELIVERED], now=LATER)
    assert kept(store) == 1
    send(store, row_id)

    assert letter(store, row_id).state == "delivered"
    assert kept(store) == 0
    assert states_noted(store) == ["delivered"]


def test_a_report_through_another_channel_is_about_something_else(store: Store) -> None:
    row_id = put(store)
    send(store, row_id)

    note_reports(store, "chat", [FAILED], now=LATER)

    assert letter(store, row_id).state == "sent"


def test_a_report_changes_nothing_about_what_was_dropped(store: Store) -> None:
    row_id = put(store, state="dropped", external_id="SM1")

    note_reports(store, "telefono", [DELIVERED], now=LATER)

    assert letter(store, row_id).state == "dropped"
    assert kept(store) == 0


def test_reports_that_nothing_was_ever_sent_for_are_forgotten(store: Store) -> None:
    note_reports(store, "telefono", [DELIVERED], now=NOW)

    assert forget_old_reports(store, before=NOW) == 0
    assert forget_old_reports(store, before=LATER) == 1


_REPORTS = st.lists(st.sampled_from([SENT, DELIVERED, READ, FAILED]), min_size=1, max_size=6)


@pytest.mark.fault(9)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(reports=_REPORTS, data=st.data())
def test_any_order_and_repetition_of_reports_ends_in_the_same_state(
    sqlite_store: Store, reports: list[DeliveryReport], data: st.DataObject
) -> None:
    _empty(sqlite_store)
    ends = set()
    for occasion in ("a", "b"):
        mixed = data.draw(st.permutations([*reports, *reports]))
        sent_after = data.draw(st.integers(0, len(mixed)))
        row_id = put(sqlite_store, occasion)
        for number, report in enumerate(mixed):
            if number == sent_after:
                send(sqlite_store, row_id)
            note_reports(sqlite_store, "telefono", [report], now=LATER)
        if sent_after == len(mixed):
            send(sqlite_store, row_id)
        found = letter(sqlite_store, row_id)
        ends.add((found.state, found.delivery_rank, found.reason, found.delivered_at))
        assert kept(sqlite_store) == 0
        _rename(sqlite_store, row_id)

    assert len(ends) == 1


def test_a_report_and_the_note_that_it_went_out_never_miss_each_other(postgresql_store: Store) -> None:
    store = postgresql_store
    for number in range(15):
        external_id = f"SM{number}"
        row_id = put(store, external_id)

        at_once([partial(send, store, row_id, external_id), partial(report, store, external_id)])

        assert letter(store, row_id).state == "delivered"
    assert kept(store) == 0


def report(store: Store, external_id: str) -> None:
    one = DeliveryReport(external_id=external_id, state=DeliveryState.DELIVERED, rank=2)
    note_reports(store, "telefono", [one], now=LATER)


def _empty(store: Store) -> None:
    with store.write() as connection:
        for table in (outbox, delivery_reports):
            connection.execute(sa.delete(table))


def _rename(store: Store, row_id: int) -> None:
    """Let the next letter have this one's id at the provider."""
    with store.write() as connection:
        connection.execute(sa.update(outbox).where(outbox.c.id == row_id).values(external_id=f"was {row_id}"))
