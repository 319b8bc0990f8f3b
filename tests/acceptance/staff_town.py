"""A house with every channel on real servers, whose people are told by bot and by mail, and who answer from wherever they are."""

from __future__ import annotations

import email
import itertools
import smtplib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.acceptance.service import Service, agent, house
from tests.servers.dovecot import Dovecot
from tests.servers.ports import wait_until
from tests.servers.postfix import Postfix
from tests.servers.smtp import SmtpServer
from tests.servers.telegram_api import TelegramApi
from tests.servers.telegram_updates import written
from tests.servers.twilio_api import TwilioServer
from ventanilla.store.tables import conversations, messages, outbox

NUMBER, WHATSAPP = "+34910000000", "whatsapp:+34910000001"
ANA = 1001
MAIL_CUSTOMERS = ("lucia", "mateo", "nora", "oscar")
PEOPLE = ("ana", "luis", "marta")
PASSED = "mx.example.com; dmarc=pass header.from=example.com"
"""What the house's own mail server says of a mail that really comes from there."""


@dataclass
class Town:
    """Everything outside the service, and what its people do. Ana is told by the staff's bot, Luis by mail."""

    service: Service
    dovecot: Dovecot
    postfix: Postfix
    customers_bot: TelegramApi
    staff_bot: TelegramApi
    twilio: TwilioServer
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    # What customers do.

    def mail(self, user: str, text: str, *, domain: str = "clientes.example") -> str:
        """A customer's mail, through their own mail server; its Message-ID."""
        message_id = f"<{user}.{next(self._numbers)}@clientes.example>"
        letter = new_mail(f"{user}@{domain}", "soporte@example.com", "Mi pedido", text, message_id=message_id)
        self.send(letter)
        return message_id

    def chat(self, person: int, text: str) -> int:
        """A customer writes to the customers' bot; the message's number in their chat."""
        bot = self.customers_bot.bot
        bot.chats.add(person)
        number = bot.new_number()
        bot.put(written(number, text, sender=somebody(person, f"Persona {person}")))
        return number

    def text(self, person: str, account: str, text: str) -> None:
        """A customer sends an SMS or writes by WhatsApp."""
        sender = f"whatsapp:{person}" if account == WHATSAPP else person
        self.twilio.message(sender, account, text)

    # What our own people do.

    def answer_by_bot(self, key: str, text: str) -> None:
        """Ana answers the notice on her phone."""
        notice = self.notice_on_phone(key)
        bot = self.staff_bot.bot
        said = written(bot.new_number(), text, sender=somebody(ANA, "Ana"), reply_to_message=notice)
        bot.put(said)

    def answer_by_mail(self, key: str, text: str, *, verdict: str = PASSED, notice: EmailMessage | None = None) -> None:
        """Luis answers the notice in his mail program, above what it quotes; or somebody else does it in his name."""
        notice = notice or self.notice_by_mail("luis", key)
        quoted = "\n".join(f"> {line}" for line in body_of(notice).splitlines())
        letter = new_mail(
            "Luis <luis@example.com>",
            str(notice["Reply-To"] or notice["From"]),
            f"Re: {notice['Subject']}",
            f"{text}\n\nEl dom, 22 nov 2026 a las 10:00, Ferretería Sol (<soporte@example.com>) escribió:\n\n{quoted}\n",
            message_id=f"<luis.{next(self._numbers)}@example.com>",
            answers=str(notice["Message-ID"]),
            verdict=verdict,
        )
        self.dovecot.deliver("soporte", letter.as_bytes(policy=policy.SMTP), sender="luis@example.com")

    def answer_in_mailbox(self, user: str, message_id: str, text: str) -> None:
        """Somebody answers from an ordinary mail client on the shared mailbox: it sends, and keeps a copy in Sent."""
        letter = new_mail(
            "Ana <soporte@example.com>",
            f"{user}@clientes.example",
            "Re: Mi pedido",
            text,
            message_id=f"<client.{next(self._numbers)}@example.com>",
            answers=message_id,
        )
        self.send(letter)
        self.dovecot.append("soporte", letter.as_bytes(policy=policy.SMTP), "Sent", flags=["\\Seen"])

    def answer_by_command(self, key: str, text: str) -> None:
        """The owner of a case answers at a terminal."""
        owner = sa.select(conversations.c.owner).where(conversations.c.key == key)
        with self.service.store.read() as connection:
            agent = str(connection.scalar(owner))
        done = self.service.run("reply", key, "--as", agent, "--text", text)
        assert done.returncode == 0, done.stderr

    # What can be seen.

    def send(self, letter: EmailMessage) -> None:
        """Hand a mail to the mail server."""
        with smtplib.SMTP(self.postfix.host, self.postfix.port) as smtp:
            smtp.send_message(letter)

    def case_of(self, text: str) -> str:
        """The key of the one case that this message opened, once it is there."""
        query = (
            sa.select(conversations.c.key)
            .join(messages, messages.c.conversation_id == conversations.c.id)
            .where(messages.c.text.contains(text, autoescape=True), messages.c.direction == "in")
        )
        found: list[str] = []

        def is_there() -> bool:
            with self.service.store.read() as connection:
                found[:] = connection.scalars(query)
            return bool(found)

        wait_until(is_there, seconds=60, what=f"a case of {text!r} ({self.service.log})")
        assert len(found) == 1, f"{text!r} opened {found}"
        return found[0]

    def wait_for_answer(self, key: str, *, seconds: float = 60) -> None:
        """Until the customer of a case waits no more."""
        waiting = sa.select(conversations.c.waiting_since).where(conversations.c.key == key)

        def is_answered() -> bool:
            with self.service.store.read() as connection:
                return connection.scalar(waiting) is None

        wait_until(is_answered, seconds=seconds, what=f"the answer in {key} ({self.service.log})")

    def notice_on_phone(self, key: str) -> dict[str, Any]:
        """The message of the staff's bot to Ana that tells of a case, once it is there."""
        found: list[dict[str, Any]] = []

        def is_there() -> bool:
            sent = list(self.staff_bot.bot.sent.items())
            found[:] = [each for (chat, _), each in sent if chat == ANA and str(each.get("text", "")).startswith(key)]
            return bool(found)

        wait_until(is_there, seconds=60, what=f"the notice of {key} ({self.service.log})")
        return found[0]

    def notice_by_mail(self, user: str, key: str) -> EmailMessage:
        """The mail that tells somebody of a case, once it is in their mailbox."""
        found: list[EmailMessage] = []

        def is_there() -> bool:
            found[:] = [each for each in self.mailbox(user) if key in str(each["Subject"])]
            return bool(found)

        wait_until(is_there, seconds=60, what=f"the mail about {key} ({self.service.log})")
        return found[0]

    def mail_with(self, user: str, words: str) -> EmailMessage:
        """The mail to somebody with these words, once it is in their mailbox."""
        found: list[EmailMessage] = []

        def is_there() -> bool:
            found[:] = [each for each in self.mailbox(user) if words in body_of(each)]
            return bool(found)

        wait_until(is_there, what=f"{words!r} for {user} ({self.service.log})")
        return found[0]

    def case_state(self, key: str) -> dict[str, Any]:
        """Who owns a case, how it stands, since when its customer waits."""
        query = sa.select(conversations.c.owner, conversations.c.state, conversations.c.waiting_since)
        with self.service.store.read() as connection:
            return dict(connection.execute(query.where(conversations.c.key == key)).one()._mapping)

    def held(self, key: str) -> list[str]:
        """Why answers in a case are kept back."""
        query = sa.select(outbox.c.reason).join(conversations, conversations.c.id == outbox.c.conversation_id)
        with self.service.store.read() as connection:
            return list(connection.scalars(query.where(conversations.c.key == key, outbox.c.state == "held")))

    def mailbox(self, user: str) -> list[EmailMessage]:
        """What somebody has got by mail."""
        return [email.message_from_bytes(raw, policy=policy.default) for raw in self.dovecot.messages(user)]

    def show(self, *keys: str) -> list[dict[str, Any]]:
        """Cases as the command shows them."""
        found: list[dict[str, Any]] = self.service.json("show", *keys)
        return found

    def link_ana(self) -> None:
        """Ana opens her invitation in Telegram."""
        self.staff_bot.bot.chats.add(ANA)
        link = self.service.json("invite", "ana")["link"]
        start = f"/start {link.rpartition('=')[2]}"
        self.staff_bot.bot.put(written(self.staff_bot.bot.new_number(), start, sender=somebody(ANA, "Ana")))
        self.wait_for_phone("Ana")

    def wait_for_phone(self, words: str, *, seconds: float = 30) -> dict[str, Any]:
        """The newest message on Ana's phone with these words, once it is there."""
        found: list[dict[str, Any]] = []

        def is_there() -> bool:
            sent = list(self.staff_bot.bot.sent.items())
            found[:] = [each for (chat, _), each in sent if chat == ANA and words in str(each.get("text", ""))]
            return bool(found)

        wait_until(is_there, seconds=seconds, what=f"{words!r} on a phone ({self.service.log})")
        return found[-1]


