"""The verdict on the day, against a real store: it must notice what is missing, what is twice and what nobody wrote down."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import cast

import pytest

from demo.book import Book, Posted, Source
from demo.closing import Held, outcome, wait_for_quiet
from demo.delivered import Letters
from demo.phones import Phones
from demo.post_office import PostOffice
from ventanilla.channel import Batch, RawItem
from ventanilla.store.engine import Store
from ventanilla.store.inbox import commit_batch, settle
from ventanilla.store.outbox import Letter, claim_letter, finish_letter, put_letter
from ventanilla.words import DeliveryState, InboxState, OutboxKind

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class Mailboxes:
    """A post office in which these Message-IDs are found."""

    def __init__(self, ids: Sequence[str] = (), *, is_gone: bool = False) -> None:
        self._ids = ids
        self._is_gone = is_gone

    def letters_of(self, address: str) -> list[EmailMessage]:
        if self._is_gone:
            raise ConnectionRefusedError(address)
        found = []
        for each in self._ids:
            found.append(EmailMessage())
            found[-1]["Message-ID"] = each
        return found


class Providers:
    """Telephones at servers that hold this and no more."""

    def __init__(self, *, updates: Sequence[int] = (), sent: Sequence[int] = (), texts: Sequence[str] = ()) -> None:
        messages = [{"from": {"id": 7}, "chat": {"id": 1}, "message_id": each, "text": "…"} for each in sent]
        nothing = {"bot": 8, "updates": [], "chats": {}, "tally": {}}
        inbound = [{"sid": each, "direction": "inbound"} for each in texts]
        self._seen = {
            Source.TELEGRAM: {
                "bot": 7,
                "updates": list(updates),
                "chats": {"1": messages},
                "tally": {"refused 429": 2},
            },
            Source.STAFF: nothing,
            Source.PHONE: {"texts": inbound, "calls": [], "tally": {}},
        }

    def look_at(self, source: Source) -> object:
        return self._seen[source]


def take_in(store: Store, *message_ids: str, settled: bool = True) -> None:
    """Put mails with these ids into the ledger."""
    items = [
        RawItem(key=f"INBOX/1/{number}", raw=f"Message-ID: {each}\r\n\r\nhello".encode(), received_at=NOON)
        for number, each in enumerate(message_ids)
    ]
    ids = commit_batch(store, "correo", Batch(source="s", items=items, checkpoint={}), lease=None, now=NOON)
    with store.write() as connection:
        for row_id in ids if settled else ():
            settle(connection, row_id, InboxState.SCREENED, now=NOON, reason="list")


def take_in_chat(store: Store, *numbers: int, channel: str = "chat") -> None:
    """Put updates with these numbers into the ledger."""
    items = [
        RawItem(key=f"1/{each}", raw=json.dumps({"update_id": each}).encode(), received_at=NOON) for each in numbers
    ]
    ids = commit_batch(store, channel, Batch(source="t", items=items, checkpoint={}), lease=None, now=NOON)
    with store.write() as connection:
        for row_id in ids:
            settle(connection, row_id, InboxState.SCREENED, now=NOON, reason="greeting")


def send(
    store: Store,
    message_id: str,
    *,
    state: DeliveryState = DeliveryState.SENT,
    via: str = "correo",
    kind: OutboxKind = OutboxKind.ACKNOWLEDGEMENT,
) -> None:
    """Write a letter (a receipt, unless `kind` says another) into the outbox that has come so far."""
    letter = Letter(
        kind=kind,
        dedupe_key=message_id,
        via=via,
        recipient="lucia@clientes.example",
        payload={},
        message_id=message_id,
    )
    with store.write() as connection:
        row_id = put_letter(connection, letter, now=NOON)
    assert row_id is not None
    if state is DeliveryState.PENDING:
        return
    row = claim_letter(store, row_id, by="us", now=NOON)
    assert row is not None
    with store.write() as connection:
        sent_at = NOON if state is DeliveryState.SENT else None
        finish_letter(connection, row, state, sent_at=sent_at, external_id=message_id if sent_at else None)


def found(  # type: ignore[no-untyped-def]
    store: Store, marks: Sequence[str], office: Mailboxes | None = None, phones: Providers | None = None
):
    post, book = cast(PostOffice, office or Mailboxes()), Book()
    for mark in marks:
        book.note(Posted(source=Source.MAIL, mark=mark, name=mark, at=NOON))
    later = NOON + timedelta(seconds=5)
    return outcome(store, post, cast(Phones, phones), book, delays=[0.1, 0.4, 0.2, 0.3], now=later)


@pytest.mark.parametrize(
    ("posted", "ledger", "missing", "surplus"),
    [
        (["<1>", "<2>"], ["<1>", "<2>"], 0, 0),
        (["<1>", "<2>"], ["<1>"], 1, 0),
        (["<1>"], ["<1>", "<1>"], 0, 1),
        (["<1>", "<1>"], ["<1>", "<1>"], 0, 0),
        (["<1>", "<2>"], ["<1>", "<3>"], 1, 1),
    ],
)
def test_what_was_posted_is_held_against_the_ledger(
    posted: list[str], ledger: list[str], missing: int, surplus: int, sqlite_store: Store
) -> None:
    take_in(sqlite_store, *ledger)

    result = found(sqlite_store, posted)

    assert (result.posted, result.in_ledger) == (len(posted), len(ledger))
    assert (result.missing, result.surplus) == (missing, surplus)
    assert result.is_good is (missing == surplus == 0)
    assert result.slowest == [0.4, 0.3, 0.2]
    assert len(result.violations) > 10


@pytest.mark.parametrize(
    ("arrived", "letters", "surprises"),
    [
        (["<r1>"], Letters(sent=1, found=1, by_way={"mail": 1}), 0),
        ([], Letters(sent=1, found=0), 0),
        (["<r1>", "<r1>"], Letters(sent=1, found=2, by_way={"mail": 2}), 1),
        (["<r1>", "<unknown>"], Letters(sent=1, found=1, by_way={"mail": 1}), 1),
    ],
)
def test_what_went_out_is_held_against_the_mailboxes(
    arrived: list[str], letters: Letters, surprises: int, sqlite_store: Store
) -> None:
    send(sqlite_store, "<r1>")

    result = found(sqlite_store, [], Mailboxes(arrived))

    assert result.letters == {"acknowledgement": letters}
    assert result.surprises == surprises
    assert result.is_good is (letters.sent == letters.found and not surprises)


def test_what_the_other_providers_hold_is_held_against_the_ledger_too(sqlite_store: Store) -> None:
    take_in_chat(sqlite_store, 1, 2)
    send(sqlite_store, "7/1/30", via="chat")

    good = found(sqlite_store, [], phones=Providers(updates=[1, 2], sent=[30]))
    bad = found(sqlite_store, [], phones=Providers(updates=[1, 3], sent=[30, 31], texts=["SM1"]))

    assert good.is_good
    assert good.sources[Source.TELEGRAM] == Held(put_in=2, in_ledger=2)
    assert good.letters == {"acknowledgement": Letters(sent=1, found=1, by_way={"telegram": 1})}
    assert good.refused == {"429": 2}
    assert (bad.missing, bad.surplus, bad.surprises) == (2, 1, 1)
    assert bad.sources[Source.PHONE] == Held(put_in=1, in_ledger=0)


def test_what_could_not_be_sent_is_counted_and_not_looked_for(sqlite_store: Store) -> None:
    send(sqlite_store, "<r1>", state=DeliveryState.FAILED)

    result = found(sqlite_store, [])

    assert result.undelivered == 1
    assert result.letters == {}


def test_a_mail_server_that_is_gone_makes_the_day_a_bad_one(sqlite_store: Store) -> None:
    send(sqlite_store, "<r1>")

    assert not found(sqlite_store, [], Mailboxes(is_gone=True)).is_good


def test_it_is_quiet_once_all_is_in_and_settled_and_nothing_is_on_its_way_out(sqlite_store: Store) -> None:
    take_in(sqlite_store, "<1>")
    assert wait_for_quiet(sqlite_store, lambda: 1, seconds=3)
    assert not wait_for_quiet(sqlite_store, lambda: 2, seconds=0.8)

    send(sqlite_store, "<r1>", state=DeliveryState.PENDING)
    assert not wait_for_quiet(sqlite_store, lambda: 1, seconds=0.8)


def test_alerts_that_go_on_while_promises_come_due_keep_no_day_from_closing(sqlite_store: Store) -> None:
    take_in(sqlite_store, "<1>")
    send(sqlite_store, "<a1>", kind=OutboxKind.ALERT, state=DeliveryState.PENDING)

    assert wait_for_quiet(sqlite_store, lambda: 1, seconds=3)

    send(sqlite_store, "<r1>", state=DeliveryState.PENDING)
    assert not wait_for_quiet(sqlite_store, lambda: 1, seconds=0.8)
