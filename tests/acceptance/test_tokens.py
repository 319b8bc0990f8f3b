"""XOAUTH2 through the running service: consent by device code, tokens that expire and rotate, consent taken away."""

from __future__ import annotations

import json
import stat
import time
from collections.abc import Iterator

import pytest

from tests.acceptance import books
from tests.acceptance.conftest import Launch
from tests.acceptance.letters import mail
from tests.acceptance.service import Service, house
from tests.servers.dovecot import Dovecot
from tests.servers.oauth import OAuthServer
from tests.servers.smtp import SmtpServer

LIFETIME = 4.0


@pytest.fixture
def oauth() -> Iterator[OAuthServer]:
    """A token server whose tokens live for seconds."""
    with OAuthServer("soporte", lifetime=LIFETIME) as server:
        yield server


@pytest.fixture
def token_smtp() -> Iterator[SmtpServer]:
    """An SMTP server that wants the same tokens."""
    with SmtpServer(user="soporte", mechanisms=("XOAUTH2",)) as server:
        yield server


@pytest.fixture
def service(make_service: Launch, dovecot: Dovecot, token_smtp: SmtpServer, oauth: OAuthServer) -> Service:
    """The small house whose mailbox takes tokens only."""
    settings = house(dovecot, token_smtp)
    channel = settings["channels"]["soporte"]
    del channel["imap"]["password"]
    channel["smtp"]["user"] = "soporte"
    channel["oauth2"] = {
        "client_id": oauth.client_id,
        "client_secret": {"file": "secrets/client"},
        "flow": "device",
        "token_url": f"{oauth.url}/token",
        "device_url": f"{oauth.url}/device",
        "scopes": ["mail"],
    }
    made = make_service(settings)
    made.secret("secrets/client", "s3cr3t")
    return made


def test_mail_goes_on_over_expired_tokens_and_a_consent_taken_away_pauses_the_channel_until_the_next_login(
    service: Service, dovecot: Dovecot, token_smtp: SmtpServer, oauth: OAuthServer
) -> None:
    # given somebody has logged the channel in
    oauth.approved = True
    login = service.run("login", "soporte")
    assert login.returncode == 0, login.stderr
    assert "ABCD-EFGH" in login.stdout
    service.start()

    # when tokens expire again and again, and the server ends the sessions that they opened
    for number in range(3):
        dovecot.append("soporte", mail(f"c{number}@clientes.example", f"Asunto {number}").as_bytes())
        books.wait_for_post(service, number + 1, seconds=40)
        time.sleep(LIFETIME)
        dovecot.kill_sessions()

    # then every mail came in, and notices and receipts went out, by tokens renewed with rotating refresh tokens
    books.wait_for_letters(service)
    assert len(token_smtp.taken) == 6
    refreshed = [fields["refresh_token"] for fields in oauth.asked if fields.get("grant_type") == "refresh_token"]
    assert len(refreshed) >= 3
    assert len(set(refreshed)) == len(refreshed)
    assert books.wait_for_channel(service, "soporte", paused=False)["state"] == "ok"
    for path in (service.data_dir / "tokens").rglob("*.json"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    # when the consent is taken away
    oauth.refresh_token, oauth.approved = None, False
    time.sleep(LIFETIME)
    dovecot.kill_sessions()
    paused = books.wait_for_channel(service, "soporte", paused=True)

    # then the cure is the command that mends it, and it does
    assert "ventanilla login soporte" in paused["cure"]
    oauth.approved = True
    assert service.run("login", "soporte").returncode == 0
    dovecot.append("soporte", mail("c3@clientes.example", "Asunto 3").as_bytes())
    books.wait_for_post(service, 4, seconds=60)
    assert books.wait_for_channel(service, "soporte", paused=False)["state"] == "ok"
    assert "s3cr3t" not in service.log.read_text()
    assert not _tokens_in(service)


def _tokens_in(service: Service) -> bool:
    """Whether a token stands in the log."""
    kept = [json.loads(path.read_text()) for path in (service.data_dir / "tokens").glob("*.json")]
    assert kept, "where are the tokens kept?"
    said = service.log.read_text()
    return any(value in said for one in kept for name, value in one.items() if name.endswith("_token"))
