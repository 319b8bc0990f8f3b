"""The private dovecot that other tests lean on does what they believe it does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from tests.servers.dovecot import Dovecot

OLD = datetime(2024, 5, 1, tzinfo=UTC)


def test_delivered_appended_and_seeded_mails_are_all_there_and_outlive_a_kill() -> None:
    with Dovecot().user("soporte", "a pass:word é") as server:
        server.seed("soporte", [b"Subject: seeded\r\n\r\nx"], when=OLD)
        server.append("soporte", b"Subject: appended\r\n\r\nx", flags=["$Junk"])
        server.deliver("soporte@example.com", b"Subject: delivered\r\n\r\nx")

        server.kill()
        server.start()

        subjects = [raw.partition(b"Subject: ")[2].split(b"\r\n")[0] for raw in server.messages("soporte")]
        assert subjects == [b"seeded", b"appended", b"delivered"]
        assert b"$Junk" in server.flags("soporte")[2]


def test_a_token_is_taken_until_it_expires() -> None:
    with Dovecot().user("soporte") as server:
        fresh, expired = server.token("soporte"), server.token("soporte", expires_in=-1)

        client = IMAPClient(server.host, server.port, ssl=False)
        client.oauth2_login("soporte", fresh)
        client.logout()

        refused = IMAPClient(server.host, server.port, ssl=False)
        with pytest.raises(LoginError):
            refused.oauth2_login("soporte", expired)
        refused.shutdown()


def test_tls_is_served_with_a_certificate_that_its_own_authority_signed() -> None:
    with Dovecot(tls=True).user("soporte") as server:
        client = IMAPClient(server.host, server.tls_port, ssl_context=server.trusting())
        client.login("soporte", "pw")
        client.logout()


def test_uidvalidity_can_be_changed() -> None:
    with Dovecot().user("soporte") as server:
        server.deliver("soporte", b"Subject: x\r\n\r\nx")

        server.change_uidvalidity("soporte", 77)

        with server.client("soporte", "INBOX") as client:
            assert client.folder_status("INBOX")[b"UIDVALIDITY"] == 77


def test_nothing_is_left_after_stop() -> None:
    server = Dovecot().user("soporte").start()
    server.deliver("soporte", b"Subject: x\r\n\r\nx")

    server.stop()

    assert not server.base.exists()
    assert server.sessions() == 0
