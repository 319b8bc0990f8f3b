"""Notes and files in what our people write to the staff's bot: what goes along, what is waited for, what stays in the house."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from router.moves.base import find_case
from router.moves.refusals import Refused
from router.moves.reply import Answer, write_reply
from tests.router.answering import AnsweringHouse, asked_house
from tests.router.moving import do
from tests.router.staff_house import ANA
from ventanilla.store.engine import Store
from ventanilla.store.files import claim_file, due_files, fail_file
from ventanilla.store.tables import messages, notes, remote_files
from ventanilla.words import DeliveryState


@pytest.fixture
def house(store: Store, tmp_path: Path) -> AnsweringHouse:
    """On each engine."""
    return asked_house(store, tmp_path)


@pytest.fixture
def local(sqlite_store: Store, tmp_path: Path) -> AnsweringHouse:
    return asked_house(sqlite_store, tmp_path)


@pytest.mark.parametrize(
    "text", ["/reply {key} // pesado", "/reply {key} \u200b//pesado", "/reply // pesado", "\u2060// pesado"]
)
def test_two_slashes_make_a_note_behind_a_command_too(local: AnsweringHouse, text: str) -> None:
    local.reply(local.notice(), text.format(key=local.case.key))

    assert (local.answers(), [note.text for note in local.rows(notes)]) == ([], ["pesado"])


@pytest.mark.parametrize("captioned", [0, 1])
def test_the_pictures_of_a_note_go_to_nobody(local: AnsweringHouse, captioned: int) -> None:
    notice = local.notice()
    for number in range(3):
        photo = [{"file_id": f"F{number}", "file_unique_id": "u", "width": 10, "height": 10, "file_size": 99}]
        caption: dict[str, Any] = {"caption": "// DNI, no enviar"} if number == captioned else {}
        local.reply(notice, "", photo=photo, media_group_id="1234", **caption)

    assert "Los archivos no se guardan con las notas" in local.last().text
    local.deliver(minutes=5)
    assert (local.got(), [note.text for note in local.rows(notes)]) == ([], ["DNI, no enviar"])
    assert {row.state for row in local.replies()} <= {DeliveryState.DROPPED}


def test_a_note_is_never_written_as_an_answer(local: AnsweringHouse) -> None:
    with pytest.raises(Refused) as refused:
        do(local, lambda move: write_reply(move, find_case(move, local.case.key), Answer(text="\u200e // pesado")))

    assert refused.value.code == "is_a_note"
    assert local.answers() == []


def test_two_slashes_make_a_note_that_no_customer_sees(house: AnsweringHouse) -> None:
    house.reply(house.notice(), "// es la tercera vez que pregunta")

    assert house.last().text == f"{house.case.key}: anotado para la casa. El cliente no lo ve."
    assert [row.text for row in house.rows(notes)] == ["es la tercera vez que pregunta"]
    house.deliver(minutes=1)
    assert house.got() == []


def test_files_go_along_and_wait_until_they_are_fetched(local: AnsweringHouse) -> None:
    photo = [{"file_id": "F1", "file_unique_id": "u", "width": 10, "height": 10, "file_size": 99}]
    local.reply(local.notice(), "", caption="Es esta pieza", photo=photo)

    (file,) = local.rows(remote_files)
    assert (file.channel, file.ref["file_id"], file.state) == ("staff", "F1", "pending")
    assert local.rows(messages)[-1].text == "Es esta pieza"
    local.deliver(seconds=11)
    assert local.got() == []


@pytest.mark.parametrize("answers", [True, False])
def test_an_album_is_one_answer_with_all_its_pictures(local: AnsweringHouse, *, answers: bool) -> None:
    notice = local.notice()
    for number in range(3):
        photo = [{"file_id": f"F{number}", "file_unique_id": "u", "width": 10, "height": 10, "file_size": 99}]
        part: dict[str, Any] = {
            "photo": photo,
            "media_group_id": "1234",
            **({} if number else {"caption": "Las tres piezas"}),
        }
        if answers:
            local.reply(notice, "", **part)
        else:
            local.say(ANA, "", **part)
    if not answers:
        asked = local.last()
        assert "(archivos: 1)" in asked.text
        local.press(asked, local.case.key)

    assert [(row.text, row.agent) for row in local.rows(messages)[1:]] == [("Las tres piezas", "ana")]
    assert [(row.ref["file_id"], row.position) for row in local.rows(remote_files)] == [("F0", 0), ("F1", 1), ("F2", 2)]
    local.deliver()
    assert len([one for one in local.phones.of(ANA) if "sale en" in one.text]) == 1


def test_without_its_file_nothing_goes_out_and_the_author_is_told_why(local: AnsweringHouse) -> None:
    photo = [{"file_id": "F1", "file_unique_id": "u", "width": 10, "height": 10, "file_size": 99}]
    local.reply(local.notice(), "", caption="Es esta pieza", photo=photo)
    confirmation = local.last()
    (file,) = due_files(local.store, "staff", now=local.now)
    claimed = claim_file(local.store, file.id, by="test", now=local.now)
    assert claimed is not None
    assert fail_file(local.store, claimed, reason="Telegram does not hand the file out", now=local.now)

    local.deliver(seconds=11)

    assert local.got() == []
    assert local.phones.shown[confirmation.name].text.endswith("→ Eva: no se pudo entregar.")
    alert = local.phones.of(ANA)[-1]
    assert "Telegram does not hand the file out" in alert.text
    assert "> Es esta pieza" in alert.text
    local.reply(alert, "Se la mando por correo.")
    local.deliver(seconds=11)
    assert local.got() == ["Se la mando por correo."]


def test_a_file_too_large_for_a_bot_sends_nothing_and_says_so(local: AnsweringHouse) -> None:
    huge = {"file_id": "F1", "file_unique_id": "u", "file_name": "plano.pdf", "file_size": 30_000_000}
    local.reply(local.notice(), "", caption="El plano", document=huge)

    assert "plano.pdf pasa de los 20 MB" in local.last().text
    local.deliver(minutes=1)
    assert (local.got(), local.answers()) == ([], [])
