"""Turns what a mail server says when it refuses a login into an error with a cure; pure, knows no connection.

The words are the providers' own: Gmail (support.google.com/mail/?p=BadCredentials), Microsoft 365 (AADSTS, 5.7.139), Yahoo,
iCloud, GMX. RFC 5530 names the response codes of IMAP, RFC 4954 those of SMTP.
"""

from __future__ import annotations

import re

from ventanilla.errors import LoginRefused, Temporary, VentanillaError

_PASSING = re.compile(
    r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG|CONTACTADMIN|THROTTLED)\]|too many|simultaneous|temporar|try again|later|"
    r"bandwidth|rate limit|exceeded command|internal (server )?error|system error|not available|server busy",
    re.IGNORECASE,
)
_TOO_MUCH = re.compile(r"bandwidth|exceeded command|rate limit|throttl", re.IGNORECASE)

_GOOGLE, _MICROSOFT, _APPLE, _YAHOO, _GMX = "google", "microsoft365", "icloud", "yahoo", "gmx"

_HOSTS = {
    _GOOGLE: ("gmail.com", "google.com", "googlemail.com"),
    _MICROSOFT: ("office365.com", "outlook.com", "office.com"),
    _APPLE: ("mail.me.com", "icloud.com"),
    _YAHOO: ("yahoo.com", "aol.com"),
    _GMX: ("gmx.net", "gmx.com", "gmx.es", "web.de"),
}

_WORDS: tuple[tuple[str, str], ...] = (
    (
        r"application-specific password|5\.7\.9",
        "Google wants an app password here: make one at myaccount.google.com/apppasswords (needs 2-step verification)",
    ),
    (
        r"not enabled for imap|imap access is disabled|imap.{0,20}disabled",
        "IMAP is switched off for this mailbox: switch it on in the mailbox's settings at the provider",
    ),
    (
        r"web browser|webloginrequired",
        "the provider wants somebody to log in once with a browser and confirm that it was you",
    ),
    (
        r"5\.7\.139|smtpclientauthentication is disabled",
        'SMTP login is switched off: an administrator of Microsoft 365 must allow "Authenticated SMTP" for this mailbox',
    ),
    (
        r"authenticated but not connected",
        "the token may not open this mailbox: allow IMAP for it, and add the app to it (Add-MailboxPermission)",
    ),
    (
        r"logindisabled|plaintext authentication disallowed|privacyrequired|encryption required|must issue a starttls",
        'the server takes passwords only over TLS: set security = "tls" or "starttls"',
    ),
    (r"\[expired\]|password.{0,20}expired", "the password has expired: set a new one at the provider and put it here"),
)

_BY_PROVIDER = {
    _GOOGLE: "Google takes no ordinary password over IMAP and SMTP: use an app password "
    '(myaccount.google.com/apppasswords) or oauth2 with provider = "google"',
    _MICROSOFT: 'Microsoft 365 takes no passwords over IMAP any more: use oauth2 with provider = "microsoft365"',
    _APPLE: "iCloud wants an app-specific password: make one at account.apple.com",
    _YAHOO: "Yahoo and AOL want an app password: make one in the account's security settings",
    _GMX: "allow access by IMAP in the mailbox's settings (E-Mail, POP3/IMAP), then check user and password",
}


def provider_of(host: str) -> str:
    """Which of the large providers runs this server; empty for any other."""
    for provider, domains in _HOSTS.items():
        if any(host.lower() == domain or host.lower().endswith(f".{domain}") for domain in domains):
            return provider
    return ""


def refused_login(words: str, *, host: str, user: str, by_token: bool, login_again: str = "") -> VentanillaError:
    """What to raise for a login that the server refused with these words.

    Temporary where the server says that it is busy; LoginRefused otherwise, with the cure for this provider. `login_again` is
    how a person gets new tokens (`ventanilla login soporte`).
    """
    message = f"{host} refused the login of {user}: {plain(words)}"
    if _PASSING.search(words) and not _is_credential_word(words):
        return Temporary(message, retry_after=3600 if _TOO_MUCH.search(words) else None)
    return LoginRefused(message, cure=_cure(words, host=host, by_token=by_token, login_again=login_again))


def plain(words: str) -> str:
    """A server's words on one line of at most 300 characters, without control characters."""
    return re.sub(r"[\s\x00-\x1f\x7f]+", " ", words).strip()[:300]


def _is_credential_word(words: str) -> bool:
    return bool(
        re.search(r"AUTHENTICATIONFAILED|AUTHORIZATIONFAILED|invalid credentials|bad ?credentials", words, re.I)
    )


def _cure(words: str, *, host: str, by_token: bool, login_again: str) -> str:
    for pattern, cure in _WORDS:
        if re.search(pattern, words, re.IGNORECASE):
            return cure
    if by_token:
        return f"get new tokens: {login_again}" if login_again else "check client, tenant and scopes of oauth2"
    return _BY_PROVIDER.get(provider_of(host), "check user and password; nothing needs a restart when they change")
