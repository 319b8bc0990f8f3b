"""A login that is refused pauses its channel alone, says what would cure it, tells a person, and is cured without a restart."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance import books
from tests.acceptance.conftest import Launch
from tests.acceptance.letters import mail
from tests.acceptance.service import house, mailbox
from tests.servers.certificates import make_certificate
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpServer


@pytest.mark.fault(11)
def test_a_wrong_password_pauses_that_channel_alone_until_the_secret_is_put_right(
    make_service: Launch, dovecot: Dovecot, smtp: SmtpServer
) -> None:
    # given two mailboxes, of which one has another password than the file says
    dovecot.user("ventas", "another one")
    settings = house(dovecot, smtp)
    settings["channels"]["ventas"] = mailbox(dovecot, smtp, user="ventas")
    service = make_service(settings)
    service.start()

    # then it is paused, with its cure, and the other one works
    paused = books.wait_for_channel(service, "ventas", paused=True)
    assert paused["state"] == "paused"
    assert "refused" in paused["problem"]
    assert "password" in paused["cure"]
    dovecot.append("soporte", mail("una@clientes.example", "Hola").as_bytes())
    books.wait_for_post(service, 1)
    assert books.wait_for_channel(service, "soporte", paused=False)["state"] == "ok"

    # and a person has been told once, by mail
    books.wait_for_letters(service)
    alerts = [row for row in books.outbox_rows(service) if row.kind == "alert"]
    assert [(row.recipient, row.state) for row in alerts] == [("marta@example.com", "sent")]
    assert "ventas" in alerts[0].payload["subject"]
    assert paused["problem"] in alerts[0].payload["text"]

    # when the secret is put right, without a restart
    before = service.pids()
    dovecot.append("ventas", mail("otra@clientes.example", "Hola").as_bytes())
    service.secret("secrets/ventas", "another one")
    assert books.wait_for_channel(service, "ventas", paused=False)["state"] == "ok"

    # then it goes on where it was, in the same processes
    dovecot.append("ventas", mail("tercera@clientes.example", "Hola").as_bytes())
    books.wait_for_post(service, 3)
    assert len(service.json("conversations", "--channel", "ventas")) == 2
    assert service.pids() == before
    books.check_audit(service)


@pytest.mark.fault(11)
@pytest.mark.faults
def test_an_expired_certificate_pauses_that_channel_alone_until_it_is_replaced(
    make_service: Launch, dovecot: Dovecot, smtp: SmtpServer, tmp_path: Path
) -> None:
    certificates = tmp_path / "certificates"
    with Dovecot(certificates, tls=True).user("ventas") as other:
        # given a server whose certificate expired long ago
        good = other.certificate
        assert good is not None
        other.use_certificate(make_certificate(certificates, expired=True, name="expired"))
        other.restart()
        settings = house(dovecot, smtp)
        settings["channels"]["ventas"] = mailbox(other, smtp, user="ventas")
        settings["channels"]["ventas"]["imap"] |= {
            "port": other.tls_port,
            "security": "tls",
            "ca_file": str(other.ca_file),
        }
        service = make_service(settings)
        service.start()

        # then it is paused and says so; the other channel works
        paused = books.wait_for_channel(service, "ventas", paused=True)
        assert paused["state"] == "paused"
        assert "certificate" in paused["problem"]
        assert "expired" in paused["problem"]
        assert paused["cure"]
        dovecot.append("soporte", mail("una@clientes.example", "Hola").as_bytes())
        books.wait_for_post(service, 1)

        # when the server shows a good one
        other.use_certificate(good)
        other.restart()
        assert books.wait_for_channel(service, "ventas", paused=False)["state"] == "ok"
        other.append("ventas", mail("otra@clientes.example", "Hola").as_bytes())

        # then its mail comes in
        books.wait_for_post(service, 2)
        assert len(service.json("conversations", "--channel", "ventas")) == 1
        books.wait_for_letters(service)
        alerts = [row for row in books.outbox_rows(service) if row.kind == "alert"]
        assert [(row.recipient, row.state) for row in alerts] == [("marta@example.com", "sent")]
        books.check_audit(service)
