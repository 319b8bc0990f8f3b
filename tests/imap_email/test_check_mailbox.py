"""`check --connect`: a line for each thing, in words an admin can act on; nothing is changed and nothing is sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from config.email import EmailSettings
from config.secrets import Secret
from connectors.imap_email.checking import check_mailbox
from connectors.imap_email.connection import Login
from tests.imap_email.mailbox import mail
from tests.imap_email.test_sent_folder import NO_FOLDER
from tests.servers.dovecot import Dovecot
from tests.servers.ports import free_port
from tests.servers.proxy import Proxy
from tests.servers.smtp import SmtpServer
from ventanilla.channel import Finding


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    """Where mail is handed in, with the same user and password."""
    with SmtpServer(user="soporte") as server:
        yield server


def settings(dovecot: Dovecot, smtp: SmtpServer | None, **options: Any) -> EmailSettings:
    """The channel's table."""
    values: dict[str, Any] = {
        "team": "atencion",
        "address": "soporte@example.com",
        "imap": {"host": dovecot.host, "port": dovecot.port, "security": "none", "user": "soporte"},
    }
    if smtp is not None:
        values["smtp"] = {"host": smtp.host, "port": smtp.port, "security": "none", "user": "soporte"}
    return EmailSettings.model_validate(values | options)


def check(channel: EmailSettings, *, password: str = "pw", now: datetime | None = None) -> dict[str, Finding]:
    """The findings by subject."""
    login = Login(user="soporte", password=Secret(literal=password), again="ventanilla login soporte")
    findings = list(check_mailbox(channel, login, login, now=now))
    assert all(finding.ok or finding.cure for finding in findings)
    return {finding.subject.split()[0]: finding for finding in findings}


def test_a_channel_in_order_gets_a_line_for_each_thing(dovecot: Dovecot, smtp: SmtpServer) -> None:
    for number in range(3):
        dovecot.append("soporte", mail(f"old {number}"))

    findings = check(settings(dovecot, smtp))

    assert all(finding.ok for finding in findings.values())
    assert findings["IMAP"].message == "logged in as soporte, not encrypted (this machine)"
    assert findings["INBOX"].message == "INBOX: 3 mails; starting with new ones"
    assert "IDLE" in findings["new"].message
    assert findings["sent"].message.startswith('"Sent" is where sent mail is kept')
    assert "soporte+key@example.com" in findings["plus"].message
    assert findings["SMTP"].message.endswith("no mail was sent")
    assert smtp.taken == []


def test_checking_marks_and_moves_nothing(dovecot: Dovecot, smtp: SmtpServer) -> None:
    dovecot.append("soporte", mail("unread"))

    check(settings(dovecot, smtp))

    assert not any(b"\\Seen" in flags for flags in dovecot.flags("soporte").values())


@pytest.mark.parametrize(
    ("start", "words"),
    [
        ("now", "INBOX: 2 mails; starting with new ones"),
        ("unseen", "INBOX: 2 mails; starting with the 1 unread one; the others are only noted down"),
        ("all", "INBOX: 2 mails; all of them are taken as new: up to 2 cases will be opened"),
        ("2026-11-01", "INBOX: 2 mails; starting with those since 2026-11-01; older ones are only noted down"),
    ],
)
def test_what_will_happen_is_said_before_it_does(dovecot: Dovecot, start: str, words: str) -> None:
    dovecot.append("soporte", mail("read"), flags=["\\Seen"])
    dovecot.append("soporte", mail("unread"))

    assert check(settings(dovecot, None, start=start))["INBOX"].message == words


def test_thousands_are_written_so_that_one_can_read_them(dovecot: Dovecot) -> None:
    dovecot.seed("soporte", [mail("old")] * 4012, when=datetime(2024, 5, 1, tzinfo=UTC))

    assert check(settings(dovecot, None))["INBOX"].message == "INBOX: 4,012 mails; starting with new ones"


def test_tls_and_the_end_of_a_certificate_are_told() -> None:
    with Dovecot(tls=True).user("soporte") as dovecot:
        imap = {"host": dovecot.host, "port": dovecot.tls_port, "security": "tls", "ca_file": str(dovecot.ca_file)}
        channel = settings(dovecot, None, imap=imap | {"user": "soporte"})
        login = Login(user="soporte", password=Secret(literal="pw"))

        now = list(check_mailbox(channel, login, None))
        later = list(check_mailbox(channel, login, None, now=datetime.now(UTC) + timedelta(days=20)))

    assert now[0].message == "logged in as soporte over TLSv1.3"
    assert now[1].ok
    assert now[1].message.startswith("its certificate holds until ")
    assert not later[1].ok
    assert "renew" in later[1].cure


def test_a_wrong_password_is_told_for_each_server_and_the_rest_is_left_out(dovecot: Dovecot, smtp: SmtpServer) -> None:
    findings = check(settings(dovecot, smtp), password="wrong")

    assert list(findings) == ["IMAP", "SMTP"]
    assert not any(finding.ok for finding in findings.values())
    assert "wrong" not in "".join(finding.message + finding.cure for finding in findings.values())


