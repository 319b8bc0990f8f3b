"""Many late cases at once (a backlog after an outage) are told to one person in one list, which gathers for a minute first."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from router.house import House, modes
from router.notices.on_phone import language_for
from router.notices.writing import alert_letter
from router.permission import hindrance
from router.promises.readers import Reader
from router.texts.promises import promise_words
from ventanilla.store.outbox import Letter, put_letter
from ventanilla.store.tables import outbox
from ventanilla.words import DeliveryState, OutboxKind

MOST_BY_ONE = 10  # alerts of this kind that one person gets one by one: in a round, and in the time before
LATELY = timedelta(minutes=10)
GATHERS = timedelta(minutes=1)
SHOWN = 50
_LIST_OF = "late:"
_PREFIXES = ("warned:", "breached:", _LIST_OF)
_WEIGHT = sa.case((outbox.c.dedupe_key.startswith(_LIST_OF), MOST_BY_ONE), else_=1)
_LATELY = (
    sa.select(outbox.c.agent, sa.func.sum(_WEIGHT).label("alerts"))
    .where(outbox.c.kind == OutboxKind.ALERT, outbox.c.created_at > sa.bindparam("since"))
    .where(sa.or_(*(outbox.c.dedupe_key.startswith(prefix) for prefix in _PREFIXES)))
    .where(outbox.c.agent.in_(sa.bindparam("names", expanding=True)))
    .group_by(outbox.c.agent)
)
_LIST = sa.select(outbox).where(outbox.c.dedupe_key == sa.bindparam("key")).with_for_update()


def crowded(connection: sa.Connection, to_tell: dict[str, int], *, now: datetime) -> frozenset[str]:
    """Who gets a list: whoever would get more alerts than MOST_BY_ONE, `to_tell` being how many this round has for each; and
    whoever has had a list lately."""
    if not to_tell:
        return frozenset()
    rows = connection.execute(_LATELY, {"since": now - LATELY, "names": list(to_tell)})
    lately = {str(row.agent): int(row.alerts) for row in rows}
    return frozenset(name for name, count in to_tell.items() if count + lately.get(name, 0) > MOST_BY_ONE)


def put_on_list(
    connection: sa.Connection, house: House, reader: Reader, line: str, *, channel: str, now: datetime
) -> bool:
    """Add a line to the list that gathers for this person, in the transaction that makes it true. False where nothing of this
    channel may be written to them, or nothing reaches them: the caller writes what becomes of it in the ordinary way."""
    sends_at = reader.not_before or _end_of_minute(now)
    occasion = f"{_LIST_OF}{sends_at.isoformat()}"
    letter = _letter(connection, house, reader.agent, occasion, [line], 1)
    if letter is None:
        return False
    concerned = (channel, letter.via)
    if hindrance(house, modes(connection), channels=concerned, recipient=letter.recipient, staff=True):
        return False
    begun = {**letter.payload, "lines": [line], "count": 1}
    if put_letter(connection, replace(letter, payload=begun, not_before=sends_at), now=now) is not None:
        return True
    row = connection.execute(_LIST, {"key": letter.dedupe_key}).one()
    if row.state != DeliveryState.PENDING or row.not_before <= now:  # it has left: this one goes by itself
        return False
    lines, count = row.payload["lines"], row.payload["count"] + 1
    lines = [*lines, line] if len(lines) < SHOWN else lines
    longer = _letter(connection, house, reader.agent, occasion, lines, count)
    if longer is None:
        return False
    payload = {**longer.payload, "lines": lines, "count": count}
    connection.execute(sa.update(outbox).where(outbox.c.id == row.id).values(payload=payload))
    return True


def _letter(
    connection: sa.Connection, house: House, agent: str, occasion: str, lines: list[str], count: int
) -> Letter | None:
    language = language_for(house, agent)
    shown = [f"- {line}" for line in lines]
    if count > len(lines):
        shown.append(promise_words(language, "more", count=str(count - len(lines))))
    parts = [promise_words(language, "many"), "\n".join(shown), promise_words(language, "see_many")]
    subject = promise_words(language, "many_subject", count=str(count))
    return alert_letter(connection, house, agent, occasion=occasion, subject=subject, body="\n\n".join(parts))


def _end_of_minute(now: datetime) -> datetime:
    """When the minute is over in which it is now: the same for every sweeper."""
    return now.replace(second=0, microsecond=0) + GATHERS
