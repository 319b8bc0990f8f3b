"""Root types a command beside a service that has a user of its own: whatever that leaves behind is still the service's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli.context import fresh_context
from cli.main import main
from tests.cli.town import FILE, build_town
from tests.servers.needs import lacking
from ventanilla.store.blobs import put_blob
from ventanilla.store.engine import Store

SERVICE = 65534
"""A user and a group of whom nobody is here."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder that is the service's, and root who works in it."""
    if os.geteuid() != 0:
        lacking("only root can make files that are another user's")
    folder = tmp_path / "house"
    folder.mkdir(mode=0o700)
    return folder


def give_away(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        os.chown(path, SERVICE, SERVICE)


def of_others(folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if path.lstat().st_uid != SERVICE]


def types(folder: Path, *words: str) -> int:
    with fresh_context():
        return main(["--config", str(folder / "ventanilla.toml"), *words])


def test_a_house_that_root_restores_can_be_run_by_its_service(
    sqlite_store: Store, folder: Path, tmp_path: Path
) -> None:
    # given a back-up, and a service's folder with its settings and nothing else
    town = build_town(sqlite_store, tmp_path)
    town.write("eva@example.org", files=[["pedido.txt", "añadido"]])
    assert types(tmp_path, "backup", str(tmp_path / "copy.tar")) == 0
    settings = town.config.read_text().replace(sqlite_store.engine.url.render_as_string(hide_password=False), "sqlite")
    (folder / "ventanilla.toml").write_text(settings)
    (folder / "secret").write_text("pw")
    give_away(folder)

    assert types(folder, "restore", str(tmp_path / "copy.tar")) == 0
    assert types(folder, "backup") == 0
    assert types(folder, "golive", "soporte", "--mode", "internal", "--yes") == 0
    assert types(folder, "audit") == 0

    assert (folder / "ventanilla.db").is_file()
    assert [path.name for path in folder.glob("blobs/??/??/*")] != []
    assert of_others(folder) == []


def test_a_file_that_root_puts_among_the_services_is_the_services(folder: Path) -> None:
    (folder / "blobs").mkdir()
    give_away(folder)

    put_blob(folder / "blobs", b"a picture")

    assert of_others(folder) == []


@pytest.mark.parametrize("words", [["status"], ["audit"], ["check", "--connect"]])
def test_who_only_looks_makes_no_store(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "secret").write_text("pw")
    (tmp_path / "secret").chmod(0o600)
    (tmp_path / "ventanilla.toml").write_text(FILE.format(store="sqlite", mode="observe", more=""))

    types(tmp_path, *words)

    assert list(tmp_path.glob("**/*.db*")) == []
