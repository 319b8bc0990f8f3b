"""Who looked at what: noted once, told apart, never the reason why a page does not come. And the tokens by which programs come."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from desk.entry.person import Person, Right, Scope
from desk.entry.sessions import cookie_name, person_of
from desk.entry.tokens import person_of_token
from desk.entry.trail import look_of
from desk.room import Desk
from tests.desk.site_house import SiteHouse, site_house
from ventanilla.store.api_tokens import make_token, revoke_token, tokens_of
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.looks import looks_at
from ventanilla.words import LookedAt, Role


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> SiteHouse:
    return site_house(sqlite_store, tmp_path)


def _ana(session_id: int | None = None) -> Person:
    return Person(agent="ana", name="Ana", role=Role.AGENT, language="es", session_id=session_id)


def _looks(desk: Desk) -> list[tuple[str, str | None, object]]:
    with desk.store.read() as connection:
        return [(row.what, row.key, row.detail) for row in looks_at(connection, agent="ana")]


def test_the_same_look_within_ten_minutes_is_one(store: Store, tmp_path: Path) -> None:
    house = site_house(store, tmp_path)
    key = house.receive()
    desk, ana = house.desk, _ana()
    for minutes in (0, 4, 9, 11):
        look_of(desk, ana, LookedAt.CASE, now=desk.clock() + timedelta(minutes=minutes), case_id=1)
    look_of(desk, ana, LookedAt.FILE, now=desk.clock(), case_id=1, detail={"file": 3})
    look_of(desk, ana, LookedAt.FILE, now=desk.clock(), case_id=1, detail={"file": 4})
    look_of(desk, ana, LookedAt.FILE, now=desk.clock(), case_id=1, detail={"file": 3})

    assert _looks(desk) == [
        ("file", key, {"file": 4}),
        ("file", key, {"file": 3}),
        ("case", key, {}),
        ("case", key, {}),
    ]


def test_another_session_is_another_look(house: SiteHouse) -> None:
    house.receive()
    with house.browser("ana") as one, house.browser("ana") as other:
        for browser in (one, other, one):
            person = _person(house, browser.cookies[cookie_name(house.desk)])
            look_of(house.desk, person, LookedAt.CUSTOMER, now=house.desk.clock(), contact_id=1)

    assert len(_looks(house.desk)) == 2


def test_a_store_that_is_away_fails_no_page(house: SiteHouse) -> None:
    with house.desk.store.write() as connection:
        connection.execute(sa.text("DROP TABLE looks"))

    with capture_logs() as logs:
        look_of(house.desk, _ana(), LookedAt.REPORT, now=house.desk.clock(), detail={"report": "week"})

    assert [line["event"] for line in logs] == ["look_not_noted"]


def test_a_program_comes_as_its_agent_with_no_more_than_its_scopes(store: Store, tmp_path: Path) -> None:
    house = site_house(store, tmp_path)
    desk = house.desk
    token, number = _token(desk, "marta", "read", lasting=timedelta(days=1))
    person = person_of_token(desk, token, now=desk.clock())

    assert person is not None
    assert (person.agent, person.token_id, person.scopes) == ("marta", number, frozenset({Scope.READ}))
    assert person.has(Right.OVERSEE)
    assert not person.has(Right.ACT)
    assert person_of_token(desk, token + "x", now=desk.clock()) is None
    assert person_of_token(desk, token, now=desk.clock() + timedelta(days=1)) is None
    with desk.store.read() as connection:
        assert tokens_of(connection, "marta")[0].used_at == desk.clock()


def test_a_revoked_token_is_good_for_nothing_and_nobody_revokes_anothers(house: SiteHouse) -> None:
    desk = house.desk
    token, number = _token(desk, "ana", "write")
    with desk.store.write() as connection:
        journal = Journal(now=desk.clock(), actor="pau")
        assert not revoke_token(connection, number, journal=journal, agent="pau")
        assert person_of_token(desk, token, now=desk.clock()) is not None
        assert revoke_token(connection, number, journal=journal, agent="ana")
        assert not revoke_token(connection, number, journal=journal)

    assert person_of_token(desk, token, now=desk.clock()) is None


def _token(desk: Desk, agent: str, *scopes: str, lasting: timedelta | None = None) -> tuple[str, int]:
    journal = Journal(now=desk.clock(), actor=agent)
    expires_at = desk.clock() + lasting if lasting else None
    with desk.store.write() as connection:
        number, token = make_token(
            connection, agent, name="t", scopes=scopes, expires_at=expires_at, made_by=agent, journal=journal
        )
        journal.flush(connection)
    return token, number


def _person(house: SiteHouse, token: str) -> Person:
    from starlette.requests import Request

    cookie = f"{cookie_name(house.desk)}={token}".encode()
    person = person_of(house.desk, Request({"type": "http", "headers": [(b"cookie", cookie)]}), now=house.desk.clock())
    assert person is not None
    return person
