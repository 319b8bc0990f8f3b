"""Back-ups: whole, of one moment, readable by us alone; a restore brings everything back and sends nothing."""

from __future__ import annotations

import errno
import json
import shutil
import stat
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.servers.stores import migrated_store
from tests.store.full_store import fill
from tests.store.promises import check_refused
from tests.store.rows import NOW, add_inbox, everything
from ventanilla.errors import BadInput, Conflict, Unreachable
from ventanilla.store import tables as t
from ventanilla.store.aside import holds_something, refuse_while_in_use, set_aside
from ventanilla.store.audit import audit
from ventanilla.store.backup import Backup, write_backup
from ventanilla.store.blobs import blob_path, get_blob
from ventanilla.store.engine import Store, open_store
from ventanilla.store.migrate import require_current, upgrade
from ventanilla.store.outbox import due_letters
from ventanilla.store.restore import Restored, restore_backup
from ventanilla.words import DeliveryState, EventKind

LATER = NOW + timedelta(hours=8)
CHANGED = ("outbox", "channels", "installation", "leases", "events", "webhook_events", "sessions")

SLOW_RESTORE = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from ventanilla.store import restore
from ventanilla.store.engine import open_store
restore._give_out_no_number_twice = lambda *_: (print("half-way", flush=True), time.sleep(300))
store = open_store(sys.argv[1], Path(sys.argv[2]))
restore.restore_backup(store, Path(sys.argv[3]), now=datetime.now(UTC), progress=lambda _: None, aside="before")
"""


def back_up(store: Store, target: Path) -> Backup:
    return write_backup(store, target, now=NOW, version="0.1.0", progress=lambda _: None)


def restore(store: Store, source: Path) -> Restored:
    return restore_backup(store, source, now=LATER, progress=lambda _: None)


def contents(store: Store) -> dict[str, list[Any]]:
    with store.read() as connection:
        return everything(connection)


def select(store: Store, query: sa.Select[Any]) -> list[Any]:
    with store.read() as connection:
        return [tuple(row) for row in connection.execute(query)]


@pytest.fixture(params=["folder", "monday.tar"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / "backups" / str(request.param)


@pytest.fixture
def copy(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A back-up of a full store."""
    (tmp_path / "source").mkdir()
    with migrated_store(request, "sqlite", tmp_path / "source") as source:
        fill(source)
        back_up(source, tmp_path / "copy")
    return tmp_path / "copy"


def test_everything_comes_back_on_either_engine_from_either(
    store: Store, new_store: Callable[[], Store], target: Path
) -> None:
    fill(store)
    before = contents(store)
    assert all(before.values()), f"nothing in {[name for name, rows in before.items() if not rows]}"

    made = back_up(store, target)
    other = new_store()
    restored = restore(other, target)

    after = contents(other)
    assert {name: rows for name, rows in after.items() if name not in CHANGED} == {
        name: rows for name, rows in before.items() if name not in CHANGED
    }
    assert made.rows == restored.rows == sum(map(len, before.values()))
    assert made.blobs == restored.blobs == 2
    for path in store.blobs.rglob("*"):
        if path.is_file():
            assert get_blob(other.blobs, path.name) == path.read_bytes()
    require_current(other)


@pytest.mark.parametrize("into", ["sqlite", "postgresql"])
def test_a_small_house_moves_from_one_engine_to_the_other(
    request: pytest.FixtureRequest, tmp_path: Path, into: str
) -> None:
    source: Store = request.getfixturevalue("postgresql_store" if into == "sqlite" else "sqlite_store")
    url = f"sqlite:///{tmp_path / 'other.db'}" if into == "sqlite" else request.getfixturevalue("empty_database")
    other = open_store(url, tmp_path / "other-blobs")
    fill(source)
    back_up(source, tmp_path / "copy")

    restore(other, tmp_path / "copy")

    same = [name for name in t.metadata.tables if name not in CHANGED]
    assert {name: contents(other)[name] for name in same} == {name: contents(source)[name] for name in same}
    other.close()


