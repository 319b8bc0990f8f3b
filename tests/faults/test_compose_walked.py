"""What deploy/compose.yaml starts, started here without containers: each service's own command, in the order that it names, on a
real PostgreSQL, Redis and mail server. A mail walks its road; a changed file is put in force; all of it ends when told to."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml  # type: ignore[import-untyped]

from tests.acceptance.letters import mail
from tests.faults.tally import count_audit
from tests.servers.dovecot import Dovecot
from tests.servers.needs import need_program
from tests.servers.ports import free_port, wait_until
from tests.servers.smtp import SmtpServer
from ventanilla.store.audit import audit
from ventanilla.store.engine import Store, open_store
from ventanilla.store.tables import channels, config_versions, conversations

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
OURS = "localhost/ventanilla"
PASSWORD = "0123456789abcdef"


@dataclass
class Container:
    """A service's command with its environment: health is asked as compose would, and what ends is started again."""

    name: str
    argv: list[str]
    environment: dict[str, str]
    health: list[str]
    folder: Path
    process: subprocess.Popen[bytes] | None = None
    codes: list[int] = field(default_factory=list)

    def start(self) -> None:
        (self.folder / "alive").unlink(missing_ok=True)  # a container that is started has an empty /tmp
        with (self.folder / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(self.argv, env=self.environment, stdout=log, stderr=log, cwd=self.folder)

    def look(self) -> bool:
        """Whether it is healthy; an ended one is started again, as `unless-stopped` has it."""
        assert self.process is not None
        if (code := self.process.poll()) is not None:
            self.codes.append(code)
            self.start()
            return False
        asked = subprocess.run(self.health, env=self.environment, capture_output=True, check=False)
        return asked.returncode == 0

    def tell_to_stop(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)

    def wait(self) -> int:
        assert self.process is not None
        return self.process.wait(timeout=300)

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Compose:
    """The file's services, with names of hosts and paths of containers turned into this machine's."""

    def __init__(self, folder: Path, *, store_url: str, mail_servers: dict[str, str]) -> None:
        self.folder = folder
        self.file: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
        self.queue_port = free_port()
        self._secrets = {
            "store": store_url,
            "store_password": "x",
            "queue_password": PASSWORD,
            "queue": f"redis://:{PASSWORD}@queue:6379/3".replace("queue:6379", f"127.0.0.1:{self.queue_port}"),
            "soporte": "pw",
        }
        self._mail_servers = mail_servers
        self.running: list[Container] = []
        self._lay_out()

    def _lay_out(self) -> None:
        for name in ("secrets", "bin", "files"):
            (self.folder / name).mkdir(mode=0o700)
        assert set(self._secrets) == set(self.file["secrets"])
        for name, value in self._secrets.items():
            (self.folder / "secrets" / name).write_text(f"{value}\n")
            (self.folder / "secrets" / name).chmod(0o600)
        server, client = (need_program(name, package="redis-server") for name in ("redis-server", "redis-cli"))
        self._program("docker-entrypoint.sh", f'shift; exec {server} "$@" --port {self.queue_port} --bind 127.0.0.1')
        self._program("redis-cli", f'exec {client} -p {self.queue_port} "$@"')
        self._program("ventanilla", f'exec {sys.executable} -P -m cli "$@"')
        self.write_settings("live")

    def _program(self, name: str, line: str) -> None:
        (self.folder / "bin" / name).write_text(f"#!/bin/sh\n{line}\n")
        (self.folder / "bin" / name).chmod(0o755)

    def write_settings(self, mode: str) -> None:
        """deploy/ventanilla.toml as it stands, with the mail servers of this test and the mode."""
        text = (DEPLOY / "ventanilla.toml").read_text(encoding="utf-8")
        for key, value in self._mail_servers.items():
            text, changed = re.subn(rf"^{key} = .*$", f"{key} = {value}", text, flags=re.MULTILINE)
            assert changed == 1
        text, changed = re.subn(r'^mode = "\w+"', f'mode = "{mode}"', text, flags=re.MULTILINE)
        assert changed == 1
        text = text.replace('listen = "0.0.0.0:8080"', f'listen = "127.0.0.1:{free_port()}"')
        (self.folder / "ventanilla.toml").write_text(self.here(text))

    def here(self, text: str) -> str:
        """A path in a container as one on this machine; `$$` is compose's way to write `$`."""
        text = text.replace("/run/secrets", str(self.folder / "secrets")).replace("$$", "$")
        text = text.replace("/var/lib/ventanilla", str(self.folder / "files"))
        return text.replace("/etc/ventanilla/ventanilla.toml", str(self.folder / "ventanilla.toml"))

    def container(self, service: str, name: str = "") -> Container:
        one = self.file["services"][service]
        ours = one["image"] == OURS
        own = self.folder / (name or service)
        own.mkdir(exist_ok=True)
        image = re.findall(r"^ENV (.+)$", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)[-1]
        told = dict(each.split("=", 1) for each in image.split()) if ours else {}
        told |= one.get("environment", {})
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        plain = {"PATH": path, "HOME": str(self.folder / "files"), "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}
        kind, *asked = one.get("healthcheck", {}).get("test", ["CMD", "true"])
        made = Container(
            name=name or service,
            argv=["ventanilla"] * ours + [self.here(word) for word in one["command"]],
            environment=plain | {key: self.here(value.replace("/tmp/", f"{own}/")) for key, value in told.items()},
            health=["sh", "-c", self.here(asked[0].replace("/tmp/", f"{own}/"))] if kind == "CMD-SHELL" else asked,
            folder=own,
        )
        made.argv[0] = str(self.folder / "bin" / made.argv[0]) if ours else made.argv[0]
        return made

    def once(self, service: str) -> int:
        """A service that ends by itself; its exit code."""
        one = self.container(service)
        one.start()
        assert one.process is not None
        return one.process.wait(timeout=300)

    def start(self, service: str, *, times: int = 1) -> None:
        for number in range(1, times + 1):
            one = self.container(service, f"{service}-{number}")
            one.start()
            self.running.append(one)

    def wait_until_healthy(self) -> None:
        wait_until(lambda: all(one.look() for one in self.running), seconds=300, what="health everywhere")

    def log(self) -> str:
        return "\n".join(path.read_text(errors="replace") for path in self.folder.glob("*/*.log"))


@pytest.fixture
def compose(tmp_path: Path, empty_database: str, dovecot: Dovecot, smtp: SmtpServer) -> Iterator[Compose]:
    imap = f'{{ host = "127.0.0.1", port = {dovecot.port}, security = "none", user = "soporte", '
    imap += 'password = { file = "/run/secrets/soporte" } }'
    smtp_ = f'{{ host = "127.0.0.1", port = {smtp.port}, security = "none" }}'
    (tmp_path / "house").mkdir()
    made = Compose(tmp_path / "house", store_url=empty_database, mail_servers={"imap": imap, "smtp": smtp_})
    yield made
    for one in made.running:
        one.end()


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_what_compose_starts_walks_the_road_takes_a_changed_file_and_ends_when_told(
    compose: Compose, dovecot: Dovecot, smtp: SmtpServer, empty_database: str
) -> None:
    services = compose.file["services"]
    store = open_store(empty_database, compose.folder / "files" / "blobs")
    # given the servers, and what runs once, in the order that the file names
    compose.start("queue")
    compose.wait_until_healthy()
    assert compose.once("migrate") == 0, compose.log()
    assert compose.once("apply") == 0, compose.log()
    parts = [name for name, one in services.items() if "apply" in one.get("depends_on", {})]
    assert sorted(parts) == ["connect", "deliver", "desk", "route", "sweep"]

    # when every part runs, two of one
    for name in parts:
        compose.start(name, times=2 if name == "route" else 1)
    compose.wait_until_healthy()
    wait_until(lambda: _pulled(store), seconds=90, what="the mailbox being looked at")
    dovecot.append("soporte", mail("eva@clientes.example", "Taladro", message_id="m1@clientes.example").as_bytes())

    # then the mail is somebody's, who knows it, and its sender has a receipt
    wait_until(lambda: len(smtp.taken) == 2, seconds=300, what="notice and receipt")
    assert {one.recipients for one in smtp.taken} == {("ana@example.com",), ("eva@clientes.example",)}
    assert [one.codes for one in compose.running] == [[]] * len(compose.running)

    # when another file is put in force
    compose.write_settings("observe")
    assert compose.once("apply") == 0
    parts_running = [one for one in compose.running if one.name != "queue-1"]
    wait_until(lambda: all(_again(one) for one in parts_running), seconds=300, what="every part started afresh")
    compose.wait_until_healthy()
    assert {code for one in parts_running for code in one.codes} == {75}
    assert _count(store, config_versions) == 2

    # then nothing is written any more, and all that was is in the books
    dovecot.append("soporte", mail("leo@clientes.example", "Sierra", message_id="m2@clientes.example").as_bytes())
    wait_until(lambda: _count(store, conversations) == 2, seconds=300, what="the second case")
    with store.read() as connection:
        found = audit(connection, blobs=store.blobs, now=datetime.now(UTC), hash_blobs=True)
    count_audit(found)
    assert {name: number for name, number in found.items() if number} == {}
    assert len(smtp.taken) == 2
    store.close()
    # and everything ends as it should, the queue with its password last
    for group in (parts_running, compose.running[:1]):
        for one in group:
            one.tell_to_stop()
        assert {one.name: one.wait() for one in group} == dict.fromkeys((one.name for one in group), 0)


def _count(store: Store, table: sa.Table) -> int:
    with store.read() as connection:
        return int(connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0)


def _pulled(store: Store) -> bool:
    with store.read() as connection:
        return connection.scalar(sa.select(channels.c.last_pull_at).where(channels.c.name == "soporte")) is not None


def _again(one: Container) -> bool:
    one.look()
    return bool(one.codes)
