"""The e-mail channel as the conformance suite drives it: a mailbox on a real dovecot."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from email.utils import make_msgid

from config.secrets import Secret
from config.servers import ImapServer
from connectors.imap_email.connection import Login
from connectors.imap_email.fetching import Limits
from connectors.imap_email.source import ImapSource
from tests.conformance.source_suite import ChannelUnderTest
from tests.servers.dovecot import Dovecot
from ventanilla.channel import RawItem

PASSWORD = 'a password: ñ \\ " 1'  # what LOGIN alone would trip over


class EmailChannel(ChannelUnderTest):
    """Small batches, so that every test has several."""

    def __init__(self, server: Dovecot) -> None:
        self._server = server.user("soporte", PASSWORD)
        self._password = PASSWORD
        self._since = datetime.now(UTC)

    def source(self, *, start: str | date = "now") -> ImapSource:
        server = ImapServer(host=self._server.host, port=self._server.port, security="none")
        return ImapSource(
            server,
            Login(user="soporte", password=Secret(literal=self._password)),
            since=self._since,
            start=start,
            limits=Limits(batch_mails=2, imported_mails=2),
        )

    def arrive(self, text: str, *, age: timedelta = timedelta(0), seen: bool = False) -> None:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "customer@example.net", "soporte@example.com", text
        mail["Message-ID"] = make_msgid(domain="example.net")
        mail.set_content(text)
        if age or seen:
            flags = ["\\Seen"] if seen else []
            self._server.append("soporte", mail.as_bytes(), flags=flags, when=datetime.now(UTC) - age)
        else:
            self._server.deliver("soporte", mail.as_bytes())

    def arrive_broken(self) -> None:
        self._server.append("soporte", b"\x00\xff\xfe no header at all =?utf-8?b?broken")

    def text_of(self, item: RawItem) -> str:
        assert item.raw is not None
        return str(BytesParser(policy=default).parsebytes(item.raw)["Subject"])

    def go_down(self) -> None:
        self._server.kill()

    def come_back(self) -> None:
        self._server.start()

    def refuse(self) -> None:
        self._password = "not the password"

    def secret(self) -> str:
        return self._password
