"""Calls the web addresses that an account has set, signed, as Twilio does: messages, calls, recordings, what became of ours.

Signature: https://www.twilio.com/docs/usage/security#validating-requests.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping

import httpx
import structlog

from demo.twilio_server.account import WHATSAPP, Account, Call, Number, Recording, Text
from demo.twilio_server.resources import VERSION, base

log = structlog.get_logger(__name__)

PATIENCE = 15.0
_RECORDED = re.compile(r'recordingStatusCallback="([^"]+)"')


def signature(token: str, url: str, values: Mapping[str, str]) -> str:
    """What X-Twilio-Signature must be for a form with these values."""
    said = url + "".join(f"{name}{values[name]}" for name in sorted(values))
    return base64.b64encode(hmac.new(token.encode(), said.encode(), hashlib.sha1).digest()).decode()


async def post(account: Account, url: str, values: Mapping[str, str]) -> str:
    """One call, once: the answer's body, "" when there was none. What is lost here is found by polling."""
    if not url:
        return ""
    headers = {"X-Twilio-Signature": signature(account.token, url, values)}
    try:
        async with httpx.AsyncClient(timeout=PATIENCE) as client:
            answer = await client.post(url, data=dict(values), headers=headers)
    except httpx.HTTPError as error:
        account.tally["hooks lost"] += 1
        log.info("hook_lost", problem=type(error).__name__)
        return ""
    account.tally["hooks taken" if answer.is_success else "hooks lost"] += 1
    return answer.text if answer.is_success else ""


async def tell_of_text(account: Account, number: Number | None, text: Text, *, name: str, origin: str) -> None:
    """An incoming message."""
    values = {
        "AccountSid": account.sid,
        "ApiVersion": VERSION,
        **dict.fromkeys(("MessageSid", "SmsSid", "SmsMessageSid"), text.sid),
        "SmsStatus": "received",
        "From": text.sender,
        "To": text.recipient,
        "Body": text.body,
        "NumSegments": "1",
        "NumMedia": str(len(text.media)),
    }
    if text.sender.startswith(WHATSAPP):
        values |= {"ProfileName": name, "WaId": text.sender.removeprefix(f"{WHATSAPP}+")}
    for place, media in enumerate(text.media):
        values[f"MediaUrl{place}"] = f"{origin}{base(account)}/Messages/{text.sid}/Media/{media.sid}"
        values[f"MediaContentType{place}"] = media.content_type
    await post(account, number.sms_url if number else "", values)


async def tell_of_call(
    account: Account, number: Number | None, call: Call, recording: Recording | None, origin: str
) -> None:
    """A call that came in, that it is over, and what was recorded."""
    if number is None:
        return
    about = {
        "AccountSid": account.sid,
        "ApiVersion": VERSION,
        "CallSid": call.sid,
        "From": call.sender,
        "To": call.recipient,
        "Direction": "inbound",
    }
    instructions = await post(account, number.voice_url, {**about, "CallStatus": "ringing"})
    ended = {**about, "CallStatus": call.status, "CallDuration": str(call.seconds)}
    await post(account, number.status_callback, ended)
    wanted = _RECORDED.search(instructions)
    if recording is not None and wanted is not None:
        values = {
            "AccountSid": account.sid,
            "CallSid": call.sid,
            "RecordingSid": recording.sid,
            "RecordingUrl": f"{origin}{base(account)}/Recordings/{recording.sid}",
            "RecordingStatus": "completed",
            "RecordingDuration": str(recording.seconds),
            "RecordingChannels": "1",
            "RecordingSource": "RecordVerb",
        }
        await post(account, wanted[1].replace("&amp;", "&"), values)


async def tell_of_status(account: Account, text: Text, status: str) -> None:
    """How far a message of ours has come."""
    values = {
        "AccountSid": account.sid,
        "ApiVersion": VERSION,
        "MessageSid": text.sid,
        "SmsSid": text.sid,
        "MessageStatus": status,
        "SmsStatus": status,
        "From": text.sender,
        "To": text.recipient,
    }
    if text.failure is not None and status == "undelivered":
        values["ErrorCode"] = str(text.failure)
    await post(account, text.callback, values)
