"""An answer that has not gone out yet is held back, as somebody else was first or the case is spam, and its author is told. Decides
nothing about the case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from router.house import House
from router.notices.on_phone import language_for
from router.notices.writing import write_alert
from router.replies.answered import quoted
from router.texts import phrase
from ventanilla.store.events import Journal
from ventanilla.store.outbox import change_letters
from ventanilla.store.tables import conversations, messages, outbox
from ventanilla.words import DeliveryState, EventKind, OutboxKind

ANSWERED = "answered: "
"""How the reason begins of an answer that is held because somebody else's went out first."""
SPAM = "spam: "
"""The same for one to a case that turned out to be no customer's."""
_CODES = {"answered": "reply_overtaken", "spam": "reply_to_spam"}
_FAMILY = sa.select(conversations.c.id).where(
    sa.or_(conversations.c.id == sa.bindparam("case_id"), conversations.c.merged_into == sa.bindparam("case_id"))
)
_PENDING = (
    sa.select(outbox.c.id, outbox.c.recipient, outbox.c.agent, messages.c.text, messages.c.id.label("message_id"))
    .join(messages, messages.c.outbox_id == outbox.c.id)
    .where(outbox.c.conversation_id.in_(_FAMILY), outbox.c.kind == OutboxKind.REPLY)
    .where(outbox.c.state == DeliveryState.PENDING)
    .order_by(outbox.c.id)
)


def hold_pending_replies(
    connection: sa.Connection,
    house: House,
    case: sa.Row[Any],
    journal: Journal,
    *,
    by: str | None,
    at: datetime,
    but: int | None = None,
) -> list[int]:
    """Somebody's answer reached the customer at `at` (`by` None: it cannot be told whose): answers of a case (and of what was
    merged into it) that have not gone out yet are held, and each author is told once. Returns the ids of their rows in the outbox.

    `but` is a row to leave alone. What is being handed over just now goes out. The caller holds the case's lock; a repeat
    holds nothing more.
    """
    why = f"{ANSWERED}{by or 'the shared mailbox'} {at.isoformat(timespec='seconds')}"
    return _hold(connection, house, case, journal, by=by, but=but, word="answered", reason=why)


def hold_answers_to_spam(
    connection: sa.Connection, house: House, case: sa.Row[Any], journal: Journal, *, by: str
) -> list[int]:
    """The same for a case that `by` found to be no customer's."""
    return _hold(connection, house, case, journal, by=by, but=None, word="spam", reason=f"{SPAM}{by}")


def _hold(
    connection: sa.Connection,
    house: House,
    case: sa.Row[Any],
    journal: Journal,
    *,
    by: str | None,
    but: int | None,
    word: str,
    reason: str,
) -> list[int]:
    held = []
    rows: list[Any] = list(connection.execute(_PENDING, {"case_id": case.id}))
    for row in rows:
        if row.id == but:
            continue
        if change_letters(connection, [row.id], (DeliveryState.PENDING,), state=DeliveryState.HELD, reason=reason):
            held.append(int(row.id))
            ids = {"conversation_id": case.id, "message_id": row.message_id, "agent": row.agent}
            journal.add(EventKind.REPLY_HELD, outbox_id=row.id, data={"held": word, "by": by or ""}, **ids)
            _tell(connection, house, case, row, journal, by=by, code=_CODES[word])
    return held


def _tell(
    connection: sa.Connection,
    house: House,
    case: sa.Row[Any],
    row: sa.Row[Any],
    journal: Journal,
    *,
    by: str | None,
    code: str,
) -> None:
    if row.agent not in house.config.agents:
        return
    language = language_for(house, row.agent)
    settings = house.config.agents.get(by) if by else None
    name = (settings.name if settings and settings.name else by) or phrase(language, "somebody")
    facts = {"key": case.key, "agent": name, "recipient": row.recipient, "number": str(row.id)}
    write_alert(
        connection,
        house,
        to=[row.agent],
        occasion=f"{code.removeprefix('reply_')}:{row.id}",
        subject=phrase(language, f"{code}_subject", key=case.key),
        body=phrase(language, code, text=quoted(row.text), **facts),
        now=journal.now,
        channel=case.channel,
        case_id=case.id,
    )
