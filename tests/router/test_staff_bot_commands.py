"""What people tell their bot: presence, their cases, help; in their language, and never as a customer's message."""

from __future__ import annotations

import json
import re
import string
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from router.assigning.line import drain_line, move_on_from_absent
from router.service import route_item, route_items
from router.staff_bot.words import COMMANDS, SAYINGS, command_meant, staff_language
from tests.router.house_for_tests import mail
from tests.router.staff_house import ANA, LUIS, StaffHouse
from ventanilla.store.audit import audit
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import absences, conversations, inbox, outbox
from ventanilla.words import STAFF_BOT, InboxState, OutboxKind

CALENDAR = 'calendar = "madrid"'  # 9 to 14 and 15 to 18; it is Monday, ten in the morning


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> StaffHouse:
    made = StaffHouse(sqlite_store, tmp_path)
    made.apply(ana=CALENDAR)
    made.link("ana", ANA)
    return made


def answer(house: StaffHouse, text: str, user: int = ANA) -> str:
    """What the bot says to it."""
    assert house.say(user, text) is InboxState.ROUTED
    return house.told(user)[-1]


def on_duty(house: StaffHouse, name: str = "ana") -> bool:
    """As the sweeper works it out."""
    drain_line(house.store, house.router.house, Journal(now=house.now, actor="test"))
    return bool(house.agent(name).on_duty)


def test_a_pause_lasts_until_the_next_shift_and_says_when_that_is(house: StaffHouse) -> None:
    assert on_duty(house)

    assert "su próximo turno, que empieza hoy a las 15:00" in answer(house, "/pausa")

    assert not on_duty(house)
    house.later(hours=4, minutes=59)
    assert not on_duty(house)
    house.later(minutes=1)
    assert on_duty(house)


def test_a_pause_in_the_last_shift_of_the_week_ends_on_monday(house: StaffHouse) -> None:
    house.later(days=4, hours=7)  # Friday, five in the afternoon

    assert "el lunes 30 de noviembre a las 9:00" in answer(house, "/pausa")


@pytest.mark.parametrize(("typed", "minutes"), [("30m", 30), ("2h", 120), ("45", 45), ("1 h", 60)])
def test_a_pause_may_have_its_own_length(house: StaffHouse, typed: str, minutes: int) -> None:
    answer(house, f"/pausa {typed}")

    (absence,) = house.rows(absences)
    assert absence.ends_at - absence.starts_at == timedelta(minutes=minutes)


@pytest.mark.parametrize("typed", ["mucho", "0m", "400d", "-3h", "٣h", "9" * 30])
def test_a_length_that_is_none_changes_nothing_and_says_what_is_allowed(house: StaffHouse, typed: str) -> None:
    assert "30m o 2h" in answer(house, f"/pausa {typed}")
    assert house.rows(absences) == []


def test_a_pause_said_twice_is_one(house: StaffHouse) -> None:
    answer(house, "/pausa")

    assert "Ya está en pausa; vuelve hoy a las 15:00" in answer(house, "/pausa 30m")
    assert len(house.rows(absences)) == 1


def test_without_a_calendar_a_pause_lasts_until_they_are_back(house: StaffHouse) -> None:
    house.link("luis", LUIS)

    assert "hasta que escriba /disponible" in answer(house, "/pausa", LUIS)
    assert not on_duty(house, "luis")
    assert "hasta que escriba /disponible" in answer(house, "/pausa", LUIS)
    assert answer(house, "/disponible", LUIS) == "Está disponible."
    assert on_duty(house, "luis")


def test_coming_back_says_until_when_and_off_duty_from_when(house: StaffHouse) -> None:
    answer(house, "/pausa")
    assert answer(house, "/disponible") == "Está disponible. Su turno acaba hoy a las 14:00."
    assert on_duty(house)

    house.later(hours=9)
    assert "fuera de turno: volverá a recibir casos mañana a las 9:00" in answer(house, "/disponible")
    assert not on_duty(house)


def test_what_waits_on_somebody_who_pauses_goes_to_somebody_else(house: StaffHouse) -> None:
    house.apply(team='away_grace = "5m"')
    house.receive(mail())
    (case,) = house.rows(conversations)
    assert case.owner == "ana"

    assert "Casos suyos que esperan respuesta: 1" in answer(house, "/pausa")
    on_duty(house)
    house.later(minutes=6)
    move_on_from_absent(house.store, house.router.house, Journal(now=house.now, actor="sweeper"))

    (case,) = house.rows(conversations)
    assert case.owner == "luis"


def test_my_cases_are_listed_with_who_waits_since_when_and_until_when(house: StaffHouse) -> None:
    assert answer(house, "/casos") == "No tiene casos abiertos."
    house.receive(mail())
    house.later(minutes=30)

    said = answer(house, "/casos")

    (case,) = house.rows(conversations)
    assert said == (
        f"Sus casos abiertos: 1\n\n{case.key} · Lucía Ejemplo\nespera desde hoy a las 10:00, prometido hoy a las 11:00"
    )


def test_a_long_list_fits_one_message(house: StaffHouse) -> None:
    house.apply(capacity="100", members='"ana"')
    for number in range(25):
        house.receive(mail(sender=f"{'Nombre ' * 30}<c{number}@clientes.example>"))

    said = answer(house, "/casos")

    assert "… y 5 más" in said
    assert len(said) < 4096


