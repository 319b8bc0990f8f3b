"""Searching at the desk: what is found, what stays hidden from whom, and where it leads."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.moves.note import add_note
from tests.desk.site_house import SiteHouse, site_house, text_of, visiting
from ventanilla.store.engine import Store
from ventanilla.store.tables import looks


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> SiteHouse:
    return site_house(sqlite_store, tmp_path)


def test_a_word_leads_to_its_case_with_what_stands_around_it(house: SiteHouse) -> None:
    key = house.receive(subject="Mi lámpara", text="Compré una lámpara de mesa y llegó rota <b>del todo</b>.")
    house.receive(subject="Otra cosa", text="¿A qué hora abren?", sender="otro@clientes.example")

    with visiting(house, "ana") as browser:
        page = browser.get("/search?q=LAMPARA+rota").text

    assert f"/cases/{key}#m" in page
    assert "<mark>lámpara</mark>" in page
    assert "&lt;b&gt;del todo&lt;/b&gt;" in page
    assert "abren" not in page


def test_whoever_may_not_see_a_case_does_not_find_it(house: SiteHouse) -> None:
    key = house.receive(subject="Mi lámpara")
    with house.desk.moving("ana") as move:
        add_note(move, key, "El taller tiene la lámpara")

    seen = {}
    for agent in ("ana", "luis", "marta", "olga", "pau"):
        with visiting(house, agent) as browser:
            page = browser.get("/search?q=lampara")
            seen[agent] = (key in page.text, "El taller" in text_of(page.text), "clientes.example" in page.text)
            assert browser.get(f"/search?q={key}").headers.get("location") == (
                None if agent == "pau" else f"/cases/{key}"
            )

    assert seen["pau"] == (False, False, False)
    assert {seen[agent][:2] for agent in ("ana", "luis", "marta", "olga")} == {(True, True)}


def test_a_customer_is_found_by_name_and_by_address(house: SiteHouse) -> None:
    house.receive(sender="Lucía Ejemplo <lucia@clientes.example>")

    with visiting(house, "ana") as browser:
        assert "/customers/" in browser.get("/search?q=lucía+ejem").text
        assert "/customers/" in browser.get("/search?q=lucia@clientes").text


def test_many_cases_come_a_page_at_a_time_and_each_once(house: SiteHouse) -> None:
    keys = {house.receive(subject=f"Factura {n}", sender=f"c{n}@clientes.example") for n in range(35)}

    with visiting(house, "marta") as browser:
        first = browser.get("/search?q=factura").text
        following = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
        second = browser.get(following).text

    shown = [{key for key in keys if f"/cases/{key}#" in page} for page in (first, second)]
    assert [len(some) for some in shown] == [30, 5]
    assert shown[0] | shown[1] == keys
    assert 'rel="next"' not in second


def test_filters_narrow_it_and_nonsense_in_them_breaks_nothing(house: SiteHouse) -> None:
    key = house.receive(subject="Factura")

    with visiting(house, "marta") as browser:
        assert key in browser.get("/search?q=factura&channel=soporte&state=open&from=2026-11-23&to=2026-11-23").text
        assert key not in browser.get("/search?q=factura&state=resolved").text
        assert key not in browser.get("/search?q=factura&to=2026-11-22").text
        assert browser.get("/search?q=factura&from=x&to=99&after=x&owner=zz").status_code == 200
        assert browser.get("/search?q=%00%22(").status_code == 200


def test_that_somebody_searched_is_in_the_trail_without_what(house: SiteHouse) -> None:
    house.receive(subject="Factura")

    with visiting(house, "ana") as browser:
        browser.get("/search?q=factura")

    (look,) = [row for row in house.house.rows(looks) if row.what == "search"]
    assert (look.agent, look.detail) == ("ana", {"words": 1, "found": 1})