@pytest.mark.fault(19)
def test_nothing_that_had_not_gone_out_is_sent_after_a_restore(store: Store, new_store: Callable[[], Store]) -> None:
    fill(store)
    letters = dict(select(store, sa.select(t.outbox.c.dedupe_key, t.outbox.c.state)))
    target = store.blobs.parent / "copy"
    back_up(store, target)

    other = new_store()
    restored = restore(other, target)

    held_back = {"pending", "held", "sending"}
    found = {key: (state, reason) for key, state, reason in select(other, OUTBOX)}
    assert due_letters(other, now=LATER + timedelta(days=30)) == []
    for key, state in letters.items():
        assert found[key][0] == ("unknown" if state in held_back else state)
        assert (found[key][1] == "restored") == (state in held_back)
    assert restored.unsent == sum(state in held_back for state in letters.values()) == 4


OUTBOX = sa.select(t.outbox.c.dedupe_key, t.outbox.c.state, t.outbox.c.reason)


@pytest.mark.fault(19)
def test_every_channel_observes_after_a_restore_and_the_log_says_so(
    store: Store, new_store: Callable[[], Store]
) -> None:
    fill(store)
    target = store.blobs.parent / "copy"
    back_up(store, target)

    other = new_store()
    restore(other, target)

    assert select(other, sa.select(t.channels.c.mode, t.channels.c.forced_observe)) == [("live", True)]
    assert select(other, sa.select(t.webhook_events.c.endpoint, t.webhook_events.c.paused_at)) == [("crm", LATER)]
    assert select(other, sa.select(t.installation.c.restored_at)) == [(LATER,)]
    log = sa.select(t.events.c.kind, t.events.c.at, t.events.c.actor, t.events.c.data).order_by(t.events.c.id)
    told: dict[str, Any] = {"made_at": NOW.isoformat(), "unsent": 4}
    assert select(other, log)[-1] == (EventKind.RESTORED, LATER, "admin", told)


def test_no_lease_of_the_old_service_stands_in_the_way_and_its_token_stays(
    store: Store, new_store: Callable[[], Store]
) -> None:
    fill(store)
    target = store.blobs.parent / "copy"
    back_up(store, target)

    other = new_store()
    restore(other, target)

    assert select(other, sa.select(t.leases.c.token, t.leases.c.expires_at)) == [(7, LATER)]
    # and who was put out, or used an invitation, since the back-up does not come in by what it holds
    assert select(other, sa.select(t.sessions.c.ended_at).distinct()) == [(LATER,)]
    assert not select(other, sa.select(t.invitations.c.agent).where(t.invitations.c.expires_at > LATER))


def test_no_number_is_given_out_twice_after_a_restore(store: Store, new_store: Callable[[], Store]) -> None:
    fill(store)
    target = store.blobs.parent / "copy"
    back_up(store, target)
    other = new_store()
    restore(other, target)

    with other.write() as connection:
        columns = {"channel": "soporte", "source": "y", "item_key": "y", "state": "pending"}
        made = sa.insert(t.inbox).values(**columns, received_at=NOW, pulled_at=NOW).returning(t.inbox.c.id)
        assert connection.execute(made).scalar_one() > 900
        again: dict[str, Any] = {"name": "Eva again", "tags": [], "created_at": NOW}
        made = sa.insert(t.contacts).values(again).returning(t.contacts.c.id)
        assert connection.execute(made).scalar_one() == 3


@pytest.mark.fault(19)
def test_a_restored_store_keeps_its_promises(store: Store, new_store: Callable[[], Store]) -> None:
    fill(store)
    target = store.blobs.parent / "copy"
    back_up(store, target)
    other = new_store()
    restore(other, target)

    for name in ("pointing_at_a_released_assignment", "changing_an_event", "the_same_source_item_twice"):
        check_refused(other, name)
    with other.read() as connection:
        found = audit(connection, blobs=other.blobs, now=LATER, hash_blobs=True)
    with store.read() as connection:
        was = audit(connection, blobs=store.blobs, now=LATER, hash_blobs=True)
    assert {name: count for name, count in found.items() if count > was[name]} == {}


