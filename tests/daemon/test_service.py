"""The systemd unit and its installation."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.service import Service, install, systemd_unit
from tests.servers.needs import need_program
from ventanilla.errors import Unreachable

NOBODY = 65534
PLAIN = Service(
    config=Path("/etc/ventanilla/ventanilla.toml"),
    command=Path("/opt/ventanilla/bin/ventanilla"),
    data_dir=Path("/var/lib/ventanilla"),
)


def verified(unit: str, folder: Path) -> str:
    """What systemd-analyze has to say against a unit; skips at home where there is none."""
    analyze = need_program("systemd-analyze", package="systemd")
    file = folder / "ventanilla.service"
    # The program must exist for the check; the rest of the unit is as it will be installed.
    stand_in = folder / "bin" / "with space" / "ventanilla"
    stand_in.parent.mkdir(parents=True)
    stand_in.write_text("#!/bin/sh\n")
    stand_in.chmod(0o755)
    file.write_text(unit.replace("/opt/ventanilla/bin/ventanilla", f'"{stand_in}"'))
    done = subprocess.run([analyze, "verify", str(file)], capture_output=True, text=True, check=False)
    return "\n".join(line for line in (done.stdout + done.stderr).splitlines() if "ventanilla.service" in line)


def test_systemd_finds_nothing_to_complain_about(tmp_path: Path) -> None:
    assert verified(systemd_unit(PLAIN), tmp_path) == ""


def test_systemds_own_check_would_notice(tmp_path: Path) -> None:
    assert "NoSuchSetting" in verified(systemd_unit(PLAIN).replace("UMask=", "NoSuchSetting="), tmp_path)


def test_the_service_may_write_to_its_data_folder_only() -> None:
    unit = systemd_unit(PLAIN).splitlines()

    assert {"ProtectSystem=strict", "StateDirectory=ventanilla", "NoNewPrivileges=yes", "ProtectHome=yes"} <= set(unit)
    assert "User=ventanilla" in unit
    assert not any(line.startswith("ReadWritePaths") for line in unit)


def test_a_service_in_somebodys_home_can_read_it_and_write_its_data() -> None:
    home = Path("/home/ana/mi tienda")
    unit = systemd_unit(Service(config=home / "v.toml", command=home / "bin/ventanilla", data_dir=home / "var 100%"))

    assert "ProtectHome=read-only" in unit
    assert 'ReadWritePaths="/home/ana/mi tienda/var 100%%"' in unit
    assert 'ExecStart="/home/ana/mi tienda/bin/ventanilla" --config "/home/ana/mi tienda/v.toml" up' in unit


def test_a_dry_run_tells_everything_and_does_nothing(tmp_path: Path) -> None:
    told: list[str] = []
    service = Service(
        config=tmp_path / "v.toml", command=PLAIN.command, data_dir=tmp_path / "var", user="nobody-of-ours"
    )

    install(service, dry_run=True, say=told.append)

    assert any("useradd" in line and "nobody-of-ours" in line for line in told)
    assert systemd_unit(service) in told
    assert not (tmp_path / "var").exists()


@pytest.fixture
def without_rights() -> Iterator[None]:
    """Root gives its rights away for a while: what it tries then can install nothing anywhere."""
    mine = os.geteuid()
    if mine == 0:
        os.seteuid(NOBODY)
    yield
    os.seteuid(mine)


@pytest.mark.usefixtures("without_rights")
def test_without_root_or_systemd_the_message_says_so_and_nothing_is_done() -> None:
    told: list[str] = []

    with pytest.raises(Unreachable, match=r"systemd|root"):
        install(PLAIN, dry_run=False, say=told.append)

    assert told == []
