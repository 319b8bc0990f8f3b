"""What happens by chat and telephone and in which order: an opening with one of everything, then chance. Pure; seeded."""

from __future__ import annotations

import random
from collections.abc import Iterator
from enum import StrEnum


class Beat(StrEnum):
    """One thing that somebody does with a telephone."""

    START = "start"  # the bot's start button
    ASK = "ask"
    CORRECT = "correct"  # an edit of what was asked
    VOICEMAIL = "voicemail"
    SMS_AFTER_CALL = "sms_after_call"
    MAIL_FIRST = "mail_first"
    WHATSAPP_AFTER_MAIL = "whatsapp_after_mail"
    PHOTO = "photo"
    MISSED_CALL = "missed_call"
    CALL_AGAIN = "call_again"
    ALBUM = "album"
    VOICE = "voice"
    TELEGRAM_TOO = "telegram_too"  # who called is on Telegram as well
    SHARE_PHONE = "share_phone"  # and shares their number, which the house knows
    WHATSAPP_PHOTO = "whatsapp_photo"
    SMS = "sms"
    STOP = "stop"
    WITHHELD = "withheld"  # a missed call without a number
    PLACE = "place"
    MORE = "more"  # somebody goes on
    NEWCOMER = "newcomer"


OPENING = (
    Beat.START,
    Beat.VOICEMAIL,
    Beat.ASK,
    Beat.SMS_AFTER_CALL,
    Beat.MAIL_FIRST,
    Beat.CORRECT,
    Beat.WHATSAPP_AFTER_MAIL,
    Beat.ALBUM,
    Beat.MISSED_CALL,
    Beat.SMS,
    Beat.PHOTO,
    Beat.TELEGRAM_TOO,
    Beat.CALL_AGAIN,
    Beat.SHARE_PHONE,
    Beat.WHATSAPP_PHOTO,
    Beat.STOP,
    Beat.VOICE,
    Beat.MORE,
    Beat.WITHHELD,
    Beat.PLACE,
    Beat.MORE,
)
"""Each comes after what it goes on with."""

# Few newcomers: nobody in this town answers them yet, and each of them would get a receipt.
_LATER = {
    Beat.MORE: 62,
    Beat.PHOTO: 8,
    Beat.WHATSAPP_PHOTO: 6,
    Beat.VOICE: 4,
    Beat.CALL_AGAIN: 6,
    Beat.VOICEMAIL: 3,
    Beat.NEWCOMER: 2,
    Beat.WITHHELD: 2,
}

_SHORTEST, _LONGEST, _USUAL = 1.0, 3.0, 1.6
_BUSY_FOR = 60.0
_SLOWEST = 12.0


def beats(rng: random.Random) -> Iterator[Beat]:
    """Without end: the opening, then chance."""
    yield from OPENING
    while True:
        yield rng.choices(list(_LATER), weights=list(_LATER.values()))[0]


def rest(rng: random.Random, *, elapsed: float) -> float:
    """Seconds until the next: 1 to 3 in the first minute, then calmer (never over 15 on average)."""
    slower = min(1 + max(0.0, elapsed - _BUSY_FOR) / 30, _SLOWEST / _USUAL)
    return rng.triangular(_SHORTEST, _LONGEST, _USUAL) * slower
