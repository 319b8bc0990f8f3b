"""Where a law wants it, the customer is told before a term expires that their answer will be late; once a case.

Ley 1755 of 2015, art. 14, parágrafo. On the morning of the last working day before the day of the deadline, of a case in which
nobody has answered and nobody's answer is on its way.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from config.packs import all_packs
from config.packs.pack import Duty
from router.automatic.announcements import newest_of, why_not
from router.automatic.letters import put_saying
from router.automatic.sayings import facts
from router.house import House
from router.notices.writing import write_alert
from router.promises.law import end_of
from router.texts import date_format, spoken_language
from router.texts.receipts import receipt_words
from ventanilla.clocks.calendar import Calendar
from ventanilla.store.conversations import lock_case
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import clocks, conversations, messages, outbox
from ventanilla.words import DeliveryState, Metric, OutboxKind

LATE = "late_by_law"
AT_HOUR = timedelta(hours=8)
_AHEAD = timedelta(days=15)
_DAY = timedelta(days=1)
_NEAR = (
    sa.select(clocks.c.conversation_id, clocks.c.name, clocks.c.due_at, clocks.c.calendar)
    .join(conversations, conversations.c.id == clocks.c.conversation_id)
    .where(clocks.c.metric == Metric.LEGAL, clocks.c.stopped_at.is_(None))
    .where(clocks.c.due_at > sa.bindparam("now"), clocks.c.due_at <= sa.bindparam("until"))
    .where(conversations.c.waiting_since.is_not(None))
    .order_by(clocks.c.due_at, clocks.c.conversation_id)
)
_ON_ITS_WAY = (
    sa.select(outbox.c.id)
    .join(messages, messages.c.outbox_id == outbox.c.id)
    .where(messages.c.conversation_id == sa.bindparam("case_id"), outbox.c.kind == OutboxKind.REPLY)
    .where(outbox.c.state.in_((DeliveryState.PENDING, DeliveryState.SENDING)))
    .limit(1)
)


def tell_before_late(store: Store, house: House, journal: Journal, *, limit: int = 200) -> int:
    """Tell the customers whose answer a law wants by a day that will be missed; return how many were told. A repeat tells nobody
    again. Whoever may not be written to is left to the case's owner, who is told that."""
    wanting = {law.name for law in all_packs() if law.requires(Duty.TELL_LATE)}
    with store.read() as connection:
        near = connection.execute(_NEAR, {"now": journal.now, "until": journal.now + _AHEAD}).all()
    due = [one for one in near if one.name.partition(":")[0] in wanting and _is_time(house, one, journal.now)]
    told = 0
    for clock in due[:limit]:
        with store.write() as connection:
            told += _tell(connection, house, clock, journal)
            journal.flush(connection)
    return told


def _is_time(house: House, clock: Any, now: datetime) -> bool:
    """Whether it is the morning of the last working day before the deadline's own, or later."""
    calendar = _calendar(house, clock)
    day = calendar.local_date(clock.due_at - timedelta(microseconds=1)) - _DAY
    while not calendar.working_day(day):
        day -= _DAY
    return now >= end_of(day - _DAY, calendar) + AT_HOUR


def _calendar(house: House, clock: Any) -> Calendar:
    known = clock.calendar in house.config.calendars
    return house.calendar(clock.calendar) if known else Calendar.always(house.config.service.timezone)


def _tell(connection: sa.Connection, house: House, clock: Any, journal: Journal) -> bool:
    case = lock_case(connection, clock.conversation_id)
    again = sa.select(outbox.c.id).where(outbox.c.dedupe_key == f"{LATE}:{case.id}")
    answering = connection.execute(_ON_ITS_WAY, {"case_id": case.id}).first()
    if case.waiting_since is None or answering is not None or connection.scalar(again) is not None:
        return False
    newest = newest_of(connection, case.id)
    recipient = (newest.from_address if newest else "") or case.address
    why = "there is no address" if not recipient else why_not(connection, house, case, recipient, journal)
    if why is not None:
        _leave_to_owner(connection, house, case, clock, why, journal)
        return False
    subject, text = _said(house, case, clock, newest, journal.now)
    row_id = put_saying(
        connection,
        house,
        case,
        journal,
        occasion=f"{LATE}:{case.id}",
        recipient=recipient,
        subject=subject,
        text=text,
        newest=newest,
        what=LATE,
        deadline=clock.name,
    )
    return row_id is not None


def _said(house: House, case: sa.Row[Any], clock: Any, newest: sa.Row[Any] | None, now: datetime) -> tuple[str, str]:
    said = _words(house, case, clock, "late")
    values = facts(house, case, name=newest.from_name.strip() if newest else "", now=now)
    if case.conversational:
        return "", f"{said}\n{values['house']}"
    return f"Re: {values['subject']} [{case.key}]", f"{values['greeting']}\n\n{said}\n\n{values['house']}\n"


def _words(house: House, case: sa.Row[Any], clock: Any, code: str, **more: str) -> str:
    from babel.dates import format_date

    language = case.language if code == "late" else house.config.service.language
    day = _calendar(house, clock).local_date(clock.due_at - timedelta(microseconds=1))
    written = format_date(day, date_format(language), locale=spoken_language(language))
    return receipt_words(language, code, what=receipt_words(language, case.kind), key=case.key, day=written, **more)


def _leave_to_owner(
    connection: sa.Connection, house: House, case: sa.Row[Any], clock: Any, why: str, journal: Journal
) -> None:
    language = house.config.service.language
    write_alert(
        connection,
        house,
        to=[case.owner],
        occasion=f"{LATE}-unsent:{case.id}",
        subject=receipt_words(language, "late_unsent_subject", key=case.key),
        body=_words(house, case, clock, "late_unsent", reason=why),
        now=journal.now,
        channel=case.channel,
        case_id=case.id,
    )
