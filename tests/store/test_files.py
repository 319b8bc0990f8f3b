"""Files that lie at a provider: noted once, claimed by one, and each an attachment of its message in the end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from tests.store.at_once import at_once
from tests.store.promises import lay_ground
from tests.store.rows import NOW
from ventanilla.channel import RemoteFile
from ventanilla.processes import this_process
from ventanilla.store.engine import Store
from ventanilla.store.files import (
    CLAIM,
    claim_file,
    due_files,
    fail_file,
    finish_file,
    free_claims_of_the_dead,
    put_files,
    put_off_file,
)
from ventanilla.store.tables import attachments, events, remote_files

MINUTE = timedelta(minutes=1)
PHOTO = RemoteFile(filename="foto.jpg", content_type="image/jpeg", ref={"file": "A"}, size=10, largest=100)
VOICE = RemoteFile(filename="voz.ogg", content_type="audio/ogg", ref={"file": "B"})
HUGE = RemoteFile(filename="cine.mp4", content_type="video/mp4", ref={"file": "C"}, size=101, largest=100)


def files_of(connection: sa.Connection, message_id: int) -> Sequence[sa.Row[Any]]:
    """In order."""
    query = sa.select(remote_files).where(remote_files.c.message_id == message_id)
    return connection.execute(query.order_by(remote_files.c.position)).all()


@pytest.fixture
def house(store: Store) -> Store:
    """With message 1 of case 2."""
    lay_ground(store)
    return store


def put(store: Store, files: Sequence[RemoteFile] = (PHOTO,), *, first_position: int = 0) -> None:
    with store.write() as connection:
        put_files(connection, 1, "chat", files, now=NOW, first_position=first_position)


def state(store: Store) -> list[tuple[int, str]]:
    with store.read() as connection:
        return [(row.position, row.state) for row in files_of(connection, 1)]


def kept(store: Store) -> list[Any]:
    with store.read() as connection:
        return list(connection.execute(sa.select(attachments).order_by(attachments.c.position)))


def noted(store: Store) -> list[tuple[str, int]]:
    query = sa.select(events.c.kind, events.c.conversation_id).where(events.c.message_id == 1).order_by(events.c.id)
    with store.read() as connection:
        return [tuple(row) for row in connection.execute(query)]


def finish(store: Store, row: Any, **changes: Any) -> bool:
    values = {
        "sha256": "a" * 64,
        "size": 9,
        "filename": "foto.jpg",
        "content_type": "image/jpeg",
        "now": NOW,
        **changes,
    }
    return finish_file(store, row, **values)


def claim(store: Store, *, now: Any = NOW, by: str = "elsewhere/1/2") -> Any:
    row = due_files(store, "chat", now=now)[0]
    return claim_file(store, row.id, by=by, now=now)


def test_a_fetched_file_is_an_attachment_at_its_own_place(house: Store) -> None:
    put(house, [PHOTO, VOICE], first_position=2)

    assert finish(house, claim(house), filename="") is True

    assert [(row.position, row.filename, row.size) for row in kept(house)] == [(2, "foto.jpg", 9)]
    assert state(house) == [(2, "fetched"), (3, "pending")]
    assert noted(house) == [("file_fetched", 2)]


def test_noting_the_same_files_again_changes_nothing(house: Store) -> None:
    put(house)
    finish(house, claim(house))

    put(house)

    assert state(house) == [(0, "fetched")]


def test_a_file_that_is_larger_than_its_provider_hands_out_is_never_asked_for(house: Store) -> None:
    put(house, [HUGE])

    assert due_files(house, "chat", now=NOW) == []
    assert noted(house) == [("file_failed", 2)]
    with house.read() as connection:
        assert files_of(connection, 1)[0].reason == "101 bytes; its provider hands out 100 at most"


def test_a_file_is_claimed_by_one_of_many(house: Store) -> None:
    put(house)
    row_id = due_files(house, "chat", now=NOW)[0].id

    won = at_once([partial(claim_file, house, row_id, by=by, now=NOW) for by in "abcd"])

    assert len([row for row in won if row is not None]) == 1
    assert due_files(house, "chat", now=NOW + MINUTE) == []


def test_a_file_of_another_channel_is_not_due_here(house: Store) -> None:
    put(house)

    assert due_files(house, "telefono", now=NOW) == []


def test_whoever_is_late_changes_nothing(house: Store) -> None:
    put(house)
    first = claim(house)
    second = claim(house, now=NOW + CLAIM)

    assert put_off_file(house, first, reason="timed out", not_before=NOW) is False
    assert fail_file(house, first, reason="gone", now=NOW) is False
    assert finish(house, second) is True
    assert finish(house, first) is False

    assert len(kept(house)) == 1
    assert noted(house) == [("file_fetched", 2)]


def test_a_file_that_cannot_be_had_is_given_up_with_the_reason(house: Store) -> None:
    put(house)

    assert fail_file(house, claim(house), reason="the provider has deleted it", now=NOW) is True

    assert state(house) == [(0, "failed")]
    assert due_files(house, "chat", now=NOW + timedelta(days=1)) == []
    assert noted(house) == [("file_failed", 2)]


@pytest.mark.parametrize(("uncount", "attempts"), [(False, 1), (True, 0)])
def test_a_file_put_off_is_due_again_when_it_was_said(house: Store, uncount: bool, attempts: int) -> None:
    put(house)

    put_off_file(house, claim(house), reason="busy", not_before=NOW + MINUTE, uncount=uncount)

    assert due_files(house, "chat", now=NOW) == []
    (row,) = due_files(house, "chat", now=NOW + MINUTE)
    assert (row.attempts, row.reason) == (attempts, "busy")


def test_what_a_dead_process_of_this_machine_was_fetching_is_due_at_once(house: Store) -> None:
    put(house)
    dead = f"{this_process().rpartition('/')[0]}/1"
    claim(house, by=dead)

    assert free_claims_of_the_dead(house, "chat", now=NOW) == 1
    assert free_claims_of_the_dead(house, "chat", now=NOW) == 0
    assert len(due_files(house, "chat", now=NOW)) == 1


@pytest.mark.parametrize("by", ["elsewhere/1/2", this_process()], ids=["another machine", "this process"])
def test_what_a_process_that_may_live_is_fetching_stays_its_own(house: Store, by: str) -> None:
    put(house)
    claim(house, by=by)

    assert free_claims_of_the_dead(house, "chat", now=NOW) == 0
