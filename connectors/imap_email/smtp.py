"""Opens a connection to an SMTP server and logs in; knows nothing of messages."""

from __future__ import annotations

import base64
import contextlib
import smtplib
import ssl
from collections.abc import Callable

from config.servers import MailServer
from connectors.imap_email.connection import CONNECT_SECONDS, Login, TokenRefused, keep_alive
from connectors.imap_email.refusals import plain, refused_login
from connectors.imap_email.tls import blind_context, refuse_open_talk, trusting_context
from connectors.imap_email.troubles import CONNECTION_ERRORS, explain
from ventanilla.errors import LoginRefused, Temporary

ANSWER_SECONDS = 60.0


def open_smtp(server: MailServer, login: Login | None, *, answer_seconds: float = ANSWER_SECONDS) -> smtplib.SMTP:
    """A connection that is ready to take mail, logged in if there is a login. Raises LoginRefused, Temporary.

    A refused token is renewed once and tried again.
    """
    if login is None or login.tokens is None:
        return _open(server, lambda smtp: _log_in_by_password(smtp, server, login), seconds=answer_seconds)
    token = login.tokens.current()
    try:
        return _open(server, lambda smtp: _log_in_by_token(smtp, server, login, token), seconds=answer_seconds)
    except TokenRefused:
        renewed = login.tokens.renewed(token)
    return _open(server, lambda smtp: _log_in_by_token(smtp, server, login, renewed), seconds=answer_seconds)


def hang_up_smtp(smtp: smtplib.SMTP | None, *, politely: bool = False) -> None:
    """Let go of a connection whatever state it is in. Never raises."""
    if smtp is None:
        return
    with contextlib.suppress(Exception):
        if politely and smtp.sock is not None:
            smtp.sock.settimeout(2)
            smtp.quit()
    with contextlib.suppress(Exception):
        smtp.close()


def connect_smtp(server: MailServer, context: ssl.SSLContext, *, seconds: float = ANSWER_SECONDS) -> smtplib.SMTP:
    """A greeted connection as secure as the settings ask for, not logged in. Raises what the library raises."""
    refuse_open_talk(server)
    if server.security == "tls":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=CONNECT_SECONDS, context=context)
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=CONNECT_SECONDS)
    try:
        if smtp.sock is not None:
            keep_alive(smtp.sock)
            smtp.sock.settimeout(max(seconds, CONNECT_SECONDS))
        smtp.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            _start_tls(smtp, server, context)
        if smtp.sock is not None:
            smtp.sock.settimeout(seconds)
    except BaseException:
        hang_up_smtp(smtp)
        raise
    return smtp


def show_smtp_certificate(server: MailServer) -> bytes | None:
    """The server's certificate (DER), trusted or not; None when it does not show one. Sends nothing secret."""
    try:
        smtp = connect_smtp(server, blind_context(), seconds=CONNECT_SECONDS)
    except Exception:
        return None
    try:
        return smtp.sock.getpeercert(binary_form=True) if isinstance(smtp.sock, ssl.SSLSocket) else None
    finally:
        hang_up_smtp(smtp)


def words_of(answer: tuple[int, bytes]) -> str:
    """A server's answer as it is told to people: its number and its words on one line."""
    code, words = answer
    return plain(f"{code} {words.decode(errors='replace')}")


def _open(server: MailServer, log_in: Callable[[smtplib.SMTP], None], *, seconds: float) -> smtplib.SMTP:
    smtp = None
    try:
        smtp = connect_smtp(server, trusting_context(server), seconds=seconds)
        log_in(smtp)
    except CONNECTION_ERRORS as error:
        hang_up_smtp(smtp)
        raise explain(error, server, look=lambda: show_smtp_certificate(server)) from error
    except BaseException:
        hang_up_smtp(smtp)
        raise
    return smtp


def _start_tls(smtp: smtplib.SMTP, server: MailServer, context: ssl.SSLContext) -> None:
    if not smtp.has_extn("starttls"):
        raise LoginRefused(
            f"{server.host}:{server.port} does not offer STARTTLS", cure='set security = "tls", port = 465'
        )
    smtp.starttls(context=context)
    smtp.ehlo()


def _log_in_by_password(smtp: smtplib.SMTP, server: MailServer, login: Login | None) -> None:
    """PLAIN or LOGIN in UTF-8 (RFC 4616): the library's own knows ASCII only."""
    if login is None:
        return
    if login.password is None:
        raise LoginRefused(
            f"there is no password for {login.user} at {server.host}", cure="set smtp.password or oauth2"
        )
    password = login.password.reveal()
    offered = smtp.esmtp_features.get("auth", "").upper().split()
    if not offered:  # a relay that knows us by our address; one that wants a login refuses the mail with its own words
        return
    if "PLAIN" in offered or "LOGIN" not in offered:
        answer = smtp.docmd("AUTH", f"PLAIN {_base64(f'{chr(0)}{login.user}{chr(0)}{password}')}")
    else:
        answer = smtp.docmd("AUTH", f"LOGIN {_base64(login.user)}")
        if answer[0] == 334:
            answer = smtp.docmd(_base64(password))
    _judge(answer, server, login)


def _log_in_by_token(smtp: smtplib.SMTP, server: MailServer, login: Login, token: str) -> None:
    """XOAUTH2, or OAUTHBEARER (RFC 7628) where only that is offered. 334 brings the error; it wants an answer first."""
    offered = smtp.esmtp_features.get("auth", "").upper().split()
    if "XOAUTH2" in offered or "OAUTHBEARER" not in offered:
        first, after_error = f"XOAUTH2 {_base64(f'user={login.user}{_1}auth=Bearer {token}{_1}{_1}')}", ""
    else:
        who = login.user.replace("=", "=3D").replace(",", "=2C")
        place = f"host={server.host}{_1}port={server.port}"
        first = f"OAUTHBEARER {_base64(f'n,a={who},{_1}{place}{_1}auth=Bearer {token}{_1}{_1}')}"
        after_error = _base64(_1)
    answer = smtp.docmd("AUTH", first)
    if answer[0] == 334:
        answer = smtp.docmd(after_error)
    try:
        _judge(answer, server, login)
    except LoginRefused as error:
        raise TokenRefused(str(error), cure=error.cure) from error


_1 = "\x01"


def _judge(answer: tuple[int, bytes], server: MailServer, login: Login) -> None:
    code, _ = answer
    if code in (235, 503):  # 503: already logged in
        return
    words = words_of(answer)
    if 400 <= code < 500:
        raise Temporary(f"{server.host} cannot log {login.user} in now: {words}")
    by_token = login.tokens is not None
    refusal = refused_login(words, host=server.host, user=login.user, by_token=by_token, login_again=login.again)
    # Five hundred and something is final, whatever the words sound like (RFC 5321, 4.2.1).
    raise refusal if isinstance(refusal, LoginRefused) else LoginRefused(str(refusal), cure="check user and password")


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")
