"""What waits in a case's turn: how many messages, the first, the newest, and what was spoken instead of written. Reads only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.channel import Message
from ventanilla.store.consent import opted_out_at
from ventanilla.store.conversations import beside, came_before
from ventanilla.store.tables import conversations, messages
from ventanilla.words import Direction

EXCERPT = 600
SPOKEN = "voicemail"
_FAMILY = sa.select(conversations.c.id).where(
    sa.or_(conversations.c.id == sa.bindparam("case_id"), conversations.c.merged_into == sa.bindparam("case_id"))
)
_UNANSWERED = (
    sa.select(
        messages.c.id,
        messages.c.edits,
        messages.c.medium,
        messages.c.from_name,
        messages.c.from_address,
        sa.func.substr(messages.c.reply_text, 1, 2 * EXCERPT).label("reply_text"),
    )
    .where(messages.c.conversation_id.in_(_FAMILY), messages.c.direction == Direction.IN)
    .where(messages.c.received_at >= sa.bindparam("since"))
    .order_by(messages.c.received_at, messages.c.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Who waits and what they wrote: what a notice shows. `message_id` is None where it does not matter."""

    from_name: str
    from_address: str
    reply_text: str
    medium: str = "email"
    message_id: int | None = None

    @classmethod
    def for_message(cls, message: Message, message_id: int | None = None) -> Waiting:
        return cls(
            from_name=message.customer.name,
            from_address=message.customer.address,
            reply_text=message.reply_text,
            medium=message.medium,
            message_id=message_id,
        )

    @property
    def name(self) -> str:
        return self.from_name or self.from_address

    def quoted(self, most: int = EXCERPT) -> str:
        """The beginning of the text, cut between words, each line marked as a quotation; empty without a text."""
        text = self.reply_text.strip()
        cut = text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + " …"
        return "\n".join(f"> {line}" for line in cut.splitlines() if line.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One turn of a case, from when its customer began to wait. New versions of a message are no further messages.
    `opted_out_at` is since when nothing may be sent to the address that waits, if they said so; `beside` are the customer's
    other open cases that somebody else has, by key and owner; `before` are keys of cases that are over and that this one
    goes on from."""

    since: datetime
    said: tuple[Waiting, ...] = ()
    count: int = 0
    spoken: tuple[int, ...] = field(default=())
    opted_out_at: datetime | None = None
    beside: tuple[tuple[str, str], ...] = ()
    before: tuple[str, ...] = ()

    @property
    def first(self) -> Waiting | None:
        return self.said[0] if self.said else None

    @property
    def newest(self) -> Waiting | None:
        return self.said[-1] if self.said else None

    @classmethod
    def of_one(
        cls,
        waiting: Waiting,
        since: datetime,
        *,
        opted_out_at: datetime | None = None,
        beside: tuple[tuple[str, str], ...] = (),
        before: tuple[str, ...] = (),
    ) -> Turn:
        """The turn that one message has just opened."""
        is_spoken = waiting.medium == SPOKEN and waiting.message_id is not None
        heard = (waiting.message_id,) if is_spoken and waiting.message_id is not None else ()
        return cls(
            since=since,
            said=(waiting,),
            count=1,
            spoken=heard,
            opted_out_at=opted_out_at,
            beside=beside,
            before=before,
        )


def turn_of(connection: sa.Connection, case: Any, since: datetime) -> Turn:
    """What has come in a case, and in what was merged into it, since then and is not answered yet; long texts are cut well beyond
    what a notice shows."""
    rows = connection.execute(_UNANSWERED, {"case_id": case.id, "since": since}).all()
    said = [
        Waiting(
            from_name=row.from_name,
            from_address=row.from_address,
            reply_text=row.reply_text,
            medium=row.medium,
            message_id=row.id,
        )
        for row in rows
    ]
    return Turn(
        since=since,
        said=tuple(said[:1] + said[1:][-1:]),
        count=sum(row.edits is None for row in rows),
        opted_out_at=opted_out_at(connection, case.address),
        beside=beside(connection, case),
        before=came_before(connection, case.id),
        spoken=tuple(row.id for row in rows if row.medium == SPOKEN and row.edits is None),
    )
