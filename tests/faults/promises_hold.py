"""What must be true of a house after every step, asked in other words than the product's audit asks it, and by that audit."""

from __future__ import annotations

from collections import Counter

from tests.faults.tally import count_audit
from tests.faults.whole_house import Day
from ventanilla.store import tables as t
from ventanilla.store.audit import audit
from ventanilla.words import OWNED_STATES, DeliveryState, InboxState

IN_TIME = ("pending_too_long", "sending_too_long")
"""What nobody has broken yet while nobody was asked to work."""


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
    """What was sent stands in the ledger, by its key once; what was routed is one message, everything else none."""
    ledger = day.house.rows(t.inbox)
    keys = Counter((row.source, row.item_key) for row in ledger)
    assert not [key for key, times in keys.items() if times > 1]
    assert {(channel, item.key) for channel, item in day.items} <= set(keys)
    said = Counter(row.inbox_id for row in day.house.rows(t.messages, lambda m: m.c.inbox_id.is_not(None)))
    for row in ledger:
        assert row.state in set(InboxState)
        assert said[row.id] == (row.state == InboxState.ROUTED), (row.id, row.state)


def no_letter_goes_out_twice(day: Day) -> None:
    """By mail again only under its own id and marked by its attempts; elsewhere never. One letter for each occasion."""
    letters = {row.id: row for row in day.house.rows(t.outbox)}
    occasions = Counter(row.dedupe_key for row in letters.values())
    assert not [key for key, times in occasions.items() if times > 1]
    for name, post in day.posts.items():
        for number, taken in post.taken.items():
            most = letters[number].attempts if post.repeats else 1
            assert len(taken) <= most, (name, letters[number].kind, taken)
    for row in letters.values():
        if row.state == DeliveryState.SENT and row.via in day.posts and "mute" not in row.payload:
            assert day.posts[row.via].taken[row.id], f"letter {row.id} says sent; nobody took it"
