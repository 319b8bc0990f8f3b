"""The board: what it shows is what the store and the report say, and only those who oversee see it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from desk.pages.board import PAGES
from desk.pages.board.kept import kept_of
from desk.pages.board.plots import hours_plot
from reports.asking import make_report
from reports.figures import Figure
from reports.today import look_at_today, same_time_yesterday
from reports.wanted import By, Named, Wanted
from router.moves.called import called
from router.timekeeping.keeper import catch_up
from tests.desk.site_house import Browser, SiteHouse, site_house, text_of, visiting
from tests.router.house_for_tests import MONDAY_TEN
from ventanilla.store.engine import Store
from ventanilla.store.tables import agents, channels, conversations
from ventanilla.store.views.board import Part, look_at_board
from ventanilla.words import CallOutcome

LIVE = {"x-part": "1"}


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> SiteHouse:
    return site_house(sqlite_store, tmp_path)


def answer(house: SiteHouse, key: str) -> None:
    with house.desk.moving("marta") as move:
        called(move, key, CallOutcome.REACHED, "Hablado.", at=move.now)


def keep_books(house: SiteHouse) -> None:
    while catch_up(house.house.store, house.desk.house, now=house.house.now, limit=500) >= 500:
        pass


def two_days(house: SiteHouse) -> None:
    """Yesterday two were answered, the second of them in the afternoon; today two of three, one case is overdue."""
    now = house.house.now
    house.house.now = now - timedelta(days=1)
    early, late = (house.receive(sender=f"ayer{number}@clientes.example") for number in (1, 2))
    house.house.later(minutes=30)
    answer(house, early)
    house.house.later(hours=5)
    answer(house, late)
    house.house.now = now
    keys = [house.receive(sender=f"hoy{number}@clientes.example") for number in (1, 2, 3)]
    house.house.later(minutes=20)
    answer(house, keys[0])
    house.house.later(minutes=30)
    answer(house, keys[1])
    house.house.later(minutes=30)
    keep_books(house)


def tile(html: str, name: str) -> str:
    """What the number on a tile says."""
    piece = html.partition(f'data-tile="{name}"')[2].partition("<b>")[2]
    return piece.partition("</b>")[0]


def reported(house: SiteHouse, *metrics: Named, by: By | None = None, **more: object) -> Sequence[Figure]:
    today = house.desk.house.today(house.house.now)
    wanted = Wanted(start=today, end=today, by=by, metrics=metrics, before=False, worst=0, **more)  # type: ignore[arg-type]
    return make_report(house.house.store, house.desk.house, wanted, now=house.house.now).figures


def test_the_tiles_are_what_the_store_and_the_report_say_against_yesterday_by_the_same_time_of_day(
    house: SiteHouse,
) -> None:
    two_days(house)
    rows = [row for row in house.house.rows(conversations) if row.owned]
    (backlog,) = reported(house, Named.BACKLOG)
    (first,) = reported(house, Named.FIRST_RESPONSE)

    with visiting(house, "marta") as marta:
        html = marta.get("/board").text

    assert tile(html, "open") == str(len(rows)) == str(backlog.count)
    assert tile(html, "waiting") == str(sum(row.waiting_since is not None for row in rows)) == "1"
    assert tile(html, "late") == str(backlog.overdue) == "1"
    assert (first.elapsed.p50, tile(html, "p50")) == (1200, "20 min")
    assert (first.elapsed.p90, tile(html, "p90")) == (3000, "50 min")
    assert "▼ −10 min: más rápido que ayer a esta hora" in text_of(html)
    assert "▲ +20 min: más lento que ayer a esta hora" in text_of(html)


def test_the_same_time_yesterday_is_what_the_clock_on_the_wall_showed(house: SiteHouse) -> None:
    after_the_change = MONDAY_TEN.replace(
        month=10, day=25, hour=11
    )  # noon in Madrid, on the day when the clocks went back

    assert same_time_yesterday(house.desk.house, after_the_change) == MONDAY_TEN.replace(month=10, day=24, hour=10)


def test_hours_and_days_are_those_of_the_report_and_are_told_in_tables_too(house: SiteHouse) -> None:
    two_days(house)
    seen = look_at_today(house.house.store, house.desk.house, now=house.house.now)
    came = {one.group: one.count for one in reported(house, Named.INGEST_LAG, by=By.HOUR)}
    went = {one.group: one.count for one in reported(house, Named.FIRST_RESPONSE, by=By.HOUR, by_end=True) if one.count}
    (today,) = reported(house, Named.FIRST_RESPONSE, by=By.DAY)

    assert {str(one.hour): one.messages for one in seen.hours if one.messages} == came == {"10": 3}
    assert {str(one.hour): one.answers for one in seen.hours if one.answers} == went == {"10": 2}
    assert (seen.days[-1].share, seen.days[-1].promised) == (today.within_target, today.promised)
    assert today.promised == 3
    assert seen.within == 3600
    assert (seen.before.count, seen.before.elapsed.p90) == (
        1,
        1800,
    )  # what was answered later yesterday does not count yet
    with visiting(house, "marta") as marta:
        html = marta.get("/board/plots").text
    assert html.count("<svg viewBox") == html.count("<details>") == 3
    assert 'style="' not in html


def test_people_show_what_they_hold_against_what_they_can(house: SiteHouse) -> None:
    for number in range(8):
        house.receive(sender=f"c{number}@clientes.example", subject=f"Pedido {number}")

    with visiting(house, "marta") as marta:
        html = marta.get("/board", headers=LIVE).text
    ana = text_of(html.partition('id="person-ana"')[2].partition("</section>")[0])

    assert "4 de 8 esperando · 4 abiertos" in ana
    assert html.count("data-case=") == 8
    assert "<html" not in html


def test_more_than_fit_are_told_with_a_way_to_them(house: SiteHouse) -> None:
    with house.house.store.write() as connection:
        connection.execute(sa.update(agents).where(agents.c.name == "luis").values(on_duty=False))
    for number in range(8):
        house.receive(sender=f"c{number}@clientes.example")

    with visiting(house, "marta") as marta:
        html = marta.get("/board").text

    assert '<a href="/cases?list=all&amp;owner=ana">2 más</a>' in html


def test_of_a_crowd_the_cards_are_shown_of_whom_they_are_asked_for(
    house: SiteHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.pages.board.seen.CROWD", 2)
    key = house.receive()
    (case,) = house.house.rows(conversations)

    with visiting(house, "marta") as marta:
        closed = marta.get("/board").text
        opened = marta.get(f"/board?who={case.owner},nobody", headers=LIVE).text
        given = marta.submit("/board/give", case=f"{key}:1", to="marta", who=case.owner)

    assert f'href="/board?who={case.owner}#person-{case.owner}"' in closed
    assert 'data-every="3"' not in closed  # that is for many
    assert (f'id="case-{key}"' in closed, f'id="case-{key}"' in opened) == (False, True)
    assert f'data-live="/board?who={case.owner}"' in opened
    assert f'href="/board#person-{case.owner}"' in opened
    assert given.headers["location"] == f"/board?who={case.owner}"


def test_a_channel_that_is_in_trouble_says_why_and_what_helps(house: SiteHouse) -> None:
    with house.house.store.write() as connection:
        trouble = {"paused_at": house.house.now, "problem": "refused <the> login", "cure": "ask for a new password"}
        connection.execute(sa.update(channels).values(**trouble))

    with visiting(house, "marta") as marta:
        html = marta.get("/board").text

    assert "refused &lt;the&gt; login" in html
    assert "en pausa" in html
    assert "Qué hacer: ask for a new password" in html


def test_what_is_about_to_break_comes_first(house: SiteHouse) -> None:
    first = house.receive(sender="uno@clientes.example")
    house.house.later(minutes=30)
    second = house.receive(sender="dos@clientes.example")
    house.house.later(minutes=20)
    keep_books(house)

    with visiting(house, "marta") as marta:
        html = marta.get("/board/breaking").text
        house.house.later(hours=1)
        late = text_of(marta.get("/board/breaking").text)

    assert 0 < html.index(first) < html.index(second)
    assert "quedan 10 min" in text_of(html)
    assert "50 min de retraso" in late


def test_filters_leave_the_part_that_is_wanted(house: SiteHouse) -> None:
    house.receive()

    with visiting(house, "marta") as marta:
        mine, others = marta.get("/board?team=atencion").text, marta.get("/board?team=otros").text
        nobodys = marta.get("/board?team=nobodys").text

    assert [tile(html, "open") for html in (mine, others, nobodys)] == ["1", "0", "1"]
    assert "<option selected>otros</option>" in others
    assert 'id="person-ana"' not in others
    assert 'data-live="/board?team=otros"' in others


def test_nothing_that_happened_is_shown_late(house: SiteHouse) -> None:
    with visiting(house, "marta") as marta:
        before = tile(marta.get("/board").text, "open")
        house.receive()  # the clock stands still: what is kept would still be fresh

        assert (before, tile(marta.get("/board", headers=LIVE).text, "open")) == ("0", "1")


def test_many_who_look_cost_what_one_costs(house: SiteHouse) -> None:
    made = []
    kept = kept_of(house.house.store.engine)
    for later in (0, 1, 5):
        now = MONDAY_TEN + timedelta(seconds=later)
        kept.get("board", lambda: made.append(1), now=now, lasts=timedelta(seconds=3))

    assert len(made) == 2


def test_figures_are_worked_out_and_drawn_every_half_a_minute_for_all_who_look(
    house: SiteHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_days(house)
    worked, drawn = [], []

    def work_out(*a: Any, **k: Any) -> object:
        worked.append(1)
        return look_at_today(*a, **k)

    def draw(*a: Any) -> object:
        drawn.append(1)
        return hours_plot(*a)

    monkeypatch.setattr("desk.pages.board.seen.look_at_today", work_out)
    monkeypatch.setattr("desk.pages.board.showing.hours_plot", draw)

    with visiting(house, "marta") as marta, visiting(house, "olga") as olga:
        for path in ("/board", "/board/plots", "/board/wall"):
            for one in (marta, olga):
                house.receive(sender="mas@clientes.example")
                house.house.later(seconds=5)
                assert one.get(path).status_code == 200
        before = (len(worked), len(drawn))
        key = house.receive(sender="otra@clientes.example")
        house.house.later(seconds=30)
        answer(house, key)
        keep_books(house)
        later = text_of(marta.get("/board").text)

    assert before == (1, 1)
    assert (len(worked), len(drawn)) == (2, 2)
    assert "3 contestados" in later


def test_what_a_look_at_the_board_asks_of_the_store_does_not_grow_with_the_people(house: SiteHouse) -> None:
    with visiting(house, "marta") as marta:
        marta.get("/board")
        few = len(asked_during(house, lambda: marta.get("/board", headers=LIVE)))
        with house.house.store.write() as connection:
            rows = [{"name": f"crowd{number}", "display_name": "Uno", "capacity": 8} for number in range(60)]
            connection.execute(sa.insert(agents), rows)
        house.receive()
        many = len(asked_during(house, lambda: marta.get("/board", headers=LIVE)))

    assert few <= 6  # who has come, and whether anything happened
    assert many <= 22


def asked_during(house: SiteHouse, look: Callable[[], object]) -> list[str]:
    """What was asked of the store meanwhile."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    engine = house.house.store.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        look()
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    return [statement for statement in asked if not statement.startswith("BEGIN")]


