"""Forgets what has come to its term, a bounded piece after another: each is done and in the log, or is not. Decides no term.

Killed at any moment it has done some of it; begun again it goes on, and finishes. Two at once do nothing twice: each piece is
looked at again under its case's lock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

import sqlalchemy as sa

from router.erasing import Held, Trace, empty_the_log_file, erase_case, writing
from router.house import House
from router.keeping import why_kept
from router.retention.due import items_in_parts, letters_in_parts
from router.retention.terms import Terms
from ventanilla.errors import Conflict
from ventanilla.store.engine import Store
from ventanilla.store.erasing.closing import close_contacts
from ventanilla.store.erasing.leftovers import AT_ONCE, forget_items, forget_letters, forget_looks, forget_sessions
from ventanilla.store.erasing.old_cases import last_said, old_cases
from ventanilla.store.erasing.silent import is_silent, maybe_silent
from ventanilla.store.events import Journal
from ventanilla.store.linking import begin_contact_change, lock_addresses_of
from ventanilla.store.search import sweep_index
from ventanilla.store.tables import addresses, conversations, events, participants
from ventanilla.words import EventKind

ACTOR = "retention"
Clock = Callable[[], datetime]
Step = Counter[str]
"""What one piece came to: cases, messages, files, notes, letters, items, customers, looks, sessions; `looked` alone for nothing."""


def forget_due(store: Store, house: House, terms: Terms, *, clock: Clock, actor: str = ACTOR) -> Iterator[Step]:
    """All that is due by now, in pieces: between two of them whoever asks may wait, or stop for good."""
    began, total = clock(), Counter[str]()
    for step in _pieces(store, house, terms, began=began, clock=clock, actor=actor):
        total += step
        yield step
    if +total or _was_cut_short(store):
        sweep_index(store)
        _note(
            store, EventKind.RETENTION_DONE, Counter({k: n for k, n in total.items() if k != "looked"}), clock(), actor
        )
        if store.is_sqlite:
            empty_the_log_file(store)


def _pieces(store: Store, house: House, terms: Terms, *, began: datetime, clock: Clock, actor: str) -> Iterator[Step]:
    if terms.keep is not None:
        before = began - terms.keep
        yield from _cases(store, house, terms, before=before, clock=clock, actor=actor)
        yield from _letters(store, terms, began=began, actor=actor)
        yield from _customers(store, before=before, clock=clock, actor=actor)
    yield from _items(store, terms, began=began, actor=actor)
    if terms.trail is not None:
        yield from _trail(store, began=began, before=began - terms.trail, actor=actor)


def _cases(store: Store, house: House, terms: Terms, *, before: datetime, clock: Clock, actor: str) -> Iterator[Step]:
    last = 0
    while True:
        with store.read() as connection:
            ids = old_cases(connection, before=before, after=last, limit=AT_ONCE)
        for case_id in ids:
            yield _case(store, house, case_id, terms, before=before, clock=clock, actor=actor)
        if len(ids) < AT_ONCE:
            return
        last = ids[-1]


def _case(
    store: Store, house: House, case_id: int, terms: Terms, *, before: datetime, clock: Clock, actor: str
) -> Step:
    still = partial(_still_due, house=house, case_id=case_id, before=before, clock=clock)
    try:
        with store.read() as connection:
            still(connection)
            values, ended = _addresses(connection, case_id), last_said(connection, case_id)
        more = {"keep": terms.written()["keep"], "ended_at": ended and ended.isoformat()}
        trace = Trace(why="retention", by=actor, more=more)
        found = erase_case(store, case_id, values, still=still, trace=trace, started=clock(), clock=clock)
    except (Held, Conflict):  # of what is held nothing was touched; of what somebody took up again nothing more is
        return Counter({"looked": 1})
    return Counter({"cases": 1, **found})


def _still_due(connection: sa.Connection, *, house: House, case_id: int, before: datetime, clock: Clock) -> None:
    """Raises Held for what stands in the way, Conflict for what is not old enough any more."""
    if kept := why_kept(connection, house, [case_id], now=clock()):
        raise Held(kept)
    said = last_said(connection, case_id)
    if said is None or said >= before:
        raise Conflict(f"case {case_id} was taken up again")


def _addresses(connection: sa.Connection, case_id: int) -> list[str]:
    """Every address that letters about the case may name."""
    case = connection.execute(sa.select(conversations).where(conversations.c.id == case_id)).one()
    took_part = sa.select(participants.c.value).where(participants.c.conversation_id == case_id)
    known = sa.select(addresses.c.value).where(addresses.c.contact_id == case.contact_id)
    return sorted({case.address, *connection.scalars(took_part), *connection.scalars(known)} - {""})


def _letters(store: Store, terms: Terms, *, began: datetime, actor: str) -> Iterator[Step]:
    with store.read() as connection:
        parts = [found.ids for found in letters_in_parts(connection, terms, now=began)]
    for ids in filter(None, parts):
        with writing(store) as connection:
            yield _noted(connection, "letters", forget_letters(connection, ids), began, actor)


def _items(store: Store, terms: Terms, *, began: datetime, actor: str) -> Iterator[Step]:
    with store.read() as connection:
        parts = [found.ids for found in items_in_parts(connection, terms, now=began)]
    for ids in filter(None, parts):
        with writing(store) as connection:
            done = forget_items(connection, ids, blobs=store.blobs, now=began)
            yield _noted(connection, "items", done, began, actor)


def _customers(store: Store, *, before: datetime, clock: Clock, actor: str) -> Iterator[Step]:
    last = 0
    while True:
        with store.read() as connection:
            ids = maybe_silent(connection, before=before, after=last, limit=AT_ONCE)
        for contact_id in ids:
            yield _customer(store, contact_id, before=before, now=clock(), actor=actor)
        if len(ids) < AT_ONCE:
            return
        last = ids[-1]


def _customer(store: Store, contact_id: int, *, before: datetime, now: datetime, actor: str) -> Step:
    with store.read() as connection:
        if is_silent(connection, contact_id) is None:
            return Counter({"looked": 1})
    with writing(store) as connection:
        begin_contact_change(connection)
        whose = is_silent(connection, contact_id)
        if whose is None:
            return Counter({"looked": 1})
        lock_addresses_of(connection, whose.contacts)
        if contact_id not in maybe_silent(connection, before=before, after=contact_id - 1, limit=1):
            return Counter({"looked": 1})
        close_contacts(connection, whose.contacts, now=now)
        data = {"contact": contact_id, "why": "retention", "addresses": len(whose.addresses), "erased": []}
        journal = Journal(now=now, actor=actor)
        journal.add(EventKind.ERASED, data=data)
        journal.flush(connection)
    return Counter({"customers": 1})


def _trail(store: Store, *, began: datetime, before: datetime, actor: str) -> Iterator[Step]:
    for what, forget in (("looks", forget_looks), ("sessions", forget_sessions)):
        done = AT_ONCE
        while done == AT_ONCE:
            with writing(store) as connection:
                done = forget(connection, before=before, limit=AT_ONCE)
                step = _noted(connection, what, done, began, actor)
            yield step


def _noted(connection: sa.Connection, what: str, number: int, now: datetime, actor: str) -> Step:
    if number:
        journal = Journal(now=now, actor=actor)
        journal.add(EventKind.LEFTOVERS_FORGOTTEN, data={what: number})
        journal.flush(connection)
    return Counter({what: number})


def _note(store: Store, kind: EventKind, counts: Counter[str], now: datetime, actor: str) -> None:
    journal = Journal(now=now, actor=actor)
    journal.add(kind, data=dict(counts))
    with store.write() as connection:
        journal.flush(connection)


def _was_cut_short(store: Store) -> bool:
    """Whether words went that SQLite's index may still hold: whoever took them out did not come to its end."""
    with store.read() as connection:
        forgotten, done = (_newest(connection, kind) for kind in (EventKind.CASE_FORGOTTEN, EventKind.RETENTION_DONE))
    return forgotten > done


def _newest(connection: sa.Connection, kind: EventKind) -> int:
    query = sa.select(events.c.id).where(events.c.kind == kind).order_by(events.c.at.desc(), events.c.id.desc())
    return int(connection.scalar(query.limit(1)) or 0)
