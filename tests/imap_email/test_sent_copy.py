"""One copy of what we sent in the folder of sent mail of a real server: never two, the very bytes, whatever breaks on the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from config.email import EmailSettings
from config.secrets import Secret
from config.servers import ImapServer
from config.servers import SmtpServer as SmtpSettings
from connectors.imap_email.connection import Login
from connectors.imap_email.sender import SmtpSender
from connectors.imap_email.sent_copy import SentCopies, saves_copies
from tests.imap_email.test_compose import letter
from tests.imap_email.test_sent_folder import NO_FOLDER
from tests.servers.dovecot import Dovecot
from tests.servers.ports import free_port
from tests.servers.proxy import Proxy
from tests.servers.smtp import SmtpServer
from ventanilla.channel import Attachment, Outgoing
from ventanilla.errors import LoginRefused, Temporary

ADDRESS = "soporte@example.com"
TRIED = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
FILE = Attachment(filename="plano ñ.pdf", content_type="application/pdf", content=b"%PDF" * 100)


def answer(**fields: Any) -> Outgoing:
    """A person's answer, as it was handed over."""
    values = {"automatic": False, "tried_at": TRIED, "html": "<p>Hola</p>", "attachments": (FILE,), **fields}
    return letter(**values)


@contextmanager
def copies(dovecot: Dovecot, *, port: int | None = None, password: str = "pw", **more: Any) -> Iterator[SentCopies]:
    """What keeps copies in the mailbox of `soporte`."""
    server = ImapServer(host=dovecot.host, port=port or dovecot.port, security="none")
    login = Login(user="soporte", password=Secret(literal=password))
    keeper = SentCopies(server, login, address=ADDRESS, name="Ferretería Sol", **more)
    try:
        yield keeper
    finally:
        keeper.close()


def test_the_copy_is_the_very_bytes_that_went_out_and_read(dovecot: Dovecot) -> None:
    outgoing = answer(from_name="Ana (Ferretería Sol)", cc=("madre@example.net",))
    with SmtpServer() as smtp, copies(dovecot) as keeper:
        settings = SmtpSettings(host=smtp.host, port=smtp.port, security="none")
        sender = SmtpSender(settings, None, address=ADDRESS, name="Ferretería Sol")
        sender.send(outgoing)
        sender.close()
        keeper.keep(outgoing)

    assert dovecot.messages("soporte", "Sent") == [smtp.taken[0].raw]
    assert [b"\\Seen" in flags for flags in dovecot.flags("soporte", "Sent").values()] == [True]
    with dovecot.client("soporte", "Sent") as client:
        assert client.fetch(client.search(), ["INTERNALDATE"])[1][b"INTERNALDATE"] == TRIED


def test_a_repeat_finds_it_and_so_does_another_process(dovecot: Dovecot) -> None:
    for _ in range(2):
        with copies(dovecot) as keeper:
            keeper.keep(answer())
            keeper.keep(answer())
            keeper.keep(answer(id=8, message_id="<8.abc@example.com>"))

    assert len(dovecot.messages("soporte", "Sent")) == 2


@pytest.mark.parametrize("field", ["Message-ID", "X-Ventanilla-Id"])
def test_a_copy_that_the_provider_made_itself_is_enough(dovecot: Dovecot, field: str) -> None:
    made = f"{field}: <7.abc@example.com>\r\nSubject: Recibido\r\n\r\nHola\r\n".encode()
    dovecot.append("soporte", made, "Sent")

    with copies(dovecot) as keeper:
        keeper.keep(answer())

    assert dovecot.messages("soporte", "Sent") == [made]


def test_an_answer_that_is_lost_leaves_one_copy_in_the_end(dovecot: Dovecot) -> None:
    def lose(answer: bytes) -> bytes:
        if b"APPENDUID" in answer:
            proxy.cut()
            return b""
        return answer

    with Proxy(dovecot.port) as proxy, copies(dovecot, port=proxy.port) as keeper:
        proxy.on_answer = lose
        with pytest.raises(Temporary):
            keeper.keep(answer())
        assert len(dovecot.messages("soporte", "Sent")) == 1  # it was taken; only the answer was lost
        keeper.keep(answer())

    assert len(dovecot.messages("soporte", "Sent")) == 1


@pytest.mark.parametrize(("wanted", "folder"), [("auto", "Sent"), ("Enviados", None)])
def test_a_missing_folder_is_made_unless_somebody_named_it(wanted: str, folder: str | None) -> None:
    with Dovecot(sent_use="", extra=NO_FOLDER).user("soporte") as dovecot, copies(dovecot, wanted=wanted) as keeper:
        if folder is None:
            with pytest.raises(Temporary, match='there is no folder "Enviados"') as refusal:
                keeper.keep(answer())
            assert 'set sent_folder to "auto" or one of: "INBOX"' in refusal.value.cure
        else:
            keeper.keep(answer())
            assert len(dovecot.messages("soporte", folder)) == 1


def test_a_full_mailbox_is_told_with_the_servers_words() -> None:
    with Dovecot(quota="10K").user("soporte") as dovecot, copies(dovecot) as keeper:
        big = Attachment(filename="x.bin", content_type="application/pdf", content=b"x" * 30_000)
        with pytest.raises(Temporary, match=r'does not take it into "Sent".*[Qq]uota') as refusal:
            keeper.keep(answer(attachments=(big,)))
        assert "make room" in refusal.value.cure


def test_a_server_out_of_reach_and_a_refused_login_are_told_apart(dovecot: Dovecot) -> None:
    with copies(dovecot, port=free_port()) as keeper, pytest.raises(Temporary, match="nobody listens"):
        keeper.keep(answer())
    with copies(dovecot, password="wrong") as keeper, pytest.raises(LoginRefused):
        keeper.keep(answer())


@pytest.mark.parametrize(
    ("channel", "ours"),
    [
        ({}, True),
        ({"save_sent": False}, False),
        ({"smtp": None}, False),
        ({"provider": "google"}, False),
        ({"provider": "google", "save_sent": True}, True),
        ({"provider": "microsoft365"}, False),
        ({"provider": "ionos"}, True),
        ({"smtp": {"host": "smtp.gmail.com"}}, False),
        ({"provider": "google", "smtp": {"host": "relay.example.com"}}, True),
        ({"provider": "google", "smtp": {"user": "ana@example.com", "password": "x"}}, True),
    ],
)
def test_copies_are_ours_where_the_server_that_sends_does_not_make_them(channel: dict[str, Any], ours: bool) -> None:
    servers = {"imap": {"host": "imap.example.com"}, "smtp": {"host": "smtp.example.com"}}
    given = {"team": "atencion", "address": ADDRESS, **({} if "provider" in channel else servers), **channel}

    assert saves_copies(EmailSettings.model_validate(given)) is ours


def test_what_was_sent_days_ago_is_dated_then(dovecot: Dovecot) -> None:
    with copies(dovecot, clock=lambda: TRIED + timedelta(days=3)) as keeper:
        keeper.keep(answer())

    assert b"Date: Sat, 21 Nov 2026 09:30:00 +0000" in dovecot.messages("soporte", "Sent")[0]
