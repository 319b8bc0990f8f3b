"""Knows the settings of a Twilio channel: SMS, MMS, WhatsApp and calls."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from config.channel import ChannelSettings
from config.plain import expecting
from config.secrets import Secret
from config.values import Flag, PhoneNumber, Text, Url

AccountSid = Annotated[str, Field(pattern=r"^AC[0-9a-f]{32}$"), expecting('"AC" and 32 characters 0-9 a-f')]


class TwilioSettings(ChannelSettings):
    """[channels.NAME] with kind = "twilio"."""

    kind: Literal["twilio"] = "twilio"
    account_sid: AccountSid
    auth_token: Secret
    numbers: tuple[PhoneNumber, ...] = ()
    whatsapp: tuple[PhoneNumber, ...] = ()
    templates: dict[str, Text] = Field(default_factory=dict)
    calls: Flag = False
    api_url: Url | None = None
