"""Finds loopback ports and waits for servers on them."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

OFTENEST, MOST_SELDOM = 0.01, 0.1
"""Seconds between two looks at what is waited for."""


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on just now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def answers(port: int) -> bool:
    """Whether somebody accepts a connection on this loopback port and greets."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            return bool(connection.recv(1))
    except OSError:
        return False


def wait_until(done: Callable[[], object], *, seconds: float = 30, what: str = "it") -> None:
    """Poll `done` until it is true; raises TimeoutError naming `what` when `seconds` have gone by.

    The longer it takes, the more seldom it is asked, up to ten times a second: asking costs what is waited for its processor.
    """
    began = time.monotonic()
    while not done():
        waited = time.monotonic() - began
        if waited > seconds:
            raise TimeoutError(f"{what} did not happen within {seconds} s")
        time.sleep(min(MOST_SELDOM, max(OFTENEST, waited / 20)))
