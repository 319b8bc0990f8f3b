"""Knows what the staff's bot may not share with the channels: its token, and the names that stand for it in the store."""

from __future__ import annotations

from collections.abc import Iterator

from config.draft import Draft
from config.remark import Remark
from config.telegram import TelegramSettings
from ventanilla.words import IN_PERSON, STAFF_BOT, STAFF_TELEGRAM

RESERVED = (STAFF_BOT, STAFF_TELEGRAM, IN_PERSON, "apprise")
"""Ways in and out that are no channels."""


def check_staff_bot(draft: Draft) -> Iterator[Remark]:
    """Customers and staff have bots of their own; else each would take what is meant for the other."""
    bot = draft.staff.telegram
    for name, channel in draft.channels.items():
        if name in RESERVED:
            yield Remark(
                ("channels", name), f'"{name}" is a word of its own in the ledger; give this channel another name'
            )
        if bot is not None and isinstance(channel, TelegramSettings) and channel.token == bot.token:
            message = f'is the bot of channel "{name}" too: customers and staff need a bot each'
            yield Remark(("staff", "telegram", "token"), message)
