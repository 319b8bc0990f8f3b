"""One's own account: the password, preferences, where one is logged in, tokens for programs; and that no form of it is believed
from elsewhere."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from desk.entry.tokens import person_of_token
from tests.desk.entry_house import OTHER, PASSWORD, give_password, log_in, stranger_at, told
from tests.desk.site_house import Browser, SiteHouse, site_house, text_of, visiting
from ventanilla.store.engine import Store

pytestmark = pytest.mark.usefixtures("cheap_hashes")
FORMS = (
    "/account/password",
    "/account/preferences",
    "/account/sessions",
    "/account/tokens",
    "/account/tokens/revoke",
    "/logout",
)


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> SiteHouse:
    made = site_house(sqlite_store, tmp_path)
    give_password(made, "ana")
    return made


def _change(browser: Browser, old: str, new: str) -> int:
    return int(browser.submit("/account/password", old=old, password=new, again=new).status_code)


@pytest.mark.parametrize("path", FORMS)
def test_a_form_from_elsewhere_is_not_believed(house: SiteHouse, path: str) -> None:
    with visiting(house, "ana") as browser, visiting(house, "pau") as other:
        for csrf in ("", other.csrf):
            assert browser.post(path, data={"csrf": csrf, "session": "others"}).status_code == 403
        crossing = {"sec-fetch-site": "cross-site"}
        assert browser.post(path, data={"csrf": browser.csrf}, headers=crossing).status_code == 403
        assert browser.get("/account").status_code == 200
    with visiting(house, None) as stranger:
        assert stranger.submit(path).status_code == 401


def test_everybody_has_an_account_whatever_their_role(house: SiteHouse) -> None:
    for agent, role in (("ana", "agente"), ("marta", "supervisión"), ("iris", "administración"), ("olga", "auditoría")):
        with visiting(house, agent) as browser:
            assert role in text_of(browser.get("/account").text)


def test_changing_the_password_asks_for_the_old_one_and_ends_the_other_sessions(house: SiteHouse) -> None:
    with visiting(house, "ana") as here, visiting(house, "ana") as elsewhere:
        assert _change(here, OTHER, OTHER) == 422
        assert _change(here, PASSWORD, "corta") == 422
        assert _change(here, PASSWORD, OTHER) == 303
        assert "Contraseña cambiada. Una sesión terminada." in text_of(here.get("/account").text)
        assert elsewhere.get("/account").status_code == 303
    with stranger_at(house) as browser:
        assert log_in(browser, "ana", PASSWORD).status_code == 401
        assert log_in(browser, "ana", OTHER).status_code == 303


def test_guessing_the_old_password_gets_slower_too(house: SiteHouse) -> None:
    with visiting(house, "ana") as browser:
        assert [_change(browser, "no lo sé", OTHER) for _ in range(6)] == [422] * 5 + [429]


def test_preferences_hold_on_every_machine_and_nothing_else_gets_in(house: SiteHouse) -> None:
    with visiting(house, "ana") as browser, visiting(house, "ana") as elsewhere:
        assert 'lang="es" data-theme="auto"' in browser.get("/account").text
        assert re.search(r'name="notifications"[^>]*checked', browser.get("/account").text)
        browser.submit("/account/preferences", language="en", theme="dark", role="admin")
        page = elsewhere.get("/account").text
        assert 'lang="en" data-theme="dark"' in page
        assert not re.search(r'name="notifications"[^>]*checked', page)
        browser.submit("/account/preferences", language="xx", theme="<script>", notifications="on")
        assert 'lang="es" data-theme="auto"' in elsewhere.get("/account").text
        assert "agente" in text_of(elsewhere.get("/account").text)
    kept = [data["names"] for _, _, data in told(house, "preferences_set")]
    assert [{"language", "theme", "notifications"} <= set(names) and "role" not in names for names in kept] == [
        True
    ] * 2


def test_one_ends_ones_own_sessions_and_nobody_elses(house: SiteHouse) -> None:
    with visiting(house, "ana") as here, visiting(house, "ana") as lost, visiting(house, "pau") as pau:
        numbers = re.findall(r'name="session" value="(\d+)"', here.get("/account").text)
        assert numbers == ["2"]
        for number in ("3", "x", "", "9" * 30):
            here.submit("/account/sessions", session=number)
        assert (lost.get("/account").status_code, pau.get("/account").status_code) == (200, 200)
        here.submit("/account/sessions", session="2")
        assert lost.get("/account").status_code == 303
        with visiting(house, "ana") as another:
            here.submit("/account/sessions", session="others")
            assert another.get("/account").status_code == 303
        assert here.get("/account").status_code == 200
        assert pau.get("/account").status_code == 200


def test_a_token_is_shown_once_and_is_good_until_it_is_revoked(house: SiteHouse) -> None:
    with visiting(house, "ana") as browser:
        made = browser.submit("/account/tokens", name="<b>Caja</b>", scope=["read", "write", "admin"], days="30")
        (token,) = re.findall(r"vnt_[\w-]{43}", made.text)
        page = browser.get("/account").text
        assert (token in page, "&lt;b&gt;Caja" in page, "<b>Caja</b>" in page) == (False, True, False)
        now = house.desk.clock()
        person = person_of_token(house.desk, token, now=now)
        assert person is not None
        assert {str(scope) for scope in person.scopes or ()} == {"read", "write"}  # no agent administers
        assert person_of_token(house.desk, token, now=now + timedelta(days=30)) is None
        with visiting(house, "pau") as pau:
            pau.submit("/account/tokens/revoke", token="1")
        assert person_of_token(house.desk, token, now=now) is not None
        browser.submit("/account/tokens/revoke", token="1")
        assert person_of_token(house.desk, token, now=now) is None


@pytest.mark.parametrize("fields", [{"name": ""}, {"scope": "admin"}, {"scope": []}, {"days": "9999"}, {"days": "x"}])
def test_a_token_that_cannot_be_is_told_why(house: SiteHouse, fields: dict[str, object]) -> None:
    with visiting(house, "ana") as browser:
        answer = browser.submit("/account/tokens", **{"name": "Caja", "scope": "read", "days": "90", **fields})

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "vnt_" not in answer.text


def test_an_auditors_token_only_reads(house: SiteHouse) -> None:
    with visiting(house, "olga") as browser:
        assert browser.submit("/account/tokens", name="x", scope=["write"], days="30").status_code == 422


def test_who_leaves_takes_no_token_along(house: SiteHouse) -> None:
    with visiting(house, "ana") as browser:
        made = browser.submit("/account/tokens", name="Caja", scope=["read"], days="0")
        (token,) = re.findall(r"vnt_[\w-]{43}", made.text)
    house.house.apply(members='"luis"', ana="left = 2026-11-23")
    house.house.apply(members='"luis"', ana="left = 2027-11-23")
    house.renew()

    assert person_of_token(house.desk, token, now=house.desk.clock()) is None
    assert told(house, "token_revoked") == [("token_revoked", "ana", {"token": 1})]
