"""Logging in to IMAP with tokens that expire, against a dovecot that validates them itself."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.email import OAuth2
from config.servers import ImapServer
from connectors.imap_email.connection import Login
from connectors.imap_email.login import kept_tokens
from connectors.imap_email.source import ImapSource
from tests.conformance.ledger import Ledger
from tests.imap_email.mailbox import mail, subject_of
from tests.servers.dovecot import Dovecot
from tests.servers.oauth import OAuthServer
from tests.servers.proxy import Proxy
from tests.servers.tokens import make_token
from ventanilla.errors import LoginRefused


@pytest.fixture
def server() -> Iterator[OAuthServer]:
    """A token server for the mailbox `soporte`."""
    with OAuthServer("soporte") as started:
        yield started


def open_source(dovecot: Dovecot, server: OAuthServer, folder: Path, *, port: int | None = None) -> ImapSource:
    """The inbox, opened with tokens of the application itself."""
    oauth2 = OAuth2(client_id="client-1", token_url=f"{server.url}/token", flow="client_credentials")
    tokens = kept_tokens(oauth2, name="soporte", folder=folder)
    return ImapSource(
        ImapServer(host=dovecot.host, port=port or dovecot.port, security="none"),
        Login(user="soporte", tokens=tokens, again="ventanilla login soporte"),
        since=datetime.now(UTC),
    )


def test_a_token_that_expires_in_the_middle_is_renewed_and_nothing_is_lost(
    dovecot: Dovecot, server: OAuthServer, tmp_path: Path
) -> None:
    server.lifetime = 2  # renewed after one second; dovecot takes it for two
    ledger, source = Ledger(), open_source(dovecot, server, tmp_path)
    ledger.pull(source)
    for number in range(4):
        dovecot.deliver("soporte", mail(f"mail {number}"))
        source.wait(30)
        time.sleep(0.7)
        dovecot.kill_sessions()  # as servers do when the token of a session expires
        ledger.pull(source)
    source.close()

    assert [subject_of(item) for item in ledger.new] == [f"mail {number}" for number in range(4)]
    assert len(server.asked) >= 3
    assert "Token has expired" not in dovecot.log()


def test_a_token_that_the_server_refuses_before_its_time_is_renewed_once(
    dovecot: Dovecot, server: OAuthServer, tmp_path: Path
) -> None:
    server.planned = [(200, {"access_token": make_token("soporte", expires_in=-5), "expires_in": 3600})]
    ledger, source = Ledger(), open_source(dovecot, server, tmp_path)

    ledger.pull(source)
    source.close()

    assert len(server.asked) == 2
    assert ledger.checkpoint is not None


def test_tokens_that_are_refused_again_and_again_pause_the_channel_with_a_cure(
    dovecot: Dovecot, server: OAuthServer, tmp_path: Path
) -> None:
    server.user = "somebody else"
    source = open_source(dovecot, server, tmp_path)

    with pytest.raises(LoginRefused) as refusal:
        Ledger().pull(source)
    source.close()

    assert len(server.asked) == 2
    assert "ventanilla login soporte" in refusal.value.cure
    assert "refused the login of soporte" in str(refusal.value)


def test_a_server_that_offers_only_oauthbearer_is_spoken_to_in_it(server: OAuthServer, tmp_path: Path) -> None:
    with Dovecot(mechanisms="plain oauthbearer").user("soporte") as dovecot, Proxy(dovecot.port) as proxy:
        source = open_source(dovecot, server, tmp_path, port=proxy.port)
        Ledger().pull(source)
        source.close()

        assert any(b"AUTHENTICATE OAUTHBEARER" in line for line in proxy.lines)
        assert "method=OAUTHBEARER" in dovecot.log()


def test_the_error_of_a_refused_token_is_fetched_and_told(
    dovecot: Dovecot, server: OAuthServer, tmp_path: Path
) -> None:
    server.user = "somebody else"
    with Proxy(dovecot.port) as proxy:
        proxy.on_answer = lambda data: data.replace(
            base64.b64encode(b'{"status":"401","schemes":"bearer","scope":"mail"}'),
            base64.b64encode(b'{"status":"400","schemes":"bearer","scope":"mail"}'),
        )
        source = open_source(dovecot, server, tmp_path, port=proxy.port)

        with pytest.raises(LoginRefused, match='"status":"400"'):
            Ledger().pull(source)
        source.close()


def test_no_token_stands_in_an_error(dovecot: Dovecot, server: OAuthServer, tmp_path: Path) -> None:
    server.user = "somebody else"
    source = open_source(dovecot, server, tmp_path)

    with pytest.raises(LoginRefused) as refusal:
        Ledger().pull(source)
    source.close()

    kept = (tmp_path / "soporte.json").read_text()
    assert "eyJ" in kept
    assert "eyJ" not in f"{refusal.value} {refusal.value.cure}"