def test_the_wall_names_no_customer(house: SiteHouse) -> None:
    key = house.receive(sender="Lucía Ejemplo <lucia@clientes.example>", subject="Mi caldera")
    keep_books(house)

    with visiting(house, "marta") as marta:
        page = marta.get("/board/wall").text

    assert key in page
    assert not [name for name in ("Lucía", "caldera", "lucia@") if name in page]


def test_why_a_case_is_whose_it_is(house: SiteHouse) -> None:
    key = house.receive(sender="Lucía Ejemplo <lucia@clientes.example>")
    owner = house.house.rows(conversations)[-1].owner.capitalize()

    with visiting(house, "marta") as marta, visiting(house, "pau") as pau:
        page = text_of(marta.get(f"/cases/{key.lower()}/why").text)
        elsewhere = marta.get(f"/board/explain/{key}").headers["location"]
        hidden = pau.get(f"/cases/{key}/why").status_code  # of another team

    assert f"De este caso responde {owner}." in page
    assert "Marta no es del equipo" in page
    assert (elsewhere, hidden) == (f"/cases/{key}/why", 404)


def test_whoever_does_not_oversee_is_refused_on_every_page_of_the_board(house: SiteHouse) -> None:
    paths = [
        (page.path.replace("{key}", "K7M-Q2X-VTR"), page.methods[0]) for page in PAGES if page.path.startswith("/board")
    ]

    with visiting(house, "ana") as ana:
        answers = [ana.get(path) if method == "GET" else ana.submit(path) for path, method in paths]

    assert len(answers) >= 8
    assert {one.status_code for one in answers} == {403}
    assert all("No tienes permiso para esto" in one.text for one in answers)


