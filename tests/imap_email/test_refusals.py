"""What providers say when they refuse a login, and what an admin is told to do about it."""

from __future__ import annotations

import pytest

from connectors.imap_email.refusals import plain, provider_of, refused_login
from ventanilla.errors import LoginRefused, Temporary

GOOGLE, MICROSOFT, OTHER = "imap.gmail.com", "outlook.office365.com", "imap.example.com"


@pytest.mark.parametrize(
    ("host", "words", "cure"),
    [
        (GOOGLE, "[AUTHENTICATIONFAILED] Invalid credentials (Failure)", "app password"),
        (GOOGLE, "[ALERT] Application-specific password required: https://support.google.com/…", "apppasswords"),
        (
            GOOGLE,
            "[ALERT] Your account is not enabled for IMAP use. Please visit your Gmail settings",
            "IMAP is switched off",
        ),
        (GOOGLE, "[WEBALERT https://accounts.google.com/…] Web login required.", "app password"),
        (GOOGLE, "[ALERT] Please log in via your web browser: https://support.google.com/…", "browser"),
        ("smtp.gmail.com", "535 5.7.8 Username and Password not accepted. BadCredentials", "app password"),
        ("smtp.gmail.com", "534 5.7.9 Application-specific password required", "apppasswords"),
        (MICROSOFT, "LOGIN failed.", "oauth2"),
        ("smtp.office365.com", "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled", "SMTP"),
        ("imap.mail.me.com", "[AUTHENTICATIONFAILED] Authentication Failed", "app-specific"),
        (
            "imap.mail.yahoo.com",
            "[AUTHENTICATIONFAILED] (#AUTH007) Server error - Please try again later.",
            "app password",
        ),
        ("imap.gmx.net", "[AUTHENTICATIONFAILED] authentication failed", "allow access by IMAP"),
        (OTHER, "[AUTHENTICATIONFAILED] Authentication failed.", "user and password"),
        (OTHER, "LOGINDISABLED", "tls"),
        (OTHER, "[PRIVACYREQUIRED] Plaintext authentication disallowed on non-secure connections.", "tls"),
        (OTHER, "[EXPIRED] password expired", "new one"),
    ],
)
def test_a_refusal_is_told_with_the_cure_for_this_provider(host: str, words: str, cure: str) -> None:
    error = refused_login(words, host=host, user="soporte@example.com", by_token=False)

    assert isinstance(error, LoginRefused)
    assert cure in error.cure
    assert str(error).startswith(f"{host} refused the login of soporte@example.com: ")


@pytest.mark.parametrize(
    ("words", "retry_after"),
    [
        ("[UNAVAILABLE] Temporary authentication failure.", None),
        ("[ALERT] Too many simultaneous connections. (Failure)", None),
        ("[LIMIT] Maximum number of connections from user+IP exceeded", None),
        ("[OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)", 3600),
        ("[SERVERBUG] Internal error occurred", None),
        ("Server Busy. Try again later.", None),
    ],
)
def test_a_busy_server_does_not_pause_the_channel(words: str, retry_after: float | None) -> None:
    error = refused_login(words, host=OTHER, user="soporte", by_token=False)

    assert isinstance(error, Temporary)
    assert error.retry_after == retry_after


def test_a_refused_token_is_cured_by_the_command_that_gets_a_new_one() -> None:
    error = refused_login(
        "AUTHENTICATE failed.", host=MICROSOFT, user="a@b.c", by_token=True, login_again="ventanilla login soporte"
    )

    assert isinstance(error, LoginRefused)
    assert "ventanilla login soporte" in error.cure


def test_a_token_without_rights_on_the_mailbox_is_not_cured_by_a_new_one() -> None:
    error = refused_login("User is authenticated but not connected.", host=MICROSOFT, user="a@b.c", by_token=True)

    assert isinstance(error, LoginRefused)
    assert "Add-MailboxPermission" in error.cure


@pytest.mark.parametrize(
    ("host", "provider"),
    [
        ("IMAP.GMAIL.COM", "google"),
        ("outlook.office365.com", "microsoft365"),
        ("imap.notgmail.com", ""),
        ("gmail.com.example.net", ""),
    ],
)
def test_a_provider_is_known_by_its_domain(host: str, provider: str) -> None:
    assert provider_of(host) == provider


def test_a_servers_words_are_one_short_line() -> None:
    assert plain("one\r\ntwo\x1b[31m\x00 three") == "one two [31m three"
    assert len(plain("x" * 5000)) == 300
