"""`erase`: none of a customer's words is left anywhere, every figure stays, and what must be kept stands in the way."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from router.moves.base import begin
from router.moves.note import add_note
from router.moves.resolve import resolve
from router.timekeeping.keeper import catch_up
from tests.cli.conftest import Ask, Read
from tests.cli.town import Town
from ventanilla.channel import Party
from ventanilla.store.aside import set_aside
from ventanilla.store.blobs import get_blob
from ventanilla.store.consent import opt_in, opt_out, opted_out_at
from ventanilla.store.engine import Store
from ventanilla.store.erasing.remembering import back_again
from ventanilla.store.inbox import KEEP_IN_ROW
from ventanilla.store.seals import verify
from ventanilla.store.tables import (
    attachments,
    contacts,
    conversations,
    delivery_reports,
    events,
    inbox,
    legal_holds,
    messages,
    metadata,
    outbox,
    participants,
    staff_texts,
)
from ventanilla.words import EventKind, Resolution, Side

LUCIA, SECOND, PABLO = "lucia@client.example", "lu.perez@otro.example", "pablo@client.example"
WORDS = ("zurbaran", "rododendro", "lucia", "lu.perez", "perenceja", "ornitorrinco")
"""What only she wrote, or was written of her alone, in the letters below."""


def write_all(town: Town) -> list[str]:
    """Two cases of hers under two linked addresses, one of pablo's where she takes part, and what became no message."""
    files = [("DNI-zurbaran.txt", "ornitorrinco"), ("tarifa.txt", "the same for everybody")]
    town.write(LUCIA, name="Lucía Perenceja", subject="Mi rododendro", text="Soy Zurbaran", files=files)
    town.write(SECOND, name="Lu Perenceja", subject="Otra vez", text="rododendro " * (KEEP_IN_ROW // 10))
    town.write(PABLO, subject="Lo mío", text="nada", files=[("tarifa.txt", "the same for everybody")])
    assert town.run("contact", "link", LUCIA, SECOND, "--yes") == 0
    town.write(LUCIA, verdict="auto_reply", reason="auto_reply: Zurbaran", subject="rododendro")
    twice = town.letter(LUCIA, subject="rododendro")
    for _ in range(2):
        row = town.commit(twice)
        with town.store.write() as connection:
            connection.execute(sa.update(inbox).where(inbox.c.id == row).values(identity="twice"))
        town.route(row)
    town.commit(town.letter(LUCIA, text="rododendro de antes"), imported=True)
    keys = keys_of(town, LUCIA)
    leave_traces(town, keys)
    return keys


def leave_traces(town: Town, keys: list[str]) -> None:
    """What else may be known of her: in pablo's case, with our own people, in what went out, with providers, as a customer."""
    with town.store.write() as connection:
        pablos = connection.execute(
            sa.select(messages).where(messages.c.from_address == PABLO).order_by(messages.c.id).limit(1)
        ).one()
        there = {"conversation_id": pablos.conversation_id, "kind": "email", "value": LUCIA}
        connection.execute(sa.insert(participants).values(there))
        connection.execute(
            sa.update(messages).where(messages.c.id == pablos.id).values(cc=[LUCIA, "eva@client.example"])
        )
    town.write(LUCIA, answers=pablos.external_id, text="Hablo yo, Zurbaran")
    with town.store.write() as connection:
        case_id = connection.scalar(sa.select(conversations.c.id).where(conversations.c.key == keys[0]))
        typed = connection.scalar(sa.select(sa.func.max(inbox.c.id)).where(inbox.c.state == "imported"))
        said = {"agent": "ana", "text": "Zurbaran dice", "files": [{"n": "zurbaran"}], "created_at": town.now}
        connection.execute(sa.insert(staff_texts).values(inbox_id=typed, conversation_id=case_id, **said))
        hold = {"reason": "Zurbaran", "set_by": "ana", "since": town.now, "ended_at": town.now, "ended_by": "ana"}
        connection.execute(sa.insert(legal_holds).values(conversation_id=case_id, **hold))
        once = {"created_at": town.now, "not_before": town.now, "state": "failed"}
        digest = {"subject": "2", "text": f"- [{keys[0]}] Mi rododendro", "lines": ["rododendro"], "count": 2}
        for kind, key, recipient, payload, agent in (
            ("digest", "digest:1", "ana@example.com", digest, "ana"),
            ("service", f"greeting:soporte:x:{LUCIA}:3", LUCIA, {"text": "Zurbaran"}, None),
        ):
            row = {"kind": kind, "dedupe_key": key, "recipient": recipient, "payload": payload, "agent": agent}
            reason = "550 no such user lucia@client.example" if agent is None else None
            connection.execute(sa.insert(outbox).values(via="soporte", external_id=key, reason=reason, **row, **once))
        report = {"state": "failed", "rank": 1, "reason": "no lucia here", "at": town.now}
        connection.execute(
            sa.insert(delivery_reports).values(via="soporte", external_id=f"greeting:soporte:x:{LUCIA}:3", **report)
        )
    assert town.run("contact", "set", LUCIA, "--tag", "perenceja") == 0
    finish(town, [str(key) for key in keys_of(town, PABLO)], text="nada")


def keys_of(town: Town, address: str) -> list[str]:
    with town.store.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT c.key FROM conversations c JOIN addresses a ON a.contact_id = c.contact_id "
            f"WHERE a.value = '{address}' ORDER BY c.id"
        )
        return [str(key) for (key,) in rows]


def finish(town: Town, keys: list[str], *, text: str = "Hola Zurbaran") -> None:
    """Everything of theirs has a note and is over, and nothing waits to go out."""
    with town.store.write() as connection:
        for key in keys:
            owner = connection.scalar(sa.select(conversations.c.owner).where(conversations.c.key == key))
            move = begin(connection, town.house, str(owner), Side.COMMAND, now=datetime.now(UTC))
            add_note(move, key, text)
            resolve(move, key, resolution=Resolution.NO_REPLY_NEEDED)
            move.journal.flush(connection)
        connection.execute(sa.update(outbox).values(state="sent", sent_at=datetime.now(UTC)))


def words_left(store: Store, words: tuple[str, ...] = WORDS) -> dict[str, list[str]]:
    """Where one of the words still stands: every column of every table, and every file beside the store."""
    found: dict[str, list[str]] = {}
    with store.read() as connection:
        for table in metadata.tables.values():
            for row in connection.execute(sa.select(table)):
                for name, value in row._mapping.items():
                    text = (
                        bytes(value).decode(errors="replace") if isinstance(value, bytes | memoryview) else str(value)
                    )
                    for word in words:
                        if word in text.lower():
                            found.setdefault(f"{table.name}.{name}", []).append(word)
    for path in store.blobs.glob("??/??/*"):
        if any(word.encode() in path.read_bytes().lower() for word in words):
            found.setdefault("blobs", []).append(path.name)
    return found


def facts(store: Store) -> Any:
    """All that figures are made of: cases, turns, owners and times."""
    with store.read() as connection:
        return [
            [tuple(row) for row in connection.exec_driver_sql(question)]
            for question in (
                "SELECT id, key, channel, team, state, owner, kind, first_response_at, resolved_at FROM conversations ORDER BY 1",
                "SELECT id, conversation_id, direction, agent, received_at, replied_at, turn_since FROM messages ORDER BY id",
                "SELECT conversation_id, number, agent, assigned_at, released_at FROM assignments ORDER BY 1, 2",
                "SELECT id, at, kind FROM events WHERE kind NOT IN ('erased', 'case_forgotten') ORDER BY id",
                "SELECT id, kind, state, sent_at FROM outbox ORDER BY id",
                "SELECT id, state, received_at, item_key, identity FROM inbox ORDER BY id",
            )
        ]


def report(town: Town, ask: Ask) -> list[dict[str, Any]]:
    """Every figure but the ages of what is open, which grow meanwhile."""
    rows = ask(town, "report", "--by", "agent")
    return [{name: value for name, value in row.items() if not name.startswith("open_")} for row in rows]


def test_none_of_their_words_is_left_and_every_figure_stays(either_town: Town, ask: Ask, read: Read) -> None:
    town = either_town
    finish(town, write_all(town))
    while catch_up(town.store, town.house, now=datetime.now(UTC)):
        pass
    assert set(WORDS) <= {word for words in words_left(town.store).values() for word in words}
    figures = report(town, ask)
    before, plan = facts(town.store), ask(town, "erase", LUCIA, "--dry-run")
    assert facts(town.store) == before
    assert (plan["erased"], plan["kept"], plan["goes"]["cases"]) == (False, [], 3)

    done = ask(town, "erase", LUCIA, "--yes")

    assert done["goes"] == plan["goes"]
    assert words_left(town.store) == {}
    assert facts(town.store) == before
    assert report(town, ask) == figures != []
    assert set(ask(town, "audit", "--blobs").values()) == {0}
    with town.store.read() as connection:
        assert all(link.holds for link in verify(connection))
        (event,) = connection.execute(sa.select(events).where(events.c.kind == EventKind.ERASED))
        assert (event.data["contact"], event.data["messages"]) == (done["contact"], plan["goes"]["messages"])
        assert connection.scalar(sa.select(contacts.c.erased_at).where(contacts.c.id == done["contact"])) is not None
        shared = connection.scalar(sa.select(attachments.c.sha256))
    assert get_blob(town.store.blobs, str(shared)) == b"the same for everybody"  # pablo has it too
    assert "was erased on" in read(town, "erase", str(done["contact"]), code=2)
    assert "nobody has the address" in read(town, "erase", LUCIA, code=2)


def test_sqlites_file_does_not_hold_the_words_any_longer(town: Town, ask: Ask) -> None:
    finish(town, write_all(town))
    ask(town, "erase", LUCIA, "--yes")
    town.store.close()
    path = Path(str(town.store.engine.url.database))
    for part in (path, path.with_name(path.name + "-wal")):
        content = part.read_bytes().lower() if part.exists() else b""
        assert [word for word in WORDS if word.encode() in content] == []


def test_who_writes_again_begins_anew_and_what_is_pulled_again_stays_away(town: Town, ask: Ask) -> None:
    finish(town, write_all(town))
    old = ask(town, "erase", LUCIA, "--yes")["contact"]
    with town.store.read() as connection:
        known = connection.scalar(sa.select(inbox.c.identity).where(inbox.c.state == "routed").limit(1))
        count = connection.scalar(sa.select(sa.func.count()).select_from(messages)) or 0

    row = town.commit(town.letter(LUCIA, text="rododendro"))  # the mailbox gives its mails other numbers
    with town.store.write() as connection:
        connection.execute(sa.update(inbox).where(inbox.c.id == row).values(identity=known))
    assert town.route(row) == "duplicate"
    assert words_left(town.store) == {}
    town.write(LUCIA)

    with town.store.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(messages)) == count + 1
    (case,) = ask(town, "conversations", "--open")[:1]
    assert ask(town, "contact", "show", LUCIA)["id"] != old
    assert set(ask(town, "audit").values()) == {0}
    assert case["key"] not in keys_of(town, SECOND)


