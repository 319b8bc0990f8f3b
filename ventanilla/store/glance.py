"""What the store holds at a glance, by plain SQL on the bare driver: `status` is to answer before SQLAlchemy would have loaded.

Reads only. Knows both engines; knows no settings and prints nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ventanilla.errors import Temporary, Unreachable
from ventanilla.store.machine import lately
from ventanilla.store.revision import FIND_REVISION

_FILE = "sqlite:///"
_BUSY_SECONDS = 5
# A server behind a cut cable says nothing for a quarter of an hour (seconds; milliseconds): see ventanilla.store.engine.
_SOON_KNOWN: dict[str, Any] = {"connect_timeout": 10, "tcp_user_timeout": 20_000}
_INSTANTS = ("_at", "_since")
_FLAGS = ("on_duty", "forced_observe", "again", "failing")
LATELY = timedelta(hours=1)
NEWEST = 2000
"""How far back the machine's own times are looked at, and in how many rows at most."""

_TIME = "SELECT clock_timestamp() AS now_at"
_CONFIG = "SELECT id, sha256, applied_at FROM config_versions ORDER BY id DESC LIMIT 1"
_CHANNELS = """SELECT c.name, c.kind, c.mode, c.forced_observe, c.last_pull_at, c.last_item_at, c.paused_at,
c.quiet_since, c.problem, c.problem_part, c.cure, c.retry_at, c.failures, p.waits, p.oldest_at
FROM channels c LEFT JOIN (SELECT channel, count(*) AS waits, min(received_at) AS oldest_at FROM inbox
WHERE state = 'pending' GROUP BY channel) p ON p.channel = c.name
WHERE c.enabled ORDER BY c.name"""
_INBOX = "SELECT state, count(*) AS items FROM inbox GROUP BY state ORDER BY state"
_OUTBOX = "SELECT state, count(*) AS items FROM outbox GROUP BY state ORDER BY state"
_BRAKED = "SELECT count(*) AS items FROM outbox WHERE state = 'held' AND kind = 'acknowledgement'"
_PAUSED_HOOKS = "SELECT endpoint, problem, paused_at FROM webhook_events WHERE paused_at IS NOT NULL ORDER BY endpoint"
_OWNED = "state IN ('open', 'waiting_customer', 'waiting_third_party')"
_CASES = f"SELECT count(*) AS open, count(waiting_since) AS waiting FROM conversations WHERE {_OWNED}"  # noqa: S608
_LINE = f"""SELECT team, count(*) AS items, min(due_at) AS nearest_due_at, min(waiting_since) AS waiting_since
FROM conversations WHERE {_OWNED} AND line_since IS NOT NULL GROUP BY team ORDER BY team"""  # noqa: S608
_AGENTS = f"""SELECT a.name, a.display_name, a.on_duty, a.duty_since, a.duty_changes_at, a.load, a.capacity, o.items AS open
FROM agents a LEFT JOIN (SELECT owner, count(*) AS items FROM conversations WHERE {_OWNED} GROUP BY owner) o
ON o.owner = a.name WHERE a.enabled ORDER BY a.name"""  # noqa: S608
_FILES = "SELECT state, count(*) AS items FROM remote_files WHERE state IN ('pending', 'failed') GROUP BY state"
_REFUSED = "SELECT channel, reason, count AS calls, last_at FROM hook_refusals ORDER BY channel, reason"
_COMPARED = """SELECT channel, data FROM checkpoints
WHERE source LIKE 'compare %' AND channel IN (SELECT name FROM channels WHERE enabled)"""
_AWAY = "SELECT agent, starts_at, ends_at FROM absences WHERE ends_at IS NULL OR ends_at >= {now} ORDER BY starts_at"

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """One consistent look, made `at` a moment by the store's server's clock (SQLite: as the caller said). Instants are aware UTC; a
    row's keys are the columns selected above."""

    at: datetime
    config: Row | None
    channels: Sequence[Row]
    inbox: dict[str, int]
    outbox: dict[str, int]
    held_by_brake: int
    files: dict[str, int]
    refused_calls: Sequence[Row]
    paused_webhooks: Sequence[Row]
    open: int
    waiting: int
    line: Sequence[Row]
    agents: Sequence[Row]
    absences: Sequence[Row]
    items_lately: Sequence[Row]
    letters_lately: Sequence[Row]
    comparisons: Sequence[Row]


