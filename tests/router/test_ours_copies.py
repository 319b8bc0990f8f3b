"""Copies of what this service sent count no second time; of two who answer at once the one still under way is held."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from router.moves.merge import merge
from router.replies.answered import note_reply_sent
from router.replies.holding import hold_pending_replies
from router.service import route_item
from tests.router.house_for_tests import MONDAY_TEN, House, mail
from tests.router.moving import do
from tests.router.sent_mail import ask, case_of, file, reply, sent, sound
from ventanilla.channel import OUTBOUND
from ventanilla.store.conversations import lock_case
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import conversations, messages, outbox
from ventanilla.words import DeliveryState, InboxState, OutboxKind


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> Iterator[House]:
    made = House(sqlite_store, tmp_path)
    yield made
    sound(made)


@pytest.fixture
def on_both(store: Store, tmp_path: Path) -> Iterator[House]:
    """The house on each engine, for what differs between them: locks, arrays, conflicts."""
    made = House(store, tmp_path)
    yield made
    sound(made)


def gone_out(house: House, row: Any) -> None:
    with house.store.write() as connection:
        change = outbox.update().where(outbox.c.id == row.id)
        connection.execute(change.values(state=DeliveryState.SENT, sent_at=house.now, external_id=row.message_id))
        journal = Journal(now=house.now, actor="delivery")
        note_reply_sent(connection, house.router.house, row, journal)
        journal.flush(connection)


def test_a_copy_of_what_this_service_sent_counts_no_second_time(house: House) -> None:
    ask(house)
    row = reply(house)

    assert file(house, sent(message_id=row.message_id, text="Lo miro ahora.")) is InboxState.DUPLICATE

    assert len(house.rows(messages)) == 2
    assert case_of(house).waiting_since == MONDAY_TEN  # its own delivery will end that


@pytest.mark.parametrize("header", ["X-Ventanilla-Id", "X-Google-Original-Message-ID", None])
def test_an_id_that_a_provider_rewrote_is_learnt_and_leads_the_customer_back(house: House, header: str | None) -> None:
    ask(house)
    row = reply(house)
    gone_out(house, row)
    house.later(seconds=30)
    told = {header: row.message_id} if header else {}
    copy = sent(message_id="<ABC@prod.outlook.example>", text="Lo miro ahora.\n\n> Hola", **told)

    assert file(house, copy) is InboxState.DUPLICATE

    (after,) = [one for one in house.rows(outbox) if one.id == row.id]
    assert after.external_id == "<ABC@prod.outlook.example>"
    house.later(hours=1)
    house.receive(mail(message_id="<tres@clientes.example>", headers={"In-Reply-To": "<ABC@prod.outlook.example>"}))
    assert len(house.rows(conversations)) == 1


def test_a_copy_without_an_id_is_known_by_its_words_after_its_case_was_merged(house: House) -> None:
    first = ask(house)
    row = reply(house)
    gone_out(house, row)
    second = ask(house, message_id="<otra@clientes.example>", subject="Otra")
    do(house, merge, first.key, second.key, as_=first.owner)

    assert (
        file(house, sent(text="Lo miro ahora.", at=house.now, message_id="<rewritten@provider>"))
        is InboxState.DUPLICATE
    )

    assert len([one for one in house.rows(messages) if one.direction == "out"]) == 1


def test_our_own_automatic_mail_that_the_provider_files_is_ours(house: House) -> None:
    ask(house)
    (receipt,) = [row for row in house.rows(outbox) if row.kind == OutboxKind.ACKNOWLEDGEMENT]

    assert file(house, sent(message_id=receipt.message_id)) is InboxState.DUPLICATE
    loop = sent(message_id="<x@y.z>", X_Ventanilla_Loop=house.router.house.installation.instance)
    assert file(house, loop) is InboxState.SCREENED

    assert case_of(house).waiting_since == MONDAY_TEN


def test_somebody_was_first_and_the_answer_under_way_is_held_and_its_author_told(on_both: House) -> None:
    house = on_both
    ask(house)
    row = reply(house)
    house.later(seconds=3)

    file(house, sent(sender="marta@example.com", at=house.now))

    (held,) = [one for one in house.rows(outbox) if one.id == row.id]
    assert (held.state, held.reason) == ("held", f"answered: marta {house.now.isoformat(timespec='seconds')}")
    (alert,) = [one for one in house.rows(outbox) if one.kind == OutboxKind.ALERT]
    assert alert.agent == row.agent
    assert "Lo miro ahora." in alert.payload["text"]
    assert case_of(house).owner == row.agent


def test_holding_again_holds_nothing_more(house: House) -> None:
    ask(house)
    row = reply(house)

    def hold() -> list[int]:
        with house.store.write() as connection:
            case = lock_case(connection, row.conversation_id)
            journal = Journal(now=house.now, actor="router")
            return hold_pending_replies(connection, house.router.house, case, journal, by=None, at=house.now)

    assert (hold(), hold()) == ([row.id], [])


def test_a_copy_that_is_filed_before_it_is_written_down_as_sent_is_looked_at_again(house: House) -> None:
    ask(house)
    row = reply(house)
    with house.store.write() as connection:
        under_way = {"state": DeliveryState.SENDING, "sending_at": house.now, "claimed_by": "x/1/1"}
        connection.execute(outbox.update().where(outbox.c.id == row.id).values(under_way))
    copy = sent(message_id="<ABC@prod.outlook.example>", **{"X-Ventanilla-Id": row.message_id})
    filed = house.commit(copy, note=OUTBOUND)

    assert route_item(house.router, filed) is InboxState.PENDING

    gone_out(house, row)
    house.later(seconds=31)
    assert route_item(house.router, filed) is InboxState.DUPLICATE
    assert {one.external_id for one in house.rows(outbox) if one.id == row.id} == {"<ABC@prod.outlook.example>"}
