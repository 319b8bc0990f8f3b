"""What goes out when the mail server refuses somebody, or is away for a while."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.acceptance import books
from tests.acceptance.letters import mail
from tests.acceptance.service import Service
from tests.servers.dovecot import Dovecot
from tests.servers.ports import wait_until
from tests.servers.smtp import HANG_UP, SmtpServer


class ChoosySmtpServer(SmtpServer):
    """Refuses the recipients in `unknown` for good."""

    unknown: tuple[str, ...] = ()

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.unknown:
            return "550 5.1.1 no such user here"
        return await super().handle_RCPT(server, session, envelope, address, options)


@pytest.fixture
def smtp() -> Iterator[ChoosySmtpServer]:
    """Where the service hands in what it sends."""
    with ChoosySmtpServer() as server:
        yield server  # type: ignore[misc]


def test_a_notice_that_is_refused_for_good_is_escalated_to_the_duty_person(
    service: Service, dovecot: Dovecot, smtp: ChoosySmtpServer
) -> None:
    smtp.unknown = ("ana@example.com",)
    service.settings["teams"]["atencion"]["members"] = ["ana"]
    service.write()
    service.start()

    dovecot.append("soporte", mail("una@clientes.example", "Hola").as_bytes())
    books.wait_for_post(service, 1)
    books.wait_for_letters(service)

    (case,) = service.json("conversations")
    rows = {row.kind: row for row in books.outbox_rows(service)}
    assert case["owner"] == "ana"
    assert (rows["notice"].state, rows["notice"].recipient) == ("failed", "ana@example.com")
    assert "550 5.1.1 no such user here" in rows["notice"].reason
    assert (rows["alert"].state, rows["alert"].recipient) == ("sent", "marta@example.com")
    assert case["key"] in rows["alert"].payload["subject"]
    assert Counter(mail.recipients for mail in smtp.taken) == {("marta@example.com",): 1, ("una@clientes.example",): 1}
    (shown,) = service.json("show", case["key"])
    assert {"notice_failed", "notice_escalated"} <= {event["kind"] for event in shown["events"]}
    books.check_audit(service)


@pytest.mark.fault(12)
@pytest.mark.faults
def test_a_mail_server_that_was_away_gets_everything_once_and_what_it_did_not_confirm_again(
    service: Service, dovecot: Dovecot, smtp: SmtpServer
) -> None:
    service.start()
    smtp.stop()

    for number in range(5):
        dovecot.append("soporte", mail(f"c{number}@clientes.example", f"Asunto {number}").as_bytes())
    books.wait_for_post(service, 5)
    wait_until(lambda: len(books.outbox_rows(service)) == 10, what="notices and receipts")
    wait_until(lambda: all(row.attempts for row in books.outbox_rows(service)), seconds=20, what="a first attempt")
    time.sleep(6)
    assert smtp.taken == []
    smtp.start()
    books.wait_for_letters(service, seconds=60)

    assert {row.state for row in books.outbox_rows(service)} == {"sent"}
    assert len(books.to_staff(smtp)) == 5
    assert len(books.to_customers(smtp)) == 5
    assert set(Counter(books.message_id(mail) for mail in smtp.taken).values()) == {1}

    # and when it takes a mail and its answer gets lost, that one goes out again under its own id, and is marked
    smtp.answers["DATA"] = HANG_UP
    dovecot.append("soporte", mail("una@clientes.example", "Hola").as_bytes())
    wait_until(lambda: len(smtp.taken) >= 12, seconds=20, what="the mails whose answers got lost")
    del smtp.answers["DATA"]
    books.wait_for_letters(service)

    times = Counter(books.message_id(mail) for mail in smtp.taken)
    rows = books.outbox_rows(service)
    assert {row.state for row in rows} == {"sent"}
    assert [row.attempts for row in rows[10:]] == [times[row.message_id] for row in rows[10:]]
    assert all(times[row.message_id] >= 2 for row in rows[10:])
    books.check_sent(service, smtp)
    books.check_audit(service)
