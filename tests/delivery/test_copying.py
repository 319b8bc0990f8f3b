"""Answers that went out stand once among the sent mail: whoever dies in between, and whatever the mailbox does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from config.secrets import Secret
from config.servers import ImapServer
from config.servers import SmtpServer as SmtpSettings
from connectors.copying import COPYING, FOR_SO_LONG, SETTLE, Copier, Keeper
from connectors.deliver import Deliverer
from connectors.imap_email.connection import Login
from connectors.imap_email.sender import SmtpSender
from connectors.imap_email.sent_copy import SentCopies
from router.moves.base import begin, find_case
from router.moves.reply import Answer, write_reply
from tests.router.house_for_tests import House, mail
from tests.servers.dovecot import Dovecot
from tests.servers.ports import free_port, wait_until
from tests.servers.proxy import Proxy
from tests.servers.smtp import SmtpServer
from ventanilla.channel import Attachment, Outgoing
from ventanilla.errors import Permanent
from ventanilla.store.blobs import put_blob
from ventanilla.store.engine import Store
from ventanilla.store.leases import acquire_lease
from ventanilla.store.tables import channels, conversations, outbox
from ventanilla.words import OutboxKind, Side

ROOT = Path(__file__).parents[2]
PLAN = Attachment(filename="plano ñ.pdf", content_type="application/pdf", content=b"%PDF" * 1000)


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    with Dovecot().user("soporte") as server:
        yield server


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> House:
    return House(sqlite_store, tmp_path)


def answer(house: House, smtp: SmtpServer, text: str = "Sale hoy.", **more: Any) -> None:
    """Ana answers the newest case, and everything that is due goes out."""
    with house.store.write() as connection:
        move = begin(connection, house.router.house, "ana", Side.COMMAND, now=house.now)
        key = connection.scalar(sa.select(conversations.c.key).order_by(conversations.c.id.desc()).limit(1))
        write_reply(move, find_case(move, str(key)), Answer(text=text, **more), anyway=True)
        move.journal.flush(connection)
    house.later(minutes=1)
    settings = SmtpSettings(host=smtp.host, port=smtp.port, security="none")
    sender = SmtpSender(settings, None, address="soporte@example.com", name="Ferretería Sol", clock=lambda: house.now)
    delivery = Deliverer(
        store=house.store,
        senders={"soporte": lambda: sender},
        still_wanted=lambda *_: None,
        failed=lambda *_: None,
        sent=lambda *_: None,
        tell_trouble=lambda *_: None,
        clock=lambda: house.now,
    )
    delivery.deliver_due()
    sender.close()
    house.later(seconds=SETTLE.total_seconds() + 1)


def copier(house: House, port: int, **more: Any) -> Copier:
    """What keeps this house's copies, as a process that has just begun."""
    keeper = SentCopies(
        ImapServer(host="127.0.0.1", port=port, security="none"),
        Login(user="soporte", password=Secret(literal="pw")),
        address="soporte@example.com",
        name="Ferretería Sol",
    )
    parts: dict[str, Any] = {"make": lambda: keeper, **more}
    return Copier(channel="soporte", store=house.store, clock=lambda: house.now, **parts)


def to_lucia(smtp: SmtpServer) -> list[bytes]:
    """The answers that went out, without the receipt."""
    return [one.raw for one in smtp.taken if one.recipients[0].startswith("lucia") and b"Auto-Submitted" not in one.raw]


def test_an_answer_with_its_file_is_copied_as_it_went_out_and_the_receipt_is_not(
    house: House, smtp: SmtpServer, dovecot: Dovecot
) -> None:
    house.receive(mail(message_id="<1@clientes.example>", headers={"Cc": "madre@clientes.example"}))
    digest = put_blob(house.store.blobs, PLAN.content)
    answer(house, smtp, files=((PLAN, digest),))
    keeper = copier(house, dovecot.port)

    assert keeper.copy_due()
    assert keeper.copy_due()

    (sent,) = to_lucia(smtp)
    assert dovecot.messages("soporte", "Sent") == [sent]
    assert b"plano" in sent
    assert smtp.taken[-1].recipients == ("lucia@clientes.example", "madre@clientes.example")
    (row,) = house.rows(outbox, lambda t: t.c.kind == OutboxKind.REPLY)
    assert row.copied_at == house.now
    assert {one.copied_at for one in house.rows(outbox, lambda t: t.c.kind != OutboxKind.REPLY)} == {None}


