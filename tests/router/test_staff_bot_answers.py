"""Answering customers from the staff's bot: what goes out, what is asked first, what is kept; and what never reaches anybody."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
import sqlalchemy as sa

from tests.router.answering import AnsweringHouse, asked_house, edit
from tests.router.moving import is_sound
from tests.router.staff_house import ANA, BOT, LUIS, STRANGER
from ventanilla.errors import Ambiguous
from ventanilla.store.engine import Store
from ventanilla.store.tables import inbox, messages, notes, outbox
from ventanilla.words import DeliveryState, InboxState


@pytest.fixture
def house(store: Store, tmp_path: Path) -> AnsweringHouse:
    """On each engine."""
    return asked_house(store, tmp_path)


@pytest.fixture
def local(sqlite_store: Store, tmp_path: Path) -> AnsweringHouse:
    return asked_house(sqlite_store, tmp_path)


def test_an_answer_to_a_notice_goes_to_the_customer_once_as_an_answer_to_their_message(house: AnsweringHouse) -> None:
    house.reply(house.notice(), "Sale hoy mismo.")

    said = house.last()
    assert said.text == f"{house.case.key} → Eva: sale en 10 s."
    assert said.labels == ["Deshacer"]
    assert house.got() == []
    house.deliver(seconds=10)
    (got,) = house.customers.took
    (theirs,) = house.rows(messages, lambda t: t.c.direction == "in")
    assert (got.text, got.in_reply_to, got.recipient) == ("Sale hoy mismo.", theirs.external_id, "5511")
    assert house.phones.shown[said.name].text.startswith(f"{house.case.key} → Eva: enviado hoy a las")
    assert house.phones.shown[said.name].labels == ["Resolver"]
    assert house.case.first_response_at is not None
    assert "Ana contestó hoy a las" in house.notice().text
    house.deliver(minutes=5)
    assert house.got() == ["Sale hoy mismo."]
    assert is_sound(house)


def test_an_answer_to_a_notice_whose_name_is_not_written_down_yet_waits_for_it(local: AnsweringHouse) -> None:
    notice = local.notice()
    (row,) = local.rows(outbox, lambda t: t.c.external_id == notice.name)
    being_sent = {"state": DeliveryState.SENDING, "external_id": None, "claimed_by": "a/1/1", "sending_at": local.now}
    change_row(local, row.id, **being_sent)
    as_it_is = {name: getattr(row, name) for name in being_sent}
    rewritten_before = {"sent_at": local.now + timedelta(seconds=3), "created_at": local.now - timedelta(hours=1)}
    recorded = Timer(0.3, change_row, (local, row.id), as_it_is | rewritten_before)
    recorded.start()

    local.reply(notice, "Sale hoy mismo.")

    recorded.join()
    assert local.last().text == f"{local.case.key} → Eva: sale en 10 s."


def test_an_answer_to_what_has_no_name_for_long_is_asked_about(
    local: AnsweringHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("router.service.NAMED_WITHIN", 0.2)
    notice = local.notice()
    (row,) = local.rows(outbox, lambda t: t.c.external_id == notice.name)
    being_sent = {"state": DeliveryState.SENDING, "external_id": None, "claimed_by": "a/1/1", "sending_at": local.now}
    change_row(local, row.id, **being_sent)

    local.reply(notice, "Sale hoy mismo.")

    assert local.last().text.startswith("¿De qué caso es?")
    assert local.answers() == []


def change_row(house: AnsweringHouse, row_id: int, **columns: Any) -> None:
    with house.store.write() as connection:
        connection.execute(sa.update(outbox).where(outbox.c.id == row_id).values(columns))


def test_an_answer_can_be_undone_by_its_button_or_by_a_command_and_twice_is_once(local: AnsweringHouse) -> None:
    local.reply(local.notice(), "Me he confundido")
    first = local.last()
    local.press(first, "Deshacer")
    local.press(first, "Deshacer")
    local.reply(local.notice(), "Otra vez mal")
    local.say(ANA, "/deshacer")

    local.deliver(minutes=1)

    assert local.got() == []
    assert local.phones.shown[first.name].text == f"{local.case.key} → Eva: retirado, no le llega a nadie."
    assert local.phones.shown[first.name].labels == []
    assert {row.state for row in local.replies()} == {DeliveryState.DROPPED}
    local.say(ANA, "/undo")
    assert local.last().text == "No hay ninguna respuesta suya que retirar."


def test_an_answer_that_may_have_gone_out_says_so_where_it_stands_and_is_not_repeated(local: AnsweringHouse) -> None:
    local.reply(local.notice(), "Sale hoy.")
    confirmation = local.last()
    local.customers.trouble = Ambiguous("the answer was lost", retry_after=0)

    local.deliver(seconds=10)
    local.deliver(seconds=10)

    assert local.phones.shown[confirmation.name].text.endswith("→ Eva: no se sabe si llegó a salir.")
    assert local.phones.shown[confirmation.name].labels == []
    assert "> Sale hoy." in local.phones.of(ANA)[-1].text


def test_undoing_too_late_says_so(local: AnsweringHouse) -> None:
    local.reply(local.notice(), "Sale hoy.")
    data = local.last().data("Deshacer")
    local.deliver(seconds=20)

    local.push(ANA, data)

    assert local.last().text == "Demasiado tarde: ya ha salido."
    assert local.got() == ["Sale hoy."]


def test_what_the_customer_wrote_after_the_notice_is_told_before_the_answer_goes_out(house: AnsweringHouse) -> None:
    notice = house.notice()
    house.customer("Ya no hace falta, gracias")  # the notice is rewritten ten seconds later
    house.reply(notice, "Se lo mandamos otra vez.")

    said = house.last()
    assert "el cliente ha vuelto a escribir" in said.text
    assert "> Ya no hace falta, gracias" in said.text
    assert house.answers() == []
    house.press(said, "Enviar de todos modos")
    house.deliver(seconds=11)
    assert house.got() == ["Se lo mandamos otra vez."]
    house.press(said, "Enviar de todos modos")
    assert house.last().text == "De esto ya no queda nada por hacer."
    house.deliver(minutes=1)
    assert len(house.got()) == 1
    assert is_sound(house)


def test_who_answers_a_notice_that_was_rewritten_has_seen_what_it_says_by_then(local: AnsweringHouse) -> None:
    local.customer("¿Hola?")
    local.deliver(seconds=15)
    assert "> ¿Hola?" in local.notice().text
    local.later(seconds=5)

    local.reply(local.notice(), "Hola, sale hoy.")

    local.deliver(seconds=11)
    assert local.got() == ["Hola, sale hoy."]
    assert local.case.waiting_since is None


def test_what_is_written_between_the_question_and_the_press_is_told_too(local: AnsweringHouse) -> None:
    notice = local.notice()
    local.customer("Espere")
    local.reply(notice, "Sale hoy.")
    asked = local.last()
    local.customer("Mejor anúlelo")

    local.press(asked, "Enviar de todos modos")

    said = local.last()
    assert "> Mejor anúlelo" in said.text
    assert local.answers() == []
    local.press(said, "Descartar")
    assert local.last().text == "Descartado: no le llega a nadie."
    local.press(said, "Enviar de todos modos")
    local.deliver(minutes=1)
    assert local.got() == []


def test_somebody_elses_answer_is_told_before_a_second_one_goes_out(local: AnsweringHouse) -> None:
    local.apply(luis='role = "supervisor"')
    local.reply(local.notice(), "Sale hoy.")

    local.say(LUIS, f"/responder {local.case.key} Mañana sin falta")

    said = local.last(LUIS)
    assert said.text.startswith(f"No se ha enviado: la respuesta de Ana a {local.case.key} está saliendo.")
    assert "Enviar de todos modos" in said.labels
    local.deliver(minutes=1)
    assert local.got() == ["Sale hoy."]


def test_an_edit_before_it_goes_out_takes_its_place_and_later_changes_nothing(local: AnsweringHouse) -> None:
    local.reply(local.notice(), "Sale oy", message_id=501)
    local.deliver()
    edit(local, 501, "Sale hoy")
    assert "el texto nuevo sustituye al anterior" in local.last().text
    local.deliver(seconds=11)
    edit(local, 501, "Sale mañana")

    assert local.last().text == f"{local.case.key}: Eva se queda con lo que recibió. Su cambio se queda aquí."
    local.deliver(minutes=1)
    assert local.got() == ["Sale hoy"]


def test_an_edited_command_says_its_new_text_and_two_slashes_make_it_a_note(local: AnsweringHouse) -> None:
    local.say(ANA, f"/responder {local.case.key} Sale oy", message_id=501)
    local.deliver()
    edit(local, 501, f"/responder {local.case.key} Sale hoy")
    local.deliver(seconds=11)
    local.reply(local.notice(), "Es un pesado", message_id=502)
    local.deliver()
    edit(local, 502, "// Es un pesado")

    assert local.last().text.startswith(f"{local.case.key}: anotado para la casa")
    local.deliver(minutes=1)
    assert local.got() == ["Sale hoy"]
    assert [row.text for row in local.rows(notes)] == ["Es un pesado"]


def test_what_the_bot_answers_stands_under_what_was_written_or_pressed(local: AnsweringHouse) -> None:
    local.reply(local.notice(), "Sale hoy.", message_id=501)
    assert local.last().outgoing.in_reply_to == f"{BOT}/{ANA}/501"

    local.press(local.notice(), "Pasar a…")

    assert local.last().outgoing.in_reply_to == local.notice().name


def test_strangers_groups_and_pressed_buttons_of_others_change_nothing(house: AnsweringHouse) -> None:
    house.say(ANA, "Sale hoy.")
    asked = house.last()
    before = len(house.rows(outbox))

    assert house.press(asked, house.case.key, user=STRANGER) is InboxState.SCREENED
    assert house.press(asked, house.case.key, user=LUIS) is InboxState.ROUTED
    assert house.say(ANA, "Hola", chat={"id": -100, "type": "group"}) is InboxState.SCREENED
    for forged in (
        "t:1:AAAAAAAAA",
        "t:99999:" + house.case.key.replace("-", ""),
        "x",
        "c:res:" + "2" * 9 + ":1",
        "u:1",
    ):
        assert house.push(LUIS, forged) is InboxState.ROUTED

    house.deliver(minutes=1)
    assert (house.got(), house.answers()) == ([], [])
    assert house.case.state == "open"
    texts = [row.payload["text"] for row in house.rows(outbox)[before:]]
    assert texts.count("Ese botón ya no hace nada.") == 5
    assert len(house.rows(inbox, lambda t: t.c.state == InboxState.QUARANTINED)) == 0


def test_a_text_with_a_notices_token_goes_to_nobody(local: AnsweringHouse) -> None:
    token = f"vn.{local.case.key.replace('-', '')}.0123456789ab.0123456789abcdef0123"
    local.reply(local.notice(), f"Escriba a soporte+{token}@example.com")

    assert "solo puede ver la casa" in local.last().text
    local.deliver(minutes=1)
    assert local.got() == []


def test_an_answer_to_what_the_bot_said_of_a_case_goes_to_that_case(local: AnsweringHouse) -> None:
    local.reply(local.notice(), "Sale hoy.")
    confirmation = local.last()
    local.deliver(seconds=11)

    local.reply(confirmation, "Y llega mañana.")

    local.deliver(seconds=11)
    assert local.got() == ["Sale hoy.", "Y llega mañana."]
