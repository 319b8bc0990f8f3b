"""An invitation to the desk: good once and for 48 hours, which passwords will do, and what ends with a new one."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk.entry.passwords import problem_with
from tests.desk.entry_house import OTHER, PASSWORD, csrf_in, give_password, invited, log_in, stranger_at, told
from tests.desk.site_house import SiteHouse, site_house, text_of, visiting
from ventanilla.store.engine import Store

pytestmark = pytest.mark.usefixtures("cheap_hashes")


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> SiteHouse:
    return site_house(sqlite_store, tmp_path)


def test_who_was_invited_chooses_a_password_and_is_in(store: Store, tmp_path: Path) -> None:
    house = site_house(store, tmp_path)
    path = invited(house, "pau")
    with stranger_at(house, path) as browser:
        page = text_of(browser.get(path).text)
        assert "Hola, Pau" in page
        answer = browser.submit(path, password=PASSWORD, again=PASSWORD)

        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert browser.get("/account").status_code == 200
    with stranger_at(house) as browser:
        assert log_in(browser, "pau").status_code == 303
    assert [kind for kind, _, _ in told(house, "password_set", "logged_in")] == [
        "password_set",
        "logged_in",
        "logged_in",
    ]


def test_an_invitation_is_good_once(house: SiteHouse) -> None:
    path = invited(house, "pau")
    with stranger_at(house, path) as first, stranger_at(house, path) as second:
        assert first.submit(path, password=PASSWORD, again=PASSWORD).status_code == 303
        refused = second.submit(path, password=OTHER, again=OTHER)

        assert refused.status_code == 410
        assert "Esta invitación ya se ha usado" in text_of(refused.text)
        assert "ya se ha usado" in text_of(second.get(path).text)
    with stranger_at(house) as browser:
        assert log_in(browser, "pau", OTHER).status_code == 401


def test_an_invitation_that_is_late_cut_off_or_voided_says_so(house: SiteHouse) -> None:
    old = invited(house, "pau")
    new = invited(house, "pau")
    with visiting(house, None) as browser:
        assert browser.get(old).status_code == 410
        assert browser.get(new).status_code == 200
        assert (browser.get(new[:-3]).status_code, browser.get("/welcome/x").status_code) == (404, 404)
        browser.csrf = csrf_in(browser.get(new).text)
        house.house.later(hours=48)
        assert "Esta invitación ha caducado" in text_of(browser.get(new).text)
        assert browser.submit(new, password=PASSWORD, again=PASSWORD).status_code == 410


def test_an_invitation_of_somebody_who_left_is_void(house: SiteHouse) -> None:
    path = invited(house, "luis")
    house.house.apply(members='"ana"', luis="left = 2026-11-23")
    house.renew()
    with visiting(house, None) as browser:
        assert "ya no trabaja aquí" in text_of(browser.get(path).text)


def test_a_new_password_ends_what_was_open_and_forgets_who_guessed(house: SiteHouse) -> None:
    give_password(house, "ana")
    with visiting(house, "ana") as before, stranger_at(house) as guessing:
        for _ in range(6):
            log_in(guessing, "ana", OTHER)
        path = invited(house, "ana")
        with stranger_at(house, path) as browser:
            assert browser.submit(path, password=OTHER, again=OTHER).status_code == 303
            assert browser.get("/account").status_code == 200

        assert before.get("/account").status_code == 303
        assert log_in(guessing, "ana", OTHER).status_code == 303


def test_whoever_is_in_as_somebody_else_is_told_and_goes_out(house: SiteHouse) -> None:
    path = invited(house, "pau")
    with visiting(house, "ana") as browser:
        assert "En este navegador ha entrado Ana" in text_of(browser.get(path).text)
        token = browser.cookies["ventanilla"]
        assert browser.submit(path, password=PASSWORD, again=PASSWORD).status_code == 303
        browser.cookies.clear()
        browser.cookies.set("ventanilla", token)
        assert browser.get("/account").status_code == 303


def test_a_form_that_did_not_come_from_the_page_sets_nothing(house: SiteHouse) -> None:
    path = invited(house, "pau")
    with visiting(house, None) as browser:
        browser.get(path)
        assert browser.post(path, data={"password": OTHER, "again": OTHER}).status_code == 403
        assert browser.get(path).status_code == 200


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("cortita", "al menos 10 caracteres"),
        ("contraseña123", "más usadas"),
        ("x" * 300, "como mucho 256"),
        ("ababababababab", "los mismos caracteres"),
        ("pau pau pau!", "tu nombre"),
        ("Ferretería Sol", "tu nombre"),
    ],
)
def test_a_password_that_will_not_do_is_told_why(house: SiteHouse, password: str, said: str) -> None:
    path = invited(house, "pau")
    with stranger_at(house, path) as browser:
        answer = browser.submit(path, password=password, again=password)

        assert answer.status_code == 422
        assert said in text_of(answer.text)
        assert f'value="{password}"' not in answer.text
        assert browser.submit(path, password=PASSWORD, again=PASSWORD + " ").status_code == 422


@pytest.mark.parametrize(
    "password", ["  diez espacios  ", "un piano verde", "日本語の合言葉を選ぶよ", "Tr0ub4dor&3x", "anacardos fritos"]
)
def test_no_kind_of_character_is_asked_for(password: str) -> None:
    assert problem_with(password, least=10, names=["ana", "Ferretería Sol", "ana@example.com"]) is None


def test_the_house_says_how_long_a_password_is(sqlite_store: Store, tmp_path: Path) -> None:
    house = site_house(sqlite_store, tmp_path, more="[web]\npassword_min = 20")
    path = invited(house, "pau")
    with stranger_at(house, path) as browser:
        assert browser.submit(path, password="un piano verde", again="un piano verde").status_code == 422
        assert "Al menos 20 caracteres" in text_of(browser.get(path).text)
