"""The Telegram channel as the registry sees it; and the wire side of the staff's bot, which is no channel."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

from config.channel import ChannelSettings
from config.schema import Config
from config.secrets import Secret
from config.telegram import TelegramSettings
from connectors.registry import Place
from ventanilla.channel import Fetcher, Finding, Hook, Message, Sender, Source
from ventanilla.comparer import Comparer
from ventanilla.errors import LoginRefused, Temporary
from ventanilla.store.installation import Installation

if TYPE_CHECKING:
    from connectors.telegram_chat.api import BotApi
    from connectors.telegram_chat.pacing import BotPace

TRIAL = None
"""No update can kill its reader: it is a few kilobytes of JSON."""


def sources(settings: ChannelSettings, place: Place) -> Sequence[Source]:
    """The bot. Opens no connection yet."""
    from connectors.telegram_chat.source import TelegramSource
    from connectors.telegram_chat.webhook import Wanted, WebhookKeeper

    chat = cast(TelegramSettings, settings)
    api = _api(chat, place)
    address = _address(place)
    wanted = None if address is None else Wanted(url=address, signing_key=place.installation.signing_key)
    return [TelegramSource(api, floor=_floor(chat, place), webhook=WebhookKeeper(api, wanted))]


def comparers(settings: ChannelSettings, place: Place) -> Sequence[Comparer]:
    """What asks how much of the bot's waits."""
    from connectors.telegram_chat.comparing import BotComparer

    return [BotComparer(_api(cast(TelegramSettings, settings), place), address=_address(place))]


def reader(settings: ChannelSettings, place: Place) -> Callable[[bytes], Message]:
    """What turns this bot's updates into messages."""
    chat = cast(TelegramSettings, settings)
    return _reader(chat.token, chat.language or place.config.service.language, is_staff=False)


def sender(settings: ChannelSettings, place: Place) -> Sender | None:
    """What writes as this bot."""
    from connectors.telegram_chat.sender import TelegramSender

    return TelegramSender(_api(cast(TelegramSettings, settings), place), _pace(place.queue))


def fetcher(settings: ChannelSettings, place: Place) -> Fetcher | None:
    """What gets the files that customers send."""
    from connectors.telegram_chat.fetcher import TelegramFetcher

    return TelegramFetcher(_api(cast(TelegramSettings, settings), place))


def hooks(settings: ChannelSettings, place: Place) -> Sequence[Hook]:
    """Where Telegram calls us; nowhere without service.public_url."""
    if place.config.service.public_url is None:
        return ()
    from connectors.telegram_chat.hook import TelegramHook

    chat = cast(TelegramSettings, settings)
    return (TelegramHook(chat.token.reveal, place.installation.signing_key, floor=_floor(chat, place)),)


def check(settings: ChannelSettings, place: Place) -> Iterator[Finding]:
    """Ask Telegram about the bot. Sends nothing, changes nothing."""
    from connectors.telegram_chat.checking import check_bot

    chat = cast(TelegramSettings, settings)
    return check_bot(_api(chat, place), now=datetime.now(UTC), webhook=_address(place), start=chat.start)


def staff_source(config: Config, installation: Installation) -> Source | None:
    """The staff's bot, always polled; what waits at first contact (somebody pressed start) is new. None where there is none."""
    from connectors.telegram_chat.source import TelegramSource

    api = _staff_api(config)
    return None if api is None else TelegramSource(api, floor=None)


def staff_reader(config: Config, installation: Installation) -> Callable[[bytes], Message] | None:
    """What turns the staff's updates into messages: commands as they were typed, a pressed button as `button:DATA`."""
    staff = config.staff.telegram
    return None if staff is None else _reader(staff.token, config.service.language, is_staff=True)


def staff_sender(config: Config, queue: str = "") -> Sender | None:
    """What writes to the staff. `queue` is the address of Redis, see `Place`."""
    from connectors.telegram_chat.sender import TelegramSender

    api = _staff_api(config)
    return None if api is None else TelegramSender(api, _pace(queue))


def staff_fetcher(config: Config) -> Fetcher | None:
    """What gets the files that the staff send to their bot."""
    from connectors.telegram_chat.fetcher import TelegramFetcher

    api = _staff_api(config)
    return None if api is None else TelegramFetcher(api)


def staff_check(config: Config) -> Iterator[Finding]:
    """Ask Telegram about the staff's bot; nothing where there is none."""
    api = _staff_api(config)
    if api is not None:
        from connectors.telegram_chat.checking import check_bot

        yield from check_bot(api, now=datetime.now(UTC), is_staff=True)


def bot_username(token: Secret, api_url: str | None = None) -> str:
    """The bot's name for links (`https://t.me/NAME?start=…`), asked of Telegram. Raises Temporary, LoginRefused."""
    from connectors.telegram_chat.asking import ask_once
    from connectors.telegram_chat.checking import username_of

    return username_of(ask_once(token, api_url, "getMe", {}))


def set_commands(
    token: Secret, api_url: str | None, commands: Mapping[str, str], *, language: str | None = None
) -> None:
    """What the bot's menu offers, command → what it does, to those whose program speaks `language` (None: everybody else).

    A repeat changes nothing. Raises Temporary, LoginRefused.
    """
    from connectors.telegram_chat.asking import ask_once

    listed = [{"command": name.lstrip("/"), "description": does} for name, does in commands.items()]
    ask_once(token, api_url, "setMyCommands", {"commands": listed, "language_code": language})


def _reader(token: Secret, language: str, *, is_staff: bool) -> Callable[[bytes], Message]:
    """The token is read when the first update is: a secret that is not there yet keeps no process from starting."""
    from connectors.telegram_chat.identity import bot_id
    from connectors.telegram_chat.reading.update import ChatContext, read_update

    @cache
    def context() -> ChatContext:
        try:
            bot = bot_id(token.reveal())
        except LoginRefused as error:  # the update is not to blame
            raise Temporary(str(error), cure=error.cure) from None
        return ChatContext(bot=bot, language=language, staff=is_staff)

    return lambda raw: read_update(raw, context=context())


def _api(chat: TelegramSettings, place: Place) -> BotApi:
    from connectors.telegram_chat.api import BotApi

    return BotApi(chat.token, chat.api_url, where=f"channels.{place.name}.token")


def _staff_api(config: Config) -> BotApi | None:
    from connectors.telegram_chat.api import BotApi

    staff = config.staff.telegram
    return None if staff is None else BotApi(staff.token, staff.api_url, where="staff.telegram.token")


def _pace(queue: str) -> BotPace:
    """Kept with every other process that writes as the same bot, where there is a Redis to meet at."""
    from connectors.telegram_chat.pacing import BotPace
    from ventanilla.pace import LocalLimiter

    if not queue:
        return BotPace(LocalLimiter())
    from ventanilla.queue.shared_pace import SharedLimiter

    return BotPace(SharedLimiter(queue))


def _address(place: Place) -> str | None:
    from connectors.telegram_chat.webhook_secret import webhook_address

    public_url = place.config.service.public_url
    return None if public_url is None else webhook_address(public_url, place.name)


def _floor(chat: TelegramSettings, place: Place) -> datetime | None:
    from connectors.telegram_chat.updates import floor_of

    return floor_of(chat.start, place.since, ZoneInfo(place.config.service.timezone))
