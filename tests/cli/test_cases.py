"""`conversations` and `show`: their documents to the letter, their pages, their refusals."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.cli.conftest import Ask, Read
from tests.cli.town import Town
from tests.store.rows import add_remote_file
from ventanilla.store.tables import conversations
from ventanilla.words import CaseState

CONTRACT = {
    "key",
    "channel",
    "state",
    "owner",
    "contact",
    "created_at",
    "messages",
    "first_response_seconds",
    "waiting_since",
}
OF_A_MESSAGE = {
    "id",
    "external_id",
    "direction",
    "sent_at",
    "received_at",
    "pulled_at",
    "routed_at",
    "text",
    "owner",
    "delivery",
    "attachments",
}


def test_a_case_in_the_list_is_what_the_contract_says(either_town: Town, ask: Ask) -> None:
    either_town.write("lucia@client.example", name="Lucía", ago=timedelta(minutes=5))
    either_town.write("lucia@client.example", answers="<m1@client>")

    (case,) = ask(either_town, "conversations")

    assert set(case) >= CONTRACT
    assert case | {"key": "", "created_at": ""} == {
        "key": "",
        "created_at": "",
        "channel": "soporte",
        "team": "atencion",
        "state": "open",
        "owner": "ana",
        "contact": "lucia@client.example",
        "contact_name": "Lucía",
        "contact_id": 1,
        "subject": "Pedido",
        "kind": "query",
        "priority": "normal",
        "tags": [],
        "first_message_at": iso(either_town.now - timedelta(minutes=5)),
        "last_message_at": iso(either_town.now),
        "messages": 2,
        "first_response_seconds": None,
        "waiting_since": iso(either_town.now - timedelta(minutes=5)),
        "due_at": iso(either_town.now + timedelta(minutes=55)),
        "next_due_at": None,
        "in_line_since": None,
        "resolved_at": None,
    }
    assert case["created_at"].endswith("Z")


def test_a_first_response_is_told_in_seconds_from_the_first_message(town: Town, ask: Ask) -> None:
    town.write("lucia@client.example", ago=timedelta(minutes=5))
    with town.store.write() as connection:
        connection.execute(sa.update(conversations).values(first_response_at=town.now))

    assert ask(town, "conversations")[0]["first_response_seconds"] == 300


def test_the_list_is_filtered_by_every_option(either_town: Town, ask: Ask) -> None:
    for number in range(4):
        either_town.write(f"c{number}@client.example")
    every = ask(either_town, "conversations")
    resolve(either_town, every[0]["key"])

    def keys(*options: str) -> set[str]:
        return {case["key"] for case in ask(either_town, "conversations", *options)}

    assert keys("--open") == {case["key"] for case in every[1:]}
    assert keys("--state", "resolved") == {every[0]["key"]}
    assert keys("--agent", "ana") == {case["key"] for case in every if case["owner"] == "ana"}
    assert len(keys("--agent", "ana")) == 2
    assert keys("--channel", "soporte") == {case["key"] for case in every}
    assert keys("--open", "--agent", every[0]["owner"], "--channel", "soporte") < keys("--open")


def test_pages_follow_each_other_without_gap_or_repeat_while_new_cases_come(either_town: Town, ask: Ask) -> None:
    for number in range(5):
        either_town.write(f"c{number}@client.example")
    every = [case["key"] for case in ask(either_town, "conversations")]

    first = [case["key"] for case in ask(either_town, "conversations", "--limit", "2")]
    either_town.write("late@client.example")
    second = [case["key"] for case in ask(either_town, "conversations", "--limit", "2", "--after", first[-1])]
    third = [case["key"] for case in ask(either_town, "conversations", "--limit", "2", "--after", second[-1])]

    assert first + second + third == every


def test_people_get_a_page_at_a_time_and_how_to_go_on(town: Town, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.cases.PAGE", 2)
    for number in range(3):
        town.write(f"c{number}@client.example", subject=f"Pedido {number}")

    page = read(town, "conversations")
    rest = read(town, "conversations", "--after", page.rpartition("--after ")[2].strip())

    assert "Pedido 2" in page
    assert "Pedido 0" not in page
    assert "Pedido 0" in rest


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--agent", "lius"], 'there is no agent "lius"; did you mean "luis"?'),
        (["--channel", "chat"], 'there is no channel "chat"; known here: soporte'),
        (["--after", "K7M"], '"K7M": not a case key'),
        (["--after", "222-222-222"], "there is no case 222-222-222"),
        (["--state", "opened"], "waiting_customer"),
        (["--limit", "0"], "--limit"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(town: Town, read: Read, options: list[str], said: str) -> None:
    assert said in read(town, "conversations", *options, code=2)


def test_no_cases_are_said_to_be_none(town: Town, ask: Ask, read: Read) -> None:
    assert ask(town, "conversations") == []
    assert "ventanilla status" in read(town, "conversations")


def test_a_case_is_shown_whole(either_town: Town, ask: Ask) -> None:
    # given a case of two messages, one with a file, one too large for its row
    either_town.write("lucia@client.example", files=[("foto.txt", "mi pedido")], ago=timedelta(minutes=5))
    either_town.write("lucia@client.example", answers="<m1@client>", text="x" * 300_000)

    (case,) = ask(either_town, "show", ask(either_town, "conversations")[0]["key"])

    # then everything is there, in order, with where its bytes are
    first, second = case["messages"]
    assert set(first) >= OF_A_MESSAGE
    assert first["direction"] == "in"
    assert first["external_id"] == "<m1@client>"
    assert first["sent_at"] == "2026-01-01T00:00:00Z"
    assert first["received_at"] == iso(either_town.now - timedelta(minutes=5))
    assert first["received_at"] <= first["pulled_at"] <= first["routed_at"]
    assert first["text"] == "¿Cuándo llega?"
    assert first["owner"] == "ana"
    assert first["delivery"] is None
    (file,) = first["attachments"]
    digest = hashlib.sha256(b"mi pedido").hexdigest()
    assert {name: file[name] for name in ("filename", "content_type", "size", "sha256", "inline", "present")} == {
        "filename": "foto.txt",
        "content_type": "text/plain",
        "size": 9,
        "sha256": digest,
        "inline": False,
        "present": True,
    }
    assert Path(file["path"]).read_bytes() == b"mi pedido"
    assert first["raw"]["path"] is None
    assert Path(second["raw"]["path"]).stat().st_size == second["raw"]["size"]
    (assignment,) = case["assignments"]
    assert {name: assignment[name] for name in ("agent", "released_at", "reason")} == {
        "agent": "ana",
        "released_at": None,
        "reason": "balanced",
    }
    assert [event["kind"] for event in case["events"]][:3] == ["case_opened", "turn_opened", "assigned"]
    assert [letter["kind"] for letter in case["sent"]] == ["notice", "acknowledgement"]


def test_bytes_that_are_gone_are_said_to_be_missing(town: Town, ask: Ask, read: Read) -> None:
    town.write("lucia@client.example", files=[("foto.txt", "mi pedido")])
    key = ask(town, "conversations")[0]["key"]
    Path(ask(town, "show", key)[0]["messages"][0]["attachments"][0]["path"]).unlink()

    assert ask(town, "show", key)[0]["messages"][0]["attachments"][0]["present"] is False
    assert "foto.txt (text/plain, 9 bytes): MISSING at" in read(town, "show", key)


def test_a_file_that_is_not_here_yet_or_never_will_be_is_shown_with_why(town: Town, ask: Ask, read: Read) -> None:
    town.write("lucia@client.example", files=[("foto.txt", "mi pedido")])
    with town.store.write() as connection:
        add_remote_file(connection, position=1, filename="voz.ogg", size=2048)
        add_remote_file(connection, position=2, filename="cine.mp4", state="failed", reason="deleted there")
    key = ask(town, "conversations")[0]["key"]

    files = ask(town, "show", key)[0]["messages"][0]["attachments"]
    page = read(town, "show", key)

    assert [(file["filename"], file["state"], file["reason"]) for file in files] == [
        ("foto.txt", "fetched", None),
        ("voz.ogg", "pending", None),
        ("cine.mp4", "failed", "deleted there"),
    ]
    assert "voz.ogg (image/jpeg, 2,048 bytes): still at its provider" in page
    assert "cine.mp4 (image/jpeg, size not known): could not be got (deleted there)" in page


def test_keys_are_read_however_they_are_typed_and_shown_in_the_order_asked_for(town: Town, ask: Ask) -> None:
    town.write("lucia@client.example")
    town.write("pablo@client.example")
    newer, older = (case["key"] for case in ask(town, "conversations"))

    shown = ask(town, "show", older.lower().replace("-", " "), f"[#{newer}]", older)

    assert [case["key"] for case in shown] == [older, newer]


def test_every_wrong_key_is_named_and_nothing_is_shown(town: Town, read: Read) -> None:
    assert '"abc", "K7M-Q2X-VTX": not a case key' in read(town, "show", "abc", "K7M-Q2X-VTX", code=2)
    assert "there is no case 222-222-222; `ventanilla conversations`" in read(town, "show", "222-222-222", code=2)


def test_a_page_shows_text_and_files_but_obeys_no_control_character(town: Town, ask: Ask, read: Read) -> None:
    town.write(
        "lucia@client.example",
        subject="Pedido \x1b[2J\u202egpj.exe",
        text="línea uno\nlínea dos \x07\x9b31m",
        files=[("a\x1bb.txt", "x")],
    )

    page = read(town, "show", ask(town, "conversations")[0]["key"]) + read(town, "conversations")

    assert "    línea uno\n    línea dos" in page
    assert not set(page) & set("\x1b\x07\x9b\u202e")


def test_an_absorbed_case_is_shown_as_the_one_it_went_into(town: Town, ask: Ask, read: Read) -> None:
    town.write("lucia@client.example")
    town.write("pablo@client.example")
    newer, older = (case["key"] for case in ask(town, "conversations"))
    resolve(town, newer, state=CaseState.MERGED, merged_into=1)

    (shown,) = ask(town, "show", newer, older)
    assert (shown["key"], shown["former_keys"], shown["merged_into"]) == (older, [newer], None)
    assert [message["case"] for message in shown["messages"]] == [older, newer]
    assert f"merged into it: {newer}" in read(town, "show", newer)


def iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def resolve(town: Town, key: str, *, state: CaseState = CaseState.RESOLVED, merged_into: int | None = None) -> None:
    """End a case as a later version's `resolve` will."""
    with town.store.write() as connection:
        connection.exec_driver_sql(
            "UPDATE assignments SET is_open = NULL, released_at = assigned_at WHERE conversation_id = "
            f"(SELECT id FROM conversations WHERE key = '{key}')"
        )
        values = {"state": state, "owned": None, "waiting_since": None, "line_since": None, "merged_into": merged_into}
        connection.execute(sa.update(conversations).where(conversations.c.key == key).values(values))
