"""Lists what Twilio has of one number, oldest first, in windows of days that fit in memory. Knows no checkpoint."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from connectors.twilio_phone.api import TwilioApi
from connectors.twilio_phone.raw import Fields, moment_of

_LONG_AGO = timedelta(days=400)
"""Twilio's API has 13 months; what is older comes in one window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What is listed: which list, under which key, by which dates; what came to a number, or (`ours`) what went out from it."""

    path: str
    key: str
    filter: str
    moments: tuple[str, ...]
    ours: bool = False

    def concerns(self, fields: Fields, number: str) -> bool:
        """Whether it went that way; what does not say so is left to the reader."""
        inbound = str(fields.get("direction", "inbound")) == "inbound"
        side = "from" if self.ours else "to"
        return inbound is not self.ours and fields.get(side, number) == number


MESSAGES = Listed(path="Messages.json", key="messages", filter="DateSent", moments=("date_sent", "date_created"))
CALLS = Listed(path="Calls.json", key="calls", filter="StartTime", moments=("start_time", "date_created"))
CALLED = Listed(path=CALLS.path, key=CALLS.key, filter=CALLS.filter, moments=CALLS.moments, ours=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is asked for and handed over at once. A window of more than `most` items is halved, down to one day."""

    page: int = 500
    batch: int = 100
    most: int = 5000
    widest: timedelta = timedelta(days=128)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing listed. `at` is its moment; what has none is taken to be as old as what stands before it."""

    at: datetime
    fields: Fields


def windows(
    api: TwilioApi, listed: Listed, number: str, *, first: date | None, now: datetime, limits: Limits
) -> Iterator[list[Entry]]:
    """Everything of this number since that day (None: everything there is), oldest first."""
    today = now.date()
    start, width = first, limits.widest
    if start is None:
        start = today - _LONG_AGO
        yield _window(api, listed, number, None, start, now, limits) or []
    while True:
        end = start + width if start + width <= today else None
        days = (today - start).days + 1 if end is None else width.days
        found = _window(api, listed, number, start, end, now, limits, may_give_up=days > 1)
        if found is None:
            width = timedelta(days=max(1, days // 2))
            continue
        yield found
        if end is None:
            return
        start, width = end, min(width * 2, limits.widest)


def _window(
    api: TwilioApi,
    listed: Listed,
    number: str,
    start: date | None,
    end: date | None,
    now: datetime,
    limits: Limits,
    *,
    may_give_up: bool = False,
) -> list[Entry] | None:
    """The entries of these days, oldest first; None when they are too many for one window. The last day may come again with the
    next window."""
    params = {"From" if listed.ours else "To": number, "PageSize": str(limits.page)}
    if start is not None:
        params[f"{listed.filter}>"] = start.isoformat()
    if end is not None:
        params[f"{listed.filter}<"] = end.isoformat()
    found: list[Fields] = []
    for page in api.pages(listed.path, listed.key, params):
        found += [each for each in page if listed.concerns(each, number)]
        if may_give_up and len(found) > limits.most:
            return None
    return _dated(found[::-1], listed, now)


def _dated(oldest_first: list[Fields], listed: Listed, now: datetime) -> list[Entry]:
    last: datetime | None = None
    entries = []
    for fields in oldest_first:
        at = moment_of(fields, *listed.moments) or last or now
        last = min(at, now)
        entries.append(Entry(at=last, fields=fields))
    return sorted(entries, key=lambda entry: entry.at)
