"""What goes out: written with the change that causes it, claimed before it is sent, and never silently twice."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from ventanilla.store.deliveries import apply_kept_report, lock_report
from ventanilla.store.engine import Store
from ventanilla.store.insert import insert_ignoring
from ventanilla.store.later import later
from ventanilla.store.once import forget, note, noted, once
from ventanilla.store.reserved import take_id
from ventanilla.store.tables import outbox
from ventanilla.words import STAFF_TELEGRAM, DeliveryState, OutboxKind

MAYBE_SENT = "maybe_sent"
"""In the payload of a row that may have gone out: it is looked up before it is tried again."""

_PUT = insert_ignoring(outbox, outbox.c.id)
_PUT_AS = sa.insert(outbox)
_COUNTED = (OutboxKind.ACKNOWLEDGEMENT, OutboxKind.AUTOMATIC, OutboxKind.SERVICE)
_NOT_LET_THROUGH = (DeliveryState.HELD, DeliveryState.DROPPED)
_AUTOMATIC_SINCE = (
    sa.select(sa.func.count())
    .select_from(outbox)
    .where(outbox.c.kind.in_(_COUNTED))
    .where(outbox.c.agent.is_(None))
    .where(outbox.c.via != STAFF_TELEGRAM)
    .where(outbox.c.created_at > sa.bindparam("since"))
    .where(outbox.c.state.not_in(_NOT_LET_THROUGH))
)
_LAST_OF_KIND = sa.select(sa.func.max(outbox.c.created_at)).where(
    outbox.c.kind == sa.bindparam("kind"),
    outbox.c.recipient == sa.bindparam("recipient"),
    outbox.c.via == sa.bindparam("via"),
)
_AUTOMATIC_TO = _AUTOMATIC_SINCE.where(outbox.c.recipient == sa.bindparam("recipient"))
_AUTOMATIC_TO_EACH = (
    _AUTOMATIC_SINCE.with_only_columns(outbox.c.recipient, sa.func.count().label("many"))
    .where(outbox.c.recipient.in_(sa.bindparam("recipients", expanding=True)))
    .group_by(outbox.c.recipient)
)
_AT = sa.bindparam("at", type_=outbox.c.not_before.type)
_CLAIM = (
    sa.update(outbox)
    .where(outbox.c.id == sa.bindparam("row"), outbox.c.state == DeliveryState.PENDING, outbox.c.not_before <= _AT)
    .values(state=DeliveryState.SENDING, claimed_by=sa.bindparam("by"), sending_at=_AT)
    .values(attempts=outbox.c.attempts + 1, tried_at=sa.func.coalesce(outbox.c.tried_at, _AT))
    .returning(outbox)
)
_STATE = sa.select(outbox.c.state).where(outbox.c.id == sa.bindparam("row"))
_FIRST_WAY = sa.select(sa.func.min(outbox.c.via)).where(outbox.c.state == DeliveryState.PENDING)
_NEXT_WAY = _FIRST_WAY.where(outbox.c.via > sa.bindparam("after"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One row to be. `dedupe_key` names the occasion: the same occasion twice makes one row. `via` is a channel's name, or
    `apprise`. `payload` is what the sender needs (subject, text, headers …). `is_first`: there cannot be such an occasion yet."""

    kind: OutboxKind
    dedupe_key: str
    via: str
    recipient: str
    payload: Mapping[str, Any]
    state: DeliveryState = DeliveryState.PENDING
    reason: str | None = None
    agent: str | None = None
    conversation_id: int | None = None
    assignment_number: int | None = None
    message_id: str | None = None
    not_before: datetime | None = None
    is_first: bool = False


_COLUMNS = tuple(name for name in Letter.__dataclass_fields__ if name != "is_first")


def put_letter(connection: sa.Connection, letter: Letter, *, now: datetime) -> int | None:
    """Write the row in the caller's transaction; return its id, or None when this occasion already has one."""
    values = {name: getattr(letter, name) for name in _COLUMNS}
    values |= {"payload": dict(letter.payload), "created_at": now, "not_before": letter.not_before or now}
    row_id = take_id(connection, outbox)
    if row_id is not None and letter.is_first:
        later(connection, _PUT_AS, [{"id": row_id, **values}])
    else:
        known = {} if row_id is None else {"id": row_id}
        row_id = connection.execute(_PUT[connection.dialect.name], {**known, **values}).scalar_one_or_none()
    if row_id is None:
        return None
    forget(connection, ("automatic to", letter.recipient))
    is_counted = letter.kind in _COUNTED and letter.agent is None and letter.via != STAFF_TELEGRAM
    if is_counted and letter.state not in _NOT_LET_THROUGH:
        note(connection, "let through", (noted(connection, "let through") or 0) + 1)
    return int(row_id)