def glance(url: str, *, now: datetime, revision: str) -> Glance | None:
    """Look at the store behind an SQLAlchemy URL; None when its schema is not at this revision (or there is none).

    Raises Unreachable where there is no store yet, Temporary when it does not answer.
    """
    with bare_reader(url) as read:
        if read(FIND_REVISION) != [{"version_num": revision}]:
            return None
        now = now if url.startswith(_FILE) else read(_TIME)[0]["now_at"]
        cases = read(_CASES)[0]
        items, letters = lately(read, since=now - LATELY, most=NEWEST)
        moment = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return Glance(
            at=now,
            config=next(iter(read(_CONFIG)), None),
            channels=read(_CHANNELS),
            inbox={row["state"]: row["items"] for row in read(_INBOX)},
            outbox={row["state"]: row["items"] for row in read(_OUTBOX)},
            held_by_brake=read(_BRAKED)[0]["items"],
            files={row["state"]: row["items"] for row in read(_FILES)},
            refused_calls=read(_REFUSED),
            paused_webhooks=read(_PAUSED_HOOKS),
            open=cases["open"],
            waiting=cases["waiting"],
            line=read(_LINE),
            agents=read(_AGENTS),
            absences=read(_AWAY.format(now=f"'{moment}'")),
            items_lately=items,
            letters_lately=letters,
            comparisons=read(_COMPARED),
        )


class _Reader:
    """Runs a query on a DB-API connection and returns its rows; none for a schema that is not there."""

    def __init__(self, connection: Any, missing: tuple[type[Exception], ...]) -> None:
        self._connection = connection
        self._missing = missing

    def __call__(self, sql: str) -> list[Row]:
        cursor = self._connection.cursor()
        try:
            cursor.execute(sql)
        except self._missing as error:
            if sql is FIND_REVISION and "alembic_version" in str(error):
                return []
            raise
        names = [column[0] for column in cursor.description]
        return [{name: _value(name, value) for name, value in zip(names, row, strict=True)} for row in cursor]


def _value(name: str, value: Any) -> Any:
    if name.endswith(_INSTANTS) and value is not None:
        return value.astimezone(UTC) if isinstance(value, datetime) else datetime.fromisoformat(value)
    return bool(value) if name in _FLAGS else value


def bare_reader(url: str) -> Any:
    """A context in which a query on the bare driver gives rows by column, all of one moment, and nothing can be written. Raises
    Unreachable where there is no store, Temporary when it does not answer."""
    if url.startswith(_FILE):
        return _sqlite(Path(url.removeprefix(_FILE)))
    return _postgresql(url.replace("postgresql+psycopg://", "postgresql://", 1))


@contextmanager
def _sqlite(path: Path) -> Iterator[_Reader]:
    if not path.exists():
        raise Unreachable(f"there is no store at {path} yet: `ventanilla up` makes it")
    try:
        connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
        try:
            connection.execute("PRAGMA query_only = ON")
            connection.execute("BEGIN")
            yield _Reader(connection, (sqlite3.OperationalError,))
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        raise Temporary(f"the store did not answer: {error}", retry_after=1) from error


@contextmanager
def _postgresql(conninfo: str) -> Iterator[_Reader]:
    import psycopg

    try:
        with psycopg.connect(conninfo, **_SOON_KNOWN) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            yield _Reader(connection, (psycopg.errors.UndefinedTable,))
    except psycopg.OperationalError as error:
        first = (str(error).strip() or "no answer").splitlines()[0]
        raise Temporary(f"the store did not answer: {first}", retry_after=1) from error
