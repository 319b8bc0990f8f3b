"""Answering customers from the staff's bot: what goes out, what is asked first, what is kept; and what never reaches anybody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from router.moves.base import find_case
from router.moves.refusals import Refused
from router.moves.reply import Answer, write_reply
from router.staff_bot.buttons import text_data
from tests.router.answering import AnsweringHouse, answering_house
from tests.router.moving import do
from tests.router.staff_house import ANA, BOT, LUIS, STRANGER
from ventanilla.errors import Ambiguous
from ventanilla.store.audit import audit
from ventanilla.store.engine import Store
from ventanilla.store.files import claim_file, due_files, fail_file
from ventanilla.store.tables import conversations, inbox, messages, notes, outbox, remote_files, staff_texts
from ventanilla.words import DeliveryState, InboxState


@pytest.fixture
def house(store: Store, tmp_path: Path) -> AnsweringHouse:
    """On each engine: Eva has written, and Ana's phone shows the notice."""
    made = answering_house(store, tmp_path)
    made.customer("¿Cuándo llega mi pedido?")
    made.deliver()
    return made


@pytest.fixture
def local(sqlite_store: Store, tmp_path: Path) -> AnsweringHouse:
    made = answering_house(sqlite_store, tmp_path)
    made.customer("¿Cuándo llega mi pedido?")
    made.deliver()
    return made


def check_books(house: AnsweringHouse) -> None:
    with house.store.read() as connection:
        found = audit(connection, blobs=house.store.blobs, now=house.now)
    assert not any(found.values()), found


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
    check_books(house)


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
    check_books(house)


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


def test_a_text_that_answers_nothing_is_asked_about_even_with_one_open_case(house: AnsweringHouse) -> None:
    house.say(ANA, "Sale hoy.\n\nUn saludo")

    asked = house.last()
    assert asked.text.startswith("¿De qué caso es? No le llega a nadie hasta que lo diga")
    assert asked.labels == [f"{house.case.key} · Eva", "Ninguno: descartar"]
    house.deliver(minutes=1)
    assert house.got() == []
    house.press(asked, house.case.key)
    house.deliver(seconds=11)
    assert house.got() == ["Sale hoy.\n\nUn saludo"]
    (kept,) = house.rows(staff_texts)
    assert kept.conversation_id == house.case.id
    assert kept.settled_at is not None
    check_books(house)


def test_what_has_no_case_yet_is_listed_and_can_be_given_to_one_days_later(local: AnsweringHouse) -> None:
    local.say(ANA, "Primero")
    local.say(ANA, "// para quien venga")
    local.later(days=2)
    local.say(ANA, "/pendientes")

    listed = local.last()
    local.say(ANA, "/casos")
    assert local.last().text.endswith("Sin caso todavía: 2 (/pendientes)")
    assert listed.text == "Sin caso todavía: 2\n\n1. Primero\n\n2. // para quien venga"
    local.press(listed, "1. Darlo a un caso")
    local.press(local.last(), local.case.key)
    local.press(listed, "2. Darlo")
    local.press(local.last(), local.case.key)
    local.deliver(seconds=11)
    assert local.got() == ["Primero"]
    assert [row.text for row in local.rows(notes)] == ["para quien venga"]
    local.say(ANA, "/unsent")
    assert local.last().text == "Nada de lo que ha escrito espera un caso."


def test_without_open_cases_a_text_is_kept_all_the_same(sqlite_store: Store, tmp_path: Path) -> None:
    house = answering_house(sqlite_store, tmp_path)

    house.say(ANA, "¿Hay alguien?")

    assert house.last().text.startswith("No tiene casos abiertos. Queda guardado")
    assert house.rows(conversations) == []
    assert len(house.rows(staff_texts)) == 1


