"""What is told of one clock at risk or broken, and to whom, in the transaction that records it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from config.promises import OWNER, PromiseSettings
from router.house import House, modes
from router.notices.on_phone import language_for
from router.notices.writing import write_alert
from router.promises.crowd import put_on_list
from router.promises.moot import WARNS
from router.promises.readers import STAND_IN, Reader, readers_of
from router.texts.promises import promise_words
from ventanilla.clocks.due import spoken, waited
from ventanilla.store.tables import conversations, events
from ventanilla.words import EventKind, Metric, Mode

_RESPONSES = (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE, Metric.CUSTOMER_WAIT)
_SUBJECT = 80
_MERGED_TOLD = (
    sa.select(events.c.data)
    .join(conversations, conversations.c.id == events.c.conversation_id)
    .where(conversations.c.merged_into == sa.bindparam("case_id"))
    .where(events.c.kind == sa.bindparam("kind"), events.c.at == sa.bindparam("at"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A clock (a row of `clocks`) and what is to be recorded of it: `kind` (warned, breached) at the moment `at`, its own."""

    clock: Any
    kind: EventKind
    at: datetime

    @property
    def is_broken(self) -> bool:
        return self.kind is EventKind.PROMISE_BREACHED

    @property
    def occasion(self) -> str:
        """What names this warning or breach once and for all. A warning that stands a second time names its own moment too."""
        clock, word = self.clock, "breached" if self.is_broken else "warned"
        again = "" if self.is_broken or clock.warned_at is None else f":{self.at.isoformat()}"
        return f"{word}:{clock.conversation_id}:{clock.metric}:{clock.number}:{clock.due_at.isoformat()}{again}"


def whom(connection: sa.Connection, house: House, case: Any, late: Late, *, now: datetime) -> list[Reader]:
    """A warning is for the first whom the promise names and who is one of us, a breach for all of them, each breach of a wait once:
    whoever was told of it in a case that was merged into this one is not told again. A promise that the file has no more is told
    as the file's own default would be."""
    escalate = _settings(house, late).escalate
    if late.is_broken:
        heard = _told_before_merge(connection, late)
        return [one for one in readers_of(connection, house, case, escalate, now=now) if one.agent not in heard]
    found = (readers_of(connection, house, case, [word], now=now) for word in escalate)
    return next((readers for readers in found if readers), [])


def _told_before_merge(connection: sa.Connection, late: Late) -> set[str]:
    """Who knows of this very breach by a case that has been merged into this one since."""
    clock = late.clock
    found = connection.scalars(_MERGED_TOLD, {"case_id": clock.conversation_id, "kind": late.kind, "at": late.at})
    return {name for data in found if data.get("metric") == clock.metric for name in data.get("told", ())}


def tell(
    connection: sa.Connection, house: House, case: Any, late: Late, *, crowded: frozenset[str], now: datetime
) -> list[str]:
    """Write to each of them, once; return the names of those who get it, in order. `crowded` are those who get one list of many. Of
    a channel that only observes nobody gets anything: what they would have got stands in the outbox with the reason."""
    told = [
        reader.agent
        for reader in whom(connection, house, case, late, now=now)
        if _on_list(connection, house, case, late, reader, crowded, now)
        or _alert(connection, house, case, late, reader, now)
    ]
    return [] if modes(connection).get(case.channel) is Mode.OBSERVE else told


def _on_list(
    connection: sa.Connection,
    house: House,
    case: Any,
    late: Late,
    reader: Reader,
    crowded: frozenset[str],
    now: datetime,
) -> bool:
    if reader.agent not in crowded:
        return False
    line = _line(house, case, late, reader, now)
    return put_on_list(connection, house, reader, line, channel=case.channel, now=now)


def _alert(connection: sa.Connection, house: House, case: Any, late: Late, reader: Reader, now: datetime) -> int:
    subject, body = _letter(house, case, late, reader, now)
    return write_alert(
        connection,
        house,
        to=[reader.agent],
        occasion=late.occasion,
        subject=subject,
        body=body,
        now=now,
        channel=case.channel,
        case_id=case.id,
        not_before=reader.not_before,
        about={} if late.is_broken else {WARNS: _mark(case, late)},
    )


def _mark(case: Any, late: Late) -> dict[str, Any]:
    """What makes a warning that was put off until somebody's shift pointless: that clock has stopped."""
    return {"metric": late.clock.metric, "number": late.clock.number, "case": case.id}


def _settings(house: House, late: Late) -> PromiseSettings:
    return house.config.promises.get(late.clock.promise or "") or PromiseSettings()


def _letter(house: House, case: Any, late: Late, reader: Reader, now: datetime) -> tuple[str, str]:
    language, word = language_for(house, reader.agent), "broken" if late.is_broken else "warned"
    facts = {"key": case.key, "owner": _name(house, case.owner), "when": _when(house, late, language, now)}
    role = reader.role if reader.role in (OWNER, STAND_IN) else "other"
    lead = promise_words(language, f"{word}_{role}", **facts)
    paragraphs = [lead, "\n".join(_facts(house, case, late, reader, now)), promise_words(language, "see", **facts)]
    return promise_words(language, f"{word}_subject", **facts), "\n\n".join(paragraphs)


def _facts(house: House, case: Any, late: Late, reader: Reader, now: datetime) -> Iterator[str]:
    language, clock = language_for(house, reader.agent), late.clock
    subject = _customers_subject(house, case)
    if subject:
        yield f"«{subject}»"
    waits = case.waiting_since is not None and clock.metric in _RESPONSES
    since = waited((now - clock.started_at).total_seconds(), language)
    yield promise_words(language, "waits" if waits else "is_open", waited=since)
    what = "response" if clock.metric in _RESPONSES else "legal" if clock.metric == Metric.LEGAL else "resolution"
    yield promise_words(language, f"due_{what}", when=_when(house, late, language, now), name=clock.name)
    if reader.role != OWNER:
        yield promise_words(language, "owner", owner=_name(house, case.owner))
    description = _settings(house, late).description
    if description:
        yield promise_words(language, "promise", description=description)


def _line(house: House, case: Any, late: Late, reader: Reader, now: datetime) -> str:
    language = language_for(house, reader.agent)
    subject = _customers_subject(house, case)
    about = f"{case.key} «{subject}»" if subject else str(case.key)
    facts = {"owner": _name(house, case.owner), "when": _when(house, late, language, now)}
    return promise_words(language, "line_broken" if late.is_broken else "line_warned", about=about, **facts)


def _customers_subject(house: House, case: Any) -> str:
    """What the customer wrote over it, where notices may show that."""
    return "" if house.config.staff.notice_body == "none" else " ".join(case.subject.split())[:_SUBJECT]


def _when(house: House, late: Late, language: str, now: datetime) -> str:
    """When it is or was due, on the wall of the house. A day is told by its own last minute, not by the next day's first."""
    due = late.clock.due_at
    wall = due.astimezone(house.zone())
    if late.clock.metric == Metric.LEGAL and (wall.hour, wall.minute, wall.second) == (0, 0, 0):
        due -= timedelta(minutes=1)
    return spoken(due, house.zone(), language, now=now)


def _name(house: House, agent: str) -> str:
    settings = house.config.agents.get(agent)
    return settings.name if settings and settings.name else agent
