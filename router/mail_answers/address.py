"""Where an answer to a notice comes back to: its Message-ID holds the token, its Reply-To too where plus-addresses arrive."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from config.email import EmailSettings
from config.providers import provider_at
from router.house import House
from router.notices.reach import mail_via
from ventanilla.notice_tokens import NoticeToken, notice_id, notice_token
from ventanilla.store.tables import conversations, messages, outbox

_LONGEST_LOCAL = 64
_NOWHERE = "ventanilla.invalid"
_LETTERS = sa.select(outbox.c.message_id, outbox.c.payload, outbox.c.created_at).where(
    outbox.c.conversation_id == sa.bindparam("case_id"), outbox.c.message_id.is_not(None)
)
_SEEN = (
    sa.select(sa.func.max(messages.c.id))
    .join(conversations, conversations.c.id == messages.c.conversation_id)
    .where(
        sa.or_(conversations.c.id == sa.bindparam("case_id"), conversations.c.merged_into == sa.bindparam("case_id"))
    )
)


def answer_mailbox(house: House, channel: str) -> EmailSettings | None:
    """The mailbox that answers to notices come in at: the one that notices go out by, else the case's own, else the first there
    is. None in a house without one: nobody can answer by mail then."""
    settings = house.config.channels
    for name in (mail_via(house), channel, *settings):
        found = settings.get(name) if name else None
        if isinstance(found, EmailSettings):
            return found
    return None


def answerable(house: House, case: Any, agent: str, occasion: str) -> tuple[str, dict[str, Any]]:
    """The Message-ID of something that this agent is told of a case and may answer, and what its row's payload needs for that.

    Good while the case's present assignment is open. The same occasion gives the same id.
    """
    token = notice_token(
        house.installation.signing_key,
        case_key=case.key,
        assignment_number=case.assignment_number,
        agent=agent,
        occasion=occasion,
    )
    mailbox = answer_mailbox(house, case.channel)
    address = None if mailbox is None else _address(house, mailbox, token)
    return notice_id(token, _domain(mailbox)), {"reply_to": address} if address else {}


def letter_of(connection: sa.Connection, case_id: int, token: NoticeToken) -> sa.Row[Any] | None:
    """The outbox row that a token stands for; None where it is not kept any more."""
    rows: list[sa.Row[Any]] = list(connection.execute(_LETTERS, {"case_id": case_id}))
    return next((row for row in rows if row.message_id.startswith(f"<{token.text}@")), None)


def seen_with(connection: sa.Connection, case_id: int, letter: sa.Row[Any] | None) -> int:
    """The newest message that somebody who answers this letter had seen: what it says itself, else what there was when it was
    written; 0, before all, where nobody knows."""
    if letter is None:
        return 0
    if "seen" in letter.payload:
        return int(letter.payload["seen"])
    return newest_until(connection, case_id, letter.created_at) or 0


def newest_until(connection: sa.Connection, case_id: int, until: Any = None) -> int | None:
    """The newest message of a case, of either side, that there was at a time; None: now."""
    query = _SEEN if until is None else _SEEN.where(messages.c.routed_at <= until)
    found: int | None = connection.scalar(query, {"case_id": case_id})
    return found


def _address(house: House, mailbox: EmailSettings, token: str) -> str | None:
    """None where the answer comes to the right mailbox by itself, and a plus-address cannot be relied on."""
    local, _, domain = mailbox.address.partition("@")
    provider = provider_at(mailbox.imap.host)
    keeps = mailbox.plus_address is True or (
        mailbox.plus_address == "auto" and provider is not None and provider.keeps_plus
    )
    if keeps and "+" not in local and len(local) + len(token) + 1 <= _LONGEST_LOCAL:
        return f"{local}+{token}@{domain}"
    via = mail_via(house)
    goes_out_there = via is not None and house.config.channels.get(via) is mailbox
    return None if goes_out_there else mailbox.address


def _domain(mailbox: EmailSettings | None) -> str:
    domain = mailbox.address.rpartition("@")[2] if mailbox is not None else _NOWHERE
    try:
        return domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError:
        return _NOWHERE
