"""The chain that shows that the log was not changed: each event gets a hash of itself and of the one before. Knows no clocks.

The chain is written behind the log, by whoever holds the books, so that those who write events never wait for each other
(docs/decisions/0023-a-chain-of-hashes.md).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.store.books import lock_books, note_in_books
from ventanilla.store.installation import ensure_installation, known_installation
from ventanilla.store.seal_window import move_window, open_window
from ventanilla.store.tables import bookkeeping, events, seals

__all__ = [
    "Link",
    "Seal",
    "canonical",
    "genesis",
    "head",
    "head_in_books",
    "lock_books",
    "seal_at",
    "seal_pending",
    "verify",
]

_FIELDS = (
    "id",
    "at",
    "recorded_at",
    "kind",
    "actor",
    "channel",
    "conversation_id",
    "assignment_number",
    "message_id",
    "inbox_id",
    "outbox_id",
    "agent",
    "data",
)
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), check_circular=False, allow_nan=False).encode

_NOTE, _HEAD = "seals", "head"
_UNSEALED = ~sa.exists().where(seals.c.event_id == events.c.id)
_EVENT = [events.c[name] for name in _FIELDS]
_PENDING = (
    sa.select(*_EVENT)
    .where(events.c.id > sa.bindparam("floor"), _UNSEALED)
    .order_by(events.c.id)
    .limit(sa.bindparam("most"))
)
_LAST = sa.select(seals).order_by(seals.c.number.desc()).limit(1)
_INSERT = {  # as plain as can be: there may be millions to catch up with
    "sqlite": "INSERT INTO seals (number, event_id, hash) VALUES (?, ?, ?)",
    "postgresql": "INSERT INTO seals (number, event_id, hash) VALUES (%s, %s, %s)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """One link of the chain: its number (1, 2, 3) and its hash."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One seal as it was found. `follows`: its number is the one after the last; `event_is_there`; `holds`: the event and the seal
    before make this hash."""

    number: int
    event_id: int
    follows: bool
    event_is_there: bool
    holds: bool


def canonical(event: sa.Row[Any]) -> bytes:
    """An event as bytes, the same on every engine and after every back-up.

    JSON in ASCII (everything else as \\uXXXX), keys sorted, no spaces, of exactly: id, at, recorded_at, kind, actor, channel,
    conversation_id, assignment_number, message_id, inbox_id, outbox_id, agent, data. Instants are UTC to the microsecond
    (2026-11-22T08:00:00.000000Z), what is empty is null, and a number without a fraction is written without one.
    """
    values = dict(zip(_FIELDS, event, strict=False))
    values["at"], values["recorded_at"] = _instant(values["at"]), _instant(values["recorded_at"])
    values["data"] = _plain(values["data"])
    return _encode(values).encode("ascii")


def genesis(instance: str) -> str:
    """What stands in the place of a hash before the first event: SHA-256, in hex, of `ventanilla ` and the installation's
    instance (`status` prints it)."""
    return hashlib.sha256(f"ventanilla {instance}".encode()).hexdigest()


def seal_pending(connection: sa.Connection, *, now: datetime, limit: int) -> Sequence[sa.Row[Any]]:
    """Seal up to `limit` events that have no seal yet and return them in the order of the chain.

    The caller holds the books (`lock_books`). Fewer than `limit` means that there are no more. An event that was committed
    after one with a higher id is found too, and comes later in the chain. Where nothing is new nothing is written.
    """
    window = open_window(connection, lock_books(connection).get(_NOTE, {}), now=now)
    rows = connection.execute(_PENDING, {"floor": window.begins, "most": limit}).all()
    if rows:
        newest = _chain(connection, rows, now)
        note_in_books(connection, **{_HEAD: {"number": newest.number, "hash": newest.hash}})
    highest = max((row.id for row in rows), default=0)
    note_in_books(
        connection, **{_NOTE: move_window(connection, window, to=highest, all_seen=len(rows) < limit, now=now)}
    )
    return rows


def head(connection: sa.Connection) -> Seal | None:
    """The newest seal; None where nothing was sealed yet. Written down elsewhere, it proves all that came before it."""
    row = connection.execute(_LAST).one_or_none()
    return None if row is None else Seal(number=row.number, hash=row.hash)


def head_in_books(connection: sa.Connection) -> Seal | None:
    """The newest seal as the books have it: that of a chain whose end was cut off."""
    noted = (connection.scalar(sa.select(bookkeeping.c.data)) or {}).get(_HEAD)
    return None if noted is None else Seal(number=int(noted["number"]), hash=str(noted["hash"]))


def seal_at(connection: sa.Connection, number: int) -> Seal | None:
    """The seal of this number; None where the chain does not reach it, or it is gone."""
    row = connection.execute(sa.select(seals).where(seals.c.number == number)).one_or_none()
    return None if row is None else Seal(number=row.number, hash=row.hash)


def verify(connection: sa.Connection) -> Iterator[Link]:
    """Every seal from the first on, compared with its event; read in pieces, so that memory does not grow.

    After one that does not hold, the next is compared with the hash that stands there: each change is found where it is.
    """
    installation = known_installation(connection)
    before, number = genesis(installation.instance if installation else ""), 0
    query: sa.Select[Any] = (
        sa.select(*_EVENT, seals.c.number, seals.c.event_id, seals.c.hash)
        .select_from(seals.outerjoin(events, events.c.id == seals.c.event_id))
        .order_by(seals.c.number)
        .execution_options(yield_per=1_000)
    )
    for row in connection.execute(query):
        there = row[0] is not None
        holds = there and _hash(before, canonical(row)) == row.hash
        yield Link(
            number=row.number,
            event_id=row.event_id,
            follows=row.number == number + 1,
            event_is_there=there,
            holds=holds,
        )
        before, number = row.hash, row.number


def _chain(connection: sa.Connection, rows: Sequence[sa.Row[Any]], now: datetime) -> Seal:
    last = head(connection)
    number = last.number if last else 0
    before = last.hash if last else genesis(ensure_installation(connection, now=now).instance)
    made: list[tuple[int, int, str]] = []
    for row in rows:
        number, before = number + 1, _hash(before, canonical(row))
        made.append((number, row[0], before))
    connection.exec_driver_sql(_INSERT[connection.dialect.name], made)
    return Seal(number=number, hash=before)


def _hash(before: str, event: bytes) -> str:
    return hashlib.sha256(before.encode("ascii") + b"\n" + event).hexdigest()


def _plain(value: Any) -> Any:
    """As JSON keeps it on both engines: PostgreSQL reads 1e20 back as a whole number, SQLite as a fraction."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"
