"""Pulls what came to one number by asking Twilio for it; knows nothing of the store or of what a message says.

A webhook that was lost is found here: the last day is asked for again each time, and what is known is passed over.
"""

from __future__ import annotations

import hashlib
import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from connectors.twilio_phone.api import TwilioApi
from connectors.twilio_phone.listing import MESSAGES, Entry, Limits, Listed, windows
from connectors.twilio_phone.names import messages_source
from connectors.twilio_phone.numbers import require_number
from connectors.twilio_phone.progress import Progress, at_first_contact, from_checkpoint
from connectors.twilio_phone.raw import Fields, message_by_api, text_of
from ventanilla.channel import Batch, RawItem

_STILL_COMING = timedelta(minutes=2)
_PROVEN_FOR = timedelta(hours=6)  # a number that was given back brings nothing, and no error either


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What counts as new when a number is read for the first time."""

    since: datetime
    start: str | date = "now"
    zone: tzinfo = UTC

    def progress(self) -> Progress:
        """Where reading begins."""
        return at_first_contact(start=self.start, since=self.since, zone=self.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One item to hand over, with the SIDs that are known once it is, and the moment by which it was listed."""

    item: RawItem
    sids: Sequence[str]
    at: datetime


class PolledSource(ABC):
    """One number's list at Twilio as a channel's source. Used by one thread, except `interrupt`."""

    listed: Listed

    def __init__(self, api: TwilioApi, account: str, beginning: Beginning, *, limits: Limits | None = None) -> None:
        self._api = api
        self._account = account
        self._beginning = beginning
        self._limits = limits or Limits()
        self._proven_at: datetime | None = None
        self._called = threading.Event()

    @property
    @abstractmethod
    def name(self) -> str:
        """Account and number: where the checkpoint belongs."""

    @abstractmethod
    def _taken(self, entry: Entry, progress: Progress, known: frozenset[str], now: datetime) -> Iterator[Taken]:
        """What is to be handed over of one entry now; nothing for what is known, not ready or not ours to tell."""

    def pull(self, checkpoint: Mapping[str, Any] | None, *, now: datetime) -> Iterator[Batch]:
        """Batches of what is not known yet, oldest first. Raises Temporary, LoginRefused and, for a number that the account
        does not have, Permanent. None as checkpoint means first contact."""
        if self._proven_at is None or now - self._proven_at > _PROVEN_FOR:
            require_number(self._api, self._account)
            self._proven_at = now
        progress = self._beginning.progress() if checkpoint is None else from_checkpoint(checkpoint)
        if checkpoint is None:
            yield self._batch([], progress)
        first = progress.asks_from
        for entries in windows(self._api, self.listed, self._account, first=first, now=now, limits=self._limits):
            for batch, reached in self._batches(entries, progress, now):
                progress = reached
                yield batch

    def listed_since(self, first: date, progress: Progress, *, now: datetime) -> Iterator[list[Taken]]:
        """What a pull that knew nothing yet would hand over of what came since that day, a window at a time. `progress` says from
        when on things are new. Raises as `pull`."""
        blank = Progress(floor=progress.floor)
        for entries in windows(self._api, self.listed, self._account, first=first, now=now, limits=self._limits):
            yield [taken for entry in entries for taken in self._taken(entry, blank, frozenset(), now)]

    def wait(self, seconds: float) -> None:
        """Block until `seconds` are over or `interrupt` is called: Twilio gives no hints."""
        self._called.wait(seconds)
        self._called.clear()

    def interrupt(self) -> None:
        """Make a `wait` under way, or the next one, return at once; from any thread."""
        self._called.set()

    def close(self) -> None:
        """Let go of the connection. Never raises; twice does no harm."""
        self._api.close()

    def _batches(self, entries: list[Entry], progress: Progress, now: datetime) -> Iterator[tuple[Batch, Progress]]:
        known = progress.known()
        ready = [taken for entry in entries for taken in self._taken(entry, progress, known, now)]
        ready.sort(key=lambda taken: taken.item.received_at)
        for begin in range(0, len(ready), self._limits.batch):
            chunk = ready[begin : begin + self._limits.batch]
            for taken in chunk:
                progress = progress.taken(taken.sids, at=taken.at).moved(taken.at)
            yield self._batch([taken.item for taken in chunk], progress), progress
        moved = progress.moved(entries[-1].at if entries else None)
        if moved.asks_from != progress.asks_from:  # past what is not ours to take, such as answered calls
            yield self._batch([], moved), moved

    def _batch(self, items: Sequence[RawItem], progress: Progress) -> Batch:
        return Batch(source=self.name, items=items, checkpoint=progress.to_checkpoint())


class MessageSource(PolledSource):
    """SMS, MMS or WhatsApp messages to one number."""

    listed = MESSAGES

    @property
    def name(self) -> str:
        """`twilio:AC…:+34910000000`: the same place as the webhook's."""
        return messages_source(self._api.account_sid, self._account)

    def _taken(self, entry: Entry, progress: Progress, known: frozenset[str], now: datetime) -> Iterator[Taken]:
        if entry.fields.get("status") == "receiving" and now - entry.at < _STILL_COMING:  # its files are on their way
            return
        sid = key_of(entry.fields)
        if sid not in known:
            raw = message_by_api(entry.fields)
            yield Taken(item=raw_item(sid, raw, entry.at, progress), sids=(sid,), at=entry.at)


def raw_item(
    key: str, raw: bytes, received_at: datetime, progress: Progress, *, begun: datetime | None = None
) -> RawItem:
    """An item as it is kept; imported if it is from before the channel's beginning."""
    imported = not progress.is_new(begun or received_at)
    return RawItem(key=key, raw=raw, received_at=received_at, imported=imported, size=len(raw))


def key_of(fields: Fields) -> str:
    """The SID; for what has none, a name made of its content."""
    return (
        text_of(fields, "sid") or f"odd-{hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()[:32]}"
    )
