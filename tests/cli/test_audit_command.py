"""`audit`: counts of violations, and exit 1 when there is one."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

from router.timekeeping.keeper import catch_up
from tests.cli.conftest import Ask, Read
from tests.cli.town import Town
from ventanilla.store.audit import promises
from ventanilla.store.blobs import blob_path, put_blob
from ventanilla.store.tables import events


def test_a_house_that_keeps_its_promises_ends_with_zero(either_town: Town, ask: Ask, read: Read) -> None:
    either_town.write("lucia@client.example")

    counts = ask(either_town, "audit")

    assert set(counts) == set(promises()) - {"blob_damaged"}
    assert set(counts.values()) == {0}
    assert f"{len(counts)} promises checked, every one holds" in read(either_town, "audit")


def test_a_broken_promise_is_counted_and_ends_with_one(either_town: Town, ask: Ask, read: Read) -> None:
    with either_town.store.write() as connection:
        connection.exec_driver_sql("UPDATE agents SET load = 2 WHERE name = 'ana'")

    assert {name: number for name, number in ask(either_town, "audit", code=1).items() if number} == {
        "load_differs_from_count": 1
    }
    page = read(either_town, "audit", code=1)
    assert "1  load_differs_from_count" in page
    assert f"{len(promises()) - 1} promises checked, 1 broken" in page


def test_blobs_are_read_whole_only_when_asked_for(town: Town, ask: Ask) -> None:
    town.write("lucia@client.example", files=[("foto.txt", "mi pedido")])
    blob_path(town.store.blobs, put_blob(town.store.blobs, b"mi pedido")).write_bytes(b"damaged")

    assert set(ask(town, "audit").values()) == {0}
    assert ask(town, "audit", "--blobs", code=1)["blob_damaged"] == 1


def test_the_head_of_the_chain_is_printed_and_found_again(town: Town, ask: Ask, read: Read) -> None:
    town.write("lucia@client.example")
    assert read(town, "seal") == "nothing was sealed yet\n"
    while catch_up(town.store, town.house, now=datetime.now(UTC)):
        pass
    with town.store.read() as connection:
        sealed = connection.scalar(sa.select(sa.func.count()).select_from(events))

    head = ask(town, "seal")

    assert head["number"] == sealed
    written = f"{head['number']}:{head['hash']}"
    assert read(town, "seal") == f"seal {written}\n"
    assert read(town, "audit").endswith(f"seal {written}\n")
    assert ask(town, "seal", "--check", written)["holds"] is True
    assert ask(town, "seal", "--check", f"1:{head['hash']}", code=1)["holds"] is False
    assert "there is no seal 9,999" in read(town, "seal", "--check", f"9999:{head['hash']}", code=1)