def test_open_cases_and_holds_stand_in_the_way_and_the_rest_can_go(town: Town, ask: Ask, read: Read) -> None:
    keys = write_all(town)
    page = read(town, "erase", LUCIA, code=1)
    assert all(key in page for key in keys)
    assert "it is open" in page

    finish(town, keys)
    assert town.run("hold", keys[0], "--reason", "Juzgado", "--until", "2099-12-31") == 0
    refused = ask(town, "erase", LUCIA, "--yes", code=1)
    assert [(one["key"], one["why"], one["until"]) for one in refused["kept"]] == [
        (keys[0], "hold", "2099-12-31T23:00:00Z")
    ]
    assert words_left(town.store)["contacts.name"]

    done = ask(town, "erase", LUCIA, "--yes", "--except-held")
    assert done["goes"]["cases"] == len(keys) - 1
    with town.store.read() as connection:
        texts = connection.execute(
            sa.text("SELECT c.key, m.text FROM messages m JOIN conversations c ON c.id = m.conversation_id")
        )
        left = {str(row.key) for row in texts if "odendro" in row.text or "Zurbaran" in row.text}
    assert left == {keys[0], *keys_of(town, PABLO)}  # she is still known, and so is what she said elsewhere
    assert set(ask(town, "audit").values()) == {0}

    assert town.run("unhold", keys[0]) == 0
    ask(town, "erase", LUCIA, "--yes")
    assert words_left(town.store) == {}


