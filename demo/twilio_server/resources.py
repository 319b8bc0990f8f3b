"""Twilio's resources as JSON: numbers, messages, media, calls, recordings, the account. Pure."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime
from typing import Any

from demo.twilio_server.account import Account, Call, Media, Number, Recording, Text

VERSION = "2010-04-01"
_SEGMENT = 70
_FAILURES = {63016: "Failed to send freeform message because you are outside the allowed window."}

Json = dict[str, Any]


def base(account: Account) -> str:
    return f"/{VERSION}/Accounts/{account.sid}"


def account_resource(account: Account) -> Json:
    return {
        "sid": account.sid,
        "friendly_name": account.name,
        "status": "active",
        "type": "Full",
        "owner_account_sid": account.sid,
        "auth_token": None,
        "date_created": None,
        "date_updated": None,
        "uri": f"{base(account)}.json",
        "subresource_uris": {"messages": f"{base(account)}/Messages.json"},
    }


def number_resource(account: Account, number: Number) -> Json:
    return {
        "sid": number.sid,
        "account_sid": account.sid,
        "friendly_name": number.number,
        "phone_number": number.number,
        "capabilities": {what: what in number.can for what in ("voice", "sms", "mms", "fax")},
        "sms_url": number.sms_url,
        "sms_method": "POST",
        "voice_url": number.voice_url,
        "voice_method": "POST",
        "status_callback": number.status_callback,
        "status_callback_method": "POST",
        "api_version": VERSION,
        "beta": False,
        "origin": "twilio",
        "status": "in-use",
        "uri": f"{base(account)}/IncomingPhoneNumbers/{number.sid}.json",
    }


def text_resource(account: Account, text: Text, now: datetime) -> Json:
    failed = text.failure is not None and text.status(now) == "undelivered"
    uri = f"{base(account)}/Messages/{text.sid}"
    return {
        "sid": text.sid,
        "account_sid": account.sid,
        "api_version": VERSION,
        "messaging_service_sid": None,
        "body": text.body,
        "from": text.sender,
        "to": text.recipient,
        "direction": text.direction,
        "status": text.status(now),
        "num_media": str(len(text.media) or text.files),
        "num_segments": str(max(1, -(-len(text.body) // _SEGMENT))),
        "error_code": text.failure if failed else None,
        "error_message": _FAILURES.get(text.failure or 0) if failed else None,
        "price": None,
        "price_unit": "USD",
        "date_created": written(text.created_at),
        "date_sent": written(text.created_at),
        "date_updated": written(text.updated_at(now)),
        "uri": f"{uri}.json",
        "subresource_uris": {"media": f"{uri}/Media.json", "feedback": f"{uri}/Feedback.json"},
    }


def media_resource(account: Account, text: Text, media: Media) -> Json:
    return {
        "sid": media.sid,
        "account_sid": account.sid,
        "parent_sid": text.sid,
        "content_type": media.content_type,
        "date_created": written(media.at),
        "date_updated": written(media.at),
        "uri": f"{base(account)}/Messages/{text.sid}/Media/{media.sid}.json",
    }


def call_resource(account: Account, call: Call) -> Json:
    uri = f"{base(account)}/Calls/{call.sid}"
    return {
        "sid": call.sid,
        "account_sid": account.sid,
        "api_version": VERSION,
        "parent_call_sid": None,
        "phone_number_sid": next((each.sid for each in account.numbers if each.number == call.recipient), None),
        "from": call.sender,
        "from_formatted": call.sender,
        "to": call.recipient,
        "to_formatted": call.recipient,
        "caller_name": None,
        "forwarded_from": None,
        "answered_by": call.answered_by,
        "direction": call.direction,
        "status": call.status,
        "duration": str(call.seconds),
        "start_time": written(call.at),
        "end_time": written(call.at),
        "date_created": written(call.at),
        "date_updated": written(call.at),
        "price": None,
        "price_unit": "USD",
        "group_sid": None,
        "trunk_sid": "",
        "queue_time": "0",
        "annotation": None,
        "uri": f"{uri}.json",
        "subresource_uris": {"recordings": f"{uri}/Recordings.json"},
    }


def recording_resource(account: Account, recording: Recording, origin: str) -> Json:
    """`origin` is the server's own address: a recording names its media by a whole URL."""
    uri = f"{base(account)}/Recordings/{recording.sid}"
    return {
        "sid": recording.sid,
        "account_sid": account.sid,
        "api_version": VERSION,
        "call_sid": recording.call_sid,
        "conference_sid": None,
        "channels": 1,
        "source": "RecordVerb",
        "status": "completed",
        "duration": str(recording.seconds),
        "error_code": None,
        "encryption_details": None,
        "start_time": written(recording.at),
        "date_created": written(recording.at),
        "date_updated": written(recording.at),
        "price": None,
        "price_unit": "USD",
        "media_url": f"{origin}{uri}",
        "uri": f"{uri}.json",
        "subresource_uris": {},
    }


def written(moment: datetime) -> str:
    """RFC 2822 in UTC, to the second."""
    return format_datetime(moment)
