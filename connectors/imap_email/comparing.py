"""Holds a folder against the ledger by UIDs, a window at a time; fetches what a pull should have brought. Marks nothing.

The windows go by number in the folder, from the newest mail to the oldest: a mail that is deleted meanwhile moves others into the
next window, never out of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from imapclient import IMAPClient

from config.servers import MailServer
from connectors.imap_email.connection import ANSWER_SECONDS, Login, hang_up, open_imap
from connectors.imap_email.fetching import Fetcher, Limits, Listed
from connectors.imap_email.folders import Opened, canonical, open_folder
from connectors.imap_email.progress import Progress, from_checkpoint
from connectors.imap_email.sent_folder import AUTO, find_sent
from connectors.imap_email.troubles import CONNECTION_ERRORS, explain
from ventanilla.channel import OUTBOUND, RawItem
from ventanilla.comparer import MOST_NAMED, Comparison, Known, Lacking
from ventanilla.errors import Temporary

WINDOW = 20_000
"""Mails listed at once: their numbers fit into one line of an answer, and into a megabyte of memory."""
LISTED_AT_ONCE = 200
EVERY = timedelta(hours=1)

FindFolder = Callable[[IMAPClient], str | None]
"""The readable name of the folder in this mailbox; None when there is none and none is needed."""


@dataclass(slots=True)
class Count:
    """What was found so far."""

    at_source: int = 0
    in_ledger: int = 0
    to_come: int = 0
    left_out: int = 0
    missing: int = 0
    items: list[Lacking] = field(default_factory=list)


class FolderComparer:
    """One folder. `name` is its source's; `is_sent` for the folder of sent mail, whose past is not taken. Used by one thread."""

    every = EVERY

    def __init__(
        self,
        server: MailServer,
        login: Login,
        find: FindFolder,
        *,
        name: str,
        is_sent: bool = False,
        limits: Limits | None = None,
        window: int = WINDOW,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self.name = name
        self._server, self._login, self._find = server, login, find
        self._is_sent = is_sent
        self._limits = limits or Limits()
        self._window = window
        self._answer_seconds = answer_seconds
        self._client: IMAPClient | None = None
        self._folder = ""
        self._opened = Opened(uidvalidity=0, uidnext=1, mails=0)

    def compare(
        self,
        checkpoint: Mapping[str, Any] | None,
        known: Known,
        *,
        since: datetime,
        last: Mapping[str, Any],
        now: datetime,
    ) -> Comparison:
        """Every mail of the folder. A folder is whole each time: `since` does not matter."""
        self.close()
        try:
            if not self._open():
                return Comparison(at_source=0, in_ledger=0, remark="this mailbox has no such folder")
            mails = self._opened.mails
            if checkpoint is None:
                return Comparison(at_source=mails, in_ledger=0, to_come=mails, remark="was never pulled yet")
            progress = from_checkpoint(checkpoint)
            if progress.uidvalidity != self._opened.uidvalidity:
                remark = "the server has numbered the folder anew: the next pull looks at all of it again"
                return Comparison(at_source=mails, in_ledger=0, to_come=mails, remark=remark)
            return self._compared(progress, known, now)
        except CONNECTION_ERRORS as error:
            self.close()
            raise explain(error, self._server) from error

    def fetch(
        self, items: Sequence[Lacking], checkpoint: Mapping[str, Any] | None, *, now: datetime
    ) -> Iterator[Sequence[RawItem]]:
        """The mails as a pull brings them, over the connection that compared: its UIDs still mean the same."""
        if self._client is None or checkpoint is None:
            return
        progress = from_checkpoint(checkpoint)
        fetcher = Fetcher(self._client, key_prefix=self._prefix.rstrip("/"), limits=self._limits, now=now)
        uids = sorted(int(item.key.removeprefix(self._prefix)) for item in items if item.key.startswith(self._prefix))
        try:
            for start in range(0, len(uids), LISTED_AT_ONCE):
                mails = [
                    mail for mail in fetcher.look_up(uids[start : start + LISTED_AT_ONCE]) if mail.size is not None
                ]
                for is_new, run in groupby(
                    mails, lambda mail: progress.is_new(mail.uid, mail.received_at, seen=mail.is_seen)
                ):
                    for part in fetcher.parts(list(run)):
                        yield [
                            self._marked(item) for item in (fetcher.whole(part) if is_new else fetcher.envelopes(part))
                        ]
        except CONNECTION_ERRORS as error:
            self.close()
            raise explain(error, self._server) from error

    def close(self) -> None:
        """Log out."""
        client, self._client = self._client, None
        hang_up(client, politely=True)

    @property
    def _prefix(self) -> str:
        return f"{self._folder}/{self._opened.uidvalidity}/"

    def _open(self) -> bool:
        self._client = open_imap(self._server, self._login, answer_seconds=self._answer_seconds)
        found = self._find(self._client)
        if found is None:
            return False
        self._folder = canonical(found)
        self._opened = open_folder(self._client, self._folder)
        return True

    def _compared(self, progress: Progress, known: Known, now: datetime) -> Comparison:
        assert self._client is not None  # noqa: S101 - it was just opened
        fetcher = Fetcher(self._client, key_prefix=self._prefix.rstrip("/"), limits=self._limits, now=now)
        count = Count()
        for uids in self._windows(self._client):
            self._sort(uids, progress, known, fetcher, count)
        gone = max(0, known.count(self._prefix) - count.in_ledger)
        return Comparison(
            at_source=count.at_source,
            in_ledger=count.in_ledger,
            to_come=count.to_come,
            left_out=count.left_out,
            missing=count.missing,
            gone=gone,
            items=sorted(count.items, key=lambda item: int(item.key.removeprefix(self._prefix))),
        )

    def _windows(self, client: IMAPClient) -> Iterator[list[int]]:
        """The UIDs of the mails that were there when the folder was opened, each once, in bounded lists, the newest first."""
        high, lowest = self._opened.mails, self._opened.uidnext
        while high > 0:
            low = max(1, high - self._window + 1)
            uids = sorted(uid for uid in client.search([f"{low}:{high}"]) if uid < lowest)
            yield uids
            lowest = min(uids, default=lowest)
            high = low - 1

    def _sort(self, uids: Sequence[int], progress: Progress, known: Known, fetcher: Fetcher, count: Count) -> None:
        there = known.has([f"{self._prefix}{uid}" for uid in uids])
        count.at_source += len(uids)
        count.in_ledger += len(there)
        lacking = [uid for uid in uids if f"{self._prefix}{uid}" not in there]
        suspects = [uid for uid in lacking if not will_come(progress, uid, is_sent=self._is_sent)]
        count.to_come += len(lacking) - len(suspects)
        for start in range(0, len(suspects), LISTED_AT_ONCE):
            for mail in fetcher.look_up(suspects[start : start + LISTED_AT_ONCE]):
                self._judge(mail, progress, count)

    def _judge(self, mail: Listed, progress: Progress, count: Count) -> None:
        if mail.size is None:  # deleted since it was listed
            count.at_source -= 1
        elif (
            self._is_sent and mail.uid < progress.border and not progress.is_new(mail.uid, mail.received_at, seen=True)
        ):
            count.left_out += 1
        else:
            count.missing += 1
            if len(count.items) < MOST_NAMED:
                count.items.append(Lacking(key=f"{self._prefix}{mail.uid}", size=mail.size, at=mail.received_at))

    def _marked(self, item: RawItem) -> RawItem:
        if not self._is_sent:
            return item
        return replace(item, note="; ".join(filter(None, (OUTBOUND, item.note))))


def will_come(progress: Progress, uid: int, *, is_sent: bool = False) -> bool:
    """Whether the pull, from where it stands, will still look at this UID. Pure."""
    if uid >= progress.border:
        return uid > progress.last_uid or (uid >= progress.look_from and uid not in progress.recent)
    return uid > (progress.new_through if is_sent else progress.imported_through)


def named(folder: str) -> FindFolder:
    """Finds the folder of this name; that it is missing is told by whoever opens it."""
    return lambda client: folder


def of_sent_mail(wanted: str) -> FindFolder:
    """Finds the folder of sent mail as its source does. `wanted` is the channel's `sent_folder`. Raises Temporary where a folder
    that is named is not there."""

    def find(client: IMAPClient) -> str | None:
        found = find_sent(client, wanted)
        if found is None and wanted != AUTO:
            raise Temporary(
                f'there is no folder "{wanted}"', cure='set sent_folder to "auto", "off" or a folder that is there'
            )
        return found

    return find
