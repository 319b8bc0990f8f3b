"""A house's clocks and messages made up at random, written into a store, and kept as plain objects for a slow calculation."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from config.load import load_config
from router.house import House, open_house
from tests.store.rows import add_assignment, add_conversation, add_house, add_inbox, add_message
from ventanilla.store import tables as t
from ventanilla.store.engine import Store

MADRID = ZoneInfo("Europe/Madrid")
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
BEGAN = datetime(2026, 10, 10, tzinfo=UTC)
AGENTS = ("ana", "luis", "marta")
TEAMS = ("atencion", "taller")
CHANNELS = ("soporte", "chat")
KINDS = ("query", "claim")
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
FILE = """
[service]
name = "Ferretería Sol"
timezone = "Europe/Madrid"

[channels.soporte]
kind = "email"
team = "atencion"
address = "soporte@example.com"
imap = { host = "127.0.0.1", port = 1, security = "none", user = "soporte", password = { file = "secret" } }
smtp = { host = "127.0.0.1", port = 1, security = "none" }

[teams.atencion]
members = ["ana", "luis"]
duty = ["marta"]
reopen_within = "7d"

[teams.taller]
members = ["ana"]
duty = ["marta"]
reopen_within = "2d"

[agents.ana]
email = "ana@example.com"

[agents.luis]
email = "luis@example.com"

[agents.marta]
email = "marta@example.com"
role = "supervisor"

[calendars.madrid]
hours = { mon-fri = ["09:00-14:00", "15:00-18:00"] }

