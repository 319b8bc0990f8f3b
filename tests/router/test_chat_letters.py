"""What goes out to customers in chat and by SMS: receipts and greetings, and what they wish about being written to."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from router.automatic.chat_words import chat_receipt, greeting, opening_hours
from router.permission import customer_hindrance, hindrance, still_allowed
from router.service import route_items
from tests.router.chat_house import (
    LUCIA,
    LUCIA_PHONE,
    NUMBER,
    WHATSAPP,
    ChatHouse,
    chat,
    letter,
    missed_call,
    sms,
    whatsapp,
)
from ventanilla.channel import Message, Screening
from ventanilla.clocks.calendar import Calendar
from ventanilla.store.engine import Store
from ventanilla.store.tables import addresses, agents, contacts, conversations, events, inbox, messages, outbox
from ventanilla.words import DeliveryState, EventKind, InboxState, Mode, OutboxKind, Verdict

LANGUAGES = ("es", "en", "ca", "gl", "eu")


@pytest.fixture
def house(store: Store, tmp_path: Path) -> ChatHouse:
    return ChatHouse(store, tmp_path)


def start(**more: Any) -> Message:
    return chat("/start", screening=Screening(verdict=Verdict.GREETING, reason="start"), **more)


def stop() -> Message:
    return sms("BAJA", screening=Screening(verdict=Verdict.OPTED_OUT, reason="opted out: a word for it"), consent=False)


def again() -> Message:
    return sms("ALTA", screening=Screening(verdict=Verdict.OPTED_IN, reason="opted in: a word for it"), consent=True)


# Receipts.


def test_a_chat_receipt_is_short_and_goes_out_from_the_account_that_was_written_to(house: ChatHouse) -> None:
    house.take("telefono", whatsapp("¿Tienen taladros?"))

    (case,) = house.rows(conversations)
    (receipt,) = house.letters(OutboxKind.ACKNOWLEDGEMENT)
    assert (receipt.via, receipt.recipient, receipt.message_id) == ("telefono", LUCIA_PHONE, None)
    assert receipt.payload == {
        "account": WHATSAPP,
        "text": f"Hemos recibido su mensaje. Su caso es {case.key}. "
        "Le responderemos como muy tarde hoy a las 11:00.\nFerretería Sol",
    }


def test_a_receipt_speaks_the_customers_language(house: ChatHouse) -> None:
    house.take("chat", chat("Hello, could you please tell me when my order will arrive?"))
    assert house.letters(OutboxKind.ACKNOWLEDGEMENT)[0].payload["text"].startswith("We have your message.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_receipt_fits_into_three_parts_of_a_text_message(language: str) -> None:
    text = chat_receipt(language, key="K7M-Q2X-VTR", when="x" * 40, house="Ferretería Sol de Levante", medium="sms")
    assert "K7M-Q2X-VTR" in text
    assert len(text) <= 3 * 67  # letters of a part where one is not in GSM's own alphabet


def test_who_only_called_gets_no_text_unless_the_file_says_so(house: ChatHouse) -> None:
    house.take("telefono", missed_call())
    assert not house.letters(OutboxKind.ACKNOWLEDGEMENT)
    (event,) = house.rows(events, lambda table: table.c.kind == EventKind.ACKNOWLEDGEMENT_WITHHELD)
    assert event.data == {"reason": "acknowledge.calls is off: a call gets no text"}

    house.apply(phone="acknowledge = { calls = true }")
    house.take("telefono", missed_call(number="+34600999888"))
    (receipt,) = house.letters(OutboxKind.ACKNOWLEDGEMENT)
    assert receipt.payload["text"].startswith("Hemos visto su llamada.")
    assert receipt.payload["account"] == NUMBER


def test_who_has_no_number_gets_no_receipt(house: ChatHouse) -> None:
    house.take("telefono", sms(number="vodafone"))
    assert not house.letters(OutboxKind.ACKNOWLEDGEMENT)


def test_a_mails_receipt_is_as_it_was(house: ChatHouse) -> None:
    house.take("soporte", letter())
    (receipt,) = house.letters(OutboxKind.ACKNOWLEDGEMENT)
    assert set(receipt.payload) == {"subject", "text", "in_reply_to", "references", "headers"}
    assert receipt.message_id is not None


# Greetings.


def test_a_greeting_is_answered_once_an_hour_and_opens_no_case(house: ChatHouse) -> None:
    states = [house.take("chat", start()) for _ in range(3)]

    (answer,) = house.letters(OutboxKind.SERVICE)
    assert states == [InboxState.SCREENED] * 3
    assert (answer.via, answer.recipient, answer.payload["account"]) == ("chat", LUCIA, "7000")
    assert answer.payload["text"] == (
        "Hola: esto es Ferretería Sol. Escríbanos aquí lo que necesita y le contestará una persona.\n"
        "Horario: lunes-viernes 9:00-14:00, 15:00-18:00."
    )
    assert [row.reason for row in house.rows(inbox)] == [
        "greeting: answered",
        *["greeting: not answered: this address was greeted within the hour"] * 2,
    ]
    assert not house.rows(conversations)
    assert not house.rows(contacts)

    house.later(minutes=61)
    house.take("chat", start())
    assert len(house.letters(OutboxKind.SERVICE)) == 2
    assert house.is_sound()


def test_a_greeting_speaks_the_language_of_the_senders_program_else_the_channels(house: ChatHouse) -> None:
    house.apply(chat='language = "gl"')
    house.take("chat", start(user="1", language="en"))
    house.take("chat", start(user="2"))
    house.take("chat", start(user="3", language="ca"))
    texts = [row.payload["text"] for row in house.letters(OutboxKind.SERVICE)]
    assert [text.split(",")[0].split(":")[0] for text in texts] == ["Hello", "Ola", "Hola"]
    assert "Opening hours: Monday-Friday" in texts[0]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"chat_mode": "observe"}, "channel chat only observes"),
        ({"chat_mode": "internal"}, "channel chat is internal and this is not one of our people"),
        (
            {"chat_mode": "internal", "chat": 'only_to = ["99*"]'},
            "channel chat is internal and only_to does not name this address",
        ),
    ],
)
def test_a_greeting_is_not_answered_where_nothing_may_go_out(
    house: ChatHouse, settings: dict[str, str], expected: str
) -> None:
    house.apply(**settings)
    house.take("chat", start())
    assert not house.letters(OutboxKind.SERVICE)
    assert house.rows(inbox)[0].reason == f"greeting: not answered: {expected}"


def test_one_of_us_may_try_the_greeting_in_internal(house: ChatHouse) -> None:
    house.apply(chat_mode="internal")
    with house.store.write() as connection:
        proven = {"telegram": "4040", "telegram_proven_at": house.now}
        connection.execute(sa.update(agents).where(agents.c.name == "ana").values(proven))
    house.take("chat", start(user="4040"))
    assert len(house.letters(OutboxKind.SERVICE)) == 1


def test_an_old_greeting_is_not_answered(house: ChatHouse) -> None:
    house.take("chat", start(), received=house.now - timedelta(hours=13))
    assert not house.letters(OutboxKind.SERVICE)


def test_greetings_count_for_the_brake(house: ChatHouse) -> None:
    for number in range(52):
        house.take("chat", start(user=str(number)))
    states = [row.state for row in house.letters(OutboxKind.SERVICE)]
    assert (states.count(DeliveryState.PENDING), states.count(DeliveryState.HELD)) == (50, 2)
    assert len(house.letters(OutboxKind.ALERT)) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_opening_hours_and_greetings_have_words_in_every_language(language: str) -> None:
    calendar = Calendar.build(
        zone="Europe/Madrid",
        hours={"mon-thu": ["09:00-14:00", "15:00-18:00"], "sat": ["22:00-06:00"]},
        seasons=[{"from": "08-01", "to": "08-31", "hours": {"mon-fri": ["08:00-15:00"]}}],
    )
    winter = opening_hours(calendar, language, today=date(2026, 11, 23))
    summer = opening_hours(calendar, language, today=date(2026, 8, 12))
    assert winter.count(";") == 1
    assert "9:00-14:00, 15:00-18:00; " in winter
    assert winter.endswith("22:00-6:00")
    assert summer.endswith(" 8:00-15:00")
    assert winter in greeting(language, house="X", hours=winter)
    assert greeting(language, house="X", hours="").count("\n") == 0


def test_a_house_without_hours_says_none() -> None:
    closed = Calendar.build(zone="UTC", hours={})
    assert opening_hours(closed, "es", today=date(2026, 11, 23)) == ""
    assert opening_hours(Calendar.always(), "es", today=date(2026, 11, 23)) == "a todas horas"


# Wishes.


def test_who_opts_out_gets_nothing_more_and_what_was_to_go_out_is_dropped(house: ChatHouse) -> None:
    house.take("telefono", sms())
    (receipt,) = house.letters(OutboxKind.ACKNOWLEDGEMENT)
    assert house.take("telefono", stop()) is InboxState.SCREENED
    house.later(days=1)
    house.take("telefono", stop())

    (address,) = house.rows(addresses)
    assert address.opted_out_at == house.now - timedelta(days=1)
    assert len(house.rows(conversations)) == 1
    assert len(house.rows(messages)) == 1
    said = house.rows(events, lambda table: table.c.kind == EventKind.CONSENT)
    assert [event.data for event in said] == [{"contact": address.contact_id, "kind": "phone", "wants": False}] * 2
    reason = "opted out on 23 Nov 2026: whoever has this address wants no more messages from us"
    with house.store.read() as connection:
        assert still_allowed(connection, house.router.house, receipt) == reason
        (notice,) = house.letters(OutboxKind.NOTICE)
        assert still_allowed(connection, house.router.house, notice) is None
    assert [row.reason for row in house.rows(inbox)][1:] == ["opted out: a word for it"] * 2


def test_a_reply_of_an_agents_does_not_pass_for_a_letter_to_staff(house: ChatHouse) -> None:
    house.take("telefono", sms())
    house.take("telefono", stop())
    (receipt,) = house.letters(OutboxKind.ACKNOWLEDGEMENT)
    with house.store.write() as connection:
        values = {"kind": "reply", "agent": "ana"}
        connection.execute(sa.update(outbox).where(outbox.c.id == receipt.id).values(values))
    (reply,) = house.letters(OutboxKind.REPLY)
    with house.store.read() as connection:
        assert "opted out" in str(still_allowed(connection, house.router.house, reply))
    house.apply(mode="internal")
    with house.store.write() as connection:
        connection.execute(sa.update(addresses).values(opted_out_at=None))
        connection.execute(sa.text("UPDATE channels SET mode = 'internal' WHERE name = 'telefono'"))
    with house.store.read() as connection:
        assert "not one of our people" in str(still_allowed(connection, house.router.house, reply))


def test_an_ordinary_message_after_opting_out_still_opens_a_case_without_a_receipt(house: ChatHouse) -> None:
    house.take("telefono", stop())
    assert house.take("telefono", sms("¿Y mi pedido?")) is InboxState.ROUTED
    assert len(house.rows(conversations)) == 1
    assert not house.letters(OutboxKind.ACKNOWLEDGEMENT)
    (event,) = house.rows(events, lambda table: table.c.kind == EventKind.ACKNOWLEDGEMENT_WITHHELD)
    assert event.data["reason"].startswith("opted out on 23 Nov 2026")
    (notice,) = house.letters(OutboxKind.NOTICE)
    assert "Ha pedido que no se le escriba más (el 23 nov)" in notice.payload["text"]
    assert house.is_sound()


def test_whoever_wants_messages_again_gets_them(house: ChatHouse) -> None:
    house.take("telefono", stop())
    house.take("telefono", again())
    house.take("telefono", again())
    house.take("telefono", sms())

    assert house.rows(addresses)[0].opted_out_at is None
    assert len(house.letters(OutboxKind.ACKNOWLEDGEMENT)) == 1
    consents = house.rows(events, lambda table: table.c.kind == EventKind.CONSENT)
    assert [event.data["wants"] for event in consents] == [False, True, True]


def test_a_wish_that_comes_late_does_not_undo_what_was_said_since(house: ChatHouse) -> None:
    house.take("telefono", again())
    house.take("telefono", stop(), received=house.now - timedelta(minutes=5))
    assert house.rows(addresses)[0].opted_out_at is None

    house.later(minutes=1)
    house.take("telefono", stop())
    house.take("telefono", again(), received=house.now - timedelta(minutes=5))
    assert house.rows(addresses)[0].opted_out_at == house.now


def test_a_wish_that_comes_late_in_the_same_batch_does_not_undo_the_newer_one(house: ChatHouse) -> None:
    newer = house.put("telefono", stop())
    older = house.put("telefono", again(), received=house.now - timedelta(minutes=5))

    route_items(house.router, [newer, older])

    assert house.rows(addresses)[0].opted_out_at == house.now


def test_opting_out_of_one_address_leaves_the_others(house: ChatHouse) -> None:
    house.take("telefono", stop())
    modes = {"chat": Mode.LIVE}
    with house.store.read() as connection:
        hindered = {
            recipient: customer_hindrance(
                connection, house.router.house, modes, channels=("chat",), recipient=recipient
            )
            for recipient in (LUCIA_PHONE, LUCIA)
        }
    assert hindered[LUCIA_PHONE] is not None
    assert hindered[LUCIA] is None


@pytest.mark.parametrize(
    ("patterns", "recipient", "staff", "allowed"),
    [
        ('"+346*"', "+34600111222", False, True),
        ('"+346*"', "+33600111222", False, False),
        ('"5511"', "5511", False, True),
        ('"5511"', "55110", False, False),
        ('"*@example.com"', "5511", False, False),
        ('"*@example.com"', "4040", True, True),
        ('"*@example.com"', "ana@other.example", True, False),
        ('"+346*"', "ana@other.example", True, True),
        ('"+346*"', "ana@other.example", False, False),
        ('"5511"', "ana#0", True, True),
        ('"5511"', "4040", True, False),
    ],
)
def test_only_to_names_mail_numbers_and_telegram_ids_each_for_their_own_sort(
    sqlite_store: Store, tmp_path: Path, patterns: str, recipient: str, staff: bool, allowed: bool
) -> None:
    house = ChatHouse(sqlite_store, tmp_path, {"chat_mode": "internal", "chat": f"only_to = [{patterns}]"})
    modes = {"chat": Mode.INTERNAL}
    found = hindrance(house.router.house, modes, channels=("chat",), recipient=recipient, staff=staff)
    assert (found is None) == allowed
