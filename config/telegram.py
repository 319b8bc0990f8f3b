"""Knows the settings of a Telegram channel."""

from __future__ import annotations

from typing import Literal

from config.channel import ChannelSettings
from config.secrets import Secret
from config.values import Url


class TelegramSettings(ChannelSettings):
    """[channels.NAME] with kind = "telegram"."""

    kind: Literal["telegram"] = "telegram"
    token: Secret
    api_url: Url | None = None
