"""Writes what Twilio is to do with a call, in its XML. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode
from xml.etree.ElementTree import Element, SubElement, tostring

from config.twilio import Voicemail
from connectors.twilio_phone.words import phrase, spoken

NOTHING = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'
"""Take note and do nothing."""
_SILENCE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """What a caller hears, and in which language and voice it is said."""

    language: str
    house: str
    voicemail: Voicemail

    def words(self, code: str) -> str:
        """The file's own words, else those of the language."""
        own = getattr(self.voicemail, code)
        return own if own is not None else phrase(self.language, code, house=self.house)


def record(greeting: Greeting, *, after: str = "", callback: str = "") -> bytes:
    """Greet, say that it will be recorded, record, thank. `after` is asked once somebody has spoken, `callback` is told when the
    recording is there; empty: a TwiML Bin, where nobody is told."""
    response = Element("Response")
    _say(response, greeting, "greeting")
    _say(response, greeting, "recording_notice")
    attributes = {
        "maxLength": str(int(greeting.voicemail.longest.total_seconds())),
        "timeout": str(_SILENCE),
        "playBeep": "true",
    }
    if after:
        attributes |= {"action": after, "method": "POST"}
    if callback:
        attributes |= {"recordingStatusCallback": callback, "recordingStatusCallbackMethod": "POST"}
    SubElement(response, "Record", attributes)
    if after:  # who says nothing goes on from here; without `after` Twilio would begin again at the greeting
        _part(response, greeting)
    return _written(response)


def part(greeting: Greeting) -> bytes:
    """Thank and hang up."""
    response = Element("Response")
    _part(response, greeting)
    return _written(response)


def with_parties(address: str, *, sender: str, to: str) -> str:
    """An address that says whom a call was between: Twilio signs it with its query, and tells of recordings without them."""
    return f"{address}?{urlencode({'From': sender, 'To': to})}"


def _part(response: Element, greeting: Greeting) -> None:
    _say(response, greeting, "goodbye")
    SubElement(response, "Hangup")


def _say(response: Element, greeting: Greeting, code: str) -> None:
    words = greeting.words(code)
    if not words:
        return
    attributes = {"language": spoken(greeting.language)}
    if greeting.voicemail.voice:
        attributes["voice"] = greeting.voicemail.voice
    SubElement(response, "Say", attributes).text = words


def _written(response: Element) -> bytes:
    written: bytes = tostring(response, encoding="UTF-8", xml_declaration=True)
    return written
