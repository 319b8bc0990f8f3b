"""How a bot, its chats and messages are named in the ledger; knows Telegram's token format and opens no connection."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ventanilla.errors import LoginRefused

# https://core.telegram.org/bots/features#botfather: the bot's id, a colon, 35 characters.
_TOKEN = re.compile(r"([0-9]{1,20}):[A-Za-z0-9_-]+")
_MESSAGE = re.compile(r"([0-9]{1,20})/(-?[0-9]{1,20})/([0-9]{1,20})")


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageName:
    """One message of one chat as Telegram calls it."""

    bot: str
    chat: int
    number: int

    def __str__(self) -> str:
        return external_id(self.bot, self.chat, self.number)


def bot_id(token: str, *, where: str = "token") -> str:
    """The bot's id, which stands before the colon of its token. Raises LoginRefused, naming `where`, for what is no token."""
    match = _TOKEN.fullmatch(token.strip())
    if match is None:
        raise LoginRefused(
            f"{where} is not a bot's token: expected digits, a colon and letters", cure="copy it whole from @BotFather"
        )
    return match[1]


def source_name(bot: str) -> str:
    """`telegram:BOTID`: where the checkpoint belongs, whatever the channel is called."""
    return f"telegram:{bot}"


def external_id(bot: str, chat: int, number: int) -> str:
    """`BOTID/chat/message`: a message's number alone is unique only within its chat."""
    return f"{bot}/{chat}/{number}"


def read_external_id(text: str | None) -> MessageName | None:
    """The message that an `external_id` names; None for anything else."""
    match = _MESSAGE.fullmatch(text or "")
    return None if match is None else MessageName(bot=match[1], chat=int(match[2]), number=int(match[3]))
