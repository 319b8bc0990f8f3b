"""What the log alone says of cases, items and letters, held against their rows. Knows nothing of how the service reads it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from tests.router.house_for_tests import House
from ventanilla.states import may_become
from ventanilla.store import tables as t
from ventanilla.words import OWNED_STATES, DeliveryState, Direction, EventKind, InboxState

Events = Sequence[Any]
CAME_IN = (EventKind.MESSAGE_RECEIVED, EventKind.MESSAGE_EDITED)
SET_ASIDE = {InboxState.SCREENED: EventKind.MESSAGE_SCREENED, InboxState.QUARANTINED: EventKind.MESSAGE_QUARANTINED}
ENDED = {
    DeliveryState.SENT: (DeliveryState.SENT, DeliveryState.DELIVERED),
    DeliveryState.DELIVERED: (DeliveryState.DELIVERED,),
    DeliveryState.FAILED: (DeliveryState.FAILED,),
    DeliveryState.UNKNOWN: (DeliveryState.UNKNOWN,),
}
"""What a letter may be, by what was last written of how it ended."""


def log_says_it_all(house: House) -> None:
    """Whatever became of an item, a case, its owner, its customer's wait and a letter stands in the log."""
    log, cases = house.rows(t.events), house.rows(t.conversations)
    items_are_told(house, log)
    owners_are_told(house, log, cases)
    states_are_told(log, cases)
    waits_are_told(log, cases)
    letters_are_told(house, log)


def items_are_told(house: House, log: Events) -> None:
    """Each message of a customer came in by one event; what was set aside was so by one."""
    came_in = Counter(one.message_id for one in log if one.kind in CAME_IN)
    aside = Counter((one.kind, one.inbox_id) for one in log if one.kind in SET_ASIDE.values())
    for message in house.rows(t.messages, lambda m: m.c.direction == Direction.IN):
        assert came_in[message.id] == 1, f"message {message.id} came in by {came_in[message.id]} events"
    for item in house.rows(t.inbox, lambda i: i.c.state.in_(list(SET_ASIDE))):
        assert aside[SET_ASIDE[InboxState(item.state)], item.id], f"nothing says that item {item.id} is {item.state}"


def owners_are_told(house: House, log: Events, cases: Events) -> None:
    """Each assignment began by an event, and ended by one if it ended; each case was opened by one."""
    opened = Counter(one.conversation_id for one in log if one.kind == EventKind.CASE_OPENED)
    assert opened == {case.id: 1 for case in cases}
    told: dict[EventKind, Counter[tuple[int, int, str]]] = defaultdict(Counter)
    for one in log:
        if one.kind in (EventKind.ASSIGNED, EventKind.RELEASED):
            told[one.kind][one.conversation_id, one.assignment_number, one.agent] += 1
    rows = house.rows(t.assignments)
    assert told[EventKind.ASSIGNED] == Counter((row.conversation_id, row.number, row.agent) for row in rows)
    over = Counter((row.conversation_id, row.number, row.agent) for row in rows if row.is_open is None)
    assert told[EventKind.RELEASED] == over


def states_are_told(log: Events, cases: Events) -> None:
    """A case went from state to state as it may, and is in the last."""
    states: dict[int, str] = {}
    for one in log:
        if one.kind == EventKind.CASE_STATE:
            before, after = one.data["from"], one.data["to"]
            assert states.get(one.conversation_id, before) == before, one.data
            assert may_become(before, after), one.data
            states[one.conversation_id] = after
    for case in cases:
        assert (case.owned == 1) == (case.state in OWNED_STATES)
        assert states.get(case.id, case.state) == case.state, case.key


def waits_are_told(log: Events, cases: Events) -> None:
    """A case's customer waits, and the case in line, since when the log says so."""
    told, in_line = turns_by_events(log), dict[int, bool]()
    for one in log:
        if one.kind in (EventKind.LINE_ENTERED, EventKind.LINE_LEFT):
            in_line[one.conversation_id] = one.kind == EventKind.LINE_ENTERED
    for case in cases:
        assert told.get(case.id) == case.waiting_since, (case.key, case.state)
        if case.owned == 1:
            assert in_line.get(case.id, False) == (case.line_since is not None), case.key


def turns_by_events(log: Iterable[Any]) -> Mapping[int, datetime | None]:
    """Since when each case's customer waits."""
    since: dict[int, datetime | None] = {}
    for one in log:
        if one.kind == EventKind.TURN_OPENED:
            since[one.conversation_id] = one.at
        elif one.kind == EventKind.TURN_CLOSED and one.data["since"] == _iso(since.get(one.conversation_id)):
            since[one.conversation_id] = None
    return since


def letters_are_told(house: House, log: Events) -> None:
    """How a letter ended is written once, and it stays so: who lost it to another process changes nothing any more."""
    ended: dict[int, list[str]] = defaultdict(list)
    for one in log:
        if one.outbox_id is not None and (how := _ending(one)):
            ended[one.outbox_id].append(how)
    for row in house.rows(t.outbox):
        said = ended[row.id]
        assert said.count(DeliveryState.SENT) <= 1, f"letter {row.id} ({row.kind}) was sent twice: {said}"
        if said:
            assert row.state in ENDED[DeliveryState(said[-1])], f"letter {row.id} ({row.kind}): {said}, now {row.state}"
        elif row.state in ENDED:
            raise AssertionError(f"nothing says that letter {row.id} ({row.kind}) is {row.state}")


def _ending(event: Any) -> str | None:
    by_notice = {EventKind.NOTICE_SENT: DeliveryState.SENT, EventKind.NOTICE_FAILED: DeliveryState.FAILED}
    if event.kind in by_notice:
        return by_notice[event.kind]
    return str(event.data["state"]) if event.kind == EventKind.DELIVERY else None


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
