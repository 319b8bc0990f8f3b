"""Knows what makes no sense about bots: a token that is none, one bot for two purposes, an address that Telegram cannot call."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from config.draft import Draft
from config.remark import Key, Remark, warning
from config.secrets import Secret
from config.servers import is_loopback
from config.service import ServiceSettings
from config.telegram import TelegramSettings

_TOKEN = re.compile(r"([0-9]+):[A-Za-z0-9_-]+")


def check_telegram(draft: Draft) -> Iterator[Remark]:
    """Every bot by itself, then that no two channels share one, and the staff and the customers neither."""
    seen: dict[object, tuple[str, Secret]] = {}
    for key, token, api_url in _bots(draft):
        yield from _token(key, token)
        yield from _address(key, api_url)
        other, their_token = seen.setdefault(_identity(token), (str(key[1]), token))
        if key[0] == "channels" and other != key[1]:
            yield Remark((*key, "token"), f'this bot already belongs to channel "{other}"')
        elif key[0] == "staff" and their_token != token:  # the same secret in both places is told elsewhere
            yield Remark((*key, "token"), f'is the bot of channel "{other}" too: customers and staff need a bot each')
    yield from _webhooks(draft)


def _bots(draft: Draft) -> Iterator[tuple[Key, Secret, str | None]]:
    for name, channel in draft.channels.items():
        if isinstance(channel, TelegramSettings):
            yield ("channels", name), channel.token, channel.api_url
    staff = draft.staff.telegram
    if staff is not None:
        yield ("staff", "telegram"), staff.token, staff.api_url


def _token(key: Key, token: Secret) -> Iterator[Remark]:
    if not token.trouble() and _TOKEN.fullmatch(token.reveal().strip()) is None:
        yield warning(
            (*key, "token"), "is not a bot's token: expected digits, a colon and letters, as @BotFather gives it"
        )


def _address(key: Key, api_url: str | None) -> Iterator[Remark]:
    url = urlsplit(api_url or "")
    if url.scheme == "http" and not is_loopback(url.hostname or ""):
        yield warning(
            (*key, "api_url"), f"sends the token to {url.hostname} in the clear; use https, or a network of your own"
        )


def _identity(token: Secret) -> object:
    """The bot, by its id where the token can be read: two files may hold the same token."""
    match = None if token.trouble() else _TOKEN.fullmatch(token.reveal().strip())
    return token if match is None else match[1]


def _webhooks(draft: Draft) -> Iterator[Remark]:
    service = draft.single.get("service")
    url = service.public_url if isinstance(service, ServiceSettings) else None
    has_bot = any(isinstance(channel, TelegramSettings) for channel in draft.channels.values())
    if has_bot and url is not None and not url.startswith("https://"):
        yield warning(("service", "public_url"), "is not https: Telegram calls nothing else, so its bots are polled")
