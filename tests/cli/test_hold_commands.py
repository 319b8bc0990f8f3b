"""`hold`, `unhold`, `holds`, as people type them."""

from __future__ import annotations

from tests.cli.conftest import Ask, Read
from tests.cli.town import Town
from ventanilla.store.engine import Store
from ventanilla.store.tables import events


def test_a_case_is_held_listed_and_let_go(either_town: Town, ask: Ask, read: Read) -> None:
    town = either_town
    town.write("lucia@client.example")
    key = ask(town, "conversations")[0]["key"]
    assert "no case is held" in read(town, "holds")

    done = ask(town, "hold", key, "--reason", "Juzgado 3", "--until", "2099-12-31")
    assert (done["changed"], done["until"]) == (True, "2099-12-31T23:00:00Z")
    assert ask(town, "hold", key, "--reason", "Juzgado 3", "--until", "2099-12-31")["changed"] is False
    assert "is kept until `ventanilla unhold" in read(town, "hold", key, "--reason", "Otra cosa")
    assert [(one["key"], one["reason"], one["in_force"]) for one in ask(town, "holds")] == [
        (key, "Juzgado 3", True),
        (key, "Otra cosa", True),
    ]
    assert "2 holds ended" in read(town, "unhold", key)
    assert "was not held" in read(town, "unhold", key)
    assert ask(town, "holds") == []
    assert "ended by" in read(town, "holds", "--past")
    assert set(ask(town, "audit").values()) == {0}
    assert kinds(town.store).count("legal_hold") == 2
    assert kinds(town.store).count("legal_hold_ended") == 1


def test_only_a_supervisor_holds_a_case_and_says_why(town: Town, ask: Ask, read: Read) -> None:
    town.write("lucia@client.example")
    key = ask(town, "conversations")[0]["key"]
    assert "ana is no supervisor" in read(town, "hold", key, "--reason", "x", "--as", "ana", code=2)
    assert "ana is no supervisor" in read(town, "unhold", key, "--as", "ana", code=2)
    assert "say why it is held" in read(town, "hold", key, "--reason", " ", code=2)
    assert "is over" in read(town, "hold", key, "--reason", "x", "--until", "2020-01-01", code=2)
    assert ask(town, "holds") == []


def kinds(store: Store) -> list[str]:
    with store.read() as connection:
        return [row.kind for row in connection.execute(events.select().order_by(events.c.id))]
