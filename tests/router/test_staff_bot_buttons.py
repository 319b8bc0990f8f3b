"""Buttons and commands about a case on the staff's bot: each does its move once, for whoever may, and says what came of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.staff_bot.buttons import MOST_BYTES, case_data, name_code, read_press, text_data, undo_data
from router.staff_bot.words import SAYINGS
from tests.router.answering import AnsweringHouse, answering_house
from tests.router.moving import do, is_sound
from tests.router.staff_house import ANA, LUIS
from ventanilla.keys import new_key
from ventanilla.store.engine import Store
from ventanilla.store.tables import assignments, messages, notes
from ventanilla.words import InboxState


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> AnsweringHouse:
    """Eva has written, and Ana's phone shows the notice."""
    made = answering_house(sqlite_store, tmp_path)
    made.customer("¿Cuándo llega mi pedido?")
    made.deliver()
    return made


def told(house: AnsweringHouse, text: str, user: int = ANA) -> str:
    """What the bot answers to it."""
    house.say(user, text)
    return house.last(user).text


def test_a_notice_offers_what_can_be_done(house: AnsweringHouse) -> None:
    assert house.notice().labels == ["Resolver", "No hay que contestar", "Pasar a…", "No es mío…"]


def test_where_cases_are_to_be_accepted_the_notice_has_a_button_that_goes_once_pressed(house: AnsweringHouse) -> None:
    house.apply(team='accept_within = "5m"')
    house.customer("Hola", user="777", name="Iker")
    house.deliver()
    notice = house.notice()
    assert notice.labels[0] == "Aceptar"

    house.press(notice, "Aceptar")
    house.press(notice, "Aceptar")
    house.deliver(seconds=15)

    assert house.phones.shown[notice.name].labels[0] == "Resolver"
    (row,) = house.rows(assignments, lambda t: t.c.conversation_id == house.case.id)
    assert row.accepted_at is not None
    assert house.last().text == f"{house.case.key}: lo lleva usted."


def test_resolving_a_case_whose_customer_waits_asks_why_and_takes_the_answer(house: AnsweringHouse) -> None:
    house.press(house.notice(), "Resolver")

    asked = house.last()
    assert asked.text.startswith(f"El cliente de {house.case.key} sigue esperando")
    assert house.case.state == "open"
    house.reply(asked, "Lo hablamos en la tienda")
    said = house.last()
    assert said.text == f"{house.case.key}: resuelto."
    assert [row.text for row in house.rows(notes)] == ["Lo hablamos en la tienda"]
    assert house.got() == []
    house.deliver(seconds=15)
    assert "Ana lo dio por resuelto hoy a las" in house.notice().text
    assert house.notice().labels == []
    house.press(said, "Reabrir")
    assert house.last().text == f"{house.case.key}: abierto otra vez."
    assert house.case.state == "open"
    assert is_sound(house)


def test_no_reply_needed_ends_it_at_once_and_again_says_how_it_stands(house: AnsweringHouse) -> None:
    notice = house.notice()
    house.press(notice, "No hay que contestar")
    assert house.last().text == f"{house.case.key}: resuelto, no había que contestar."

    house.press(notice, "No hay que contestar")

    assert house.last().text == f"{house.case.key}: resuelto."
    assert house.case.resolution == "no_reply_needed"


def test_after_an_answer_the_case_is_resolved_by_one_press(house: AnsweringHouse) -> None:
    house.reply(house.notice(), "Sale hoy.")
    sent = house.last()
    house.press(house.notice(), "Resolver")
    assert house.last().text == f"{house.case.key}: queda resuelto en cuanto salga su respuesta."

    house.deliver(seconds=11)

    assert house.case.state == "resolved"
    assert house.phones.shown[sent.name].labels == []


def test_handing_over_names_people_those_on_duty_first(house: AnsweringHouse) -> None:
    house.apply(luis='calendar = "tardes"')  # it is morning
    house.say(LUIS, "/pausa")
    notice = house.notice()
    house.press(notice, "Pasar a…")

    asked = house.last()
    assert asked.labels == ["Marta", "Luis 💤"]
    house.press(asked, "Luis")
    said = house.last()
    assert said.text == f"{house.case.key}: lo lleva ahora Luis.\nLuis está ahora fuera de turno."
    assert house.case.owner == "luis"
    house.press(notice, "No hay que contestar")
    assert house.last().text == "Ese botón ya no hace nada."
    assert house.case.state == "open"


def test_not_mine_takes_a_ready_reason_or_one_of_their_own(house: AnsweringHouse) -> None:
    house.apply(members='"ana", "luis"')
    house.press(house.notice(), "No es mío…")
    asked = house.last()
    assert asked.labels == ["No es de lo nuestro", "Es de otro equipo", "No me da tiempo", "Motivos personales"]

    house.reply(asked, "Es mi cuñada")

    assert house.last().text == f"{house.case.key}: devuelto. Lo lleva ahora Luis."
    assert [row.text for row in house.rows(notes)] == ["Es mi cuñada"]
    assert house.answers() == []
    house.press(asked, "No me da tiempo")
    assert house.last().text == "Ese botón ya no hace nada."
    house.press(house.notice(LUIS), "No es mío…", user=LUIS)
    house.press(house.last(LUIS), "Es de otro equipo", user=LUIS)
    assert house.case.owner == "marta"


