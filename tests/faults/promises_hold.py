"""What must be true of a house after every step, asked in other words than the product's audit asks it, and by that audit."""

from __future__ import annotations

from collections import Counter
from collections.abc import MutableSequence
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from tests.faults.tally import count_audit
from tests.faults.told_by_events import log_says_it_all
from tests.faults.whole_house import WORD, Day
from ventanilla.store import tables as t
from ventanilla.store.audit import audit
from ventanilla.store.outbox import MAYBE_SENT
from ventanilla.words import OWNED_STATES, DeliveryState, Direction, EventKind, InboxState, OutboxKind

HOUSE_ZONE = ZoneInfo("Europe/Madrid")
IN_TIME = ("pending_too_long", "sending_too_long")
"""What nobody has broken yet while nobody was asked to work."""
FORESEEN = {"reading_failed"}
"""What a day makes on purpose."""


def all_holds(day: Day, logged: MutableSequence[Any], *, at_rest: bool = False) -> None:
    """Every promise. `at_rest`: also that nothing is left undone. What the log says is looked at once."""
    no_promise_is_broken(day, at_rest=at_rest)
    each_open_case_has_one_owner(day)
    each_item_has_one_fate(day)
    nothing_is_said_twice(day)
    no_letter_goes_out_twice(day)
    what_was_reported_stays(day)
    what_was_taken_back_does_not_go(day)
    what_is_forgotten_is_nowhere(day)
    log_says_it_all(day.house)
    nothing_failed_unforeseen(logged)
    if at_rest:
        nothing_is_left_undone(day)


def no_promise_is_broken(day: Day, *, at_rest: bool = False) -> None:
    """The audit finds nothing. `at_rest`: nor anything that only waited to be done."""
    with day.house.store.read() as connection:
        found = audit(connection, blobs=day.house.store.blobs, now=day.house.now)
    if not at_rest:
        found = {name: number for name, number in found.items() if name not in IN_TIME}
    count_audit(found)
    assert {name: number for name, number in found.items() if number} == {}


def each_open_case_has_one_owner(day: Day) -> None:
    """Exactly one, and their load is what they own of what waits on us."""
    cases, people = day.house.rows(t.conversations), day.house.rows(t.agents)
    holding: dict[int, list[tuple[int, str]]] = {}
    for row in day.house.rows(t.assignments, lambda a: a.c.is_open == 1):
        holding.setdefault(row.conversation_id, []).append((row.number, row.agent))
    for case in cases:
        expected = [(case.assignment_number, case.owner)] if case.state in OWNED_STATES else []
        assert holding.get(case.id, []) == expected, case.key
    wait = Counter(case.owner for case in cases if case.state in OWNED_STATES and case.waiting_since is not None)
    assert {one.name: one.load for one in people if one.load} == dict(wait)


def each_item_has_one_fate(day: Day) -> None:
    """What is before a source's checkpoint stands in the ledger, by its key once; what was routed is one message, everything else
    none; and whatever became of an item, it stays so."""
    ledger = day.house.rows(t.inbox)
    keys = Counter((row.source, row.item_key) for row in ledger)
    assert not [key for key, times in keys.items() if times > 1]
    reached = {row.source: row.data["next"] for row in day.house.rows(t.checkpoints)}
    for shelf in day.shelves.values():
        assert {(shelf.name, item.key) for item in shelf.items[: reached.get(shelf.name, 0)]} <= set(keys)
    said = Counter(row.inbox_id for row in day.house.rows(t.messages, lambda m: m.c.inbox_id.is_not(None)))
    for row in ledger:
        assert row.state in set(InboxState)
        assert said[row.id] == (row.state == InboxState.ROUTED), (row.id, row.state)
        assert day.fates.get(row.id, InboxState.PENDING) in (InboxState.PENDING, row.state), row.id
    day.fates = {row.id: row.state for row in ledger}


def no_letter_goes_out_twice(day: Day) -> None:
    """By mail again only under its own id and marked; elsewhere never. One letter for each occasion. What says that it was sent
    was taken."""
    letters = {row.id: row for row in day.house.rows(t.outbox)}
    occasions = Counter(row.dedupe_key for row in letters.values())
    assert not [key for key, times in occasions.items() if times > 1]
    for name, post in day.posts.items():
        for number, taken in post.taken.items():
            assert len(taken) <= 1 or post.repeats, (name, number, taken)
            if number in letters and len(taken) > 1:
                assert len(taken) <= letters[number].attempts, (name, letters[number].kind, taken)
                assert letters[number].payload.get(MAYBE_SENT), (name, letters[number].kind, taken)
    for row in letters.values():
        if row.state == DeliveryState.SENT and row.via in day.posts and "mute" not in row.payload:
            assert day.posts[row.via].taken[row.id], f"letter {row.id} says sent; nobody took it"