def test_a_process_killed_between_the_copy_and_its_record_leaves_one_copy(
    house: House, smtp: SmtpServer, dovecot: Dovecot
) -> None:
    house.receive(mail())
    answer(house, smtp)
    with Proxy(dovecot.port) as proxy:
        proxy.on_answer = lambda data: b"" if b"APPENDUID" in data else data
        arguments = [str(house.store.engine.url), str(house.store.blobs), str(proxy.port), house.now.isoformat()]
        process = subprocess.Popen([sys.executable, "-m", "tests.delivery.copier_process", *arguments], cwd=ROOT)
        try:
            wait_until(lambda: len(dovecot.messages("soporte", "Sent")) == 1, what="the copy")
            assert process.poll() is None
        finally:
            os.kill(process.pid, signal.SIGKILL)
            process.wait(timeout=10)
    (row,) = house.rows(outbox, lambda t: t.c.kind == OutboxKind.REPLY)
    assert row.copied_at is None

    copier(house, dovecot.port).copy_due()

    assert len(dovecot.messages("soporte", "Sent")) == 1
    (row,) = house.rows(outbox, lambda t: t.c.kind == OutboxKind.REPLY)
    assert row.copied_at is not None


def test_a_mailbox_out_of_reach_is_told_in_status_and_the_copy_comes_later(
    house: House, smtp: SmtpServer, dovecot: Dovecot
) -> None:
    house.receive(mail())
    answer(house, smtp)
    assert len(to_lucia(smtp)) == 1
    ports = [free_port(), dovecot.port]
    keepers = [copier(house, port) for port in ports]

    keepers[0].copy_due()

    (channel,) = house.rows(channels, lambda t: t.c.name == "soporte")
    assert (channel.problem_part, channel.paused_at) == (COPYING, None)
    assert channel.problem.startswith("sent, but not copied: nobody listens at")
    house.later(minutes=1)
    keepers[1].copy_due()
    (channel,) = house.rows(channels, lambda t: t.c.name == "soporte")
    assert channel.problem is None
    assert len(dovecot.messages("soporte", "Sent")) == 1
    assert len(to_lucia(smtp)) == 1, "a copy that fails repeats no sending"


def test_while_one_process_copies_another_waits(house: House, smtp: SmtpServer, dovecot: Dovecot) -> None:
    house.receive(mail())
    answer(house, smtp)
    name = f"{COPYING}:soporte"
    assert acquire_lease(house.store, name, holder="elsewhere/1/1", ttl=timedelta(minutes=5), now=house.now)

    copier(house, dovecot.port).copy_due()
    assert dovecot.messages("soporte", "Sent") == []
    house.later(minutes=6)
    copier(house, dovecot.port).copy_due()

    assert len(dovecot.messages("soporte", "Sent")) == 1


def test_the_provider_has_a_moment_to_make_its_own_copy_and_what_is_old_is_left_alone(
    house: House, smtp: SmtpServer, dovecot: Dovecot
) -> None:
    house.receive(mail())
    answer(house, smtp)
    settled, house.now = house.now, house.now - timedelta(seconds=2)
    copier(house, dovecot.port).copy_due()
    assert dovecot.messages("soporte", "Sent") == []
    house.now = settled + FOR_SO_LONG
    copier(house, dovecot.port).copy_due()
    assert dovecot.messages("soporte", "Sent") == []


class Picky:
    """Takes anything but one."""

    def __init__(self) -> None:
        self.kept: list[int] = []

    def keep(self, outgoing: Outgoing) -> None:
        if "imposible" in outgoing.text:
            raise Permanent("it is too large")
        self.kept.append(outgoing.id)

    def close(self) -> None:
        pass


def test_one_that_can_never_be_kept_holds_up_no_other(house: House, smtp: SmtpServer) -> None:
    house.receive(mail())
    answer(house, smtp, "Esto es imposible.")
    answer(house, smtp, "Sale hoy.")
    picky = Picky()
    keeper: Keeper = picky
    copying = copier(house, 1, make=lambda: keeper)

    copying.copy_due()
    copying.copy_due()

    assert len(picky.kept) == 1
    assert copier(house, 1, make=lambda: None).copy_due() is False
