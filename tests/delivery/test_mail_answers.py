"""Answers by mail from the move to the customer's own mailbox: once, threaded, copied; what is refused comes back to its author."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from cli.staffing import note_sent
from config.servers import SmtpServer as SmtpSettings
from connectors.deliver import Deliverer
from connectors.imap_email.sender import SmtpSender
from router.bounces import note_bounce, tell_of_failure
from router.moves.base import begin, find_case
from router.moves.reply import Answer, write_reply
from router.permission import still_allowed
from tests.router.house_for_tests import House, mail
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpServer, Taken
from ventanilla.channel import Attachment, Bounce
from ventanilla.store.blobs import put_blob
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import conversations, messages, outbox, remote_files
from ventanilla.words import CaseState, DeliveryState, FileState, OutboxKind, Side

PLAN = Attachment(filename="plano ñ.pdf", content_type="application/pdf", content=b"%PDF" * 1000)


@dataclass
class Desk:
    """The house, the server it sends through, and the mailbox server of its customers."""

    house: House
    smtp: SmtpServer
    customers: Dovecot | None

    def answer(self, text: str = "Sale hoy.", **more: Any) -> sa.Row[Any]:
        """Ana answers the newest case, and everything that is due goes out; the row of her answer."""
        with self.house.store.write() as connection:
            move = begin(connection, self.house.router.house, "ana", Side.COMMAND, now=self.house.now)
            key = connection.scalar(sa.select(conversations.c.key).order_by(conversations.c.id.desc()).limit(1))
            written = write_reply(move, find_case(move, str(key)), Answer(text=text, **more), anyway=True)
            move.journal.flush(connection)
        self.house.later(minutes=1)
        self.deliver()
        (row,) = self.house.rows(outbox, lambda t: t.c.id == written.outbox_id)
        return row

    def deliver(self) -> None:
        house = self.house.router.house
        settings = SmtpSettings(host=self.smtp.host, port=self.smtp.port, security="none")
        sender = SmtpSender(settings, None, address="soporte@example.com", clock=lambda: self.house.now)
        delivery = Deliverer(
            store=self.house.store,
            senders={"soporte": lambda: sender},
            still_wanted=lambda connection, row: still_allowed(connection, house, row),
            failed=lambda connection, row, journal: tell_of_failure(connection, house, row, journal),
            sent=partial(note_sent, house),
            tell_trouble=lambda *_: None,
            clock=lambda: self.house.now,
        )
        delivery.deliver_due()
        sender.close()

    def alerts(self) -> list[sa.Row[Any]]:
        return self.house.rows(outbox, lambda t: t.c.kind == OutboxKind.ALERT)

    def inbox(self, who: str) -> list[EmailMessage]:
        """What a customer's own program reads of what we sent."""
        assert self.customers is not None
        raws = self.customers.messages(who)
        return [BytesParser(policy=default).parsebytes(raw) for raw in raws]


@pytest.fixture
def desk(sqlite_store: Store, tmp_path: Path) -> Iterator[Desk]:
    """Without mailboxes of the customers': what the server took is enough."""
    with SmtpServer() as smtp:
        yield Desk(House(sqlite_store, tmp_path), smtp, None)


@pytest.fixture
def town(sqlite_store: Store, tmp_path: Path) -> Iterator[Desk]:
    """With mailboxes for Lucía and her mother."""
    with Dovecot().user("lucia").user("madre") as customers:

        def hand_on(taken: Taken) -> None:
            for recipient in taken.recipients:
                if recipient.endswith("@clientes.example"):
                    customers.deliver(recipient.partition("@")[0], taken.raw, sender=taken.sender)

        with SmtpServer(on_mail=hand_on) as smtp:
            yield Desk(House(sqlite_store, tmp_path), smtp, customers)


def test_the_customer_and_whom_they_copied_get_it_once_in_the_thread_of_their_own_mail(town: Desk) -> None:
    headers = {"Cc": "Madre <madre@clientes.example>", "References": "<0@clientes.example>"}
    town.house.receive(mail(message_id="<1@clientes.example>", headers=headers))

    row = town.answer("Sale hoy, señora.\n\nAna", files=((PLAN, put_blob(town.house.store.blobs, PLAN.content)),))

    (receipt, answer), (copy,) = town.inbox("lucia"), town.inbox("madre")
    assert receipt["Auto-Submitted"] == "auto-replied"
    for read in (answer, copy):
        assert read["Message-ID"] == row.message_id
        assert read["In-Reply-To"] == "<1@clientes.example>"
        assert read["References"].split() == ["<0@clientes.example>", "<1@clientes.example>"]
        assert read["Subject"] == "Re: ¿Cuándo llega mi pedido?"
        assert read["From"] == '"Ana (Ferretería Sol)" <soporte@example.com>'
        assert read["To"] == "Lucía Ejemplo <lucia@clientes.example>"
        assert read["Cc"] == "madre@clientes.example"
        assert read["Auto-Submitted"] is read["X-Ventanilla-Loop"] is read["Precedence"] is None
    body = answer.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == (
        "Sale hoy, señora.\n\nAna\n\nEl 23 nov 2026, Lucía Ejemplo escribió:\n"
        "> Hola, ¿cuándo llega mi pedido? Gracias.\n"
    )
    (file,) = answer.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("plano ñ.pdf", PLAN.content)


