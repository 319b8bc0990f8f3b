"""Pulls the calls that were made from one number of ours; knows which of them went to a customer and no case."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from connectors.twilio_phone.api import TwilioApi
from connectors.twilio_phone.calls import over
from connectors.twilio_phone.listing import CALLED, Entry, Limits
from connectors.twilio_phone.names import called_source
from connectors.twilio_phone.progress import Progress
from connectors.twilio_phone.raw import call_by_api, text_of
from connectors.twilio_phone.source import Beginning, PolledSource, Taken, key_of, raw_item
from ventanilla.errors import LoginRefused, Permanent

_GOING_ON = ("queued", "initiated", "ringing", "in-progress")
_PROGRAMS = ("client:", "sip:")
_MOST_PARENTS = 2000


class CalledSource(PolledSource):
    """Calls from one number, each once it is over. What was made before the channel's beginning is left where it is: it answers
    nothing. A leg by which a caller was put through to one of us went to no customer."""

    listed = CALLED

    def __init__(self, api: TwilioApi, account: str, beginning: Beginning, *, limits: Limits | None = None) -> None:
        super().__init__(api, account, beginning, limits=limits)
        self._parents: dict[str, str | None] = {}

    @property
    def name(self) -> str:
        """`twilio:AC…:called:+34910000000`."""
        return called_source(self._api.account_sid, self._account)

    def _taken(self, entry: Entry, progress: Progress, known: frozenset[str], now: datetime) -> Iterator[Taken]:
        sid = key_of(entry.fields)
        if sid in known or text_of(entry.fields, "status") in _GOING_ON or not progress.is_new(entry.at):
            return
        by = self._made_by(text_of(entry.fields, "parent_call_sid"))
        if by is None:
            return
        raw = call_by_api(entry.fields, [], by=by)
        item = raw_item(sid, raw, over(entry, now), progress, begun=entry.at)
        yield Taken(item=item, sids=[sid], at=entry.at)

    def _made_by(self, parent: str) -> str | None:
        """Who made a call, by the call that it was a leg of: a program's own name for them ("client:ana"), "" where nobody knows;
        None for a caller who was put through."""
        if not parent:
            return ""
        if parent not in self._parents:
            if len(self._parents) >= _MOST_PARENTS:
                self._parents.clear()
            self._parents[parent] = self._caller(parent)
        return self._parents[parent]

    def _caller(self, parent: str) -> str | None:
        try:
            call = self._api.get(f"Calls/{parent}.json")
        except LoginRefused:
            raise
        except Permanent:  # it is not there any more
            return ""
        caller = text_of(call, "from")
        if caller.startswith(_PROGRAMS):
            return caller
        return None if text_of(call, "direction") == "inbound" else ""
