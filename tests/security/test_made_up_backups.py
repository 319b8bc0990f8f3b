"""A back-up that somebody made up, hashes and all, is refused in words: nothing of it leaves, unpacks without end, or crashes."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import shutil
import tarfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.servers.stores import migrated_store
from tests.store.full_store import fill
from tests.store.rows import NOW
from ventanilla.errors import BadInput
from ventanilla.store import restore
from ventanilla.store.backup import write_backup
from ventanilla.store.engine import open_store
from ventanilla.store.migrate import upgrade

DEEP = b"[" * 100_000
QUICK = ("columns that there are not", "a row nested without end", "rows of a table outside", "numbers beyond any")
HUGE = "9" * 5000
MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
def true_copy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A true one, as a folder."""
    folder = tmp_path_factory.mktemp("true")
    with migrated_store(request, "sqlite", folder) as store:
        fill(store)
        write_backup(store, folder / "copy", now=NOW, version="1", progress=lambda _: None)
    return folder / "copy"


@pytest.fixture
def copy(true_copy: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    shutil.copytree(true_copy, tmp_path / "copy")
    return tmp_path / "copy"


def refused(copy: Path, tmp_path: Path) -> str:
    """Why an empty store does not take it; the store is still empty."""
    store = open_store(f"sqlite:///{tmp_path / 'new.db'}", tmp_path / "new-blobs")
    upgrade(store)
    try:
        with pytest.raises(BadInput) as caught:
            restore.restore_backup(store, copy, now=NOW, progress=lambda _: None)
        with store.read() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM messages").scalar_one() == 0
    finally:
        store.close()
    return str(caught.value)


def manifest_of(copy: Path) -> Any:
    return json.loads((copy / "manifest.json").read_text())


def put(copy: Path, name: str, content: bytes, **more: Any) -> None:
    """A file of it with its right hash; `more` goes into the manifest."""
    manifest = manifest_of(copy)
    (copy / name).parent.mkdir(parents=True, exist_ok=True)
    (copy / name).write_bytes(content)
    manifest["files"][name] = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    (copy / "manifest.json").write_text(json.dumps({**manifest, **more}))


def rows(*lines: bytes) -> bytes:
    return gzip.compress(b"".join(line + b"\n" for line in lines))


KINDS = json.dumps({"id": "number", "name": "text", "created_at": "instant"}).encode()
ROWS: dict[str, tuple[bytes, ...]] = {
    "no columns": (),
    "columns nested without end": (DEEP,),
    "columns that are a list": (b"[1]",),
    "columns of no known kind": (b'{"id":"code"}',),
    "columns whose kinds are lists": (b'{"id":["number"]}',),
    "columns that there are not": (b'{"x\\" ; DROP TABLE messages":"text"}', b'["a"]'),
    "a row nested without end": (KINDS, DEEP),
    "a row that is no list": (KINDS, b"7"),
    "a row of too many": (KINDS, b"[1,2,3,4]"),
    "a number that no store has": (KINDS, f'[{10**30},"x","2026-11-01T00:00:00+00:00"]'.encode()),
    "a number of many digits": (KINDS, f'[{HUGE},"x","2026-11-01T00:00:00+00:00"]'.encode()),
    "no instant": (KINDS, b'[1,"x","tomorrow"]'),
    "an instant without a zone": (KINDS, b'[1,"x","2026-11-01T00:00:00"]'),
    "a text that is a list": (KINDS, b'[1,["x"],"2026-11-01T00:00:00+00:00"]'),
    "half a sign": (KINDS, b'[1,"\\ud800","2026-11-01T00:00:00+00:00"]'),
    "no UTF-8": (KINDS, b'[1,"\xff","2026-11-01T00:00:00+00:00"]'),
}


@pytest.mark.parametrize("name", [pytest.param(one, marks=[] if one in QUICK else [pytest.mark.slow]) for one in ROWS])
def test_rows_that_no_store_wrote_are_refused(copy: Path, tmp_path: Path, name: str) -> None:
    put(copy, "rows/contacts.jsonl.gz", rows(*ROWS[name]))

    assert str(copy) in refused(copy, tmp_path)


def test_rows_that_are_not_packed_are_refused(copy: Path, tmp_path: Path) -> None:
    put(copy, "rows/teams.jsonl.gz", b"no gzip")

    assert str(copy) in refused(copy, tmp_path)


MANIFESTS: dict[str, Callable[[Any], Any]] = {
    "nested without end": lambda told: None,
    "no rows": lambda told: told.pop("rows"),
    "rows that are a list": lambda told: told.update(rows=["teams"]),
    "rows of a table outside": lambda told: told["rows"].update({"../../../evil": 1}),
    "rows of what is no table of ours": lambda told: told["rows"].update(sqlite_sequence=1),
    "counts that are texts": lambda told: told["rows"].update(teams="many"),
    "no moment": lambda told: told.pop("made_at"),
    "a moment that is none": lambda told: told.update(made_at="tomorrow"),
    "a moment that is a list": lambda told: told.update(made_at=[]),
    "numbers that are texts": lambda told: told.update(sequences={"events": "x"}),
    "numbers that are a list": lambda told: told.update(sequences=[1]),
    "numbers beyond any": lambda told: told.update(sequences={"events": 10**30}),
    "damage that is a number": lambda told: told.update(damaged=7),
    "a file outside": lambda told: told["files"].update({"blobs/../../evil": {"size": 0, "sha256": ""}}),
    "a file without a size": lambda told: told["files"].update({"rows/teams.jsonl.gz": {}}),
    "files that are a list": lambda told: told.update(files=[]),
    "a schema that is none": lambda told: told.update(schema=[]),
}


@pytest.mark.parametrize(
    "name", [pytest.param(one, marks=[] if one in QUICK else [pytest.mark.slow]) for one in MANIFESTS]
)
def test_a_manifest_that_nobody_wrote_is_refused(copy: Path, tmp_path: Path, name: str) -> None:
    told = manifest_of(copy)
    MANIFESTS[name](told)
    content = DEEP.decode() if name == "nested without end" else json.dumps(told)
    (copy / "manifest.json").write_text(content)

    assert str(copy) in refused(copy, tmp_path)


def test_a_line_that_unpacks_without_end_is_not_held_in_memory(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restore, "_LONGEST_LINE", MEGABYTE)
    bomb = io.BytesIO()
    with gzip.GzipFile("", "wb", 1, bomb) as packed:
        packed.write(KINDS + b'\n[1,"')
        for _ in range(64):
            packed.write(b"x" * MEGABYTE)
    put(copy, "rows/contacts.jsonl.gz", bomb.getvalue())

    tracemalloc.start()
    try:
        said = refused(copy, tmp_path)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert "contacts: a row is far too long" in said
    assert most < 32 * MEGABYTE


def test_a_file_that_is_none_is_not_read(copy: Path, tmp_path: Path) -> None:
    teams = copy / "rows" / "teams.jsonl.gz"
    whole = teams.read_bytes()
    teams.unlink()
    os.mkfifo(teams)
    assert "teams" in refused(copy, tmp_path)

    teams.unlink()
    (tmp_path / "elsewhere").write_bytes(whole)
    teams.symlink_to(tmp_path / "elsewhere")
    assert "teams" in refused(copy, tmp_path)


def as_tar(copy: Path, tmp_path: Path, change: Callable[[tarfile.TarFile, str, Path], bool]) -> Path:
    """The same in one file; `change` adds a member in its own way and says so, or leaves it."""
    target = tmp_path / "made-up.tar"
    with tarfile.open(target, "w") as tar:
        for path in sorted(path for path in copy.rglob("*") if path.is_file()):
            name = path.relative_to(copy).as_posix()
            if not change(tar, name, path):
                tar.add(path, arcname=name)
    return target


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_a_member_that_is_no_file_is_refused(copy: Path, tmp_path: Path, kind: bytes) -> None:
    def changed(tar: tarfile.TarFile, name: str, path: Path) -> bool:
        if name != "rows/teams.jsonl.gz":
            return False
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, name  # a link to itself
        tar.addfile(member)
        return True

    assert "teams" in refused(as_tar(copy, tmp_path, changed), tmp_path)


def test_a_member_that_is_larger_than_the_manifest_says_is_not_read(copy: Path, tmp_path: Path) -> None:
    """A header may claim a terabyte that a sparse file has without a byte behind it."""

    def changed(tar: tarfile.TarFile, name: str, path: Path) -> bool:
        if name != "rows/teams.jsonl.gz":
            return False
        member = tarfile.TarInfo(name)
        member.size = len(path.read_bytes())
        member.pax_headers = {
            "GNU.sparse.major": "0",
            "GNU.sparse.minor": "1",
            "GNU.sparse.map": f"0,{member.size}",
            "GNU.sparse.size": str(2**40),
        }
        tar.addfile(member, io.BytesIO(path.read_bytes()))
        return True

    made = as_tar(copy, tmp_path, changed)

    assert "teams" in refused(made, tmp_path)
