"""The whole road by the staff's bot: a customer writes in Telegram, the notice is answered on a phone, and that reaches them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance import books
from tests.acceptance.service import Service, agent
from tests.servers.ports import wait_until
from tests.servers.telegram_api import TelegramApi
from tests.servers.telegram_bot import Upload
from tests.servers.telegram_updates import message, pressed, written

ANA = {"id": 1001, "is_bot": False, "first_name": "Ana", "language_code": "es"}
LUCIA = 550_011
PHOTO = b"\xff\xd8 a picture"


@dataclass
class Road:
    """A service with a bot for customers and one for its staff."""

    service: Service
    customers: TelegramApi
    staff: TelegramApi

    def ana_writes(self, text: str | None, *, under: dict[str, Any] | None = None, **more: Any) -> None:
        answered = {} if under is None else {"reply_to_message": under}
        self.staff.bot.put(written(self.staff.bot.new_number(), text, sender=ANA, **answered, **more))

    def shown(self, beginning: str, *, seconds: float = 20) -> dict[str, Any]:
        """The message on Ana's phone that begins so by now, or contains it in its first line."""

        def find() -> list[dict[str, Any]]:
            return [one for one in self.staff.bot.sent.values() if beginning in one.get("text", "").split("\n")[0]]

        wait_until(lambda: bool(find()), seconds=seconds, what=f"{beginning!r} on the phone")
        return find()[-1]

    def press(self, under: dict[str, Any], label: str) -> None:
        (data,) = [
            button["callback_data"]
            for line in under["reply_markup"]["inline_keyboard"]
            for button in line
            if button["text"] == label
        ]
        self.staff.bot.put(pressed(data, under, sender=ANA))


@pytest.fixture
def road(tmp_path: Path) -> Iterator[Road]:
    with TelegramApi() as customers, TelegramApi("8000002:AAF-another_secret-nobody-may-read1") as staff:
        customers.bot.chats.add(LUCIA)
        staff.bot.chats.add(1001)
        settings = {
            "service": {"name": "Ferretería Sol", "language": "es", "timezone": "Europe/Madrid"},
            "staff": {"telegram": {"token": {"file": "secrets/staff"}, "api_url": staff.url}, "undo_send": "1s"},
            "channels": {
                "chat": {
                    "kind": "telegram",
                    "mode": "live",
                    "team": "atencion",
                    "token": {"file": "secrets/bot"},
                    "api_url": customers.url,
                    "acknowledge": {"enabled": False},
                }
            },
            "teams": {"atencion": {"members": ["ana"], "duty": ["ana"]}},
            "agents": {"ana": agent("ana", notify=["telegram"])},
        }
        service = Service(tmp_path / "house", settings)
        service.secret("secrets/bot", customers.token)
        service.secret("secrets/staff", staff.token)
        try:
            yield Road(service.start(), customers, staff)
        finally:
            service.close()


def test_a_notice_answered_on_the_phone_reaches_the_customer_once_with_its_photo(road: Road) -> None:
    link = road.service.json("invite", "ana")["link"]
    road.ana_writes(f"/start {link.partition('start=')[2]}")
    road.shown("Hola, Ana.")

    number = road.customers.bot.new_number()
    road.customers.bot.put({"message": message(number, "¿Tienen esta pieza?")})
    notice = road.shown(" · Lucía")
    photo = [{"file_id": "F1", "file_unique_id": "u1", "width": 9, "height": 9, "file_size": len(PHOTO)}]
    road.staff.bot.files["photos/F1.jpg"] = PHOTO
    road.ana_writes("Sí, sale hoy.", under=notice)
    road.ana_writes(None, under=notice, photo=photo, caption="¿Es esta?")
    wait_until(lambda: len(got(road)) == 2, seconds=30, what="both answers")

    text, picture = got(road)
    assert text["text"] == "Sí, sale hoy."
    assert text["reply_parameters"]["message_id"] == number
    assert isinstance(picture["photo"], Upload)
    assert (picture["photo"].content, picture["caption"]) == (PHOTO, "¿Es esta?")
    assert "enviado hoy" in road.shown("enviado hoy")["text"]
    (case,) = road.service.json("conversations")
    (shown,) = road.service.json("show", case["key"])
    assert case["first_response_seconds"] is not None
    assert (shown["state"], case["waiting_since"]) == ("waiting_customer", None)

    road.press(road.shown("enviado hoy"), "Resolver")
    road.shown(": resuelto.")
    wait_until(lambda: bool(road.staff.bot.called("answerCallbackQuery")), seconds=10, what="the press's answer")
    (ended,) = road.service.json("show", case["key"])
    assert ended["state"] == "resolved"
    assert len(got(road)) == 2
    books.check_audit(road.service)


def got(road: Road) -> list[dict[str, Any]]:
    """What was sent to the customer, text or photo."""
    sent = [fields for name, fields in road.customers.bot.calls if name in ("sendMessage", "sendPhoto")]
    assert {int(fields["chat_id"]) for fields in sent} <= {LUCIA}
    return sent
