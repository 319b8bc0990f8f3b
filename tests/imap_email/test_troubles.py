"""Errors of the mail libraries become ours: their kind, plain words, and nothing out of a customer's mail."""

from __future__ import annotations

import errno
import imaplib
import smtplib
import socket
import ssl

import pytest
from imapclient.exceptions import ProtocolError

from config.servers import ImapServer
from connectors.imap_email.troubles import CONNECTION_ERRORS, explain
from ventanilla.errors import LoginRefused, Temporary

SERVER = ImapServer(host="imap.example.com", port=993, security="tls")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (TimeoutError("timed out"), "imap.example.com:993 did not answer in time"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), "nobody listens at imap.example.com:993"),
        (
            socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
            "the name imap.example.com cannot be resolved",
        ),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "imap.example.com:993 failed: Network is unreachable"),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), "failed: Connection reset by peer"),
        (imaplib.IMAP4.abort("socket error: EOF"), "imap.example.com:993 broke off: the server hung up"),
        (imaplib.IMAP4.error("select failed: [INUSE] Try later"), "broke off: select failed: [INUSE] Try later"),
        (smtplib.SMTPServerDisconnected("Connection unexpectedly closed"), "broke off: Connection unexpectedly closed"),
        (ssl.SSLError(1, "[SSL: TLSV1_ALERT_INTERNAL_ERROR] oops"), "TLS with imap.example.com:993 failed"),
    ],
)
def test_trouble_with_the_network_is_temporary(error: BaseException, words: str) -> None:
    ours = explain(error, SERVER)

    assert isinstance(error, CONNECTION_ERRORS)
    assert isinstance(ours, Temporary)
    assert words in str(ours)


@pytest.mark.parametrize(
    "error",
    [
        imaplib.IMAP4.abort("unexpected response: b'my card is 4111 1111'"),
        imaplib.IMAP4.abort("unexpected tagged response: b'my card is 4111 1111'"),
        imaplib.IMAP4.abort("socket error: unterminated line: b'my card\\nis 4111 1111'"),
        ProtocolError("bad response type: b'my card is 4111 1111'"),
        ValueError("my card is 4111 1111"),
    ],
)
def test_what_could_not_be_read_is_not_quoted(error: BaseException) -> None:
    assert "4111" not in str(explain(error, SERVER))


def test_our_own_errors_stay_what_they_are() -> None:
    ours = LoginRefused("no", cure="yes")

    assert explain(ours, SERVER) is ours
