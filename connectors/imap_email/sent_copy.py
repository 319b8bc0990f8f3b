"""Puts one copy of what went out by SMTP into the folder of sent mail, by IMAP. Knows neither store nor cases."""

from __future__ import annotations

import imaplib
from collections.abc import Callable
from datetime import datetime

from imapclient import IMAPClient

from config.email import EmailSettings
from config.providers import provider_at
from config.servers import MailServer
from connectors.imap_email.compose import compose, message_id_of
from connectors.imap_email.connection import Login, hang_up, open_imap
from connectors.imap_email.folders import folder_names
from connectors.imap_email.refusals import plain
from connectors.imap_email.sent_folder import AUTO, find_sent
from connectors.imap_email.troubles import CONNECTION_ERRORS, explain
from ventanilla.channel import Outgoing
from ventanilla.errors import Permanent, Temporary
from ventanilla.house_time import house_now
from ventanilla.signing import COPY_HEADER

NEW_FOLDER = "Sent"
_TOO_BIG = ("TOOBIG", "too large", "too big", "LIMIT")


def saves_copies(settings: EmailSettings) -> bool:
    """Whether copies are ours to make: always, never, or where the SMTP server is not known to put them into this mailbox."""
    if settings.smtp is None or settings.save_sent is False:
        return False
    return settings.save_sent is True or not provider_saves(settings)


def provider_saves(settings: EmailSettings) -> bool:
    """Whether what goes out stands in this mailbox's folder of sent mail without our doing: the server makes copies, and for the
    user who reads here."""
    if settings.smtp is None:
        return False
    provider = provider_at(settings.smtp.host)
    is_same = (settings.smtp.user or settings.address) == (settings.imap.user or settings.address)
    return provider is not None and provider.saves_sent and is_same


class SentCopies:
    """Keeps copies of what `address` sends, named `name` where the mail brings no name. Used by one thread at a time.

    `wanted` is the folder's name, or "auto": the folder that is marked or called so, else one is made.
    """

    def __init__(
        self,
        server: MailServer,
        login: Login,
        *,
        address: str,
        name: str = "",
        wanted: str = AUTO,
        clock: Callable[[], datetime] = house_now,
    ) -> None:
        self._server = server
        self._login = login
        self._address = address
        self._name = name
        self._wanted = wanted
        self._clock = clock
        self._client: IMAPClient | None = None
        self._folder = ""

    def keep(self, outgoing: Outgoing) -> None:
        """Have the very bytes that went out there once, read. It is looked for first, by its Message-ID: the provider, or
        somebody else's copy of it, counts. Raises Temporary, LoginRefused, Permanent."""
        when = outgoing.tried_at or self._clock()
        mail = compose(outgoing, address=self._address, name=self._name, now=when)
        try:
            client = self._ready()
            if not _is_there(client, message_id_of(outgoing, address=self._address)):
                client.append(self._folder, mail, flags=(b"\\Seen",), msg_time=when)
        except imaplib.IMAP4.abort as error:
            self._let_go()
            raise _as_temporary(explain(error, self._server)) from error
        except imaplib.IMAP4.error as error:
            self._let_go()
            raise self._refusal(str(error)) from error
        except CONNECTION_ERRORS as error:
            self._let_go()
            raise _as_temporary(explain(error, self._server)) from error

    def close(self) -> None:
        """Take leave. Never raises."""
        hang_up(self._client, politely=True)
        self._client = None

    def _ready(self) -> IMAPClient:
        """Logged in, the folder open for reading."""
        if self._client is None:
            client = open_imap(self._server, self._login)
            try:
                self._folder = find_sent(client, self._wanted) or self._make_folder(client)
            except BaseException:
                hang_up(client)
                raise
            self._client = client
        self._client.select_folder(self._folder, readonly=True)
        return self._client

    def _make_folder(self, client: IMAPClient) -> str:
        """Where a mailbox has none: as every mail program would. One that the settings name is for a person to make: it may be
        a slip of the pen."""
        if self._wanted != AUTO:
            there = ", ".join(f'"{name}"' for name in sorted(folder_names(client))[:40])
            raise Temporary(
                f'there is no folder "{self._wanted}"', cure=f'set sent_folder to "auto" or one of: {there}'
            )
        folder = f"{_prefix(client)}{NEW_FOLDER}"
        client.create_folder(folder)
        client.subscribe_folder(folder)
        return folder

    def _refusal(self, words: str) -> Exception:
        said = plain(words)
        problem = f'{self._server.host} does not take it into "{self._folder or NEW_FOLDER}": {said}'
        if any(sign.lower() in said.lower() for sign in _TOO_BIG):
            return Permanent(problem)
        return Temporary(problem, cure="make room or give the right to write there; or set save_sent = false")

    def _let_go(self) -> None:
        hang_up(self._client)
        self._client = None


def _is_there(client: IMAPClient, message_id: str) -> bool:
    """Whether the open folder holds it, under its own id or where a provider has given it another."""
    return any(client.search(["HEADER", name, message_id]) for name in ("Message-ID", COPY_HEADER))


def _prefix(client: IMAPClient) -> str:
    """What a person's own folders begin with: `INBOX.` at some servers, nothing at most."""
    if not client.has_capability("NAMESPACE"):
        return ""
    own = client.namespace().personal
    return str(own[0][0]) if own else ""


def _as_temporary(error: Exception) -> Exception:
    return error if isinstance(error, Temporary | Permanent) else Temporary(str(error))
