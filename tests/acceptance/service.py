"""Drives the installed command from outside: writes the TOML, runs `up`, kills, asks, stops. It looks into the store to wait."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import tomlkit

from tests.faults.tally import count_kills
from tests.servers.dovecot import Dovecot
from tests.servers.ports import wait_until
from tests.servers.smtp import SmtpServer
from tests.servers.warm import known_environment, run_warm
from ventanilla.store.engine import Store, open_store
from ventanilla.store.tables import channels

COMMAND = Path(sys.executable).with_name("ventanilla")
CHILDREN = ("queue", "connect", "route", "deliver", "sweep")
STARTS_WITHIN = 60.0


def house(dovecot: Dovecot, smtp: SmtpServer, *, user: str = "soporte", **channel: Any) -> dict[str, Any]:
    """The settings of a small house with one live mailbox; everybody is on duty always. `channel` adds to or changes it."""
    return {
        "service": {"name": "Ferretería Sol", "language": "es", "timezone": "Europe/Madrid"},
        "staff": {"email": {"channel": "soporte"}, "digest_to": ["marta"]},
        "channels": {"soporte": mailbox(dovecot, smtp, user=user, **channel)},
        "teams": {"atencion": {"members": ["ana", "luis"], "duty": ["marta"]}},
        "agents": {name: agent(name, capacity=50) for name in ("ana", "luis", "marta")},
        "promises": {"normal": {"first_response": {"within": "1h"}}},
    }


def mailbox(dovecot: Dovecot, smtp: SmtpServer, *, user: str = "soporte", **channel: Any) -> dict[str, Any]:
    """An e-mail channel over these servers, live unless `channel` says otherwise; a value None takes a setting out."""
    settings = {
        "kind": "email",
        "mode": "live",
        "team": "atencion",
        "address": f"{user}@example.com",
        "poll": "10m",  # so that a hint of the server's that is overlooked is a test that fails
        "forms": [{"from": "web@example.com", "customer": "reply_to"}],
        "imap": {
            "host": dovecot.host,
            "port": dovecot.port,
            "security": "none",
            "user": user,
            "password": {"file": f"secrets/{user}"},
        },
        "smtp": {"host": smtp.host, "port": smtp.port, "security": "none"},
        **channel,
    }
    return {name: value for name, value in settings.items() if value is not None}


def agent(name: str, **settings: Any) -> dict[str, Any]:
    """Somebody who is told by e-mail."""
    return {"name": name.capitalize(), "email": f"{name}@example.com", "notify": ["email"], **settings}


@dataclass
class Service:
    """One `ventanilla up` on a folder of its own. `settings` are what `write` writes; `log` is all it has said so far."""

    folder: Path
    settings: dict[str, Any]
    process: subprocess.Popen[bytes] | None = None
    wrapper: tuple[str, ...] = ()
    seen: set[int] = field(default_factory=set)
    _store: Store | None = None

    def __post_init__(self) -> None:
        (self.folder / "secrets").mkdir(parents=True, exist_ok=True)
        for channel in self.settings["channels"].values():
            password = channel.get("imap", {}).get("password", {}).get("file")
            if password is not None:
                self.secret(password, "pw")
        self.write()

    @property
    def config(self) -> Path:
        return self.folder / "ventanilla.toml"

    @property
    def data_dir(self) -> Path:
        return self.folder / str(self.settings["service"].get("data_dir", "var"))

    @property
    def log(self) -> Path:
        return self.folder / "up.log"

    @property
    def store(self) -> Store:
        """Its store, for looking into."""
        if self._store is None:
            url = self.settings.get("store", {}).get("url", "sqlite")
            path = self.data_dir / "ventanilla.db"
            self._store = open_store(f"sqlite:///{path}" if url == "sqlite" else url, self.data_dir / "blobs")
        return self._store

    def write(self) -> None:
        """Write the settings, whole or not at all."""
        part = self.config.with_suffix(".part")
        part.write_text(tomlkit.dumps(self.settings), encoding="utf-8")
        part.rename(self.config)

    def secret(self, name: str, value: str) -> None:
        """Write a secret that only its owner can read."""
        path = self.folder / name
        path.write_text(f"{value}\n")
        path.chmod(stat.S_IRUSR | stat.S_IWUSR)

    def start(self, *arguments: str) -> Service:
        """Run `up` and return once every child runs and each channel was looked at, has trouble or is another machine's."""
        since, lines = datetime.now(UTC), len(self.said())
        self.launch(*arguments)
        works = partial(self._works, since=since, lines=lines)
        wait_until(works, seconds=STARTS_WITHIN, what=f"the service's start ({self.log})")
        return self

    def launch(self, *arguments: str) -> None:
        """Run `up` and return at once. The one before it has ended."""
        if self.process is not None:
            self.process.poll()  # nobody asks after it any more
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.wrapper, COMMAND, "--config", self.config, "up", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=known_environment(),
                start_new_session=True,
            )

    def said(self) -> list[dict[str, Any]]:
        """Every line of its log that is a document, in order."""
        return list(_documents(self.log))

    def pids(self) -> dict[str, int]:
        """The children that run now, by name, with the supervisor's own pid under "up"."""
        try:
            told = json.loads((self.data_dir / "run" / "children.json").read_text())
        except (OSError, ValueError):
            return {}
        found = {child["name"]: int(child["pid"]) for child in told["children"] if child["pid"]}
        found["up"] = int(told["supervisor"])
        self.seen |= set(found.values())
        return found

    def kill(self, name: str) -> int:
        """kill -9 of one child (or of "up", the parent); return its pid."""
        pid = self.pids()[name]
        os.kill(pid, signal.SIGKILL)
        count_kills()
        return pid

    def kill_and_wait(self, name: str) -> None:
        """kill -9 of one child; return when another one has taken its place."""
        old = self.kill(name)
        wait_until(
            lambda: self.pids().get(name, old) != old, seconds=STARTS_WITHIN, what=f"a new {name} after the kill"
        )

    def kill_tree(self) -> None:
        """kill -9 of every process of it at once, the parent first so that it starts nobody again."""
        pids = self.pids()
        for pid in (pids.pop("up"), *pids.values()):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                count_kills()
        self._reap()

    def stop(self) -> int:
        """SIGTERM; return the exit code. Raises TimeoutExpired when it takes longer than a minute."""
        assert self.process is not None
        self.pids()
        self.process.terminate()
        code = self.process.wait(timeout=60)
        self.process = None
        return code

    def close(self) -> None:
        """Leave nothing behind, whatever state it is in."""
        self.pids()
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=30)
        for pid in self.left():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._reap()
        self.let_go()

    def look_into(self, url: str) -> None:
        """Look into its store by this address instead of its own."""
        self._store = open_store(url, self.data_dir / "blobs")

    def let_go(self) -> None:
        """Look no more into the store that there was; after a restore it is another."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def left(self) -> list[int]:
        """Processes of this service that run now: those that it ever named, and those whose command line names its folder."""
        self.pids()
        return sorted(pid for pid in self.seen | _naming(self.folder) if _runs(pid))

    def run(self, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
        """Run another command on the same file."""
        command = ["--config", str(self.config), *arguments]
        if arguments[0] != "up":
            return run_warm(command, text=text, env=known_environment())
        return subprocess.run(
            [COMMAND, *command], capture_output=True, text=True, env=known_environment(), timeout=120, check=False
        )

    def json(self, *arguments: str) -> Any:
        """Run a reading command with `--json`; return its document. It must succeed and print nothing else."""
        done = self.run("--json", *arguments)
        assert done.returncode == 0, f"{arguments} ended with {done.returncode}: {done.stderr}{done.stdout[:2000]}"
        return json.loads(done.stdout)

    def _works(self, *, since: datetime, lines: int) -> bool:
        assert self.process is not None
        code = self.process.poll()
        assert code is None, f"up ended with {code}: {self.log.read_text()[-3000:]}"
        said = {line["event"] for line in self.said()[lines:]}
        if not {"ready", "worker_started"} <= said:
            return False
        return "waiting_for_lease" in said or self._has_looked(since)

    def _has_looked(self, since: datetime) -> bool:
        """Whether each channel has been pulled since then, or is known to be in trouble."""
        with self.store.read() as connection:
            rows = connection.execute(sa.select(channels).where(channels.c.enabled)).all()
        return all(row.problem or (row.last_pull_at and row.last_pull_at > since) for row in rows)

    def _reap(self) -> None:
        if self.process is not None:
            self.process.wait(timeout=30)
            self.process = None


def make_one_house(first: Service, *others: Service) -> None:
    """They are machines of one house: given one file, and one folder of blobs that all see. Not yet started."""
    for service in (first, *others):
        service.data_dir.mkdir()
    (first.data_dir / "blobs").mkdir()
    for service in others:
        service.config.write_bytes(first.config.read_bytes())
        (service.data_dir / "blobs").symlink_to(first.data_dir / "blobs")


def wait_while(busy: Any, *, seconds: float = 30, what: str = "it") -> float:
    """Poll until `busy()` is false; return the seconds that took."""
    before = time.monotonic()
    wait_until(lambda: not busy(), seconds=seconds, what=what)
    return time.monotonic() - before


def _documents(path: Path) -> Iterator[dict[str, Any]]:
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        with suppress(ValueError):
            found = json.loads(line)
            if isinstance(found, dict) and "event" in found:
                yield found


def _naming(folder: Path) -> set[int]:
    """Processes whose command line names this folder."""
    found = set()
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit() and str(folder).encode() in (entry / "cmdline").read_bytes():
                found.add(int(entry.name))
    return found - {os.getpid()}


def _runs(pid: int) -> bool:
    """Whether it runs; a zombie, which only waits to be reaped, does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return False
