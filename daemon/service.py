"""The systemd unit that runs `up` with as few rights as it needs, and its installation: user, folders, unit file."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from daemon.readable import cures, reader_named
from ventanilla.errors import Unreachable

NAME = "ventanilla"
UNITS = Path("/etc/systemd/system")
STATE = Path("/var/lib")
HOMES = (Path("/home"), Path("/root"), Path("/run/user"))

UNIT = """\
# Written by `ventanilla service install`. Your own changes belong in a drop-in: systemctl edit {name}
[Unit]
Description=Ventanilla: one window for every customer
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=main
User={user}
Group={user}
ExecStart={command} --config {config} up
ExecReload=/bin/kill -HUP $MAINPID
WorkingDirectory={folder}
Restart=on-failure
RestartSec=5
# 2 is a file that cannot be used: starting again does not mend it.
RestartPreventExitStatus=2
# SIGTERM reaches the supervisor alone, which lets its children finish.
KillMode=mixed
TimeoutStopSec={stop_within}
WatchdogSec=60
# A child that is killed for its memory is started again by the supervisor; the others go on.
OOMPolicy=continue
LimitNOFILE=65536
TasksMax=1024
# A core dump would hold customers' words and secrets.
LimitCORE=0
{state}
UMask=0077
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome={home}
PrivateTmp=yes
PrivateDevices=yes
PrivateMounts=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What to run and as whom. Paths are absolute; `command` is the installed `ventanilla`; `reads` are files that it has to be
    able to read."""

    config: Path
    command: Path
    data_dir: Path
    reads: tuple[Path, ...] = ()
    user: str = NAME
    drain: float = 20.0


def systemd_unit(service: Service) -> str:
    """The unit file's text: it may write to `data_dir` and nowhere else.

    No MemoryDenyWriteExecute: ctypes asks for such memory on some machines. No DynamicUser: secrets are files that somebody owns.
    """
    at_home = any(
        path.is_relative_to(home) for home in HOMES for path in (service.config, service.command, service.data_dir)
    )
    return UNIT.format(
        name=NAME,
        user=service.user,
        command=_word(service.command),
        config=_word(service.config),
        folder=_plain(service.config.parent),
        stop_within=int(service.drain) + 15,
        state=_state(service.data_dir),
        home="read-only" if at_home else "yes",
    )


def install(service: Service, *, dry_run: bool, say: Callable[[str], None]) -> None:
    """Make user, folders and unit, telling each step by `say`; with `dry_run` only tell. Safe to repeat; starts nothing.

    Raises Unreachable without root or without systemd, before anything is done.
    """
    if not dry_run:
        _demand_root_and_systemd()
    unit_file = UNITS / f"{NAME}.service"
    if _has_user(service.user):
        say(f"user {service.user}: there already")
    else:
        _run(_useradd(service), dry_run=dry_run, say=say)
    say(f"folder {service.data_dir}: 0700, owned by {service.user}")
    say(f"unit {unit_file}:")
    say(systemd_unit(service))
    if not dry_run:
        _own_folder(service)
        unit_file.write_text(systemd_unit(service), encoding="utf-8")
    _run(("systemctl", "daemon-reload"), dry_run=dry_run, say=say)
    say(f"The file {service.config} and the secrets it names must be readable to the user {service.user}.")
    for line in cures((service.config, *service.reads), reader_named(service.user)):
        say(line)
    say(f"Start it, now and at every boot: systemctl enable --now {NAME}")


def _demand_root_and_systemd() -> None:
    if not Path("/run/systemd/system").is_dir():  # sd_booted(3)
        raise Unreachable(
            "service install: this machine was not started by systemd; run `ventanilla up` under what it has"
        )
    if os.geteuid() != 0:
        raise Unreachable("service install: only root may do it; use sudo, or --dry-run to see what it would do")


def _useradd(service: Service) -> Sequence[str]:
    home = str(service.data_dir)
    nologin = shutil.which("nologin", path="/usr/sbin:/sbin:/usr/bin") or "/usr/sbin/nologin"
    return (
        "useradd",
        "--system",
        "--user-group",
        "--no-create-home",
        "--home-dir",
        home,
        "--shell",
        nologin,
        service.user,
    )


def _has_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _own_folder(service: Service) -> None:
    """Give the folder to the user. Links are not followed: who runs the service must not choose what root gives away."""
    owner = pwd.getpwnam(service.user)
    service.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    if service.data_dir.lstat().st_uid == owner.pw_uid:
        return
    service.data_dir.chmod(0o700)
    for path in (service.data_dir, *service.data_dir.rglob("*")):
        os.chown(path, owner.pw_uid, owner.pw_gid, follow_symlinks=False)


def _run(argv: Sequence[str], *, dry_run: bool, say: Callable[[str], None]) -> None:
    say(f"run {' '.join(argv)}")
    if dry_run:
        return
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Unreachable(f"service install: {argv[0]} failed with code {done.returncode}: {done.stderr.strip()}")


def _state(data_dir: Path) -> str:
    if data_dir.is_relative_to(STATE) and data_dir != STATE:
        return f"StateDirectory={_plain(data_dir.relative_to(STATE))}\nStateDirectoryMode=0700"
    return f"ReadWritePaths={_word(data_dir)}"


def _plain(path: Path) -> str:
    return str(path).replace("%", "%%")


def _word(path: Path) -> str:
    """A path as one word of a unit's line: systemd.syntax(7), systemd.service(5)."""
    text = _plain(path).replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return f'"{text}"' if any(each in text for each in " \t\"'\\;") else text