def test_a_copy_is_of_one_moment_while_others_write(store: Store, tmp_path: Path, monkeypatch: Any) -> None:
    fill(store)
    before = contents(store)
    stop, written = threading.Event(), []

    def write() -> None:
        number = 10_000
        while not stop.is_set():
            with store.write() as connection:
                add_inbox(connection, number)
            written.append(number)
            number += 1

    writer = threading.Thread(target=write)

    def progress(_: str) -> None:
        if not writer.is_alive() and not stop.is_set():
            writer.start()
        while len(written) < 5:
            stop.wait(0.01)

    write_backup(store, tmp_path / "copy", now=NOW, version="0.1.0", progress=progress)
    stop.set()
    writer.join()

    rows = json.loads((tmp_path / "copy" / "manifest.json").read_text())["rows"]
    assert len(written) >= 5
    assert rows == {name: len(found) for name, found in before.items()}


def test_a_backup_is_readable_by_us_alone(sqlite_store: Store, target: Path) -> None:
    fill(sqlite_store)

    back_up(sqlite_store, target)

    assert stat.S_IMODE(target.stat().st_mode) & 0o077 == 0
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def test_a_backup_overwrites_nothing(sqlite_store: Store, target: Path) -> None:
    target.parent.mkdir()
    target.write_text("precious")

    with pytest.raises(BadInput, match="is there already"):
        back_up(sqlite_store, target)

    assert target.read_text() == "precious"


