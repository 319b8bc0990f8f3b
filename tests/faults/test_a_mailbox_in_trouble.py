"""A running service's mailbox: its server hangs up, falls silent, loses a mail before its fetch; mails with no id, or another's."""

from __future__ import annotations

from collections import Counter
from email.message import EmailMessage

import pytest
import sqlalchemy as sa

from tests.acceptance import books
from tests.acceptance.letters import mail
from tests.acceptance.mailing import append_raws
from tests.acceptance.service import Service
from tests.faults.tally import count_faults, count_kills
from tests.servers.dovecot import Dovecot
from tests.servers.ports import wait_until
from tests.servers.proxy import Proxy
from tests.servers.smtp import SmtpServer
from ventanilla.store.tables import inbox

VANISHING = 3


@pytest.mark.faults
@pytest.mark.fault(11)
def test_a_mailbox_that_hangs_up_falls_silent_and_loses_a_mail_gives_every_other_one_once(
    service: Service, dovecot: Dovecot, smtp: SmtpServer
) -> None:
    gone: list[int] = []

    def expunge(line: bytes) -> None:
        if b"BODY.PEEK[]" in line and not gone:
            gone.append(VANISHING)
            dovecot.expunge("soporte", VANISHING)

    with Proxy(dovecot.port, on_line=expunge) as between:
        imap = service.settings["channels"]["soporte"]
        imap["poll"], imap["imap"] = "5s", imap["imap"] | {"port": between.port}
        service.write()
        service.start()
        before = service.pids()

        # given a mail that goes away between the search and the fetch, two of one id, two without
        append_raws(dovecot, [each.as_bytes() for each in odd_mails()])
        books.wait_for_post(service, 6)
        assert gone == [VANISHING]

        # and a server that hangs up on who waits, three times, and then falls silent on an open line
        for number in range(3):
            wait_until(lambda: between.lines and between.lines[-1].rstrip().endswith(b" IDLE"), what="a wait")
            dovecot.kill_sessions()
            count_kills()
            append_raws(dovecot, [mail(f"d{number}@clientes.example", f"Otra {number}").as_bytes()])
            books.wait_for_post(service, 7 + number)
        between.freeze()
        append_raws(dovecot, [mail("ultima@clientes.example", "La última").as_bytes()])
        wait_until(lambda: any("in time" in str(line.get("problem")) for line in service.said()), seconds=240)
        between.thaw()
        count_faults(2)
        books.wait_for_post(service, 10)
        books.wait_for_letters(service)

        # then the one that went is noted, and every other one is a case
        with service.store.read() as connection:
            fates = Counter(connection.scalars(sa.select(inbox.c.state)))
        assert fates == {"routed": 9, "quarantined": 1}
        assert len(service.json("conversations")) == 9
        assert service.pids() == before
        books.check_audit(service, gone=1)
        books.check_sent(service, smtp)


def odd_mails() -> list[EmailMessage]:
    """Six, of which the third will not be there."""
    twins = [
        mail("gemelo@clientes.example", f"Pregunta {copy}", message_id="twin@x.example") for copy in ("una", "dos")
    ]
    vanishing = mail("nadie@clientes.example", "Me voy", message_id="gone@x.example")
    unnamed = [mail("sin-id@clientes.example", f"Sin identificador {number}") for number in range(2)]
    return [*twins, vanishing, *unnamed, mail("otra@clientes.example", "Hola", message_id="other@x.example")]
