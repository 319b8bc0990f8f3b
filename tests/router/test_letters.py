"""Which letters routing writes, to whom, and how many: receipts, notices, modes, limits, and a notice that bounces."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.router.house_for_tests import House, letters, mail
from tests.router.moving import is_sound
from ventanilla.store.engine import Store
from ventanilla.store.tables import (
    outbox,
)
from ventanilla.words import DeliveryState, InboxState, OutboxKind


@pytest.fixture
def house(store: Store, tmp_path: Path) -> House:
    return House(store, tmp_path)


def test_observe_sends_nothing_and_says_why(house: House) -> None:
    house.apply(mode="observe")
    house.receive(mail())
    assert {row.state for row in house.rows(outbox)} == {DeliveryState.DROPPED}
    assert not letters(house, OutboxKind.ACKNOWLEDGEMENT)


def test_internal_writes_to_our_people_and_to_nobody_else(house: House) -> None:
    house.apply(mode="internal")
    house.receive(mail())
    assert [row.state for row in letters(house, OutboxKind.NOTICE)] == [DeliveryState.PENDING]
    assert not letters(house, OutboxKind.ACKNOWLEDGEMENT)


def test_over_fifty_receipts_in_ten_minutes_are_held_for_a_person(house: House) -> None:
    for number in range(53):
        house.receive(mail(sender=f"cliente{number}@c.example", subject=f"Asunto {number}"))

    states = [row.state for row in letters(house, OutboxKind.ACKNOWLEDGEMENT)]
    assert states.count(DeliveryState.PENDING) == 50
    assert states.count(DeliveryState.HELD) == 3
    assert [row.agent for row in letters(house, OutboxKind.ALERT)] == ["marta"]


def test_one_sender_gets_few_receipts_however_much_they_write(house: House) -> None:
    for number in range(8):
        house.receive(mail(subject=f"Asunto {number}"))
    assert len(letters(house, OutboxKind.ACKNOWLEDGEMENT)) == 5


def test_old_mail_gets_no_receipt(house: House) -> None:
    house.receive(mail(), received=house.now - timedelta(hours=13))
    assert not letters(house, OutboxKind.ACKNOWLEDGEMENT)


@pytest.mark.fault(16)
def test_a_notice_that_bounces_goes_to_its_owner_another_way_or_to_the_duty_list(house: House) -> None:
    house.receive(mail())
    (notice,) = letters(house, OutboxKind.NOTICE)
    with house.store.write() as connection:
        values = {"state": DeliveryState.SENT, "sent_at": house.now}
        connection.execute(sa.update(outbox).where(outbox.c.id == notice.id).values(values))

    assert house.receive(bounce_of(notice)) is InboxState.SCREENED

    (notice,) = letters(house, OutboxKind.NOTICE)
    assert (notice.state, notice.reason) == (DeliveryState.FAILED, "bounced: 5.1.1")
    assert [alert.agent for alert in letters(house, OutboxKind.ALERT)] == ["marta"]
    assert is_sound(house)


def bounce_of(row: sa.Row[Any]) -> bytes:
    """What a mail server says about a mail of ours that it could not deliver (RFC 3464)."""
    return f"""From: MAILER-DAEMON@example.com
To: soporte@example.com
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

The mail could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.com

Final-Recipient: rfc822; {row.recipient}
Action: failed
Status: 5.1.1
--b
Content-Type: text/rfc822-headers

Message-ID: {row.message_id}
Subject: x
--b--
""".encode()
