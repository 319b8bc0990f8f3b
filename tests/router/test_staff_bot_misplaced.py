"""A text to the staff's bot that cannot go out as it stands (no case, not theirs, resolved, merged) is asked about, and kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.moves.merge import merge
from router.moves.transfer import transfer
from router.staff_bot.buttons import text_data
from tests.router.answering import AnsweringHouse, answering_house, asked_house, edit
from tests.router.moving import do, is_sound
from tests.router.staff_house import ANA
from ventanilla.store.engine import Store
from ventanilla.store.tables import conversations, notes, staff_texts


@pytest.fixture
def house(store: Store, tmp_path: Path) -> AnsweringHouse:
    """On each engine."""
    return asked_house(store, tmp_path)


@pytest.fixture
def local(sqlite_store: Store, tmp_path: Path) -> AnsweringHouse:
    return asked_house(sqlite_store, tmp_path)


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
    assert is_sound(house)


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
    do(house, transfer, house.case.key, "luis")

    house.reply(notice, "Sale hoy.")

    said = house.last()
    assert said.text == f"{house.case.key} es de Luis: pregúntele, o deje una nota."
    assert said.labels == ["Como nota", "Darlo a un caso…", "Descartar"]
    house.press(said, "Como nota")
    house.deliver(minutes=1)
    assert [row.text for row in house.rows(notes)] == ["Sale hoy."]
    assert house.got() == []


def test_only_by_a_collaborators_or_supervisors_right_is_somebody_elses_case_taken(local: AnsweringHouse) -> None:
    do(local, transfer, local.case.key, "luis")
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
    assert is_sound(house)


def test_an_answer_in_a_merged_case_names_the_one_it_went_into(local: AnsweringHouse) -> None:
    notice = local.notice()
    local.customer("Soy yo otra vez", user="777", name="Eva bis")
    (old, new) = local.rows(conversations)
    do(local, merge, old.key, new.key, customers_differ=True)

    local.reply(notice, "Sale hoy.")

    said = local.last()
    assert said.text == f"{old.key} se unió a {new.key}."
    local.press(said, f"Enviar en {new.key}")
    local.deliver(seconds=11)
    assert [one.recipient for one in local.customers.took] == ["777"]


def test_an_edit_of_a_kept_text_changes_what_is_kept(local: AnsweringHouse) -> None:
    local.say(ANA, "Sale oy", message_id=501)
    asked = local.last()
    edit(local, 501, "Sale hoy")
    local.press(asked, local.case.key)

    local.deliver(seconds=11)

    assert local.got() == ["Sale hoy"]
