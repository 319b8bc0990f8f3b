"""A login that is refused pauses its channel alone, says what would cure it, tells a person, and is cured without a restart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.acceptance import books
from tests.acceptance.conftest import Launch
from tests.acceptance.letters import mail
from tests.acceptance.service import Service, house, mailbox
from tests.servers.certificates import make_certificate
from tests.servers.dovecot import Dovecot
from tests.servers.ports import wait_until
from tests.servers.smtp import SmtpServer


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
    wait_until(lambda: _channel(service, "ventas")["state"] == "paused", seconds=20, what="the pause")
    paused = _channel(service, "ventas")
    assert "refused" in paused["problem"]
    assert "password" in paused["cure"]
    dovecot.append("soporte", mail("una@clientes.example", "Hola").as_bytes())
    wait_until(lambda: len(service.json("conversations")) == 1, seconds=20, what="the other channel's case")
    assert _channel(service, "soporte")["state"] == "ok"

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
    wait_until(lambda: _channel(service, "ventas")["state"] == "ok", seconds=40, what="the cure")

    # then it goes on where it was, in the same processes
    dovecot.append("ventas", mail("tercera@clientes.example", "Hola").as_bytes())
    wait_until(lambda: _cases_on(service, "ventas") >= 1, seconds=20, what="the cured channel's case")
    assert service.pids() == before
    books.check_audit(service)


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
        wait_until(lambda: _channel(service, "ventas")["state"] == "paused", seconds=20, what="the pause")
        paused = _channel(service, "ventas")
        assert "certificate" in paused["problem"]
        assert "expired" in paused["problem"]
        assert paused["cure"]
        dovecot.append("soporte", mail("una@clientes.example", "Hola").as_bytes())
        wait_until(lambda: len(service.json("conversations")) == 1, seconds=20, what="the other channel's case")

        # when the server shows a good one
        other.use_certificate(good)
        other.restart()
        wait_until(lambda: _channel(service, "ventas")["state"] == "ok", seconds=40, what="the cure")
        other.append("ventas", mail("otra@clientes.example", "Hola").as_bytes())

        # then its mail comes in
        wait_until(lambda: _cases_on(service, "ventas") == 1, seconds=20, what="the cured channel's case")
        books.wait_for_letters(service)
        alerts = [row for row in books.outbox_rows(service) if row.kind == "alert"]
        assert [(row.recipient, row.state) for row in alerts] == [("marta@example.com", "sent")]


def _channel(service: Service, name: str) -> dict[str, Any]:
    """What `status` says of a channel."""
    found: dict[str, Any] = next(one for one in service.json("status")["channels"] if one["name"] == name)
    return found


def _cases_on(service: Service, channel: str) -> int:
    return len(service.json("conversations", "--channel", channel))
