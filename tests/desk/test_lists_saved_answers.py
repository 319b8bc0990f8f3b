"""Answers kept for use: who may use which, what they say once filled in, what the log knows of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.router.house_for_tests import MONDAY_TEN, House
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.saved_answers import (
    Answer,
    answer_by_id,
    change_answer,
    filled,
    note_used,
    put_answer,
    remove_answer,
    shared_answers,
    usable_answers,
)
from ventanilla.store.tables import events
from ventanilla.words import EventKind


def _put(house: House, name: str, *, language: str = "es", agent: str | None = None, team: str | None = None) -> int:
    journal = Journal(now=house.now, actor=agent or "marta")
    answer = Answer(name=name, language=language, text=f"Hola: {name}", agent=agent, team=team)
    with house.store.write() as connection:
        number = put_answer(connection, answer, journal)
        journal.flush(connection)
    return number


@pytest.fixture
def house(store: Store, tmp_path: Path) -> House:
    made = House(store, tmp_path, {"more": '[teams.otros]\nmembers = ["marta"]\nduty = ["marta"]\n'})
    _put(made, "Plazos")
    _put(made, "Averías", team="atencion")
    _put(made, "Facturas", team="otros")
    _put(made, "Thanks", language="en")
    _put(made, "lo mío", agent="ana")
    _put(made, "lo de Luis", agent="luis")
    return made


def _names(house: House, language: str | None = None) -> list[str]:
    with house.store.read() as connection:
        found = usable_answers(connection, agent="ana", teams={"atencion"}, language=language)
    return [each["name"] for each in found]


def test_one_may_use_their_own_their_teams_and_everybodys(house: House) -> None:
    assert _names(house) == ["Averías", "lo mío", "Plazos", "Thanks"]


def test_a_language_leaves_what_is_written_in_it(house: House) -> None:
    assert _names(house, "en") == ["Thanks"]


def test_whoever_looks_after_the_shared_ones_sees_those_of_every_team_and_nobodys_own(house: House) -> None:
    with house.store.read() as connection:
        assert [each["name"] for each in shared_answers(connection)] == ["Averías", "Facturas", "Plazos", "Thanks"]


def test_an_answer_is_changed_used_and_removed_and_the_log_never_has_its_text(house: House) -> None:
    number = _put(house, "Secreto")
    changed = Answer(name="Secreto", language="es", text="Otra cosa")
    journal = Journal(now=MONDAY_TEN, actor="marta")
    with house.store.write() as connection:
        done = [change_answer(connection, number, changed, journal) for _ in range(2)]
        note_used(connection, number)
        found = answer_by_id(connection, number)
        done += [remove_answer(connection, number, journal) for _ in range(2)]
        journal.flush(connection)
        gone = answer_by_id(connection, number)

    assert done == [True, False, True, False]
    assert found is not None
    assert (found["text"], found["used"], gone) == ("Otra cosa", 1, None)
    about = [row for row in house.rows(events) if row.data.get("answer") == number]
    assert [row.kind for row in about] == [EventKind.ANSWER_SAVED, EventKind.ANSWER_SAVED, EventKind.ANSWER_REMOVED]
    assert not [row for row in about if "Secreto" in str(row.data) or "Otra" in str(row.data)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hola {customer}:", "Hola Eva:"),
        ("{customer}, {key} y {customer}", "Eva, K7M y Eva"),
        ("Saludos, {agent}", "Saludos,"),  # nobody knows: neither the braces nor the space before them stay
        ("{otra} {} {{key}}", "{otra} {} {K7M}"),
        ("{service}", "{customer}"),  # what was filled in is not filled in again
    ],
)
def test_what_stands_in_braces_is_filled_in_once(text: str, said: str) -> None:
    assert filled(text, {"customer": "Eva", "key": "K7M", "service": "{customer}"}) == said
