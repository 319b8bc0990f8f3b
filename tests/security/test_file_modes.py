"""Whatever the umask, and though the data folder stood there open: nobody but the service's user reads what it keeps."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.acceptance import books
from tests.acceptance.conftest import Launch
from tests.acceptance.letters import mail
from tests.acceptance.mailing import append_raws
from tests.acceptance.service import house
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpServer
from ventanilla.store.blobs import put_blob
from ventanilla.store.engine import open_store
from ventanilla.store.migrate import upgrade

UMASKS = (0o000, 0o022, 0o077)


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def open_to_others(folder: Path) -> list[str]:
    """Files and sockets below a folder that others may read or write, whatever folder they stand in."""
    found = (path for path in folder.rglob("*") if not path.is_symlink() and not path.is_dir())
    return [
        f"{path.relative_to(folder)} {path.stat().st_mode & 0o777:o}" for path in found if path.stat().st_mode & 0o077
    ]


@pytest.mark.parametrize("mask", UMASKS)
def test_a_store_is_its_owners_alone_in_a_folder_that_is_open(tmp_path: Path, mask: int) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o755)
    with umask(mask):
        store = open_store(f"sqlite:///{folder / 'ventanilla.db'}", folder / "blobs")
        upgrade(store)
        put_blob(store.blobs, b"a picture")
        while_open = open_to_others(folder)
        store.close()

    assert while_open == []
    assert (folder / "ventanilla.db").exists()


def test_a_store_that_is_there_keeps_the_mode_that_somebody_gave_it(tmp_path: Path) -> None:
    file = tmp_path / "ventanilla.db"
    open_store(f"sqlite:///{file}", tmp_path / "blobs").close()
    file.touch()
    file.chmod(0o640)
    open_store(f"sqlite:///{file}", tmp_path / "blobs").close()

    assert stat.S_IMODE(file.stat().st_mode) == 0o640


@pytest.mark.slow
@pytest.mark.parametrize("mask", UMASKS)
def test_a_service_that_works_leaves_nothing_open(
    make_service: Launch, dovecot: Dovecot, smtp: SmtpServer, mask: int
) -> None:
    service = make_service(house(dovecot, smtp), wrapper=("sh", "-c", f'umask {mask:03o}; exec "$0" "$@"'))
    service.data_dir.mkdir()
    service.data_dir.chmod(0o755)
    service.start()
    big = mail("lucia@clientes.example", "Hola", text="palabra " * 50_000)
    big.add_attachment(b"x" * 300_000, maintype="image", subtype="png", filename="foto.png")
    append_raws(dovecot, [big.as_bytes()])
    books.wait_for_post(service, 1)
    (case,) = service.json("conversations")

    with umask(mask):
        for asked in (("backup",), ("backup", str(service.data_dir / "kept.tar"))):
            assert service.run(*asked).returncode == 0
        evidence = service.run("evidence", case["key"], "--out", str(service.data_dir / "proof.zip"))
    assert evidence.returncode in (0, 2), evidence.stderr

    assert open_to_others(service.data_dir) == []
    doctor = service.run("doctor")
    assert f"chmod 700 {service.data_dir}" in doctor.stdout + doctor.stderr
