"""Logging in and out: by which name, how slowly one guesses, what the cookie is like, where one lands."""

from __future__ import annotations

from pathlib import Path

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from desk.entry import passwords
from tests.desk.entry_house import (
    OTHER,
    PASSWORD,
    csrf_in,
    give_password,
    log_in,
    stranger_at,
    told,
)
from tests.desk.site_house import SiteHouse, site_house, text_of, visiting
from ventanilla.store.accounts import account_of
from ventanilla.store.engine import Store

COOKIE = "ventanilla"
pytestmark = pytest.mark.usefixtures("cheap_hashes")


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> SiteHouse:
    made = site_house(sqlite_store, tmp_path)
    give_password(made, "ana")
    return made


@pytest.mark.parametrize("name", ["ana", "Ana", " ana@example.com ", "ANA@EXAMPLE.COM"])
def test_one_comes_in_by_name_or_address(house: SiteHouse, name: str) -> None:
    with stranger_at(house) as browser:
        answer = log_in(browser, name)

        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert browser.get("/account").status_code == 200
    assert told(house, "logged_in") == [("logged_in", "ana", {"way": "password", "session": 1})]


@pytest.mark.parametrize(
    ("name", "password"), [("ana", OTHER), ("nadie", PASSWORD), ("luis", PASSWORD), ("ana\0", OTHER)]
)
def test_a_wrong_password_and_an_unknown_name_are_answered_alike(house: SiteHouse, name: str, password: str) -> None:
    with stranger_at(house) as browser:
        answer = log_in(browser, name, password)

        assert answer.status_code == 401
        assert "El nombre o la contraseña no son correctos." in text_of(answer.text)
        assert COOKIE not in browser.cookies
    assert [data["reason"] for _, _, data in told(house, "login_refused")] == ["password" if "ana" in name else "name"]
    assert "nadie" not in str(told(house, "login_refused", "login_throttled"))


def test_somebody_who_left_does_not_come_in_and_is_out_at_once(house: SiteHouse) -> None:
    with stranger_at(house) as browser, stranger_at(house) as late:
        log_in(browser, "ana")
        house.house.apply(members='"luis"', ana="left = 2026-11-23")
        house.renew()

        assert browser.get("/account").headers["location"].startswith("/login")
        assert log_in(late, "ana").status_code == 401
    assert told(house, "session_ended") == [("session_ended", "ana", {"session": 1})]


def test_guessing_gets_slower_and_nobody_is_locked_out_for_good(house: SiteHouse) -> None:
    with stranger_at(house) as browser:
        statuses = []
        for _ in range(7):
            statuses.append(log_in(browser, "ana", OTHER).status_code)
        waiting = log_in(browser, "ana")
        assert statuses == [401] * 5 + [429] * 2
        assert waiting.status_code == 429
        assert waiting.headers["retry-after"] == "5"
        assert "Prueba otra vez dentro de 5 s." in text_of(waiting.text)

        house.house.later(seconds=5)
        assert log_in(browser, "ana", OTHER).status_code == 401
        assert log_in(browser, "ana").headers["retry-after"] == "10"
        house.house.later(seconds=10)
        assert log_in(browser, "ana").status_code == 303
    assert told(house, "login_throttled") == [("login_throttled", "ana", {"by": "account"})] * 2


def test_every_process_brakes_for_the_others(store: Store, tmp_path: Path) -> None:
    house = site_house(store, tmp_path)
    give_password(house, "ana")
    for attempt in range(5):
        house.renew()  # another process, which shares nothing but the store
        with stranger_at(house) as browser:
            assert log_in(browser, "ana" if attempt % 2 else "ana@example.com", OTHER).status_code == 401

    house.renew()
    with stranger_at(house) as browser:
        assert log_in(browser, "ana").status_code == 429


def test_a_name_that_nobody_has_is_braked_as_one_that_somebody_has(house: SiteHouse) -> None:
    with stranger_at(house) as browser:
        statuses = [log_in(browser, "nadie", OTHER).status_code for _ in range(6)]

    assert statuses == [401] * 5 + [429]


def test_a_network_that_tries_many_names_is_braked_and_another_is_not(house: SiteHouse) -> None:
    with stranger_at(house) as browser:
        browser.headers["x-forwarded-for"] = "203.0.113.9"  # from no proxy of ours: not believed
        statuses = [log_in(browser, f"nadie{number}", OTHER).status_code for number in range(41)]

        assert statuses == [401] * 40 + [429]
        assert log_in(browser, "ana").status_code == 429


def test_who_guesses_elsewhere_does_not_keep_out_whoever_came_in_here_before(house: SiteHouse) -> None:
    with stranger_at(house) as hers, stranger_at(house) as theirs:
        log_in(hers, "ana")
        hers.cookies.delete(COOKIE)
        for _ in range(6):
            log_in(theirs, "ana", OTHER)
        assert log_in(theirs, "ana").status_code == 429

        hers.cookies.delete("ventanilla-door")
        hers.csrf = csrf_in(hers.get("/login").text)
        assert log_in(hers, "ana").status_code == 303