def due_letters(
    store: Store,
    *,
    now: datetime,
    each: int = 200,
    under_way: Mapping[str, Sequence[int]] | None = None,
    resting: Collection[str] = (),
    only: Collection[int] | None = None,
) -> list[sa.Row[Any]]:
    """Pending rows whose time has come, oldest first, at most `each` for each way out, so that a slow one hides no other's.

    `under_way` are rows by way out that are being seen to already: they count among those and are not returned. `resting` are
    ways out by which nothing goes just now, `only` the ids to choose among.
    """
    due = [outbox.c.state == DeliveryState.PENDING, outbox.c.not_before <= now]
    if only is not None:
        due.append(outbox.c.id.in_(only))
    found: list[sa.Row[Any]] = []
    with store.read() as connection:
        for via in _pending_ways(connection):
            busy = list((under_way or {}).get(via, ()))
            if len(busy) < each and via not in resting:
                mine = sa.select(outbox).where(*due, outbox.c.via == via, outbox.c.id.not_in(busy))
                oldest = mine.order_by(outbox.c.not_before, outbox.c.id).limit(each - len(busy))
                found += connection.execute(oldest)
    return sorted(found, key=lambda row: (row.not_before, row.id))


def claim_letter(store: Store, row_id: int, *, by: str, now: datetime) -> sa.Row[Any] | None:
    """`claim` in a transaction of its own."""
    with store.write() as connection:
        return claim(connection, row_id, by=by, now=now)


def claim(connection: sa.Connection, row_id: int, *, by: str, now: datetime) -> sa.Row[Any] | None:
    """Say `sending`, which is to be committed before the provider is called; None when somebody else was first, or it was put off
    meanwhile.

    The first claim is `tried_at`.
    """
    return connection.execute(_CLAIM, {"row": row_id, "by": by, "at": now}).one_or_none()


def finish_letter(
    connection: sa.Connection, row: sa.Row[Any], state: DeliveryState, *, reason: str | None = None, **columns: Any
) -> bool:
    """Write down how a claimed row ended, if the claim still stands. Whether it did.

    A row that becomes `sent` under an id about which its provider has reported already becomes what that says.
    """
    external_id = columns.get("external_id") if state is DeliveryState.SENT else None
    if external_id is not None:
        lock_report(connection, row.via, external_id)
    values = {"state": state, "reason": reason, "claimed_by": None, "sending_at": None, **columns}
    facts = {f"new_{name}": value for name, value in values.items()}
    mine = {"row": row.id, "by": row.claimed_by}
    finished = connection.execute(_finish(tuple(values)), mine | facts).rowcount == 1
    if finished and external_id is not None:
        apply_kept_report(connection, row.id, row.via, external_id, now=columns["sent_at"])
    return finished


@cache
def _finish(columns: tuple[str, ...]) -> sa.Update:
    """The statement that ends a claim and sets these columns, built once."""
    mine = (outbox.c.id == sa.bindparam("row")) & (outbox.c.claimed_by == sa.bindparam("by"))
    new: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in columns}
    return sa.update(outbox).where(mine, outbox.c.state == DeliveryState.SENDING).values(new)


def put_off_letter(connection: sa.Connection, row: sa.Row[Any], *, until: datetime, **columns: Any) -> bool:
    """A claimed row was not tried after all: it waits, as if never claimed, and whatever else is to go the same way to the same
    recipient waits behind it. Whether the claim still stood."""
    as_before = {"attempts": row.attempts - 1, "tried_at": row.tried_at if row.attempts > 1 else None}
    mine = finish_letter(
        connection, row, DeliveryState.PENDING, reason=row.reason, not_before=until, **as_before, **columns
    )
    behind = (outbox.c.via == row.via) & (outbox.c.recipient == row.recipient) & (outbox.c.not_before < until)
    pending = (outbox.c.state == DeliveryState.PENDING) & behind
    connection.execute(sa.update(outbox).where(pending).values(not_before=until))
    return mine


def taken_ids(connection: sa.Connection, row: sa.Row[Any], *, since: datetime) -> frozenset[str]:
    """The ids under which other things of ours went out the same way to the same recipient since then."""
    query = sa.select(outbox.c.external_id).where(
        outbox.c.kind.in_(list(OutboxKind)),
        outbox.c.recipient == row.recipient,
        outbox.c.via == row.via,
        outbox.c.id != row.id,
        outbox.c.sent_at >= since,
        outbox.c.external_id.is_not(None),
    )
    return frozenset(connection.scalars(query))


