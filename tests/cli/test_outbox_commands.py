"""`outbox` and what a person does by it: what the brake holds let go or given up, what nobody knows to have arrived settled."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.cli.conftest import Ask, Read
from tests.cli.town import Town
from ventanilla.store.tables import conversations, events, outbox


def hold(town: Town, *, customers: int) -> None:
    """Customers whose receipts the brake holds; their owner's notices wait for an opening hour."""
    for number in range(customers):
        town.write(f"c{number}@client.example")
    with town.store.write() as connection:
        connection.execute(sa.update(outbox).values(state="held", reason="brake"))


def states(town: Town, kind: str) -> list[str]:
    with town.store.read() as connection:
        return list(connection.scalars(sa.select(outbox.c.state).where(outbox.c.kind == kind).order_by(outbox.c.id)))


def test_what_goes_out_is_listed_newest_first(either_town: Town, ask: Ask, read: Read) -> None:
    either_town.write("lucia@client.example")

    letters = ask(either_town, "outbox")

    key = ask(either_town, "conversations")[0]["key"]
    assert [(one["kind"], one["state"], one["recipient"], one["key"]) for one in letters] == [
        ("acknowledgement", "pending", "lucia@client.example", key),
        ("notice", "pending", "ana@example.com", key),
    ]
    assert [one["id"] for one in ask(either_town, "outbox", "--kind", "notice")] == [1]
    assert [one["id"] for one in ask(either_town, "outbox", "--limit", "1", "--after", "2")] == [1]
    assert ask(either_town, "outbox", "--state", "held") == []
    assert "nothing is held" in read(either_town, "outbox", "--state", "held")
    assert "lucia@client.example" in read(either_town, "outbox")


def test_release_all_lets_go_of_the_brake_and_leaves_the_morning_digest_alone(either_town: Town, ask: Ask) -> None:
    hold(either_town, customers=3)

    told = ask(either_town, "outbox", "release", "--all")

    assert told == {"released": [2, 4, 6], "count": 3}
    assert states(either_town, "acknowledgement") == ["pending"] * 3
    assert states(either_town, "notice") == ["held"] * 3
    with either_town.store.read() as connection:
        rows = connection.execute(events.select().where(events.c.outbox_id == 2, events.c.kind == "delivery")).all()
    assert [row.data for row in rows] == [{"state": "pending"}]


def test_a_repeat_releases_nothing(town: Town, ask: Ask, read: Read) -> None:
    hold(town, customers=1)
    ask(town, "outbox", "release", "--all")

    assert ask(town, "outbox", "release", "--all") == {"released": [], "count": 0}
    assert "nothing is held by the brake" in read(town, "outbox", "release", "--all")


def test_one_is_released_by_its_number(town: Town, read: Read) -> None:
    hold(town, customers=2)

    assert read(town, "outbox", "release", "1").startswith("released 1 text;")

    assert states(town, "notice") == ["pending", "held"]


def test_drop_asks_and_a_no_changes_nothing(town: Town, monkeypatch: pytest.MonkeyPatch, read: Read) -> None:
    hold(town, customers=2)

    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    said = read(town, "outbox", "drop", "--all", code=2)

    assert "Drop 2 texts? They will never be sent." in said
    assert states(town, "acknowledgement") == ["held", "held"]


def test_drop_asks_on_standard_error_and_a_yes_drops(town: Town, monkeypatch: pytest.MonkeyPatch, ask: Ask) -> None:
    hold(town, customers=2)

    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    told = ask(town, "outbox", "drop", "--all")

    assert told == {"dropped": [2, 4], "count": 2}
    assert states(town, "acknowledgement") == ["dropped", "dropped"]
    assert states(town, "notice") == ["held", "held"]


def test_with_yes_nothing_is_asked(town: Town, ask: Ask) -> None:
    hold(town, customers=1)

    assert ask(town, "outbox", "drop", "1", "2", "--yes")["count"] == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["release"], "name what you mean by its numbers, or say --all"),
        (["release", "1", "--all"], "name what you mean by its numbers, or say --all"),
        (["release", "1"], "1 is sent, not held"),
        (["release", "2", "99"], "there is nothing under 99 in the outbox"),
        (["drop", "1", "--yes"], "1 is sent, not held or pending or unknown"),
        (["dorp"], "dorp"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_changed(
    town: Town, read: Read, arguments: list[str], said: str
) -> None:
    hold(town, customers=1)
    with town.store.write() as connection:
        connection.execute(sa.update(outbox).where(outbox.c.id == 1).values(state="sent", sent_at=town.now))

    assert said in read(town, "outbox", *arguments, code=2)

    assert states(town, "acknowledgement") == ["held"]


def doubt(town: Town, ask: Ask, state: str = "unknown") -> int:
    """An answer of which nobody knows whether it arrived, or that did not; its number."""
    town.write("lucia@client.example")
    key = ask(town, "conversations")[0]["key"]
    ask(town, "reply", key, "--text", "Sí, mañana", "--as", "ana")
    with town.store.write() as connection:
        values = {"state": state, "tried_at": town.now + timedelta(seconds=1), "parts": ["a/1"]}
        this = outbox.c.kind == "reply"
        connection.execute(sa.update(outbox).where(this).values(values))
        return int(connection.scalar(sa.select(outbox.c.id).where(this)) or 0)


@pytest.mark.parametrize("state", ["unknown", "failed"])
def test_what_did_not_arrive_or_may_not_have_is_sent_again(town: Town, ask: Ask, state: str) -> None:
    number = doubt(town, ask, state)

    assert ask(town, "outbox", "resend", str(number), "--yes") == {"resent": [number], "count": 1}

    assert states(town, "reply") == ["pending"]
    with town.store.read() as connection:
        (event,) = connection.execute(events.select().where(events.c.outbox_id == number, events.c.kind == "delivery"))
    assert event.data == {"state": "pending", "by": "hand"}


def test_sending_again_asks_first(town: Town, ask: Ask, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    number = doubt(town, ask)
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))

    said = read(town, "outbox", "resend", str(number), code=2)

    assert "Send 1 text again? Whoever has it already gets it twice." in said
    assert states(town, "reply") == ["unknown"]


def test_what_did_arrive_stops_the_clock_at_the_moment_when_it_was_tried(town: Town, ask: Ask) -> None:
    number = doubt(town, ask)

    assert ask(town, "outbox", "arrived", str(number)) == {"arrived": [number], "count": 1}

    assert states(town, "reply") == ["sent"]
    with town.store.read() as connection:
        case = connection.execute(sa.select(conversations)).one()
    assert (case.state, case.waiting_since) == ("waiting_customer", None)
    assert case.first_response_at == town.now + timedelta(seconds=1)


def test_the_list_says_what_to_do_about_what_nobody_knows(town: Town, ask: Ask, read: Read) -> None:
    number = doubt(town, ask)

    said = read(town, "outbox")
    assert "`ventanilla outbox resend ID` to send it again" in said
    assert "`ventanilla outbox arrived ID`" in said
    ask(town, "outbox", "drop", str(number), "--yes")
    assert "resend" not in read(town, "outbox")
    assert f"{number} is dropped, not unknown or failed" in read(town, "outbox", "resend", str(number), "-y", code=2)
    assert f"{number} is dropped, not unknown" in read(town, "outbox", "arrived", str(number), code=2)