def test_plain_words_are_kept_and_reach_no_customer(house: StaffHouse) -> None:
    house.receive(mail())
    before = len(house.rows(outbox, lambda t: t.c.agent.is_(None)))

    said = answer(house, "Dígale que mañana", ANA)

    assert said.startswith("¿De qué caso es? No le llega a nadie hasta que lo diga")
    assert "> Dígale que mañana" in said
    (kept,) = house.rows(inbox, lambda t: t.c.reason == "staff: text")
    assert json.loads(kept.raw)["message"]["text"] == "Dígale que mañana"
    assert len(house.rows(conversations)) == 1
    assert len(house.rows(outbox, lambda t: t.c.agent.is_(None))) == before
    with house.store.read() as connection:
        assert not any(audit(connection, blobs=house.store.blobs, now=house.now).values())


def test_an_unknown_command_is_answered_with_those_there_are(house: StaffHouse) -> None:
    assert answer(house, "/vacaciones").startswith("No conozco /vacaciones.")


def test_a_command_for_this_bot_by_its_name_and_in_capitals_is_understood(house: StaffHouse) -> None:
    assert answer(house, "/CASOS@ferreteria_bot") == "No tiene casos abiertos."


def test_routing_an_answered_row_again_answers_nothing_twice(house: StaffHouse) -> None:
    answer(house, "/ayuda")
    (row,) = house.rows(inbox, lambda t: t.c.reason == "staff: help")

    assert route_item(house.router, row.id) is None
    assert len(house.told(ANA)) == 2  # the welcome and this


def typed(text: str, number: int) -> dict[str, object]:
    """An update in which Ana writes this."""
    who = {"id": ANA, "is_bot": False, "first_name": "Ana"}
    chat = {"id": ANA, "type": "private"}
    return {"message": {"message_id": number, "date": 1, "chat": chat, "from": who, "text": text}}


def test_what_was_typed_first_is_done_first_whichever_is_routed_first(house: StaffHouse) -> None:
    pausing, back = house.bring(typed("/pausa", 9001)), house.bring(typed("/disponible", 9002))

    assert list(route_items(house.router, [back])) == [pausing, back]

    assert route_items(house.router, [pausing]) == {}
    assert house.told(ANA)[-1].startswith("Está disponible")
    assert on_duty(house)


def test_staff_rows_and_customers_mail_in_one_batch_are_settled_each_its_own_way(house: StaffHouse) -> None:
    staff = house.bring(typed("/ayuda", 9001))
    ids = [house.commit(mail()), staff, house.commit(mail(sender="b@clientes.example"))]

    assert set(route_items(house.router, ids).values()) == {InboxState.ROUTED}

    assert len(house.rows(conversations)) == 2
    assert house.told(ANA)[-1].startswith("Qué sabe hacer")


def test_an_unreadable_update_is_set_aside_and_the_next_one_answered(house: StaffHouse) -> None:
    row_id = house.bring({"message": {"chat": "odd"}})

    assert route_item(house.router, row_id) is InboxState.QUARANTINED
    assert answer(house, "/ayuda")
    alerts = house.rows(outbox, lambda t: t.c.kind == OutboxKind.ALERT)
    assert [STAFF_BOT in row.payload["subject"] for row in alerts] == [True]


def test_the_answer_is_in_the_persons_language(house: StaffHouse) -> None:
    house.apply(luis='languages = ["eu", "ca"]')
    house.link("luis", LUIS)

    assert answer(house, "/cases", LUIS) == "Ez duzu kasu irekirik."


@pytest.mark.parametrize(
    ("spoken", "expected"),
    [((), "es"), (("en", "es"), "es"), (("en",), "en"), (("de", "ca"), "ca"), (("de",), "es"), (("pt-BR", "en"), "en")],
)
def test_the_language_of_somebody_is_the_houses_if_they_speak_it(spoken: tuple[str, ...], expected: str) -> None:
    assert staff_language(spoken, "es") == expected


def test_every_language_says_the_same_things_with_the_same_names() -> None:
    def shape(sayings: Mapping[str, str]) -> dict[str, set[str]]:
        return {
            code: {name for _, name, _, _ in string.Formatter().parse(said) if name} for code, said in sayings.items()
        }

    shapes = {language: shape(sayings) for language, sayings in SAYINGS.items()}
    assert dict.fromkeys(SAYINGS, shapes["en"]) == shapes
    words = {word: code for commands in COMMANDS.values() for code, (word, _) in commands.items()}
    assert all(command_meant(word) == code for word, code in words.items())
    assert all(word.isascii() and word.islower() for word in words)
    assert command_meant("dispoñible") == "available"


def test_every_refusal_that_the_bot_can_meet_has_words_in_every_language() -> None:
    moves = Path(__file__).parents[2] / "router" / "moves"
    used = ("base", "reply", "accept", "decline", "transfer", "resolve", "reopen", "note", "called")
    codes = {code for name in used for code in re.findall(r'Refused\(\s*"(\w+)"', (moves / f"{name}.py").read_text())}

    assert {"newer_message", "unanswered", "not_owner"} <= codes
    assert {f"refused_{code}" for code in codes} - set(SAYINGS["en"]) == set()