def test_an_auditor_sees_the_board_and_has_nothing_to_press(house: SiteHouse) -> None:
    house.receive()

    def pressable(browser: Browser) -> list[str]:
        html = browser.get("/board").text
        return [mark for mark in ('action="/board/give"', 'draggable="true"', 'name="case"') if mark in html]

    with visiting(house, "olga") as olga, visiting(house, "marta") as marta:
        assert pressable(olga) == []
        assert len(pressable(marta)) == 3
        assert olga.submit("/board/give", case="K7M-Q2X-VTR:1", to="ana").status_code == 403


def test_an_empty_house_is_told_to_be_one(house: SiteHouse) -> None:
    with visiting(house, "marta") as marta:
        page = text_of(marta.get("/board").text)

    assert "No hay ningún plazo en marcha." in page
    assert "hoy todavía ninguna" in page


def test_both_stores_count_alike(store: Store, tmp_path: Path) -> None:
    house = site_house(store, tmp_path)
    two_days(house)
    now = house.house.now

    with store.read() as connection:
        seen = look_at_board(connection, Part(), now=now, each=2, nearest=5, since=now - timedelta(days=1))

    assert (seen.counts.open, seen.counts.waiting, seen.counts.late) == (5, 1, 1)
    assert [len(one["cases"]) for one in seen.people if one["open"]] == [2, 2]
    assert [one["metric"] for one in seen.next_due] == ["first_response"]