def test_a_backup_that_cannot_be_written_leaves_nothing_behind(sqlite_store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(Unreachable, match="could not be written"):
        back_up(sqlite_store, tmp_path / "file" / "copy.tar")


def test_a_backup_cut_short_leaves_nothing_under_its_name(sqlite_store: Store, target: Path) -> None:
    fill(sqlite_store)

    def stop(said: str) -> None:
        if said.startswith("inbox"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_backup(sqlite_store, target, now=NOW, version="0.1.0", progress=stop)

    assert list(target.parent.iterdir()) == []


def test_a_missing_or_damaged_blob_is_told_and_the_rest_is_copied(
    sqlite_store: Store, new_store: Callable[[], Store], tmp_path: Path
) -> None:
    fill(sqlite_store)
    missing, damaged = sorted(path for path in sqlite_store.blobs.rglob("*") if path.is_file())
    missing.unlink()
    damaged.write_bytes(b"bit rot")

    made = back_up(sqlite_store, tmp_path / "copy")
    other = new_store()
    restored = restore(other, tmp_path / "copy")

    assert set(made.damaged) == {missing.name, damaged.name} == set(restored.damaged)
    assert made.blobs == 0
    assert not blob_path(other.blobs, damaged.name).exists()


def test_a_damaged_backup_is_refused_before_anything_is_written(copy: Path, new_store: Callable[[], Store]) -> None:
    def spoil_rows(folder: Path) -> None:
        path = folder / "rows" / "inbox.jsonl.gz"
        path.write_bytes(path.read_bytes()[:-20] + b"x" * 20)

    def spoil_blob(folder: Path) -> None:
        next(path for path in (folder / "blobs").rglob("*") if path.is_file()).write_bytes(b"other")

    def lose_rows(folder: Path) -> None:
        (folder / "rows" / "events.jsonl.gz").unlink()

    def spoil_manifest(folder: Path) -> None:
        (folder / "manifest.json").write_text("{")

    def smuggle(folder: Path) -> None:
        manifest = json.loads((folder / "manifest.json").read_text())
        manifest["files"]["../../etc/passwd"] = {"size": 1, "sha256": "0"}
        (folder / "manifest.json").write_text(json.dumps(manifest))

    def recount(folder: Path) -> None:
        manifest = json.loads((folder / "manifest.json").read_text())
        manifest["rows"]["events"] += 1
        (folder / "manifest.json").write_text(json.dumps(manifest))

    store = new_store()
    for spoil in (spoil_rows, spoil_blob, lose_rows, spoil_manifest, smuggle, recount):
        spoilt = copy.with_name(spoil.__name__)
        shutil.copytree(copy, spoilt)
        spoil(spoilt)

        with pytest.raises(BadInput, match=spoil.__name__):
            restore(store, spoilt)

        assert not holds_something(store), spoil.__name__
    restore(store, copy)


def test_a_tar_that_was_cut_off_is_refused(sqlite_store: Store, tmp_path: Path, new_store: Callable[[], Store]) -> None:
    fill(sqlite_store)
    target = tmp_path / "copy.tar"
    back_up(sqlite_store, target)
    target.write_bytes(target.read_bytes()[: target.stat().st_size // 2])

    with pytest.raises(BadInput, match=r"copy\.tar"):
        restore(new_store(), target)


def test_what_is_no_backup_is_refused(tmp_path: Path, new_store: Callable[[], Store]) -> None:
    (tmp_path / "letter.txt").write_text("Dear all")
    (tmp_path / "empty").mkdir()
    with tarfile.open(tmp_path / "other.tar", "w") as tar:
        tar.add(tmp_path / "letter.txt", "letter.txt")

    for name in ("letter.txt", "empty", "other.tar", "nothing"):
        with pytest.raises(BadInput, match=name):
            restore(new_store(), tmp_path / name)


def test_a_backup_of_a_newer_version_is_refused_with_the_cure(copy: Path, new_store: Callable[[], Store]) -> None:
    manifest = json.loads((copy / "manifest.json").read_text())
    (copy / "manifest.json").write_text(json.dumps({**manifest, "schema": "9001"}))

    with pytest.raises(Unreachable, match="upgrade this program"):
        restore(new_store(), copy)


def test_a_store_that_holds_something_is_not_overwritten(
    store: Store, copy: Path, new_store: Callable[[], Store]
) -> None:
    fill(store)
    before = contents(store)

    with pytest.raises(BadInput, match="not empty"):
        restore(store, copy)

    assert contents(store) == before


def test_an_empty_migrated_store_takes_a_restore(store: Store, copy: Path) -> None:
    restore(store, copy)

    assert holds_something(store)


def test_a_store_set_aside_loses_nothing_and_leaves_room(
    new_store: Callable[[], Store], copy: Path, tmp_path: Path
) -> None:
    store = new_store()
    upgrade(store)
    with store.write() as connection:
        add_inbox(connection, 77)

    places = []
    for _ in range(2):
        places.append(set_aside(store, label="before-restore"))
        assert not holds_something(store)
        restore(store, copy)

    assert len(set(places)) == 2
    query = "SELECT id FROM inbox"
    if store.is_sqlite:
        aside = open_store(f"sqlite:///{places[0]}", tmp_path)
        with aside.read() as connection:
            assert connection.exec_driver_sql(query).all() == [(77,)]
        aside.close()
    else:
        schema = places[0].removeprefix("schema ")
        with store.read() as connection:
            assert connection.exec_driver_sql(query.replace("inbox", f"{schema}.inbox")).all() == [(77,)]


def test_a_store_that_somebody_works_on_is_not_touched(store: Store) -> None:
    fill(store)

    with pytest.raises(Conflict, match="pull x"):
        refuse_while_in_use(store, now=NOW)
    refuse_while_in_use(store, now=NOW + timedelta(minutes=1))


def test_every_state_of_the_outbox_is_either_held_back_or_over() -> None:
    over = {"sent", "delivered", "failed", "unknown", "dropped"}

    assert {str(state) for state in DeliveryState} - over == {"pending", "held", "sending"}


def test_a_disk_that_is_full_while_files_come_back_is_said_and_the_store_stays_empty(
    copy: Path, new_store: Callable[[], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = new_store()

    def fill_up(_folder: Path, _content: bytes) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr("ventanilla.store.restore.put_blob", fill_up)
        with pytest.raises(Unreachable, match="No space left on device; the store is as it was"):
            restore(store, copy)

    assert not holds_something(store)
    restore(store, copy)


@pytest.mark.faults
@pytest.mark.fault(19)
def test_a_restore_that_is_killed_half_way_leaves_nothing_half_and_the_same_again_does_it(
    new_store: Callable[[], Store], copy: Path
) -> None:
    # given a store with something in it, which is set aside first
    other = new_store()
    upgrade(other)
    with other.write() as connection:
        add_inbox(connection, 77)
    url = other.engine.url.render_as_string(hide_password=False)
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW_RESTORE, url, str(other.blobs), str(copy)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline().strip() == "half-way"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    other.close()

    assert not holds_something(other)
    restored = restore(other, copy)

    manifest = json.loads((copy / "manifest.json").read_text())
    assert restored.rows == sum(manifest["rows"].values())
    require_current(other)
