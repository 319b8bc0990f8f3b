"""Coming in by an OpenID Connect provider: the whole exchange with a real one, and what does not count as a proof."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import sqlalchemy as sa

from desk.entry.oidc import provider_of
from tests.desk.entry_house import told
from tests.desk.site_house import Browser, SiteHouse, site_house, text_of, visiting
from tests.servers.oidc_provider import OidcProvider, new_key, started_oidc_provider
from ventanilla.store.accounts import unlink_subject
from ventanilla.store.engine import Store
from ventanilla.store.tables import accounts

ANA = {"sub": "a-1", "email": "ana@example.com", "email_verified": True}
MALLORY = {"sub": "m-9", "email": "mallory@example.com", "email_verified": True}


@pytest.fixture(scope="module")
def one_provider() -> Iterator[OidcProvider]:
    with started_oidc_provider() as provider:
        yield provider


@pytest.fixture
def provider(one_provider: OidcProvider) -> OidcProvider:
    fresh = OidcProvider(url=one_provider.url, claims=dict(ANA))
    one_provider.__dict__.update(fresh.__dict__)
    provider_of.cache_clear()
    return one_provider


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path, provider: OidcProvider) -> SiteHouse:
    (tmp_path / "oidc").write_text("between us\n")
    (tmp_path / "oidc").chmod(0o600)
    secret = 'client_secret = { file = "oidc" }'
    more = f'[web.oidc]\nissuer = "{provider.url}"\nclient_id = "ventanilla"\nname = "La tienda"\n{secret}'
    made = site_house(sqlite_store, tmp_path, service='public_url = "http://desk.example"', more=more)
    provider.now = made.house.now
    return made


def _there(browser: Browser, then: str = "/cases") -> str:
    """Set out, agree at the provider by a real request; the address that it sends back to."""
    away = browser.get("/oidc/start", params={"then": then}).headers["location"]
    answer = requests.get(away, allow_redirects=False, timeout=10)
    assert answer.status_code == 302
    return answer.headers["location"].removeprefix("http://desk.example")


def _come(browser: Browser, then: str = "/cases") -> Any:
    return browser.get(_there(browser, then))


def test_whoever_the_provider_proves_is_in_and_where_they_wanted_to_go(
    house: SiteHouse, provider: OidcProvider
) -> None:
    with visiting(house, None) as browser:
        assert "Entrar con La tienda" in text_of(browser.get("/login").text)
        answer = _come(browser)

        assert (answer.status_code, answer.headers["location"]) == (303, "/cases")
        assert browser.get("/account").status_code == 200
    assert told(house, "logged_in") == [("logged_in", "ana", {"way": "oidc", "session": 1})]
    (asked,) = provider.asked
    assert len(asked["code_verifier"]) >= 43


def test_a_subject_stays_the_same_person_when_their_address_changes(house: SiteHouse, provider: OidcProvider) -> None:
    with visiting(house, None) as browser:
        _come(browser)
    provider.claims = {"sub": "a-1", "email": "ana.robles@example.org", "email_verified": False}
    with visiting(house, None) as browser:
        assert _come(browser).status_code == 303

    provider.claims = {**ANA, "sub": "somebody-elses"}
    with visiting(house, None) as browser:
        refused = _come(browser)
        assert refused.status_code == 403
        assert "Tu dirección ya pertenece a otra cuenta de La tienda" in text_of(refused.text)
        with house.desk.store.write() as connection:
            assert unlink_subject(connection, "ana")
        assert _come(browser).status_code == 303
    assert told(house, "login_refused") == [("login_refused", None, {"reason": "oidc taken"})]


@pytest.mark.parametrize(
    ("claims", "reason", "said"),
    [
        (MALLORY, "oidc unknown", "aquí nadie tiene tu dirección"),
        ({**ANA, "email_verified": False}, "oidc unverified", "no ha comprobado tu dirección"),
        ({**ANA, "email_verified": "true"}, "oidc unverified", "no ha comprobado tu dirección"),
        ({"sub": "x", "email": ["ana@example.com"], "email_verified": True}, "oidc unknown", "aquí nadie"),
    ],
)
def test_whom_the_house_does_not_know_is_refused_clearly(
    house: SiteHouse, provider: OidcProvider, claims: dict[str, Any], reason: str, said: str
) -> None:
    provider.claims = claims
    with visiting(house, None) as browser:
        answer = _come(browser)

        assert answer.status_code == 403
        assert said in text_of(answer.text)
        assert "ventanilla" not in browser.cookies
    assert told(house, "login_refused") == [("login_refused", None, {"reason": reason})]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"nonce": "another"}, "oidc claims"),
        ({"aud": "another-client"}, "oidc claims"),
        ({"aud": ["ventanilla", "other"], "azp": "other"}, "oidc audience"),
        ({"iss": "http://127.0.0.1:1"}, "oidc claims"),
        ({"exp": 1}, "oidc claims"),
        ({"sub": None}, "oidc claims"),
    ],
)
def test_a_token_that_is_not_for_us_here_and_now_proves_nothing(
    house: SiteHouse, provider: OidcProvider, changes: dict[str, Any], reason: str
) -> None:
    provider.changes = changes
    with visiting(house, None) as browser:
        assert _come(browser).status_code == 403
    assert told(house, "login_refused") == [("login_refused", None, {"reason": reason})]


def test_a_signature_by_a_key_that_is_not_theirs_proves_nothing(house: SiteHouse, provider: OidcProvider) -> None:
    provider.signs_with = new_key()
    with visiting(house, None) as browser:
        assert _come(browser).status_code == 403
    assert told(house, "login_refused") == [("login_refused", None, {"reason": "oidc signature"})]


def test_keys_that_changed_are_asked_for_again(house: SiteHouse, provider: OidcProvider) -> None:
    with visiting(house, None) as browser:
        assert _come(browser).status_code == 303
    provider.signs_with = new_key()
    provider.shows.append(provider.signs_with)
    provider.now = house.house.later(minutes=2)
    with visiting(house, None) as browser:
        assert _come(browser).status_code == 303


def test_an_answer_is_good_in_the_browser_that_set_out_once_and_soon(house: SiteHouse) -> None:
    with visiting(house, None) as hers, visiting(house, None) as other:
        back = _there(hers)
        assert other.get(back).status_code == 400
        state = parse_qs(urlsplit(back).query)["state"][0]
        assert hers.get(back.replace(state, "x" * len(state))).status_code == 400
        assert hers.get(back).status_code == 400  # what it set out with is gone after one answer

        back = _there(hers)
        assert hers.get(back).status_code == 303
        assert hers.get(back).status_code == 400

        back = _there(other)
        house.house.later(minutes=11)
        assert other.get(back).status_code == 400


def test_a_planted_address_to_go_to_is_not_gone_to(house: SiteHouse) -> None:
    with visiting(house, None) as browser:
        assert _come(browser, "https://evil.example").headers["location"] == "/"


def test_a_provider_that_denies_or_is_another_than_it_says(house: SiteHouse, provider: OidcProvider) -> None:
    provider.denies = True
    with visiting(house, None) as browser:
        answer = _come(browser)
        assert (answer.status_code, "La tienda no te ha dejado entrar" in text_of(answer.text)) == (403, True)

    provider.issuer = "https://another.example"
    provider_of.cache_clear()
    with visiting(house, None) as browser:
        assert browser.get("/oidc/start").status_code == 503


def test_a_provider_out_of_reach_is_said(sqlite_store: Store, tmp_path: Path) -> None:
    more = '[web.oidc]\nissuer = "http://127.0.0.1:9"\nclient_id = "v"'
    house = site_house(sqlite_store, tmp_path, service='public_url = "http://desk.example"', more=more)
    with visiting(house, None) as browser:
        answer = browser.get("/oidc/start")

    assert (answer.status_code, "Inténtalo de nuevo" in text_of(answer.text)) == (503, True)


@pytest.mark.parametrize("what", ["about", "token", "jwks", "userinfo"])
def test_an_answer_without_an_end_is_given_up(house: SiteHouse, provider: OidcProvider, what: str) -> None:
    provider.claims, provider.user_info = {"sub": "a-1"}, ANA
    with visiting(house, None) as browser:
        if what == "about":
            provider.swells = what
            assert browser.get("/oidc/start").status_code == 503
            return
        back = _there(browser)
        provider.swells = what
        assert browser.get(back).status_code == 503
        assert browser.get("/account").status_code == 303  # nobody has come in


def test_what_the_token_leaves_out_is_asked_for(house: SiteHouse, provider: OidcProvider) -> None:
    provider.claims = {"sub": "a-1"}
    provider.user_info = {**ANA, "sub": "not-the-same"}
    with visiting(house, None) as browser:
        assert _come(browser).status_code == 403
        provider.user_info = ANA
        assert _come(browser).status_code == 303
    with house.desk.store.read() as connection:
        assert connection.execute(sa.select(accounts.c.agent, accounts.c.oidc_subject)).all() == [("ana", "a-1")]


def test_somebody_who_left_is_nobody_here(house: SiteHouse, provider: OidcProvider) -> None:
    with visiting(house, None) as browser:
        assert _come(browser).status_code == 303
        house.house.apply(members='"luis"', ana="left = 2026-11-23")
        house.renew()
        provider.now = house.house.now + timedelta(seconds=1)
        assert _come(browser).status_code == 403


def test_without_a_provider_there_is_no_such_page(sqlite_store: Store, tmp_path: Path) -> None:
    with visiting(site_house(sqlite_store, tmp_path), None) as browser:
        assert browser.get("/oidc/start").status_code == 404
        assert browser.get("/oidc/back?code=x&state=y").status_code == 404
