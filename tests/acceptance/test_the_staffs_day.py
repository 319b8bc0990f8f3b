"""The whole road and back: a customer writes, one of us is told, answers from where they are, and the customer gets that once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance import books
from tests.acceptance.staff_town import MAIL_CUSTOMERS, NUMBER, WHATSAPP, Town, body_of, town
from tests.servers.ports import wait_until

SIDES = ("telegram", "email", "command")
CHATS = {side: 551_001 + place for place, side in enumerate(SIDES)}
PHONES = {side: f"+3460000000{place}" for place, side in enumerate(SIDES)}
WHO = {"telegram": "ana", "email": "luis", "command": "luis", "mailbox": "ana"}


@pytest.fixture
def staffed(tmp_path: Path) -> Iterator[Town]:
    with town(tmp_path / "house") as running:
        running.service.start()
        running.link_ana()
        yield running


def test_every_channel_is_answered_from_every_side_once_and_in_its_thread(staffed: Town) -> None:
    asked = {f"mail {side}": staffed.mail(user, question("mail", side)) for side, user in mail_sides().items()}
    numbers = {f"chat {side}": staffed.chat(CHATS[side], question("chat", side)) for side in SIDES}
    for side in SIDES:
        staffed.text(PHONES[side], NUMBER, question("sms", side))
        staffed.text(PHONES[side].replace("+346", "+347"), WHATSAPP, question("whatsapp", side))
    roads = [("mail", side) for side in mail_sides()]
    roads += [(medium, side) for medium in ("chat", "sms", "whatsapp") for side in SIDES]
    keys = {road: staffed.case_of(question(*road)) for road in roads}

    for (medium, side), key in keys.items():
        text = answer(medium, side)
        if side == "telegram":
            staffed.answer_by_bot(key, text)
        elif side == "email":
            staffed.answer_by_mail(key, text)
        elif side == "command":
            staffed.answer_by_command(key, text)
        else:
            staffed.answer_in_mailbox(mail_sides()[side], asked[f"{medium} {side}"], text)

    for (medium, side), key in keys.items():
        wait_until(
            lambda key=key: staffed.show(key)["waiting_since"] is None,  # type: ignore[misc]
            seconds=90,
            what=f"the answer by {side} in {medium} {key} ({staffed.service.log})",
        )
    books.wait_for_letters(staffed.service)
    for side, user in mail_sides().items():
        check_mailbox(staffed, user, asked[f"mail {side}"], answer("mail", side))
    for side in SIDES:
        check_chat(staffed, CHATS[side], numbers[f"chat {side}"], answer("chat", side))
        for medium in ("sms", "whatsapp"):
            got = [each for each in staffed.twilio.sent() if each["body"] == answer(medium, side)]
            assert len(got) == 1, f"{medium} {side}"
            assert got[0]["from"] == {"sms": NUMBER, "whatsapp": WHATSAPP}[medium]
    for (_, side), key in keys.items():
        check_case(staffed, key, side)
    books.check_audit(staffed.service)
    assert staffed.service.stop() == 0


def mail_sides() -> dict[str, str]:
    return dict(zip((*SIDES, "mailbox"), MAIL_CUSTOMERS, strict=True))


def question(medium: str, side: str) -> str:
    return f"Hola, esto es para {WHO[side]}: pregunta por {medium} y {side}, ¿cuándo llega?"


def answer(medium: str, side: str) -> str:
    return f"Respuesta por {medium} desde {side}: sale hoy."


def check_mailbox(town: Town, user: str, message_id: str, text: str) -> None:
    """The answer is in the customer's mailbox once, as an answer to what they wrote, without a trace of how we work."""
    (got,) = [each for each in town.mailbox(user) if text in body_of(each)]
    assert str(got["In-Reply-To"]) == message_id
    assert message_id in str(got["References"])
    assert str(got["Auto-Submitted"] or "no") == "no"
    assert "vn." not in got.as_string()


def check_chat(town: Town, chat: int, number: int, text: str) -> None:
    sent = [each for each in town.customers_bot.bot.called("sendMessage") if each.get("text") == text]
    assert [int(each["chat_id"]) for each in sent] == [chat]
    assert sent[0]["reply_parameters"]["message_id"] == number


def check_case(town: Town, key: str, side: str) -> None:
    case = town.show(key)
    (ours,) = [each for each in case["messages"] if each["direction"] == "out" and not each.get("automatic")]
    assert case["first_response_seconds"] is not None, f"{key} by {side}"
    assert case["state"] == "waiting_customer"
    assert ours["agent"] == WHO[side], f"{key} by {side}"