def has_failed(connection: sa.Connection, row_id: int) -> bool:
    """Whether a row has failed by now, be it by what its provider had reported before it was written down as sent."""
    state = connection.scalar(_STATE, {"row": row_id})
    return bool(state == DeliveryState.FAILED)


def keep_claims(store: Store, *, by: str, now: datetime) -> int:
    """Say that this process is still at work on what it claimed and has not finished; returns how many rows those are."""
    mine = (outbox.c.state == DeliveryState.SENDING) & (outbox.c.claimed_by == by)
    with store.write() as connection:
        return connection.execute(sa.update(outbox).where(mine).values(sending_at=now)).rowcount


def abandoned_letters(store: Store, *, before: datetime) -> list[sa.Row[Any]]:
    """Rows left `sending` by a process that died: they may have gone out."""
    query = sa.select(outbox).where(outbox.c.state == DeliveryState.SENDING, outbox.c.sending_at < before)
    with store.read() as connection:
        return list(connection.execute(query))


def change_letters(
    connection: sa.Connection, ids: Sequence[int], old: Sequence[DeliveryState], **columns: Any
) -> list[int]:
    """Change these rows where they still are in one of the old states; return the ids that were."""
    change = sa.update(outbox).where(outbox.c.id.in_(ids), outbox.c.state.in_(old)).values(**columns)
    return list(connection.scalars(change.returning(outbox.c.id)))


def automatic_since(connection: sa.Connection, since: datetime, *, recipient: str | None = None) -> int:
    """How many acknowledgements and greetings were let through since then (in all, or to one recipient): what the brake and the
    limit count."""
    if recipient is None:
        return _let_through(connection, since)
    facts = {"since": since, "recipient": recipient}
    known = noted(connection, ("automatic to", recipient))
    return int(known[1] if known and known[0] == since else connection.scalar(_AUTOMATIC_TO, facts) or 0)


def ask_automatic_ahead(connection: sa.Connection, recipients: Sequence[str], *, since: datetime) -> None:
    """Count once what `automatic_since` will be asked for by a batch."""
    rows = connection.execute(_AUTOMATIC_TO_EACH, {"since": since, "recipients": list(recipients)})
    counts = {row.recipient: row.many for row in rows}
    for recipient in recipients:
        note(connection, ("automatic to", recipient), (since, counts.get(recipient, 0)))


def _let_through(connection: sa.Connection, since: datetime) -> int:
    """Counted once in a transaction, and with what it has let through itself from then on."""
    ours = noted(connection, "let through") or 0
    counted, before = once(
        connection,
        ("let through", since),
        lambda: (int(connection.scalar(_AUTOMATIC_SINCE, {"since": since}) or 0), ours),
    )
    return counted + ours - before


def last_of_kind(connection: sa.Connection, kind: OutboxKind, *, via: str, recipient: str) -> datetime | None:
    """When something of this kind was last written for this recipient on this way out; None if never."""
    found: datetime | None = connection.scalar(_LAST_OF_KIND, {"kind": kind, "via": via, "recipient": recipient})
    return found


def _pending_ways(connection: sa.Connection) -> list[str]:
    """The ways out by which anything is to go at all: one look into the index for each, however much waits."""
    ways: list[str] = []
    via = connection.scalar(_FIRST_WAY)
    while via is not None:
        ways.append(via)
        via = connection.scalar(_NEXT_WAY, {"after": via})
    return ways


def files_to_go(connection: sa.Connection) -> frozenset[str]:
    """SHA-256 of every file of the house's own (a report) that goes with a letter which has not gone out, or may not have."""
    unsettled = (DeliveryState.PENDING, DeliveryState.HELD, DeliveryState.SENDING, DeliveryState.UNKNOWN)
    query = sa.select(outbox.c.payload).where(outbox.c.kind == OutboxKind.DIGEST, outbox.c.state.in_(unsettled))
    payloads = connection.scalars(query)
    return frozenset(str(one["sha256"]) for payload in payloads for one in payload.get("files", ()))


def back_off(
    attempts: int, *, base: timedelta = timedelta(seconds=5), most: timedelta = timedelta(minutes=15)
) -> timedelta:
    """How long to wait after the nth failed attempt: doubling, bounded."""
    return min(base * int(2 ** min(attempts - 1, 20)), most)
