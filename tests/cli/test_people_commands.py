"""`agents`, `away`, `back`: presence is true when it is shown, and what they hold is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from router.assigning.line import move_on_from_absent
from tests.cli.conftest import Ask, Read
from tests.cli.town import Town
from ventanilla.store.events import Journal
from ventanilla.store.tables import absences, agents


def presence(people: list[dict[str, str]]) -> dict[str, str]:
    return {one["name"]: one["presence"] for one in people}


def test_people_are_listed_with_what_they_hold(either_town: Town, ask: Ask, read: Read) -> None:
    either_town.write("lucia@client.example")

    people = ask(either_town, "agents")

    assert [one["name"] for one in people] == ["ana", "luis", "marta"]
    ana = people[0]
    assert {name: ana[name] for name in ("presence", "open", "waiting", "capacity", "teams", "absences")} == {
        "presence": "on_duty",
        "open": 1,
        "waiting": 1,
        "capacity": 3,
        "teams": ["atencion"],
        "absences": [],
    }
    assert people[2]["display_name"] == "Marta Ruiz"
    assert "Marta Ruiz" in read(either_town, "agents")


def test_somebody_goes_away_at_once_and_is_back(either_town: Town, ask: Ask) -> None:
    gone = ask(either_town, "away", "ana", "--cover", "luis")
    people = ask(either_town, "agents")
    here = ask(either_town, "back", "ana")

    assert (gone["name"], gone["presence"], gone["until"]) == ("ana", "away", None)
    assert (gone["absences"][0]["to"], gone["absences"][0]["cover"]) == (None, "luis")
    assert presence(people) == {"ana": "away", "luis": "on_duty", "marta": "on_duty"}
    assert (here["presence"], here["absences"]) == ("on_duty", [])


def test_an_absence_to_come_changes_nothing_yet_and_says_when(town: Town, ask: Ask, read: Read) -> None:
    said = read(town, "away", "ana", "--from", "2099-12-01", "--to", "2099-12-05")

    (ana, *_) = ask(town, "agents")
    assert "Ana is on duty until 2099-12-01 00:00" in said
    assert "away from 2099-12-01 00:00 until 2099-12-06 00:00" in said
    assert ana["presence"] == "on_duty"
    assert ana["until"] == ana["absences"][0]["from"] == "2099-11-30T23:00:00Z"
    assert ana["absences"][0]["to"] == "2099-12-05T23:00:00Z"


def test_whoever_is_away_gets_nothing_new(town: Town, ask: Ask) -> None:
    ask(town, "away", "ana")

    town.write("lucia@client.example")

    assert ask(town, "conversations")[0]["owner"] == "luis"


def test_what_becomes_of_their_cases_is_said(town: Town, read: Read) -> None:
    town.write("lucia@client.example")

    said = read(town, "away", "ana")
    covered = read(town, "away", "luis", "--cover", "marta")

    assert "they hold 1 open case, of which 1 wait on us" in said
    assert "what waits on us goes to whoever is there, 15m after they leave" in said
    assert "they hold" not in covered


def test_who_covers_gets_what_waits(town: Town, ask: Ask, read: Read) -> None:
    town.write("lucia@client.example")

    said = read(town, "away", "ana", "--cover", "marta")
    move_on_from_absent(town.store, town.house, Journal(now=datetime.now(UTC), actor="sweeper"))

    assert "what waits on us goes to marta when they leave" in said
    assert ask(town, "conversations")[0]["owner"] == "marta"


def test_saying_it_twice_makes_one_absence(town: Town, read: Read) -> None:
    for _ in range(2):
        read(town, "away", "ana", "--to", "2099-12-05")

    with town.store.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(absences)) == 1


def test_a_longer_absence_counts_beside_a_shorter_one(town: Town, ask: Ask) -> None:
    ask(town, "away", "ana", "--to", "2099-12-05")
    longer = ask(town, "away", "ana")

    assert [absence["to"] for absence in longer["absences"]] == ["2099-12-05T23:00:00Z", None]


def test_back_ends_what_is_under_way_and_keeps_what_is_to_come(town: Town, ask: Ask) -> None:
    ask(town, "away", "ana")
    ask(town, "away", "ana", "--from", "2099-12-01", "--to", "2099-12-05")

    here = ask(town, "back", "ana")

    assert here["presence"] == "on_duty"
    assert [absence["from"] for absence in here["absences"]] == ["2099-11-30T23:00:00Z"]


def test_back_for_somebody_who_is_there_says_so(town: Town, read: Read) -> None:
    assert "Ana was not away" in read(town, "back", "ana")


def test_presence_is_worked_out_when_no_service_does_it(town: Town, ask: Ask) -> None:
    # given a store that nobody has looked after since an absence ended
    ask(town, "away", "ana", "--to", "2099-12-05")
    past = datetime.now(UTC) - timedelta(minutes=1)
    with town.store.write() as connection:
        connection.execute(sa.update(absences).values(starts_at=past - timedelta(hours=1), ends_at=past))
        connection.execute(sa.update(agents).where(agents.c.name == "ana").values(duty_changes_at=past))
    assert presence(ask(town, "status")["agents"])["ana"] == "off_duty"

    # when people are listed
    assert presence(ask(town, "agents"))["ana"] == "on_duty"

    # then it stays so
    assert presence(ask(town, "status")["agents"])["ana"] == "on_duty"


def test_whoever_left_is_shown_only_while_they_own_something(town: Town, ask: Ask) -> None:
    town.write("lucia@client.example")
    with town.store.write() as connection:
        connection.exec_driver_sql("UPDATE agents SET enabled = false, on_duty = false WHERE name IN ('ana', 'luis')")

    assert presence(ask(town, "agents")) == {"ana": "left", "marta": "on_duty"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["away", "an"], 'there is no agent "an"; did you mean "ana"?'),
        (["back", "nadie"], 'there is no agent "nadie"; known here: ana, luis, marta'),
        (["away", "ana", "--cover", "lius"], 'did you mean "luis"?'),
        (["away", "ana", "--cover", "ana"], "ana cannot stand in for themselves"),
        (["away", "ana", "--from", "mañana"], 'expected "now", a date such as 2026-12-01'),
        (["away", "ana", "--to", "2026-13-01"], "--to: expected"),
        (["away", "ana", "--to", "2020-01-01"], "--to: expected a time after"),
        (["away", "ana", "--from", "2099-12-05", "--to", "2099-12-01"], "--to: expected a time after 2099-12-05 00:00"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_changed(
    town: Town, read: Read, arguments: list[str], said: str
) -> None:
    assert said in read(town, *arguments, code=2)

    with town.store.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(absences)) == 0
