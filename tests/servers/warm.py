"""Runs commands of ours in copies of a process that has loaded everything already: the same program, without a second's imports.

What the copies share is only what was imported; each has its own arguments, environment, folder, files and exit code. What must be
seen as its own program (`up` and its children, the time a start takes) is started as one, not here.
"""

from __future__ import annotations

import atexit
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.servers.hosts import Host
from tests.servers.ports import wait_until

ROOT = Path(__file__).parents[2]
_STARTING = threading.Lock()
_STARTED: list[tuple[subprocess.Popen[bytes], Path]] = []


def run_warm(
    arguments: Sequence[str], *, text: str = "", env: Mapping[str, str], timeout: float = 120, host: Host | None = None
) -> subprocess.CompletedProcess[str]:
    """`ventanilla ARGUMENTS` with `text` on its standard input, as `subprocess.run` would run it: on `host` where one is given.

    Any thread may call it.
    """
    with tempfile.TemporaryDirectory(prefix="warm-") as place:
        folder = Path(place)
        (folder / "in").write_text(text, encoding="utf-8")
        asked: dict[str, object] = {
            "arguments": list(arguments),
            "env": dict(env),
            "cwd": str(Path.cwd()),
            "folder": place,
        }
        asked["host"] = None if host is None else [host.namespace, host.name]
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(timeout)
            link.connect(str(_door()))
            link.sendall(json.dumps(asked).encode() + b"\n")
            try:
                told = link.makefile().readline()
            except TimeoutError:
                raise subprocess.TimeoutExpired(list(arguments), timeout) from None
        out, err = ((folder / name).read_text(encoding="utf-8") for name in ("out", "err"))
    assert told, f"the copy that ran {arguments} died: {err}"
    return subprocess.CompletedProcess(list(arguments), int(told), out, err)


def _door() -> Path:
    """Where the process listens that is copied; started at the first call, ended with us."""
    with _STARTING:
        if not _STARTED or _STARTED[0][0].poll() is not None:
            _STARTED[:] = [_start()]
        return _STARTED[0][1]


def _start() -> tuple[subprocess.Popen[bytes], Path]:
    folder = tempfile.TemporaryDirectory(prefix="warm-")
    door = Path(folder.name) / "door"
    argv = [sys.executable, "-m", "tests.servers.warm_process", str(door)]
    process = subprocess.Popen(argv, cwd=ROOT, stdin=subprocess.PIPE)  # it ends when nobody holds its input open

    def end() -> None:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(timeout=30)
        folder.cleanup()

    atexit.register(end)
    wait_until(lambda: door.exists() or process.poll() is not None, seconds=90, what="the loaded process")
    assert process.poll() is None, "the process that loads everything ended"
    return process, door


def known_environment() -> dict[str, str]:
    """What a user's shell would have: nothing that makes each process compile everything anew, no settings of ours."""
    ours = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTEST_", "VENTANILLA_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}
