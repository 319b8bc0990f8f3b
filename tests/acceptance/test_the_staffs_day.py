"""The whole road and back: a customer writes, one of us is told, answers from where they are, and the customer gets that once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance import books
from tests.acceptance.staff_town import MAIL_CUSTOMERS, NUMBER, WHATSAPP, Town, body_of, new_mail, town
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

    for key in keys.values():
        staffed.wait_for_answer(key)
    books.wait_for_letters(staffed.service)
    for side, user in mail_sides().items():
        check_mailbox(staffed, user, asked[f"mail {side}"], answer("mail", side))
    for side in SIDES:
        check_chat(staffed, CHATS[side], numbers[f"chat {side}"], answer("chat", side))
        for medium in ("sms", "whatsapp"):
            got = [each for each in staffed.twilio.sent() if each["body"] == answer(medium, side)]
            assert len(got) == 1, f"{medium} {side}"
            assert got[0]["from"] == {"sms": NUMBER, "whatsapp": WHATSAPP}[medium]
    for (_, side), case in zip(keys, staffed.show(*keys.values()), strict=True):
        check_case(case, side)
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


def check_case(case: dict[str, Any], side: str) -> None:
    (ours,) = [each for each in case["messages"] if each["direction"] == "out" and not each["automatic"]]
    assert case["first_response_seconds"] is not None, f"{case['key']} by {side}"
    assert case["state"] == "waiting_customer"
    assert ours["author"] == WHO[side], f"{case['key']} by {side}"


def test_an_answer_that_a_mail_server_refuses_or_bounces_comes_back_to_its_author_within_seconds(staffed: Town) -> None:
    """`nadie` is refused at once, `mudado` is taken and bounces a moment later."""
    for user in ("nadie", "mudado"):
        staffed.mail(user, f"Hola, para ana de {user}: ¿cuándo llega?")
    keys = {user: staffed.case_of(f"para ana de {user}") for user in ("nadie", "mudado")}
    waiting = {case["key"]: case["waiting_since"] for case in staffed.service.json("conversations")}
    for key in keys.values():
        staffed.answer_by_bot(key, f"Sale hoy, {key}.")

    for key in keys.values():
        told = str(staffed.wait_for_phone(f"> Sale hoy, {key}.", seconds=20)["text"])
        assert "5.1.1" in told, "the server's own words"
    for case in staffed.show(*keys.values()):
        (ours,) = [each for each in case["messages"] if each["direction"] == "out" and not each["automatic"]]
        assert (ours["delivery"], ours["replied_at"]) == ("failed", None)
        assert "5.1.1" in ours["delivery_reason"]
        assert (case["state"], case["first_response_seconds"]) == ("open", None)
        assert case["waiting_since"] == waiting[case["key"]], "from when the customer began to wait"
    books.check_audit(staffed.service)


def test_who_only_knows_a_key_or_an_old_notice_or_looks_like_one_of_us_changes_nothing(staffed: Town) -> None:
    staffed.mail("lucia", "Hola, para luis de Lucía: ¿cuándo llega?")
    key = staffed.case_of("para luis de Lucía")
    notice = staffed.notice_by_mail("luis", key)
    before = staffed.case_state(key)

    staffed.send(
        new_mail(
            "mateo@clientes.example", "soporte@example.com", f"Re: [{key}]", "Soy otro", message_id="<s1@x.example>"
        )
    )
    staffed.answer_by_mail(key, "Dinero a esta cuenta.", verdict="mx.example.com; dmarc=fail header.from=example.com")
    staffed.answer_by_mail(key, "Dinero a esta otra.", verdict="mx.evil.example; dmarc=pass header.from=example.com")
    staffed.case_of("Soy otro")
    wait_until(lambda: len(staffed.held(key)) == 2, what="two answers that wait for their author")
    assert staffed.case_state(key) == before

    assert staffed.service.run("transfer", key, "--to", "marta", "--as", "luis").returncode == 0
    staffed.answer_by_mail(key, "Ya no es mío.", notice=notice)
    told = staffed.mail_with("luis", "Ya no es mío.")
    assert "marta" in body_of(told).lower(), "whose it is now"
    assert [text for text in map(body_of, staffed.mailbox("lucia")) if "Dinero" in text or "Ya no" in text] == []
    assert staffed.case_state(key)["waiting_since"] == before["waiting_since"]
    books.check_audit(staffed.service)
