"""The unit that `service install` writes gives as few rights as it can: systemd's own measure of it stays under a bound."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from daemon.service import Service, systemd_unit
from tests.servers.needs import lacking, need_program

MOST_EXPOSED = 1.6
"""0 is nothing at all and 10 everything: a service on the internet without any setting has 9.6."""
PLAIN = Service(
    config=Path("/etc/ventanilla/ventanilla.toml"),
    command=Path("/opt/ventanilla/bin/ventanilla"),
    data_dir=Path("/var/lib/ventanilla"),
)


def findings(unit: str, folder: Path) -> list[dict[str, str | bool]]:
    """What systemd-analyze finds open in a unit, with how much each counts."""
    analyze = need_program("systemd-analyze", package="systemd")
    file = folder / "ventanilla.service"
    file.write_text(unit)
    asked = [analyze, "security", "--offline=yes", "--json=short", "--no-pager", str(file)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    if "unrecognized option" in done.stderr or not done.stdout.strip():
        lacking(f"this systemd cannot look at a unit that is not loaded: {done.stderr.strip()}")
    found: list[dict[str, str | bool]] = json.loads(done.stdout)
    return found


def exposure(unit: str, folder: Path) -> float:
    """The sum of what is open, as systemd counts it."""
    return sum(float(one["exposure"] or 0) for one in findings(unit, folder))


def test_the_unit_is_hardly_exposed(tmp_path: Path) -> None:
    open_things = [one["name"] for one in findings(systemd_unit(PLAIN), tmp_path) if one["exposure"]]
    file = tmp_path / "ventanilla.service"
    bound = f"--threshold={MOST_EXPOSED * 10:.0f}"
    analyze = need_program("systemd-analyze", package="systemd")
    done = subprocess.run([analyze, "security", "--offline=yes", bound, str(file)], capture_output=True, check=False)

    assert done.returncode == 0, open_things


@pytest.mark.parametrize(
    "setting", ["NoNewPrivileges=yes", "ProtectSystem=strict", "SystemCallFilter=~@privileged @resources"]
)
def test_a_setting_that_is_taken_out_would_be_noticed(tmp_path: Path, setting: str) -> None:
    whole, without = systemd_unit(PLAIN), systemd_unit(PLAIN).replace(setting, "")

    assert setting in whole
    assert exposure(without, tmp_path) > exposure(whole, tmp_path)


def test_a_child_that_is_killed_for_its_memory_does_not_end_the_others() -> None:
    unit = systemd_unit(PLAIN).splitlines()

    assert {"OOMPolicy=continue", "UMask=0077", "LimitNOFILE=65536", "TasksMax=1024", "LimitCORE=0"} <= set(unit)
