"""Whether the events in a ZIP of evidence are still those of the store that it was made from, and all. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from reports.evidence.verifying import Verified
from ventanilla.store.installation import known_installation
from ventanilla.store.seals import seal_at
from ventanilla.store.tables import conversations, events, seals

_TOLD = 5
_AT_ONCE = 500
_LARGEST_ID = 2**63


def compare_with_store(connection: sa.Connection, found: Verified) -> tuple[str, ...] | None:
    """What differs, a sentence each, between the links in the ZIP and the store's own of the same numbers, and which of the case's
    that were sealed when it was made are not in it; None where the ZIP is another installation's. What the log holds behind
    those seals is `audit`'s matter."""
    here = known_installation(connection)
    if here is None or here.instance != found.installation:
        return None
    return (*_other_hashes(connection, found), *_left_out(connection, found))


def _other_hashes(connection: sa.Connection, found: Verified) -> Iterator[str]:
    told = [(f"event {number}", number, hash_) for number, hash_ in found.chain]
    if found.head[0]:
        told.append((f"seal.json: number {found.head[0]}", *found.head))
    for what, number, hash_ in told:
        seal = seal_at(connection, number)
        if seal is None or seal.hash != hash_:
            yield f"{what} of the chain: in this store stands {'nothing' if seal is None else 'another hash'}"


def _left_out(connection: sa.Connection, found: Verified) -> Iterator[str]:
    """Events up to the ZIP's own head, of the cases that it tells of: what was merged into them later is none of them."""
    own = connection.scalars(sa.select(conversations.c.id).where(conversations.c.key == found.key))
    cases = sorted({one for one in found.cases if 0 < one < _LARGEST_ID} | set(own))
    known = {number for number, _ in found.chain}
    missing: list[int] = []
    for start in range(0, len(cases), _AT_ONCE):
        mine = sa.select(seals.c.number).join(events, events.c.id == seals.c.event_id)
        mine = mine.where(events.c.conversation_id.in_(cases[start : start + _AT_ONCE]))
        mine = mine.where(seals.c.number <= found.head[0])
        missing += [number for number in connection.scalars(mine) if number not in known]
    if missing:
        which = ", ".join(map(str, sorted(missing)[:_TOLD])) + (" …" if len(missing) > _TOLD else "")
        many = (
            "1 event of this case that was" if len(missing) == 1 else f"{len(missing):,} events of this case that were"
        )
        yield f"{many} sealed by then {'is' if len(missing) == 1 else 'are'} not in the ZIP: number {which}"
