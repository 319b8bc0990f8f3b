"""Reads an SMS, MMS or WhatsApp message, whether the API or a webhook brought it. Pure."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.reading.characters import clean_line
from connectors.twilio_phone.consent import wants_again, wants_none
from connectors.twilio_phone.names import SID, WHATSAPP
from connectors.twilio_phone.people import party
from connectors.twilio_phone.raw import Fields, moment_of, number_of, text_of
from ventanilla.channel import Message, Party, RemoteFile, Screening
from ventanilla.errors import BadMessage
from ventanilla.words import AddressKind, Verdict

MOST_MEDIA = 10
MOST_NAME = 200
_MEDIA = re.compile(r"/Messages/([A-Z]{2}[0-9a-f]{32})/Media/(ME[0-9a-f]{32})\Z")
_LARGEST = 16 * 1024 * 1024  # WhatsApp's limit; MMS have 5 MB


def read_message(item: Mapping[str, Any]) -> Message:
    """One message that somebody sent us. Raises BadMessage when it says neither which it is nor whom it is from."""
    fields = item["message"]
    if not isinstance(fields, dict):
        raise BadMessage("not an item of this channel")
    sid = sid_of(fields, "MessageSid", "SmsSid", "sid")
    sender, account = text_of(fields, "From", "from"), text_of(fields, "To", "to")
    if not sender or not account:
        raise BadMessage("a message without its sender or the number it came to")
    files = _files(fields, sid)
    text = _text(fields)
    author = party(sender, sid=sid, name=clean_line(text_of(fields, "ProfileName"), limit=MOST_NAME))
    screening, consent = _consent(fields, text)
    replied = text_of(fields, "OriginalRepliedMessageSid")
    return Message(
        author=author,
        customer=author,
        external_id=sid,
        to=(Party(address=account.removeprefix(WHATSAPP), kind=AddressKind.PHONE),),
        text=text,
        reply_text=text,
        in_reply_to=(replied,) if replied else (),
        sent_at=moment_of(fields, "date_sent", "date_created") or moment_of(item, "at"),
        screening=screening,
        account=account,
        conversational=True,
        medium=_medium(sender, account, files),
        files=files,
        consent=consent,
    )


def sid_of(fields: Fields, *names: str) -> str:
    """Twilio's id. Raises BadMessage where there is none."""
    sid = text_of(fields, *names)
    if not SID.match(sid):
        raise BadMessage("an item without its SID")
    return sid


def _medium(sender: str, account: str, files: Sequence[RemoteFile]) -> str:
    if sender.startswith(WHATSAPP) or account.startswith(WHATSAPP):
        return "whatsapp"
    return "mms" if files else "sms"


def _consent(fields: Fields, text: str) -> tuple[Screening, bool | None]:
    """Whether this is somebody's wish to be left alone, or to hear from us again. Twilio's own opt-out list is asked first."""
    asked = text_of(fields, "OptOutType").upper()
    if asked == "STOP" or (not asked and wants_none(text)):
        return Screening(verdict=Verdict.OPTED_OUT, reason="opted out: the whole message is a word for it"), False
    if asked == "START" or (not asked and wants_again(text)):
        return Screening(verdict=Verdict.OPTED_IN, reason="opted in: the whole message is a word for it"), True
    return Screening(), None


def _text(fields: Fields) -> str:
    """What was written, or else which button or line of a list was chosen; then the place that was shared."""
    body = text_of(fields, "Body", "body", "ButtonText", "ListTitle")
    return "\n".join(part for part in (body, _place(fields)) if part)


def _place(fields: Fields) -> str:
    latitude, longitude = _degrees(fields, "Latitude", 90), _degrees(fields, "Longitude", 180)
    if latitude is None or longitude is None:
        return ""
    named = [text_of(fields, name) for name in ("Label", "Address")]
    link = f"https://www.openstreetmap.org/?mlat={latitude:.6f}&mlon={longitude:.6f}"
    return "\n".join([part for part in named if part] + [link])


def _degrees(fields: Fields, name: str, most: int) -> float | None:
    try:
        degrees = float(text_of(fields, name))
    except ValueError:
        return None
    return degrees if -most <= degrees <= most else None


def _files(fields: Fields, sid: str) -> tuple[RemoteFile, ...]:
    count = min(number_of(fields, "NumMedia", "num_media"), MOST_MEDIA)
    return tuple(_file(fields, sid, number) for number in range(count))


def _file(fields: Fields, sid: str, number: int) -> RemoteFile:
    """A file by the ids in its address, where there is one; else by its place in the list that the API has of them."""
    content_type = text_of(fields, f"MediaContentType{number}").partition(";")[0].strip().lower()
    found = _MEDIA.search(text_of(fields, f"MediaUrl{number}"))
    ref: dict[str, Any] = {"message": sid}
    ref |= {"media": found[2]} if found and found[1] == sid else {"number": number}
    return RemoteFile(
        filename=media_name(number, content_type),
        content_type=content_type or "application/octet-stream",
        ref=ref,
        largest=_LARGEST,
    )


def media_name(number: int, content_type: str) -> str:
    """A name for a file that has none: "media-1.jpg"."""
    extension = _EXTENSIONS.get(content_type) or mimetypes.guess_extension(content_type) or ""
    return f"media-{number + 1}{extension}"


# What Python's table has otherwise than people expect, or not at all.
_EXTENSIONS = {
    "image/jpeg": ".jpg",
    "audio/ogg": ".ogg",
    "audio/amr": ".amr",
    "audio/mpeg": ".mp3",
    "video/3gpp": ".3gp",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
    "image/webp": ".webp",
}
