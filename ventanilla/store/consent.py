"""Who wants nothing more sent to an address of theirs, and since when. Refuses nothing itself.

The wish of a customer who was erased outlives them, as a mark of the address that only this installation's key can make again.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from ventanilla.channel import Party
from ventanilla.store.insert import insert_ignoring
from ventanilla.store.installation import known_installation
from ventanilla.store.once import forget, note, once
from ventanilla.store.tables import addresses, erased_opt_outs, events
from ventanilla.words import AddressKind, EventKind

_THIS = (addresses.c.kind == sa.bindparam("of_kind")) & (addresses.c.value == sa.bindparam("at"))
_OPT_OUT = (
    sa.update(addresses).where(_THIS, addresses.c.opted_out_at.is_(None)).values(opted_out_at=sa.bindparam("since"))
)
_OPT_IN = sa.update(addresses).where(_THIS, addresses.c.opted_out_at.is_not(None)).values(opted_out_at=None)
_SINCE = sa.select(sa.func.min(addresses.c.opted_out_at)).where(
    addresses.c.kind.in_(tuple(AddressKind)), addresses.c.value == sa.bindparam("at")
)
_SINCE_OF = (
    sa.select(addresses.c.value, sa.func.min(addresses.c.opted_out_at).label("since"))
    .where(addresses.c.kind.in_(tuple(AddressKind)), addresses.c.value.in_(sa.bindparam("at", expanding=True)))
    .group_by(addresses.c.value)
)
_MARKED = sa.select(erased_opt_outs.c.opted_out_at).where(erased_opt_outs.c.mark == sa.bindparam("mark"))
_ANY_MARKED = sa.select(erased_opt_outs.c.mark).limit(1)
_KEEP = insert_ignoring(erased_opt_outs)
_LATER_WISHES = sa.select(events.c.data).where(events.c.kind == EventKind.CONSENT, events.c.at > sa.bindparam("since"))


def opt_out(connection: sa.Connection, party: Party, *, at: datetime) -> bool:
    """Nothing more is wanted at this address. Whether that is news; a repeat keeps the first time."""
    forget(connection, ("opted out", party.address))
    facts = {"of_kind": party.kind, "at": party.address, "since": at}
    return connection.execute(_OPT_OUT, facts).rowcount == 1


def opt_in(connection: sa.Connection, party: Party) -> bool:
    """It is wanted again. Whether that is news."""
    forget(connection, ("opted out", party.address))
    marked = sa.delete(erased_opt_outs).where(erased_opt_outs.c.mark == _mark(connection, party.address))
    forgotten = connection.execute(marked).rowcount == 1
    return connection.execute(_OPT_IN, {"of_kind": party.kind, "at": party.address}).rowcount == 1 or forgotten


def opted_out_at(connection: sa.Connection, address: str) -> datetime | None:
    """Since when nothing is wanted at this address, of whatever kind it is; None where it is."""
    return once(connection, ("opted out", address), lambda: _opted_out_at(connection, address))


def ask_wishes_ahead(connection: sa.Connection, wanted: Sequence[str]) -> None:
    """Look once for all addresses that a batch will ask `opted_out_at` for."""
    if once(connection, "marks", lambda: connection.scalar(_ANY_MARKED)) is None:
        since = {row.value: row.since for row in connection.execute(_SINCE_OF, {"at": list(wanted)})}
        for address in wanted:
            note(connection, ("opted out", address), since.get(address))


def _opted_out_at(connection: sa.Connection, address: str) -> datetime | None:
    found: datetime | None = connection.scalar(_SINCE, {"at": address})
    if found is None and once(connection, "marks", lambda: connection.scalar(_ANY_MARKED)) is not None:
        found = connection.scalar(_MARKED, {"mark": _mark(connection, address)})
    return found


def keep_wishes(connection: sa.Connection, contact_ids: Sequence[int]) -> None:
    """Before these customers' addresses go: what they want nothing more at is still known, and nobody can tell whose it was."""
    theirs = sa.select(addresses.c.value, addresses.c.opted_out_at).where(
        addresses.c.contact_id.in_(contact_ids), addresses.c.opted_out_at.is_not(None)
    )
    for row in connection.execute(theirs.order_by(addresses.c.opted_out_at)).all():
        values = {"mark": _mark(connection, row.value), "opted_out_at": row.opted_out_at}
        connection.execute(_KEEP[connection.dialect.name], values)


def said_otherwise_since(connection: sa.Connection, contact_id: int, kind: AddressKind, *, since: datetime) -> bool:
    """Whether a later wish of this contact's, at an address of this kind, has been written down already."""
    later = connection.scalars(_LATER_WISHES, {"since": since})
    return any((data["contact"], data["kind"]) == (contact_id, kind) for data in later)


def _mark(connection: sa.Connection, address: str) -> str:
    known = once(connection, "installation", lambda: known_installation(connection))
    key = known.signing_key if known is not None else b""
    return hmac.new(key, b"opted out\0" + address.encode(), hashlib.sha256).hexdigest()