def test_every_command_does_its_move(house: AnsweringHouse) -> None:
    key = house.case.key
    assert told(house, f"/aceptar {key}") == f"{key}: lo lleva usted."
    assert told(house, f"/nota {key.lower()} mira la factura\nde marzo").startswith(f"{key}: anotado")
    assert told(house, f"/responder {key} Sale hoy.\nUn saludo").startswith(f"{key} → Eva: sale en")
    house.deliver(seconds=11)
    assert house.got() == ["Sale hoy.\nUn saludo"]
    assert told(house, f"/llamada {key} mucho rato") == f"{key}: ¿qué pasó con la llamada?"
    assert told(house, f"/llamada {key} nocontesta\ncomunica") == f"{key}: llamada anotada (no contesta)."
    assert told(house, f"/resolver {key}") == f"{key}: resuelto."
    assert told(house, f"/reabrir {key}") == f"{key}: abierto otra vez."
    assert told(house, f"/pasar {key} MARTA") == f"{key}: lo lleva ahora Marta."
    assert [row.text for row in house.rows(notes)] == ["mira la factura\nde marzo"]
    assert is_sound(house)


def test_commands_say_what_they_lack(house: AnsweringHouse) -> None:
    assert told(house, "/resolver").startswith("¿Qué caso? Escriba /resolver y su clave")
    assert told(house, "/resolver AAA").startswith("«AAA» no es la clave de un caso")
    assert told(house, "/responder " + house.case.key).startswith("Falta el texto: escriba /responder")
    assert told(house, f"/pasar {house.case.key} Ramón").startswith("No conozco a «Ramón»")
    assert told(house, f"/nomio {house.case.key}").endswith("o conteste a este mensaje con el motivo.")
    missing = new_key()
    assert told(house, f"/caso {missing}") == f"No hay ningún caso {missing}."


def test_a_command_that_answers_a_notice_needs_no_key(house: AnsweringHouse) -> None:
    house.reply(house.notice(), "/nota pregunta mucho")
    house.reply(house.notice(), "/noreply")
    house.reply(house.notice(), "/resolver ya lo hablamos")

    assert house.last().text == f"{house.case.key}: resuelto."
    assert [row.text for row in house.rows(notes)] == ["pregunta mucho", "ya lo hablamos"]


def test_a_call_can_be_noted_by_its_buttons(house: AnsweringHouse) -> None:
    house.reply(house.notice(), "/llamada")
    house.press(house.last(), "Hemos hablado")

    said = house.last()
    assert said.text == f"{house.case.key}: llamada anotada (hemos hablado)."
    assert said.labels == ["Resolver"]
    assert house.case.state == "waiting_customer"
    assert house.case.first_response_at is not None
    assert house.rows(messages)[-1].side == "telegram"


def test_a_case_is_shown_with_what_was_said_last(house: AnsweringHouse) -> None:
    house.say(ANA, f"/nota {house.case.key} ojo")
    house.later(minutes=1)
    house.reply(house.notice(), "Sale hoy.")

    shown = told(house, f"/caso {house.case.key}").splitlines()

    assert shown[0] == f"{house.case.key} · Eva"
    assert shown[1] == "chat · abierto · Ana"
    assert "¿Cuándo llega mi pedido?" in shown
    assert any(line.startswith("// Ana, hoy a las") for line in shown)
    assert shown[-2:] == ["Sale hoy.", "(aún sin salir)"]


def test_a_case_is_shown_without_customers_words_where_the_house_wants_none(house: AnsweringHouse) -> None:
    house.apply(staff='notice_body = "none"')

    assert "pedido" not in told(house, f"/caso {house.case.key}")


def test_somebody_elses_case_can_be_looked_at_but_not_ended(house: AnsweringHouse) -> None:
    assert told(house, f"/caso {house.case.key}", LUIS).startswith(f"{house.case.key} · Eva")
    assert house.last(LUIS).labels == []

    assert told(house, f"/resolver {house.case.key} porque sí", LUIS).startswith(f"{house.case.key} es de Ana")
    pressed = case_data("nrn", house.case.key, house.case.assignment_number)
    assert house.push(LUIS, pressed) is InboxState.ROUTED
    assert house.case.state == "open"


def test_an_auditor_looks_and_does_nothing(house: AnsweringHouse) -> None:
    house.apply(luis='role = "auditor"')

    assert told(house, f"/responder {house.case.key} Hola", LUIS) == "Usted audita: puede mirar, y nada más."
    house.deliver(minutes=1)
    assert house.got() == []


def test_an_answer_to_an_alert_about_a_case_goes_to_its_customer(house: AnsweringHouse) -> None:
    do(house, _collaborate, house.case.key, "luis")
    house.deliver()
    alert = house.phones.of(LUIS)[-1]
    assert house.case.key in alert.text

    house.reply(alert, "Le llamo ahora.", user=LUIS)

    house.deliver(seconds=11)
    assert house.got() == ["Le llamo ahora."]


@given(st.text(max_size=80) | st.from_regex(r"[tnokfwuc]:[0-9A-Za-z:_]{0,70}", fullmatch=True))
def test_made_up_data_is_read_as_what_it_can_be_or_as_nothing(data: str) -> None:
    pressed = read_press(data)

    assert pressed is None or (len(data) <= MOST_BYTES and pressed.number < 10**18)


def test_what_buttons_carry_fits_and_is_read_back() -> None:
    key, largest = new_key(), 10**18 - 1
    made = [
        text_data("t", largest, key, seen=largest),
        case_data("hand", key, 999_999_999, name_code("ñ" * 200)),
        undo_data(largest),
        *(
            case_data("not", key, 1, code.removeprefix("reason_"))
            for code in SAYINGS["en"]
            if code.startswith("reason_")
        ),
    ]

    assert all(len(data.encode()) <= MOST_BYTES for data in made)
    assert [read_press(data) is not None for data in made] == [True] * len(made)


def _collaborate(move: object, key: str, agent: str) -> None:
    from router.moves.collaborate import add_collaborator

    add_collaborator(move, key, agent)  # type: ignore[arg-type]