[promises.normal]
calendar = "madrid"
first_response = { within = "1h", target = 90 }
"""
_HOW = {
    "first_response": ("replied", "replied", "replied", "unanswered", "no_reply_needed", "merged", "spam"),
    "next_response": ("replied", "replied", "unanswered", "split"),
    "time_to_assign": ("assigned", "assigned", "released", "spam"),
    "time_to_accept": ("accepted", "passed_on"),
    "first_resolution": ("resolved", "resolved", "merged"),
    "full_resolution": ("resolved", "resolved", "spam"),
    "customer_wait": ("replied", "passed_on", "unanswered", "merged"),
    "reopened": ("reopened", "merged"),
    "legal": ("replied", "unanswered"),
}
_TERMS = (("normal", 90, HOUR), ("normal", 90, HOUR), ("slow", 80, 20 * HOUR))


@dataclass(frozen=True, kw_only=True)
class Row:
    """A clock as it was written."""

    case: int
    metric: str
    channel: str
    team: str
    kind: str
    agent: str
    owner: str
    start: datetime
    stop: datetime | None
    ended: str | None
    business: timedelta | None
    paused: timedelta
    promise: str | None
    target: int | None
    within: timedelta | None
    due: datetime | None


@dataclass
class MadeUp:
    """Everything that was written."""

    clocks: list[Row] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)


def house_of(store: Store, folder: Path) -> House:
    """The house of FILE."""
    (folder / "secret").write_text("s3cret", encoding="utf-8")
    path = folder / "ventanilla.toml"
    path.write_text(FILE, encoding="utf-8")
    with store.write() as connection:
        return open_house(connection, load_config(path).config, now=NOW)


def make_up(store: Store, *, cases: int, seed: int) -> MadeUp:
    """Write that many cases with their clocks and messages into an empty store."""
    luck, made = random.Random(seed), MadeUp()
    with store.write() as connection:
        add_house(connection)
        connection.execute(sa.insert(t.teams).values(name="taller"))
        connection.execute(sa.insert(t.channels).values(name="chat", kind="telegram", mode="live", since=BEGAN))
        for case in range(1, cases + 1):
            _case(connection, made, luck, case)
    return made


def write_clock(connection: sa.Connection, row: Row, number: int) -> None:
    """One row as the books have it."""
    micro = timedelta(microseconds=1)
    start, stop = row.start.astimezone(MADRID), row.stop.astimezone(MADRID) if row.stop else None
    values = {
        "conversation_id": row.case,
        "metric": row.metric,
        "number": number,
        "channel": row.channel,
        "team": row.team,
        "kind": row.kind,
        "priority": "normal",
        "agent": row.agent,
        "started_at": row.start,
        "stopped_at": row.stop,
        "ended": row.ended,
        "elapsed": (row.stop - row.start) // micro if row.stop else None,
        "business": row.business // micro if row.business is not None else None,
        "paused": row.paused // micro,
        "promise": row.promise,
        "target": row.target,
        "within": row.within // micro if row.within else None,
        "due_at": row.due,
        "config_version": 1,
        "day": start.date().isoformat(),
        "hour": start.hour,
        "end_day": stop.date().isoformat() if stop else None,
        "end_hour": stop.hour if stop else None,
    }
    connection.execute(sa.insert(t.clocks).values(values))


def add_row(made: MadeUp, connection: sa.Connection, number: int = 1, **columns: Any) -> Row:
    """A clock of case 1 that was answered after an hour, unless something else is said."""
    start = columns.get("start", NOW - timedelta(days=1))
    values: dict[str, Any] = {
        "case": 1, "metric": "first_response", "channel": "soporte", "team": "atencion", "kind": "query",
        "agent": "ana", "owner": "ana", "start": start, "stop": start + HOUR, "ended": "replied",
        "business": HOUR / 2, "paused": timedelta(0), "promise": None, "target": None, "within": None, "due": None,
    }  # fmt: skip
    row = Row(**values | columns)
    write_clock(connection, row, number)
    made.clocks.append(row)
    return row


def _case(connection: sa.Connection, made: MadeUp, luck: random.Random, case: int) -> None:
    owner, where = luck.choice(AGENTS), {"channel": luck.choice(CHANNELS), "team": luck.choice(TEAMS)}
    began = BEGAN + luck.random() * (NOW - BEGAN)
    add_conversation(connection, case, owner, kind=(kind := luck.choice(KINDS)), first_message_at=began, **where)
    add_assignment(connection, case, 1, owner)
    for metric in _HOW:
        for number in range(1, luck.randrange(1, 4)):
            start = min(NOW, began + luck.random() * timedelta(days=4))
            row = _row(luck, metric, start, {**where, "case": case, "kind": kind, "owner": owner})
            write_clock(connection, row, number)
            made.clocks.append(row)
    for _ in range(luck.randrange(1, 3)):
        _message(connection, made, luck, case, began, {**where, "kind": kind, "owner": owner})


def _row(luck: random.Random, metric: str, start: datetime, where: dict[str, Any]) -> Row:
    length = timedelta(microseconds=int(luck.lognormvariate(1.0, 1.5) * 3600e6))
    stop = start + length if luck.random() < 0.85 and start + length <= NOW else None
    promise, target, within = luck.choice(_TERMS)
    promised = metric in ("first_response", "next_response", "first_resolution") and luck.random() < 0.9
    return Row(
        metric=metric,
        agent=luck.choice(AGENTS),
        start=start,
        stop=stop,
        ended=luck.choice(_HOW[metric]) if stop else None,
        business=length * luck.random() if stop else None,
        paused=length * luck.random() if stop else timedelta(0),
        promise=promise if promised else None,
        target=target if promised else None,
        within=within if promised else None,
        due=start + within if promised or metric == "legal" else None,
        **where,
    )


def _message(
    connection: sa.Connection, made: MadeUp, luck: random.Random, case: int, began: datetime, where: dict[str, Any]
) -> None:
    number = len(made.messages) + 1
    received = began + luck.random() * timedelta(days=2)
    routed = received + timedelta(microseconds=luck.randrange(100_000, 20_000_000_000))
    add_inbox(connection, number, received_at=received, pulled_at=received)
    add_message(connection, case, id=number, inbox_id=number, received_at=received, routed_at=routed)
    made.messages.append({"received": received, "routed": routed, **where})
