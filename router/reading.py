"""Turns a raw item into a message, in bounded time, by the channel it came from. Changes nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from router.house import House
from ventanilla.channel import Message
from ventanilla.errors import BadMessage

ISOLATED_SECONDS = 30
Reader = Callable[[bytes, House, str], Message]


@dataclass(frozen=True, slots=True)
class Readers:
    """One reader for each kind of channel: raw bytes, house, channel name → message. Raises BadMessage."""

    by_kind: Mapping[str, Reader]
    trial: tuple[str, ...] = ()

    def read(self, raw: bytes, house: House, channel: str) -> Message:
        """Read one raw item. Raises BadMessage when it cannot be read."""
        settings = house.config.channels.get(channel)
        if settings is None:
            raise BadMessage(f"channel {channel} is no longer in the configuration")
        return self.by_kind[settings.kind](raw, house, channel)

    def try_alone(self, raw: bytes) -> None:
        """Read it in a process of its own first: for an item whose reader did not come back last time.

        Raises BadMessage when that process dies or takes too long; the worker survives.
        """
        if not self.trial:
            return
        command = [sys.executable, "-m", *self.trial]
        try:
            done = subprocess.run(command, input=raw, capture_output=True, timeout=ISOLATED_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise BadMessage(f"its reader did not finish within {ISOLATED_SECONDS} s") from None
        if done.returncode != 0:
            raise BadMessage(f"its reader died (exit {done.returncode})")


def read_row(readers: Readers, house: House, row: Any, raw: bytes | None) -> Message:
    """Read a ledger row's item; suspicious ones (read before without an outcome) first in a process of their own."""
    if raw is None:
        raise BadMessage("there are no bytes to read")
    if row.attempts > 1:
        readers.try_alone(raw)
    return readers.read(raw, house, row.channel)
