"""`export`: everything once, as of one moment, in a file that is whole or not there; of one customer nobody else's words."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from router.timekeeping.keeper import catch_up
from tests.cli.conftest import Ask, Read
from tests.cli.test_erase import LUCIA, PABLO, finish, keys_of, write_all
from tests.cli.town import Town
from ventanilla.store.exporting.objects import everything
from ventanilla.store.exporting.scope import Scope
from ventanilla.store.tables import clocks, contacts, conversations, events, inbox, messages, notes
from ventanilla.words import EventKind


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def of_type(found: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [one for one in found if one["type"] == kind]


def test_everything_is_there_once(either_town: Town, ask: Ask, tmp_path: Path) -> None:
    town = either_town
    finish(town, write_all(town))
    while catch_up(town.store, town.house, now=datetime.now(UTC)):
        pass
    made = ask(town, "export", "--out", str(tmp_path / "all.jsonl"))
    found = lines_of(tmp_path / "all.jsonl")

    assert (found[0]["type"], found[0]["format"], found[0]["timezone"]) == ("export", 1, "UTC")
    cases = of_type(found, "case")
    with town.store.read() as connection:
        for table, got in (
            (conversations, [one["id"] for one in cases]),
            (messages, [one["id"] for case in cases for one in case["messages"]]),
            (notes, [one["id"] for case in cases for one in case["notes"]]),
            (contacts, [one["id"] for one in of_type(found, "contact")]),
        ):
            assert sorted(got) == sorted(connection.scalars(sa.select(table.c.id)))
        assert sum(len(case["clocks"]) for case in cases) == connection.scalar(
            sa.select(sa.func.count()).select_from(clocks)
        )
        begun = connection.scalars(sa.select(events.c.id).where(events.c.kind == EventKind.EXPORTED)).all()
        told = [one["id"] for case in cases for one in case["events"]] + [one["id"] for one in of_type(found, "event")]
        assert sorted(told) == sorted(set(connection.scalars(sa.select(events.c.id))) - {begun[-1]})
        items = sa.select(inbox.c.id).where(~sa.exists().where(messages.c.inbox_id == inbox.c.id))
        assert sorted(one["id"] for one in of_type(found, "item")) == sorted(connection.scalars(items))
    shown = ask(town, "show", cases[0]["key"])[0]
    assert [one["text"] for one in cases[0]["messages"]] == [one["text"] for one in shown["messages"]]
    assert found[-1]["counts"]["case"] == made["counts"]["case"] == len(cases)
    assert set(ask(town, "audit").values()) == {0}


def test_who_exported_which_range_is_in_the_log_without_a_word(town: Town, ask: Ask, tmp_path: Path) -> None:
    town.write(LUCIA, text="rododendro")
    made = ask(town, "export", "--from", "2020-01-01", "--channel", "soporte", "--out", str(tmp_path / "a.jsonl"))
    with town.store.read() as connection:
        begun, done = connection.execute(
            sa.select(events).where(events.c.kind == EventKind.EXPORTED).order_by(events.c.id)
        )
    assert begun.actor.startswith("cli")
    assert (begun.data["done"], begun.data["channel"], begun.data["from"][:10]) == (False, "soporte", "2019-12-31")
    assert (done.data["done"], done.data["sha256"]) == (True, made["sha256"])


def test_days_and_channel_choose_the_cases_and_their_customers(town: Town, ask: Ask, tmp_path: Path) -> None:
    town.write(LUCIA, ago=timedelta(days=3))
    town.write(PABLO)
    with town.store.write() as connection:
        old = datetime.now(UTC) - timedelta(days=3)
        connection.execute(sa.update(conversations).where(conversations.c.id == 1).values(created_at=old))
    day = (datetime.now(UTC) - timedelta(days=2)).date().isoformat()
    ask(town, "export", "--to", day, "--out", str(tmp_path / "old.jsonl"))
    found = lines_of(tmp_path / "old.jsonl")
    assert [one["contact"] for one in of_type(found, "case")] == [LUCIA]
    assert len(of_type(found, "contact")) == 1
    ask(town, "export", "--from", "now", "--out", str(tmp_path / "none.jsonl"))
    assert of_type(lines_of(tmp_path / "none.jsonl"), "case") == []


def test_one_customer_gets_their_own_words_and_nobody_elses(either_town: Town, ask: Ask, tmp_path: Path) -> None:
    town = either_town
    keys = write_all(town)
    with town.store.read() as connection:
        theirs = connection.execute(sa.select(messages).order_by(messages.c.id).limit(1)).one()
    town.write("otro@client.example", answers=theirs.external_id, text="lo dice un tercero")
    finish(town, keys, text="nota interna")
    made = ask(
        town, "export", "--contact", LUCIA, "--out", str(tmp_path / "her.jsonl"), "--with-files", str(tmp_path / "f")
    )
    text = (tmp_path / "her.jsonl").read_text(encoding="utf-8")
    found = lines_of(tmp_path / "her.jsonl")

    assert {one["key"] for one in of_type(found, "case")} == set(keys)
    assert "Soy Zurbaran" in text
    assert [one["text"] for one in of_type(found, "message")] == ["Hablo yo, Zurbaran"]  # in pablo's case
    for others in (
        "nota interna",
        PABLO,
        "lo dice un tercero",
        "otro@client.example",
        "eva@client.example",
        *keys_of(town, PABLO),
    ):
        assert others not in text
    assert of_type(found, "item")
    assert found[0]["left_out"]
    files = [
        one["path"]
        for case in of_type(found, "case")
        for each in case["messages"]
        for one in each.get("attachments", ())
    ]
    assert (tmp_path / "f" / files[0]).read_bytes() == b"ornitorrinco"
    assert made["counts"]["missing_files"] == 0
    assert "nothing is left" not in text


@pytest.mark.slow
def test_files_and_originals_are_put_beside_it_for_one_pair_of_eyes(
    town: Town, ask: Ask, read: Read, tmp_path: Path
) -> None:
    finish(town, write_all(town))
    before = os.umask(0)
    try:
        ask(town, "export", "--out", str(tmp_path / "all.jsonl"), "--with-files", str(tmp_path / "files"))
    finally:
        os.umask(before)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in [tmp_path / "all.jsonl", *(tmp_path / "files").rglob("*")]}
    assert modes == {0o600, 0o700}
    found = lines_of(tmp_path / "all.jsonl")
    for message in (one for case in of_type(found, "case") for one in case["messages"]):
        for file in message["attachments"]:
            assert hashlib.sha256((tmp_path / "files" / file["path"]).read_bytes()).hexdigest() == file["sha256"]
        if "original" in message:
            assert b'"text"' in (tmp_path / "files" / message["original"]).read_bytes()
    assert "is not empty" in read(
        town, "export", "--out", str(tmp_path / "b"), "--with-files", str(tmp_path / "files"), code=2
    )
    next(path for path in town.store.blobs.glob("??/??/*")).unlink()
    again = ask(
        town, "export", "--out", str(tmp_path / "c"), "--with-files", str(tmp_path / "files"), "--force", code=1
    )
    assert again["counts"]["missing_files"] > 0


def test_a_file_that_was_cut_or_changed_is_seen(town: Town, ask: Ask, read: Read, tmp_path: Path) -> None:
    town.write(LUCIA)
    whole = tmp_path / "all.jsonl"
    ask(town, "export", "--out", str(whole))
    assert ask(town, "export", "--verify", str(whole))["holds"]
    content = whole.read_bytes()
    for spoilt in (
        content[:-1],
        content[: len(content) // 2],
        content.replace(b"Pedido", b"Pagado"),
        content.split(b"\n", 2)[2],
    ):
        (tmp_path / "spoilt").write_bytes(spoilt)
        assert town.run("export", "--verify", str(tmp_path / "spoilt")) in (1, 2)
    (tmp_path / "spoilt").write_bytes(content.replace(b"Pedido", b"Pagado"))
    assert "NOT whole" in read(town, "export", "--verify", str(tmp_path / "spoilt"), code=1)


def test_it_overwrites_nothing_and_leaves_nothing_half_done(
    town: Town, read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.write(LUCIA)
    target = tmp_path / "out" / "all.jsonl"
    target.parent.mkdir()
    target.write_text("mine", encoding="utf-8")
    assert "is there already" in read(town, "export", "--out", str(target), code=2)
    assert "no channel" in read(town, "export", "--channel", "nada", "--out", str(target), code=2)

    def breaks(*_: object, **__: object) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ventanilla.store.exporting.lines.Lines.end", breaks)
    assert "No space left" in read(town, "export", "--out", str(target), "--force", code=3)
    assert [path.name for path in target.parent.iterdir()] == ["all.jsonl"]
    assert target.read_text(encoding="utf-8") == "mine"


def test_what_is_written_meanwhile_is_not_in_it(either_town: Town) -> None:
    town = either_town
    town.write(LUCIA, text="antes")
    with town.store.read() as connection:
        objects = everything(connection, Scope(), blobs=town.store.blobs)
        first = next(objects)
        town.write(PABLO, text="mientras tanto")
        rest = [first, *objects]
    assert len(of_type(rest, "case")) == 1
    assert len(of_type(rest, "contact")) == 1
