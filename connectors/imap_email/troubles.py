"""Turns what goes wrong on a connection to a mail server into Ventanilla's own errors; knows no protocol."""

from __future__ import annotations

import errno
import imaplib
import re
import smtplib
import socket
import ssl
from collections.abc import Callable

from imapclient.exceptions import ProtocolError

from config.servers import MailServer
from connectors.imap_email.refusals import plain
from connectors.imap_email.tls import explain_tls
from ventanilla.errors import Temporary, VentanillaError

_QUOTED = re.compile(r"(unexpected (?:tagged )?response|unterminated line): .*", re.DOTALL)

CONNECTION_ERRORS = (OSError, EOFError, imaplib.IMAP4.error, smtplib.SMTPException, ValueError)
"""Everything that the two libraries raise for a server that is gone, late or talks nonsense."""


def explain(
    error: BaseException, server: MailServer, *, look: Callable[[], bytes | None] = lambda: None
) -> VentanillaError:
    """The error to raise instead of `error`. Network trouble is Temporary, a refused certificate LoginRefused."""
    if isinstance(error, VentanillaError):
        return error
    where = f"{server.host}:{server.port}"
    if isinstance(error, ssl.SSLError):
        return explain_tls(error, server, look=look)
    if isinstance(error, socket.gaierror):
        return Temporary(
            f"the name {server.host} cannot be resolved", cure="check the host name and this machine's DNS"
        )
    if isinstance(error, TimeoutError):
        return Temporary(f"{where} did not answer in time", cure="check host and port; a firewall may be in between")
    if isinstance(error, ConnectionRefusedError) or getattr(error, "errno", None) == errno.ECONNREFUSED:
        return Temporary(f"nobody listens at {where}", cure="check host and port")
    if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException):
        return Temporary(f"the connection to {where} failed: {plain(error.strerror or str(error))}")
    return Temporary(f"{where} broke off: {words_of_error(error)}")


def words_of_error(error: BaseException) -> str:
    """What a library's error says, on one line, without quoting an answer that could not be read: it may be somebody's mail."""
    if isinstance(error, ProtocolError | ValueError):
        return "an answer that cannot be read"
    words = _QUOTED.sub(r"\1", str(error)).replace("socket error: EOF", "the server hung up")
    return plain(words) or type(error).__name__
