"""Tells systemd how we are (sd_notify, Type=notify). Without systemd every call does nothing."""

from __future__ import annotations

import os
import socket
from time import clock_gettime_ns

READY = "READY=1"
STOPPING = "STOPPING=1"
WATCHDOG = "WATCHDOG=1"


def notify(state: str) -> bool:
    """Send `state`; False when nobody listens. Source: sd_notify(3)."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    if address.startswith("@"):  # an abstract socket
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as link:
            link.settimeout(1.0)
            link.sendto(state.encode(), address)
    except OSError:
        return False
    return True


def reloading() -> str:
    """The state that announces a reload; READY ends it. Type=notify-reload wants the moment, on the monotonic clock."""
    return f"RELOADING=1\nMONOTONIC_USEC={clock_gettime_ns(_MONOTONIC) // 1000}"


def watchdog_interval() -> float | None:
    """Seconds between two signs of life: half of what the unit allows. None when it asks for none, or asks another process."""
    micros, pid = os.environ.get("WATCHDOG_USEC", ""), os.environ.get("WATCHDOG_PID", "")
    if not micros.isdigit() or (pid and pid != str(os.getpid())):
        return None
    return int(micros) / 2_000_000


_MONOTONIC = 1  # CLOCK_MONOTONIC; the name in `time` is missing on some platforms
