"""Knows the settings of a Twilio channel: SMS, MMS, WhatsApp and calls."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from config.base import Settings
from config.channel import Acknowledge, ChannelSettings
from config.durations import PositiveDuration
from config.plain import expecting, plain_error
from config.secrets import Secret
from config.values import Flag, PhoneNumber, Text, Unique, Url

ANSWER_READY = "answer_ready"
"""The template that tells a WhatsApp customer of an answer; `answer_ready_es` and the like go before it for who speaks that."""
AccountSid = Annotated[str, Field(pattern=r"^AC[0-9a-f]{32}$"), expecting('"AC" and 32 characters 0-9 a-f')]


def _recordable(longest: timedelta) -> timedelta:
    if not timedelta(seconds=5) <= longest <= timedelta(hours=1):
        raise plain_error("expected 5s to 1h")
    return longest


class Voicemail(Settings):
    """[channels.NAME.voicemail]. What a caller hears; the channel's language has words for what is not set."""

    greeting: Text | None = None
    recording_notice: Text | None = None
    goodbye: Text | None = None
    voice: Text | None = None
    longest: Annotated[PositiveDuration, AfterValidator(_recordable)] = timedelta(minutes=3)


class TwilioAcknowledge(Acknowledge):
    """[channels.NAME.acknowledge]. Whether somebody who only called gets a text as well."""

    calls: Flag = False


class TwilioSettings(ChannelSettings):
    """[channels.NAME] with kind = "twilio"."""

    kind: Literal["twilio"] = "twilio"
    account_sid: AccountSid
    auth_token: Secret
    numbers: Annotated[tuple[PhoneNumber, ...], Unique] = ()
    whatsapp: Annotated[tuple[PhoneNumber, ...], Unique] = ()
    templates: dict[str, Text] = Field(default_factory=dict)
    calls: Flag = False
    hang_ups: Flag = False
    voicemail: Voicemail = Voicemail()
    acknowledge: TwilioAcknowledge = TwilioAcknowledge()
    api_url: Url | None = None

    def accounts(self) -> tuple[str, ...]:
        """Our sides of messages, as Twilio writes them: "+34910000000", "whatsapp:+34910000001"."""
        return (*self.numbers, *(f"whatsapp:{number}" for number in self.whatsapp))