def test_a_success_forgets_what_was_mistyped_before(house: SiteHouse) -> None:
    for _ in range(3):
        with stranger_at(house) as browser:
            for _ in range(4):
                assert log_in(browser, "ana", OTHER).status_code == 401
            assert log_in(browser, "ana").status_code == 303


def test_weaker_hashes_are_made_anew(house: SiteHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _hash(house)
    stronger = PasswordHasher(time_cost=CHEAPEST.time_cost + 1, memory_cost=64, parallelism=1, hash_len=16)
    monkeypatch.setattr(passwords, "HASHER", stronger)
    for _ in range(2):
        with stranger_at(house) as browser:
            assert log_in(browser, "ana").status_code == 303

    assert _hash(house) != before
    assert not passwords.is_outdated(_hash(house))


def test_the_cookie_is_for_this_host_over_https_alone(sqlite_store: Store, tmp_path: Path) -> None:
    house = site_house(sqlite_store, tmp_path, service='public_url = "https://desk.example.com"')
    give_password(house, "ana")
    with visiting(house, None) as browser:
        browser.base_url = "https://desk.example.com"
        browser.csrf = csrf_in(browser.get("/login").text)
        answer = log_in(browser, "ana")

    (cookie,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith("__Host-ventanilla=")]
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"secure", "httponly", "samesite=lax", "path=/", "max-age=604800"} <= parts
    assert not any(part.startswith("domain") for part in parts)


def test_a_session_that_was_planted_is_never_taken_over(house: SiteHouse) -> None:
    with stranger_at(house) as browser:
        browser.cookies.set(COOKIE, "planted-by-somebody")
        log_in(browser, "ana")

        tokens = {cookie.value for cookie in browser.cookies.jar if cookie.name == COOKIE}
        assert any(token != "planted-by-somebody" for token in tokens)
    with visiting(house, None) as attacker:
        attacker.cookies.set(COOKIE, "planted-by-somebody")
        assert attacker.get("/account").status_code == 303


@pytest.mark.parametrize(
    ("then", "place"),
    [
        ("/cases?tab=mine", "/cases?tab=mine"),
        ("https://evil.example", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_one_lands_where_one_wanted_to_go_and_never_elsewhere(house: SiteHouse, then: str, place: str) -> None:
    with stranger_at(house) as browser:
        assert log_in(browser, "ana", then=then).headers["location"] == place


def test_a_form_from_elsewhere_logs_nobody_in(house: SiteHouse) -> None:
    with visiting(house, None) as attacker, visiting(house, None) as victim:
        given = csrf_in(attacker.get("/login").text)
        victim.get("/login")
        for csrf in (given, "", "x"):
            answer = victim.post("/login", data={"name": "ana", "password": PASSWORD, "csrf": csrf})
            assert answer.status_code == 403
        assert COOKIE not in victim.cookies


def test_logging_out_ends_the_session_and_not_the_browsers_memory_alone(house: SiteHouse) -> None:
    with stranger_at(house) as browser:
        log_in(browser, "ana")
        token = browser.cookies[COOKIE]
        assert browser.get("/logout").status_code == 404
        browser.csrf = csrf_in(browser.get("/account").text)
        answer = browser.submit("/logout")

        assert answer.headers["location"] == "/login"
        assert COOKIE not in browser.cookies
        browser.cookies.set(COOKIE, token)
        assert browser.get("/account").status_code == 303
    assert [kind for kind, _, _ in told(house, "session_ended")] == ["session_ended"]


def test_a_house_without_passwords_takes_none(sqlite_store: Store, tmp_path: Path) -> None:
    oidc = '[web]\npasswords = false\n[web.oidc]\nissuer = "https://login.example.com"\nclient_id = "v"'
    house = site_house(sqlite_store, tmp_path, service='public_url = "http://desk.example"', more=oidc)
    give_password(house, "ana")
    with stranger_at(house) as browser:
        page = browser.get("/login").text
        assert 'name="password"' not in page
        assert "Entrar con login.example.com" in text_of(page)
        assert log_in(browser, "ana").status_code == 403


def test_an_idle_session_ends_when_the_house_says(sqlite_store: Store, tmp_path: Path) -> None:
    house = site_house(sqlite_store, tmp_path, more='[web]\nsession_idle = "30m"\nsession_lasts = "1h"')
    with visiting(house, "ana") as browser:
        for minutes in (0, 29, 29):
            house.house.later(minutes=minutes)
            assert browser.get("/account").status_code == 200
        house.house.later(minutes=31)
        assert browser.get("/account").status_code == 303


def _hash(house: SiteHouse) -> str:
    with house.desk.store.read() as connection:
        account = account_of(connection, "ana")
    assert account is not None
    return str(account.password_hash)
