"""What the machine itself adds to a customer's wait, as lengths of time and in words. Pure; knows no store and no people."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

Row = Mapping[str, Any]


class Delay(StrEnum):
    """The machine's own times. `ingest_lag`: received on our side of the world until routed. `queue_wait`: in the ledger until a
    router took it. `route_time`: from there until its case was committed. `notice_time`: written for its owner until the
    provider took it. `reply_time`: pressed by a person until the provider took it, the pause to undo included."""

    INGEST_LAG = "ingest_lag"
    QUEUE_WAIT = "queue_wait"
    ROUTE_TIME = "route_time"
    NOTICE_TIME = "notice_time"
    REPLY_TIME = "reply_time"


SLOW: Mapping[Delay, float] = {
    Delay.INGEST_LAG: 300.0,
    Delay.QUEUE_WAIT: 15.0,
    Delay.ROUTE_TIME: 5.0,
    Delay.NOTICE_TIME: 60.0,
    Delay.REPLY_TIME: 120.0,
}
"""Seconds above which, for one in twenty, a delay is the machine's fault. A mailbox that is asked once a minute is well below."""
STUCK = 60.0
"""Seconds after which something that nobody has routed yet is told, though it has no times of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How long something took, in seconds. None where nothing was counted."""

    count: int
    p50: float | None
    p95: float | None
    max: float | None


def spread(lengths: Iterable[float]) -> Spread:
    """Count and percentiles (nearest rank: a length that really occurred) of these lengths."""
    known = sorted(lengths)
    if not known:
        return Spread(count=0, p50=None, p95=None, max=None)
    return Spread(count=len(known), p50=_rank(known, 50), p95=_rank(known, 95), max=known[-1])


def times_of_item(row: Row) -> dict[Delay, float]:
    """The delays of one settled row of the ledger. One that was let in again has none: it waited for somebody."""
    if row["again"] or row["routed_at"] is None or row["state"] == "imported":
        return {}
    found = {Delay.INGEST_LAG: _seconds(row["received_at"], row["routed_at"])}
    if row["taken_at"] is not None:
        found[Delay.QUEUE_WAIT] = _seconds(row["pulled_at"], row["taken_at"])
    if row["route_ms"] is not None:
        found[Delay.ROUTE_TIME] = row["route_ms"] / 1000
    return found


def times_of_letter(row: Row) -> dict[Delay, float]:
    """The delay of one notice or answer that went out: from `began_at`, when it was written or let go."""
    delay = {"notice": Delay.NOTICE_TIME, "reply": Delay.REPLY_TIME}.get(row["kind"])
    if delay is None or row["sent_at"] is None:
        return {}
    return {delay: _seconds(row["began_at"], row["sent_at"])}


def slowness(name: str, spreads: Mapping[Delay, Spread], *, oldest_pending: float) -> list[str]:
    """Why a channel is slow by the machine's doing, each a phrase; nothing where it keeps up."""
    from ventanilla.clocks.due import waited

    found = [
        f"{_WORDS[delay]} on {name}: one in twenty over {waited(one.p95, 'en')}"
        for delay, one in spreads.items()
        if one.p95 is not None and one.p95 > SLOW[delay]
    ]
    if oldest_pending > STUCK:
        found.append(f"something on {name} has waited {waited(oldest_pending, 'en')} to be routed")
    return found


_WORDS = {
    Delay.INGEST_LAG: "what came in reached its owner late",
    Delay.QUEUE_WAIT: "the queue is long",
    Delay.ROUTE_TIME: "routing itself takes long",
    Delay.NOTICE_TIME: "notices go out late",
    Delay.REPLY_TIME: "answers go out late",
}


def _rank(known: Sequence[float], percent: int) -> float:
    return known[math.ceil(len(known) * percent / 100) - 1]


def _seconds(start: datetime, end: datetime) -> float:
    return max(0.0, (end - start).total_seconds())
