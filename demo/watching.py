"""Looks at the store a few times a second, read-only, and tells what is new. What it has seen it does not read again."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from daemon.child import ChildState
from daemon.inside import START_ME_AGAIN
from daemon.status import read_status
from demo import queries
from demo.log_tail import LogTail
from demo.snapshot import AgentNow, ChannelNow, Happening, Snapshot, Waiting, What
from ventanilla.store.engine import Store
from ventanilla.words import STAFF_BOT, EventKind

KEPT = 200
_TOLD = (
    EventKind.MESSAGE_RECEIVED,
    EventKind.MESSAGE_SCREENED,
    EventKind.MESSAGE_QUARANTINED,
    EventKind.PRESENCE,
    EventKind.ASSIGNED,
    EventKind.MESSAGE_EDITED,
    EventKind.CONTACT_SUGGESTED,
    EventKind.AGENT_LINKED,
    EventKind.TURN_CLOSED,
    EventKind.PROMISE_WARNED,
    EventKind.PROMISE_BREACHED,
)


class Watcher:
    """One reader of one store; used by one thread. `arrived` tells when a message reached its server, by its name."""

    def __init__(
        self,
        store: Store,
        *,
        data_dir: Path,
        log: LogTail,
        began: datetime,
        posted: Callable[[], int],
        arrived: Callable[[], Mapping[str, datetime]],
    ) -> None:
        self._store = store
        self._data_dir = data_dir
        self._log = log
        self._began = began
        self._posted = posted
        self._arrived = arrived
        self._last_event = self._newest_event()
        self._duplicates: set[int] = set()
        self._screened: Counter[str] = Counter()
        self._routed: dict[str, tuple[datetime, datetime]] = {}
        self._troubles: deque[str] = deque(maxlen=3)
        self.happenings: deque[Happening] = deque(maxlen=KEPT)

    def look(self, now: datetime) -> tuple[Snapshot, list[Happening]]:
        """Everything as it is, and what happened since the last look, oldest first. Raises Temporary."""
        posted, arrived = self._posted(), self._arrived()
        with self._store.read() as connection:
            names = {row.name: row.display_name for row in connection.execute(queries.NAMES)}
            new = self._new_happenings(connection, names)
            snapshot = self._snapshot(connection, names, now, posted, arrived)
        return snapshot, new

    def _newest_event(self) -> int:
        with self._store.read() as connection:
            return int(connection.scalar(queries.NEWEST_EVENT) or 0)

    def _new_happenings(self, connection: sa.Connection, names: Mapping[str, str]) -> list[Happening]:
        events = list(connection.execute(queries.EVENTS, {"after": self._last_event, "kinds": _TOLD}))
        new = [told for event in events if (told := self._told(connection, event, names)) is not None]
        if events:
            self._last_event = events[-1].id
        for row in connection.execute(queries.DUPLICATES):  # no event tells of them
            if row.id not in self._duplicates:
                self._duplicates.add(row.id)
                new.append(self._of_raw(row, What.DUPLICATE, at=row.routed_at))
        new.sort(key=lambda each: each.at)
        self.happenings.extend(new)
        return new

    def _told(self, connection: sa.Connection, event: sa.Row[Any], names: Mapping[str, str]) -> Happening | None:
        if event.kind in (EventKind.MESSAGE_RECEIVED, EventKind.MESSAGE_EDITED):
            return self._message(connection, event, names)
        if event.kind in (EventKind.PRESENCE, EventKind.AGENT_LINKED):
            return _of_agent(event, names)
        if event.kind == EventKind.TURN_CLOSED:
            return _answer(connection, event, names)
        if event.kind in (EventKind.PROMISE_WARNED, EventKind.PROMISE_BREACHED):
            return _promise(connection, event, names)
        if event.kind == EventKind.ASSIGNED:
            return _hand_over(connection, event, names)
        if event.kind == EventKind.CONTACT_SUGGESTED:
            return _suggestion(connection, event)
        if event.channel == STAFF_BOT:
            return None
        row = connection.execute(queries.INBOX_ROW, {"row_id": event.inbox_id}).one()
        if event.kind == EventKind.MESSAGE_QUARANTINED:
            return self._of_raw(row, What.QUARANTINED, at=event.recorded_at)
        verdict = str(event.data.get("verdict", ""))
        self._screened[verdict] += 1
        return self._of_raw(row, What.SCREENED, at=event.recorded_at, reason=verdict)

    def _message(self, connection: sa.Connection, event: sa.Row[Any], names: Mapping[str, str]) -> Happening:
        row = connection.execute(queries.MESSAGE, {"message_id": event.message_id}).one()
        if row.external_id:
            self._routed.setdefault(row.external_id, (row.pulled_at, row.routed_at))
        is_edit = event.kind == EventKind.MESSAGE_EDITED
        return Happening(
            at=event.recorded_at,
            what=What.EDITED if is_edit else What.NEW_CASE if row.is_first else What.CONTINUED,
            channel=event.channel,
            medium=row.medium,
            who=row.from_name or row.contact or row.from_address,
            subject=row.subject,
            owner=names.get(row.agent, row.agent),
            reason=row.reason,
            case=row.key,
            file=row.file or "",
            in_line=row.reason.startswith("duty"),
        )

    def _of_raw(self, row: sa.Row[Any], what: What, *, at: datetime, reason: str = "") -> Happening:
        seen = queries.glimpse_of(self._store, row)
        return Happening(
            at=at, what=what, channel=row.channel, medium=seen.medium, who=seen.who, subject=seen.what, reason=reason
        )

    def _snapshot(
        self,
        connection: sa.Connection,
        names: Mapping[str, str],
        now: datetime,
        posted: int,
        arrived: Mapping[str, datetime],
    ) -> Snapshot:
        lines = {row.owner: row.items for row in connection.execute(queries.LINE)}
        cases = connection.execute(queries.CASES).scalar_one()
        known = [(mark, *times) for mark, times in self._routed.items() if mark in arrived]
        letters = list(connection.execute(queries.LETTERS))
        return Snapshot(
            now=now,
            began=self._began,
            posted=posted,
            happenings=tuple(self.happenings),
            agents=tuple(_agent(row, lines) for row in connection.execute(queries.AGENTS)),
            waiting=tuple(_waiting(row, names) for row in connection.execute(queries.WAITING)),
            line=sum(lines.values()),
            cases=cases,
            inbox={row.state: row.items for row in connection.execute(queries.INBOX)},
            screened=dict(self._screened),
            media={row.medium: row.items for row in connection.execute(queries.MEDIA)},
            files=connection.scalar(queries.FILES) or 0,
            linked=connection.scalar(queries.LINKED) or 0,
            sent={row.kind: row.gone for row in letters},
            on_their_way=sum(row.due for row in letters),
            delays=tuple(max(0.0, (routed - arrived[mark]).total_seconds()) for mark, _, routed in known),
            own_delays=tuple((routed - pulled).total_seconds() for pulled, routed in self._routed.values()),
            channels=tuple(
                ChannelNow(name=row.name, last_pull_at=row.last_pull_at, problem=row.problem or "")
                for row in connection.execute(queries.CHANNELS)
                if row.name != STAFF_BOT or row.problem  # nobody waits for what the staff's bot is asked
            ),
            troubles=self._all_troubles(),
        )

    def _all_troubles(self) -> tuple[str, ...]:
        self._troubles.extend(self._log.new_troubles())
        fine = (None, 0, START_ME_AGAIN)
        children = [child for child in read_status(self._data_dir) if child.state is not ChildState.STOPPED]
        ended = [child for child in children if child.last_exit not in fine]
        return (
            *(f"{child.name}: {child.state}, exit {child.last_exit}, {child.restarts}×" for child in ended),
            *self._troubles,
        )


def _of_agent(event: sa.Row[Any], names: Mapping[str, str]) -> Happening:
    what = What.LINKED
    if event.kind == EventKind.PRESENCE:
        what = What.CAME if event.data.get("on_duty") else What.LEFT
    return Happening(at=event.recorded_at, what=what, who=names.get(event.agent, event.agent))


def _suggestion(connection: sa.Connection, event: sa.Row[Any]) -> Happening:
    """Two contacts that may be one person, the newer one first: it is who wrote."""
    ids = sorted((event.data["contact"], event.data["other"]), reverse=True)
    names = {row.id: row.name for row in connection.execute(queries.TWO_CONTACTS, {"ids": ids})}
    newer, older = (names.get(each) or f"#{each}" for each in ids)
    return Happening(
        at=event.recorded_at, what=What.SUGGESTED, who=newer, before=older, reason=str(event.data.get("reason", ""))
    )


def _hand_over(connection: sa.Connection, event: sa.Row[Any], names: Mapping[str, str]) -> Happening | None:
    if event.assignment_number == 1:
        return None
    keys = {"case_id": event.conversation_id, "number": event.assignment_number}
    row = connection.execute(queries.HAND_OVER, keys).one()
    return Happening(
        at=event.recorded_at,
        what=What.HANDED_ON,
        who=row.customer,
        subject=row.subject,
        owner=names.get(event.agent, event.agent),
        before=names.get(row.before, row.before),
        reason=str(row.decision.get("occasion") or event.data.get("reason", "")),
        case=row.key,
    )


def _answer(connection: sa.Connection, event: sa.Row[Any], names: Mapping[str, str]) -> Happening | None:
    """A customer's wait that ended with an answer, and how long it was."""
    if event.message_id is None:
        return None
    row = connection.execute(queries.ANSWER, {"message_id": event.message_id}).one()
    waited = event.at - datetime.fromisoformat(event.data["since"])
    return Happening(
        at=event.recorded_at,
        what=What.ANSWERED,
        medium=row.medium,
        who=row.customer,
        subject=row.subject,
        owner=names.get(row.agent, row.agent or ""),
        before=f"{max(0.0, waited.total_seconds()):.0f}",
        case=row.key,
    )


def _promise(connection: sa.Connection, event: sa.Row[Any], names: Mapping[str, str]) -> Happening:
    """A promise to a customer that is soon due, or was broken."""
    row = connection.execute(queries.CASE, {"case_id": event.conversation_id}).one()
    return Happening(
        at=event.recorded_at,
        what=What.LATE if event.kind == EventKind.PROMISE_BREACHED else What.WARNED,
        who=row.customer,
        subject=row.subject,
        owner=names.get(row.owner, row.owner),
        case=row.key,
    )


def _agent(row: Any, lines: Mapping[str, int]) -> AgentNow:
    return AgentNow(
        name=row.display_name,
        load=row.load,
        capacity=row.capacity,
        on_duty=row.on_duty,
        in_line=lines.get(row.name, 0),
    )


def _waiting(row: Any, names: Mapping[str, str]) -> Waiting:
    return Waiting(
        case=row.key,
        who=row.customer,
        subject=row.subject,
        owner=names.get(row.owner, row.owner),
        since=row.waiting_since,
        due_at=row.due_at,
        in_line=row.line_since is not None,
    )
