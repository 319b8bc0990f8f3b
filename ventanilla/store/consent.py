"""Who wants nothing more sent to an address of theirs, and since when. Refuses nothing itself."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from ventanilla.channel import Party
from ventanilla.store.tables import addresses, events
from ventanilla.words import AddressKind, EventKind

_THIS = (addresses.c.kind == sa.bindparam("of_kind")) & (addresses.c.value == sa.bindparam("at"))
_OPT_OUT = (
    sa.update(addresses).where(_THIS, addresses.c.opted_out_at.is_(None)).values(opted_out_at=sa.bindparam("since"))
)
_OPT_IN = sa.update(addresses).where(_THIS, addresses.c.opted_out_at.is_not(None)).values(opted_out_at=None)
_SINCE = sa.select(sa.func.min(addresses.c.opted_out_at)).where(
    addresses.c.kind.in_(tuple(AddressKind)), addresses.c.value == sa.bindparam("at")
)
_LATER_WISHES = sa.select(events.c.data).where(events.c.kind == EventKind.CONSENT, events.c.at > sa.bindparam("since"))


def opt_out(connection: sa.Connection, party: Party, *, at: datetime) -> bool:
    """Nothing more is wanted at this address. Whether that is news; a repeat keeps the first time."""
    facts = {"of_kind": party.kind, "at": party.address, "since": at}
    return connection.execute(_OPT_OUT, facts).rowcount == 1


def opt_in(connection: sa.Connection, party: Party) -> bool:
    """It is wanted again. Whether that is news."""
    return connection.execute(_OPT_IN, {"of_kind": party.kind, "at": party.address}).rowcount == 1


def opted_out_at(connection: sa.Connection, address: str) -> datetime | None:
    """Since when nothing is wanted at this address, of whatever kind it is; None where it is."""
    found: datetime | None = connection.scalar(_SINCE, {"at": address})
    return found


def said_otherwise_since(connection: sa.Connection, contact_id: int, kind: AddressKind, *, since: datetime) -> bool:
    """Whether a later wish of this contact's, at an address of this kind, has been written down already."""
    later = connection.scalars(_LATER_WISHES, {"since": since})
    return any((data["contact"], data["kind"]) == (contact_id, kind) for data in later)
