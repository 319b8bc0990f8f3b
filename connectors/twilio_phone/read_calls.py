"""Reads a missed call, a voicemail or a call that one of us made, whether the API or a webhook told of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.twilio_phone.people import PhoneContext, party
from connectors.twilio_phone.raw import Fields, moment_of, number_of, text_of
from connectors.twilio_phone.read_messages import sid_of
from connectors.twilio_phone.words import length_in_words, phrase
from ventanilla.channel import Message, Party, RemoteFile, Screening
from ventanilla.errors import BadMessage
from ventanilla.phones import is_withheld
from ventanilla.words import AddressKind, CallOutcome, Verdict

MISSED = frozenset({"no-answer", "busy", "canceled"})
"""How a call ends that nobody took."""
_LARGEST = 64 * 1024 * 1024


def read_call(item: Mapping[str, Any], context: PhoneContext) -> Message:
    """One call. Nobody can call back who withheld their number and left no word: that is told as `service`."""
    fields, recordings = item["call"], _recordings(item)
    if not isinstance(fields, dict):
        raise BadMessage("not an item of this channel")
    call_sid = sid_of(fields, "CallSid", "sid")
    account = text_of(fields, "To", "to", "Called")
    if not account:
        raise BadMessage("a call without the number it came to")
    if text_of(fields, "direction").startswith("outbound"):
        return _made_by_us(item, fields, call_sid, context)
    sid = sid_of(recordings[0], "RecordingSid", "sid") if recordings else call_sid
    sender = text_of(fields, "From", "from", "Caller")
    started = moment_of(fields, "start_time", "date_created") or moment_of(item, "at")
    text = _told(fields, recordings, context, started)
    name = phrase(context.language, "withheld") if is_withheld(sender) else text_of(fields, "CallerName").strip()
    author = party(sender, sid=call_sid, name=name)
    return Message(
        author=author,
        customer=author,
        external_id=sid,
        to=(Party(address=account, kind=AddressKind.PHONE),),
        text=text,
        reply_text=text,
        in_reply_to=(call_sid,) if recordings else (),
        sent_at=started,
        screening=_screened(fields, sender, recordings),
        account=account,
        conversational=True,
        medium="voicemail" if recordings else "call",
        files=tuple(_file(each) for each in recordings),
    )


def _made_by_us(item: Mapping[str, Any], fields: Fields, sid: str, context: PhoneContext) -> Message:
    """A call from a number of ours, with what became of it."""
    account, started = text_of(fields, "from"), moment_of(fields, "start_time", "date_created")
    outcome, seconds = _outcome(fields), number_of(fields, "duration")
    customer = party(text_of(fields, "to"), sid=sid)
    by = text_of(item, "by").partition(":")[2].partition("@")[0]
    text = phrase(
        context.language,
        f"called_{outcome}",
        time="?" if started is None else f"{started.astimezone(context.zone):%H:%M}",
        length=length_in_words(seconds),
    )
    return Message(
        author=Party(address=account, name=by, kind=AddressKind.PHONE),
        customer=customer,
        external_id=sid,
        to=(customer,),
        text=text,
        reply_text=text,
        sent_at=started,
        account=account,
        conversational=True,
        medium="call",
        outbound=True,
        call_outcome=outcome,
    )


def _outcome(fields: Fields) -> CallOutcome:
    """Only a person who answered was reached; what Twilio took for a machine may have a message on it."""
    if text_of(fields, "status") != "completed" or not number_of(fields, "duration"):
        return CallOutcome.NO_ANSWER
    answered_by = text_of(fields, "answered_by")
    if answered_by == "fax":
        return CallOutcome.NO_ANSWER
    return CallOutcome.MESSAGE if answered_by.startswith("machine") else CallOutcome.REACHED


def _recordings(item: Mapping[str, Any]) -> Sequence[Fields]:
    found = item.get("recordings", [])
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _screened(fields: Fields, sender: str, recordings: Sequence[Fields]) -> Screening:
    if is_withheld(sender) and not recordings:
        return Screening(verdict=Verdict.SERVICE, reason="withheld: a missed call without a number to call back")
    return Screening()


def _told(fields: Fields, recordings: Sequence[Fields], context: PhoneContext, started: datetime | None) -> str:
    time = "?" if started is None else f"{started.astimezone(context.zone):%H:%M}"
    if recordings:
        seconds = sum(number_of(each, "RecordingDuration", "duration") for each in recordings)
        return phrase(context.language, "voicemail", length=length_in_words(seconds), time=time)
    return phrase(context.language, "missed", time=time) + _how(fields, context.language)


def _how(fields: Fields, language: str) -> str:
    """How a missed call ended, as far as it is known."""
    status = text_of(fields, "CallStatus", "status")
    if status == "completed":
        return phrase(language, "hung_up")
    if status in ("busy", "canceled"):
        return phrase(language, status)
    seconds = _rang(fields)
    return phrase(language, "rang", seconds=str(seconds)) if seconds else ""


def _rang(fields: Fields) -> int:
    """For how many seconds it rang: from its beginning to its end."""
    start, end = moment_of(fields, "start_time"), moment_of(fields, "end_time")
    if start is None or end is None or end < start:
        return 0
    return int((end - start).total_seconds())


def _file(recording: Fields) -> RemoteFile:
    sid = sid_of(recording, "RecordingSid", "sid")
    return RemoteFile(
        filename=f"voicemail-{sid[-6:]}.mp3", content_type="audio/mpeg", ref={"recording": sid}, largest=_LARGEST
    )
