"""`ventanilla up` on a folder of its own, for the tests of the web process in its tree."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.servers.ports import wait_until
from tests.servers.warm import known_environment, run_warm
from ventanilla.store.engine import Store, open_store

COMMAND = (sys.executable, "-P", "-m", "cli")
HOUSE = """
[service]
name = "Ferretería Sol"
{service}
{more}

[channels.chat]
kind = "telegram"
mode = "live"
team = "atencion"
token = {{ file = "token" }}
api_url = "{api_url}"

[teams.atencion]
members = ["ana"]
duty = ["ana"]

[agents.ana]
email = "ana@example.com"
"""


@dataclass
class Up:
    """The running tree."""

    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def children(self) -> dict[str, dict[str, Any]]:
        """By name, as `status` shows them; none before it has begun."""
        with suppress(OSError, ValueError):
            told = json.loads((self.folder / "var" / "run" / "children.json").read_text())
            return {child["name"]: child for child in told["children"]}
        return {}

    def json(self, *words: str) -> Any:
        """What a command prints."""
        command = ["--config", str(self.folder / "v.toml"), "--json", *words]
        done = run_warm(command, env=known_environment())
        return json.loads(done.stdout)

    def store(self) -> Store:
        return open_store(f"sqlite:///{self.folder / 'var' / 'ventanilla.db'}", self.folder / "var" / "blobs")


def write(folder: Path, *, token: str, api_url: str, service: str = "", more: str = "") -> None:
    """The file and the bot's token."""
    (folder / "token").write_text(token)
    (folder / "token").chmod(0o600)
    (folder / "v.toml").write_text(HOUSE.format(api_url=api_url, service=service, more=more))


@contextmanager
def up(folder: Path) -> Iterator[Up]:
    """Until every process of the tree runs; ended by SIGTERM."""
    with (folder / "log").open("wb") as log:
        command = [*COMMAND, "--config", str(folder / "v.toml"), "up"]
        process = subprocess.Popen(command, stdout=log, stderr=log, env=known_environment())
    running = Up(folder, process)
    try:
        wait_until(lambda: '"ready"' in running.log or process.poll() is not None, seconds=180, what="the start")
        assert process.poll() is None, running.log[-2000:]
        yield running
    finally:
        process.terminate()
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
    assert process.returncode == 0


def get(port: int, path: str, *, method: str = "GET") -> int | None:
    """The status of the answer; None where nobody listens."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path)
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()
