"""What an agent of one team learns of another team's cases: nothing, by no page, no key that they type, and not by the API."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.desk.api_house import ApiHouse, api_house
from tests.desk.site_house import visiting
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.suggestions import Reason, suggest
from ventanilla.store.tables import conversations

SENDER = "Sol Secreta <sol@clientes.example>"
SECRET = "Asunto reservado"


@pytest.fixture
def api(sqlite_store: Store, tmp_path: Path) -> ApiHouse:
    return api_house(sqlite_store, tmp_path)


@pytest.fixture
def theirs(api: ApiHouse) -> str:
    """A case of Pau's and of his team, which neither ana nor luis may see."""
    key = api.site.receive(sender=SENDER, subject=SECRET)
    with api.program("marta") as marta:
        marta.act(f"/cases/{key}/transfer", to="pau").raise_for_status()
    with api.house.store.write() as connection:
        connection.execute(sa.update(conversations).where(conversations.c.key == key).values(team="otros"))
    return key


def test_a_merged_case_is_seen_by_whoever_sees_the_one_it_went_into(api: ApiHouse, theirs: str) -> None:
    before = api.site.receive(sender="Eva <eva@clientes.example>")
    with api.program("marta") as marta:
        marta.act(f"/cases/{before}/merge", into=theirs, customers_differ=True).raise_for_status()

    with visiting(api.site, "ana") as ana, api.program("ana") as program:
        for rest in ("", "/parts/stream", "/parts/side", "/record", "/why", "/do/note", "/evidence"):
            assert ana.get(f"/cases/{before}{rest}").status_code == 404, rest
        assert ana.get("/search", params={"q": before}).status_code == 200
        for rest in ("", "/messages", "/events"):
            assert program.get(f"/cases/{before}{rest}").status_code == 404, rest
    with visiting(api.site, "pau") as pau:
        assert pau.get(f"/cases/{before}").headers["location"] == f"/cases/{theirs}"


def test_other_cases_of_a_customer_are_told_to_whoever_may_see_them(api: ApiHouse, theirs: str) -> None:
    seen = api.site.receive(sender=SENDER, subject="A la vista")
    pages = [f"/cases/{seen}", f"/cases/{seen}/parts/side", f"/cases/{seen}/do/merge", f"/cases/{seen}/why"]
    with visiting(api.site, "luis") as luis, visiting(api.site, "ana") as ana, visiting(api.site, "marta") as marta:
        owner = ana if ana.get(pages[0]).status_code == 200 else luis
        shown = [owner.get(page) for page in [*pages, "/customers/1", "/customers", "/search?q=reservado"]]
        assert SECRET in marta.get(pages[1]).text

    assert {answer.status_code for answer in shown} == {200}
    assert not [str(answer.url) for answer in shown if SECRET in answer.text or theirs in answer.text]


@pytest.mark.parametrize(("move", "field"), [("merge", "into"), ("answered_in", "other")])
def test_a_key_that_one_may_not_see_is_refused_as_one_that_is_none(
    api: ApiHouse, theirs: str, move: str, field: str
) -> None:
    mine = api.site.receive(sender="Eva <eva@clientes.example>")
    with visiting(api.site, "ana") as ana, visiting(api.site, "marta") as marta:
        seen = ana.submit(f"/cases/{mine}/do/{move}", **{field: theirs, "customers_differ": "1"})
        known = marta.submit(f"/cases/{mine}/do/{move}", **{field: theirs})

    assert (seen.status_code, known.status_code) == (409, 409)
    assert f"No hay ningún caso {theirs}" in seen.text
    assert "dos clientes" in known.text


def test_who_a_customer_may_also_be_is_told_to_whoever_may_see_both(api: ApiHouse, theirs: str) -> None:
    key = api.site.receive(sender="Sol <sol@otra.example>")
    journal = Journal(now=api.house.now, actor="tests")
    with api.house.store.write() as connection:
        query = sa.select(conversations.c.key, conversations.c.contact_id)
        ids = {row.key: row.contact_id for row in connection.execute(query)}
        suggest(connection, ids[key], ids[theirs], reason=Reason.SAME_NAME, journal=journal)
        journal.flush(connection)
    here, other = f"/customers/{ids[key]}", str(ids[theirs])

    with visiting(api.site, "ana") as ana, visiting(api.site, "marta") as marta, api.program("ana") as program:
        hidden = [ana.get(page).text for page in (here, f"/cases/{key}")]
        told = program.get(f"/cases/{key}").json()["customer"]["suggestions"]
        refused = [ana.get(f"{here}/link?other={other}"), ana.submit(f"{here}/link", other=other)]
        refused.append(ana.submit(here, do="reject", other=other))
        shown = [marta.get(page).text for page in (here, f"/cases/{key}")]

    assert [f"/customers/{other}" in page for page in (*hidden, *shown)] == [False, False, True, True]
    assert told == []
    assert [answer.status_code for answer in refused] == [404, 404, 404]
