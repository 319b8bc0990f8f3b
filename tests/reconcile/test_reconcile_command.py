"""`reconcile` over a real mailbox, a bot and a number: what it prints, how it ends, and who else shows what it found."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from cli.applying import apply_file
from cli.assembly import Service
from cli.comparings import comparing_loop, comparings
from config.load import load_config
from connectors.comparing import GRACE
from connectors.registry import Place, kind
from desk.machine.metrics import Metrics
from router.house import open_house
from tests.cli.conftest import Ask, Read
from tests.cli.conftest import ask as ask
from tests.cli.conftest import read as read
from tests.cli.town import Town
from tests.reconcile.folder import letter
from tests.servers.dovecot import Dovecot
from tests.servers.ports import free_port
from tests.servers.telegram_api import TelegramApi
from ventanilla.store.engine import Store
from ventanilla.store.inbox import commit_batch, read_checkpoint
from ventanilla.store.tables import checkpoints, inbox, outbox

FILE = """
[service]
name = "Ferretería Sol"
data_dir = "."
timezone = "Europe/Madrid"
language = "es"

[channels.soporte]
kind = "email"
mode = "live"
team = "atencion"
address = "soporte@example.com"
imap = {{ host = "127.0.0.1", port = {imap}, security = "none", user = "soporte", password = {{ file = "secret" }} }}
smtp = {{ host = "127.0.0.1", port = 1, security = "none" }}

[channels.chat]
kind = "telegram"
mode = "live"
team = "atencion"
token = {{ file = "token" }}
api_url = "{telegram}"

[teams.atencion]
members = ["ana"]
duty = ["marta"]

[agents.ana]
email = "ana@example.com"

