"""Knows what a secure connection to a mail server takes, and says in plain words why one was refused."""

from __future__ import annotations

import ssl
from collections.abc import Callable

from config.servers import MailServer, is_loopback
from connectors.imap_email.certificates import Validity, read_validity
from ventanilla.errors import LoginRefused, Temporary, VentanillaError

# The numbers of OpenSSL's X509_V_ERR_…, as SSLCertVerificationError.verify_code has them.
_NOT_YET_VALID, _EXPIRED = 9, 10
_UNKNOWN_SIGNERS = (2, 18, 19, 20, 21)
_OTHER_HOST = (62, 64)


def trusting_context(server: MailServer) -> ssl.SSLContext:
    """TLS 1.2 or newer, certificate and host name verified against `ca_file` or the system's authorities.

    Raises LoginRefused when `ca_file` cannot be used.
    """
    try:
        context = ssl.create_default_context(cafile=None if server.ca_file is None else str(server.ca_file))
    except (OSError, ssl.SSLError) as error:
        raise LoginRefused(
            f"ca_file {server.ca_file} cannot be used: {error}",
            cure="name a readable PEM file with the certificate of the authority",
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def blind_context() -> ssl.SSLContext:
    """Trusts anybody: only for looking at a certificate that was refused. Nothing secret may be sent through it."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def refuse_open_talk(server: MailServer) -> None:
    """Raise LoginRefused for `security = "none"` off this machine: a password would travel readable."""
    if server.security == "none" and not is_loopback(server.host):
        raise LoginRefused(
            f'security = "none" is only for this machine, not for {server.host}',
            cure='set security = "tls" (port 993, 465) or "starttls" (port 143, 587)',
        )


def explain_tls(error: ssl.SSLError, server: MailServer, *, look: Callable[[], bytes | None]) -> VentanillaError:
    """The error to raise instead of this one. `look` fetches the certificate (DER) where its dates are worth telling."""
    where = f"{server.host}:{server.port}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return _explain_certificate(error, where, server=server, look=look)
    reason = getattr(error, "reason", None)  # there only when OpenSSL itself raised it
    if reason in ("WRONG_VERSION_NUMBER", "UNKNOWN_PROTOCOL", "HTTP_REQUEST"):
        return LoginRefused(
            f"{where} does not start with TLS", cure='set security = "starttls", or the port that speaks TLS (993, 465)'
        )
    return Temporary(f"TLS with {where} failed: {reason or error}")


def _explain_certificate(
    error: ssl.SSLCertVerificationError, where: str, *, server: MailServer, look: Callable[[], bytes | None]
) -> VentanillaError:
    code = error.verify_code
    if code in (_EXPIRED, _NOT_YET_VALID):
        return _explain_dates(code, where, read_validity(look() or b""))
    if code in _OTHER_HOST:
        return LoginRefused(
            f"the certificate of {where} is for another name: {error.verify_message}",
            cure="use the host name that the certificate was issued for",
        )
    if code in _UNKNOWN_SIGNERS:
        return LoginRefused(
            f"nobody trusted here has signed the certificate of {where}: {error.verify_message}",
            cure="if the server is yours, name its authority in ca_file"
            if server.ca_file is None
            else f"{server.ca_file} does not hold the authority that signed it",
        )
    return LoginRefused(f"the certificate of {where} was refused: {error.verify_message}", cure="ask whoever runs it")


def _explain_dates(code: int, where: str, validity: Validity | None) -> VentanillaError:
    if code == _EXPIRED:
        until = "" if validity is None else f" on {validity.ends:%Y-%m-%d %H:%M} UTC"
        return LoginRefused(
            f"the certificate of {where} expired{until}",
            cure="whoever runs the server must renew it; check our clock too",
        )
    begins = "" if validity is None else f" before {validity.begins:%Y-%m-%d %H:%M} UTC"
    return LoginRefused(f"the certificate of {where} does not hold{begins}", cure="check the clock of this machine")