def test_the_question_names_at_most_eight_cases_the_nearest_due_first(local: AnsweringHouse) -> None:
    local.apply(capacity="30")
    for number in range(10):
        local.later(minutes=1)
        local.customer("Hola", user=f"99{number}", name=f"Cliente {number}")
    local.say(ANA, "Enseguida le digo")

    asked = local.last()
    labels = asked.labels

    assert asked.text.endswith("Para otro caso, conteste a este mensaje con su clave.")
    local.reply(asked, local.case.key.lower())
    local.deliver(seconds=11)
    assert [one.recipient for one in local.customers.took] == ["999"]
    assert [label.partition(" · ")[2] for label in labels[:-1]] == ["Eva", *(f"Cliente {n}" for n in range(7))]


def test_an_answer_to_somebody_elses_case_says_whose_it_is_and_what_can_be_done(house: AnsweringHouse) -> None:
    notice = house.notice()
    do(house, _transfer, house.case.key, "luis")

    house.reply(notice, "Sale hoy.")

    said = house.last()
    assert said.text == f"{house.case.key} es de Luis: pregúntele, o deje una nota."
    assert said.labels == ["Como nota", "Darlo a un caso…", "Descartar"]
    house.press(said, "Como nota")
    house.deliver(minutes=1)
    assert [row.text for row in house.rows(notes)] == ["Sale hoy."]
    assert house.got() == []


def test_only_by_a_collaborators_or_supervisors_right_is_somebody_elses_case_taken(local: AnsweringHouse) -> None:
    do(local, _transfer, local.case.key, "luis")
    local.reply(local.notice(), "Sale hoy.")
    assert "Quedarme el caso y enviar" not in local.last().labels

    local.push(ANA, text_data("k", local.rows(staff_texts)[0].inbox_id, local.case.key))  # made up by hand

    local.deliver(minutes=1)
    assert local.got() == []
    assert local.case.owner == "luis"
    assert local.rows(staff_texts)[0].settled_at is None


def test_an_answer_in_a_resolved_case_opens_it_again_only_when_told_to(house: AnsweringHouse) -> None:
    notice = house.notice()
    house.press(notice, "No hay que contestar")
    house.reply(notice, "Por cierto, ya llegó.")

    said = house.last()
    assert said.text == f"{house.case.key} está resuelto."
    assert house.answers() == []
    house.press(said, "Reabrir y enviar")
    house.deliver(seconds=11)
    assert house.got() == ["Por cierto, ya llegó."]
    assert house.case.state == "waiting_customer"
    check_books(house)


def test_an_answer_in_a_merged_case_names_the_one_it_went_into(local: AnsweringHouse) -> None:
    notice = local.notice()
    local.customer("Soy yo otra vez", user="777", name="Eva bis")
    (old, new) = local.rows(conversations)
    do(local, _merge, old.key, new.key)

    local.reply(notice, "Sale hoy.")

    said = local.last()
    assert said.text == f"{old.key} se unió a {new.key}."
    local.press(said, f"Enviar en {new.key}")
    local.deliver(seconds=11)
    assert [one.recipient for one in local.customers.took] == ["777"]


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


def test_an_edit_of_a_kept_text_changes_what_is_kept(local: AnsweringHouse) -> None:
    local.say(ANA, "Sale oy", message_id=501)
    asked = local.last()
    edit(local, 501, "Sale hoy")
    local.press(asked, local.case.key)

    local.deliver(seconds=11)

    assert local.got() == ["Sale hoy"]


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


def edit(house: AnsweringHouse, number: int, text: str) -> None:
    """Ana edits what she wrote."""
    from router.service import route_item

    who = {"id": ANA, "is_bot": False, "first_name": "Ana"}
    said = {"message_id": number, "date": 1, "edit_date": 2, "chat": {"id": ANA, "type": "private"}, "from": who}
    assert route_item(house.router, house.bring({"edited_message": said | {"text": text}})) is InboxState.ROUTED


def _transfer(move: object, key: str, to: str) -> None:
    from router.moves.transfer import transfer

    transfer(move, key, to)  # type: ignore[arg-type]


def _merge(move: object, key: str, into: str) -> None:
    from router.moves.merge import merge

    merge(move, key, into, customers_differ=True)  # type: ignore[arg-type]
