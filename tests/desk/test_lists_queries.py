"""Which cases a list has, in which order, and what it reads for that: on both engines, and by index however much there is."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.router.house_for_tests import House, mail
from ventanilla.store.engine import Store
from ventanilla.store.tables import assignments, collaborators, conversations, looks
from ventanilla.store.views.list_rows import list_rows
from ventanilla.store.views.lists import Count, Shelf, Wanted, count_shelves, count_waiting, page_ids
from ventanilla.words import CaseState

GROWING = ("conversations", "messages", "assignments", "looks", "contacts")


@pytest.fixture
def house(store: Store, tmp_path: Path) -> House:
    """Ana has seven cases, one a minute; nothing else is known of them."""
    made = House(store, tmp_path, {"members": '"ana"', "capacity": "50"})
    for number in range(7):
        made.receive(mail(sender=f"Cliente {number} <c{number}@clientes.example>", subject=f"Asunto {number}"))
        made.later(minutes=1)
    return made


def _change(house: House, case_id: int, **values: Any) -> None:
    with house.store.write() as connection:
        connection.execute(sa.update(conversations).where(conversations.c.id == case_id).values(**values))


def _due(house: House, case_id: int, at: datetime | None) -> None:
    _change(house, case_id, due_at=at, next_due_at=at)


def _ids(house: House, shelf: Shelf = Shelf.MINE, *, limit: int = 50, after: str = "", **wanted: Any) -> list[int]:
    return _page(house, shelf, limit=limit, after=after, **wanted)[0]


def _page(
    house: House, shelf: Shelf = Shelf.MINE, *, limit: int = 50, after: str = "", **wanted: Any
) -> tuple[list[int], str]:
    asked = Wanted(**{"agent": "ana", "shelf": shelf, "visible": sa.true(), **wanted})
    with house.store.read() as connection:
        return page_ids(connection, asked, now=house.now, limit=limit, after=after)


def test_what_is_due_first_is_at_the_top_and_what_is_never_due_at_the_bottom(house: House) -> None:
    for case_id, minutes in ((3, -30), (5, 10), (1, 600)):
        _due(house, case_id, house.now + timedelta(minutes=minutes))
    for case_id in (2, 4, 6, 7):
        _due(house, case_id, None)

    assert _ids(house) == [3, 5, 1, 2, 4, 6, 7]


def test_pages_follow_each_other_without_gap_or_repeat_whatever_is_due_when(house: House) -> None:
    same = house.now + timedelta(minutes=10)
    for case_id, at in ((1, same), (2, None), (3, same), (4, None), (5, same), (6, same - timedelta(hours=1))):
        _due(house, case_id, at)
    _change(house, 4, waiting_since=None)

    seen: list[int] = []
    after = ""
    for _ in range(7):
        page, after = _page(house, limit=1, after=after)
        seen += page

    assert seen == _ids(house)
    assert sorted(seen) == [1, 2, 3, 4, 5, 6, 7]
    assert after == ""


def test_a_border_that_nobody_wrote_begins_at_the_beginning(house: House) -> None:
    odd = ("x", "1~2", "~~x", "9" * 40 + "~~1", "a~b~1")

    assert [_ids(house, after=border) for border in odd] == [_ids(house)] * len(odd)


def test_each_case_is_on_its_shelf_and_counted_there(house: House) -> None:
    _change(house, 1, state=CaseState.WAITING_CUSTOMER, waiting_since=None, due_at=None, next_due_at=None)
    _change(house, 2, state=CaseState.WAITING_THIRD_PARTY)
    _change(house, 3, line_since=house.now)
    _due(house, 4, house.now - timedelta(minutes=1))
    with house.store.write() as connection:
        row = {"conversation_id": 5, "agent": "luis", "added_by": "ana", "added_at": house.now}
        connection.execute(sa.insert(collaborators).values(row))

    with house.store.read() as connection:
        counts = count_shelves(connection, "ana", teams={"atencion"}, now=house.now)
        of_luis = count_shelves(connection, "luis", teams=(), now=house.now)
        waiting = count_waiting(connection, "ana")

    assert sorted(_ids(house, Shelf.OTHERS)) == [1, 2]
    assert _ids(house, Shelf.LINE, teams={"atencion"}) == [3]
    assert _ids(house, Shelf.LINE, teams={"otros"}) == []
    assert _ids(house, Shelf.WITH, agent="luis") == [5]
    assert counts[Shelf.MINE] == Count(cases=5, late=1)
    assert counts[Shelf.OTHERS].cases == 2
    assert (counts[Shelf.LINE].cases, of_luis[Shelf.LINE].cases, of_luis[Shelf.WITH].cases) == (1, 0, 1)
    assert waiting == 5


def test_what_was_resolved_lately_is_there_for_a_week_the_latest_first(house: House) -> None:
    for case_id, days in ((2, 1), (6, 3), (7, 8)):
        at = house.now - timedelta(days=days)
        over: dict[str, Any] = {"state": CaseState.RESOLVED, "owned": None, "waiting_since": None, "resolved_at": at}
        with house.store.write() as connection:
            closing = {"is_open": None, "released_at": house.now}
            this = assignments.c.conversation_id == case_id
            connection.execute(sa.update(conversations).where(conversations.c.id == case_id).values(**over))
            connection.execute(sa.update(assignments).where(this).values(**closing))

    assert _ids(house, Shelf.RESOLVED) == [2, 6]
    assert _ids(house, Shelf.RESOLVED, limit=1, after=_page(house, Shelf.RESOLVED, limit=1)[1]) == [6]
    assert _ids(house, Shelf.ALL, states=(CaseState.RESOLVED,)) == [7, 6, 2]
    assert 2 not in _ids(house, Shelf.ALL)


FILTERS: tuple[tuple[dict[str, Any], list[int]], ...] = (
    ({"tag": "envío"}, [2]),
    ({"tag": "env"}, []),
    ({"kind": "complaint"}, [3]),
    ({"priority": "urgent"}, [2, 3]),
    ({"priority": "urgent", "kind": "complaint"}, [3]),
    ({"channel": "otro"}, []),
    ({"owner": "luis"}, []),
    ({"states": (CaseState.WAITING_CUSTOMER,)}, [4]),
)


def test_filters_leave_what_has_all_of_them(house: House) -> None:
    _change(house, 2, tags=["vip", "envío"], priority="urgent")
    _change(house, 3, kind="complaint", priority="urgent")
    _change(house, 4, state=CaseState.WAITING_CUSTOMER)

    assert [_ids(house, Shelf.ALL, **asked) for asked, _ in FILTERS] == [found for _, found in FILTERS]


def test_a_row_says_who_wrote_last_what_is_asked_and_what_is_unread(house: House) -> None:
    by = house.now + timedelta(minutes=5)
    with house.store.write() as connection:
        this = assignments.c.conversation_id == 1
        connection.execute(sa.update(assignments).where(this).values(accept_by=by))
        look = {"at": house.now, "agent": "ana", "what": "case", "conversation_id": 2, "detail": {}}
        connection.execute(sa.insert(looks).values(look))
    with house.store.read() as connection:
        first, second, gone = [*list_rows(connection, [2, 1, 99], "ana"), None]
        (of_luis,) = list_rows(connection, [2], "luis")

    assert gone is None
    assert first is not None
    assert second is not None
    assert (first["customer"], first["subject"], first["medium"]) == ("Cliente 1", "Asunto 1", "email")
    assert first["words"].startswith("Hola, ¿cuándo llega")
    assert (first["from_customer"], first["unread"], of_luis["unread"], second["unread"]) == (True, False, True, True)
    assert (first["accept_by"], second["accept_by"]) == (None, by)


def test_no_list_reads_a_table_from_end_to_end(sqlite_store: Store, tmp_path: Path) -> None:
    house = House(sqlite_store, tmp_path)
    house.receive(mail())
    plans: list[str] = []

    def explain(connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            raw = connection.connection.dbapi_connection
            plans.extend(row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}", values))

    sa.event.listen(sqlite_store.engine, "before_cursor_execute", explain)
    try:
        for shelf in Shelf:
            ids = _ids(house, shelf, teams={"atencion"})
        with house.store.read() as connection:
            count_shelves(connection, "ana", teams={"atencion"}, now=house.now)
            list_rows(connection, ids, "ana")
    finally:
        sa.event.remove(sqlite_store.engine, "before_cursor_execute", explain)

    assert ids
    assert len(plans) > 15
    assert [plan for plan in plans if plan.startswith("SCAN") and plan.split()[1] in GROWING] == []


def test_every_row_is_asked_for_at_once_however_long_the_page_is(house: House) -> None:
    counted: dict[int, int] = {}
    for limit in (1, 7):
        ids = _ids(house, limit=limit)
        counted[limit] = _statements(house, ids)

    assert counted[1] == counted[7]


def _statements(house: House, ids: list[int]) -> int:
    """How many questions are asked for the rows of these cases."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    with house.store.read() as connection:
        sa.event.listen(house.store.engine, "before_cursor_execute", note)
        try:
            list_rows(connection, ids, "ana")
        finally:
            sa.event.remove(house.store.engine, "before_cursor_execute", note)
    return len(seen)