[agents.marta]
email = "marta@example.com"
"""


@pytest.fixture
def telegram() -> Iterator[TelegramApi]:
    with TelegramApi() as server:
        yield server


@pytest.fixture
def town(sqlite_store: Store, tmp_path: Path, dovecot: Dovecot, telegram: TelegramApi) -> Town:
    """A mailbox and a bot, both pulled once."""
    (tmp_path / "secret").write_text("pw")
    (tmp_path / "token").write_text(telegram.token)
    path = tmp_path / "ventanilla.toml"
    path.write_text(FILE.format(imap=dovecot.port, telegram=telegram.url))
    apply_file(sqlite_store, load_config(path), now=datetime.now(UTC))
    town = Town(sqlite_store, path, None)  # type: ignore[arg-type]
    pull(town)
    return town


def service_of(town: Town) -> Service:
    loaded = load_config(town.config)
    with town.store.write() as connection:
        return Service(
            loaded=loaded, store=town.store, house=open_house(connection, loaded.config, now=datetime.now(UTC))
        )


def pull(town: Town) -> None:
    """What `connect` does, once."""
    service = service_of(town)
    for name, settings in service.config.channels.items():
        place = Place(
            name=name, config=service.config, installation=service.house.installation, since=datetime.now(UTC)
        )
        for source in kind(settings.kind).sources(settings, place):
            for batch in source.pull(read_checkpoint(town.store, source.name), now=datetime.now(UTC)):
                commit_batch(town.store, name, batch, lease=None, now=datetime.now(UTC))
            source.close()


def lose(town: Town, dovecot: Dovecot, subject: str) -> None:
    """A mail comes to the inbox with a UID that the checkpoint has left behind."""
    with town.store.write() as connection:
        ours = checkpoints.c.source.endswith("/INBOX") & ~checkpoints.c.source.startswith("compare ")
        data = dict(connection.scalar(sa.select(checkpoints.c.data).where(ours)) or {})
        data |= {"last_uid": data["last_uid"] + 100, "recent": []}
        connection.execute(sa.update(checkpoints).where(ours).values(data=data))
    dovecot.append("soporte", letter(subject))


def test_all_well_ends_with_zero(town: Town, ask: Ask, read: Read) -> None:
    told = ask(town, "reconcile")

    assert told["missing"] == 0
    assert [(one["name"], one["state"], len(one["sources"])) for one in told["channels"]] == [
        ("soporte", "compared", 2),
        ("chat", "compared", 1),
    ]
    assert "nothing is missing" in read(town, "reconcile", "soporte")
    compared = ask(town, "status")["channels"][1]["compared"]
    assert (compared["missing"], compared["unreachable"]) == (0, 0)


def test_a_lost_mail_is_named_shown_everywhere_and_fetched_once(
    town: Town, dovecot: Dovecot, ask: Ask, read: Read
) -> None:
    lose(town, dovecot, "perdido")

    told = ask(town, "reconcile", "soporte", code=1)
    source = told["channels"][0]["sources"][0]
    assert (told["missing"], told["fetched"], source["missing"], source["at_source"]) == (1, None, 1, 1)
    assert source["items"][0]["size"] == len(letter("perdido"))
    page = read(town, "reconcile", "soporte", code=1)
    assert source["items"][0]["key"] in page
    assert "perdido" not in page
    status = ask(town, "status")
    assert [one["compared"]["missing"] for one in status["channels"] if one["name"] == "soporte"] == [1]
    assert any("reconcile soporte --fetch" in step for step in status["next"])
    assert "1 item of its sources not in the ledger" in read(town, "status")
    assert (
        b'ventanilla_missing_items{channel="soporte"} 1.0'
        in Metrics(town.store, clock=lambda: datetime.now(UTC)).scrape()
    )
    (finding,) = [one for one in ask(town, "doctor", code=1) if one["subject"] == "ledger of soporte"]
    assert (finding["ok"], "reconcile soporte" in finding["cure"]) == (False, True)
    assert rows_of(town) == []

    told = ask(town, "reconcile", "soporte", "--fetch")

    assert (told["missing"], told["fetched"], told["channels"][0]["sources"][0]["fetched"]) == (0, 1, 1)
    assert len(rows_of(town)) == 1
    assert ask(town, "reconcile", "soporte", "--fetch")["fetched"] == 0
    assert len(rows_of(town)) == 1


def test_whoever_is_on_duty_is_told_once_of_what_stays_missing(town: Town, dovecot: Dovecot) -> None:
    lose(town, dovecot, "perdido")
    later = [datetime.now(UTC)]
    (comparing,) = comparings(service_of(town), actor="connector", only=["soporte"], clock=lambda: later[0])
    for _ in range(3):
        for comparer in comparing.comparers or ():
            comparing.compare(comparer, since=later[0])
        later[0] += GRACE
    comparing.close()

    with town.store.read() as connection:
        (alert,) = connection.execute(sa.select(outbox.c.recipient, outbox.c.payload))

    words = json.dumps(alert.payload, ensure_ascii=False)
    assert alert.recipient == "marta@example.com"
    assert "faltan mensajes del canal soporte: 1" in words
    assert "ventanilla reconcile soporte --fetch" in words
    assert "perdido" not in words


def test_the_service_itself_looks_at_every_source_of_every_channel(town: Town, ask: Ask) -> None:
    loop = comparing_loop(service_of(town), threading.Event())

    looked = [one.source for comparing in loop.comparings for one in loop.look_due(comparing)]

    assert [source.rpartition("/")[2] for source in looked] == ["INBOX", "(sent)", "telegram:7000001"]
    assert {one["name"]: one["compared"]["missing"] for one in ask(town, "status")["channels"]} == {
        "chat": 0,
        "soporte": 0,
    }
    assert [loop.look_due(comparing) for comparing in loop.comparings] == [[], []]


def test_a_source_out_of_reach_ends_with_three_and_is_never_told_as_well(
    town: Town, dovecot: Dovecot, ask: Ask
) -> None:
    dovecot.kill()

    told = ask(town, "reconcile", code=3)

    assert {one["state"] for one in told["channels"][0]["sources"]} == {"unreachable"}
    assert [one["state"] for one in told["channels"][1]["sources"]] == ["compared"]


def test_a_channel_that_there_is_not_is_refused_with_those_that_there_are(town: Town, read: Read) -> None:
    assert "there are: chat, soporte" in read(town, "reconcile", "suporte", code=2)


def test_a_kind_that_offers_nothing_is_told_as_not_compared(
    town: Town, ask: Ask, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("connectors.telegram_chat.channel.comparers")

    told = ask(town, "reconcile", "chat")

    assert [(one["state"], one["sources"]) for one in told["channels"]] == [("cannot_be_compared", [])]
    page = read(town, "reconcile")
    assert "chat: cannot be compared" in page
    assert "nothing is missing where a source answered; 1 channel not compared" in page


def test_a_channel_that_is_not_in_force_yet_is_told_so(town: Town, ask: Ask, read: Read) -> None:
    more = '\n[channels.nuevo]\nkind = "telegram"\nmode = "live"\nteam = "atencion"\ntoken = { file = "token2" }\n'
    (town.config.parent / "token2").write_text("7000002:AAF-a_secret-that-nobody-may-read12")
    town.config.write_text(town.config.read_text() + more + f'api_url = "http://127.0.0.1:{free_port()}"\n')

    told = ask(town, "reconcile", "nuevo")

    assert told["channels"][0]["state"] == "not_in_force"
    assert "ventanilla reload" in read(town, "reconcile", "nuevo")


def rows_of(town: Town) -> list[str]:
    with town.store.read() as connection:
        return list(connection.scalars(sa.select(inbox.c.item_key)))