def test_it_asks_for_the_number_of_messages_or_the_address(
    town: Town, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish(town, write_all(town))
    monkeypatch.setattr("typer.prompt", lambda *_, **__: "yes")
    assert "nothing was erased" in read(town, "erase", LUCIA, code=2)
    monkeypatch.setattr("typer.prompt", lambda *_, **__: LUCIA)
    assert "is a number now" in read(town, "erase", LUCIA)


KILLED = """
import os, sys
from cli.main import main
import router.erasing as erasing
steps = int(sys.argv[1])
whole = erasing.writing
from contextlib import contextmanager
@contextmanager
def counted(store):
    global steps
    with whole(store) as connection:
        yield connection
        steps -= 1
        if steps < 0:
            os.kill(os.getpid(), 9)
if steps:
    erasing.writing = counted
else:
    finish = erasing._finish
    def finished(*args, **given):
        finish(*args, **given)
        os.kill(os.getpid(), 9)
    erasing._finish = finished
sys.exit(main(["--config", sys.argv[2], "erase", sys.argv[3], "--yes"]))
"""


def test_killed_in_the_middle_it_goes_on_and_finishes(town: Town, ask: Ask) -> None:
    finish(town, write_all(town))
    for steps in (1, 5):
        killed = subprocess.run(
            [sys.executable, "-c", KILLED, str(steps), str(town.config), LUCIA], capture_output=True, check=False
        )
        assert killed.returncode == -signal.SIGKILL, killed.stderr
    before = facts(town.store)
    ask(town, "erase", LUCIA, "--yes")
    assert words_left(town.store) == {}
    assert facts(town.store) == before
    assert set(ask(town, "audit", "--blobs").values()) == {0}


def test_killed_once_the_address_is_nobodys_the_words_are_out_of_the_file_already(town: Town, ask: Ask) -> None:
    """Afterwards nobody could go on with it: the address says nothing any more."""
    finish(town, write_all(town))
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, "0", str(town.config), LUCIA], capture_output=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert words_left(town.store) == {}
    town.store.close()
    content = Path(str(town.store.engine.url.database)).read_bytes().lower()
    assert [word for word in WORDS if word.encode() in content] == []


