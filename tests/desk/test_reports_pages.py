"""Reports and evidence at the desk: the same figures as the command's, files that open, and nobody sees more than they may."""

from __future__ import annotations

import csv
import threading
import zipfile
from datetime import date, timedelta
from io import BytesIO, StringIO
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa

from desk.pages.reports import files, showing
from desk.pages.reports.working import Workshop
from reports.asking import make_report
from reports.csv import render_csv
from reports.wanted import By, Wanted
from tests.desk.site_house import SiteHouse, site_house, text_of, visiting
from tests.router.house_for_tests import MONDAY_TEN
from ventanilla.errors import Temporary
from ventanilla.store.engine import Store
from ventanilla.store.tables import conversations

MORE = """
[[reports]]
name = "direccion"
every = "week"
to = ["marta"]
"""
DAY = "from=2026-11-23&to=2026-11-23"


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> SiteHouse:
    made = site_house(sqlite_store, tmp_path, more=MORE)
    for number in range(4):
        made.receive(message_id=f"<{number}@x>", sender=f"c{number}@clientes.example", subject="=1+1")
        made.house.later(minutes=50)
    return made


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, a page waits for its figures."""
    monkeypatch.setattr(showing, "PATIENCE", 60.0)
    monkeypatch.setattr(files, "PATIENCE", 60.0)


def test_the_figures_are_those_of_the_command_on_the_page_and_in_every_file(house: SiteHouse) -> None:
    with visiting(house, "marta") as browser:
        page = browser.get(f"/reports?{DAY}&by=channel")
        given = {form: browser.get(f"/reports/report.{form}?{DAY}&by=channel") for form in ("csv", "xlsx", "html")}
        excel = browser.get(f"/reports/report.csv?{DAY}&by=channel&excel=1").content

    day = date(2026, 11, 23)
    wanted = Wanted(start=day, end=day, by=By.CHANNEL, worst=0)
    asked = make_report(house.desk.store, house.desk.house, wanted, now=house.house.now, seen_by="marta")
    assert given["csv"].text == render_csv(asked)
    assert excel.startswith(b"\xef\xbb\xbfgroup;metric;")
    book = openpyxl.load_workbook(BytesIO(given["xlsx"].content))
    assert book.sheetnames[0] == "Cifras"
    assert given["html"].text.startswith("<!DOCTYPE html>")
    assert all("attachment" in answer.headers["content-disposition"] for answer in given.values())
    assert page.status_code == 200
    assert "Primera respuesta" in page.text
    assert "<style" not in page.text
    assert ' style="' not in page.text


def test_an_agent_sees_their_own_figures_and_nobody_elses_whatever_they_type(house: SiteHouse) -> None:
    owners = [row.owner for row in house.house.rows(conversations)]
    with visiting(house, "ana") as browser:
        rows = csv.DictReader(StringIO(browser.get(f"/reports/report.csv?{DAY}&agent=luis&by=agent").text))
        page = browser.get(f"/reports?{DAY}&agent=luis").text
        refused = browser.get("/reports/saved").status_code

    backlog = next(row for row in rows if row["metric"] == "backlog")
    assert int(backlog["count"]) == owners.count("ana")
    assert {"ana", "luis"} <= set(owners)
    assert all(row.key not in page for row in house.house.rows(conversations) if row.owner != "ana")
    assert 'name="agent"' not in page
    assert refused == 403


def test_days_that_cannot_be_are_refused_in_words(house: SiteHouse) -> None:
    with visiting(house, "marta") as browser:
        for query in ("from=2026-13-01", "from=2026-11-23&to=2026-11-01", "from=1990-01-01&to=2026-11-01"):
            assert browser.get(f"/reports?{query}").status_code == 422, query
        assert browser.get("/reports/report.exe").status_code == 404


def test_the_saved_reports_say_when_they_go_out_and_to_whom(house: SiteHouse) -> None:
    with visiting(house, "olga") as browser:
        said = text_of(browser.get("/reports/saved").text)

    for part in ("direccion", "semana, 08:00", "2026-W48", "Marta", "2026-W47: no se escribió"):
        assert part in said


def test_long_work_is_waited_for_elsewhere_and_made_once() -> None:
    workshop: Workshop[int] = Workshop()
    may_end = threading.Event()
    made: list[int] = []

    def make() -> int:
        made.append(1)
        assert may_end.wait(10)
        return 7

    assert workshop.get("a", make, now=MONDAY_TEN, patience=0.0) is None
    assert workshop.get("a", make, now=MONDAY_TEN, patience=0.0) is None
    for number in range(7):
        workshop.get(number, make, now=MONDAY_TEN, patience=0.0)
    with pytest.raises(Temporary):
        workshop.get("one more", make, now=MONDAY_TEN, patience=0.0)
    may_end.set()

    assert workshop.get("a", make, now=MONDAY_TEN, patience=10.0) == 7
    assert workshop.get(6, make, now=MONDAY_TEN, patience=10.0) == 7
    assert len(made) == 8
    assert workshop.get("a", lambda: 8, now=MONDAY_TEN + timedelta(minutes=1), patience=10.0) == 8


def test_what_failed_is_tried_again_by_whoever_comes_next() -> None:
    workshop: Workshop[int] = Workshop()

    def fail() -> int:
        raise Temporary("the store did not answer")

    with pytest.raises(Temporary):
        workshop.get("a", fail, now=MONDAY_TEN, patience=10.0)
    assert workshop.get("a", lambda: 1, now=MONDAY_TEN, patience=10.0) == 1


def test_evidence_is_for_its_owner_and_for_whoever_oversees(house: SiteHouse) -> None:
    case = house.house.rows(conversations)[0]
    stranger = "luis" if case.owner == "ana" else "ana"
    path = f"/cases/{case.key}/evidence"
    shown = []
    for agent in (case.owner, stranger, "pau", "olga"):
        with visiting(house, agent) as browser:
            shown.append(browser.get(path).status_code)
            if agent != case.owner:
                answer = browser.submit(path, notes="0", form="zip", language="es")
                assert answer.status_code == shown[-1]

    assert shown == [200, 403, 404, 200]
    with zipfile.ZipFile(BytesIO(answer.content)) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
    assert {"evidence.es.pdf", "events.jsonl", "MANIFEST.sha256"} <= set(names)
    assert "evidence.en.pdf" not in names
    assert not list(house.desk.config.service.data_dir.glob("evidence-*"))


def test_the_readable_page_alone_is_a_pdf(house: SiteHouse) -> None:
    key = house.house.rows(conversations)[0].key
    with visiting(house, "marta") as browser:
        answer = browser.submit(f"/cases/{key}/evidence", notes="1", form="pdf", language="en")

    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")


def test_a_list_of_cases_is_a_csv_that_no_spreadsheet_takes_for_formulas(house: SiteHouse) -> None:
    owners = [row.owner for row in house.house.rows(conversations)]
    with house.house.store.write() as connection:
        connection.execute(sa.update(conversations).values(subject="=cmd()"))
    with visiting(house, "marta") as browser, visiting(house, "ana") as agent:
        rows = list(csv.DictReader(StringIO(browser.get("/cases.csv?list=all").text)))
        mine = list(csv.DictReader(StringIO(browser.get("/cases.csv?list=all&owner=ana").text)))
        refused = agent.get("/cases.csv?list=all").status_code

    assert (len(rows), len(mine), refused) == (4, owners.count("ana"), 403)
    assert {row["subject"] for row in rows} == {"'=cmd()"}
    assert {row["owner"] for row in mine} == {"ana"}
