"""The process that is copied: it has imported all rooms, and runs a command in a copy of itself for whoever asks at its door."""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import sys
import threading
import traceback
from pathlib import Path
from typing import NoReturn

from tests.servers.hosts import move_to

ROOMS = ("ventanilla", "config", "connectors", "router", "reports", "cli", "daemon")
NOT_IMPORTED = ("__main__", ".shim", ".env")  # programs, and what Alembic runs


def main(door: str) -> None:
    """Listen until nobody holds our standard input open."""
    load(*ROOMS)
    assert threading.active_count() == 1, "a copy would have the locks of threads that it has not"
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that answer
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{door}.part")
        listener.listen(16)
        os.rename(f"{door}.part", door)
        while True:
            ready, _, _ = select.select([listener, sys.stdin], [], [])
            if sys.stdin in ready:
                return
            link, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                _answer(link)
            link.close()


def load(*rooms: str) -> None:
    """Import all of them, so that every copy of this process has them at once."""
    for room in rooms:
        for module in pkgutil.walk_packages(importlib.import_module(room).__path__, f"{room}."):
            if not module.name.endswith(NOT_IMPORTED):
                importlib.import_module(module.name)


def _answer(link: socket.socket) -> NoReturn:
    """Run what is asked for in a copy of this copy, and say with which code it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    asked = json.loads(link.makefile().readline())
    pid = os.fork()
    if pid == 0:
        link.close()
        _become(asked)
    _, status = os.waitpid(pid, 0)
    link.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _become(asked: dict[str, object]) -> NoReturn:
    """The command's whole life, with its own files, environment and folder."""
    folder = Path(str(asked["folder"]))
    for number, name, flags in ((0, "in", os.O_RDONLY), (1, "out", os.O_WRONLY), (2, "err", os.O_WRONLY)):
        os.dup2(os.open(folder / name, flags | os.O_CREAT, 0o600), number)
    code: object = 1
    try:
        os.environ.clear()
        os.environ.update(asked["env"])  # type: ignore[call-overload]
        os.chdir(str(asked["cwd"]))
        if asked["host"]:
            move_to(*asked["host"])  # type: ignore[misc]
        sys.argv = ["ventanilla", *asked["arguments"]]  # type: ignore[misc]
        importlib.import_module("cli.main").run()
    except SystemExit as leaving:
        code = leaving.code
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    main(sys.argv[1])
