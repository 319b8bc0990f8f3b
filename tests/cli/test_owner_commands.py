"""`transfer`, `accept`, `decline` and `contact restrict/block/unrestrict`, as people type them."""

from __future__ import annotations

from tests.cli.conftest import Ask, Read
from tests.cli.town import Town


def test_a_case_is_handed_over_accepted_and_declined(town: Town, ask: Ask, read: Read) -> None:
    town.write("lucia@client.example")
    (case,) = ask(town, "conversations")
    other = "luis" if case["owner"] == "ana" else "ana"

    given = ask(town, "transfer", case["key"], "--to", other)
    again = ask(town, "transfer", case["key"], "--to", other, "--as", other)
    assert (given["owner"], given["changed"], given["pinned"]) == (other, True, True)
    assert (again["changed"], again["assignment_number"]) == (False, given["assignment_number"])

    assert f"in {other}'s hands" in read(town, "accept", case["key"], "--as", other)
    assert "only they can say so" in read(town, "accept", case["key"], "--as", case["owner"], code=2)
    declined = ask(town, "decline", case["key"], "--as", other, "--reason", "No es lo mío")
    assert declined["owner"] == case["owner"]
    assert "said it was not theirs" in read(town, "explain", case["key"])


def test_a_customer_is_restricted_and_let_be_again(town: Town, ask: Ask, read: Read) -> None:
    town.write("lucia@client.example")
    (case,) = ask(town, "conversations")
    said = ("--as", case["owner"], "--reason", "Grita")

    done = ask(town, "contact", "restrict", "lucia@client.example", "--to", "marta", *said)
    assert (done["moved"], done["restriction"]["to"]) == (1, "marta")
    assert "only marta deals with them" in read(town, "show", case["key"])
    assert "is no supervisor" in read(
        town, "contact", "block", "lucia@client.example", "--until", "2099-12-31", *said, code=2
    )
    assert ask(town, "contact", "unrestrict", "lucia@client.example", "--as", "marta")["lifted"] == "restricted"
