"""Pulls what the mail clients of the house put into the Sent folder; marks it as ours. Knows nothing of cases."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog
from imapclient import IMAPClient

from config.servers import MailServer
from connectors.imap_email.connection import ANSWER_SECONDS, Login
from connectors.imap_email.fetching import Limits
from connectors.imap_email.folders import Opened, canonical, folder_names, open_folder
from connectors.imap_email.progress import Progress
from connectors.imap_email.sent_folder import AUTO, find_sent
from connectors.imap_email.source import ImapSource
from ventanilla.channel import OUTBOUND, Batch
from ventanilla.errors import Temporary

log = structlog.get_logger(__name__)

OFF = "off"
LOOK_AGAIN = 300.0
"""Seconds after which a mailbox without a folder of sent mail is asked again: somebody may have made one."""
_MARKED = "(sent)"
"""Stands in the source's name for the folder that is found by its mark: it may be another one some day."""


def sent_name(wanted: str) -> str:
    """What stands for the folder in the source's name. `wanted` is the channel's `sent_folder`."""
    return _MARKED if wanted == AUTO else wanted


class _NoFolder(Exception):
    """There is no folder of sent mail in this mailbox."""


class SentSource(ImapSource):
    """The Sent folder as a source. `wanted` is the channel's `sent_folder`: "auto" or a name.

    Every item's note begins with `outbound`. What lay there before `since` is neither taken nor imported. Without such a folder
    nothing is yielded (`auto`), or Temporary is raised (a name that is not there).
    """

    def __init__(
        self,
        server: MailServer,
        login: Login,
        wanted: str = AUTO,
        *,
        since: datetime,
        limits: Limits | None = None,
        answer_seconds: float = ANSWER_SECONDS,
        look_again: float = LOOK_AGAIN,
    ) -> None:
        folder = sent_name(wanted)
        super().__init__(server, login, folder, since=since, limits=limits, answer_seconds=answer_seconds)
        self._wanted = wanted
        self._name = super().name
        self._look_again = look_again
        self._missing_until = 0.0
        self._is_told = False

    @property
    def name(self) -> str:
        """As the other folders' names; `(sent)` stands for the folder that is found by its mark."""
        return self._name

    def pull(self, checkpoint: Mapping[str, Any] | None, *, now: datetime) -> Iterator[Batch]:
        """As any folder is pulled; nothing for a while after no folder of sent mail was found."""
        if time.monotonic() < self._missing_until:
            return
        try:
            yield from super().pull(checkpoint, now=now)
        except _NoFolder:
            self._missing_until = time.monotonic() + self._look_again
            if not self._is_told:
                log.info("no_sent_folder", source=self._name, cure="see ventanilla check --connect")
            self._is_told = True

    def _open(self, client: IMAPClient) -> Opened:
        found = find_sent(client, self._wanted)
        if found is None and self._wanted == AUTO:
            raise _NoFolder
        if found is None:
            there = ", ".join(f'"{name}"' for name in sorted(folder_names(client))[:40])
            raise Temporary(
                f'there is no folder "{self._wanted}": answers from an ordinary mail client are not seen',
                retry_after=self._look_again,
                cure=f'set sent_folder to "auto", "off" or one of: {there}',
            )
        self._folder = canonical(found)
        return open_folder(client, self._folder)

    def _where(self, checkpoint: Mapping[str, Any] | None) -> tuple[Progress, bool]:
        progress, is_changed = super()._where(checkpoint)
        return replace(progress, imported_through=max(progress.imported_through, progress.border - 1)), is_changed

    def _batch(self, items: list[Any], progress: Progress) -> Batch:
        marked = [replace(item, note="; ".join(filter(None, (OUTBOUND, item.note)))) for item in items]
        return super()._batch(marked, progress)
