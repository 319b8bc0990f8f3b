"""Which case a message of the staff's bot is about, and what its reader had seen when they answered it. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ventanilla.store.tables import conversations, messages, outbox
from ventanilla.words import STAFF_TELEGRAM, DeliveryState, OutboxKind

WHOLE_SECONDS = timedelta(seconds=1)
"""Telegram says in whole seconds when something was written."""
LOOK_BACK = 100
SIGN_OF_LIFE = timedelta(seconds=10)
_NAMED = (
    sa.select(outbox)
    .where(outbox.c.external_id == sa.bindparam("name"), outbox.c.recipient == sa.bindparam("account"))
    .where(outbox.c.via == STAFF_TELEGRAM)
    .order_by(outbox.c.id)
)
_RECENT = (
    sa.select(outbox)
    .where(outbox.c.kind.in_(list(OutboxKind)), outbox.c.recipient == sa.bindparam("account"))
    .where(outbox.c.via == STAFF_TELEGRAM)
    .order_by(outbox.c.created_at.desc(), outbox.c.id.desc())
    .limit(LOOK_BACK)
)
_BEING_SENT = (
    sa.select(outbox.c.id)
    .where(outbox.c.state == DeliveryState.SENDING, outbox.c.via == STAFF_TELEGRAM)
    .where(outbox.c.recipient == sa.bindparam("account"), outbox.c.sending_at >= sa.bindparam("since"))
    .limit(1)
)
_NEWEST = (
    sa.select(sa.func.max(messages.c.id))
    .join(conversations, conversations.c.id == messages.c.conversation_id)
    .where(
        sa.or_(conversations.c.id == sa.bindparam("case_id"), conversations.c.merged_into == sa.bindparam("case_id"))
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """A message of the bot's that somebody answered or pressed a button under. `row` is the first of the outbox rows that it
    came from, `extra` what the newest has in its payload; without `case_id` it is about no case."""

    row: sa.Row[Any]
    case_id: int | None
    seen: int | None
    extra: dict[str, Any] = field(default_factory=dict)


def about(connection: sa.Connection, account: str, names: Sequence[str], *, at: datetime) -> About | None:
    """What the message of these names (a provider's) was that this account got; None where it was none of ours.

    A notice is rewritten as its turn grows: `seen` is what it showed `at` the moment of the answer, which may be before we have
    written down that it went out.
    """
    rows = _named(connection, account, names)
    if not rows:
        return None
    newest = rows[-1].payload
    case_id = next((found for row in reversed(rows) if (found := _case_of(row)) is not None), None)
    shown = [row for row in rows if row is rows[0] or row.sent_at is None or row.sent_at < at + WHOLE_SECONDS]
    seen = max((int(row.payload["seen"]) for row in shown if "seen" in row.payload), default=None)
    if seen is None and case_id is not None:
        seen = newest_known(connection, case_id, at=rows[0].created_at)
    return About(row=rows[0], case_id=case_id, seen=seen, extra=newest)


def has_no_name_yet(connection: sa.Connection, account: str, names: Sequence[str], *, now: datetime) -> bool:
    """Whether the message of these names is not known to be ours and may be what is being sent to this account just now: it stands
    in their chat a moment before its name is written down. Whoever lives and sends says so every few seconds."""
    facts = {"account": account, "since": now - SIGN_OF_LIFE}
    if not names or connection.execute(_BEING_SENT, facts).first() is None:
        return False
    return not _named(connection, account, names)


def newest_known(connection: sa.Connection, case_id: int, *, at: datetime | None = None) -> int:
    """The id of the newest message of either side in a case and what was merged into it: now, or as it was then. 0 for none."""
    query = _NEWEST if at is None else _NEWEST.where(messages.c.routed_at <= at)
    return int(connection.scalar(query, {"case_id": case_id}) or 0)


def recent_rows(connection: sa.Connection, account: str) -> list[sa.Row[Any]]:
    """What the bot wrote to an account lately, newest first."""
    return list(connection.execute(_RECENT, {"account": account}))


def _named(connection: sa.Connection, account: str, names: Sequence[str]) -> list[sa.Row[Any]]:
    rows = [row for name in names for row in connection.execute(_NAMED, {"name": name, "account": account})]
    if not rows and names:
        rows = [row for row in recent_rows(connection, account) if set(names) & set(row.parts or ())][:1]
    return rows


def _case_of(row: sa.Row[Any]) -> int | None:
    found = row.conversation_id if row.conversation_id is not None else row.payload.get("case")
    return None if found is None else int(found)
