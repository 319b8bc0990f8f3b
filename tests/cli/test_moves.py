"""What people do to cases, as commands: what each prints, what each changes, what each refuses and with which cure."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from cli.inbox import this_user
from tests.cli.conftest import Ask, Read
from tests.cli.town import Town
from ventanilla.store.audit import audit
from ventanilla.store.tables import agents, events, outbox
from ventanilla.words import EventKind


@pytest.fixture
def key(town: Town, ask: Ask) -> str:
    town.write("lucia@client.example", name="Lucía", ago=timedelta(minutes=30))
    return str(ask(town, "conversations")[0]["key"])


def whole(town: Town, ask: Ask, key: str) -> Any:
    (case,) = ask(town, "show", key)
    return case


def is_sound(town: Town) -> bool:
    with town.store.read() as connection:
        found = audit(connection, now=town.now, blobs=town.store.blobs)
    return not any(found.values())


def test_a_whole_life_by_command(either_town: Town, ask: Ask, read: Read) -> None:
    town = either_town
    town.write("lucia@client.example", name="Lucía", ago=timedelta(minutes=30))
    (case,) = ask(town, "conversations")
    key, owner = case["key"], ("--as", case["owner"])

    assert ask(town, "note", key, *owner, "--text", "@luis, míralo") == {"key": key, "note": 1}
    assert "2099" not in read(town, "wait", key, *owner, "--for", "third_party", "--until", "2099-12-01")
    called = ask(town, "called", key, *owner, "--outcome", "reached", "--text", "Mañana")
    assert (called["state"], called["changed"], called["outcome"]) == ("waiting_third_party", True, "reached")
    assert ask(town, "resolve", key, *owner)["state"] == "resolved"
    assert "was so already" in read(town, "resolve", key, *owner)
    assert ask(town, "reopen", key, *owner)["state"] == "open"
    assert ask(town, "spam", key, *owner)["state"] == "spam"

    shown = whole(town, ask, key)
    assert [note["text"] for note in shown["notes"]] == ["@luis, míralo"]
    (_, call) = shown["messages"]
    assert (call["medium"], call["outcome"], call["agent"], call["side"]) == (
        "call",
        "reached",
        case["owner"],
        "command",
    )
    assert shown["first_response_at"] == call["replied_at"]
    page = read(town, "show", key)
    assert "note 1 by" in page
    assert "call: reached" in page
    assert is_sound(town)


def test_without_a_name_the_owner_acts_by_the_hand_of_whoever_runs_it(
    town: Town, key: str, ask: Ask, read: Read
) -> None:
    assert ask(town, "called", key, "--outcome", "reached")["owner"] == "ana"
    assert ask(town, "resolve", key)["state"] == "resolved"

    (call,) = [each for each in whole(town, ask, key)["messages"] if each["direction"] == "out"]
    with town.store.read() as connection:
        actors = set(connection.scalars(sa.select(events.c.actor).where(events.c.kind == EventKind.CALLED)))
    assert call["author"] == "ana"
    assert actors == {this_user()}
    assert "is no case key" in read(town, "called", "AAA-AAA-AAA", "--outcome", "reached", code=2)


def test_a_waiting_customer_is_not_resolved_away(town: Town, key: str, ask: Ask, read: Read) -> None:
    assert "--no-reply-needed" in read(town, "resolve", key, "--as", "ana", code=2)

    assert ask(town, "resolve", key, "--as", "ana", "--no-reply-needed")["changed"]
    assert whole(town, ask, key)["resolution"] == "no_reply_needed"
    assert "resolved" in read(town, "show", key)
    assert "no reply needed" in read(town, "show", key)


def test_resolving_behind_an_answer_waits_for_it(town: Town, key: str, ask: Ask) -> None:
    written = ask(town, "reply", key, "--as", "ana", "--text", "Sale hoy.")

    resolved = ask(town, "resolve", key, "--as", "ana")

    assert (resolved["state"], resolved["waits_for"]) == ("open", written["outbox_id"])


def test_two_cases_become_one_and_two_again_and_the_old_key_still_finds_it(
    town: Town, key: str, ask: Ask, read: Read
) -> None:
    town.write("lucia@client.example", subject="Otra cosa")
    other = ask(town, "conversations")[0]["key"]

    assert ask(town, "merge", key, "--into", other, "--as", "ana")["key"] == other
    shown = whole(town, ask, key)
    assert (shown["key"], shown["former_keys"], len(shown["messages"])) == (other, [key], 2)
    assert "use that key" in read(town, "reply", key, "--as", "ana", "--text", "x", code=2)
    assert ask(town, "conversations", "--open")[0]["messages"] == 2
    assert ask(town, "unmerge", key, "--as", "ana")["state"] == "open"
    assert whole(town, ask, key)["key"] == key
    assert is_sound(town)


def test_one_message_becomes_a_case_and_the_two_name_each_other(town: Town, key: str, ask: Ask, read: Read) -> None:
    town.write("lucia@client.example", answers="<m1@client>")
    second = whole(town, ask, key)["messages"][1]["id"]

    new = ask(town, "split", key, "--message", str(second), "--as", "ana")

    assert [link["key"] for link in whole(town, ask, new["key"])["links"]] == [key]
    assert new["key"] in read(town, "show", key)
    assert is_sound(town)


def test_an_answer_elsewhere_counts_here(town: Town, key: str, ask: Ask) -> None:
    town.write("lucia@client.example", subject="Otra cosa")
    other = ask(town, "conversations")[0]
    ask(town, "called", other["key"], "--as", other["owner"], "--outcome", "reached")

    assert ask(town, "answered-in", key, other["key"], "--as", "ana")["state"] == "waiting_customer"
    assert ask(town, "conversations")[1]["first_response_seconds"] is not None
    assert is_sound(town)


def test_somebody_works_on_it_beside_its_owner(town: Town, key: str, ask: Ask, read: Read) -> None:
    assert "is ana's" in read(town, "reply", key, "--as", "luis", "--text", "x", code=2)

    assert ask(town, "collaborate", key, "--as", "ana", "--with", "luis")["owner"] == "ana"
    assert ask(town, "reply", key, "--as", "luis", "--text", "Sale hoy.")["held"] is None
    assert "luis works on it too" in read(town, "show", key)
    assert ask(town, "collaborate", key, "--as", "ana", "--with", "luis", "--remove")["changed"]
    assert whole(town, ask, key)["collaborators"] == []


def test_a_visit_is_a_case_of_whoever_took_it(either_town: Town, ask: Ask, read: Read) -> None:
    town = either_town
    entry = ("take", "--channel", "in_person", "--as", "luis", "--name", "Lucía", "--email", "Lucia@client.example")

    once = ("--idempotency-key", "v1")
    first = ask(town, *entry, "--phone", "600 11 12 22", "--text", "Quiere el dinero", *once)
    again = ask(town, *entry, "--phone", "600 11 12 22", "--text", "Quiere el dinero", *once)

    assert (first["changed"], again["changed"], again["key"]) == (True, False, first["key"])
    shown = whole(town, ask, first["key"])
    assert (shown["owner"], shown["channel"], shown["origin"], shown["state"]) == (
        "luis",
        "in_person",
        "in_person",
        "open",
    )
    assert shown["waiting_since"] is not None
    assert shown["due_at"] is not None
    addresses = {each["address"] for each in shown["customer"]["addresses"]}
    assert addresses == {"+34600111222", "lucia@client.example"}
    assert "in_person" in read(town, "conversations")
    read(town, "status")
    assert is_sound(town)


def test_a_visitor_without_an_address_and_a_call_answered_on_the_spot(town: Town, ask: Ask, read: Read) -> None:
    assert "who it was" in read(town, "take", "--channel", "phone", "--as", "ana", code=2)

    case = ask(
        town, "take", "--channel", "phone", "--as", "ana", "--name", "Paco", "--text", "¿Abren?", "--answer", "Sí"
    )

    shown = whole(town, ask, case["key"])
    assert (shown["state"], shown["first_response_at"]) == ("waiting_customer", shown["first_message_at"])
    assert "no channel of the file" in read(town, "reply", case["key"], "--as", "ana", "--text", "x", code=2)
    assert is_sound(town)


def test_a_visitor_with_a_mail_address_is_answered_by_mail(town: Town, ask: Ask) -> None:
    entry = ("--name", "Eva", "--email", "eva@client.example", "--subject", "Factura", "--text", "Quiere la factura")
    case = ask(town, "take", "--channel", "in_person", "--as", "ana", *entry)

    ask(town, "reply", case["key"], "--as", "ana", "--text", "Aquí la tiene.")

    (sent,) = [letter for letter in whole(town, ask, case["key"])["sent"] if letter["kind"] == "reply"]
    assert (sent["via"], sent["recipient"], sent["state"]) == ("soporte", "eva@client.example", "pending")


def test_writing_first_begins_a_case_in_which_nobody_waits(either_town: Town, ask: Ask, read: Read) -> None:
    town = either_town
    words = ("--subject", "Su pedido", "--text", "Ya está aquí.", "--idempotency-key", "w1")
    order = ("write", "--as", "luis", "--channel", "soporte", "--to", "Nueva@client.example", *words)

    first = ask(town, *order)
    again = ask(town, *order)

    assert (again["key"], again["repeated"]) == (first["key"], True)
    shown = whole(town, ask, first["key"])
    assert (shown["owner"], shown["origin"], shown["state"], shown["waiting_since"]) == (
        "luis",
        "staff",
        "waiting_customer",
        None,
    )
    assert shown["first_response_seconds"] is None
    (letter,) = shown["sent"]
    assert (letter["kind"], letter["recipient"], letter["via"]) == ("reply", "nueva@client.example", "soporte")
    town.write("nueva@client.example", answers=shown["messages"][0]["external_id"])
    assert whole(town, ask, first["key"])["waiting_since"] is not None
    with town.store.read() as connection:
        assert {row.name: row.load for row in connection.execute(agents.select())}["luis"] == 1
    assert "cannot write to" in read(
        town, "write", "--as", "ana", "--channel", "soporte", "--to", "x", "--text", "x", code=2
    )
    assert is_sound(town)


def test_an_answer_that_is_not_proven_goes_out_only_in_its_authors_name(
    town: Town, key: str, ask: Ask, read: Read
) -> None:
    number = str(ask(town, "reply", key, "--as", "ana", "--text", "Sale hoy.")["outbox_id"])
    held = {"state": "held", "reason": "dmarc: mx.example.com says dmarc=fail"}
    with town.store.write() as connection:
        connection.execute(outbox.update().where(outbox.c.id == int(number)).values(**held))

    assert f"outbox release {number} --as ana" in read(town, "outbox", "release", number, code=2)
    assert "no answer of yours" in read(town, "outbox", "release", number, "--as", "luis", code=2)
    assert ask(town, "outbox", "--state", "held")[0]["id"] == int(number)
    assert ask(town, "outbox", "release", number, "--as", "ana") == {"released": [int(number)], "count": 1}

    with town.store.read() as connection:
        rows = connection.execute(events.select().where(events.c.outbox_id == int(number))).all()
    assert [(row.kind, row.actor) for row in rows][-1] == ("reply_released", "ana")
