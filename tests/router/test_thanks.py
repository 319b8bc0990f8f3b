"""Thanks and nothing more, in five languages: recorded, shown, and it opens neither a turn nor a case. In doubt it opens."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.incoming.thanks import is_thanks
from router.moves.base import find_case
from router.moves.reopen import reopen
from router.moves.reply import Answer, write_reply
from router.moves.resolve import resolve
from tests.router.chat_house import ChatHouse, chat, letter
from tests.router.customers_write import SAMPLES
from tests.router.moving import acting, case_of, do, go_out, is_sound
from ventanilla.channel import Attachment
from ventanilla.store.engine import Store
from ventanilla.store.tables import conversations, messages
from ventanilla.store.views.whole import links_of
from ventanilla.words import OutboxKind, Resolution

THANKS = [
    "gracias",
    "Muchas gracias!",
    "¡¡Mil gracias!!",
    "GRACIASSSS",
    "ok perfecto, gracias",
    "Vale, muchas gracias por todo. Un saludo",
    "moltes gràcies",
    "D'acord, moltes gràcies per l'ajuda".replace("l'ajuda", "la seva ajuda"),
    "Moitas grazas!",
    "eskerrik asko",
    "Mila esker",
    "thanks",
    "Thank you so much",
    "👍",
    "🙏🙏",
    "👍🏽 gracias ☺️",
    "Muchas gracias.\n\nLucía",
    "Gracias\n\n-- \nLucía Ejemplo\nTel. 600 111 222",
    "Gracias\n\n> El lunes escribió:\n> ¿Le va bien?",
    "Gracias\nEnviado desde mi iPhone",
]
NOT_THANKS = [
    "",
    "?",
    "gracias?",
    "¿Gracias",
    "Gracias, pero no ha llegado",
    "gracias por nada",
    "gracias de antemano",
    "Gracias, espero su respuesta",
    "No, gracias",
    "gracias 2",
    "perfecto",
    "ok",
    "sí",
    "😡 gracias",
    "😡",
    "🙂",
    "Gracias & co",
    "thanks but it is still broken",
    "moltes gràcies però no funciona",
    "eskerrik asko, baina ez dabil",
    "gracias gracias gracias gracias gracias gracias gracias gracias gracias gracias gracias",
    "Hola, un saludo",
    "https://example.com gracias",
]


@pytest.mark.parametrize("text", THANKS)
def test_thanks_are_known(text: str) -> None:
    assert is_thanks(text, name="Lucía Ejemplo")


@pytest.mark.parametrize("text", NOT_THANKS)
def test_anything_that_says_more_is_not_mere_thanks(text: str) -> None:
    assert not is_thanks(text, name="Lucía Ejemplo")


@pytest.mark.parametrize(("language", "line"), SAMPLES)
def test_what_customers_ask_is_never_taken_for_thanks(language: str, line: str) -> None:
    assert not is_thanks(line), language


@given(st.sampled_from(THANKS), st.text(min_size=1, max_size=8).filter(lambda text: any(map(str.isdigit, text))))
def test_a_digit_anywhere_in_front_makes_it_more_than_thanks(thanks: str, more: str) -> None:
    head = more.replace("\n", "").replace("\r", "").lstrip("> -")
    if any(character.isdigit() for character in head.splitlines()[0] if head.splitlines()):
        assert not is_thanks(f"{head} {thanks}")


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> ChatHouse:
    house = ChatHouse(sqlite_store, tmp_path)
    house.take("chat", chat("¿Tienen taladros?"))
    return house


def answered(house: ChatHouse, text: str) -> str:
    (case,) = house.rows(conversations)
    with acting(house, case.owner) as move:
        written = write_reply(move, find_case(move, case.key), Answer(text=text))
    go_out(house, written.outbox_id)
    house.later(minutes=10)
    return str(case.key)


def test_thanks_for_an_answer_open_no_turn_and_one_command_makes_them_wait_after_all(house: ChatHouse) -> None:
    key = answered(house, "Sí, tenemos.")

    house.take("chat", chat("Muchas gracias!"))
    said = house.now
    row = case_of(house, key)
    assert (row.state, row.waiting_since, row.last_message_at) == ("waiting_customer", None, said)
    assert len(house.rows(messages)) == 3
    house.later(minutes=10)
    do(house, reopen, key, as_=row.owner)

    assert (case_of(house, key).state, case_of(house, key).waiting_since) == ("open", said)
    assert is_sound(house)


@pytest.mark.parametrize("days", [1, 40])
def test_thanks_after_the_end_open_no_case_and_reopen_none(house: ChatHouse, days: int) -> None:
    key = answered(house, "Sí, tenemos.")
    do(house, resolve, key, as_=case_of(house, key).owner)
    house.later(days=days)

    house.take("chat", chat("👍"))

    assert [row.state for row in house.rows(conversations)] == ["resolved"]
    assert is_sound(house)


def test_thanks_that_may_answer_our_question_open_a_turn(house: ChatHouse) -> None:
    key = answered(house, "¿Se lo enviamos mañana?")

    house.take("chat", chat("ok, gracias"))

    assert case_of(house, key).waiting_since == house.now


def test_thanks_while_the_customer_waits_are_a_message_like_any_other(house: ChatHouse) -> None:
    (case,) = house.rows(conversations)

    house.later(minutes=1)
    house.take("chat", chat("gracias"))

    assert case_of(house, case.key).waiting_since == case.waiting_since
    assert is_sound(house)


def test_thanks_with_a_file_open_a_turn(house: ChatHouse) -> None:
    key = answered(house, "Mándenos una foto.")
    photo = Attachment(filename="foto.png", content_type="image/png", content=b"png")

    house.take("chat", chat("gracias", attachments=(photo,)))

    assert case_of(house, key).waiting_since == house.now


def test_thanks_from_somebody_new_open_a_case(house: ChatHouse) -> None:
    house.take("soporte", letter("Gracias", sender="nueva@clientes.example"))

    assert [row.state for row in house.rows(conversations)] == ["open", "open"]


def test_a_new_message_beyond_the_window_is_a_new_case_that_names_the_old(house: ChatHouse) -> None:
    (old,) = house.rows(conversations)
    do(house, resolve, old.key, resolution=Resolution.NO_REPLY_NEEDED, as_=old.owner)
    house.later(days=40)

    house.take("chat", chat("¿Y sierras?"))

    new = house.rows(conversations)[-1]
    assert new.id != old.id

    with house.store.read() as connection:
        assert [link["key"] for link in links_of(connection, new.id)] == [old.key]
    told = house.letters(OutboxKind.NOTICE)[-1]
    assert (told.conversation_id, f"Continúa de: {old.key}." in told.payload["text"]) == (new.id, True)
