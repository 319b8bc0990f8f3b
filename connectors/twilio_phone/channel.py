"""The phone channel as the registry sees it: its sources, its reader, its sender, its hooks, its files, its check."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

from config.channel import ChannelSettings
from config.twilio import TwilioSettings
from connectors.registry import Place
from connectors.twilio_phone.api import TwilioApi
from connectors.twilio_phone.names import hook_address
from connectors.twilio_phone.numbers import OwnNumber, own_numbers
from connectors.twilio_phone.people import PhoneContext
from connectors.twilio_phone.setup import Step, steps, twiml_bin
from connectors.twilio_phone.twiml import Greeting
from ventanilla.channel import Attachment, Fetcher, Finding, Follower, Hook, Message, Sender, Source
from ventanilla.comparer import Comparer
from ventanilla.media_links import SharedFile, media_url

if TYPE_CHECKING:
    from connectors.twilio_phone.source import PolledSource

TRIAL: str | None = None
"""No item of this channel can kill its reader: they are flat JSON of a bounded size."""


def sources(settings: ChannelSettings, place: Place) -> Sequence[Source]:
    """One source for the messages of each number, one for its calls, one for those made from it. Opens no connection yet."""
    return _lists(settings, place)


def comparers(settings: ChannelSettings, place: Place) -> Sequence[Comparer]:
    """What holds each of those lists against the ledger."""
    from connectors.twilio_phone.comparing import ListComparer

    return [ListComparer(source) for source in _lists(settings, place)]


def _lists(settings: ChannelSettings, place: Place) -> Sequence[PolledSource]:
    from connectors.twilio_phone.called import CalledSource
    from connectors.twilio_phone.calls import CallSource
    from connectors.twilio_phone.source import Beginning, MessageSource

    phone = cast(TwilioSettings, settings)
    zone = ZoneInfo(place.config.service.timezone)
    beginning = Beginning(since=place.since, start=phone.start, zone=zone)
    messages: list[PolledSource] = [MessageSource(_api(phone), account, beginning) for account in phone.accounts()]
    called = phone.numbers if phone.calls else ()
    calls: list[PolledSource] = [CallSource(_api(phone), one, beginning, hang_ups=phone.hang_ups) for one in called]
    return [*messages, *calls, *(CalledSource(_api(phone), one, beginning) for one in called)]


def reader(settings: ChannelSettings, place: Place) -> Callable[[bytes], Message]:
    """What turns this channel's items into messages; calls are told in the house's language and zone."""
    from connectors.twilio_phone.reader import read_item

    service = place.config.service
    return partial(read_item, context=PhoneContext(language=service.language, zone=ZoneInfo(service.timezone)))


def sender(settings: ChannelSettings, place: Place) -> Sender | None:
    """What sends from this channel's numbers."""
    from connectors.twilio_phone.sender import TwilioSender

    phone = cast(TwilioSettings, settings)
    public_url = place.config.service.public_url
    callback = "" if public_url is None else hook_address(public_url, place.name, "status")
    return TwilioSender(
        _api(phone),
        accounts=phone.accounts(),
        templates=phone.templates,
        callback=callback,
        share=None if public_url is None else partial(_shared, public_url, place.installation.signing_key),
    )


def hooks(settings: ChannelSettings, place: Place) -> Sequence[Hook]:
    """The web addresses on which Twilio calls us; none without a public address, for which signatures are made."""
    from connectors.twilio_phone.hooks import Line, hooks_of

    phone, public_url = cast(TwilioSettings, settings), place.config.service.public_url
    if public_url is None:
        return ()
    line = Line(
        channel=place.name,
        public_url=public_url,
        account_sid=phone.account_sid,
        auth_token=phone.auth_token,
        accounts=frozenset(phone.accounts()),
        numbers=frozenset(phone.numbers),
        greeting=_greeting(phone, place),
    )
    return hooks_of(line, calls=phone.calls)


def fetcher(settings: ChannelSettings, place: Place) -> Fetcher | None:
    """What gets media and voicemail."""
    from connectors.twilio_phone.fetcher import TwilioFetcher

    return TwilioFetcher(_api(cast(TwilioSettings, settings)))


def follower(settings: ChannelSettings, place: Place) -> Follower | None:
    """What asks Twilio what became of messages of ours."""
    from connectors.twilio_phone.follower import TwilioFollower

    return TwilioFollower(_api(cast(TwilioSettings, settings)))


def check(settings: ChannelSettings, place: Place) -> Iterator[Finding]:
    """Log in to the account; say what each number can do and whom Twilio calls for it. Sends nothing, changes nothing."""
    from connectors.twilio_phone.checking import check_account

    phone, public_url = cast(TwilioSettings, settings), place.config.service.public_url
    return check_account(phone, _api(phone), channel=place.name, public_url=public_url, clock=lambda: datetime.now(UTC))


def what_it_has(settings: TwilioSettings) -> list[OwnNumber]:
    """The account's numbers. Raises Temporary, LoginRefused, Permanent."""
    api = _api(settings)
    try:
        return list(own_numbers(api))
    finally:
        api.close()


def what_to_paste(
    settings: TwilioSettings, place: Place, has: Sequence[OwnNumber] | None
) -> tuple[list[Step], str | None]:
    """Each thing to paste at Twilio, and the TwiML Bin where there is no public address and calls count."""
    public_url = place.config.service.public_url
    bin_ = twiml_bin(_greeting(settings, place)) if settings.calls and public_url is None else None
    return steps(settings, place.name, public_url, has=has, bin_=bin_), bin_


def _shared(public_url: str, signing_key: bytes, file: Attachment, until: datetime) -> str:
    shared = SharedFile(sha256=file.sha256, content_type=file.content_type, filename=file.filename, expires_at=until)
    return media_url(public_url, signing_key, shared)


def _api(settings: TwilioSettings) -> TwilioApi:
    return TwilioApi(settings.account_sid, settings.auth_token, api_url=settings.api_url)


def _greeting(settings: TwilioSettings, place: Place) -> Greeting:
    service = place.config.service
    return Greeting(language=settings.language or service.language, house=service.name, voicemail=settings.voicemail)