def test_a_restored_back_up_says_who_must_be_erased_again(town: Town, ask: Ask, tmp_path: Path) -> None:
    finish(town, write_all(town))
    assert town.run("backup", str(tmp_path / "copy")) == 0
    contact = ask(town, "erase", LUCIA, "--yes")["contact"]
    town.store.close()
    set_aside(town.store, label="gone")

    restored = ask(town, "restore", str(tmp_path / "copy"))

    assert restored["erased_before"] == [contact]
    assert f"ventanilla erase {contact} --yes" in " ".join(restored["next"])
    ask(town, "erase", str(contact), "--yes")
    assert words_left(town.store) == {}


def test_a_restored_back_up_says_whose_cases_must_go_again_though_some_of_theirs_stay(
    town: Town, ask: Ask, tmp_path: Path
) -> None:
    keys = write_all(town)
    finish(town, keys)
    assert town.run("hold", keys[0], "--reason", "Juzgado") == 0
    assert town.run("backup", str(tmp_path / "copy")) == 0
    contact = ask(town, "erase", LUCIA, "--yes", "--except-held")["contact"]
    with town.store.read() as connection:
        (event,) = connection.execute(sa.select(events).where(events.c.kind == EventKind.ERASED))
        assert back_again(town.config.parent, connection) == []
    assert [(one["case"], one["why"]) for one in event.data["kept"]] == [(event.data["left"][0], "hold")]
    town.store.close()
    set_aside(town.store, label="gone")

    restored = ask(town, "restore", str(tmp_path / "copy"))

    assert restored["erased_before"] == [contact]
    assert f"ventanilla erase {contact} --yes --except-held" in " ".join(restored["next"])


def test_what_is_left_of_an_erased_customer_can_be_looked_at(town: Town, ask: Ask, read: Read) -> None:
    keys = write_all(town)
    finish(town, keys)
    contact = ask(town, "erase", LUCIA, "--yes")["contact"]
    for key in keys:
        assert ask(town, "show", key)[0]["customer"]["erased_at"]
        assert "the customer was erased on" in read(town, "show", key)
        read(town, "explain", key)
    assert len(ask(town, "conversations")) == len(keys) + 1
    assert contact not in [one["id"] for one in ask(town, "contacts")]
    read(town, "contacts")
    read(town, "outbox")
    read(town, "inbox")


def test_a_digest_that_has_yet_to_go_loses_her_lines_alone_and_nothing_goes_to_her(town: Town, ask: Ask) -> None:
    keys = write_all(town)
    finish(town, keys)
    with town.store.write() as connection:
        text = f"Tres casos:\n- {keys[0]} Mi rododendro\n- K7M-Q2X-VTR Lo de otro"
        once = {"via": "soporte", "state": "pending", "created_at": town.now, "not_before": town.now}
        for kind, key, to, agent in (
            ("digest", "later", "ana@example.com", "ana"),
            ("service", "greeting", LUCIA, None),
        ):
            row = {"kind": kind, "dedupe_key": key, "recipient": to, "agent": agent, "payload": {"text": text}}
            connection.execute(sa.insert(outbox).values(**once, **row))
    ask(town, "erase", LUCIA, "--yes")
    with town.store.read() as connection:
        rows = {row.dedupe_key: row for row in connection.execute(sa.select(outbox))}
    assert (rows["later"].state, rows["later"].payload) == (
        "pending",
        {"text": "Tres casos:\n- K7M-Q2X-VTR Lo de otro"},
    )
    assert (rows["greeting"].state, rows["greeting"].recipient) == ("dropped", "")


def test_who_wanted_nothing_more_is_not_written_to_after_they_were_erased_either(town: Town) -> None:
    town.write(LUCIA, text="Zurbaran")
    her = Party(address=LUCIA, name="Lucía")
    with town.store.write() as connection:
        opt_out(connection, her, at=town.now)
    finish(town, keys_of(town, LUCIA))

    assert town.run("erase", LUCIA, "--yes") == 0

    assert words_left(town.store) == {}
    with town.store.read() as connection:
        assert opted_out_at(connection, LUCIA) == town.now
        assert opted_out_at(connection, PABLO) is None
    with town.store.write() as connection:
        assert opt_in(connection, her)
        assert not opt_in(connection, her)
        assert opted_out_at(connection, LUCIA) is None
