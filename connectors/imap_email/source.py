"""Pulls new mail from one folder of one mailbox and waits for more; knows nothing of the store or of what a mail says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, tzinfo
from typing import Any
from urllib.parse import quote

from imapclient import IMAPClient

from config.servers import MailServer
from connectors.imap_email.connection import ANSWER_SECONDS, Login, hang_up, open_imap
from connectors.imap_email.fetching import Fetcher, Limits
from connectors.imap_email.folders import Opened, canonical, open_folder
from connectors.imap_email.idle import Bell, IdleRefused, idle, was_told_meanwhile
from connectors.imap_email.progress import Progress, after_renumbering, at_first_contact, from_checkpoint
from connectors.imap_email.pulling import Pull
from connectors.imap_email.troubles import CONNECTION_ERRORS, explain
from ventanilla.channel import Batch

_NOOP_SECONDS = 15.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 60.0


def source_name(server: MailServer, login: Login, folder: str) -> str:
    """`imap://user@host:port/FOLDER`, whatever the channel is called in the TOML file."""
    user = quote(login.user, safe="")
    return f"imap://{user}@{server.host.lower()}:{server.port}/{canonical(folder)}"


class ImapSource:
    """One folder as a channel's source. Keeps its connection between pulls; used by one thread, except `interrupt`.

    `start` and `since` (when the channel was first configured, aware UTC) decide at first contact which mails are new; after
    that the checkpoint does. A date in `start` is a day of `zone`.
    """

    def __init__(
        self,
        server: MailServer,
        login: Login,
        folder: str = "INBOX",
        *,
        since: datetime,
        start: str | date = "now",
        zone: tzinfo = UTC,
        limits: Limits | None = None,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self._server = server
        self._login = login
        self._folder = canonical(folder)
        self._since, self._start, self._zone = since, start, zone
        self._limits = limits or Limits()
        self._answer_seconds = answer_seconds
        self._client: IMAPClient | None = None
        self._opened = Opened(uidvalidity=0, uidnext=1, mails=0)
        self._can_idle = True
        self._bell = Bell()
        self._pause = _FIRST_PAUSE
        self._strikes: Counter[int] = Counter()

    @property
    def name(self) -> str:
        """`imap://user@host:port/FOLDER`: where the checkpoint belongs."""
        return source_name(self._server, self._login, self._folder)

    def pull(self, checkpoint: Mapping[str, Any] | None, *, now: datetime) -> Iterator[Batch]:
        """Batches of what is new since the checkpoint, new mail before imported mail, each in the order of UIDs.

        Raises Temporary and LoginRefused; the next pull connects anew then. None as checkpoint means first contact.
        """
        try:
            client = self._connected()
            progress, is_changed = self._where(checkpoint)
            if is_changed:
                yield self._batch([], progress)
            for items, reached in self._steps(client, progress, now):
                yield self._batch(items, reached)
        except CONNECTION_ERRORS as error:
            self._drop()
            raise explain(error, self._server) from error

    def wait(self, seconds: float) -> None:
        """Block until new mail is hinted at (at most 4 minutes), `seconds` are over or `interrupt` is called. Never raises.

        After a lost connection it pauses before it returns, a little longer each time, so that nobody is hammered.
        """
        client = self._client
        if client is None or not self._can_idle:
            self._bell.wait(seconds)
            return
        if was_told_meanwhile(client):
            return
        try:
            idle(client, self._bell, seconds)
            self._pause = _FIRST_PAUSE
        except IdleRefused:
            self._can_idle = False
            self._bell.wait(seconds)
        except CONNECTION_ERRORS:
            self._drop()
            self._bell.wait(min(seconds, self._pause))
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)

    def interrupt(self) -> None:
        """Make a `wait` under way, or the next one, return at once; from any thread."""
        self._bell.ring()

    def close(self) -> None:
        """Log out and let go of everything. Never raises; twice does no harm."""
        hang_up(self._client, politely=True)
        self._client = None
        self._bell.close()

    def _connected(self) -> IMAPClient:
        """The connection with the folder open: the old one if it still answers, else a new one."""
        if self._client is not None and not self._still_answers(self._client):
            self._drop()
        if self._client is None:
            client = open_imap(self._server, self._login, answer_seconds=self._answer_seconds)
            try:
                self._opened = self._open(client)
                self._can_idle = client.has_capability("IDLE")
            except BaseException:
                hang_up(client)
                raise
            self._client = client
        return self._client

    def _open(self, client: IMAPClient) -> Opened:
        return open_folder(client, self._folder)

    def _still_answers(self, client: IMAPClient) -> bool:
        try:
            client.socket().settimeout(min(_NOOP_SECONDS, self._answer_seconds))
            client.noop()
            client.socket().settimeout(self._answer_seconds)
        except CONNECTION_ERRORS:
            return False
        return True

    def _where(self, checkpoint: Mapping[str, Any] | None) -> tuple[Progress, bool]:
        """How far we are in the folder as it is now, and whether that must be written down before anything else."""
        opened = self._opened
        if checkpoint is None:
            begin = at_first_contact(
                uidvalidity=opened.uidvalidity,
                uidnext=opened.uidnext,
                start=self._start,
                since=self._since,
                zone=self._zone,
            )
            return begin, True
        progress = from_checkpoint(checkpoint)
        if progress.uidvalidity == opened.uidvalidity:
            return progress, False
        self._strikes.clear()
        return after_renumbering(progress, uidvalidity=opened.uidvalidity, uidnext=opened.uidnext), True

    def _steps(self, client: IMAPClient, progress: Progress, now: datetime) -> Iterator[Any]:
        prefix = f"{self._folder}/{progress.uidvalidity}"
        fetcher = Fetcher(client, key_prefix=prefix, limits=self._limits, now=now)
        pull = Pull(client, self._opened, progress, fetcher=fetcher, limits=self._limits, strikes=self._strikes)
        return pull.steps()

    def _batch(self, items: list[Any], progress: Progress) -> Batch:
        return Batch(source=self.name, items=items, checkpoint=progress.to_checkpoint())

    def _drop(self) -> None:
        hang_up(self._client)
        self._client = None
