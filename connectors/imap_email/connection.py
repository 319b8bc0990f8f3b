"""Opens a connection to an IMAP server and logs in; knows nothing of folders or mails."""

from __future__ import annotations

import contextlib
import imaplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import LoginError

from config.secrets import Secret
from config.servers import MailServer
from connectors.imap_email.bounded import BoundedClient
from connectors.imap_email.refusals import refused_login
from connectors.imap_email.tls import blind_context, refuse_open_talk, trusting_context
from connectors.imap_email.troubles import CONNECTION_ERRORS, explain
from ventanilla.errors import LoginRefused, Temporary

CONNECT_SECONDS, ANSWER_SECONDS = 15.0, 60.0


class Tokens(Protocol):
    """Hands out OAuth2 access tokens."""

    def current(self) -> str:
        """A token that should still be good for some minutes. Raises LoginRefused, Temporary."""

    def renewed(self, refused: str) -> str:
        """Another token than the one that a server just refused. Raises LoginRefused, Temporary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Who logs in and with what: tokens where there are any, else a password. `again` is the command that gets new tokens."""

    user: str
    password: Secret | None = None
    tokens: Tokens | None = None
    again: str = ""


class TokenRefused(LoginRefused):
    """The server knows the user and did not take the token: another one may do."""


def open_imap(server: MailServer, login: Login, *, answer_seconds: float = ANSWER_SECONDS) -> IMAPClient:
    """A connection that is logged in. Raises LoginRefused (with the cure) or Temporary; nothing stays open then.

    A refused token is renewed once and tried again.
    """
    if login.tokens is None:
        return _open(server, lambda client: _log_in_by_password(client, server, login), seconds=answer_seconds)
    token = login.tokens.current()
    try:
        return _open(server, lambda client: _log_in_by_token(client, server, login, token), seconds=answer_seconds)
    except TokenRefused:
        renewed = login.tokens.renewed(token)
    return _open(server, lambda client: _log_in_by_token(client, server, login, renewed), seconds=answer_seconds)


def hang_up(client: IMAPClient | None, *, politely: bool = False) -> None:
    """Let go of a connection whatever state it is in. Never raises."""
    if client is None:
        return
    with contextlib.suppress(Exception):
        if politely:
            client.socket().settimeout(2)
            client.logout()
    with contextlib.suppress(Exception):
        client.shutdown()


def connect(server: MailServer, context: ssl.SSLContext, *, seconds: float = ANSWER_SECONDS) -> IMAPClient:
    """A connection as secure as the settings ask for, not logged in. Raises what the libraries raise."""
    refuse_open_talk(server)
    timeout = SocketTimeout(connect=min(CONNECT_SECONDS, seconds), read=seconds)
    client = BoundedClient(server.host, server.port, ssl=server.security == "tls", ssl_context=context, timeout=timeout)
    try:
        client.normalise_times = False
        # The library would format every line of every mail for its debug log.
        client._imap.debug = 0
        if server.security == "starttls":
            _start_tls(client, server, context)
        keep_alive(client.socket())
    except BaseException:
        hang_up(client)
        raise
    return client


def keep_alive(connection: socket.socket) -> None:
    """Have the system notice within two minutes that nobody is there any more, even while nothing is sent."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4)):
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def show_certificate(server: MailServer) -> bytes | None:
    """The server's certificate (DER), trusted or not; None when it does not show one. Sends nothing secret."""
    try:
        client = connect(server, blind_context(), seconds=CONNECT_SECONDS)
    except Exception:
        return None
    try:
        connection = client.socket()
        return connection.getpeercert(binary_form=True) if isinstance(connection, ssl.SSLSocket) else None
    finally:
        hang_up(client)


def _open(server: MailServer, log_in: Callable[[IMAPClient], None], *, seconds: float) -> IMAPClient:
    client = None
    try:
        client = connect(server, trusting_context(server), seconds=seconds)
        log_in(client)
    except CONNECTION_ERRORS as error:
        hang_up(client)
        raise explain(error, server, look=lambda: show_certificate(server)) from error
    except BaseException:
        hang_up(client)
        raise
    return client


