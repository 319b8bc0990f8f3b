"""Nearest due first, wherever cases stand in a list: of all that runs in a case, not of its open turn alone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from router.assigning.line import _in_line
from tests.promises.late import opened
from tests.router.house_for_tests import MONDAY_TEN, House
from ventanilla.store.engine import Store
from ventanilla.store.nearest_due import first_due
from ventanilla.store.tables import conversations
from ventanilla.store.views.cases import Wanted, list_cases

HOURS = {  # of the open turn, of the nearest clock as the books have it, whether the customer waits
    "the law in an hour": (None, 1, False),
    "an answer in two": (2, None, True),
    "an answer in three": (3, 3, True),
    "an answer in four, known late": (4, 9, True),
    "a resolution in five": (None, 5, False),
    "waits, nothing promised": (None, None, True),
    "nobody waits": (None, None, False),
}
MIXED = sorted(HOURS, key=len)
"""In the order in which they come in."""


@pytest.fixture
def house(store: Store, tmp_path: Path) -> House:
    house = House(store, tmp_path, settings={"capacity": "100", "members": '"ana"'})
    for number, subject in enumerate(MIXED):
        case = opened(house, number)
        turn, nearest, waits = HOURS[subject]
        values = {
            "subject": subject,
            "due_at": turn and MONDAY_TEN + timedelta(hours=turn),
            "next_due_at": nearest and MONDAY_TEN + timedelta(hours=nearest),
            "line_since": house.now,
            **({} if waits else {"waiting_since": None, "state": "waiting_customer"}),
        }
        with store.write() as connection:
            connection.execute(sa.update(conversations).where(conversations.c.id == case.id).values(values))
    return house


def test_lists_and_the_waiting_line_begin_with_what_is_due_first_and_a_page_goes_on_where_the_last_one_ended(
    house: House,
) -> None:
    with house.store.read() as connection:
        cases = list_cases(connection, Wanted(open_only=True, by_due=True))
        page = list_cases(connection, Wanted(open_only=True, by_due=True, limit=2, after=cases[2]["key"]))
        newest = list_cases(connection, Wanted(open_only=True))

    assert [case["subject"] for case in cases] == list(HOURS)
    assert page == cases[3:5]
    assert [case["subject"] for case in newest] == MIXED[::-1]
    assert first_due(cases[3]) == MONDAY_TEN + timedelta(hours=4)
    assert first_due(cases[-1]) is None
    names = {row.id: row.subject for row in house.rows(conversations)}
    assert [names[row.id] for row in _in_line(house.store, 10)] == list(HOURS)
