"""What keeps the service's user from reading a file is named with its cure, and nothing else is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from cli.context import fresh_context
from cli.main import main
from daemon.readable import Reader, cures, in_the_way
from daemon.service import Service, install
from tests.cli.town import build_town
from ventanilla.store.engine import Store

STRANGER = Reader(name="nobody-of-ours", uid=54321, gids=frozenset((54321,)))
OWNER = Reader(name="owner", uid=os.getuid(), gids=frozenset((54321,)))
GROUP = Reader(name="group", uid=54321, gids=frozenset((os.getgid(),)))


@pytest.fixture
def secret() -> Iterator[Path]:
    """In a folder that everybody may pass: pytest's own are closed to others."""
    with TemporaryDirectory(dir="/tmp") as name:
        path = Path(name) / "secrets" / "soporte"
        path.parent.mkdir()
        path.parent.parent.chmod(0o755)
        path.parent.chmod(0o755)
        path.write_text("x")
        yield path


@pytest.mark.parametrize(
    ("mode", "reader", "is_read"),
    [
        (0o600, STRANGER, False),
        (0o604, STRANGER, True),
        (0o640, STRANGER, False),
        (0o640, GROUP, True),
        (0o604, GROUP, False),
        (0o600, GROUP, False),
        (0o600, OWNER, True),
        (0o600, Reader(name="new"), False),
        (0o644, Reader(name="new"), True),
        (0o000, Reader(name="root", uid=0), True),
    ],
)
def test_the_rights_that_apply_decide(secret: Path, mode: int, reader: Reader, is_read: bool) -> None:
    if os.getuid() == 0 and reader is OWNER:
        os.chown(secret, 4242, 4242)
        reader = Reader(name="owner", uid=4242)
    secret.chmod(mode)

    assert in_the_way(secret, reader) == (None if is_read else secret)


def test_a_folder_in_the_way_is_named_once_for_all_that_is_in_it(secret: Path) -> None:
    other = secret.with_name("other")
    other.write_text("y")
    secret.parent.chmod(0o700)

    (line,) = cures((secret, other, secret.with_name("missing")), STRANGER)

    folder = secret.parent
    cure = f"chgrp nobody-of-ours {folder} && chmod g+x {folder}"
    assert line == f"warning: the user nobody-of-ours cannot read {secret}: {cure}"


def test_what_is_not_there_is_not_warned_of(tmp_path: Path) -> None:
    assert in_the_way(tmp_path / "no" / "such", Reader(name="root", uid=0)) is None


def test_the_installation_tells_of_secrets_that_its_user_cannot_read(secret: Path) -> None:
    told: list[str] = []
    secret.chmod(0o600)
    config = secret.parent / "v.toml"
    config.write_text("")
    config.chmod(0o644)
    service = Service(
        config=config, command=Path("/opt/v"), data_dir=config.parent / "var", reads=(secret,), user="nobody-of-ours"
    )

    install(service, dry_run=True, say=told.append)

    (warned,) = [line for line in told if line.startswith("warning")]
    assert str(secret) in warned


def test_the_command_knows_which_secrets_the_file_names(
    sqlite_store: Store, secret: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    town = build_town(sqlite_store, secret.parent)
    town.config.chmod(0o644)
    named = secret.with_name("secret")
    named.chmod(0o600)

    with fresh_context():
        assert main(["--config", str(town.config), "service", "install", "--dry-run"]) == 0

    warned = [line for line in capsys.readouterr().out.splitlines() if line.startswith("warning")]
    assert [str(named) in line for line in warned] == [True]