def test_servers_out_of_reach_are_told(dovecot: Dovecot, smtp: SmtpServer) -> None:
    channel = settings(dovecot, smtp, imap={"host": "127.0.0.1", "port": free_port(), "security": "none", "user": "a"})

    findings = check(channel)

    assert not findings["IMAP"].ok
    assert "nobody listens" in findings["IMAP"].message
    assert findings["SMTP"].ok


def test_a_missing_folder_is_told_with_those_there_are(dovecot: Dovecot) -> None:
    dovecot.append("soporte", mail("x"), "Pedidos")

    findings = check(settings(dovecot, None, folders=["INBOX", "Pedido"]))

    assert findings["INBOX"].ok
    assert not findings["Pedido"].ok
    assert '"Pedidos"' in findings["Pedido"].cure


def test_a_server_that_marks_no_sent_folder_and_has_none_of_a_known_name_says_what_to_set() -> None:
    with Dovecot(sent_use="", extra=NO_FOLDER).user("soporte") as dovecot:
        dovecot.append("soporte", mail("x"), "Lo enviado")
        findings = check(settings(dovecot, None))

    assert findings["sent"].ok  # the rest of the channel works
    assert "cannot be seen" in findings["sent"].message
    assert findings["sent"].cure == 'set sent_folder to one of: "Lo enviado"'


@pytest.mark.parametrize(("folder", "ok"), [("Sent", True), ("Enviados", False)])
def test_a_sent_folder_that_is_named_must_be_there(dovecot: Dovecot, folder: str, ok: bool) -> None:
    assert check(settings(dovecot, None, sent_folder=folder))["sent"].ok is ok


def test_a_sent_folder_says_how_much_is_in_it_and_that_an_empty_one_is_odd(dovecot: Dovecot) -> None:
    empty = check(settings(dovecot, None))["sent"]
    dovecot.append("soporte", mail("x"), "Sent")
    used = check(settings(dovecot, None))["sent"]

    assert "keep their copies" in empty.message
    assert empty.cure
    assert '"Sent" is where sent mail is kept (1)' in used.message
    assert used.cure == ""


def test_a_sent_folder_that_is_switched_off_is_told(dovecot: Dovecot) -> None:
    assert "not watched" in check(settings(dovecot, None, sent_folder="off"))["sent"].message


def test_a_server_without_idle_is_told_with_how_often_it_is_asked(dovecot: Dovecot) -> None:
    with Proxy(dovecot.port) as proxy:
        proxy.on_answer = lambda data: data.replace(b" IDLE ", b" NODI ")
        imap = {"host": proxy.host, "port": proxy.port, "security": "none", "user": "soporte"}

        findings = check(settings(dovecot, None, imap=imap, poll="90s"))

    assert findings["new"].message == "the server does not tell of new mail (no IDLE): it is looked for every 90 s"


def test_a_channel_without_smtp_says_that_it_cannot_send(dovecot: Dovecot) -> None:
    assert "cannot send" in check(settings(dovecot, None))["SMTP"].message


def test_a_mailbox_that_is_nearly_full_is_told() -> None:
    with Dovecot(quota="100K").user("soporte") as dovecot:
        dovecot.append("soporte", mail("large", "x" * 95_000))

        findings = check(settings(dovecot, None))

    assert not findings["quota"].ok
    assert "% full" in findings["quota"].message


ACL = """
mail_plugins = $mail_plugins acl
protocol imap {
  mail_plugins = $mail_plugins imap_acl
}
plugin {
  acl = vfile:%s
}
"""


def test_who_keeps_copies_of_answers_is_told(dovecot: Dovecot, smtp: SmtpServer) -> None:
    def copies(**options: Any) -> str:
        return check(settings(dovecot, smtp, **options))["copies"].message

    assert copies() == 'each answer is copied into "Sent", unless it is there already'
    assert copies(sent_folder="off") == copies()
    assert copies(save_sent=False) == "no copies of answers are kept (save_sent = false)"
    assert check(settings(dovecot, None))["copies"].message == "nothing is sent from here"


def test_a_folder_that_copies_cannot_go_to_is_told(dovecot: Dovecot, smtp: SmtpServer) -> None:
    missing = check(settings(dovecot, smtp, sent_folder="Enviados"))["copies"]
    assert (missing.ok, missing.message) == (False, 'there is no folder "Enviados" to copy answers into')
    rights = dovecot.base / "acl"  # where that server's user may read
    rights.write_text("Sent owner lrws\nINBOX owner lrwstipekxa\n")
    rights.chmod(0o644)

    with Dovecot(extra=ACL % rights).user("soporte") as strict:
        forbidden = check(settings(strict, smtp))["copies"]

    assert (forbidden.ok, "may not write there" in forbidden.message) == (False, True)
    with Dovecot(sent_use="", extra=NO_FOLDER).user("soporte") as bare:
        made = check(settings(bare, smtp))["copies"]
    assert made.message == 'each answer is copied into "Sent", which is made with the first'
