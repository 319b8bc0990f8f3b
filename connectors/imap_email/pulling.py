"""One pull over an opened folder: what came since first, then what was there before, each in bounded steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from typing import Any

from imapclient import IMAPClient

from connectors.imap_email.fetching import Fetcher, Limits, Listed
from connectors.imap_email.folders import Opened
from connectors.imap_email.idle import forget_what_was_told
from connectors.imap_email.progress import Progress
from connectors.imap_email.troubles import CONNECTION_ERRORS
from ventanilla.channel import RawItem

LISTED_AT_ONCE = 200
STRIKES = 5
"""After so many connections lost while one mail alone was being fetched, only its header is taken."""

Step = tuple[list[RawItem], Progress]


class Pull:
    """`steps` yields items with the progress that stands once they are in the store. New mail always goes before old.

    `strikes` counts, over several pulls, the mails during whose fetching the connection was lost.
    """

    def __init__(
        self,
        client: IMAPClient,
        opened: Opened,
        progress: Progress,
        *,
        fetcher: Fetcher,
        limits: Limits,
        strikes: Counter[int],
    ) -> None:
        self._client = client
        self._opened = opened
        self._progress = progress
        self._fetcher = fetcher
        self._limits = limits
        self._strikes = strikes

    def steps(self) -> Iterator[Step]:
        """Everything there is to take, to the end. Raises what the library raises."""
        yield from self._what_came()
        for step in self._new_of_before():
            yield step
            yield from self._what_came()
        for step in self._rest_of_before():
            yield step
            yield from self._what_came()

    def _what_came(self) -> Iterator[Step]:
        """Mails of the border and above that were not taken yet, in order of UID."""
        self._client.noop()
        forget_what_was_told(self._client)
        span, low = self._limits.span, self._progress.look_from
        top = max(self._opened.uidnext - 1, self._progress.last_uid)
        while top - low >= span:
            yield from self._take_new(self._search(low, low + span - 1), through=low + span - 1)
            low += span
        # "n:*" names the last mail even when its UID is below n.
        found = [uid for uid in self._search(low, None) if uid >= low]
        yield from self._take_new(found, through=top)

    def _take_new(self, uids: Sequence[int], *, through: int) -> Iterator[Step]:
        fresh = [uid for uid in uids if uid not in self._progress.recent]
        for mails in self._listed(fresh):
            for is_new, run in groupby(mails, self._is_new):
                for part in self._parts(list(run)):
                    items = self._whole(part) if is_new else self._fetcher.envelopes(part)
                    self._progress = self._progress.after_new([mail.uid for mail in part])
                    yield items, self._progress
        if through > self._progress.last_uid:
            self._progress = self._progress.after_new((), through=through)
            yield [], self._progress

    def _new_of_before(self) -> Iterator[Step]:
        """What `start` makes new of the mails that were there at first contact."""
        for low, high in self._windows(self._progress.new_through):
            for mails in self._listed(self._search(low, high, *self._candidates())):
                for part in self._parts([mail for mail in mails if self._is_new(mail)]):
                    items = self._whole(part)
                    self._progress = replace(self._progress, new_through=part[-1].uid)
                    yield items, self._progress
            self._progress = replace(self._progress, new_through=high)
            yield [], self._progress

    def _rest_of_before(self) -> Iterator[Step]:
        """Everything else that was there: imported, never answered."""
        for low, high in self._windows(self._progress.imported_through):
            uids = self._search(low, high)
            for chunk in _cut(uids, self._limits.imported_mails):
                mails = [mail for mail in self._fetcher.look_up(chunk) if not self._is_taken(mail)]
                items = self._fetcher.envelopes(mails)
                self._progress = replace(self._progress, imported_through=chunk[-1])
                yield items, self._progress
            self._progress = replace(self._progress, imported_through=high)
            yield [], self._progress

    def _is_new(self, mail: Listed) -> bool:
        return self._progress.is_new(mail.uid, mail.received_at, seen=mail.is_seen)

    def _is_taken(self, mail: Listed) -> bool:
        """Whether a mail of before was taken as new. Its flags are not asked: they may have changed since."""
        return self._progress.is_new(mail.uid, mail.received_at, seen=True)

    def _candidates(self) -> list[Any]:
        """What to search for beyond the range. SINCE knows days only, in the server's zone: so from a day before."""
        floor = self._progress.floor
        if floor is None:
            return []
        since: list[Any] = ["SINCE", (floor - timedelta(days=1)).date()]
        return ["OR", "UNSEEN", *since] if self._progress.rule == "unseen" else since

    def _windows(self, done: int) -> Iterator[tuple[int, int]]:
        """Ranges of UIDs from behind `done` up to the border; one only when the folder is small."""
        last = self._progress.border - 1
        span = last if self._opened.mails <= self._limits.span else self._limits.span
        low = done + 1
        while low <= last:
            yield low, min(low + span - 1, last)
            low += span

    def _search(self, low: int, high: int | None, *more: Any) -> list[int]:
        return sorted(self._client.search(["UID", f"{low}:{'*' if high is None else high}", *more]))

    def _listed(self, uids: Sequence[int]) -> Iterator[list[Listed]]:
        for chunk in _cut(uids, LISTED_AT_ONCE):
            yield self._fetcher.look_up(chunk)

    def _parts(self, mails: Sequence[Listed]) -> Iterator[list[Listed]]:
        """Groups to fetch together; a mail that cost a connection before goes alone."""
        for part in self._fetcher.parts(mails):
            if any(self._strikes[mail.uid] for mail in part):
                yield from ([mail] for mail in part)
            else:
                yield part

    def _whole(self, part: Sequence[Listed]) -> list[RawItem]:
        if len(part) == 1 and self._strikes[part[0].uid] >= STRIKES:
            return [self._fetcher.header_only(part[0], f"unfetchable: the connection was lost {STRIKES} times at it")]
        try:
            items = self._fetcher.whole(part)
        except CONNECTION_ERRORS:
            self._strikes.update(mail.uid for mail in part)
            raise
        for mail in part:
            self._strikes.pop(mail.uid, None)
        return items


def _cut(uids: Sequence[int], length: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(uids), length):
        yield uids[start : start + length]
