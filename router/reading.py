"""Turns a raw item into a message, in bounded time, by the channel it came from. Changes nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ventanilla.channel import OUTBOUND, Message
from ventanilla.errors import BadMessage
from ventanilla.processes import bare_environment

ISOLATED_SECONDS = 30
TRIED_ALONE_FROM = 3  # attempts: twice its reader, or a bystander's, did not come back
Reader = Callable[[bytes], Message]


@dataclass(frozen=True, slots=True)
class Readers:
    """One reader for each channel by its name: raw bytes → message. `trials` are the modules that do nothing but read
    standard input, for the kinds whose items could kill their reader. `of_ours` read what their note marks as sent by us."""

    by_channel: Mapping[str, Reader]
    trials: Mapping[str, str]
    of_ours: Mapping[str, Reader] = field(default_factory=dict)

    def read(self, raw: bytes, channel: str, *, outbound: bool = False) -> Message:
        """Read one raw item. Raises BadMessage when it cannot be read."""
        if channel not in self.by_channel:
            raise BadMessage(f"channel {channel} is no longer in the configuration")
        if outbound and channel in self.of_ours:
            return self.of_ours[channel](raw)
        return self.by_channel[channel](raw)

    def try_alone(self, raw: bytes, channel: str) -> None:
        """Read it in a process of its own first: for an item whose reader did not come back last time.

        Raises BadMessage when that process dies or takes too long; the worker survives.
        """
        if channel not in self.trials:
            return
        command = [sys.executable, "-P", "-m", self.trials[channel]]
        try:
            done = subprocess.run(
                command,
                input=raw,
                capture_output=True,
                timeout=ISOLATED_SECONDS,
                check=False,
                env=bare_environment(),
            )
        except subprocess.TimeoutExpired:
            raise BadMessage(f"its reader did not finish within {ISOLATED_SECONDS} s") from None
        if done.returncode != 0:
            raise BadMessage(f"its reader died (exit {done.returncode})")


def read_row(readers: Readers, row: Any, raw: bytes | None) -> Message:
    """Read a ledger row's item; suspicious ones (read twice before without an outcome) first in a process of their own."""
    if raw is None:
        raise BadMessage("there are no bytes to read")
    if missing := _not_whole(row.note):
        raise BadMessage(missing)
    if row.attempts >= TRIED_ALONE_FROM:
        readers.try_alone(raw, row.channel)
    return readers.read(raw, row.channel, outbound=is_outbound(row.note))


def is_outbound(note: str | None) -> bool:
    """Whether the connector says that one of us sent it past this service."""
    return OUTBOUND in (note or "").split("; ")


def _not_whole(note: str | None) -> str:
    """What the connector says of an item of which it could bring the header only; empty for a whole one."""
    return next((part for part in (note or "").split("; ") if part.startswith(("too large", "unfetchable"))), "")
