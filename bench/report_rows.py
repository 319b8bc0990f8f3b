"""Fills a store with a made-up history for the report: cases, messages and their clocks, by bulk insert; the same each time."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import sqlalchemy as sa

from ventanilla.store import tables as t
from ventanilla.store.engine import Store

CHANNELS = ("soporte", "chat", "telefono")
TEAMS = ("atencion", "taller")
AGENTS = tuple(f"agent{number:02}" for number in range(12))
CHUNK = 2000
_ORDER = (t.inbox, t.conversations, t.assignments, t.messages, t.clocks)
_MINUTE = 60_000_000
_TEXT = "¿Cuándo llega mi pedido? " * 16
Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """How much there is: `cases` with about three messages each, begun evenly over `days` days before `until`."""

    cases: int
    until: datetime
    days: int
    seed: int = 1


def fill(store: Store, history: History, *, analyze: bool = False) -> int:
    """Write the house and its history; return how many messages there are. The store must be empty. `analyze`: take statistics."""
    messages = 0
    with store.write() as connection:
        _add_house(connection, history)
        for rows in _chunks(history):
            messages += len(rows["messages"])
            for table in _ORDER:
                insert_rows(connection, table, rows[table.name])
        if analyze:
            connection.exec_driver_sql("ANALYZE")
    return messages


def _add_house(connection: sa.Connection, history: History) -> None:
    since = history.until - timedelta(days=history.days + 1)
    for name in CHANNELS:
        connection.execute(sa.insert(t.channels).values(name=name, kind="email", mode="live", since=since))
    connection.execute(sa.insert(t.teams), [{"name": name} for name in TEAMS])
    connection.execute(sa.insert(t.agents), [{"name": name, "display_name": name, "capacity": 8} for name in AGENTS])
    connection.execute(sa.insert(t.contacts).values(id=1, name="Eva", tags=[], created_at=since))


def _chunks(history: History) -> Iterator[Rows]:
    luck, numbers = random.Random(history.seed), count(1)
    step = timedelta(days=history.days) / history.cases
    for first in range(0, history.cases, CHUNK):
        rows: Rows = {table.name: [] for table in _ORDER}
        for case in range(first, min(first + CHUNK, history.cases)):
            _Case(
                rows=rows,
                luck=luck,
                numbers=numbers,
                id=case + 1,
                until=history.until,
                begun=history.until - step * (history.cases - case),
            ).write()
        yield rows


@dataclass(slots=True, kw_only=True)
class _Case:
    """One case's rows, made up."""

    rows: Rows
    luck: random.Random
    numbers: Iterator[int]
    id: int
    begun: datetime
    until: datetime

    def write(self) -> None:
        owner = self.luck.choice(AGENTS)
        where = {"channel": self.luck.choice(CHANNELS), "team": self.luck.choice(TEAMS), "kind": "query"}
        where |= {"kind": self.luck.choice(("query", "query", "request", "complaint")), "priority": "normal"}
        is_open = self.luck.random() < 0.002
        replied = self.begun + timedelta(microseconds=int(self.luck.lognormvariate(3.4, 1.2) * _MINUTE))
        again = replied + timedelta(hours=self.luck.randrange(1, 30))
        ended = again + timedelta(microseconds=int(self.luck.lognormvariate(3.4, 1.2) * _MINUTE))
        self._case(owner, where, is_open, ended)
        self._message(self.begun, owner, inbound=True)
        if is_open:
            self._clock(where, "first_response", 1, self.begun, None, None, owner)
            self._clock(where, "customer_wait", 1, self.begun, None, None, owner)
        else:
            self._answered(owner, where, replied, again, ended)
        self._clock(where, "time_to_assign", 1, self.begun, self.begun + timedelta(seconds=2), "assigned", None)

    def _answered(
        self, owner: str, where: Mapping[str, Any], replied: datetime, again: datetime, ended: datetime
    ) -> None:
        self._message(replied, owner, inbound=False)
        last = "replied" if self.luck.random() < 0.95 else "unanswered"
        self._clock(where, "first_response", 1, self.begun, replied, last, owner)
        self._clock(where, "customer_wait", 1, self.begun, replied, last, owner)
        if self.luck.random() < 0.86:
            self._message(again, owner, inbound=True)
            self._clock(where, "next_response", 1, again, ended, "replied", owner)
            self._clock(where, "customer_wait", 2, again, ended, "replied", owner)
        for metric in ("first_resolution", "full_resolution"):
            self._clock(where, metric, 1, self.begun, ended, "resolved", owner, paused=(again - replied))
        self._clock(where, "reopened", 1, ended, None, None, owner)

    def _case(self, owner: str, where: Mapping[str, Any], is_open: bool, ended: datetime) -> None:
        self.rows["conversations"].append(
            {
                **where, "id": self.id, "key": f"{self.id:09}", "contact_id": 1, "owner": owner, "language": "es",
                "state": "open" if is_open else "resolved", "owned": 1 if is_open else None, "assignment_number": 1,
                "skills": [], "tags": [], "created_at": self.begun, "first_message_at": self.begun,
                "last_message_at": ended, "waiting_since": self.begun if is_open else None,
                "resolved_at": None if is_open else ended,
            }
        )  # fmt: skip
        self.rows["assignments"].append(
            {
                "conversation_id": self.id, "number": 1, "agent": owner, "is_open": 1 if is_open else None,
                "assigned_at": self.begun, "released_at": None if is_open else ended, "reason": "balanced",
                "actor": "router", "decision": {}, "config_version": 1,
            }
        )  # fmt: skip

    def _message(self, at: datetime, owner: str, *, inbound: bool) -> None:
        number = next(self.numbers)
        routed = at + timedelta(milliseconds=self.luck.randrange(200, 9000))
        if inbound:
            self.rows["inbox"].append(
                {
                    "id": number, "channel": "soporte", "source": "x", "item_key": str(number), "state": "routed",
                    "received_at": at, "pulled_at": at, "routed_at": routed,
                }
            )  # fmt: skip
        self.rows["messages"].append(
            {
                "id": number, "conversation_id": self.id, "assignment_number": 1, "agent": None if inbound else owner,
                "direction": "in" if inbound else "out", "inbox_id": number if inbound else None, "recipients": [],
                "cc": [], "text": _TEXT, "received_at": at if inbound else None, "routed_at": routed,
                "replied_at": None if inbound else at,
            }
        )  # fmt: skip

    def _clock(
        self, where: Mapping[str, Any], metric: str, number: int, start: datetime, stop: datetime | None,
        ended: str | None, agent: str | None, *, paused: timedelta = timedelta(0),
    ) -> None:  # fmt: skip
        stop, ended = (stop, ended) if stop and stop < self.until else (None, None)
        start = min(start, self.until)
        elapsed = None if stop is None else (stop - start) // timedelta(microseconds=1)
        promised = metric in ("first_response", "next_response", "first_resolution")
        within = (4320 if metric == "first_resolution" else 60) * _MINUTE
        self.rows["clocks"].append(
            {
                "conversation_id": self.id, "metric": metric, "number": number, **where, "agent": agent,
                "started_at": start, "stopped_at": stop, "ended": ended, "elapsed": elapsed,
                "business": None if elapsed is None else elapsed // 3, "config_version": 1,
                "paused": paused // timedelta(microseconds=1) if stop else 0,
                "promise": "normal" if promised else None, "within": within if promised else None,
                "target": 90 if promised else None,
                "due_at": start + timedelta(microseconds=within * 2) if promised else None,
                "day": start.date().isoformat(), "hour": start.hour,
                "end_day": stop.date().isoformat() if stop else None, "end_hour": stop.hour if stop else None,
            }
        )  # fmt: skip


def insert_rows(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    """Past SQLAlchemy, which would take most of the time: COPY on PostgreSQL, the driver's own many on SQLite."""
    if not rows:
        return
    names = list(dict.fromkeys(name for row in rows for name in row))
    raw: Any = connection.connection.driver_connection
    if connection.dialect.name == "postgresql":
        with raw.cursor() as cursor, cursor.copy(f"COPY {table.name} ({', '.join(names)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([_plain(row.get(name)) for name in names])
        return
    marks = ", ".join("?" * len(names))
    raw.executemany(
        f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})",
        [[_text(row.get(name)) for name in names] for row in rows],
    )


def _plain(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, list | dict) else value


def _text(value: Any) -> Any:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC).isoformat(timespec='microseconds')[:26]}Z"
    return _plain(value)
