"""Mail, chat and phone on one road: what customers send on every channel at once comes in once each, to one person each."""

from __future__ import annotations

import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from threading import Thread
from typing import Any

import pytest
import sqlalchemy as sa

from tests.acceptance import books
from tests.acceptance.conftest import NUMBER, WHATSAPP
from tests.acceptance.letters import mail
from tests.acceptance.service import Service
from tests.servers.dovecot import Dovecot
from tests.servers.ports import wait_until
from tests.servers.telegram_api import TelegramApi
from tests.servers.telegram_updates import written
from tests.servers.twilio_api import TwilioServer
from ventanilla.store.tables import conversations, inbox, messages

on_each = pytest.mark.parametrize(
    "service_on_each",
    [pytest.param("embedded", marks=pytest.mark.faults), "postgresql and redis"],  # test_the_road.py has the other half
    indirect=True,
)
MAILS, CHATS, TEXTS, CALLS = 100, 110, 90, 10


def on_every_channel(service: Service, telegram: TelegramApi, twilio: TwilioServer) -> Service:
    """Add a bot and a number to the house's mailbox."""
    service.settings["channels"] |= {
        "chat": {
            "kind": "telegram",
            "mode": "live",
            "team": "atencion",
            "token": {"file": "secrets/bot"},
            "api_url": telegram.url,
        },
        "telefono": {
            "kind": "twilio",
            "mode": "live",
            "team": "atencion",
            "account_sid": twilio.account,
            "auth_token": {"file": "secrets/twilio"},
            "numbers": [NUMBER],
            "whatsapp": [WHATSAPP.removeprefix("whatsapp:")],
            "calls": True,
            "poll": "1s",
            "api_url": twilio.url,
        },
    }
    service.secret("secrets/bot", telegram.token)
    service.secret("secrets/twilio", twilio.token)
    service.write()
    return service


@pytest.mark.fault(1, 2, 4)
@on_each
def test_three_hundred_messages_and_ten_calls_with_the_tree_killed_in_the_middle(
    service_on_each: Service, dovecot: Dovecot, telegram: TelegramApi, twilio: TwilioServer
) -> None:
    service = on_every_channel(service_on_each, telegram, twilio).start()
    time.sleep(1.1)  # Twilio's times are whole seconds: what is sent now comes after the channel began
    sent = Post(dovecot, telegram, twilio)

    with ExitStack() as running:
        for task in (sent.mails, sent.chats, sent.texts):
            thread = Thread(target=task)
            thread.start()
            running.callback(thread.join)
        time.sleep(3)
        if service.settings.get("store"):
            service.kill_tree()
        else:
            service.kill("up")  # its children, the queue server among them, end with it
        wait_until(lambda: not service.left(), seconds=30, what="the end of every process")
        service.start()
    books.wait_for_post(service, MAILS + CHATS + TEXTS + CALLS)
    books.wait_for_letters(service)

    books.check_audit(service)
    assert Counter(keys_in(service)) == Counter(dict.fromkeys(sent.keys, 1))
    check_threads(service, sent)
    check_one_owner_a_person(service)


@pytest.mark.fault(13)
def test_fifty_first_chat_messages_of_one_person_at_once_are_one_case_with_one_owner(
    service: Service, telegram: TelegramApi, twilio: TwilioServer
) -> None:
    on_every_channel(service, telegram, twilio).start()

    for number in range(50):
        telegram.bot.put(written(telegram.bot.new_number(), f"mensaje {number}", sender=chatter(550_001)))
    books.wait_for_post(service, 50)

    (case,) = service.json("conversations")
    assert case["messages"] == 50
    (shown,) = service.json("show", case["key"])
    books.check_one_owner(shown)
    assert len(shown["assignments"]) == 1
    books.check_audit(service)


