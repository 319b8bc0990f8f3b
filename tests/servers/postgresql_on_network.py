"""A PostgreSQL on a test's own network: hosts reach it by real TCP, so that it learns of a lost host what a real one would."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import sqlalchemy as sa

from tests.servers.ports import wait_until
from tests.servers.postgresql import FASTER

_USER = "pgserver"  # the package adds it: as root the server does not run


@dataclass(frozen=True, slots=True)
class NetworkedStore:
    """Its address for hosts, and for the test, which is on none of them."""

    url: str
    from_outside: str


@contextmanager
def started_on_network(
    programs: Path, wrapper: Sequence[str], address: tuple[str, int], *, hosts: str
) -> Iterator[NetworkedStore]:
    """A server that `wrapper` starts on the network and that lets `hosts` (a CIDR) in, until the block ends. It is empty."""
    folder = Path(tempfile.mkdtemp(prefix="ventanilla-net-"))
    user = pwd.getpwnam(_USER)
    os.chown(folder, user.pw_uid, user.pw_gid)
    become = ("setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups")
    data = folder / "data"
    made = [
        *become,
        str(programs / "initdb"),
        "-D",
        str(data),
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync",
    ]
    subprocess.run(made, check=True, capture_output=True, cwd=folder)
    settings = {"listen_addresses": address[0], "port": str(address[1]), "unix_socket_directories": str(folder)}
    with (data / "postgresql.conf").open("a") as conf:
        conf.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        conf.writelines(f"{setting}\n" for setting in FASTER)
    with (data / "pg_hba.conf").open("a") as allowed:
        allowed.write(f"host all all {hosts} trust\n")
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        [*wrapper, *become, str(programs / "postgres"), "-D", str(data)], cwd=folder, stdout=log, stderr=log
    )
    outside = f"postgresql+psycopg://postgres@:{address[1]}/postgres?host={folder}"
    try:
        wait_until(lambda: _answers(folder, address[1]), seconds=60, what="the PostgreSQL of the network")
        yield NetworkedStore(f"postgresql+psycopg://postgres@{address[0]}:{address[1]}/postgres", outside)
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait(timeout=60)
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


def connections_from(store: sa.Engine, address: str) -> int:
    """How many connections of a host the server believes to be alive."""
    asked = sa.text("SELECT count(*) FROM pg_stat_activity WHERE client_addr = cast(:address AS inet)")
    with store.connect() as connection:
        return int(connection.execute(asked, {"address": address}).scalar_one())


def _answers(folder: Path, port: int) -> bool:
    try:
        psycopg.connect(host=str(folder), port=port, user="postgres", connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True
