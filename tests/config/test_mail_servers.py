"""Mail servers: what a provider, a port or the channel fills in, and whose password goes where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from config.email import EmailSettings, ImapServer, SmtpServer
from config.providers import PROVIDERS
from config.servers import is_loopback
from tests.config.toml_files import GOOD, SMTP, load, problems_of, said, write

CHANNEL = {"kind": "email", "team": "t", "address": "a@example.com"}


def channel(**settings: Any) -> EmailSettings:
    return EmailSettings.model_validate(CHANNEL | settings)


@pytest.mark.parametrize(
    ("written", "port", "security"),
    [
        ({}, 993, "tls"),
        ({"port": 993}, 993, "tls"),
        ({"port": 143}, 143, "starttls"),
        ({"port": 1993}, 1993, "tls"),
        ({"security": "starttls"}, 143, "starttls"),
        ({"security": "none", "host": "localhost"}, 143, "none"),
        ({"port": 993, "security": "starttls"}, 993, "starttls"),
    ],
)
def test_port_and_security_of_imap_follow_from_each_other(written: dict[str, Any], port: int, security: str) -> None:
    server = ImapServer.model_validate({"host": "mail.example.com"} | written)
    assert (server.port, server.security) == (port, security)


@pytest.mark.parametrize(
    ("written", "port", "security"),
    [
        ({}, 465, "tls"),
        ({"port": 587}, 587, "starttls"),
        ({"port": 25}, 25, "starttls"),
        ({"security": "starttls"}, 587, "starttls"),
        ({"security": "none", "host": "127.0.0.1"}, 25, "none"),
    ],
)
def test_port_and_security_of_smtp_follow_from_each_other(written: dict[str, Any], port: int, security: str) -> None:
    server = SmtpServer.model_validate({"host": "mail.example.com"} | written)
    assert (server.port, server.security) == (port, security)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost", "LOCALHOST", "mail.localhost"])
def test_plain_text_is_allowed_to_this_machine(host: str) -> None:
    assert is_loopback(host)
    assert ImapServer.model_validate({"host": host, "security": "none"}).port == 143


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "192.168.1.1", "localhost.example.com", "mylocalhost", "0.0.0.0", "127.0.0.1.nip.io"]
)
def test_plain_text_is_refused_to_any_other(host: str) -> None:
    assert not is_loopback(host)
    with pytest.raises(ValueError, match="sends everything in the clear"):
        ImapServer.model_validate({"host": host, "security": "none"})


def test_the_channels_security_is_for_both_servers_and_a_servers_own_wins() -> None:
    one = channel(
        security="starttls",
        imap={"host": "i.example.com"},
        smtp={"host": "s.example.com", "port": 465, "security": "tls"},
    )
    assert (one.imap.security, one.imap.port) == ("starttls", 143)
    assert one.smtp is not None
    assert (one.smtp.security, one.smtp.port) == ("tls", 465)


@pytest.mark.parametrize("name", sorted(PROVIDERS))
def test_each_provider_fills_in_both_servers(name: str) -> None:
    # given a channel that names a provider and a password
    one = channel(provider=name, imap={"password": "x"})
    # then both servers are there, encrypted, with the address as the user and one password
    assert one.smtp is not None
    assert (one.imap.port, one.imap.security) == (993, "tls")
    assert (one.smtp.port, one.smtp.security) in ((465, "tls"), (587, "starttls"))
    assert one.imap.user == one.smtp.user == "a@example.com"
    assert one.imap.password == one.smtp.password


def test_what_is_written_wins_over_the_provider() -> None:
    one = channel(
        provider="ionos",
        imap={"host": "imap.ionos.com", "port": 143, "user": "u", "password": "x"},
        smtp={"port": 587, "user": "v", "password": "y"},
    )
    assert one.smtp is not None
    assert (one.imap.host, one.imap.port, one.imap.security, one.imap.user) == ("imap.ionos.com", 143, "starttls", "u")
    assert (one.smtp.host, one.smtp.port, one.smtp.security, one.smtp.user) == ("smtp.ionos.es", 587, "starttls", "v")


def test_microsoft_365_fills_in_token_addresses_and_scopes_of_each_flow() -> None:
    # given application credentials
    one = channel(
        provider="microsoft365",
        oauth2={"tenant": "t.example.com", "client_id": "c", "client_secret": "x", "flow": "client_credentials"},
    )
    # then
    assert one.oauth2 is not None
    assert one.oauth2.token_url == "https://login.microsoftonline.com/t.example.com/oauth2/v2.0/token"
    assert one.oauth2.scopes == ("https://outlook.office365.com/.default",)
    assert one.smtp is not None
    assert (one.smtp.host, one.smtp.port, one.smtp.user) == ("smtp.office365.com", 587, "a@example.com")
    # and given a person who consents on another device
    two = channel(provider="microsoft365", oauth2={"client_id": "c"})
    assert two.oauth2 is not None
    assert two.oauth2.device_url == "https://login.microsoftonline.com/organizations/oauth2/v2.0/devicecode"
    assert "offline_access" in two.oauth2.scopes


def test_addresses_of_a_token_server_of_ones_own_win() -> None:
    one = channel(
        provider="google",
        oauth2={
            "client_id": "c",
            "token_url": "https://id.example.com/t",
            "device_url": "https://id.example.com/d",
            "scopes": ["s"],
        },
    )
    assert one.oauth2 is not None
    assert (one.oauth2.token_url, one.oauth2.device_url, one.oauth2.scopes) == (
        "https://id.example.com/t",
        "https://id.example.com/d",
        ("s",),
    )


def test_a_password_never_goes_to_a_server_that_it_was_not_given_to() -> None:
    # given an SMTP server elsewhere, without a login
    one = channel(imap={"host": "imap.example.com", "password": "x"}, smtp={"host": "relay.example.net"})
    # then it gets none
    assert one.smtp is not None
    assert (one.smtp.user, one.smtp.password) == (None, None)


def test_the_same_host_takes_the_same_login() -> None:
    one = channel(imap={"host": "mail.example.com", "password": "x"}, smtp={"host": "mail.example.com"})
    assert one.smtp is not None
    assert (one.smtp.user, one.smtp.password) == (one.imap.user, one.imap.password)


def test_the_user_may_stand_for_the_address() -> None:
    table = {
        "kind": "email",
        "team": "t",
        "imap": {"host": "mail.example.com", "user": "B@Example.com", "password": "x"},
    }
    assert EmailSettings.model_validate(table).address == "b@example.com"


WARNINGS = [
    ('imap = { host = "i.example.com", port = 993, security = "starttls", password = { file = "secrets/soporte" } }',
     'imap.security: port 993 usually speaks "tls", not "starttls"'),
    ('provider = "microsoft365"\nimap = { password = { file = "secrets/soporte" } }',
     "oauth2: microsoft365 refuses passwords; register an application and set `oauth2`"),
    ('provider = "google"\nimap = { password = { file = "secrets/soporte" } }',
     "imap.password: google needs an app password (two-step verification on): the ordinary password is refused"),
    ('provider = "google"\noauth2 = { client_id = "x" }',
     "oauth2.flow: Google grants no mail scope in the device flow; use an app password instead"),
    ('provider = "microsoft365"\nimap = { password = { file = "secrets/soporte" } }\noauth2 = { client_id = "x" }',
     "imap.password: is not used: `oauth2` logs in"),
    ('imap = { host = "i.example.com", password = { file = "secrets/soporte" } }\nsmtp = { host = "s.example.com" }',
     "smtp.user: is not set: mail is handed in without logging in"),
    ('mode = "internal"\nprovider = "ionos"\nimap = { password = { file = "secrets/soporte" } }',
     'only_to: is empty: in mode "internal" no customer at all is written to'),
    ('only_to = ["*@example.com"]\nprovider = "ionos"\nimap = { password = { file = "secrets/soporte" } }',
     'only_to: counts in mode "internal" only; the mode is "observe"'),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "expected"), WARNINGS)
def test_what_will_probably_not_work_is_warned_about(tmp_path: Path, settings: str, expected: str) -> None:
    text = f'{GOOD}\n[channels.b]\nkind = "email"\nteam = "atencion"\naddress = "b@example.com"\n{settings}\n'
    assert said(load(write(tmp_path, text)).warnings) == [f"channels.b.{expected}"]


def test_a_relay_on_this_machine_needs_no_login_and_no_warning(tmp_path: Path) -> None:
    text = GOOD.replace(SMTP, 'smtp = { host = "localhost", port = 25 }')
    path = write(tmp_path, text)
    assert problems_of(path) == ()
    assert load(path).warnings == ()