@contextmanager
def town(folder: Path, **sections: Any) -> Iterator[Town]:
    """A running town; `sections` are put into the house's file. Nothing of it is left afterwards."""
    with ExitStack() as running:
        dovecot = Dovecot()
        for user in ("soporte", *PEOPLE, *MAIL_CUSTOMERS):
            dovecot.user(user)
        running.enter_context(dovecot)
        known = {f"{user}@example.com": user for user in ("soporte", *PEOPLE)}
        known |= {f"{user}@clientes.example": user for user in (*MAIL_CUSTOMERS, "mudado")}
        postfix = running.enter_context(Postfix(dovecot.lmtp_port, known))
        customers_bot = running.enter_context(TelegramApi())
        staff_bot = running.enter_context(TelegramApi("42:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"))
        twilio = TwilioServer()
        twilio.number(NUMBER)
        twilio.senders.append({"sid": "XE1", "sender_id": WHATSAPP, "status": "ONLINE"})
        running.enter_context(twilio)
        settings = settings_of(dovecot, postfix, customers_bot, staff_bot, twilio)
        for name, section in sections.items():
            settings[name] = {**settings.get(name, {}), **section} if isinstance(section, dict) else section
        service = Service(folder, settings)
        running.callback(lambda: leave_nothing(service))
        for name, secret in {"bot": customers_bot.token, "staff": staff_bot.token, "twilio": twilio.token}.items():
            service.secret(f"secrets/{name}", secret)
        yield Town(service, dovecot, postfix, customers_bot, staff_bot, twilio)