class Post:
    """What customers send, on all channels at once over some seconds; and which of it must share a case."""

    def __init__(self, dovecot: Dovecot, telegram: TelegramApi, twilio: TwilioServer) -> None:
        self._dovecot, self._telegram, self._twilio = dovecot, telegram, twilio
        self._chance = random.Random(11)
        self.keys: list[str] = []
        self.thread_of: dict[str, str] = {}

    def mails(self) -> None:
        """Each of them a case of its own."""
        for number in range(MAILS):
            written_by = f"cliente{number % 25}@clientes.example"
            letter = mail(written_by, f"Asunto {number}", message_id=f"m{number}@clientes.example")
            self._dovecot.append("soporte", letter.as_bytes())
            self._note(f"<m{number}@clientes.example>", f"mail {number}")
            time.sleep(0.06)

    def chats(self) -> None:
        """Twenty-two people, five messages each: one case a person."""
        bot = self._telegram.bot
        for number in range(CHATS):
            person = 550_000 + number % 22
            bot.chats.add(person)
            update, count = written(bot.new_number(), f"mensaje {number}", sender=chatter(person)), number
            bot.put(update)
            self._note(f"{person}/{update['message']['message_id']}", f"chat {person}")
            time.sleep(0.05 if count % 10 else 0.2)

    def texts(self) -> None:
        """Fifteen people by SMS and WhatsApp, ten of whom ring as well: one case a person and number of ours."""
        for number in range(TEXTS):
            person, account = f"+3460000{number % 15:04}", (NUMBER, WHATSAPP)[number // 15 % 2]
            sender = f"whatsapp:{person}" if account == WHATSAPP else person
            sid = self._twilio.message(sender, account, f"texto {number}")
            self._note(sid, f"{account} {person}")
            if number % 9 == 0:
                self._call(f"+3460000{number // 9:04}")
            time.sleep(0.05)

    def _call(self, person: str) -> None:
        status = self._chance.choice(("no-answer", "busy"))
        self._note(self._twilio.call(person, NUMBER, status, at=datetime.now(UTC)), f"{NUMBER} {person}")

    def _note(self, key: str, thread: str) -> None:
        self.keys.append(key)
        self.thread_of[key] = thread


def chatter(person: int) -> dict[str, Any]:
    """Somebody on Telegram."""
    return {"id": person, "is_bot": False, "first_name": f"Persona {person}", "language_code": "es"}


def keys_in(service: Service) -> list[str]:
    """What each row of the ledger is, by the names that the providers gave it."""
    with service.store.read() as connection:
        return [key_of(row) for row in connection.execute(sa.select(inbox))]


def key_of(row: sa.Row[Any]) -> str:
    raw = bytes(row.raw)
    if row.channel == "soporte":
        return next(line for line in raw.decode().splitlines() if line.startswith("Message-ID:")).split()[1]
    content = json.loads(raw)
    if row.channel == "chat":
        return f"{content['message']['chat']['id']}/{content['message']['message_id']}"
    return str((content.get("message") or content.get("call"))["sid"])


def check_threads(service: Service, sent: Post) -> None:
    """What belongs together is one case, and nothing else is in it."""
    query = sa.select(inbox, messages.c.conversation_id).outerjoin(messages, messages.c.inbox_id == inbox.c.id)
    cases_of: dict[str, set[int]] = defaultdict(set)
    with service.store.read() as connection:
        for row in connection.execute(query):
            assert row.state == "routed", f"{row.channel} {row.item_key} is {row.state}: {row.reason}"
            cases_of[sent.thread_of[key_of(row)]].add(row.conversation_id)
    assert {thread: cases for thread, cases in cases_of.items() if len(cases) != 1} == {}, "torn apart"
    assert len({case for cases in cases_of.values() for case in cases}) == len(cases_of), "thrown together"


def check_one_owner_a_person(service: Service) -> None:
    """Whoever writes by SMS and WhatsApp and rings is one contact, and one person answers for all of it."""
    told: Sequence[dict[str, Any]] = service.json("conversations")
    assert {case["owner"] for case in told} <= {"ana", "luis", "marta"}
    with service.store.read() as connection:
        rows = connection.execute(
            sa.select(conversations.c.contact_id, conversations.c.address, conversations.c.owner).where(
                conversations.c.channel == "telefono"
            )
        ).all()
    by_address: dict[str, set[tuple[int, str]]] = defaultdict(set)
    for row in rows:
        by_address[row.address].add((row.contact_id, row.owner))
    assert len(by_address) == 15
    assert {address: found for address, found in by_address.items() if len(found) != 1} == {}
