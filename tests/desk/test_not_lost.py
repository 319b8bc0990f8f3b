"""What somebody wrote when it did not go out: it is there to be read, and the way back is where they were."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

from tests.desk.site_house import site_house, visiting
from ventanilla.store.engine import Store
from ventanilla.store.tables import conversations


def test_what_was_written_is_there_after_the_case_went_to_somebody_else(sqlite_store: Store, tmp_path: Path) -> None:
    it = site_house(sqlite_store, tmp_path, members='"ana", "luis"')
    key = it.receive()
    owner = it.house.rows(conversations)[0].owner
    other = "luis" if owner == "ana" else "ana"
    with visiting(it, owner) as browser, visiting(it, "marta") as supervisor:
        supervisor.submit(f"/cases/{key}/do/transfer", to=other)
        page = browser.submit(f"/cases/{key}/answer", text="Sale mañana, con <cuidado>.")

    assert page.status_code == 409
    assert "No se ha enviado." in page.text
    assert "Sale mañana, con &lt;cuidado&gt;.</textarea>" in page.text


def test_a_page_that_says_no_leads_back_to_where_one_was_and_to_the_door(sqlite_store: Store, tmp_path: Path) -> None:
    it = site_house(sqlite_store, tmp_path)
    key = it.receive()
    for came, back in (
        (f"http://desk.example/cases/{key}?all=1", f"/cases/{key}?all=1"),
        ("https://elsewhere.example/cases", "/"),
        ("http://desk.example//elsewhere.example/cases", "/"),  # as an address to go to it names another site
        ("", "/"),
    ):
        with visiting(it, "marta") as browser:
            old = browser.post(f"/cases/{key}/answer", data={"text": "x", "csrf": "old"}, headers={"referer": came})
            browser.cookies.clear()
            over = browser.post(f"/cases/{key}/answer", data={"text": "x"}, headers={"referer": came})
        assert (old.status_code, over.status_code) == (403, 401)
        assert f'class="button" href="{back}"' in old.text
        assert "elsewhere.example" not in old.text + over.text
        assert f'href="/login?{urlencode({"then": back})}"' in over.text
