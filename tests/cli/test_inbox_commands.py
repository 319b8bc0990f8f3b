"""`inbox`, `replay`, `release`: what came in, and what a person may do about it."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.cli.conftest import Ask, Read
from tests.cli.town import Town, build_town
from ventanilla.queue import backlog, build_broker
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.inbox import settle
from ventanilla.store.tables import events
from ventanilla.words import EventKind, InboxState


def mail(*, size: int = 0) -> bytes:
    """A real mail, as the e-mail channel would commit it."""
    message = EmailMessage()
    message["From"] = "Boletín <news@client.example>"
    message["Subject"] = "¡Ofertas!"
    message.set_content("Hola\n" + "x" * size)
    return message.as_bytes()


def screen(town: Town, raw: bytes) -> int:
    """Put an item into the ledger as screened."""
    row_id = town.commit(raw)
    assert row_id is not None
    with town.store.write() as connection:
        settle(connection, row_id, InboxState.SCREENED, now=town.now, reason="list: List-Unsubscribe")
    return row_id


def kinds_of(town: Town, row_id: int) -> list[str]:
    with town.store.read() as connection:
        rows = connection.execute(events.select().where(events.c.inbox_id == row_id).order_by(events.c.id)).all()
    return [row.kind for row in rows]


def test_the_ledger_is_listed_newest_first_with_what_became_of_each(either_town: Town, ask: Ask) -> None:
    either_town.write("lucia@client.example")
    either_town.write("news@client.example", verdict="list", reason="list: List-Unsubscribe")
    either_town.commit(b"envelope", imported=True)
    either_town.route(either_town.commit(b"no JSON"))

    items = ask(either_town, "inbox")

    assert [(item["id"], item["state"], item["reason"]) for item in items] == [
        (4, "quarantined", "not JSON"),
        (3, "imported", None),
        (2, "screened", "list: List-Unsubscribe"),
        (1, "routed", None),
    ]
    assert items[3]["key"] == ask(either_town, "conversations")[0]["key"]
    assert [item["id"] for item in ask(either_town, "inbox", "--state", "screened")] == [2]
    assert [item["id"] for item in ask(either_town, "inbox", "--limit", "2", "--after", "4")] == [3, 2]
    assert ask(either_town, "inbox", "--channel", "soporte", "--state", "pending") == []


def test_whoever_decides_sees_who_wrote_and_about_what_even_of_a_large_item(
    either_town: Town, ask: Ask, read: Read
) -> None:
    screen(either_town, mail())
    screen(either_town, mail(size=400_000))

    items = ask(either_town, "inbox", "--state", "screened")

    assert [(item["from"], item["subject"]) for item in items] == [("news@client.example", "¡Ofertas!")] * 2
    assert "¡Ofertas!" in read(either_town, "inbox", "--state", "screened")


def test_empty_ledgers_say_so(town: Town, read: Read) -> None:
    assert "nothing has come in yet" in read(town, "inbox")
    assert "nothing is quarantined" in read(town, "inbox", "--state", "quarantined")
    assert read(town, "replay", "--all").strip() == "nothing is quarantined"


@pytest.mark.fault(17)
def test_a_quarantined_item_is_replayed_after_a_fix(either_town: Town, ask: Ask) -> None:
    # given an item that its reader could not read
    either_town.reader.has_a_bug = True
    row_id = either_town.write("lucia@client.example")
    assert ask(either_town, "inbox")[0]["state"] == "quarantined"

    # when a person replays it after a fix, and the next worker comes by
    either_town.reader.has_a_bug = False
    told = ask(either_town, "replay", str(row_id))
    assert either_town.route(row_id) is InboxState.ROUTED

    # then it is a case like any other
    assert told == {"replayed": [row_id], "service_told": False}
    assert kinds_of(either_town, row_id) == ["message_quarantined", "message_replayed", "message_received"]
    assert len(ask(either_town, "conversations")) == 1


def test_replay_all_takes_what_has_bytes_and_leaves_what_is_screened(town: Town, ask: Ask) -> None:
    for raw in (b"one", b"two"):
        town.route(town.commit(raw))
    screen(town, mail())
    with town.store.write() as connection:
        connection.exec_driver_sql("UPDATE inbox SET raw = NULL WHERE id = 2")

    assert ask(town, "replay", "--all")["replayed"] == [1]


def test_a_replay_keeps_that_a_person_had_released_the_item(town: Town, ask: Ask) -> None:
    row_id = screen(town, mail())
    ask(town, "release", str(row_id), "--as", "marta")
    town.route(row_id)
    assert ask(town, "inbox")[0]["state"] == "quarantined"

    ask(town, "replay", str(row_id))

    assert ask(town, "inbox")[0]["released_by"] == "marta"


def test_a_released_item_opens_a_case_without_a_receipt(either_town: Town, ask: Ask) -> None:
    row_id = either_town.write("news@client.example", verdict="list", reason="list: List-Unsubscribe")

    told = ask(either_town, "release", str(row_id), "--as", "marta")
    assert either_town.route(row_id) is InboxState.ROUTED

    assert told == {"released": [row_id], "service_told": False}
    (case,) = ask(either_town, "conversations")
    assert ask(either_town, "explain", case["key"])["acknowledgement"]["reason"] == "released by a person"
    assert kinds_of(either_town, row_id) == ["message_screened", "message_released", "message_received"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["release", "1"], "item 1 is routed, not screened"),
        (["release", "3"], "item 3 is quarantined, not screened; `replay` is for those"),
        (["release", "2", "99"], "there is no item 99"),
        (["release", "2", "--as", "mart"], 'there is no agent "mart"; did you mean "marta"?'),
        (["replay", "1"], "item 1 is routed, not quarantined or screened"),
        (["replay", "4"], "item 4 has no bytes to read: gone from the source"),
        (["replay"], "name the items by their numbers, or say --all"),
        (["replay", "3", "--all"], "name the items by their numbers, or say --all"),
        (["replay", "three"], "valid integer"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_changed(
    town: Town, ask: Ask, read: Read, arguments: list[str], said: str
) -> None:
    # given a routed, a screened, an unreadable item and one that vanished
    town.write("lucia@client.example")
    screen(town, mail())
    town.route(town.commit(b"no JSON"))
    vanished = town.commit(mail())
    with town.store.write() as connection:
        settle(connection, vanished or 0, InboxState.QUARANTINED, now=town.now, reason="gone from the source")
        connection.exec_driver_sql("UPDATE inbox SET raw = NULL WHERE id = 4")
    before = ask(town, "inbox")

    assert said in read(town, *arguments, code=2)

    assert ask(town, "inbox") == before


def test_where_a_queue_answers_it_has_the_item_at_once(
    sqlite_store: Store, tmp_path: Path, valkey: str, ask: Ask, read: Read
) -> None:
    town = build_town(sqlite_store, tmp_path, more=f'[queue]\nurl = "{valkey.split("?")[0]}"\n')
    row_id = town.write("news@client.example", verdict="list", reason="list")

    said = read(town, "release", str(row_id))

    broker = build_broker(valkey)
    assert said.strip() == "released 1 item; the queue has it"
    assert backlog(broker) == 1
    broker.client.close()
    with town.store.read() as connection:
        enqueued = connection.exec_driver_sql("SELECT enqueued_at FROM inbox").scalar_one()
    assert enqueued is not None


def test_without_a_queue_the_person_is_told_who_will_route_it(town: Town, read: Read) -> None:
    row_id = town.write("news@client.example", verdict="list", reason="list")

    assert "no queue answers: the next `ventanilla up` routes it" in read(town, "release", str(row_id))


def test_who_released_what_is_in_the_events(town: Town, read: Read) -> None:
    row_id = town.write("news@client.example", verdict="list", reason="list")
    read(town, "release", str(row_id), "--as", "luis")

    with town.store.read() as connection:
        row = connection.execute(events.select().where(events.c.kind == EventKind.MESSAGE_RELEASED)).one()

    assert (row.actor, row.data) == ("luis", {"from": "screened"})
    assert Journal(now=datetime.now(UTC), actor="x").now >= row.at
