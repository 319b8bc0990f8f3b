"""Bytes by their content: whole or not there, private, durable on return, and never collected from under a row to be."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from tests.servers.ports import wait_until
from tests.store.at_once import at_once
from ventanilla.store.blobs import blob_path, get_blob, put_blob

OLD = datetime.now(UTC) - timedelta(days=2)
A_DAY_AGO = datetime.now(UTC) - timedelta(days=1)


def files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def age(path: Path) -> None:
    os.utime(path, (OLD.timestamp(), OLD.timestamp()))


def test_bytes_come_back_as_they_were_and_a_repeat_makes_no_second_file(tmp_path: Path) -> None:
    content = os.urandom(300_000)

    first = put_blob(tmp_path, content)
    again = put_blob(tmp_path, content)

    assert first == again
    assert get_blob(tmp_path, first) == content
    assert files_in(tmp_path) == [blob_path(tmp_path, first)]


def test_only_we_can_read_them(tmp_path: Path) -> None:
    path = blob_path(tmp_path, put_blob(tmp_path, b"private"))

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) & 0o077 == 0


def test_what_is_not_there_is_not_made_up(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        get_blob(tmp_path, "0" * 64)


def test_many_who_put_the_same_bytes_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    content = os.urandom(500_000)

    digests = at_once([partial(put_blob, tmp_path, content)] * 8)

    assert set(digests) == {digests[0]}
    assert [path.read_bytes() for path in files_in(tmp_path)] == [content]


def test_a_writer_killed_half_way_leaves_no_file_under_a_blobs_name(tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
from ventanilla.store.blobs import put_blob
for number in range(10_000_000):
    put_blob(Path(sys.argv[1]), bytes([number % 251]) * 200_000 + number.to_bytes(4, "big"))
"""
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)])
    wait_until(lambda: len(files_in(tmp_path)) > 5, seconds=30, what="some blobs")
    process.send_signal(signal.SIGKILL)
    process.wait()

    for path in files_in(tmp_path):
        if not path.name.startswith("."):
            assert len(path.read_bytes()) == 200_004
            assert put_blob(tmp_path, path.read_bytes()) == path.name


def test_the_file_and_every_new_folder_on_its_way_are_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: set[Path] = set()
    really = os.fsync

    def note(descriptor: int) -> None:
        synced.add(Path(os.readlink(f"/proc/self/fd/{descriptor}")))
        really(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    folder = tmp_path / "data" / "blobs"
    path = blob_path(folder, put_blob(folder, b"durable"))

    assert {path.parent, path.parent.parent, folder, folder.parent, tmp_path} <= synced
    assert any(each.name.startswith(f".{path.name}") for each in synced)


def test_what_is_put_again_is_young_again(tmp_path: Path) -> None:
    digest = put_blob(tmp_path, b"twice")
    age(blob_path(tmp_path, digest))

    put_blob(tmp_path, b"twice")

    assert blob_path(tmp_path, digest).stat().st_mtime > A_DAY_AGO.timestamp()
    assert get_blob(tmp_path, digest) == b"twice"


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blob_path(tmp_path, hashlib.sha256(b"abc").hexdigest()).parent.mkdir(parents=True)

    def fill_up(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as full:
        full.setattr(os, "fsync", fill_up)
        with pytest.raises(OSError, match="No space left"):
            put_blob(tmp_path, b"abc")

    assert files_in(tmp_path) == []
    assert get_blob(tmp_path, put_blob(tmp_path, b"abc")) == b"abc"
