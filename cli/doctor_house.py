"""What `doctor` asks of the house that a file describes: data folder, disk, secrets, tokens, queue server, store, its clock."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from config.base import Settings
from config.check_secrets import secrets_of
from config.opening import open_configured_store
from config.schema import Config
from config.secrets import Secret
from daemon.embedded_queue import find_server
from daemon.lock import holder
from ventanilla.channel import Finding
from ventanilla.clocks.due import waited
from ventanilla.errors import Temporary, Unreachable, VentanillaError
from ventanilla.standing import compared_by_channel
from ventanilla.store.blobs_folder import look_at_blobs_folder
from ventanilla.store.comparing import all_last_comparisons
from ventanilla.store.engine import Store
from ventanilla.store.migrate import require_current
from ventanilla.store.tables import events

ENOUGH = 1_000_000_000
"""Free bytes below which a disk counts as nearly full: a day of mail with attachments must still fit."""
_CLOCK_TOLERANCE = 5.0


def house_findings(config: Config, *, now: datetime) -> Iterator[Finding]:
    """A finding for each thing that the file names."""
    data_dir = config.service.data_dir
    yield data_folder(data_dir)
    yield disk(data_dir)
    yield from secret_files(config)
    yield from token_files(data_dir / "tokens")
    yield queue_server(config)
    yield from _store(config, now)
    pid = holder(data_dir)
    running = f"runs here (pid {pid})" if pid else "does not run here"
    yield Finding(subject="service", ok=True, message=running)


def data_folder(folder: Path) -> Finding:
    """Whether the data folder is ours alone."""
    subject = "data folder"
    if not folder.exists():
        return Finding(subject=subject, ok=True, message=f"{folder} is made by `ventanilla up`")
    if not os.access(folder, os.W_OK | os.X_OK):
        cure = f"give it to the service's user: chown -R USER {folder}"
        return Finding(subject=subject, ok=False, message=f"{folder} cannot be written", cure=cure)
    return private(subject, folder, wanted=0o700)


def private(subject: str, path: Path, *, wanted: int) -> Finding:
    """Whether nobody else can read what is in a file or folder."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        message = f"{path} is open to other users (mode {mode:04o}, {wanted:04o} expected)"
        return Finding(subject=subject, ok=False, message=message, cure=f"chmod {wanted:o} {path}")
    return Finding(subject=subject, ok=True, message=f"{path} is for its owner only")


def disk(folder: Path) -> Finding:
    """Whether there is room where the data is, or will be."""
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    free = shutil.disk_usage(there).free
    message = f"{free / 1e9:,.1f} GB free at {there}"
    if free < ENOUGH:
        cure = (
            "make room, or move service.data_dir: when the disk is full nothing more is taken in (and nothing is lost)"
        )
        return Finding(subject="disk", ok=False, message=message, cure=cure)
    return Finding(subject="disk", ok=True, message=message)


def secret_files(config: Config) -> Iterator[Finding]:
    """A finding for each file that holds a secret."""
    files = {secret.file for secret in _secrets(config) if secret.file is not None}
    for path in sorted(files):
        if not path.exists():
            yield Finding(
                subject="secret", ok=False, message=f"{path} is not there", cure="put the secret there, mode 0600"
            )
        else:
            yield private("secret", path, wanted=0o600)


def token_files(folder: Path) -> Iterator[Finding]:
    """A finding for the folder of OAuth2 tokens and for each token that others can read."""
    if folder.is_dir():
        yield private("tokens", folder, wanted=0o700)
        for path in sorted(each for each in folder.iterdir() if each.is_file()):
            finding = private("token", path, wanted=0o600)
            if not finding.ok:
                yield finding


def queue_server(config: Config) -> Finding:
    """Whether the embedded queue has its server, or the configured one answers."""
    url = config.queue_url()
    if url is not None:
        return _redis(url)
    try:
        server = find_server()
    except Unreachable as error:
        cure = "install valkey-server or redis-server, or set queue.url to a redis:// address"
        return Finding(subject="queue", ok=False, message=str(error), cure=cure)
    done = subprocess.run([server, "--version"], capture_output=True, text=True, timeout=10, check=False)
    if done.returncode != 0:
        cure = "install valkey-server or redis-server for this machine"
        return Finding(subject="queue", ok=False, message=f"{server} does not run here", cure=cure)
    return Finding(
        subject="queue", ok=True, message=f"embedded, {server.name}: {done.stdout.split(' sha=')[0].strip()}"
    )


