"""The folder of sent mail is a source like any other, but that nothing of before is taken from it, however the channel starts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from email.utils import make_msgid

import pytest

from config.secrets import Secret
from config.servers import ImapServer
from connectors.imap_email.connection import Login
from connectors.imap_email.fetching import Limits
from connectors.imap_email.sent_source import SentSource
from tests.conformance.email_channel import PASSWORD, EmailChannel
from tests.conformance.ledger import Ledger
from tests.conformance.source_suite import LONG_AGO, HintSuite, SourceSuite
from tests.servers.dovecot import Dovecot
from ventanilla.channel import OUTBOUND


class SentFolder(EmailChannel):
    """The same mailbox, and what its mail clients file."""

    def source(self, *, start: str | date = "now") -> SentSource:
        server = ImapServer(host=self._server.host, port=self._server.port, security="none")
        login = Login(user="soporte", password=Secret(literal=self._password))
        return SentSource(server, login, since=self._since, limits=Limits(batch_mails=2))

    def arrive(self, text: str, *, age: timedelta = timedelta(0), seen: bool = False) -> None:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "soporte@example.com", "customer@example.net", text
        mail["Message-ID"] = make_msgid(domain="example.com")
        mail.set_content(text)
        self._server.append("soporte", mail.as_bytes(), "Sent", flags=["\\Seen"], when=datetime.now(UTC) - age)

    def arrive_broken(self) -> None:
        self._server.append("soporte", b"\x00\xff\xfe no header at all =?utf-8?b?broken", "Sent")


class TestSent(SourceSuite, HintSuite):
    """Against a real dovecot. What the suite asks of `start` and of imported items does not fit."""

    test_a_crash_after_any_batch_of_first_contact_loses_nothing = None  # type: ignore[assignment]
    test_by_default_what_is_older_than_the_channel_is_only_imported = None  # type: ignore[assignment]
    test_start_all_makes_everything_new = None  # type: ignore[assignment]
    test_start_at_a_date_makes_new_what_came_on_that_day_or_later = None  # type: ignore[assignment]

    @pytest.fixture
    def channel(self) -> Iterator[SentFolder]:
        """A mailbox with a password that is hard to quote."""
        with Dovecot() as server:
            yield SentFolder(server)

    def test_all_is_marked_as_ours_and_nothing_of_before_is_taken(self, channel: SentFolder) -> None:
        channel.arrive("old", age=LONG_AGO)
        channel.arrive("new")
        ledger, source = Ledger(), channel.source()

        ledger.pull(source)
        source.close()

        assert [(channel.text_of(item), item.note.split("; ")[0]) for item in ledger.items] == [("new", OUTBOUND)]
        assert PASSWORD not in source.name
