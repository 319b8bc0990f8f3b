"""The lists of cases as pages: who sees which, what is done from a row, what stands in the address."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.desk.site_house import SiteHouse, site_house, text_of, visiting
from ventanilla.store.engine import Store
from ventanilla.store.tables import assignments, conversations


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> SiteHouse:
    return site_house(sqlite_store, tmp_path, members='"ana"')


def _change(house: SiteHouse, key: str, **values: Any) -> None:
    with house.desk.store.write() as connection:
        connection.execute(sa.update(conversations).where(conversations.c.key == key).values(**values))


def _case(house: SiteHouse, key: str) -> Any:
    (row,) = house.house.rows(conversations, lambda table: table.c.key == key)
    return row


def test_an_agent_sees_what_is_theirs_and_a_colleague_of_another_team_does_not(house: SiteHouse) -> None:
    key = house.receive(subject="Mi pedido")
    seen = {}
    for agent in ("ana", "pau", "olga"):
        with visiting(house, agent) as browser:
            seen[agent] = [key in browser.get(path).text for path in ("/cases", "/cases?list=all", "/cases?list=line")]

    assert seen == {"ana": [True, True, False], "pau": [False, False, False], "olga": [True, True, False]}


def test_nothing_that_waits_says_so_and_where_there_is_work(house: SiteHouse) -> None:
    key = house.receive()
    _change(house, key, line_since=house.house.now, owner="ana")
    with visiting(house, "pau") as browser:
        empty = text_of(browser.get("/cases").text)
    with visiting(house, "marta") as browser:
        offered = text_of(browser.get("/cases").text)

    assert "No tienes nada pendiente" in empty
    assert "que puedes coger" not in empty
    assert "En la cola hay un caso que puedes coger" in offered


def test_a_part_is_the_list_alone_and_carries_its_address(house: SiteHouse) -> None:
    house.receive()
    with visiting(house, "ana") as browser:
        part = browser.get("/cases?list=all&priority=normal&tag=&kind=nonsense", headers={"X-Part": "1"}).text

    assert "<html" not in part
    assert 'data-live="/cases?list=all&amp;priority=normal" data-on="cases line"' in part


def test_only_who_oversees_can_ask_by_owner(house: SiteHouse) -> None:
    key = house.receive()
    with visiting(house, "ana") as browser:
        for_ana = browser.get("/cases?list=all&owner=luis").text
    with visiting(house, "marta") as browser:
        for_marta = browser.get("/cases?list=all&owner=luis").text

    assert key in for_ana  # not theirs to ask: as if it had not been said
    assert key not in for_marta


def test_who_only_looks_is_offered_nothing_to_do(house: SiteHouse) -> None:
    key = house.receive()
    _change(house, key, line_since=house.house.now)
    with visiting(house, "olga") as browser:
        page = browser.get("/cases?list=line").text
        answer = browser.submit("/cases", do="take", key=key)

    assert key in page
    assert 'name="do"' not in page
    assert answer.status_code == 403


def test_a_case_in_line_is_taken_by_whoever_of_the_team_comes_first(sqlite_store: Store, tmp_path: Path) -> None:
    house = site_house(sqlite_store, tmp_path)
    key = house.receive()
    first = _case(house, key).owner
    other = "luis" if first == "ana" else "ana"
    _change(house, key, line_since=house.house.now)
    number = str(_case(house, key).assignment_number)

    with visiting(house, other) as browser:
        taken = browser.submit("/cases", do="take", key=key, number=number, list="line")
    with visiting(house, first) as browser:
        late = browser.submit("/cases", do="take", key=key, number=number, list="line")

    case = _case(house, key)
    assert (taken.status_code, taken.headers["location"]) == (303, "/cases?list=line")
    assert (case.owner, case.line_since) == (other, None)
    assert late.status_code == 409


def test_what_waits_in_another_teams_line_is_not_taken(house: SiteHouse) -> None:
    key = house.receive()
    _change(house, key, line_since=house.house.now)
    with visiting(house, "pau") as browser:
        answer = browser.submit("/cases", do="take", key=key)

    assert answer.status_code == 409
    assert _case(house, key).owner == "ana"


def test_a_case_that_was_just_assigned_is_accepted_from_its_row(sqlite_store: Store, tmp_path: Path) -> None:
    house = site_house(sqlite_store, tmp_path, members='"ana"', team='accept_within = "10m"')
    key = house.receive()
    with visiting(house, "ana") as browser:
        asked = 'value="accept"' in browser.get("/cases").text
        answer = browser.submit("/cases", do="accept", key=key)
        page = browser.get("/cases").text

    assert asked
    assert answer.status_code == 303
    assert f"{key} está en tus manos." in page
    assert 'value="accept"' not in page
    assert house.house.rows(assignments)[0].accepted_at == house.house.now


def test_the_title_counts_what_waits_and_the_frame_is_fetched_again(house: SiteHouse) -> None:
    house.receive()
    with visiting(house, "ana") as browser:
        page, frame = browser.get("/help").text, browser.get("/presence/frame").text

    assert "<title>(1) Ayuda" in page
    assert 'data-waiting-count="1"' in frame


def test_what_a_customer_wrote_is_unread_until_one_has_looked_and_again_when_they_write_again(house: SiteHouse) -> None:
    key = house.receive(message_id="<a@clientes.example>")
    unread = []
    with visiting(house, "ana") as browser:
        for _ in range(2):
            unread.append('class="case unread' in browser.get("/cases").text)
            assert browser.get(f"/cases/{key}").status_code == 200
            unread.append('class="case unread' in browser.get("/cases").text)
            house.house.later(minutes=2)  # less than what one look is noted for once
            house.receive(headers={"In-Reply-To": "<a@clientes.example>"}, message_id="<b@clientes.example>")

    assert unread == [True, False, True, False]
