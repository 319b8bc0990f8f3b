"""`migrate`, `backup` and `restore` as an operator types them."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from cli.context import fresh_context
from cli.main import main
from daemon.lock import DataLock
from tests.cli.town import Town, build_town
from ventanilla.store import tables as t
from ventanilla.store.engine import Store, open_store
from ventanilla.store.outbox import due_letters

COUNT = sa.select(sa.func.count())


class Operator:
    """Types commands and reads what they say."""

    def __init__(self, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.config = config
        self._capsys = capsys

    def types(self, *arguments: str, code: int = 0) -> str:
        return "".join(self._run(arguments, code))

    def asks(self, *arguments: str, code: int = 0) -> dict[str, Any]:
        said, _progress = self._run((*arguments, "--json"), code)
        document: dict[str, Any] = json.loads(said)
        return document

    def _run(self, arguments: Sequence[str], code: int) -> tuple[str, str]:
        self._capsys.readouterr()
        with fresh_context():
            found = main(["--config", str(self.config), *arguments])
        said = self._capsys.readouterr()
        assert found == code, said.out + said.err
        return said.out, said.err


@pytest.fixture
def town(store: Store, tmp_path: Path) -> Town:
    """A live house with two cases, whose receipts and notices have not gone out yet."""
    town = build_town(store, tmp_path, mode="live")
    town.write("eva@example.org", files=[["pedido.txt", "añadido"]])
    town.write("leo@example.org")
    return town


@pytest.fixture
def operator(town: Town, capsys: pytest.CaptureFixture[str]) -> Operator:
    return Operator(town.config, capsys)


@pytest.fixture
def elsewhere(town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Operator:
    """An operator on a new machine: the same file, nothing else."""
    folder = tmp_path / "new"
    folder.mkdir()
    url = town.store.engine.url.render_as_string(hide_password=False)
    text = town.config.read_text().replace(url, "sqlite")
    (folder / "ventanilla.toml").write_text(text)
    (folder / "secret").write_text("pw")
    (folder / "secret").chmod(0o600)
    return Operator(folder / "ventanilla.toml", capsys)


def store_of(operator: Operator) -> Store:
    return open_store(f"sqlite:///{operator.config.parent / 'ventanilla.db'}", operator.config.parent / "blobs")


def count(store: Store, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
    with store.read() as connection:
        return int(connection.scalar(COUNT.select_from(table).where(*where)) or 0)


def test_a_house_is_copied_and_comes_back_on_a_new_machine(
    operator: Operator, elsewhere: Operator, town: Town, tmp_path: Path
) -> None:
    said = operator.types("backup", str(tmp_path / "copy.tar"))
    told = elsewhere.types("restore", str(tmp_path / "copy.tar"))

    assert "copy.tar" in said
    assert "1 attachments" in said
    assert "only observes" in told
    assert "ventanilla golive soporte --mode live" in told
    assert "ventanilla outbox --state unknown" in told
    new = store_of(elsewhere)
    assert count(new, t.messages) == 2
    assert count(new, t.outbox, t.outbox.c.reason == "restored") == 4
    assert due_letters(new, now=town.now.replace(year=town.now.year + 1)) == []
    assert json.loads(elsewhere.types("audit", "--blobs", "--json")) != {}
    assert "observe" in elsewhere.types("status")
    new.close()


def test_a_backup_without_a_name_lies_beside_the_data(operator: Operator, town: Town) -> None:
    made = operator.asks("backup")

    assert Path(made["path"]).parent == town.config.parent / "backups"
    assert Path(made["path"]).is_file()


def test_a_backup_says_what_is_damaged(operator: Operator, town: Town, tmp_path: Path) -> None:
    blob = next(path for path in town.store.blobs.rglob("*") if path.is_file())
    blob.write_bytes(b"rot")

    made = operator.asks("backup", str(tmp_path / "copy"), code=1)

    assert made["damaged"] == [blob.name]


def test_a_backup_overwrites_nothing(operator: Operator, tmp_path: Path) -> None:
    operator.types("backup", str(tmp_path / "copy"))

    assert "is there already" in operator.types("backup", str(tmp_path / "copy"), code=2)


def test_a_store_that_is_not_empty_is_only_replaced_when_forced_and_agreed(
    operator: Operator, elsewhere: Operator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator.types("backup", str(tmp_path / "copy"))
    elsewhere.types("restore", str(tmp_path / "copy"))

    refused = elsewhere.types("restore", str(tmp_path / "copy"), code=2)
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    not_agreed = elsewhere.types("restore", str(tmp_path / "copy"), "--force", code=2)
    done = elsewhere.asks("restore", str(tmp_path / "copy"), "--force", "--yes")

    assert "--force" in refused
    assert "nothing was changed" in not_agreed
    assert "before-restore" in done["set_aside"]
    assert Path(done["set_aside"]).is_file()


def test_a_running_service_is_not_restored_over(operator: Operator, elsewhere: Operator, tmp_path: Path) -> None:
    operator.types("backup", str(tmp_path / "copy"))

    with DataLock(elsewhere.config.parent):
        assert "already running" in elsewhere.types("restore", str(tmp_path / "copy"), code=2)


def test_migrate_makes_the_tables_and_a_repeat_does_nothing(elsewhere: Operator) -> None:
    assert elsewhere.asks("migrate")["revisions"]
    assert elsewhere.asks("migrate")["revisions"] == []
    assert "up to date" in elsewhere.types("migrate")


@pytest.mark.fault(19)
def test_mail_that_came_before_a_restore_gets_no_second_receipt_even_when_live_again(
    operator: Operator, elsewhere: Operator, tmp_path: Path
) -> None:
    operator.types("backup", str(tmp_path / "copy"))
    elsewhere.types("restore", str(tmp_path / "copy"))
    new = store_of(elsewhere)
    with new.write() as connection:
        connection.execute(sa.update(t.channels).values(forced_observe=False))
    town = build_town(new, elsewhere.config.parent, mode="live")
    town._items = 100  # the mailbox goes on counting
    acknowledged = t.outbox.c.kind == "acknowledgement"
    before = count(new, t.outbox, acknowledged)

    town.write("nil@example.org", ago=timedelta(minutes=5))
    pulled_again = count(new, t.outbox, acknowledged)
    town.write("mar@example.org")

    assert pulled_again == before
    assert count(new, t.outbox, acknowledged) == before + 1
    new.close()


def test_a_dry_run_of_migrate_where_there_is_no_store_makes_none(
    sqlite_store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    town = build_town(sqlite_store, tmp_path, mode="live")
    folder = tmp_path / "elsewhere"
    text = re.sub(r"^data_dir = .*$", f'data_dir = "{folder}"', town.config.read_text(encoding="utf-8"), flags=re.M)
    town.config.write_text(text, encoding="utf-8")
    operator = Operator(town.config, capsys)

    told = operator.asks("migrate", "--dry-run")

    assert not folder.exists()
    assert told["dry_run"] is True
    assert told["revisions"] == []
    assert [step["revision"] for step in told["missing"]][:1] == ["0001"]
    assert "nothing was done" in operator.types("migrate", "--dry-run")
    assert not folder.exists()

    assert operator.asks("migrate")["revisions"] == [step["revision"] for step in told["missing"]]
    assert operator.types("migrate", "--dry-run").strip() == "up to date"
