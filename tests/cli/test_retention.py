"""`retention`: what came to its term goes, once somebody agreed to it; what must stay does; every figure is what it was."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import zipfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from router.assigning.endings import close_what_is_over
from router.retention.forgetting import forget_due
from router.retention.keeper import RetentionKeeper
from router.retention.terms import Terms, agree, agreement, covers, terms_of
from router.timekeeping.keeper import catch_up
from tests.cli.conftest import Ask, Read
from tests.cli.test_erase import LUCIA, PABLO, WORDS, facts, finish, keys_of, report, words_left, write_all
from tests.cli.town import Town, build_town
from ventanilla.store.aside import set_aside
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import (
    contacts,
    conversations,
    events,
    inbox,
    legal_holds,
    looks,
    messages,
    notes,
    outbox,
    sessions,
)
from ventanilla.words import EventKind

LATER = timedelta(days=400)
KEEP = Terms(keep=timedelta(days=366), items=timedelta(days=366), trail=None)


def later() -> datetime:
    return datetime.now(UTC) + LATER


def all_over(town: Town) -> None:
    """Every case has closed, and the books know it."""
    with town.store.write() as connection:
        connection.execute(sa.update(outbox).values(state="sent", sent_at=datetime.now(UTC)))
    close_what_is_over(town.store, town.house, Journal(now=later() - timedelta(days=370), actor="sweeper"))
    while catch_up(town.store, town.house, now=datetime.now(UTC)):
        pass


def closed_town(town: Town) -> list[str]:
    keys = write_all(town)
    finish(town, keys)
    all_over(town)
    return keys


def forget(town: Town, terms: Terms = KEEP, *, at: datetime | None = None) -> Counter[str]:
    """Everything that is due by then."""
    now = at or later()
    total: Counter[str] = Counter()
    for step in forget_due(town.store, town.house, terms, clock=lambda: now):
        total += step
    return total


def with_terms(town: Town, text: str) -> None:
    """The same file with these terms, in force."""
    town.config.write_text(town.config.read_text(encoding="utf-8") + f"\n[retention]\n{text}\n", encoding="utf-8")
    assert town.run("reload") == 0


def test_no_word_is_left_and_every_figure_stays(either_town: Town, ask: Ask) -> None:
    town = either_town
    keys = closed_town(town)
    assert set(WORDS) <= {word for words in words_left(town.store).values() for word in words}
    figures, before = report(town, ask), facts_of(town.store)

    done = forget(town)

    assert (done["cases"], done["customers"]) == (4, 2)  # hers and pablo's, with both of them
    assert words_left(town.store) == {}
    assert facts_of(town.store) == before
    assert report(town, ask) == figures != []
    assert town.run("recompute", "--from", "2020-01-01", "--dry-run") == 0
    assert set(ask(town, "audit", "--blobs").values()) == {0}
    shown = ask(town, "show", keys[0])[0]
    (gone,) = [one for one in shown["events"] if one["kind"] == "case_forgotten"]
    assert (gone["actor"], gone["data"]["why"], gone["data"]["keep"]) == ("retention", "retention", "1y")
    assert gone["data"]["messages"] > 0
    assert forget(town)["cases"] == 0  # nothing is done, or noted, twice


def facts_of(store: Store) -> Any:
    """What figures are made of, without what says that words went."""
    told = facts(store)
    forgetting = ("leftovers_forgotten", "retention_done")
    return [[row for row in part if row[-1] not in forgetting] for part in told]


@pytest.mark.slow
def test_sqlites_file_and_index_do_not_hold_the_words_any_longer(town: Town) -> None:
    closed_town(town)
    forget(town)
    town.store.close()
    content = Path(str(town.store.engine.url.database)).read_bytes().lower()
    assert [word for word in WORDS if word.encode() in content] == []


def test_a_case_goes_only_once_its_term_is_over_and_what_came_after_it_counts(town: Town) -> None:
    town.write(LUCIA, text="rododendro")
    (key,) = keys_of(town, LUCIA)
    finish(town, [key], text="nota")
    assert forget(town)["cases"] == 0  # resolved, not closed
    all_over(town)
    with town.store.read() as connection:
        ended = connection.scalar(sa.select(conversations.c.closed_at))
    assert ended is not None
    assert forget(town, at=ended + timedelta(days=366))["cases"] == 0
    assert forget(town, at=ended + timedelta(days=366, seconds=1))["cases"] == 1
    with town.store.write() as connection:  # somebody notes something in it years later
        noted = later() + timedelta(days=3)
        row = {"conversation_id": 1, "agent": "ana", "side": "desk", "text": "rododendro", "created_at": noted}
        connection.execute(sa.insert(notes).values(row))
    assert forget(town, at=noted + timedelta(days=366))["cases"] == 0
    assert forget(town, at=noted + timedelta(days=367))["cases"] == 1
    assert words_left(town.store) == {}


def test_what_is_open_or_held_stays_whole_and_keeps_its_customer(either_town: Town) -> None:
    town = either_town
    town.write(PABLO, text="ornitorrinco")
    town.write(LUCIA, name="Lucía", text="rododendro")
    (held,) = keys_of(town, LUCIA)
    finish(town, [held, *keys_of(town, PABLO)], text="nada")
    assert town.run("hold", held, "--reason", "Juzgado", "--until", "2099-12-31") == 0
    all_over(town)
    town.write(PABLO, text="otra vez ornitorrinco")
    with town.store.read() as connection:
        before = connection.execute(sa.select(messages).where(messages.c.from_address == LUCIA)).all()

    assert forget(town)["customers"] == 0

    with town.store.read() as connection:
        assert connection.execute(sa.select(messages).where(messages.c.from_address == LUCIA)).all() == before
        left = connection.scalars(sa.select(messages.c.text).where(messages.c.from_address == PABLO)).all()
        assert left == ["otra vez ornitorrinco"]
        assert connection.scalars(sa.select(contacts.c.erased_at)).all() == [None, None]


@pytest.mark.slow
def test_items_that_became_no_message_go_by_a_term_of_their_own(town: Town) -> None:
    town.write(LUCIA, verdict="auto_reply", reason="auto_reply: Zurbaran", subject="rododendro")
    town.reader.has_a_bug = True
    town.write(LUCIA, text="ornitorrinco")
    town.reader.has_a_bug = False
    terms = Terms(keep=timedelta(days=366), items=timedelta(days=30), trail=None)
    soon = datetime.now(UTC) + timedelta(days=31)
    forget(town, terms, at=soon)
    assert set(words_left(town.store)["inbox.raw"]) == {
        "lucia",
        "ornitorrinco",
    }  # nobody has read what is in quarantine
    forget(town, terms)
    assert words_left(town.store).keys() <= {"contacts.name", "addresses.value"}
    with town.store.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(inbox)) == 2  # so that none is brought in again


def test_who_looked_is_forgotten_by_its_own_term(town: Town) -> None:
    with town.store.write() as connection:
        old, new = datetime.now(UTC) - timedelta(days=100), datetime.now(UTC)
        for at, token in ((old, "a"), (new, "b")):
            session = {"token_sha256": token, "agent": "ana", "way": "password", "created_at": at, "seen_at": at}
            entered = sa.insert(sessions).values(expires_at=at, **session).returning(sessions.c.id)
            number = connection.execute(entered).scalar_one()
            look = {"at": at, "agent": "ana", "what": "search", "detail": {}, "session_id": number}
            connection.execute(sa.insert(looks).values(look))
    done = forget(town, Terms(keep=None, items=None, trail=timedelta(days=30)), at=datetime.now(UTC))
    assert (done["looks"], done["sessions"]) == (1, 1)
    with town.store.read() as connection:
        assert connection.scalars(sa.select(looks.c.at)).all() == [new]


def test_nothing_goes_before_somebody_agreed_and_a_shorter_term_asks_again(town: Town) -> None:
    closed_town(town)
    with_terms(town, 'keep = "30d"')
    house = open_anew(town)
    keeper = RetentionKeeper(town.store, clock=later)
    assert keeper.keep(house, now=later()) == 0
    assert words_left(town.store) != {}

    with town.store.write() as connection:
        journal = Journal(now=datetime.now(UTC), actor="cli:eva")
        agree(terms_of(house.config.retention), journal, counts={"cases": 4})
        journal.flush(connection)
        found = agreement(connection)
    assert found is not None
    assert covers(found, KEEP)
    assert not covers(found, Terms(keep=timedelta(days=29), items=None, trail=None))
    assert not covers(found, Terms(keep=timedelta(days=31), items=None, trail=timedelta(days=99)))
    for hours in range(1, 9):
        keeper.keep(house, now=later() + timedelta(hours=hours))
    assert words_left(town.store) == {}


def open_anew(town: Town) -> Any:
    from config.load import load_config
    from router.house import open_house

    with town.store.write() as connection:
        return open_house(connection, load_config(town.config).config, now=datetime.now(UTC))


def test_the_command_says_what_goes_and_what_stays_asks_once_and_does_it(
    town: Town, ask: Ask, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "nothing is ever forgotten" in read(town, "retention")
    keys = closed_town(town)
    assert town.run("hold", keys[0], "--reason", "Juzgado") == 0
    make_old(town)
    with_terms(town, 'keep = "30d"')

    plan = ask(town, "retention", "--dry-run")
    assert (plan["waits"], plan["forgotten"], plan["goes"]["cases"]) == (True, False, 3)
    assert [(one["key"], one["why"]) for one in plan["kept"]] == [(keys[0], "hold")]
    assert "3 cases would be forgotten now" in read(town, "check")
    monkeypatch.setattr("typer.prompt", lambda *_, **__: "yes")
    assert "nothing was forgotten" in read(town, "retention", code=2)
    monkeypatch.setattr("typer.prompt", lambda *_, **__: "3")
    assert "forgotten: 3 cases" in read(town, "retention")
    assert "by itself" in read(town, "check")
    with town.store.read() as connection:
        actors = connection.scalars(sa.select(events.c.actor).where(events.c.kind == EventKind.RETENTION_AGREED)).all()
        assert len(actors) == 1
        assert actors[0].startswith("cli")


def make_old(town: Town) -> None:
    """As if all of it had been a hundred days ago."""
    ago = datetime.now(UTC) - timedelta(days=100)
    with town.store.write() as connection:
        moved = {"closed_at": ago, "resolved_at": ago, "last_message_at": ago}
        connection.execute(sa.update(conversations).values(moved))
        connection.exec_driver_sql("UPDATE notes SET created_at = '2020-01-01T00:00:00.000000Z'")
        connection.execute(sa.update(contacts).values(created_at=ago))


KILLED = """
import os, sys
from contextlib import contextmanager
import router.erasing as erasing, router.retention.forgetting as forgetting
from cli.main import main
steps, whole = int(sys.argv[1]), erasing.writing
@contextmanager
def counted(store):
    global steps
    with whole(store) as connection:
        yield connection
        steps -= 1
        if steps < 0:
            os.kill(os.getpid(), 9)
