"""WhatsApp's 24 hours: what is written later waits for the customer, who is asked once to write; nothing typed is lost."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from router.bounces import tell_of_failure
from router.moves.base import begin, find_case
from router.moves.refusals import Refused
from router.moves.reply import Answer, Written, withdraw_reply, write_reply
from router.permission import still_allowed
from router.replies.by_phone import cost_of
from router.replies.cost_words import cost_in_words
from router.whatsapp.warning import warn_of_closing_windows
from router.whatsapp.window import LASTS, MARGIN, Window
from router.whatsapp.words import window_words
from tests.router.chat_house import LUCIA_PHONE, NUMBER, WHATSAPP, ChatHouse, missed_call, sms, whatsapp
from ventanilla.channel import Message, Screening
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.outbox import change_letters
from ventanilla.store.tables import agents, conversations, events, messages, outbox
from ventanilla.words import DeliveryState, EventKind, OutboxKind, Side, Verdict

TEMPLATES = 'templates = { answer_ready = "HX1", answer_ready_en = "HX2" }'
LANGUAGES = ("es", "en", "ca", "gl", "eu")


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> ChatHouse:
    house = ChatHouse(sqlite_store, tmp_path)
    house.apply(phone=TEMPLATES)
    return house


def reply(house: ChatHouse, text: str = "Ya puede recogerlo", **more: Any) -> Written:
    """The owner of the newest case answers."""
    case = house.rows(conversations)[-1]
    with house.store.write() as connection:
        move = begin(connection, house.router.house, case.owner, Side.COMMAND, now=house.now)
        written = write_reply(move, find_case(move, case.key), Answer(text=text, **more))
        move.journal.flush(connection)
    return written


def row_of(house: ChatHouse, written: Written) -> sa.Row[Any]:
    return house.rows(outbox, lambda table: table.c.id == written.outbox_id)[0]


def templates(house: ChatHouse) -> list[sa.Row[Any]]:
    return list(house.letters(OutboxKind.AUTOMATIC))


def fail(house: ChatHouse, written: Written, reason: str) -> sa.Row[Any]:
    """Twilio refuses it, at once or in a later report."""
    journal = Journal(now=house.now, actor="delivery")
    with house.store.write() as connection:
        row = row_of(house, written)
        change_letters(connection, [row.id], tuple(DeliveryState), state=DeliveryState.FAILED, reason=reason)
        tell_of_failure(connection, house.router.house, row, journal)
        journal.flush(connection)
    return row_of(house, written)


# The window itself.


def test_the_window_is_open_until_a_little_before_24_hours() -> None:
    house_open = ChatHouse.now
    window = Window(since=house_open)
    assert window.is_open(house_open)
    assert window.is_open(house_open + LASTS - MARGIN - timedelta(seconds=1))
    assert not window.is_open(house_open + LASTS - MARGIN)
    assert not Window(since=None).is_open(house_open)


def test_within_24_hours_an_answer_goes_out(house: ChatHouse) -> None:
    house.take("telefono", whatsapp("¿Está listo?"))
    house.later(hours=23)

    written = reply(house)

    row = row_of(house, written)
    assert (row.state, row.recipient, row.payload["account"]) == (DeliveryState.PENDING, LUCIA_PHONE, WHATSAPP)
    assert (written.held, templates(house)) == (None, [])


def test_later_it_waits_and_the_customer_is_asked_once_by_the_template(house: ChatHouse) -> None:
    house.take("telefono", whatsapp("¿Está listo?"))
    house.later(hours=25)

    first, second = reply(house, "Sí"), reply(house, "Y gracias")

    assert first.held is not None
    assert first.held.startswith("window: more than 24 h since the customer last wrote on WhatsApp")
    assert [row_of(house, one).state for one in (first, second)] == [DeliveryState.HELD] * 2
    (template,) = templates(house)
    assert (template.recipient, template.state) == (LUCIA_PHONE, DeliveryState.PENDING)
    assert template.payload["template"] == "answer_ready"
    assert template.payload["account"] == WHATSAPP
    assert house.is_sound()


def test_the_template_is_in_the_customers_language_where_there_is_one(house: ChatHouse) -> None:
    house.take("telefono", whatsapp("Hello, could you please tell me when my order will be ready?"))
    house.later(hours=25)

    reply(house, "It is ready")

    assert templates(house)[0].payload["template"] == "answer_ready_en"


def test_what_was_withdrawn_asks_nobody_to_write(house: ChatHouse) -> None:
    house.take("telefono", whatsapp("¿Está listo?"))
    house.later(hours=25)
    written = reply(house)
    owner = house.rows(conversations)[0].owner
    with house.store.write() as connection:
        assert still_allowed(connection, house.router.house, templates(house)[0]) is None
        withdraw_reply(begin(connection, house.router.house, owner, Side.COMMAND, now=house.now), written.outbox_id)

        reason = still_allowed(connection, house.router.house, templates(house)[0])

    assert reason == "no answer waits for this customer any more"


def test_without_a_template_it_waits_too_and_says_what_to_configure(house: ChatHouse) -> None:
    house.apply(phone="")
    house.take("telefono", whatsapp("¿Está listo?"))
    house.later(hours=25)

    written = reply(house)

    assert row_of(house, written).state == DeliveryState.HELD
    assert 'set channels.telefono.templates = { answer_ready = "HX…" }' in (written.held or "")
    assert templates(house) == []


# Released.


def test_when_the_customer_writes_it_goes_out_in_order(house: ChatHouse) -> None:
    house.take("telefono", whatsapp("¿Está listo?"))
    house.later(hours=25)
    first, second = reply(house, "Sí"), reply(house, "Y gracias")
    house.later(hours=1)

    house.take("telefono", whatsapp("¿Sí?"))

    rows = [row_of(house, one) for one in (first, second)]
    assert [(row.state, row.reason, row.not_before) for row in rows] == [(DeliveryState.PENDING, None, house.now)] * 2
    assert [row.payload.get("after_row") for row in rows] == [None, first.outbox_id]
    released = house.rows(events, lambda table: table.c.kind == EventKind.REPLY_RELEASED)
    assert [event.outbox_id for event in released] == [first.outbox_id, second.outbox_id]
    house.later(hours=25)
    reply(house, "¿Lo recogió?")
    assert len(templates(house)) == 2  # another window has shut


@pytest.mark.parametrize(
    "message",
    [
        sms("¿Sí?"),
        sms("¿Sí?", number="+34600999888", account=WHATSAPP, medium="whatsapp"),
        sms(
            "BAJA",
            account=WHATSAPP,
            medium="whatsapp",
            screening=Screening(verdict=Verdict.OPTED_OUT, reason="opted out: a word for it"),
            consent=False,
        ),
    ],
)
def test_nothing_else_that_comes_lets_it_go(house: ChatHouse, message: Message) -> None:
    house.take("telefono", whatsapp("¿Está listo?"))
    house.later(hours=25)
    written = reply(house)

    house.take("telefono", message)

    assert row_of(house, written).state == DeliveryState.HELD


def test_what_a_person_holds_for_another_reason_stays_held(house: ChatHouse) -> None:
    house.take("telefono", whatsapp("¿Está listo?"))
    written = reply(house)
    with house.store.write() as connection:
        held = {"state": DeliveryState.HELD, "reason": "brake: a person decides"}
        change_letters(connection, [written.outbox_id], (DeliveryState.PENDING,), **held)

    house.take("telefono", whatsapp("¿Sí?"))

    assert row_of(house, written).state == DeliveryState.HELD


# Refused by WhatsApp itself.


def test_what_whatsapp_refuses_as_too_late_waits_instead_and_its_author_knows(house: ChatHouse) -> None:
    house.take("telefono", whatsapp("¿Está listo?"))
    written = reply(house, "Sí, ya puede venir")

    row = fail(house, written, "more than 24 hours have gone by … (Twilio 63016)")

    assert row.state == DeliveryState.HELD
    assert row.reason.startswith("window: ")
    assert len(templates(house)) == 1
    (told,) = [one for one in house.letters(OutboxKind.ALERT) if one.agent == house.rows(conversations)[0].owner]
    assert "Sí, ya puede venir" in told.payload["text"]
    house.take("telefono", whatsapp("Hola"))
    assert row_of(house, written).state == DeliveryState.PENDING


def test_a_report_that_comes_after_it_counted_as_sent_opens_the_turn_again(house: ChatHouse) -> None:
    from router.replies.answered import note_reply_sent

    house.take("telefono", whatsapp("¿Está listo?"))
    since = house.rows(conversations)[0].waiting_since
    house.later(minutes=5)
    written = reply(house)
    journal = Journal(now=house.now, actor="delivery")
    with house.store.write() as connection:
        went = {"state": DeliveryState.SENT, "sent_at": house.now, "external_id": "SM1"}
        change_letters(connection, [written.outbox_id], (DeliveryState.PENDING,), **went)
        note_reply_sent(connection, house.router.house, row_of(house, written), journal)
        journal.flush(connection)
    assert house.rows(conversations)[0].waiting_since is None

    row = fail(house, written, "not delivered: … (Twilio 63016)")

    assert (row.state, row.external_id, row.sent_at) == (DeliveryState.HELD, None, None)
    assert house.rows(conversations)[0].waiting_since == since
    (message,) = house.rows(messages, lambda table: table.c.outbox_id == written.outbox_id)
    assert message.replied_at is None
    assert house.is_sound()


def test_another_refusal_stays_one(house: ChatHouse) -> None:
    house.take("telefono", whatsapp("¿Está listo?"))

    row = fail(house, reply(house), "the customer has no WhatsApp (Twilio 63024)")

    assert row.state == DeliveryState.FAILED
    assert templates(house) == []


# The warning.


def warn(house: ChatHouse) -> int:
    return warn_of_closing_windows(house.store, house.router.house, Journal(now=house.now, actor="sweeper"))


def on_duty(house: ChatHouse, *names: str) -> None:
    with house.store.write() as connection:
        connection.execute(sa.update(agents).values(on_duty=agents.c.name.in_(names)))


def test_four_hours_before_it_shuts_the_owner_is_warned_once_a_turn(house: ChatHouse) -> None:
    house.take("telefono", whatsapp("¿Está listo?"))
    owner = house.rows(conversations)[0].owner
    on_duty(house, owner)
    house.later(hours=19, minutes=59)
    assert warn(house) == 0
    house.later(minutes=2)

    assert [warn(house), warn(house)] == [1, 0]

    (told,) = house.letters(OutboxKind.ALERT)
    assert told.agent == owner
    assert "WhatsApp" in told.payload["text"]


def test_who_is_off_duty_is_warned_when_they_are_back_and_the_duty_person_meanwhile(house: ChatHouse) -> None:
    house.take("telefono", whatsapp("¿Está listo?"))
    owner = house.rows(conversations)[0].owner
    house.later(hours=20, minutes=1)
    on_duty(house)
    assert warn(house) == 0
    on_duty(house, "marta")
    assert warn(house) == 1
    on_duty(house, owner, "marta")
    assert [warn(house), warn(house)] == [1, 0]

    assert [one.agent for one in house.letters(OutboxKind.ALERT)] == ["marta", owner]


@pytest.mark.parametrize("what", ["answered", "sms", "shut"])
def test_nobody_is_warned_where_nothing_is_lost(house: ChatHouse, what: str) -> None:
    house.take("telefono", sms("¿Está listo?") if what == "sms" else whatsapp("¿Está listo?"))
    on_duty(house, "ana", "luis", "marta")
    if what == "answered":
        with house.store.write() as connection:
            connection.execute(sa.update(conversations).values(waiting_since=None))
    house.later(hours=25 if what == "shut" else 21)

    assert warn(house) == 0


def test_a_later_message_moves_the_warning(house: ChatHouse) -> None:
    house.take("telefono", whatsapp("¿Está listo?"))
    on_duty(house, "ana", "luis", "marta")
    house.later(hours=10)
    house.take("telefono", whatsapp("¿Hola?"))
    house.later(hours=11)
    assert warn(house) == 0
    house.later(hours=10)

    assert warn(house) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_says_all_of_it(language: str) -> None:
    facts = {"key": "K7M", "customer": "+34", "when": "hoy", "channel": "telefono", "text": "> x", "told": "t"}
    for code in ("closing_subject", "closing", "held_subject", "held", "asked", "not_asked"):
        said = window_words(language, code, **facts)
        assert "{" not in said.replace("{ answer", "")
        assert language == "en" or said != window_words("en", code, **facts)


# By which number, and what is refused.


def test_a_call_is_answered_by_sms_from_the_number_that_was_called(house: ChatHouse) -> None:
    house.take("telefono", missed_call())

    row = row_of(house, reply(house))

    assert (row.recipient, row.payload["account"]) == (LUCIA_PHONE, NUMBER)
    assert "in_reply_to" not in row.payload


def refusal(house: ChatHouse, text: str = "Hola", **more: Any) -> str:
    with pytest.raises(Refused) as refused:
        reply(house, text, **more)
    return str(refused.value)


def test_what_can_never_go_out_is_refused_at_once_in_plain_words(house: ChatHouse) -> None:
    house.take("telefono", sms("¿Está listo?"))
    assert "17,000 characters long, 118 parts; at most 10 messages" in refusal(house, "x" * 17_000)
    from ventanilla.channel import Attachment

    file = Attachment(filename="a.pdf", content_type="application/pdf", content=b"x")
    assert "without service.public_url" in refusal(house, files=[(file, file.sha256)])
    house.take("telefono", sms("Promoción", number="vodafone"))
    assert "no number to write to" in refusal(house)


def test_who_opted_out_is_not_written_to(house: ChatHouse) -> None:
    house.take("telefono", sms("¿Está listo?"))
    stop = Screening(verdict=Verdict.OPTED_OUT, reason="opted out: a word for it")
    house.take("telefono", sms("BAJA", screening=stop, consent=False))

    assert "opted out on" in refusal(house)


def test_who_writes_a_long_sms_is_told_what_it_costs(house: ChatHouse) -> None:
    house.take("telefono", sms("¿Está listo?"))
    assert cost_in_words("en", reply(house, "Sí").sms) == ""
    written = reply(house, "á" * 100)

    said = {cost_in_words(language, written.sms) for language in LANGUAGES}

    assert len(said) == 4  # Spanish and Galician say it alike
    assert all("2" in one and "UCS-2" in one for one in said)
    house.take("telefono", whatsapp("¿Está listo?"))
    assert reply(house, "á" * 100).sms is None


def test_what_an_answer_costs_is_counted_over_all_its_messages() -> None:
    assert (cost_of("Hola", NUMBER).count, cost_of("Hola", NUMBER).alphabet) == (1, "GSM-7")
    long = cost_of("á" * 1700, NUMBER)
    assert (long.count, long.alphabet) == (26, "UCS-2")
    assert cost_of("a" * 1700, WHATSAPP).count == 2
