"""Presence, saved answers, customers and help as pages: what each says, does and refuses."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest

from desk.words import WORDS
from tests.desk.site_house import Browser, SiteHouse, site_house, text_of, visiting
from ventanilla.store.engine import Store
from ventanilla.store.tables import absences, addresses, agents, contacts, conversations, looks, saved_answers
from ventanilla.words import LookedAt


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> SiteHouse:
    return site_house(sqlite_store, tmp_path)


def _is_on_duty(house: SiteHouse, agent: str) -> bool:
    return bool(next(row.on_duty for row in house.house.rows(agents) if row.name == agent))


def test_going_away_and_coming_back_is_one_form_each_and_counts_at_once(house: SiteHouse) -> None:
    with visiting(house, "ana") as browser:
        away = browser.submit("/presence", do="away", length="1h", cover="luis")
        page = text_of(browser.get("/presence").text)
        (absence,) = house.house.rows(absences)
        was_on_duty = _is_on_duty(house, "ana")
        back = browser.submit("/presence", do="back", then="/cases")

    assert (away.status_code, was_on_duty, _is_on_duty(house, "ana")) == (303, False, True)
    assert (absence.cover, absence.ends_at) == ("luis", house.house.now + timedelta(hours=1))
    assert "ausente" in page
    assert back.headers["location"] == "/cases"


def test_what_will_be_handed_over_is_said_before_it_is(sqlite_store: Store, tmp_path: Path) -> None:
    house = site_house(sqlite_store, tmp_path, members='"ana"')
    house.receive()
    with visiting(house, "ana") as browser:
        page = browser.get("/presence").text

    assert "Un caso que espera respuesta nuestra pasará a otra persona." in page
    assert "a quien esté, 15 min después" in page


def test_an_absence_is_planned_in_the_houses_time_and_taken_back(house: SiteHouse) -> None:
    plan = {"from": "2026-12-01", "to": "2026-12-05", "from_time": "09:30"}
    with visiting(house, "ana") as browser:
        for _ in range(2):  # said twice it is one
            browser.submit("/presence", do="plan", **plan)
        (absence,) = house.house.rows(absences)
        browser.submit("/presence", do="end", absence=str(absence.id))

    assert absence.starts_at == datetime(2026, 12, 1, 8, 30, tzinfo=UTC)
    assert absence.ends_at == datetime(2026, 12, 5, 23, 0, tzinfo=UTC)
    assert house.house.rows(absences) == []


ODD: tuple[dict[str, str], ...] = (
    {"from": "mañana"},
    {"from": "2026-12-05", "to": "2026-12-01"},
    {"from": "2026-12-01", "cover": "ana"},
    {"from": "2026-12-01", "cover": "nobody"},
)


def test_an_absence_that_cannot_be_is_said_beside_what_was_typed(house: SiteHouse) -> None:
    with visiting(house, "ana") as browser:
        answers = [browser.submit("/presence", do="plan", **odd) for odd in ODD]

    assert [answer.status_code for answer in answers] == [422] * len(ODD)
    assert all('role="alert"' in answer.text for answer in answers)
    assert house.house.rows(absences) == []


def test_only_a_supervisor_says_it_for_somebody_else(house: SiteHouse) -> None:
    with visiting(house, "ana") as browser:
        refused = browser.submit("/presence", agent="luis", do="away", length="open")
    with visiting(house, "marta") as browser:
        done = browser.submit("/presence", agent="luis", do="away", length="open")

    assert (refused.status_code, done.status_code) == (404, 303)
    assert done.headers["location"] == "/presence?agent=luis"
    assert not _is_on_duty(house, "luis")


def test_agents_keep_their_own_answers_and_supervisors_the_shared_ones(house: SiteHouse) -> None:
    with visiting(house, "marta") as browser:
        browser.submit(
            "/answers", name="Plazos", language="es", text="Hola {customer}:\r\n{agent}", scope="team:atencion"
        )
    with visiting(house, "ana") as browser:
        browser.submit("/answers", name="Mía", language="es", text="Hola", scope="mine")
        listed = text_of(browser.get("/answers").text)
        refused = [browser.get("/answers/1").status_code, browser.submit("/answers/1/remove").status_code]
        shared = browser.submit("/answers", name="X", language="es", text="y", scope="all")
    with visiting(house, "pau") as browser:
        others = text_of(browser.get("/answers").text)

    rows = house.house.rows(saved_answers)
    assert [(row.name, row.agent, row.team) for row in rows] == [("Plazos", None, "atencion"), ("Mía", "ana", None)]
    assert rows[0].text == "Hola {customer}:\n{agent}"
    assert "Hola Eva Ejemplo: Ana" in listed
    assert (refused, shared.status_code) == ([404, 404], 422)
    assert "Plazos" not in others


def test_a_brace_that_nothing_fills_is_told_and_nothing_that_was_typed_is_lost(house: SiteHouse) -> None:
    with visiting(house, "ana") as browser:
        answer = browser.submit("/answers", name="Saludo", language="es", text="Hola {cliente}")

    assert answer.status_code == 422
    assert "No sé con qué rellenar {cliente}" in answer.text
    assert 'value="Saludo"' in answer.text


def test_an_answer_is_found_changed_and_removed_once(house: SiteHouse) -> None:
    with visiting(house, "ana") as browser:
        for name in ("Plazos", "Facturas"):
            browser.submit("/answers", name=name, language="es", text=f"Sobre {name}")
        found = browser.get("/answers?q=factu").text
        browser.submit("/answers/1", name="Plazos", language="en", text="Soon")
        removed = [browser.submit("/answers/2/remove").status_code for _ in range(2)]

    assert ("Facturas" in found, "Plazos" in found) == (True, False)
    assert removed == [200, 303]
    (row,) = house.house.rows(saved_answers)
    assert (row.language, row.text) == ("en", "Soon")


def test_a_removed_answer_comes_back_as_it_was(house: SiteHouse) -> None:
    with visiting(house, "marta") as browser:
        browser.submit(
            "/answers", name='Dicho "así"', language="es", text="Hola {customer}:\r\n\r\n<b>", scope="team:atencion"
        )
        page = browser.submit("/answers/1/remove").text
        fields = {
            name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)
        }
        gone = house.house.rows(saved_answers)
        undone = browser.submit(
            "/answers", **{name: fields[name] for name in ("undo", "name", "language", "text", "scope")}
        )
        told = text_of(browser.get(undone.headers["location"]).text)

    assert gone == []
    (row,) = house.house.rows(saved_answers)
    assert (row.name, row.language, row.team) == ('Dicho "así"', "es", "atencion")
    assert row.text == "Hola {customer}:\n\n<b>"
    assert 'De vuelta: Dicho "así".' in unescape(told)


def _two_customers(house: SiteHouse) -> None:
    for name in ("lucia", "eva"):
        house.receive(sender=f"{name.title()} <{name}@clientes.example>")


def test_a_customer_is_seen_by_whoever_may_see_a_case_of_theirs_and_that_is_noted(house: SiteHouse) -> None:
    _two_customers(house)
    seen = {}
    for agent in ("ana", "pau", "olga"):
        with visiting(house, agent) as browser:
            listed = "lucia@clientes.example" in browser.get("/customers").text
            seen[agent] = (listed, browser.get("/customers/1").status_code, browser.get("/customers/99").status_code)

    assert seen == {"ana": (True, 200, 404), "pau": (False, 404, 404), "olga": (True, 200, 404)}
    assert [(row.agent, row.what) for row in house.house.rows(looks)] == [
        ("ana", LookedAt.CUSTOMER),
        ("olga", LookedAt.CUSTOMER),
    ]


def test_customers_are_found_by_part_of_a_name_or_an_address(house: SiteHouse) -> None:
    _two_customers(house)
    with visiting(house, "ana") as browser:
        found = browser.get("/customers?q=EVA@").text
        nobody = browser.get("/customers?q=zzz").text

    assert ("eva@clientes.example" in found, "lucia@" in found) == (True, False)
    assert "Nadie con «zzz»" in nobody


def test_what_is_known_of_a_customer_is_put_right_and_their_manager_by_a_supervisor_alone(house: SiteHouse) -> None:
    _two_customers(house)
    change = {"do": "change", "name": "Lucía  Ejemplo", "language": "en", "tags": "vip, obra,vip", "owner": "luis"}
    with visiting(house, "ana") as browser:
        browser.submit("/customers/1", **change)
        by_ana = house.house.rows(contacts)[0]
        odd = browser.submit("/customers/1", **{**change, "language": "xx"})
    with visiting(house, "marta") as browser:
        browser.submit("/customers/1", **change)

    assert (by_ana.name, by_ana.language, by_ana.tags) == ("Lucía Ejemplo", "en", ["vip", "obra"])
    assert (by_ana.account_manager, house.house.rows(contacts)[0].account_manager) == (None, "luis")
    assert odd.status_code == 422


def test_two_customers_are_linked_after_a_look_at_both_and_taken_apart_again(house: SiteHouse) -> None:
    _two_customers(house)
    with visiting(house, "ana") as browser:
        asked = text_of(browser.get("/customers/1/link?other=2").text)
        linked = browser.submit("/customers/1/link", other="2")
        together = {row.contact_id for row in house.house.rows(conversations)}
        led_on = browser.get("/customers/2").headers["location"]
        browser.submit("/customers/1", do="unlink", kind="email", address="eva@clientes.example")

    assert "lucia@clientes.example" in asked
    assert "eva@clientes.example" in asked
    assert (linked.headers["location"], together, led_on) == ("/customers/1", {1}, "/customers/1")
    assert {row.value: row.contact_id for row in house.house.rows(addresses)} == {
        "lucia@clientes.example": 1,
        "eva@clientes.example": 2,
    }


def test_a_difficult_customer_is_restricted_with_a_reason_and_blocked_by_a_supervisor(house: SiteHouse) -> None:
    _two_customers(house)
    block = {"do": "block", "until": "2026-12-31", "reason": "amenazas"}
    with visiting(house, "ana") as browser:
        answers = [
            browser.submit("/customers/1", do="restrict", to="luis", reason="").status_code,
            browser.submit("/customers/1", **block).status_code,
            browser.submit("/customers/1", do="restrict", to="luis", reason="insultos").status_code,
        ]
    with visiting(house, "marta") as browser:
        page = text_of(browser.get("/customers/1").text)
        answers.append(browser.submit("/customers/1", do="unrestrict").status_code)
        answers.append(browser.submit("/customers/1", **block).status_code)

    assert answers == [409, 409, 303, 303, 303]
    assert "Solo lo atiende Luis" in page
    row = house.house.rows(contacts)[0]
    assert (row.restriction, row.restricted_until) == ("blocked", datetime(2026, 12, 31, 23, 0, tzinfo=UTC))


def test_help_is_there_in_both_languages_for_everybody(house: SiteHouse) -> None:
    for agent in ("ana", "olga"):
        with visiting(house, agent) as browser:
            spanish = _help(browser)
            browser.submit("/account/preferences", language="en", theme="auto")
            english = _help(browser)

        assert ("Cómo funciona" in spanish, "How the desk works" in english) == (True, True)
        assert ("Supervisión" in spanish) == ("Supervising" in english) == (agent != "ana")


def _help(browser: Browser) -> str:
    answer = browser.get("/help")
    assert answer.status_code == 200
    return text_of(answer.text)


def test_both_languages_have_the_same_words_with_the_same_braces() -> None:
    places = ("cases.", "presence.", "answers.", "customers.", "keys.", "language.")
    mine = [key for key in WORDS["es"] if key.startswith(places)]

    assert mine
    assert {key for key in WORDS["en"] if key.startswith(places)} == set(mine)
    assert [key for key in mine if _braces(WORDS["es"][key]) != _braces(WORDS["en"][key])] == []


def _braces(text: str) -> set[str]:
    return {part.partition("}")[0] for part in text.split("{")[1:]}
