"""Forgets a customer, a bounded transaction at a time: their words go, times, owners and figures stay. Says what stands in the way.

Killed at any moment it has done some of it; done again it goes on and finishes. The addresses go last: until then what the
customer writes comes in as ever, and a case that it opens stands in the way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa

from router.house import House
from router.keeping import Kept, why_kept
from ventanilla.errors import BadInput, Conflict
from ventanilla.store.conversations import lock_case
from ventanilla.store.engine import Store
from ventanilla.store.erasing.blanking import (
    blank_case,
    blank_letters,
    blank_messages,
    drop_blobs,
    forget_originals,
    strike_out,
)
from ventanilla.store.erasing.closing import close_contacts
from ventanilla.store.erasing.old_cases import is_forgotten
from ventanilla.store.erasing.scanning import letters_about, loose_items, words_of
from ventanilla.store.erasing.whose import Whose, said_elsewhere, whose_data
from ventanilla.store.events import Journal
from ventanilla.store.linking import begin_contact_change, lock_addresses_of
from ventanilla.store.search import sweep_index
from ventanilla.store.tables import attachments, contacts, messages, notes, outbox
from ventanilla.words import EventKind

_AT_ONCE = 200
"""Rows of one transaction."""

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What would go and what stays. `counts`: how many cases, messages, files, notes, letters, items of the ledger that are no
    message, addresses. `kept`: every reason that stands in the way; `left` the cases that stay for one."""

    contact_id: int
    names: tuple[str, ...]
    addresses: tuple[str, ...]
    cases: dict[int, str]
    counts: dict[str, int]
    kept: tuple[Kept, ...]

    @property
    def left(self) -> dict[int, str]:
        stay = {one.case_id for one in self.kept}
        return {case_id: key for case_id, key in self.cases.items() if case_id in stay}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What the log says of a case whose words went: why, by whom, and more ids and codes."""

    why: str
    by: str
    more: Mapping[str, Any] = field(default_factory=dict)


class Held(BadInput):
    """Something of the customer's may not be erased: `kept` says what, why and until when."""

    def __init__(self, kept: Sequence[Kept]) -> None:
        self.kept = tuple(kept)
        keys = ", ".join(dict.fromkeys(one.key for one in kept))
        super().__init__(f"nothing was erased: {keys} must stay (erase the rest with --except-held)")


def plan_erasure(store: Store, house: House, contact_id: int, *, now: datetime, except_held: bool) -> Plan:
    """Look at everything and change nothing. Raises BadInput for a contact who was erased."""
    with store.read() as connection:
        whose = _whose(connection, contact_id)
        kept = why_kept(connection, house, [*whose.cases, *whose.elsewhere], now=now)
        kept = [one for one in kept if one.case_id in whose.cases or one.case_id in _spoken_in(connection, whose)]
        stay = {one.case_id for one in kept} if except_held else set()
        cases = [case_id for case_id in whose.cases if case_id not in stay]
        whole = not kept
        counts = _counts(connection, store, whose, cases, whole=whole)
    return Plan(
        contact_id=contact_id,
        names=whose.names,
        addresses=whose.values,
        cases=whose.cases,
        counts=counts,
        kept=tuple(kept),
    )


def erase(
    store: Store, house: House, plan: Plan, *, clock: Callable[[], datetime], actor: str, except_held: bool, tell: Tell
) -> dict[str, int]:
    """Do what the plan says; returns its counts. Raises Held where something stands in the way (with `except_held`: only what
    came since), Conflict where the customer's addresses changed meanwhile."""
    if plan.kept and not except_held:
        raise Held(plan.kept)
    started = clock()
    cases = [case_id for case_id in plan.cases if case_id not in plan.left]
    for number, case_id in enumerate(cases, start=1):
        trace = Trace(why="erased", by=actor, more={"contact": plan.contact_id})
        still = partial(_still_free, house=house, case_id=case_id, clock=clock)
        erase_case(store, case_id, plan.addresses, still=still, trace=trace, started=started, clock=clock)
        if number % 20 == 0:
            tell(f"{number:,} of {len(cases):,} cases")
    _erase_loose(store, house, plan.contact_id, cases, started=started, whole=not plan.kept)
    sweep_index(store)  # before they are nobody: afterwards a repeat finds nobody to go on with
    empty_the_log_file(store)
    _finish(store, house, plan, cases, now=clock(), actor=actor)
    empty_the_log_file(store)
    return plan.counts


