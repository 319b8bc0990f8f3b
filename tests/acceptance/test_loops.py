"""Machines wired against each other: two installations of ours, a mailbox that sends everything on, and two sorts of `vacation`."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
import sqlalchemy as sa

from tests.acceptance import books
from tests.acceptance.conftest import Launch
from tests.acceptance.letters import mail
from tests.acceptance.service import Service, house
from tests.servers.dovecot import Dovecot
from tests.servers.ports import wait_until
from tests.servers.smtp import SmtpServer, Taken
from ventanilla.store.tables import conversations, inbox, outbox
from ventanilla.words import OutboxKind

SOL, LUNA = "soporte@sol.example", "ventas@luna.example"
EVA, OLD = "eva@clientes.example", "pepe@clientes.example"
ROBOT, RELAY = "robot@clientes.example", "todo@reenvia.example"
QUIET = 5.0
"""Seconds without a mail after which it is quiet."""
AUTOMATIC = (OutboxKind.ACKNOWLEDGEMENT, OutboxKind.AUTOMATIC)


class World:
    """The mail between them: what is handed in for an address of a house lies in its mailbox at once; others are machines."""

    def __init__(self, dovecot: Dovecot) -> None:
        self.dovecot = dovecot
        self.last = time.monotonic()
        self.between: Counter[tuple[str, str]] = Counter()
        self.told: set[str] = set()
        self.machines: dict[str, Callable[[EmailMessage], None]] = {
            EVA: self.on_vacation,
            OLD: self.answers_in_thread,
            ROBOT: self.answers_everything,
            RELAY: self.sends_on,
        }

    def take(self, taken: Taken) -> None:
        """The mail server's hook."""
        message = message_from_bytes(taken.raw, policy=policy.default)
        for address in taken.recipients:
            self.hand_over(message, address)

    def hand_over(self, message: EmailMessage, address: str) -> None:
        self.last = time.monotonic()
        self.between[parseaddr(str(message["From"]))[1], address] += 1
        if address in (SOL, LUNA):
            with self.dovecot.client(address.partition("@")[0]) as client:
                client.append("INBOX", message.as_bytes(policy=policy.SMTP))
        elif address in self.machines:
            self.machines[address](message)

    def on_vacation(self, message: EmailMessage) -> None:
        """RFC 5230: answers each sender once, says that it is automatic, and answers nothing that is."""
        sender = parseaddr(str(message["From"]))[1]
        if message.get("Auto-Submitted", "no") == "no" and sender not in self.told:
            self.told.add(sender)
            answer = _answer(message, EVA, "Estoy de vacaciones.")
            answer["Auto-Submitted"] = "auto-replied (vacation)"
            self.hand_over(answer, sender)

    def answers_in_thread(self, message: EmailMessage) -> None:
        """An old responder: answers everything where it belongs, without a word that it is one."""
        self.hand_over(_answer(message, OLD, "Ahora no estoy."), parseaddr(str(message["From"]))[1])

    def answers_everything(self, message: EmailMessage) -> None:
        """A responder of the worst sort: at once, to everything, without saying what it is, each time with another subject."""
        sender, number = parseaddr(str(message["From"]))[1], len(self.between) + sum(self.between.values())
        answer = _answer(message, ROBOT, "Hemos recibido su mensaje y lo atenderemos pronto.")
        del answer["In-Reply-To"], answer["References"], answer["Subject"]
        answer["Subject"] = f"Su solicitud {number}"
        self.hand_over(answer, sender)

    def sends_on(self, message: EmailMessage) -> None:
        """A redirect: the mail as it is, into the other house, and back into the one it came from."""
        for house_address in (SOL, LUNA):
            self.hand_over(message, house_address)

    def is_quiet(self) -> bool:
        return time.monotonic() - self.last > QUIET


@pytest.fixture
def world(dovecot: Dovecot) -> World:
    return World(dovecot.user("ventas"))


@pytest.mark.fault(16)
def test_machines_wired_against_each_other_fall_silent_with_one_automatic_text_a_case(
    make_service: Launch, dovecot: Dovecot, world: World
) -> None:
    with SmtpServer(on_mail=world.take) as post:
        sol = make_service(house(dovecot, post, address=SOL), name="sol")
        luna = make_service(house(dovecot, post, user="ventas", address=LUNA), name="luna")
        sol.start()
        luna.start()

        # when each house gets a mail from the other's address, and one from every machine
        for mailbox, senders in ((SOL, (LUNA, EVA, OLD, ROBOT, RELAY)), (LUNA, (SOL, EVA, OLD, ROBOT))):
            for number, sender in enumerate(senders):
                first = mail(sender, f"Pregunta {number}", message_id=f"{number}-{mailbox}")
                world.hand_over(first, mailbox)
        wait_until(lambda: _settled(sol) and _settled(luna) and world.is_quiet(), seconds=90, what="silence")

        # then they are silent, each case has had one automatic text, and what came back was not answered
        for service, address in ((sol, SOL), (luna, LUNA)):
            assert max(_automatic_a_case(service).values()) == 1
            assert _open_without_receipt_only_from(service, ROBOT)
            got = {who: world.between[address, who] for who in (EVA, OLD, ROBOT)}
            assert got == {EVA: 1, OLD: 1, ROBOT: 5}
        # (the first mail, its receipt, and to Luna the receipt that the relay sent on)
        assert (world.between[SOL, LUNA], world.between[LUNA, SOL], world.between[SOL, RELAY]) == (3, 2, 1)
        # and a person was told of the loops, once each
        assert _alerts(sol) == {"own": 1, ROBOT: 1}
        assert _alerts(luna) == {ROBOT: 1}
        for service in (sol, luna):
            books.check_audit(service)
        assert (sol.stop(), luna.stop()) == (0, 0)


def _answer(message: EmailMessage, sender: str, text: str) -> EmailMessage:
    answer = mail(sender, f"Re: {message['Subject']}", text=text)
    answer["In-Reply-To"] = answer["References"] = str(message["Message-ID"])
    return answer


def _settled(service: Service) -> bool:
    """Nothing waits to be routed or sent, but what is held."""
    with service.store.read() as connection:
        pending = connection.scalar(sa.select(sa.func.count()).where(inbox.c.state == "pending"))
        due = connection.scalar(sa.select(sa.func.count()).where(outbox.c.state.in_(("pending", "sending"))))
    return not pending and not due


def _automatic_a_case(service: Service) -> Counter[int]:
    with service.store.read() as connection:
        return Counter(connection.scalars(sa.select(outbox.c.conversation_id).where(outbox.c.kind.in_(AUTOMATIC))))


def _open_without_receipt_only_from(service: Service, address: str) -> bool:
    """Whether every case without an automatic text is that machine's."""
    had = set(_automatic_a_case(service))
    with service.store.read() as connection:
        cases = dict(connection.execute(sa.select(conversations.c.id, conversations.c.address)).all())
    return {found for number, found in cases.items() if number not in had} <= {address}


def _alerts(service: Service) -> Counter[str]:
    with service.store.read() as connection:
        keys = connection.scalars(sa.select(outbox.c.dedupe_key).where(outbox.c.kind == OutboxKind.ALERT))
        return Counter(key.split(":")[2] for key in keys if key.startswith("loop:"))
