"""Logs in to a Twilio account, changes and sends nothing, and says what works, what will happen and what cures the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from config.twilio import TwilioSettings
from connectors.twilio_phone.api import TwilioApi
from connectors.twilio_phone.names import hook_address, whatsapp
from connectors.twilio_phone.numbers import OwnNumber, own_numbers
from connectors.twilio_phone.raw import text_of
from ventanilla.channel import Finding
from ventanilla.errors import LoginRefused, Permanent, Temporary
from ventanilla.phones import spell_number

_CLOCK = timedelta(minutes=2)
_CONSOLE = "`ventanilla twilio setup {channel}` says what to paste where"


def check_account(
    settings: TwilioSettings, api: TwilioApi, *, channel: str, public_url: str | None, clock: Callable[[], datetime]
) -> Iterator[Finding]:
    """A line for each thing tried, the account first. Never raises for what the server says or does."""
    try:
        yield from _account(api, clock)
        has = list(own_numbers(api))
        for number in settings.numbers:
            yield from _number(number, has, settings, channel, public_url)
        if settings.whatsapp:
            yield from _senders(settings, api)
        yield _road(settings, public_url)
    except (Permanent, Temporary) as error:
        yield Finding(subject=api.host, ok=False, message=str(error), cure=error.cure or "try again")
    finally:
        api.close()


def _account(api: TwilioApi, clock: Callable[[], datetime]) -> Iterator[Finding]:
    account, headers = api.account()
    name, status, kind = (text_of(account, key) for key in ("friendly_name", "status", "type"))
    trial = kind.lower() == "trial"
    more = "; a trial account writes to verified numbers only, and says so in each message" if trial else ""
    ok = status in ("", "active")
    yield Finding(
        subject="account",
        ok=ok,
        message=f'logged in to "{name}" ({api.account_sid}), {status or "active"}{more}',
        cure="" if ok else "reactivate the account in Twilio's console",
    )
    yield from _clock(next((value for key, value in headers.items() if key.lower() == "date"), ""), clock())


def _clock(date: str, now: datetime) -> Iterator[Finding]:
    """A clock that is wrong makes times wrong that customers and laws count by."""
    try:
        theirs = parsedate_to_datetime(date).astimezone(UTC)
    except (TypeError, ValueError):
        return
    off = abs(now - theirs)
    if off > _CLOCK:
        message = f"this machine's clock is {off.total_seconds():.0f} s away from Twilio's"
        yield Finding(subject="clock", ok=False, message=message, cure="set the clock (NTP)")
    else:
        yield Finding(subject="clock", ok=True, message="agrees with Twilio's")


def _number(
    number: str, has: Sequence[OwnNumber], settings: TwilioSettings, channel: str, public_url: str | None
) -> Iterator[Finding]:
    own = next((each for each in has if each.number == number), None)
    if own is None:
        listed = ", ".join(each.number for each in has[:20]) or "none"
        cure = f"correct `numbers`; this account has: {listed}"
        yield Finding(subject=number, ok=False, message="is not a number of this account", cure=cure)
        return
    lacks_voice = settings.calls and "voice" not in own.can
    can = ", ".join(own.can) or "nothing"
    yield Finding(
        subject=number,
        ok=bool(own.can) and not (lacks_voice and own.can == ()),
        message=f"{spell_number(number)} is ours; it can: {can}" + ("; no calls come to it" if lacks_voice else ""),
        cure="" if own.can else "this number can do nothing: ask Twilio, or buy another",
    )
    if "sms" in own.can:
        yield _hook(number, "messages", own.sms_url or own.sms_application, channel, "sms", public_url)
    if settings.calls and "voice" in own.can:
        yield _hook(number, "calls", own.voice_url or own.voice_application, channel, "voice", public_url)


def _hook(number: str, what: str, set_to: str, channel: str, path: str, public_url: str | None) -> Finding:
    """Whom Twilio calls for messages or calls. Calls without anybody to answer them end in an announcement."""
    subject = f"{number} {what}"
    if public_url is not None:
        wanted = hook_address(public_url, channel, path)
        if set_to == wanted:
            return Finding(subject=subject, ok=True, message="Twilio calls us at once")
        said = f"Twilio calls {set_to}" if set_to else "Twilio calls nobody"
        found = f"{said}; they are found by polling" if path == "sms" else said
        ok = path == "sms" or bool(set_to)
        return Finding(subject=subject, ok=ok, message=found, cure=_CONSOLE.format(channel=channel))
    if path == "voice" and not set_to:
        return Finding(
            subject=subject, ok=False, message="nobody answers a call", cure=_CONSOLE.format(channel=channel)
        )
    told = f"Twilio calls {set_to}" if set_to else "Twilio calls nobody"
    return Finding(subject=subject, ok=True, message=f"{told}; we poll")


def _senders(settings: TwilioSettings, api: TwilioApi) -> Iterator[Finding]:
    try:
        answer = api.messaging("v2/Channels/Senders", {"Channel": "whatsapp", "PageSize": "100"})
    except LoginRefused:
        raise
    except Permanent:
        yield Finding(subject="WhatsApp", ok=True, message="the account's senders cannot be listed; not checked")
        return
    listed = answer.get("senders")
    has = {text_of(each, "sender_id"): text_of(each, "status") for each in listed or () if isinstance(each, dict)}
    for number in settings.whatsapp:
        status = has.get(whatsapp(number))
        if status is None:
            others = ", ".join(has) or "none"
            cure = f"correct `whatsapp`, or register it as a sender; this account has: {others}"
            yield Finding(
                subject=whatsapp(number), ok=False, message="is not a WhatsApp sender of this account", cure=cure
            )
        else:
            online = status.upper().startswith("ONLINE") or not status
            cure = "" if online else "finish its registration in Twilio's console: Messaging, Senders"
            yield Finding(
                subject=whatsapp(number), ok=online, message=f"is a sender: {status.lower() or 'known'}", cure=cure
            )


def _road(settings: TwilioSettings, public_url: str | None) -> Finding:
    poll = f"{settings.poll.total_seconds():g} s"
    if public_url is None:
        message = f"no public_url: messages and calls are looked for every {poll}"
    else:
        message = f"Twilio calls {public_url}; what is lost on the way is looked for every {poll}"
    return Finding(subject="new messages", ok=True, message=message)
