"""What the town's people do with their telephones: write an SMS, an MMS or by WhatsApp, call, speak after the tone."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from demo.twilio_server.account import Account, Call, Media, Recording, Text, new_sid

Json = dict[str, Any]


def write(account: Account, act: Mapping[str, Any], now: datetime) -> Text:
    """A message to one of our numbers, of `body` and `media` (`content` in base64, `content_type`)."""
    media = tuple(
        Media(
            sid=new_sid("ME"),
            content_type=each["content_type"],
            content=base64.b64decode(each["content"]),
            at=now,
            secret=secrets.token_hex(16),
        )
        for each in act.get("media", ())
    )
    text = Text(
        sid=new_sid("MM" if media else "SM"),
        direction="inbound",
        sender=act["from"],
        recipient=act["to"],
        body=act.get("body", ""),
        created_at=now,
        media=media,
    )
    return account.take(text)


def ring(account: Account, act: Mapping[str, Any], now: datetime) -> tuple[Call, Recording | None]:
    """A call that nobody took. With `voicemail` the caller was asked to speak, and the recording is there `after` seconds."""
    voicemail = act.get("voicemail")
    call = Call(
        sid=new_sid("CA"),
        sender=act["from"],
        recipient=act["to"],
        status="completed" if voicemail else act.get("status", "no-answer"),
        seconds=int(voicemail["seconds"]) + 4 if voicemail else 0,
        at=now,
    )
    account.calls.append(call)
    if not voicemail:
        return call, None
    recording = Recording(
        sid=new_sid("RE"),
        call_sid=call.sid,
        seconds=int(voicemail["seconds"]),
        content=base64.b64decode(voicemail["content"]),
        content_type=voicemail["content_type"],
        at=now + timedelta(seconds=voicemail.get("after", 0.0)),
    )
    account.recordings.append(recording)
    return call, recording


def call_out(account: Account, act: Mapping[str, Any], now: datetime) -> Call:
    """One of us calls somebody from a number of ours; `answered_by` is what Twilio took the other end for."""
    seconds = int(act.get("seconds", 0))
    call = Call(
        sid=new_sid("CA"),
        sender=act["from"],
        recipient=act["to"],
        status="completed" if seconds else act.get("status", "no-answer"),
        seconds=seconds,
        at=now,
        direction="outbound-api",
        answered_by=act.get("answered_by"),
    )
    account.calls.append(call)
    return call


def as_seen(account: Account, now: datetime) -> Json:
    """All that the account holds, as the town may look at it."""
    return {
        "texts": [
            {
                "sid": each.sid,
                "direction": each.direction,
                "from": each.sender,
                "to": each.recipient,
                "body": each.body,
                "status": each.status(now),
            }
            for each in account.texts
        ],
        "calls": [call.sid for call in account.calls],
        "recordings": {each.sid: each.call_sid for each in account.recordings},
        "opted_out": sorted(map(list, account.opted_out)),
        "tally": dict(account.tally),
    }
