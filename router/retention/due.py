"""What would be forgotten now, what stays though it is old enough, and when the next goes. Changes nothing.

However many cases there are: only those that something may hold are asked one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from router.erasing import count_words
from router.house import House
from router.keeping import LEGAL_KINDS, Kept, why_kept
from router.retention.terms import Terms
from ventanilla.store.engine import Store
from ventanilla.store.erasing.blanking import ON_ITS_WAY
from ventanilla.store.erasing.leftovers import Found, count_looks, old_items, old_letters
from ventanilla.store.erasing.old_cases import next_to_end, old_cases
from ventanilla.store.holds import in_force
from ventanilla.store.tables import clocks, conversations, legal_holds, outbox
from ventanilla.words import Metric

_PART = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """`goes`: how many cases, messages, files, notes, letters, items and looks. `kept`: every reason why something stays.
    `next_at`: when the next case comes to its term; None without one."""

    goes: dict[str, int] = field(default_factory=dict)
    kept: tuple[Kept, ...] = ()
    next_at: datetime | None = None


def find_due(store: Store, house: House, terms: Terms, *, now: datetime) -> Due:
    """All of it, as of one moment."""
    with store.read() as connection:
        old = old_cases(connection, before=now - terms.keep) if terms.keep else []
        kept = _kept(connection, house, old, now=now)
        stay = {one.case_id for one in kept}
        going = [case_id for case_id in old if case_id not in stay]
        goes = {"cases": len(going), **count_words(connection, going)}
        goes["letters"] += sum(len(found.ids) for found in letters_in_parts(connection, terms, now=now))
        goes["items"] = sum(len(found.ids) for found in items_in_parts(connection, terms, now=now))
        goes["looks"] = count_looks(connection, before=now - terms.trail) if terms.trail else 0
        soon = next_to_end(connection, since=now - terms.keep) if terms.keep else None
    return Due(goes=goes, kept=tuple(kept), next_at=soon + terms.keep if soon and terms.keep else None)


def items_in_parts(connection: sa.Connection, terms: Terms, *, now: datetime) -> Iterator[Found]:
    """Items that are due, some at a time."""
    if terms.items is None:
        return
    quarantined = None if terms.keep is None else now - max(terms.keep, terms.items)
    last, more = 0, True
    while more:
        found = old_items(connection, before=now - terms.items, quarantined_before=quarantined, after=last)
        yield found
        last, more = found.last, found.more


def letters_in_parts(connection: sa.Connection, terms: Terms, *, now: datetime) -> Iterator[Found]:
    """Letters of no case that are due, some at a time."""
    last, more = 0, terms.keep is not None
    while more:
        found = old_letters(connection, before=now - (terms.keep or timedelta(0)), after=last)
        yield found
        last, more = found.last, found.more


def _kept(connection: sa.Connection, house: House, old: Sequence[int], *, now: datetime) -> list[Kept]:
    roots = set(connection.scalars(_maybe_held(now)))
    found: list[Kept] = []
    for start in range(0, len(old), _PART):
        some = old[start : start + _PART]
        root = sa.func.coalesce(conversations.c.merged_into, conversations.c.id)
        rows = connection.execute(
            sa.select(conversations.c.id, root.label("root")).where(conversations.c.id.in_(some))
        ).all()
        asked = [row.id for row in rows if row.root in roots]
        found += why_kept(connection, house, asked, now=now) if asked else []
    return found


def _maybe_held(now: datetime) -> sa.Select[tuple[int]]:
    """Every case, by the one it was merged into, about which something may be kept back."""
    running = (clocks.c.metric == Metric.LEGAL) & clocks.c.stopped_at.is_(None)
    about = sa.union(
        sa.select(outbox.c.conversation_id).where(outbox.c.state.in_(ON_ITS_WAY)),
        sa.select(legal_holds.c.conversation_id).where(in_force(now)),
        sa.select(clocks.c.conversation_id).where(running),
        sa.select(conversations.c.id).where(conversations.c.kind.in_(LEGAL_KINDS)),
    ).subquery()
    there = conversations.join(about, about.c[0] == conversations.c.id)
    return sa.select(sa.func.coalesce(conversations.c.merged_into, conversations.c.id)).select_from(there).distinct()