def leave_nothing(service: Service) -> None:
    service.close()
    assert service.left() == []


def settings_of(
    dovecot: Dovecot, postfix: Postfix, customers_bot: TelegramApi, staff_bot: TelegramApi, twilio: TwilioServer
) -> dict[str, Any]:
    """The house's file."""
    smtp = {"host": postfix.host, "port": postfix.port, "security": "none"}
    settings = house(dovecot, SmtpServer())
    settings["channels"]["soporte"]["smtp"] = smtp
    settings["staff"] |= {
        "telegram": {"token": {"file": "secrets/staff"}, "api_url": staff_bot.url},
        "trusted_authserv": "mx.example.com",
        "undo_send": "1s",
    }
    settings["agents"]["ana"] = agent("ana", capacity=50, notify=["telegram", "email"])
    settings["channels"]["chat"] = {
        "kind": "telegram",
        "mode": "live",
        "team": "atencion",
        "token": {"file": "secrets/bot"},
        "api_url": customers_bot.url,
    }
    settings["channels"]["telefono"] = {
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
    }
    settings["rules"] = [{"when": {"text": f"(?i)para {name}"}, "then": {"agent": name}} for name in ("ana", "luis")]
    return settings


def somebody(number: int, name: str) -> dict[str, Any]:
    """Somebody on Telegram."""
    return {"id": number, "is_bot": False, "first_name": name, "language_code": "es"}


def new_mail(
    sender: str,
    to: str,
    subject: str,
    text: str,
    *,
    message_id: str,
    answers: str | None = None,
    verdict: str | None = None,
) -> EmailMessage:
    """A mail as somebody's program writes it, with what the receiving server found out about it on top."""
    letter = EmailMessage()
    if verdict is not None:
        letter["Authentication-Results"] = verdict
    letter["From"] = sender
    letter["To"] = to
    letter["Subject"] = subject
    letter["Date"] = email.utils.localtime()
    letter["Message-ID"] = message_id
    if answers is not None:
        letter["In-Reply-To"] = answers
        letter["References"] = answers
    letter.set_content(text)
    return letter


def body_of(letter: EmailMessage) -> str:
    """The plain text of a mail."""
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())
