"""An answer by SMS or WhatsApp: from the number that was written to, within what a text message can be. Sends nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from config.twilio import TwilioSettings
from router.automatic.chat_words import CALLS
from router.house import House
from router.moves.refusals import Refused
from router.replies.letter import Composed
from router.whatsapp.window import WHATSAPP, hold_of, window_of
from ventanilla.segments import Segments, segments
from ventanilla.store.tables import conversations, messages
from ventanilla.text_parts import LONGEST, MOST_PARTS, parts_of
from ventanilla.words import Direction

_NEWEST = (
    sa.select(
        messages.c.external_id, messages.c.medium, conversations.c.account, conversations.c.address, conversations.c.id
    )
    .join(conversations, conversations.c.id == messages.c.conversation_id)
    .where(
        sa.or_(conversations.c.id == sa.bindparam("case_id"), conversations.c.merged_into == sa.bindparam("case_id"))
    )
    .where(conversations.c.channel == sa.bindparam("channel"))
    .where(messages.c.direction == Direction.IN, messages.c.edits.is_(None))
    .order_by(messages.c.received_at.desc(), messages.c.id.desc())
    .limit(1)
)
NO_FILES = (
    "files cannot be sent by SMS or WhatsApp without service.public_url: Twilio takes them by a public address only; "
    "set service.public_url, or put the file where the customer can get it and send its address"
)


def phone_reply(
    connection: sa.Connection,
    house: House,
    case: Any,
    *,
    agent: str,
    text: str,
    now: datetime,
    files: int = 0,
) -> Composed:
    """The answer to who wrote to a number of ours or called it: to the address and from the account of their newest message. A call
    is answered by SMS from the number that was called. By WhatsApp it is held where its 24 hours are over.

    Raises Refused where it can never go out: no number to write to, our number gone from the file, too long, or files where
    nobody outside can reach us.
    """
    newest = connection.execute(_NEWEST, {"case_id": case.id, "channel": case.channel}).one_or_none()
    account, address = (newest.account, newest.address) if newest else (case.account, case.address)
    reason = _hindrance(house, case.channel, account, address, text, files)
    if reason is not None:
        raise Refused("cannot_be_written_to", key=case.key, reason=reason)
    is_whatsapp = account.startswith(WHATSAPP)
    payload: dict[str, Any] = {"text": text, "account": account, "medium": "whatsapp" if is_whatsapp else "sms"}
    if newest is not None and newest.external_id and newest.medium not in CALLS:
        payload["in_reply_to"] = newest.external_id
    goes_at = now + house.config.staff.undo_send
    shut = is_whatsapp and not window_of(connection, account=account, address=address).is_open(goes_at)
    return Composed(
        via=case.channel,
        recipient=address,
        payload=payload,
        hold=hold_of(house, case.channel, case.language) if shut else None,
    )


def cost_of(text: str, account: str) -> Segments:
    """What an answer is paid for: of an SMS the parts of all its messages, in the alphabet that the dearest needs; by WhatsApp the
    messages."""
    if account.startswith(WHATSAPP):
        parts = parts_of(text, numbered=False)
        return Segments(count=len(parts), alphabet="WhatsApp", units=sum(map(len, parts)))
    found = [segments(part) for part in parts_of(text, numbered=True)]
    return Segments(
        count=sum(each.count for each in found),
        alphabet=max((each.alphabet for each in found), default="GSM-7"),  # "UCS-2" where one part needs it
        units=sum(each.units for each in found),
    )


def _hindrance(house: House, channel: str, account: str, address: str, text: str, files: int) -> str | None:
    settings = house.config.channels.get(channel)
    if not address.startswith("+"):
        return "they have no number to write to: it was withheld, or is a short code or a name"
    if isinstance(settings, TwilioSettings) and account not in settings.accounts():
        others = ", ".join(settings.accounts())
        return f"{account} is no longer a number of {channel}: put it back into the file; it has {others}"
    if files and house.config.service.public_url is None:
        return NO_FILES
    parts = len(parts_of(text, numbered=not account.startswith(WHATSAPP)))
    if parts > MOST_PARTS:
        most = f"at most {MOST_PARTS} messages of {LONGEST:,} characters go out for one answer"
        return f"the text is {len(text):,} characters long, {cost_of(text, account).count} parts; {most}: send less"
    return None
