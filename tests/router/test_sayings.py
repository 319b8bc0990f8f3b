"""What customers are told in the house's own words, and what they are told by itself as their case goes on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from config.load import load_config
from router.automatic.announcements import announce_delays
from tests.router.chat_house import ChatHouse, chat, letter
from tests.router.moving import finish
from ventanilla.errors import ConfigError
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import conversations
from ventanilla.words import OutboxKind

OWN = """
[channels.soporte.texts.es]
acknowledgement = { subject = "Recibido: {subject}", body = "Hola, {name}: su número es {key}. {expectation}" }
out_of_hours = "Cerrado. Abrimos {opening}. Caso {key}."
"""
EVENING = timedelta(hours=12)  # ten at night


@pytest.fixture
def house(store: Store, tmp_path: Path) -> ChatHouse:
    return ChatHouse(store, tmp_path)


def texts(house: ChatHouse, kind: OutboxKind) -> list[str]:
    return [row.payload["text"] for row in house.letters(kind)]


def test_a_receipt_is_worded_as_the_file_has_it(house: ChatHouse) -> None:
    house.apply(rest=OWN)
    house.take("soporte", letter())

    (case,), (receipt,) = house.rows(conversations), house.letters(OutboxKind.ACKNOWLEDGEMENT)
    assert receipt.payload["subject"] == "Recibido: Mi pedido"
    assert receipt.payload["text"].startswith(f"Hola, Lucía: su número es {case.key}. Le responderemos")


def test_who_writes_when_nobody_is_there_is_told_when_somebody_is(house: ChatHouse) -> None:
    house.now += EVENING
    house.take("chat", chat("¿Tienen taladros?"))
    house.take("soporte", letter())

    in_chat, by_mail = sorted(texts(house, OutboxKind.ACKNOWLEDGEMENT), key=len)
    for text in (in_chat, by_mail):
        assert "Ahora mismo estamos fuera de horario. Volvemos a atender mañana a las 9:00." in text


def test_the_house_has_its_own_words_for_when_it_is_closed(house: ChatHouse) -> None:
    house.now += EVENING
    house.apply(rest=OWN)
    house.take("soporte", letter())

    (text,) = texts(house, OutboxKind.ACKNOWLEDGEMENT)
    assert text.startswith("Cerrado. Abrimos mañana a las 9:00. Caso ")


def test_nothing_is_announced_unless_the_file_says_so(house: ChatHouse) -> None:
    house.take("chat", chat())
    finish(house, house.rows(conversations)[0])
    house.later(hours=1)
    house.take("chat", chat("Sigue roto"))

    assert house.rows(conversations)[0].state == "open"
    assert house.letters(OutboxKind.AUTOMATIC) == []


def test_a_customer_whose_case_is_opened_again_is_told_once(house: ChatHouse) -> None:
    house.apply(chat="announce = { reopened = true }")
    house.take("chat", chat())
    case = house.rows(conversations)[0]
    finish(house, case)
    house.later(hours=1)

    house.take("chat", chat("Sigue roto"))
    house.take("chat", chat("¿Hola?"))

    (told,) = house.letters(OutboxKind.AUTOMATIC)
    assert told.payload["text"].startswith(f"Hemos vuelto a abrir su caso {case.key}. Le responderemos")
    assert told.agent is None


def test_a_customer_whose_answer_is_late_is_told_once_a_turn(house: ChatHouse) -> None:
    house.apply(chat="announce = { delay = true }")
    house.take("chat", chat())

    before, after, again = (sweep(house, minutes=minutes) for minutes in (59, 2, 5))

    assert (before, after, again) == (0, 1, 0)
    (told,) = texts(house, OutboxKind.AUTOMATIC)
    assert "tardaremos más de lo que le dijimos" in told


def test_those_who_were_told_keep_nobody_else_from_being_told(house: ChatHouse) -> None:
    house.apply(chat="announce = { delay = true }")
    for user in ("5511", "5512", "5513"):
        house.take("chat", chat(user=user))
    house.later(minutes=61)

    journal = Journal(now=house.now, actor="sweeper")
    told = [announce_delays(house.store, house.router.house, journal, limit=1) for _ in range(4)]

    assert told == [1, 1, 1, 0]


def test_what_cannot_be_filled_in_is_named_with_what_can(house: ChatHouse) -> None:
    path = house.folder / "ventanilla.toml"
    wrong = path.read_text() + '\n[channels.soporte.texts.es]\nresolved = "Adiós, {nme}"\ndelay = "{"\n'
    path.write_text(wrong)

    with pytest.raises(ConfigError) as refused:
        load_config(path, today=house.now.date())
    assert "nothing is known to fill in for {nme}; did you mean `name`?" in str(refused.value)
    assert "a brace stands alone" in str(refused.value)


def sweep(house: ChatHouse, **later: float) -> int:
    house.later(**later)
    return announce_delays(house.store, house.router.house, Journal(now=house.now, actor="sweeper"))
