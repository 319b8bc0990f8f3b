"""Cases are given to somebody from the board, handed back, and never from under another supervisor's hands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.desk.site_house import Browser, SiteHouse, site_house, text_of, visiting
from ventanilla.store.engine import Store
from ventanilla.store.tables import agents, conversations, events

MARTA_TOO = '\n[agents.sol]\nname = "Sol"\nrole = "supervisor"\n'


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> SiteHouse:
    return site_house(sqlite_store, tmp_path, more=MARTA_TOO)


def case_of(house: SiteHouse, key: str) -> sa.Row[Any]:
    return next(row for row in house.house.rows(conversations) if row.key == key)


def chosen(house: SiteHouse, key: str) -> str:
    """A case as the board writes it into its forms."""
    return f"{key}:{case_of(house, key).assignment_number}"


def off_duty(house: SiteHouse, agent: str) -> None:
    with house.house.store.write() as connection:
        connection.execute(sa.update(agents).where(agents.c.name == agent).values(on_duty=False))


def after(browser: Browser, answer: Any) -> str:
    """What the page says that a form leads to."""
    assert answer.status_code == 303, answer.text
    return text_of(browser.get(answer.headers["location"]).text)


def other(owner: str) -> str:
    return "luis" if owner == "ana" else "ana"


def test_a_case_is_given_and_the_board_says_so_once(house: SiteHouse) -> None:
    key = house.receive()
    to = other(case_of(house, key).owner)

    with visiting(house, "marta") as marta:
        said = after(marta, marta.submit("/board/give", case=chosen(house, key), to=to))
        again = text_of(marta.get("/board").text)

    assert f"{key} es ahora de {to.capitalize()}." in said
    assert "es ahora de" not in again
    assert (case_of(house, key).owner, case_of(house, key).pinned) == (to, True)


def test_what_was_given_is_handed_back(house: SiteHouse) -> None:
    key = house.receive()
    before = case_of(house, key).owner

    with visiting(house, "marta") as marta:
        page = marta.get(marta.submit("/board/give", case=chosen(house, key), to=other(before)).headers["location"])
        assert f'name="back" value="{chosen(house, key)}:{before}"' in page.text
        said = after(marta, marta.submit("/board/undo", back=f"{chosen(house, key)}:{before}"))

    assert case_of(house, key).owner == before
    assert f"Deshecho: {key} vuelve a quien lo tenía." in said


def test_several_go_at_once_and_what_cannot_be_is_said(house: SiteHouse) -> None:
    keys = [house.receive(sender=f"c{number}@clientes.example") for number in range(3)]
    stale = f"{keys[2]}:7"
    wanted = [chosen(house, keys[0]), chosen(house, keys[1]), stale]

    with visiting(house, "marta") as marta:
        said = after(marta, marta.submit("/board/give", case=wanted, to="pau"))

    owners = [case_of(house, key).owner for key in keys]
    assert owners[:2] == ["pau", "pau"]
    assert owners[2] != "pau"
    assert "2 casos son ahora de Pau" in said
    assert f"{keys[2]} ha cambiado mientras tanto" in said


def test_two_supervisors_at_once_do_not_fight_in_silence(house: SiteHouse) -> None:
    key = house.receive()
    seen_by_both = chosen(house, key)

    with visiting(house, "marta") as marta, visiting(house, "sol") as sol:
        first = after(marta, marta.submit("/board/give", case=seen_by_both, to="pau"))
        second = after(sol, sol.submit("/board/give", case=seen_by_both, to="iris"))

    assert f"{key} es ahora de Pau." in first
    assert f"{key} ha cambiado mientras tanto: ahora es de Pau." in second
    assert case_of(house, key).owner == "pau"


def test_undoing_does_not_take_a_case_from_whoever_got_it_since(house: SiteHouse) -> None:
    key = house.receive()
    before = case_of(house, key).owner

    with visiting(house, "marta") as marta, visiting(house, "sol") as sol:
        marta.submit("/board/give", case=chosen(house, key), to=other(before))
        back = f"{chosen(house, key)}:{before}"
        sol.submit("/board/give", case=chosen(house, key), to="pau")
        said = after(marta, marta.submit("/board/undo", back=back))

    assert "ha cambiado mientras tanto" in said
    assert case_of(house, key).owner == "pau"


def test_giving_to_somebody_off_duty_warns_first(house: SiteHouse) -> None:
    key = house.receive()
    off_duty(house, "pau")

    with visiting(house, "marta") as marta:
        warned = marta.submit("/board/give", case=chosen(house, key), to="pau")
        owner_then = case_of(house, key).owner
        marta.submit("/board/give", case=chosen(house, key), to="pau", sure="1")

    assert warned.status_code == 200
    assert "Pau no está de turno" in text_of(warned.text)
    assert owner_then != "pau"
    assert case_of(house, key).owner == "pau"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"to": "pau"}, "No has elegido ningún caso."),
        ({"case": "no-key:1", "to": "pau"}, "no es la clave de un caso"),
    ],
)
def test_a_form_that_says_too_little_moves_nothing(house: SiteHouse, fields: dict[str, str], said: str) -> None:
    house.receive()

    with visiting(house, "marta") as marta:
        count = len(house.house.rows(events))
        answer = after(marta, marta.submit("/board/give", **fields))

    assert said in answer
    assert len(house.house.rows(events)) == count


def test_nobody_is_asked_for_or_given_a_case_who_cannot_have_one(house: SiteHouse) -> None:
    key = house.receive()

    with visiting(house, "marta") as marta:
        page = text_of(marta.submit("/board/give", case=chosen(house, key)).text)
        answer = marta.submit("/board/give", case=chosen(house, key), to="olga")

    assert "Dar un caso a alguien" in page
    assert "Olga" not in page  # who only looks can have no cases
    assert answer.status_code == 409
    assert case_of(house, key).owner != "olga"


def test_one_comes_back_to_where_one_was(house: SiteHouse) -> None:
    key = house.receive()

    with visiting(house, "marta") as marta:
        fields = {"case": chosen(house, key), "to": "pau", "team": "atencion", "then": "/board/breaking"}
        answer = marta.submit("/board/give", **fields)
        elsewhere = marta.submit("/board/give", **fields | {"then": "https://evil.example/"})

    assert answer.headers["location"] == "/board/breaking?team=atencion"
    assert elsewhere.headers["location"] == "/board?team=atencion"
