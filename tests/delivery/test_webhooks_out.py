"""Outbound webhooks over a real socket: signed, in order, once each, whatever the receiver answers and whoever dies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from standardwebhooks.webhooks import WebhookVerificationError

from cli.staffing import note_failed
from connectors.deliver import Deliverer
from connectors.webhook_out.sender import WebhookSender
from router.moves.base import begin
from router.moves.resolve import resolve
from router.permission import still_allowed
from router.timekeeping.keeper import catch_up
from router.webhooks_out.writing import put_test, write_webhooks
from tests.router.house_for_tests import House, mail
from tests.servers.hook_receiver import Receiver, receiving
from ventanilla.house_time import house_time, ticks
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.outbox import due_letters
from ventanilla.store.tables import conversations, outbox, webhook_events
from ventanilla.store.webhook_events import pause_endpoint, resume_endpoint, send_once_more, via_of
from ventanilla.words import DeliveryState, OutboxKind, Side

FIRST, SECOND = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_" + "c2Vjb25kIHNlY3JldCBvZiB0aGUgdGVzdHM="


class Out:
    """A house with endpoints, and what its service does again and again, as often as a test asks."""

    def __init__(self, store: Store, folder: Path, **tables: str) -> None:
        text = "".join(f"\n[webhooks.{name}]\n{table}\n" for name, table in tables.items())
        self.house = House(store, folder, {"more": text})
        self.senders: dict[str, Any] = {}
        self.sweep()

    def renew(self) -> None:
        """As a process does that begins: nothing is in its memory."""
        house = self.house.router.house
        self.senders = {
            via_of(name): lambda settings=settings: WebhookSender(
                self.house.store,
                settings,
                instance=house.installation.instance,
                public_url="https://desk.example",
                clock=lambda: self.house.now,
            )
            for name, settings in self.house.loaded.config.webhooks.items()
        }
        self.deliverer = Deliverer(
            store=self.house.store,
            senders=self.senders,
            still_wanted=lambda connection, row: still_allowed(connection, house, row),
            failed=lambda *given: note_failed(house, *given),
            tell_trouble=lambda *_: None,
            clock=lambda: self.house.now,
        )

    def sweep(self) -> int:
        """Seal what is new, write letters of it; how many."""
        house = self.house.router.house
        catch_up(self.house.store, house, now=self.house.now)
        return write_webhooks(self.house.store, house, now=self.house.now)

    def go(self, *, rounds: int = 8) -> None:
        """Sweep, then deliver until nothing is due."""
        self.sweep()
        if not self.senders:
            self.renew()
        for _ in range(rounds):
            if not self._webhooks_due():
                break
        self.house.later(seconds=3)

    def _webhooks_due(self) -> int:
        mine = [row.id for row in self.letters()]
        due = due_letters(self.house.store, now=self.house.now, only=mine)
        for row in due:
            self.deliverer._deliver(row)
        self.house.later(seconds=3)
        return len(due)

    def letters(self) -> list[sa.Row[Any]]:
        return self.house.rows(outbox, lambda table: table.c.kind == OutboxKind.WEBHOOK)

    def resolve_newest(self) -> None:
        key = self.house.rows(conversations)[-1].key
        with self.house.store.write() as connection:
            move = begin(connection, self.house.router.house, self.owner(), Side.COMMAND, now=self.house.now)
            resolve(move, key, text="Hecho.")
            move.journal.flush(connection)

    def owner(self) -> str:
        return str(self.house.rows(conversations)[-1].owner)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


def endpoint(receiver: Receiver, *, secret: str = f'"{FIRST}"', more: str = "") -> str:
    return f'url = "{receiver.url}"\nsecret = {secret}\n{more}'


def test_what_happens_is_told_signed_in_order_and_without_words(
    store: Store, tmp_path: Path, receiver: Receiver
) -> None:
    out = Out(store, tmp_path, crm=endpoint(receiver))
    out.house.receive(mail(subject="Palabras secretas"))
    out.go()
    out.resolve_newest()
    out.go()

    assert [told["type"] for told in receiver.taken] == ["case.created", "case.assigned", "case.resolved"]
    told = receiver.verified(FIRST, 1)
    case = out.house.rows(conversations)[-1]
    assert told["data"]["case"]["key"] == case.key
    assert told["data"]["case"]["url"] == f"https://desk.example/cases/{case.key}"
    assert told["data"]["event"]["agent"] == case.owner
    assert told["timestamp"] == "2026-11-23T09:00:00Z"
    assert receiver.taken[-1]["data"]["case"]["state"] == "resolved"
    assert all(b"secretas" not in body for _, body in receiver.calls)
    assert len(set(receiver.ids())) == 3
    with pytest.raises(WebhookVerificationError):
        receiver.verified(SECOND)


def test_a_call_is_signed_at_the_time_of_the_house_for_receivers_refuse_what_is_minutes_off(
    sqlite_store: Store, tmp_path: Path, receiver: Receiver
) -> None:
    out = Out(sqlite_store, tmp_path, crm=endpoint(receiver))
    out.house.receive(mail())
    house_time().follow(datetime.now(UTC) - timedelta(hours=5), at=ticks())
    try:
        out.go()
    finally:
        house_time().follow_nobody()

    with pytest.raises(WebhookVerificationError, match="too old"):
        receiver.verified(FIRST)


def test_words_go_only_where_the_file_says_so_and_stand_in_no_letter(
    sqlite_store: Store, tmp_path: Path, receiver: Receiver
) -> None:
    out = Out(sqlite_store, tmp_path, crm=endpoint(receiver, more='content = true\nevents = "case.created"'))
    out.house.receive(mail(subject="Caldera", text="Hace ruido."))
    out.go()

    assert [told["data"]["content"] for told in receiver.taken] == [
        {"subject": "Caldera", "text": "Hace ruido.\n"}
    ] or [told["data"]["content"]["text"].strip() for told in receiver.taken] == ["Hace ruido."]
    assert "ruido" not in str([row.payload for row in out.letters()])


def test_a_new_endpoint_is_told_of_what_comes_and_not_of_what_was(
    sqlite_store: Store, tmp_path: Path, receiver: Receiver
) -> None:
    out = Out(sqlite_store, tmp_path)
    out.house.receive(mail())
    out.sweep()
    out.house.apply(more=f"\n[webhooks.crm]\n{endpoint(receiver)}\n")
    out.sweep()
    out.go()
    assert receiver.taken == []
    out.resolve_newest()
    out.go()

    assert [told["type"] for told in receiver.taken] == ["case.resolved"]


def test_endpoints_are_told_of_their_own_teams_and_events(
    sqlite_store: Store, tmp_path: Path, receiver: Receiver
) -> None:
    with receiving() as other:
        out = Out(
            sqlite_store,
            tmp_path,
            crm=endpoint(receiver, more='events = "case.resolved"'),
            none=endpoint(other, more='channel = ["soporte"]\nevents = "case.assigned"'),
        )
        out.house.receive(mail())
        out.go()
        out.resolve_newest()
        out.go()

        assert [told["type"] for told in receiver.taken] == ["case.resolved"]
        assert [told["type"] for told in other.taken] == ["case.assigned"]


def test_while_a_secret_changes_either_is_believed(sqlite_store: Store, tmp_path: Path, receiver: Receiver) -> None:
    out = Out(sqlite_store, tmp_path, crm=endpoint(receiver, secret=f'["{SECOND}", "{FIRST}"]'))
    out.house.receive(mail())
    out.go()

    assert receiver.verified(FIRST) == receiver.verified(SECOND)
    assert receiver.calls[0][0]["webhook-signature"].count("v1,") == 2


def test_a_receiver_that_is_down_for_hours_gets_all_of_it_in_order_once(
    sqlite_store: Store, tmp_path: Path, receiver: Receiver
) -> None:
    receiver.answer = 503
    out = Out(sqlite_store, tmp_path, crm=endpoint(receiver))
    for number in range(3):
        out.house.receive(mail(sender=f"Cliente <c{number}@clientes.example>"))
    out.go()
    for _ in range(8):
        out.house.later(minutes=30)
        out.go(rounds=1)
    assert len(set(receiver.ids())) == 1, "only the oldest is tried"
    receiver.answer = 200
    out.house.later(hours=1)
    out.renew()
    out.go(rounds=30)

    assert len(receiver.taken) == len({told["data"]["event"]["number"] for told in receiver.taken}) == 6
    for case in out.house.rows(conversations):
        types = [told["type"] for told in receiver.taken if told["data"]["case"]["key"] == case.key]
        assert types == ["case.created", "case.assigned"]


def test_one_call_that_is_refused_by_itself_holds_up_its_own_case_alone(
    sqlite_store: Store, tmp_path: Path, receiver: Receiver
) -> None:
    out = Out(sqlite_store, tmp_path, crm=endpoint(receiver))
    out.house.receive(mail(sender="Uno <uno@clientes.example>"))
    first = out.house.rows(conversations)[0].key
    out.house.receive(mail(sender="Dos <dos@clientes.example>"))
    receiver.answer = lambda told: 400 if told["data"]["case"]["key"] == first else 200
    out.go()

    assert [told["data"]["case"]["key"] != first for told in receiver.taken] == [True, True]
    waiting = [row for row in out.letters() if row.state == DeliveryState.PENDING]
    assert [row.recipient for row in waiting] == [first, first]


def test_a_redirect_is_not_followed_and_is_tried_again(sqlite_store: Store, tmp_path: Path, receiver: Receiver) -> None:
    with receiving() as elsewhere:
        receiver.answer, receiver.headers = 302, {"location": elsewhere.url}
        out = Out(sqlite_store, tmp_path, crm=endpoint(receiver, more='events = "case.created"'))
        out.house.receive(mail())
        out.go()

        (letter,) = out.letters()
        assert elsewhere.calls == []
        assert (letter.state, letter.reason) == ("pending", "it answered 302")


def test_a_receiver_that_wants_no_more_is_paused_and_loses_nothing(
    store: Store, tmp_path: Path, receiver: Receiver
) -> None:
    receiver.answer = 410
    out = Out(store, tmp_path, crm=endpoint(receiver))
    out.house.receive(mail())
    out.go()
    (row,) = out.house.rows(webhook_events)
    assert row.paused_at is not None
    assert len(receiver.calls) == 1
    assert any("webhook:crm" in str(alert.payload) for alert in out.house.rows(outbox) if alert.kind == "alert")

    receiver.answer = 200
    out.resolve_newest()
    out.go()
    assert receiver.taken == []
    journal = Journal(now=out.house.now, actor="admin")
    with out.house.store.write() as connection:
        assert resume_endpoint(connection, "crm", journal)
        failed = [letter.id for letter in out.letters() if letter.state == "failed"]
        assert send_once_more(connection, failed, journal) == failed
        journal.flush(connection)
    out.go()
    assert sorted(told["type"] for told in receiver.taken) == ["case.assigned", "case.created", "case.resolved"]


def test_one_that_fails_for_more_than_a_day_is_given_up_and_paused(
    sqlite_store: Store, tmp_path: Path, receiver: Receiver
) -> None:
    receiver.answer = 500
    out = Out(sqlite_store, tmp_path, crm=endpoint(receiver, more='events = "case.created"'))
    out.house.receive(mail())
    begun = out.house.now
    for _ in range(60):
        out.go(rounds=1)
        (letter,) = out.letters()
        if letter.state == DeliveryState.FAILED:
            break
        out.house.now = max(out.house.now, letter.not_before)

    assert letter.state == DeliveryState.FAILED
    assert (out.house.now - begun).total_seconds() > 24 * 3600
    assert out.house.rows(webhook_events)[0].problem == "not delivered in 40 attempts: it answered 500"


def test_what_is_paused_by_hand_waits_and_a_trial_call_goes(
    sqlite_store: Store, tmp_path: Path, receiver: Receiver
) -> None:
    out = Out(sqlite_store, tmp_path, crm=endpoint(receiver))
    journal = Journal(now=out.house.now, actor="admin")
    with out.house.store.write() as connection:
        assert pause_endpoint(connection, "crm", journal, problem=None)
        assert not pause_endpoint(connection, "crm", journal, problem=None)
        journal.flush(connection)
        put_test(connection, "crm", now=out.house.now)
    out.house.receive(mail())
    out.go()

    assert [told["type"] for told in receiver.taken] == ["webhook.test"]
    receiver.verified(FIRST)


def test_two_who_write_at_once_write_each_letter_once(store: Store, tmp_path: Path, receiver: Receiver) -> None:
    out = Out(store, tmp_path, crm=endpoint(receiver))
    out.house.receive(mail())
    written = out.sweep() + out.sweep()

    assert (written, len(out.letters())) == (2, 2)
    with (
        out.house.store.write() as connection
    ):  # as after a kill before the number was kept, which one transaction forbids
        connection.execute(sa.update(webhook_events).values(last_seal=0))
    out.sweep()
    assert len(out.letters()) == 2


def test_an_endpoint_that_left_the_file_is_called_no_more(
    sqlite_store: Store, tmp_path: Path, receiver: Receiver
) -> None:
    out = Out(sqlite_store, tmp_path, crm=endpoint(receiver))
    out.house.receive(mail())
    out.sweep()
    out.house.apply(more="")
    out.go()

    assert receiver.calls == []
    assert {row.reason for row in out.letters()} == {"the file has no webhooks.crm any more"}
    assert out.house.rows(webhook_events) == []
