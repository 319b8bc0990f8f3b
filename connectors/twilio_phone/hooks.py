"""Takes what Twilio calls our web addresses for: messages, calls, recordings, what became of what we sent.

Nothing is believed before its signature; nothing is stored here. Whatever is lost on this road is found by polling.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from config.secrets import Secret
from connectors.twilio_phone.names import PART_OF, calls_source, hook_address, messages_source
from connectors.twilio_phone.raw import call_by_webhook, message_by_webhook, text_of
from connectors.twilio_phone.read_calls import MISSED
from connectors.twilio_phone.reports import report_of
from connectors.twilio_phone.signature import Form, form_of, is_signed, query_of
from connectors.twilio_phone.twiml import NOTHING, Greeting, part, record, with_parties
from ventanilla.channel import HookAnswer, HookRequest, RawItem
from ventanilla.errors import VentanillaError

LARGEST = 64 * 1024
_XML = "text/xml; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What every hook of one channel knows: whose it is, where it is called, which numbers are ours."""

    channel: str
    public_url: str
    account_sid: str
    auth_token: Secret = field(repr=False)
    accounts: frozenset[str]
    numbers: frozenset[str]
    greeting: Greeting

    def address(self, path: str) -> str:
        """The public address of one of its hooks."""
        return hook_address(self.public_url, self.channel, path)


Take = Callable[[Line, Form, Mapping[str, str], datetime], HookAnswer]
"""(line, form, query, now): what to store and answer, once the call is believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioHook:
    """One web address. Used by several threads at once; keeps no state."""

    path: str
    line: Line
    take: Take
    largest: int = LARGEST

    def receive(self, request: HookRequest, *, now: datetime) -> HookAnswer:
        """Store nothing and answer 403 unless Twilio signed it for this address and this account."""
        if len(request.body) > self.largest:
            return _refused("too large", status=413)
        form = form_of(request)
        if form is None:
            return _refused("not a form that was posted")
        try:
            token = self.line.auth_token.reveal()
        except VentanillaError:
            return _refused("the auth token cannot be read here", status=503)
        if not is_signed(request, form, address=self.line.address(self.path), token=token):
            return _refused("bad signature" if "x-twilio-signature" in request.headers else "no signature")
        if form.get("AccountSid") != self.line.account_sid:
            return _refused("another account")
        return self.take(self.line, form, query_of(request), now)


def hooks_of(line: Line, *, calls: bool) -> Sequence[TwilioHook]:
    """The web addresses of a channel; those for calls only where calls count."""
    paths: dict[str, Take] = {"sms": _message, "status": _status}
    if calls:
        paths |= {"voice": _voice, "recording": _recording, "call": _call}
    return [TwilioHook(path=path, line=line, take=take) for path, take in paths.items()]


def _message(line: Line, form: Form, query: Mapping[str, str], now: datetime) -> HookAnswer:
    sid, account = text_of(form, "MessageSid", "SmsSid"), text_of(form, "To")
    if account not in line.accounts:
        return _refused("a number that is not this channel's")
    if not sid:
        return _refused("no SID")
    raw = message_by_webhook(form, at=now)
    return _stored(messages_source(line.account_sid, account), sid, raw, now)


def _voice(line: Line, form: Form, query: Mapping[str, str], now: datetime) -> HookAnswer:
    """A call comes in, or (asked again once the caller has spoken) is over."""
    sender, to = text_of(form, "From"), text_of(form, "To")
    if to not in line.numbers:
        return _refused("a number that is not this channel's")
    if text_of(form, "RecordingUrl", "RecordingSid"):
        return _answered(part(line.greeting))
    callback = with_parties(line.address("recording"), sender=sender, to=to)
    return _answered(record(line.greeting, after=line.address("voice"), callback=callback))


def _recording(line: Line, form: Form, query: Mapping[str, str], now: datetime) -> HookAnswer:
    """A voicemail is there. Twilio tells of it without its parties: the address that we gave it names them."""
    sid, recording = text_of(form, "CallSid"), text_of(form, "RecordingSid")
    parties = {name: text_of(form, name) or query.get(name, "") for name in ("From", "To")}
    is_voicemail = text_of(form, "RecordingSource") in ("", "RecordVerb")
    if not sid or not recording or not is_voicemail or text_of(form, "RecordingStatus") not in ("", "completed"):
        return _answered(NOTHING)
    if not parties["To"]:  # somebody's own TwiML called us: polling knows the call
        return _answered(NOTHING)
    if parties["To"] not in line.numbers:
        return _refused("a number that is not this channel's")
    call = {"CallSid": sid, "CallStatus": "completed", **parties}
    raw = call_by_webhook(call, [form], at=now)
    return _stored(calls_source(line.account_sid, parties["To"]), recording, raw, now)


def _call(line: Line, form: Form, query: Mapping[str, str], now: datetime) -> HookAnswer:
    """A call is over. What somebody or something answered is told of by its recording, or found by polling."""
    sid, to = text_of(form, "CallSid"), text_of(form, "To", "Called")
    if to not in line.numbers:
        return _refused("a number that is not this channel's")
    if not sid or text_of(form, "CallStatus") not in MISSED or text_of(form, "Direction") not in ("", "inbound"):
        return _answered(NOTHING)
    return _stored(calls_source(line.account_sid, to), sid, call_by_webhook(form, [], at=now), now)


def _status(line: Line, form: Form, query: Mapping[str, str], now: datetime) -> HookAnswer:
    report = report_of(form, part_of=query.get(PART_OF, ""))
    return HookAnswer(content_type=_XML, body=NOTHING, reports=() if report is None else (report,))


def _stored(source: str, key: str, raw: bytes, now: datetime) -> HookAnswer:
    item = RawItem(key=key, raw=raw, received_at=now, size=len(raw))
    return HookAnswer(content_type=_XML, body=NOTHING, source=source, items=(item,))


def _answered(body: bytes) -> HookAnswer:
    return HookAnswer(content_type=_XML, body=body)


def _refused(reason: str, *, status: int = 403) -> HookAnswer:
    return HookAnswer(status=status, refused=reason)
