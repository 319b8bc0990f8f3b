"""A message that its author changed: a version in the same case, whichever arrives first; no clock restarts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from router.incoming.edits import CAME_FIRST
from router.service import route_items
from tests.router.chat_house import ChatHouse, chat
from tests.router.moving import finish
from ventanilla.channel import Message, RemoteFile
from ventanilla.store.engine import Store
from ventanilla.store.tables import agents, conversations, events, inbox, messages, remote_files
from ventanilla.store.views.cases import Wanted, case_rows, list_cases
from ventanilla.store.views.whole import whole_case
from ventanilla.words import EventKind, InboxState, OutboxKind

PHOTO = RemoteFile(filename="foto.jpg", content_type="image/jpeg", ref={"file_id": "A", "file_unique_id": "u1"}, size=9)


@pytest.fixture
def house(store: Store, tmp_path: Path) -> ChatHouse:
    return ChatHouse(store, tmp_path)


def edited(first: Message, text: str, **more: object) -> Message:
    return replace(first, text=text, reply_text=text, edits=first.external_id, **more)  # type: ignore[arg-type]


def answer(house: ChatHouse) -> None:
    """As a reply will: nobody waits on us any more."""
    with house.store.write() as connection:
        connection.execute(sa.update(conversations).values(state="waiting_customer", waiting_since=None, due_at=None))
        connection.execute(sa.update(agents).values(load=0))


def shown(house: ChatHouse) -> list[dict[str, object]]:
    with house.store.read() as connection:
        (row,) = case_rows(connection, [case.key for case in house.rows(conversations)]).values()
        return whole_case(connection, row, house.store.blobs)["messages"]  # type: ignore[no-any-return]


def test_an_edit_is_a_version_that_restarts_no_clock_and_counts_once(house: ChatHouse) -> None:
    first = chat("¿Cuándo llega el pedido 54?", sent_at=house.now)
    house.take("chat", first)
    (before,) = house.rows(conversations)
    house.later(minutes=3)
    house.take("chat", edited(first, "¿Cuándo llega el pedido 45?", sent_at=house.now))

    (case,) = house.rows(conversations)
    original, version = house.rows(messages)
    assert version.edits == original.id
    assert (case.waiting_since, case.due_at) == (before.waiting_since, before.due_at)
    assert len(house.letters(OutboxKind.NOTICE)) == 1
    assert not house.letters(OutboxKind.ALERT)
    with house.store.read() as connection:
        assert [each["messages"] for each in list_cases(connection, Wanted())] == [1]
    (event,) = house.rows(events, lambda table: table.c.kind == EventKind.MESSAGE_EDITED)
    assert event.data == {"original": original.id}
    assert house.is_sound()


def test_show_has_the_newest_text_and_the_older_versions_behind_it(house: ChatHouse) -> None:
    first = chat("uno", sent_at=house.now)
    house.take("chat", first)
    third = edited(first, "tres", sent_at=house.later(minutes=2))
    second = edited(first, "dos", sent_at=house.later(minutes=-1))
    house.later(minutes=5)
    house.take("chat", third)
    house.take("chat", second)  # out of order

    (message,) = shown(house)
    assert message["reply_text"] == "tres"
    assert message["edited_at"] == third.sent_at
    assert [version["reply_text"] for version in message["versions"]] == ["uno", "dos"]  # type: ignore[attr-defined]


def test_an_edit_while_nobody_waits_on_us_is_told_to_the_owner_and_opens_no_turn(house: ChatHouse) -> None:
    first = chat("¿Tienen taladros?")
    house.take("chat", first)
    answer(house)

    house.take("chat", edited(first, "¿Tienen taladros de 18 V?"))

    (case,) = house.rows(conversations)
    (alert,) = house.letters(OutboxKind.ALERT)
    assert (case.state, case.waiting_since) == ("waiting_customer", None)
    assert alert.agent == case.owner
    assert case.key in alert.payload["subject"]
    assert "> ¿Tienen taladros de 18 V?" in alert.payload["text"]
    assert house.is_sound()


def test_an_edit_in_a_resolved_case_opens_it_not_again(house: ChatHouse) -> None:
    first = chat()
    house.take("chat", first)
    finish(house, house.rows(conversations)[0])
    house.take("chat", edited(first, "Hola, ¿qué tal?"))

    (case,) = house.rows(conversations)
    assert case.state == "resolved"
    assert len(house.letters(OutboxKind.ALERT)) == 1
    assert house.is_sound()


def test_an_edit_of_a_case_whose_owner_has_left_is_told_to_the_duty_list(house: ChatHouse) -> None:
    first = chat()
    house.take("chat", first)
    (case,) = house.rows(conversations)
    finish(house, case)
    house.apply(**{case.owner: "left = 2026-11-22"})
    house.take("chat", edited(first, "Hola, ¿qué tal?"))
    assert [alert.agent for alert in house.letters(OutboxKind.ALERT)] == ["marta"]


def test_the_hidden_text_of_notices_is_hidden_here_too(house: ChatHouse) -> None:
    first = chat()
    house.take("chat", first)
    answer(house)
    config = house.router.house.config
    quiet = config.model_copy(update={"staff": config.staff.model_copy(update={"notice_body": "none"})})
    house.router = replace(house.router, house=replace(house.router.house, config=quiet))
    house.take("chat", edited(first, "secreto"))
    assert "secreto" not in house.letters(OutboxKind.ALERT)[0].payload["text"]


@pytest.mark.fault(10)
@pytest.mark.parametrize("together", [True, False])
def test_an_edit_before_its_original_is_the_message_and_the_original_becomes_the_older_version(
    house: ChatHouse, together: bool
) -> None:
    first = chat("uno", sent_at=house.now)
    second = edited(first, "dos", sent_at=house.later(minutes=1))
    third = edited(first, "tres", sent_at=house.later(minutes=1))
    rows = [house.put("chat", third), house.put("chat", second)]
    late = house.put("chat", first, received=first.sent_at)

    for batch in [[*rows, late]] if together else [[rows[0]], [rows[1]], [late]]:
        route_items(house.router, batch)

    (case,) = house.rows(conversations)
    (message,) = shown(house)
    assert message["reply_text"] == "tres"
    assert [version["reply_text"] for version in message["versions"]] == ["uno", "dos"]  # type: ignore[attr-defined]
    assert case.waiting_since == first.sent_at
    assert [row.reason for row in house.rows(inbox)] == [CAME_FIRST, None, None]
    assert {row.state for row in house.rows(inbox)} == {InboxState.ROUTED}
    assert len(house.letters(OutboxKind.NOTICE)) == 1
    assert house.is_sound()


def test_two_ordinary_messages_under_one_name_are_two_messages(house: ChatHouse) -> None:
    house.take("chat", chat("uno", external_id="7000/1/1"))
    house.take("chat", chat("dos", external_id="7000/1/1"))
    assert [message.edits for message in house.rows(messages)] == [None, None]


def test_an_edit_of_somebody_elses_message_is_a_message_of_its_own(house: ChatHouse) -> None:
    first = chat()
    house.take("chat", first)
    stranger = chat("mío", user="666")
    house.take("chat", replace(stranger, edits=first.external_id))
    assert len(house.rows(conversations)) == 2
    assert [message.edits for message in house.rows(messages)] == [None, None]


def test_a_changed_caption_fetches_its_photo_once_and_a_changed_photo_both(house: ChatHouse) -> None:
    first = chat("La pieza", files=(PHOTO,))
    house.take("chat", first)
    house.take("chat", edited(first, "La pieza rota", files=(replace(PHOTO, ref={**PHOTO.ref, "file_id": "B"}),)))
    assert len(house.rows(remote_files)) == 1

    other = replace(PHOTO, ref={"file_id": "C", "file_unique_id": "u2"})
    house.take("chat", edited(first, "Esta otra", files=(other,)))
    assert [row.ref["file_unique_id"] for row in house.rows(remote_files)] == ["u1", "u2"]
    assert house.is_sound()
