"""The trail: what each role did and looked at in a short day is found, by every filter, page by page, and quickly."""

from __future__ import annotations

import csv
import re
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
import sqlalchemy as sa

from desk.pages.reports import files, showing
from tests.desk.site_house import SiteHouse, site_house, text_of, visiting
from tests.store.rows import NOW, add_case, add_house
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.looks import Look, add_look
from ventanilla.store.tables import contacts, events, looks
from ventanilla.store.views.trail import Border, Sought, Step, first_since, steps
from ventanilla.words import EventKind, LookedAt


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> SiteHouse:
    return site_house(sqlite_store, tmp_path)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, a report's page waits for its figures."""
    monkeypatch.setattr(showing, "PATIENCE", 60.0)
    monkeypatch.setattr(files, "PATIENCE", 60.0)


def lines(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


def test_what_each_role_did_in_a_short_day_is_in_the_trail_and_so_is_the_look_at_it(house: SiteHouse) -> None:
    key = house.receive(message_id="<a@x>")
    newsletter = {"List-Id": "<n.example>", "List-Unsubscribe": "<mailto:x@n.example>"}
    house.receive(message_id="<n@x>", sender="n@n.example", headers=newsletter)
    with visiting(house, "marta") as marta:
        marta.get("/house/inbox/2")
        marta.submit("/house/inbox/release", id=2)
        marta.get("/reports?period=today")
        marta.get("/reports/report.csv?period=today")
        marta.get("/cases.csv?list=all")
    with visiting(house, "olga") as olga:
        olga.submit(f"/cases/{key}/evidence", form="zip", language="es")
    with visiting(house, "iris") as iris:
        iris.submit("/house/people/pau/invite")
        iris.get("/house/trail?who=olga")
        found = lines(iris.get("/house/trail.csv").text)

    did = {(line["who"], line["what"], line["kind"]) for line in found}
    assert did >= {
        *((who, "deed", "logged_in") for who in ("marta", "olga", "iris")),
        ("marta", "look", "original"),
        ("marta", "deed", "message_released"),
        ("marta", "look", "report"),
        ("marta", "look", "export"),
        ("olga", "look", "evidence"),
        ("iris", "deed", "agent_invited"),
        ("iris", "look", "trail"),
    }
    assert [line["case"] for line in found if line["kind"] == "evidence"] == [key]
    assert not {line["who"] for line in found} & {"router", "sweeper", "bookkeeper", "connector"}


def test_the_trail_is_filtered_by_person_case_customer_day_and_kind(house: SiteHouse) -> None:
    key = house.receive(message_id="<a@x>")
    other = house.receive(message_id="<b@x>", sender="otro@clientes.example")
    with house.house.store.write() as connection:
        for case_id in (1, 2):
            look = Look(agent="olga", what=LookedAt.EVIDENCE, case_id=case_id)
            add_look(connection, look, now=house.house.now)
    house.house.later(days=2)
    with visiting(house, "iris") as iris:

        def cases(query: str) -> list[str]:
            found = lines(iris.get(f"/house/trail.csv?{query}").text)
            return [line["case"] for line in found if line["kind"] == "evidence"]

        assert cases("who=olga") == [other, key]
        assert cases("who=iris") == []
        assert cases(f"case={key.lower()}") == [key]
        assert cases("customer=2") == [other]
        assert cases("what=look:evidence&from=2026-11-23&to=2026-11-23") == [other, key]
        assert cases("from=2026-11-24") == cases("what=deeds") == cases("case=nothing") == []
        assert "assigned" in iris.get(f"/house/trail.csv?case={key}&machines=1").text
        assert iris.get("/house/trail?from=yesterday").status_code == 422
        assert "No hay tal caso" in text_of(iris.get("/house/trail?customer=99").text)


def test_pages_follow_one_another_without_a_gap(house: SiteHouse) -> None:
    with house.house.store.write() as connection:
        journal = Journal(now=house.house.now, actor="ana")
        for number in range(130):
            journal.add(EventKind.NOTED, data={"n": number})
        journal.flush(connection)
    shown: list[str] = []
    with visiting(house, "iris") as iris:
        path = "/house/trail?who=ana&what=deed:noted"
        while path:
            page = iris.get(path).text
            shown += re.findall(r"<span>n: (\d+)<", page)
            following = re.search(r'rel="next" href="([^"]+)"', page)
            path = following[1].replace("&amp;", "&") if following else ""

    assert shown == [str(number) for number in reversed(range(130))]


def everything(connection: sa.Connection, sought: Sought, *, limit: int) -> list[Step]:
    found: list[Step] = []
    border: Border | None = Border()
    while border is not None:
        part, border = steps(connection, sought, border=border, limit=limit)
        found += part
    return found


@pytest.mark.parametrize("limit", [1, 500])
def test_looks_and_deeds_come_together_by_time_whatever_the_size_of_a_page(store: Store, limit: int) -> None:
    with store.write() as connection:
        add_house(connection)
        add_case(connection, 1, "ana")
        for number in range(20):
            now = NOW + timedelta(minutes=number)
            journal = Journal(now=now, actor="ana" if number % 2 else "router")
            journal.add(EventKind.NOTED, conversation_id=1)
            journal.flush(connection)
            look = Look(agent="luis", what=LookedAt.CASE, case_id=1)
            add_look(connection, look, now=now + timedelta(seconds=30))
    with store.read() as connection:
        people = everything(connection, Sought(), limit=limit)
        all_of_it = everything(connection, Sought(machines=True, case_id=1), limit=limit)

    assert [step.at for step in people] == sorted((step.at for step in people), reverse=True)
    assert (len(people), len(all_of_it)) == (30, 40)
    assert len({(step.is_look, step.id) for step in all_of_it}) == 40


def test_a_day_is_found_by_halving_and_a_customer_by_what_names_them(store: Store) -> None:
    with store.write() as connection:
        add_house(connection)
        add_case(connection, 1, "ana")
        connection.execute(sa.insert(contacts).values(name="Otra", tags=[], created_at=NOW))
        for number in range(50):
            journal = Journal(now=NOW + timedelta(hours=number), actor="ana")
            journal.add(EventKind.CONTACT_CHANGED, data={"contact": 1 + number % 2})
            journal.flush(connection)
    with store.read() as connection:
        assert first_since(connection, NOW + timedelta(hours=30)) == 31
        assert first_since(connection, NOW + timedelta(days=9)) == 51
        day = Sought(contact_id=2, since=NOW + timedelta(hours=10), until=NOW + timedelta(hours=20))
        found = everything(connection, day, limit=3)

    assert [step.contact_id for step in found] == [2] * 5
    assert all(NOW + timedelta(hours=10) <= step.at < NOW + timedelta(hours=20) for step in found)


def test_no_question_looks_through_the_whole_log(sqlite_store: Store) -> None:
    with sqlite_store.write() as connection:
        for question in ("WHERE actor = 'ana' ORDER BY id DESC", "WHERE conversation_id = 1 ORDER BY id DESC"):
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN SELECT * FROM events {question} LIMIT 50").all()
            assert any("USING INDEX" in row[3] for row in plan), question
    assert looks.c.at.index
    assert events.c.conversation_id.index
