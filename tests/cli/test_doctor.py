"""`doctor`: every line of it, sound and unsound, with the cure."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.doctor_house import data_folder, disk, private, queue_server, secret_files, server_clock, token_files
from cli.doctor_program import ROOTS, clock, libraries, names
from config.load import load_config
from daemon.lock import DataLock
from tests.cli.conftest import Ask, Read
from tests.cli.town import Town, build_town
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.words import EventKind


def make_private(town: Town) -> None:
    town.config.parent.chmod(0o700)
    (town.config.parent / "secret").chmod(0o600)


def test_a_sound_installation_ends_with_zero(either_town: Town, ask: Ask, read: Read) -> None:
    make_private(either_town)

    findings = ask(either_town, "doctor")

    assert [one["subject"] for one in findings if not one["ok"]] == []
    assert {one["subject"] for one in findings} >= {
        "program", "SQLite", "libraries", "import names", "time zones", "clock", "settings file", "data folder", "disk",
        "secret", "queue", "store", "clock beside the store", "service",
    }  # fmt: skip
    assert "nothing wrong" in read(either_town, "doctor")


def test_what_is_wrong_is_told_with_its_cure_and_ends_with_one(town: Town, ask: Ask, read: Read) -> None:
    make_private(town)
    (town.config.parent / "secret").chmod(0o644)

    (wrong,) = [one for one in ask(town, "doctor", code=1) if not one["ok"]]
    page = read(town, "doctor", code=1)

    path = town.config.parent / "secret"
    assert (wrong["subject"], wrong["cure"]) == ("secret", f"chmod 600 {path}")
    assert f"BAD secret: {path} is open to other users (mode 0644, 0600 expected)\n    cure: chmod 600 {path}" in page
    assert "1 wrong" in page


def test_without_a_file_the_program_is_looked_at_all_the_same(town: Town, tmp_path: Path, ask: Ask) -> None:
    findings = ask(Town(town.store, tmp_path / "nowhere.toml", town.router), "doctor")

    assert findings[-1]["subject"] == "settings file"
    assert "`ventanilla init` writes one" in findings[-1]["message"]
    assert len(findings) == 7


def test_a_file_that_cannot_be_used_is_a_finding(town: Town, ask: Ask) -> None:
    town.config.write_text("[service]\nnam = 1\nzone = 2\n", encoding="utf-8")

    wrong = ask(town, "doctor", code=1)[-1]

    assert "unknown key `nam`" in wrong["message"]
    assert wrong["cure"] == "`ventanilla check` names every problem"


def test_a_store_that_is_not_there_yet_is_no_fault_and_is_not_made(town: Town, ask: Ask) -> None:
    make_private(town)
    (town.config.parent / "ventanilla.db").unlink()

    (store,) = [one for one in ask(town, "doctor") if one["subject"] == "store"]

    assert "`ventanilla up` makes it" in store["message"]
    assert not (town.config.parent / "ventanilla.db").exists()


def test_an_old_schema_is_named_with_its_cure(town: Town, ask: Ask) -> None:
    make_private(town)
    with town.store.write() as connection:
        connection.exec_driver_sql("DELETE FROM alembic_version")

    (store,) = [one for one in ask(town, "doctor", code=1) if not one["ok"]]

    assert "run `ventanilla migrate`" in store["message"]


def test_a_service_that_runs_is_shown(town: Town, ask: Ask) -> None:
    make_private(town)
    with DataLock(town.config.parent):
        service = ask(town, "doctor")[-1]

    assert service["message"] == f"runs here (pid {os.getpid()})"


def test_a_library_that_is_missing_or_too_old_is_named() -> None:
    found = libraries(["rich>=1", "no-such-thing>=1.2", "pydantic[email]>=999", "demo-only>=1; extra == 'demo'"])

    assert not found.ok
    assert "no-such-thing is missing; pydantic is " in found.message
    assert "at least 999 is needed" in found.message
    assert "demo-only" not in found.message
    assert libraries(["rich>=1", "sqlalchemy"]).message == "all 2 are there and new enough"


def test_an_import_name_that_another_package_brings_too_is_named() -> None:
    found = names({"config": ["ventanilla", "python-config"], "cli": ["ventanilla"]})

    assert not found.ok
    assert "`config` also belongs to python-config" in found.message
    assert names({}).ok


def test_an_import_name_that_is_found_elsewhere_is_named() -> None:
    found = names({}, roots=(*ROOTS, "json", "no_such_root"))

    assert "`json` is found in" in found.message
    assert "`no_such_root` is not found" in found.message


def test_a_clock_that_cannot_be_right_is_named() -> None:
    assert clock(datetime.now(UTC)).ok
    assert "before this version was made" in clock(datetime(1970, 1, 1, tzinfo=UTC)).message


def test_a_clock_that_disagrees_with_the_store_is_named(store: Store, tmp_path: Path) -> None:
    build_town(store, tmp_path)
    with store.write() as connection:
        journal = Journal(now=datetime.now(UTC), actor="test")
        journal.add(EventKind.PRESENCE, agent="ana")
        journal.flush(connection)
    with store.read() as connection:
        right = server_clock(connection, datetime.now(UTC))
        slow = server_clock(connection, datetime.now(UTC) - timedelta(minutes=5))

    assert right.ok
    assert not slow.ok
    assert "NTP" in slow.cure


def test_a_data_folder_that_is_not_there_yet_is_made_by_up(tmp_path: Path) -> None:
    assert data_folder(tmp_path / "new").message.endswith("is made by `ventanilla up`")


def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert disk(tmp_path / "not" / "yet").ok

    monkeypatch.setattr("cli.doctor_house.ENOUGH", 10**18)

    assert "when the disk is full nothing more is taken in" in disk(tmp_path).cure


def test_tokens_that_others_can_read_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "tokens"
    folder.mkdir(mode=0o700)
    (folder / "good").touch(mode=0o600)
    (folder / "bad").touch()
    (folder / "bad").chmod(0o640)

    assert [(one.ok, one.cure) for one in token_files(folder)] == [(True, ""), (False, f"chmod 600 {folder / 'bad'}")]
    assert list(token_files(tmp_path / "none")) == []
    assert private("x", folder / "good", wanted=0o600).ok


def test_every_secret_file_of_the_file_is_looked_at(town: Town) -> None:
    make_private(town)
    config = load_config(town.config).config

    assert [one.ok for one in secret_files(config)] == [True]
    (town.config.parent / "secret").unlink()
    assert [one.message.endswith("is not there") for one in secret_files(config)] == [True]


def test_a_queue_that_does_not_answer_is_named(sqlite_store: Store, tmp_path: Path) -> None:
    town = build_town(sqlite_store, tmp_path, more='[queue]\nurl = "redis://127.0.0.1:1/0"\n')

    found = queue_server(load_config(town.config).config)

    assert not found.ok
    assert "check queue.url" in found.cure


def test_an_embedded_queue_without_a_server_is_named(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    config = load_config(town.config).config
    assert queue_server(config).message.startswith("embedded, ")

    monkeypatch.setattr("cli.doctor_house.find_server", lambda: Path("/bin/false"))

    assert queue_server(config).message == "/bin/false does not run here"
