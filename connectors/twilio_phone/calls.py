"""Pulls missed calls and voicemail of one number; knows when a call is ripe to be told of.

A call is told of once it is over: at once when nobody took it, else when its recording is there. Each recording is an item of
its own, under its own SID, by whatever road it comes: one call may have several.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from connectors.twilio_phone.api import TwilioApi
from connectors.twilio_phone.listing import CALLS, Entry, Limits
from connectors.twilio_phone.names import calls_source
from connectors.twilio_phone.progress import Progress
from connectors.twilio_phone.raw import Fields, call_by_api, moment_of, number_of, text_of
from connectors.twilio_phone.read_calls import MISSED
from connectors.twilio_phone.source import Beginning, PolledSource, Taken, key_of, raw_item

PATIENCE = timedelta(minutes=2)
"""How long after its end a call's recording is waited for."""
_MOST_PUT_OFF = 10_000
_VOICEMAIL = ("", "RecordVerb")  # the other sources are talks that somebody had recorded


class CallSource(PolledSource):
    """Calls to one number. `hang_ups`: a call that ended without a word is told of too, unless somebody had answered it."""

    listed = CALLS

    def __init__(
        self,
        api: TwilioApi,
        account: str,
        beginning: Beginning,
        *,
        limits: Limits | None = None,
        hang_ups: bool = False,
    ) -> None:
        super().__init__(api, account, beginning, limits=limits)
        self._hang_ups = hang_ups
        self._ask_at: dict[str, datetime] = {}

    @property
    def name(self) -> str:
        """`twilio:AC…:calls:+34910000000`: the same place as the webhook's."""
        return calls_source(self._api.account_sid, self._account)

    def _taken(self, entry: Entry, progress: Progress, known: frozenset[str], now: datetime) -> Iterator[Taken]:
        sid, status = key_of(entry.fields), text_of(entry.fields, "status")
        if status == "completed":
            if progress.is_new(entry.at) and now >= self._ask_at.get(sid, now):
                yield from self._answered(entry, progress, known, now)
        elif sid not in known and (status in MISSED or not status):  # without a status a person may see what it is
            yield self._call(entry, progress, now)

    def _answered(self, entry: Entry, progress: Progress, known: frozenset[str], now: datetime) -> list[Taken]:
        """A call that somebody or something answered: it counts when there is a recording. The longer ago it was, the more
        rarely it is asked for."""
        sid, waited = key_of(entry.fields), now - over(entry, now)
        recordings = [each for each in self._recordings(sid) if key_of(each) not in known]
        ready = [each for each in recordings if text_of(each, "status") in ("", "completed")]
        if ready:
            found = [self._voicemail(entry, recording, progress, now) for recording in ready]
        elif sid in known:
            found = []
        elif self._hang_ups and not recordings and waited >= PATIENCE and not self._was_talked(sid):
            found = [self._call(entry, progress, now)]
        else:
            found = []
        if not found and waited >= PATIENCE:
            self._put_off(sid, until=now + waited / 4)
        return found

    def _put_off(self, sid: str, *, until: datetime) -> None:
        if len(self._ask_at) >= _MOST_PUT_OFF:
            self._ask_at.clear()
        self._ask_at[sid] = until

    def _recordings(self, call_sid: str) -> list[Fields]:
        """A call's voicemail, oldest first; not those of which there will be no sound."""
        found: list[Fields] = [
            each
            for page in self._api.pages("Recordings.json", "recordings", {"CallSid": call_sid, "PageSize": "50"})
            for each in page
            if text_of(each, "call_sid") == call_sid
            and text_of(each, "source") in _VOICEMAIL
            and text_of(each, "status") not in ("absent", "failed", "deleted")
        ]
        return found[::-1]

    def _was_talked(self, call_sid: str) -> bool:
        """Whether somebody took a leg of the call."""
        pages = self._api.pages("Calls.json", "calls", {"ParentCallSid": call_sid, "PageSize": "50"})
        legs = [each for page in pages for each in page if text_of(each, "parent_call_sid") == call_sid]
        return any(text_of(leg, "status") == "completed" and number_of(leg, "duration") for leg in legs)

    def _call(self, entry: Entry, progress: Progress, now: datetime) -> Taken:
        sid = key_of(entry.fields)
        item = raw_item(sid, call_by_api(entry.fields, []), over(entry, now), progress, begun=entry.at)
        return Taken(item=item, sids=[sid], at=entry.at)

    def _voicemail(self, entry: Entry, recording: Fields, progress: Progress, now: datetime) -> Taken:
        sid = key_of(recording)
        raw = call_by_api(entry.fields, [recording])
        received = max(over(entry, now), min(moment_of(recording, "date_created", "start_time") or now, now))
        item = raw_item(sid, raw, received, progress, begun=entry.at)
        return Taken(item=item, sids=[key_of(entry.fields), sid], at=entry.at)


def over(entry: Entry, now: datetime) -> datetime:
    """When a call was over, not later than now."""
    end = moment_of(entry.fields, "end_time")
    if end is None:
        end = entry.at + timedelta(seconds=number_of(entry.fields, "duration"))
    return min(end, now)
