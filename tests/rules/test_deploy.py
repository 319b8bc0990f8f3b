"""The files in deploy/ without the programs that run them: every command in them exists, every setting is accepted.

Nothing here starts a container: that they are what compose and systemd take has been read, not run.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from cli.groups import GROUPS
from cli.main import command_line
from config.load import load_config
from daemon.inside import HEARTBEAT
from daemon.service import UNIT
from tests.servers.needs import need_program

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
SECRETS = {
    "store": "postgresql+psycopg://ventanilla:x@store/ventanilla",
    "queue": "redis://:x@queue:6379/3",
    "soporte": "x",
}
PARTS = {"connect", "route", "deliver", "sweep", "desk"}
# What a part of several does otherwise than the whole on one machine: it speaks to no supervisor of ours.
OF_THE_WHOLE = (
    "Description=",
    "Type=",
    "NotifyAccess=",
    "KillMode=",
    "WatchdogSec=",
    "Restart=",
    "RestartSec=",
    "ExecStart=",
)


@cache
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return found


def ours() -> dict[str, dict[str, Any]]:
    """The containers that run our image."""
    return {name: one for name, one in compose()["services"].items() if one["image"] == "ventanilla"}


def check_command(words: list[str]) -> None:
    """It exists, and so do its options."""
    commands: Any = command_line(tuple(GROUPS))
    command = commands.commands[words[0]]
    known = {name for each in command.params for name in each.opts}
    assert {word for word in words[1:] if word.startswith("-")} <= known


def test_every_command_in_the_compose_file_exists() -> None:
    for one in ours().values():
        check_command(one["command"])

    assert {one["command"][0] for one in ours().values()} == PARTS | {"migrate", "reload"}


def test_the_file_that_the_containers_share_is_accepted(tmp_path: Path) -> None:
    text = (DEPLOY / "ventanilla.toml").read_text(encoding="utf-8")
    for name, value in SECRETS.items():
        (tmp_path / name).write_text(f"{value}\n")
        (tmp_path / name).chmod(0o600)
    path = tmp_path / "ventanilla.toml"
    path.write_text(text.replace("/run/secrets", str(tmp_path)))

    loaded = load_config(path)

    assert loaded.config.store_url() == SECRETS["store"]
    assert loaded.config.queue_url() == SECRETS["queue"]
    assert loaded.warnings == ()


def test_every_secret_that_the_file_names_is_given_to_every_container() -> None:
    named = set(re.findall(r"/run/secrets/(\w+)", (DEPLOY / "ventanilla.toml").read_text(encoding="utf-8")))

    assert named == set(SECRETS)
    for one in ours().values():
        assert named <= set(one["secrets"])
    assert {name for one in compose()["services"].values() for name in one.get("secrets", ())} == set(
        compose()["secrets"]
    )


def test_all_see_one_folder_of_files_and_one_file_of_settings() -> None:
    volumes = [tuple(one["volumes"]) for one in ours().values()]

    assert len(set(volumes)) == 1
    assert any(each.startswith("files:/var/lib/ventanilla") for each in volumes[0])
    assert "files" in compose()["volumes"]


def test_each_part_waits_for_the_tables_and_shows_that_it_lives() -> None:
    for name in PARTS:
        one = ours()[name]
        assert one["depends_on"] == {"apply": {"condition": "service_completed_successfully"}}
        assert one["environment"][HEARTBEAT] in one["healthcheck"]["test"][1]
    assert ours()["apply"]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    waits = {name: each["condition"] for name, each in ours()["migrate"]["depends_on"].items()}
    assert waits == {"store": "service_healthy", "queue": "service_healthy"}


def test_what_a_health_check_asks_is_answered_by_a_heartbeat(tmp_path: Path) -> None:
    asked = ours()["route"]["healthcheck"]["test"][1].replace("$$", "$").replace("/tmp/alive", str(tmp_path / "alive"))

    before = subprocess.run(["sh", "-c", asked], capture_output=True, check=False)
    (tmp_path / "alive").touch()
    after = subprocess.run(["sh", "-c", asked], capture_output=True, check=False)

    assert (before.returncode, after.returncode) == (1, 0)


def test_what_the_image_copies_is_there() -> None:
    copied = re.findall(r"^COPY (\S+) ", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)

    assert copied == ["requirements.lock", "."]
    assert all((ROOT / name).exists() for name in copied)


@pytest.mark.parametrize("part", sorted(PARTS))
def test_the_unit_of_a_part_starts_a_command_that_exists(part: str) -> None:
    unit = (DEPLOY / "ventanilla@.service").read_text(encoding="utf-8")
    (start,) = re.findall(r"^ExecStart=(.+)$", unit, re.MULTILINE)

    words = shlex.split(start.replace("%i", part))

    assert words[1:3] == ["--config", "/etc/ventanilla/ventanilla.toml"]
    check_command(words[3:])


def test_a_part_has_no_more_rights_than_the_whole() -> None:
    unit = set((DEPLOY / "ventanilla@.service").read_text(encoding="utf-8").splitlines())
    wanted = [
        line for line in UNIT.splitlines() if "=" in line and "{" not in line and not line.startswith(OF_THE_WHOLE)
    ]

    assert [line for line in wanted if line not in unit] == []
    assert "RestartPreventExitStatus=2" in unit


def test_systemd_finds_nothing_to_complain_about(tmp_path: Path) -> None:
    analyze = need_program("systemd-analyze", package="systemd")
    stand_in = tmp_path / "ventanilla"
    stand_in.write_text("#!/bin/sh\n")
    stand_in.chmod(0o755)
    unit = tmp_path / "ventanilla@connect.service"
    text = (DEPLOY / "ventanilla@.service").read_text(encoding="utf-8")
    unit.write_text(text.replace("/usr/local/bin/ventanilla", str(stand_in)))

    done = subprocess.run([analyze, "verify", str(unit)], capture_output=True, text=True, check=False)

    said = (done.stdout + done.stderr).splitlines()
    assert [line for line in said if "ventanilla@" in line and "ser and" not in line] == []