def server_clock(connection: sa.Connection, now: datetime) -> Finding:
    """Whether our clock agrees with the store's: PostgreSQL's own, or on SQLite the newest event's."""
    if connection.dialect.name == "postgresql":
        apart = (now - connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one()).total_seconds()
        message = f"{abs(apart):.1f} s {'ahead of' if apart > 0 else 'behind'} the store's server"
        wrong = abs(apart) > _CLOCK_TOLERANCE
    else:
        newest = connection.scalar(sa.select(events.c.recorded_at).order_by(events.c.id.desc()).limit(1))
        ahead = 0.0 if newest is None else (newest - now).total_seconds()
        message = f"the newest event is {ahead:,.0f} s ahead of it" if ahead > 0 else "no event is ahead of it"
        wrong = ahead > _CLOCK_TOLERANCE
    cure = "keep every machine's clock with NTP (`timedatectl set-ntp true`)" if wrong else ""
    return Finding(subject="clock beside the store", ok=not wrong, message=message, cure=cure)


def compared_sources(connection: sa.Connection, now: datetime) -> Iterator[Finding]:
    """For each channel whose sources were held against the ledger, whether something is missing."""
    for channel, kept in sorted(compared_by_channel(all_last_comparisons(connection)).items()):
        subject = f"ledger of {channel}"
        when = "" if kept["at"] is None else f" (compared {waited((now - kept['at']).total_seconds(), 'en')} ago)"
        if kept["missing"]:
            message = f"{kept['missing']:,} items are at its sources and not in the ledger{when}"
            cure = f"`ventanilla reconcile {channel}` names them, with --fetch it takes them in"
            yield Finding(subject=subject, ok=False, message=message, cure=cure)
        elif kept["unreachable"]:
            message = f"{kept['unreachable']} of its sources did not answer when they were last compared"
            yield Finding(subject=subject, ok=False, message=message, cure="`ventanilla check --connect`")
        else:
            yield Finding(subject=subject, ok=True, message=f"nothing is missing{when}")


def _secrets(config: Config) -> Iterator[Secret]:
    for name in type(config).model_fields:
        value = getattr(config, name)
        tables = value.values() if isinstance(value, dict) else (value,)
        for table in tables:
            if isinstance(table, Settings):
                yield from (secret for _, secret in secrets_of(table, (name,)))


def _redis(url: str) -> Finding:
    from ventanilla.queue import describe_queue

    try:
        found = describe_queue(url)
    except VentanillaError as error:
        cure = "check queue.url and the server; until it answers everything goes on more slowly, and nothing is lost"
        return Finding(subject="queue", ok=False, message=str(error), cure=cure)
    return Finding(subject="queue", ok=True, message=found)


def _store(config: Config, now: datetime) -> Iterator[Finding]:
    url = config.store_url()
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
        yield Finding(subject="store", ok=True, message="SQLite, not there yet: `ventanilla up` makes it")
        return
    store = open_configured_store(config)
    try:
        yield from _opened(store, now)
    except (Unreachable, Temporary) as error:
        cure = "`ventanilla migrate` for an older schema; else check store.url and the server"
        yield Finding(subject="store", ok=False, message=str(error), cure=cure)
    finally:
        store.close()


def _opened(store: Store, now: datetime) -> Iterator[Finding]:
    require_current(store)
    name = "SQLite" if store.is_sqlite else "PostgreSQL"
    yield Finding(subject="store", ok=True, message=f"{name}, its schema is this version's")
    with store.read() as connection:
        yield server_clock(connection, now)
        yield from compared_sources(connection, now)
    yield blobs_folder(store)


def blobs_folder(store: Store) -> Finding:
    """Whether this machine sees the folder of files that the house uses."""
    subject = "files' folder"
    try:
        apart = look_at_blobs_folder(store)
    except OSError as error:
        message = f"{store.blobs} cannot be read: {error.strerror}"
        return Finding(subject=subject, ok=False, message=message, cure="give it to the service's user, or mount it")
    if apart is not None:
        return Finding(subject=subject, ok=False, message=apart.problem, cure=apart.cure)
    return Finding(subject=subject, ok=True, message=f"{store.blobs} is the house's")