def _whose(connection: sa.Connection, contact_id: int) -> Whose:
    row = connection.execute(sa.select(contacts).where(contacts.c.id == contact_id)).one_or_none()
    if row is None:
        raise BadInput(f"there is no contact {contact_id}; `ventanilla contacts` lists them with their ids")
    if row.erased_at is not None:
        raise BadInput(f"contact {contact_id} was erased on {row.erased_at:%Y-%m-%d}: nothing of them is left")
    return whose_data(connection, contact_id)


def _spoken_in(connection: sa.Connection, whose: Whose) -> set[int]:
    """The cases of others in which they wrote something themselves."""
    said = said_elsewhere(connection, whose)
    return set(connection.scalars(sa.select(messages.c.conversation_id).where(messages.c.id.in_(said))))


def _counts(
    connection: sa.Connection, store: Store, whose: Whose, cases: Sequence[int], *, whole: bool
) -> dict[str, int]:
    found = count_words(connection, cases)
    loose = 0
    if whole:
        found["messages"] += len(said_elsewhere(connection, whose))
        found["letters"] += sum(1 for _ in letters_about(connection, whose))
        theirs = frozenset(_came_in(connection, [*whose.cases]))
        loose = sum(1 for _ in loose_items(connection, whose, blobs=store.blobs, theirs=theirs))
    return {"cases": len(cases), **found, "items": loose, "addresses": len(whose.addresses) if whole else 0}


def count_words(connection: sa.Connection, cases: Sequence[int]) -> Counter[str]:
    """How many messages, files, notes and letters these cases have."""
    found = Counter(dict.fromkeys(("messages", "files", "notes", "letters"), 0))
    for some in _parts(cases):
        of_these = messages.c.conversation_id.in_(some)
        found["messages"] += _count(connection, messages, of_these)
        found["files"] += _count(connection, attachments.join(messages), of_these)
        found["notes"] += _count(connection, notes, notes.c.conversation_id.in_(some))
        found["letters"] += _count(connection, outbox, outbox.c.conversation_id.in_(some))
    return found


def _count(connection: sa.Connection, table: sa.FromClause, condition: sa.ColumnElement[bool]) -> int:
    return int(connection.scalar(sa.select(sa.func.count()).select_from(table).where(condition)) or 0)


def erase_case(
    store: Store,
    case_id: int,
    values: Sequence[str],
    *,
    still: Callable[[sa.Connection], None],
    trace: Trace,
    started: datetime,
    clock: Callable[[], datetime],
) -> Counter[str]:
    """Take the words out of one case, a bounded transaction at a time, and leave one event that says so; `values` are the
    customer's addresses. `still` is asked in each transaction, under the case's lock, and raises what stands in the way. Returns
    how many of what it found. Done before, it does it again and leaves no second event."""
    with store.read() as connection:
        query = sa.select(messages.c.id).where(messages.c.conversation_id == case_id).order_by(messages.c.id)
        ids = list(connection.scalars(query))
        found = count_words(connection, [case_id])
    for some in _parts(ids):
        with writing(store) as connection:
            lock_case(connection, case_id)
            still(connection)
            blank_messages(connection, some, blobs=store.blobs, before=started)
    with writing(store) as connection:
        lock_case(connection, case_id)
        still(connection)
        drop_blobs(connection, blank_case(connection, case_id, values=values), blobs=store.blobs, before=started)
        if not is_forgotten(connection, case_id):
            journal = Journal(now=clock(), actor=trace.by)
            data = {"why": trace.why, **found, **trace.more}
            journal.add(EventKind.CASE_FORGOTTEN, conversation_id=case_id, data=data)
            journal.flush(connection)
    return found


