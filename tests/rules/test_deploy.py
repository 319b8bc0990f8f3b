"""The files in deploy/ without the programs that run them: every command in them exists, every setting is accepted.

Nothing here starts a container: that they are what compose and systemd take has been read, not run.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import tomllib
from functools import cache
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from cli.groups import GROUPS
from cli.main import command_line
from config.load import load_config
from daemon.inside import HEARTBEAT
from daemon.service import UNIT
from tests.rules.project import locked, project
from tests.servers.needs import need_program

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
SECRETS = {
    "store": "postgresql+psycopg://ventanilla:x@store/ventanilla",
    "queue": "redis://:x@queue:6379/3",
    "soporte": "x",
}
OUR_IMAGE = "localhost/ventanilla"
"""A name that no registry on the internet can answer to, should somebody start what was not built."""
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
    return {name: one for name, one in compose()["services"].items() if one["image"] == OUR_IMAGE}


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


def dockerfile() -> str:
    """Without comments, a step a line."""
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return "\n".join(line for line in text.splitlines() if not line.startswith("#"))


def test_what_the_image_copies_is_there() -> None:
    copied = re.findall(r"^COPY (\S+) ", dockerfile(), re.MULTILINE)

    assert copied == ["requirements-build.lock", ".", "requirements.lock"]
    assert all((ROOT / name).exists() for name in copied)


def test_nothing_is_fetched_into_the_image_that_is_not_pinned_with_its_hash() -> None:
    fetched = re.findall(r"pip (?:install|wheel) [^&\n]+", dockerfile())

    assert len(fetched) == 4
    assert all("--require-hashes" in one or "--no-deps" in one for one in fetched)
    assert all("--no-build-isolation" in one for one in fetched if "pip wheel" in one)


def test_what_builds_the_wheel_is_pinned_as_for_the_tests_and_complete() -> None:
    pins, tests = locked("requirements-build.lock"), locked("requirements-dev.lock")
    needed, found = {"hatchling"}, set[str]()
    while needed:
        name = needed.pop()
        found.add(name)
        wants = (Requirement(one) for one in requires(name) or ())
        needed |= {canonicalize_name(one.name) for one in wants if one.marker is None or one.marker.evaluate()} - found

    assert found == set(pins)
    assert pins == {name: tests[name] for name in pins}
    assert project()["build-system"]["requires"] == [
        one for one in project()["dependency-groups"]["dev"] if one.startswith("hatchling")
    ]


def test_the_images_are_of_versions_that_were_tried() -> None:
    images = {one["image"] for one in compose()["services"].values()} - {OUR_IMAGE}
    bases = set(re.findall(r"^FROM (\S+)", dockerfile(), re.MULTILINE))

    # a major version where one reads the files of no other; never whatever is newest
    assert images == {"postgres:17", "redis:7"}
    assert len(bases) == 1
    (version,) = re.findall(r"^python:(3\.\d+)-slim$", bases.pop())
    assert f"Programming Language :: Python :: {version}" in project()["project"]["classifiers"]


def test_the_image_runs_as_nobody_with_rights_in_the_folders_that_compose_gives_it() -> None:
    settings = tomllib.loads((DEPLOY / "ventanilla.toml").read_text(encoding="utf-8"))
    image = dockerfile().partition("FROM")[2].rpartition("FROM")[2]
    (uid,) = re.findall(r"^USER (\d+)$", image, re.MULTILINE)
    (config,) = re.findall(r"VENTANILLA_CONFIG=(\S+)", image)
    volumes = dict(each.split(":")[1::-1] for each in ours()["route"]["volumes"])

    assert f"useradd --system --uid {uid} " in image
    assert f"--home-dir {settings['service']['data_dir']} " in image
    assert volumes[settings["service"]["data_dir"]] == "files"
    assert volumes[config] == "./ventanilla.toml"
    for one in ours().values():
        assert (one["read_only"], one["cap_drop"]) == (True, ["ALL"])
        assert "user" not in one
    assert f"chown {uid} " in (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def test_nothing_but_the_desk_is_reached_from_outside_and_that_from_this_machine_alone() -> None:
    ports = {name: one["ports"] for name, one in compose()["services"].items() if "ports" in one}
    settings = tomllib.loads((DEPLOY / "ventanilla.toml").read_text(encoding="utf-8"))

    assert ports == {"desk": ["127.0.0.1:8080:8080"]}
    assert settings["web"]["listen"].endswith(":8080")


def test_logs_do_not_grow_for_ever_and_stopping_waits_for_what_is_at_work() -> None:
    for one in compose()["services"].values():
        assert set(one["logging"]["options"]) == {"max-size", "max-file"}
    assert {one["stop_grace_period"] for one in ours().values()} == {"35s"}


def test_what_the_page_writes_as_secrets_is_what_the_containers_are_given(tmp_path: Path) -> None:
    stand_in = tmp_path / "bin" / "openssl"  # not on every machine that runs tests
    stand_in.parent.mkdir()
    stand_in.write_text(
        "#!/bin/sh\n[ \"$1 $2\" = 'rand -hex' ] && od -An -N\"$3\" -tx1 /dev/urandom | tr -d ' \\n' && echo\n"
    )
    stand_in.chmod(0o755)
    environment = {"PATH": f"{stand_in.parent}:{os.environ['PATH']}"}
    (block,) = re.findall(
        r"```sh\n(umask 077\n.*?)```", (ROOT / "docs" / "operations.md").read_text(encoding="utf-8"), re.S
    )
    lines = [line for line in block.splitlines() if not line.startswith(("sudo", "docker"))]
    (tmp_path / "deploy").mkdir()

    subprocess.run(["sh", "-ec", "\n".join(lines)], cwd=tmp_path, check=True, capture_output=True, env=environment)

    made = {path.name: path.read_text().strip() for path in (tmp_path / "deploy" / "secrets").iterdir()}
    assert set(made) == set(compose()["secrets"])
    assert made["store"] == SECRETS["store"].replace(":x@", f":{made['store_password']}@")
    assert made["queue"] == SECRETS["queue"].replace(":x@", f":{made['queue_password']}@")
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "deploy" / "secrets").iterdir()} == {0}
    assert len(made["store_password"]) == len(made["queue_password"]) == 48
    owners = dict(re.findall(r"^sudo chown (\d+) (.+)$", block, re.MULTILINE))
    assert {name for names in owners.values() for name in names.split()} == {
        f"deploy/secrets/{name}" for name in set(made) - {"queue_password"}
    }


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