erasing.writing = forgetting.writing = counted
sys.exit(main(["--config", sys.argv[2], "retention", "--yes"]))
"""


@pytest.mark.faults
@pytest.mark.parametrize("steps", [0, 1, 3, 6, 8])
def test_killed_in_the_middle_it_goes_on_and_finishes(town: Town, ask: Ask, steps: int) -> None:
    closed_town(town)
    make_old(town)
    with town.store.write() as connection:
        for column in (
            "inbox SET received_at",
            "inbox SET pulled_at",
            "outbox SET created_at",
            "addresses SET created_at",
        ):
            connection.exec_driver_sql(f"UPDATE {column} = '2020-01-01T00:00:00.000000Z'")
    with_terms(town, 'keep = "30d"')
    before = facts_of(town.store)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(steps), str(town.config)], capture_output=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    ask(town, "retention")
    assert words_left(town.store) == {}
    assert facts_of(town.store)[0] == before[0]
    with town.store.read() as connection:
        told = connection.scalars(
            sa.select(events.c.conversation_id).where(events.c.kind == EventKind.CASE_FORGOTTEN)
        ).all()
    assert len(told) == len(set(told)) == 4
    while catch_up(town.store, town.house, now=later()):
        pass
    assert set(ask(town, "audit", "--blobs").values()) == {0}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_what_is_held_is_never_touched_whatever_else_is(sqlite_store: Store, tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    town = build_town(sqlite_store, tmp_path, more=LAW)
    for number in range(12):
        town.write(f"c{number}@client.example", text="rododendro")
    with town.store.read() as connection:
        keys = list(connection.scalars(sa.select(conversations.c.key).order_by(conversations.c.id)))
    finish(town, keys, text="nota")
    all_over(town)
    now = later()
    goes = {case_id for case_id in range(1, 13) if fate(town, case_id, draw, now)}
    before = rows_of(town)

    forget(town, at=now)

    after = rows_of(town)
    for case_id in range(1, 13):
        assert (after[case_id] == before[case_id]) == (case_id not in goes)
        assert ("rododendro" in str(after[case_id])) == (case_id not in goes)


LAW = '[promises.quejas]\npack = "es-ley-10-2025"\napplies_to = { kind = "complaint" }\nfirst_response = { within = "1h" }\n'


def fate(town: Town, case_id: int, draw: random.Random, now: datetime) -> bool:
    """Something becomes of a case; whether its words are to go, by what was drawn alone."""
    days, kind = draw.choice((10, 365, 367, 900)), draw.choice(("query", "query", "complaint", "claim"))
    held, leaves, noted = (
        draw.choice(("no", "no", "now", "over", "ended")),
        draw.random() < 0.2,
        draw.choice((0, 0, 20)),
    )
    ended = now - timedelta(days=days)
    with town.store.write() as connection:
        its = conversations.c.id == case_id
        connection.execute(
            sa.update(conversations)
            .where(its)
            .values(kind=kind, closed_at=ended, resolved_at=ended, last_message_at=ended)
        )
        said = now - timedelta(days=noted) if noted else ended
        connection.execute(sa.update(notes).where(notes.c.conversation_id == case_id).values(created_at=said))
        if held != "no":
            until = {"now": now + timedelta(days=1), "over": now - timedelta(days=1), "ended": None}[held]
            over = {"ended_at": ended, "ended_by": "ana"} if held == "ended" else {}
            hold = {"conversation_id": case_id, "reason": "Juzgado", "set_by": "ana", "since": ended, "until": until}
            connection.execute(sa.insert(legal_holds).values(**hold, **over))
        if leaves:
            letter = sa.select(outbox.c.id).where(outbox.c.conversation_id == case_id).limit(1).scalar_subquery()
            connection.execute(sa.update(outbox).where(outbox.c.id == letter).values(state="pending"))
    return days > 366 and kind != "complaint" and held != "now" and not leaves and not noted


def rows_of(town: Town) -> dict[int, list[Any]]:
    """All that has words of a case."""
    with town.store.read() as connection:
        return {
            case_id: [
                connection.execute(sa.select(table).where(column == case_id).order_by(*table.primary_key)).all()
                for table, column in (
                    (conversations, conversations.c.id),
                    (messages, messages.c.conversation_id),
                    (notes, notes.c.conversation_id),
                    (outbox, outbox.c.conversation_id),
                )
            ]
            for case_id in range(1, 13)
        }


def test_a_hold_that_is_placed_while_it_works_is_heeded(town: Town) -> None:
    for sender in (LUCIA, PABLO):
        town.write(sender, text="rododendro")
    finish(town, [*keys_of(town, LUCIA), *keys_of(town, PABLO)], text="nada")
    all_over(town)
    steps = forget_due(town.store, town.house, KEEP, clock=later)
    assert next(steps)["cases"] == 1
    assert town.run("hold", *keys_of(town, PABLO), "--reason", "Juzgado") == 0
    assert sum((step["cases"] for step in steps), 0) == 0
    with town.store.read() as connection:
        assert connection.scalars(sa.select(messages.c.text).order_by(messages.c.id)).all() == ["", "rododendro"]


@pytest.mark.faults
def test_a_restored_back_up_is_forgotten_again_and_evidence_says_what_is_gone(
    town: Town, ask: Ask, read: Read, tmp_path: Path
) -> None:
    keys = closed_town(town)
    assert town.run("backup", str(tmp_path / "copy")) == 0
    assert forget(town)["cases"] == 4
    town.store.close()
    set_aside(town.store, label="gone")
    ask(town, "restore", str(tmp_path / "copy"))
    assert words_left(town.store) != {}
    assert forget(town)["cases"] == 4
    assert words_left(town.store) == {}

    assert town.run("evidence", keys[0], "--out", str(tmp_path / "case.zip"), "--language", "en") == 0
    with zipfile.ZipFile(tmp_path / "case.zip") as packed:
        page = packed.read("evidence.en.html").decode()
        assert "originals are gone" in page
        assert not [name for name in packed.namelist() if name.startswith(("originals/", "files/"))]
    assert town.run("evidence", "--verify", str(tmp_path / "case.zip")) == 0
    assert "was erased" in read(town, "show", keys[0])