def nothing_is_said_twice(day: Day) -> None:
    """What a customer sent stands in one case, once, by its provider's id; and no letter says to somebody what another one of its
    kind has said already. (What was erased says nothing.)"""
    channels = {case.id: (case.channel, case.account) for case in day.house.rows(t.conversations)}
    came_in = day.house.rows(t.messages, lambda m: (m.c.direction == Direction.IN) & m.c.external_id.is_not(None))
    ids = Counter((*channels[one.conversation_id], one.external_id) for one in came_in if one.edits is None)
    assert not [key for key, times in ids.items() if times > 1]
    said = Counter(_saying(row) for row in day.house.rows(t.outbox) if row.recipient and _words(row))
    twice = [one for one, times in said.items() if times > 1]
    rows = [row for row in day.house.rows(t.outbox) if row.recipient and _words(row) and _saying(row) in twice]
    assert not twice, [(row.dedupe_key, row.state, row.created_at.isoformat(), *_words(row)) for row in rows]


def what_was_reported_stays(day: Day) -> None:
    """What is known of a letter is at least what its provider has reported of it, in whatever order."""
    known = {(row.via, row.external_id): row.rank for row in day.house.rows(t.delivery_reports)}
    known |= {(row.via, row.external_id): row.delivery_rank for row in day.house.rows(t.outbox)}
    day.reported = {key: rank for key, rank in day.reported.items() if key in known}
    assert {key: known[key] for key, rank in day.reported.items() if known[key] < rank} == {}


def what_was_taken_back_does_not_go(day: Day) -> None:
    """An answer that its author withdrew is dropped, for good."""
    back = {row.outbox_id for row in day.house.rows(t.events, lambda e: e.c.kind == EventKind.REPLY_WITHDRAWN)}
    letters = day.house.rows(t.outbox, lambda letter: letter.c.id.in_(back)) if back else []
    assert [row.id for row in letters if row.state != DeliveryState.DROPPED] == []


def what_is_forgotten_is_nowhere(day: Day) -> None:
    """Words that the last erasing took out of the cases stand in no other place of the store, nor beside it."""
    if not day.gone:
        return
    with day.house.store.read() as connection:
        for table in t.metadata.tables.values():
            left = day.gone & set(WORD.findall(str([_plain(row) for row in connection.execute(sa.select(table))])))
            assert not left, f"{table.name} still has {sorted(left)}"
    for path in day.files():
        left = day.gone & set(WORD.findall(path.read_text(errors="replace")))
        assert not left, f"a file beside the store still has {sorted(left)}"
    day.gone = set()


def nothing_failed_unforeseen(logged: MutableSequence[Any]) -> None:
    """A loop that logs an exception and goes on met none that is a mistake of ours."""
    entries = list(logged)
    logged.clear()
    for one in entries:
        unforeseen = one.get("exc_info") and one["event"] not in FORESEEN
        odd = one["event"] == "routed_one_by_one" and one["problem"] != "Temporary"
        assert not unforeseen, one
        assert not odd, one


def nothing_is_left_undone(day: Day) -> None:
    """Every item has its fate, every letter that was due is on its way or settled, and none is being sent."""
    every = {item.key for shelf in day.shelves.values() for item in shelf.items}
    assert every <= {row.item_key for row in day.house.rows(t.inbox)}
    assert not day.house.rows(t.inbox, lambda inbox: inbox.c.state == InboxState.PENDING)
    assert not day.house.rows(t.outbox, lambda letter: letter.c.state == DeliveryState.SENDING)
    due = day.house.rows(
        t.outbox, lambda letter: (letter.c.state == DeliveryState.PENDING) & (letter.c.not_before < day.house.now)
    )
    ours = [row for row in due if row.via in day.posts]
    assert [(row.id, row.kind, row.reason) for row in ours] == []


def _words(row: sa.Row[Any]) -> tuple[str, ...]:
    """What a letter says, or of what."""
    return tuple(str(row.payload[name]) for name in ("subject", "text", "turn", "event") if row.payload.get(name))


def _saying(row: sa.Row[Any]) -> tuple[object, ...]:
    about = (row.conversation_id, row.assignment_number, row.payload.get("edits_row"))
    day = row.created_at.astimezone(HOUSE_ZONE).date() if row.kind == OutboxKind.DIGEST else None  # each has its own
    return (row.kind, row.via, row.recipient, day, *about, *_words(row))


def _plain(row: sa.Row[Any]) -> list[str]:
    return [one.decode(errors="replace") if isinstance(one, bytes) else str(one) for one in row]
