"""A real SMTP server on a free loopback port that keeps what it is handed, and fails where a test tells it to."""

from __future__ import annotations

import asyncio
import base64
import ssl
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers import tokens
from tests.servers.certificates import Certificate
from tests.servers.ports import free_port

HANG_UP = "hang up"
"""Close the connection instead of answering."""
SAY_NOTHING = "say nothing"
"""Keep the connection open and never answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A mail that the server took, as the envelope had it."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    options: tuple[str, ...]
    connection: int


class SmtpServer:
    """Started with `start`, ended with `stop`; `with SmtpServer() as server:` does both.

    `taken` holds what came. `answers` maps a step (`MAIL`, `RCPT`, `RCPT address` for one alone, `DATA`: after the final dot,
    `RSET`) to what is said there instead of yes; HANG_UP and SAY_NOTHING after DATA happen when the mail is already taken.
    `on_mail` is called with each mail. With `user` a login is demanded: a password, or a token that `tests.servers.tokens` made.
    """

    host = "127.0.0.1"

    def __init__(
        self,
        *,
        user: str | None = None,
        password: str = "pw",
        certificate: Certificate | None = None,
        implicit_tls: bool = False,
        mechanisms: tuple[str, ...] = ("PLAIN", "LOGIN", "XOAUTH2"),
        utf8: bool = True,
        size: int = 32 * 1024 * 1024,
        on_mail: Callable[[Taken], None] | None = None,
    ) -> None:
        self.port = free_port()
        self.taken: list[Taken] = []
        self.answers: dict[str, str] = {}
        self.connections = 0
        self.refused_tokens: list[str] = []
        self.dropped = threading.Event()
        self._user, self._password = user, password
        self._on_mail = on_mail
        self._mechanisms = mechanisms
        self._options: dict[str, Any] = {"enable_SMTPUTF8": utf8, "data_size_limit": size}
        if user is not None:
            self._options |= {"authenticator": self._authenticate, "auth_required": True, "auth_require_tls": False}
        context = None
        if certificate is not None:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate.cert, certificate.key)
        self._implicit = context if implicit_tls else None
        if context is not None and not implicit_tls:
            self._options["tls_context"] = context
        self._controller: Controller | None = None

    def start(self) -> SmtpServer:
        """Returns once it answers."""
        outer = self

        class Listening(Controller):
            def factory(self) -> SMTP:
                with warnings.catch_warnings():  # it does not like a password without TLS: some tests do
                    warnings.simplefilter("ignore", UserWarning)
                    return _Spoken(outer, self.handler, **outer._options)

        # The controller looks whether it answers by a connection of its own: it does not count.
        self._controller = Listening(self, hostname=self.host, port=self.port, ssl_context=self._implicit)
        self._controller.start()
        self.connections = 0
        return self

    def stop(self) -> None:
        """Twice does no harm."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def __enter__(self) -> SmtpServer:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """The ways to log in that are offered."""
        return self._mechanisms

    def knows_token(self, user: str, token: str) -> bool:
        """Whether this is an unexpired token of `user` that is not in `refused_tokens`."""
        return token not in self.refused_tokens and tokens.is_good(token, user) and user == self._user

    async def handle_MAIL(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """The library's hook."""
        envelope.mail_from, envelope.mail_options = address, options
        return await self._answer("MAIL", server, "250 OK")

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """The library's hook."""
        one = f"RCPT {address}"
        answer = await self._answer(one if one in self.answers else "RCPT", server, "250 OK")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_RSET(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """The library's hook."""
        return await self._answer("RSET", server, "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """The library's hook."""
        planned = self.answers.get("DATA", "250 taken")
        if planned.startswith("2") or planned in (HANG_UP, SAY_NOTHING):
            content = envelope.original_content
            assert isinstance(content, bytes)
            mail = Taken(
                sender=(envelope.mail_from or "").removeprefix("<>"),
                recipients=tuple(envelope.rcpt_tos),
                raw=content,
                options=tuple(envelope.mail_options),
                connection=self.connections,
            )
            self.taken.append(mail)
            if self._on_mail is not None:
                await asyncio.get_running_loop().run_in_executor(None, self._on_mail, mail)
        return await self._answer("DATA", server, "250 taken")

    async def _answer(self, step: str, server: SMTP, usual: str) -> str:
        answer = self.answers.get(step, usual)
        if answer == HANG_UP:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
            self.dropped.set()
        if answer == SAY_NOTHING:
            await asyncio.sleep(3600)
        return answer

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        if isinstance(data, LoginPassword):
            good = data.login.decode() == self._user and data.password.decode() == self._password
            return AuthResult(success=good, handled=False)
        return AuthResult(success=False, handled=False)


class _Spoken(SMTP):
    """One connection; adds XOAUTH2, which the library does not know."""

    def __init__(self, outer: SmtpServer, handler: object, **options: Any) -> None:
        hidden = [name for name in ("PLAIN", "LOGIN") if name not in outer.mechanisms]
        super().__init__(handler, auth_exclude_mechanism=hidden, hostname="mail.example.com", **options)
        self._outer = outer
        outer.connections += 1
        if "XOAUTH2" not in outer.mechanisms:
            self._auth_methods.pop("XOAUTH2", None)

    async def auth_XOAUTH2(self, _: SMTP, args: list[str]) -> AuthResult:  # noqa: N802 - the library's naming
        """The mechanism's one step, and its error in JSON that the client must answer."""
        said = base64.b64decode(args[1]).decode() if len(args) > 1 else ""
        fields = dict(part.partition("=")[::2] for part in said.split("\1") if part)
        token = fields.get("auth", "").removeprefix("Bearer ")
        if self._outer.knows_token(fields.get("user", ""), token):
            return AuthResult(success=True)
        await self.challenge_auth(b'{"status":"401","schemes":"bearer"}', log_client_response=False)
        return AuthResult(success=False, handled=False)