def _still_free(connection: sa.Connection, *, house: House, case_id: int, clock: Callable[[], datetime]) -> None:
    """Nothing stands in the way still. Raises Held."""
    if kept := why_kept(connection, house, [case_id], now=clock()):
        raise Held(kept)


def _erase_loose(
    store: Store, house: House, contact_id: int, cases: Sequence[int], *, started: datetime, whole: bool
) -> None:
    """What hangs on no case of theirs. Where some of their cases stay, only the copies of what went."""
    with store.read() as connection:
        whose = whose_data(connection, contact_id)
        theirs = frozenset(_came_in(connection, cases))
        about = whose if whole else Whose(contacts=(), addresses=(), names=(), cases={}, elsewhere=())
        items = list(loose_items(connection, about, blobs=store.blobs, theirs=theirs))
        said = said_elsewhere(connection, whose) if whole else []
        letters = [row.id for row in letters_about(connection, whose)] if whole else []
    for some in _parts(items):
        with writing(store) as connection:
            drop_blobs(connection, forget_originals(connection, some), blobs=store.blobs, before=started)
    for some in _parts(letters):
        with writing(store) as connection:
            rows = connection.execute(sa.select(outbox).where(outbox.c.id.in_(some))).all()
            blank_letters(connection, rows, values=whose.values, words=words_of(whose))
    for some in _parts(said):
        with writing(store) as connection:
            blank_messages(connection, some, blobs=store.blobs, before=started)
    for some in _parts(whose.elsewhere if whole else ()):
        with writing(store) as connection:
            strike_out(connection, some, whose.values)


def _came_in(connection: sa.Connection, cases: Collection[int]) -> Iterator[int]:
    for some in _parts(cases):
        query = sa.select(messages.c.inbox_id).where(messages.c.conversation_id.in_(some))
        yield from connection.scalars(query.where(messages.c.inbox_id.is_not(None)))


def _finish(store: Store, house: House, plan: Plan, cases: Sequence[int], *, now: datetime, actor: str) -> None:
    journal = Journal(now=now, actor=actor)
    stayed = [{"case": one.case_id, "why": one.why, "until": one.until and one.until.isoformat()} for one in plan.kept]
    data: dict[str, Any] = {"contact": plan.contact_id, **plan.counts, "left": sorted(plan.left), "erased": list(cases)}
    data |= {"kept": stayed} if stayed else {}
    with writing(store) as connection:
        begin_contact_change(connection)
        whose = _whose(connection, plan.contact_id)
        lock_addresses_of(connection, whose.contacts)
        if whose.values != plan.addresses:
            raise Conflict("an address was linked to this customer or taken away meanwhile: look again, and repeat")
        if not plan.kept:
            new = [case_id for case_id in whose.cases if case_id not in plan.cases]
            if kept := why_kept(connection, house, new, now=now):
                raise Held(kept)
            if new:
                raise Conflict("the customer wrote meanwhile: look again, and repeat")
            close_contacts(connection, whose.contacts, now=now)
        journal.add(EventKind.ERASED, data=data)
        journal.flush(connection)


@contextmanager
def writing(store: Store) -> Iterator[sa.Connection]:
    """A transaction whose deleted words are overwritten in SQLite's file; PostgreSQL's own vacuum does it in its time."""
    with store.write() as connection:
        if store.is_sqlite:
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
        yield connection


def empty_the_log_file(store: Store) -> None:
    """SQLite keeps what it has written beside its file until this. Where somebody is reading, the next time."""
    if store.is_sqlite:
        raw = store.engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            raw.close()


def _parts(items: Iterable[int]) -> Iterator[list[int]]:
    whole = list(items)
    return (whole[start : start + _AT_ONCE] for start in range(0, len(whole), _AT_ONCE))