def _start_tls(client: IMAPClient, server: MailServer, context: ssl.SSLContext) -> None:
    if not client.has_capability("STARTTLS"):
        raise LoginRefused(
            f"{server.host}:{server.port} does not offer STARTTLS", cure='set security = "tls" and port = 993'
        )
    client.starttls(context)


def _log_in_by_password(client: IMAPClient, server: MailServer, login: Login) -> None:
    if login.password is None:
        raise LoginRefused(
            f"there is no password for {login.user} at {server.host}", cure="set imap.password or oauth2"
        )
    password = login.password.reveal()
    if any(sign in login.user + password for sign in "\r\n\0"):
        raise LoginRefused(f"the password for {login.user} has more than one line", cure="put it on a single line")
    if client.has_capability("AUTH=PLAIN"):
        # LOGIN knows neither é nor ñ: RFC 4616 says UTF-8.
        answer = f"\0{login.user}\0{password}".encode()
        _try(lambda: client.sasl_login("PLAIN", lambda _: answer), server, login)
    elif client.has_capability("AUTH=LOGIN"):
        steps = iter([login.user.encode(), password.encode()])
        _try(lambda: client.sasl_login("LOGIN", lambda _: next(steps, b"")), server, login)
    elif client.has_capability("LOGINDISABLED"):
        raise refused_login("LOGINDISABLED", host=server.host, user=login.user, by_token=False)
    elif not (login.user + password).isascii():
        raise LoginRefused(f"{server.host} takes only ASCII in user and password", cure="choose another password")
    else:
        _try(lambda: client.login(_quoted(login.user), password), server, login)


def _log_in_by_token(client: IMAPClient, server: MailServer, login: Login, token: str) -> None:
    """XOAUTH2, or OAUTHBEARER (RFC 7628) where only that is offered."""
    if client.has_capability("AUTH=XOAUTH2") or not client.has_capability("AUTH=OAUTHBEARER"):
        mechanism, first, after_error = "XOAUTH2", f"user={login.user}\1auth=Bearer {token}\1\1", b""
    else:
        who = login.user.replace("=", "=3D").replace(",", "=2C")
        first = f"n,a={who},\1host={server.host}\1port={server.port}\1auth=Bearer {token}\1\1"
        mechanism, after_error = "OAUTHBEARER", b"\1"
    reasons: list[bytes] = []

    def answer(challenge: bytes) -> bytes:
        """The first challenge is empty; a second one is the error in JSON, and must be answered for the refusal to come."""
        if not challenge:
            return first.encode()
        reasons.append(challenge)
        return after_error

    try:
        _try(lambda: client.sasl_login(mechanism, answer), server, login, reasons)
    except LoginRefused as error:
        raise TokenRefused(str(error), cure=error.cure) from error


def _try(attempt: Callable[[], Any], server: MailServer, login: Login, reasons: list[bytes] | None = None) -> None:
    try:
        attempt()
    except LoginError as error:
        if isinstance(error.__context__, imaplib.IMAP4.abort):
            raise Temporary(f"{server.host}:{server.port} hung up during the login") from error
        words = " ".join([_words(error), *(reason.decode(errors="replace") for reason in reasons or ())])
        raise refused_login(
            words, host=server.host, user=login.user, by_token=login.tokens is not None, login_again=login.again
        ) from error


def _words(error: LoginError) -> str:
    """What the server said: the libraries hand it on as bytes or as text."""
    said = error.__context__.args[0] if error.__context__ and error.__context__.args else error
    return said.decode(errors="replace") if isinstance(said, bytes) else str(said)


def _quoted(user: str) -> str:
    """imaplib quotes the password and not the user."""
    return '"' + user.replace("\\", "\\\\").replace('"', '\\"') + '"'