def test_what_they_answer_from_their_program_goes_on_in_the_case_and_our_next_answer_on_the_thread(town: Desk) -> None:
    town.house.receive(mail(message_id="<1@clientes.example>"))
    first = town.answer()
    thread = {"In-Reply-To": first.message_id, "References": f"<1@clientes.example> {first.message_id}"}
    town.house.receive(mail(subject="RE: Re: pedido", message_id="<2@clientes.example>", headers=thread))

    second = town.answer("De nada.")

    assert len(town.house.rows(conversations)) == 1
    *_, read = town.inbox("lucia")
    assert read["Message-ID"] == second.message_id != first.message_id
    assert read["In-Reply-To"] == "<2@clientes.example>"
    assert read["References"].split()[-2:] == [first.message_id, "<2@clientes.example>"]
    assert read["Subject"] == "Re: pedido"


def test_a_refused_copy_is_told_to_its_author_and_the_turn_is_over(desk: Desk) -> None:
    desk.house.receive(mail(headers={"Cc": "madre@clientes.example"}))
    desk.smtp.answers["RCPT madre@clientes.example"] = "550 5.1.1 No such user"

    row = desk.answer()

    assert row.state == DeliveryState.SENT
    assert "not taken for madre@clientes.example: 550 5.1.1 No such user" in row.reason
    (case,) = desk.house.rows(conversations)
    assert case.state == CaseState.WAITING_CUSTOMER
    (alert,) = desk.alerts()
    assert alert.agent == "ana"
    assert "550 5.1.1 No such user" in alert.payload["text"]


def test_a_refused_customer_is_a_failed_answer_though_the_copy_would_have_been_taken(desk: Desk) -> None:
    desk.house.receive(mail(headers={"Cc": "madre@clientes.example"}))
    desk.smtp.answers["RCPT lucia@clientes.example"] = "550 5.1.1 No such user"

    row = desk.answer()

    assert (row.state, row.sent_at) == (DeliveryState.FAILED, None)
    (case,) = desk.house.rows(conversations)
    assert (case.state, case.first_response_at) == (CaseState.OPEN, None)
    assert not [taken for taken in desk.smtp.taken if "madre@clientes.example" in taken.recipients]


def test_a_copy_that_bounces_later_changes_nothing_but_what_its_author_knows(desk: Desk) -> None:
    desk.house.receive(mail(headers={"Cc": "madre@clientes.example"}))
    row = desk.answer()

    for recipient, state in (("Madre@clientes.example", DeliveryState.SENT), ("lucia@clientes.example", "failed")):
        bounce = Bounce(recipient=recipient, status="5.1.1", action="failed", original_message_id=row.message_id)
        with desk.house.store.write() as connection:
            journal = Journal(now=desk.house.now, actor="router")
            note_bounce(connection, desk.house.router.house, bounce, journal)
            journal.flush(connection)
        (row,) = desk.house.rows(outbox, lambda t: t.c.kind == OutboxKind.REPLY)
        assert row.state == state
    assert "the copy to madre@clientes.example bounced: 5.1.1" in desk.alerts()[0].payload["text"]


def test_a_copy_to_whom_nothing_may_be_sent_any_more_holds_the_whole_mail_back(desk: Desk) -> None:
    desk.house.receive(mail())
    desk.house.apply(mode="internal", channel='only_to = ["lucia@clientes.example"]')

    row = desk.answer(cc=("fuera@otra.example",))

    reason = "copy to fuera@otra.example: channel soporte is internal and only_to does not name this address"
    assert (row.state, row.reason) == (DeliveryState.FAILED, reason)


def test_files_that_are_too_large_for_the_server_come_back_to_the_author(sqlite_store: Store, tmp_path: Path) -> None:
    with SmtpServer(size=20_000) as smtp:
        desk = Desk(House(sqlite_store, tmp_path), smtp, None)
        desk.house.receive(mail())
        big = Attachment(filename="x.bin", content_type="application/pdf", content=b"x" * 30_000)

        row = desk.answer(files=((big, put_blob(sqlite_store.blobs, big.content)),))

    assert row.state == DeliveryState.FAILED
    assert "the mail is too large for 127.0.0.1" in row.reason
    assert "smaller files" in row.reason
    assert "el correo es demasiado grande" in desk.alerts()[0].payload["text"]


def test_an_answer_waits_for_its_file_and_does_not_go_out_without_it(desk: Desk) -> None:
    desk.house.receive(mail())
    with desk.house.store.write() as connection:  # as an answer by chat brings it: the file still lies there
        move = begin(connection, desk.house.router.house, "ana", Side.TELEGRAM, now=desk.house.now)
        key = str(connection.scalar(sa.select(conversations.c.key)))
        written = write_reply(move, find_case(move, key), Answer(text="Va adjunto."), anyway=True)
        move.journal.flush(connection)
        message = connection.execute(sa.select(messages).where(messages.c.id == written.message_id)).one()
        file = {"message_id": message.id, "position": 0, "channel": "staff", "ref": {}, "filename": "foto.jpg"}
        state = {"state": FileState.PENDING, "content_type": "image/jpeg", "not_before": desk.house.now}
        connection.execute(sa.insert(remote_files).values(**file, **state))
        letter = connection.execute(sa.select(outbox.c.payload).where(outbox.c.id == written.outbox_id)).scalar_one()
        payload = {**letter, "files_of": message.id}
        connection.execute(sa.update(outbox).where(outbox.c.id == written.outbox_id).values(payload=payload))

    desk.house.later(minutes=1)
    desk.deliver()
    (row,) = desk.house.rows(outbox, lambda t: t.c.id == written.outbox_id)
    assert (row.state, row.attempts) == (DeliveryState.PENDING, 0)
    with desk.house.store.write() as connection:
        connection.execute(sa.update(remote_files).values(state=FileState.FAILED, reason="it is gone"))
    desk.house.later(minutes=1)
    desk.deliver()

    (row,) = desk.house.rows(outbox, lambda t: t.c.id == written.outbox_id)
    assert row.state == DeliveryState.FAILED
    assert row.reason == "its file foto.jpg could not be had: it is gone; send it again with the file"
