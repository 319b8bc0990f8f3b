"""The loop that holds every source against the ledger at its intervals. Knows no vendor and tells nobody itself."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from connectors.comparing import GRACE, WINDOW, Comparing
from connectors.comparing_kept import Compared, State
from ventanilla.comparer import Comparer
from ventanilla.errors import Temporary
from ventanilla.processes import this_process
from ventanilla.store.engine import Store
from ventanilla.store.leases import acquire_lease, release_lease

log = structlog.get_logger(__name__)

SETTLE = 120.0
"""Seconds after the start in which the pulls catch up with what came while nothing ran."""
PAUSE = 30.0
LEASE = timedelta(minutes=10)


def lease_of(channel: str) -> str:
    """What is held while a channel's sources are compared or fetched from: one process at a time does either."""
    return f"reconcile {channel}"


@dataclass(slots=True, kw_only=True)
class ComparingLoop:
    """Compares whatever is due, until told to stop. One process at a time does it for a channel."""

    comparings: Sequence[Comparing]
    store: Store
    stop: threading.Event = field(default_factory=threading.Event)
    settle: float = SETTLE
    pause: float = PAUSE

    def run(self) -> None:
        """Until `stop`. Never raises: what cannot be compared now is compared later."""
        self.stop.wait(self.settle)
        while not self.stop.is_set():
            for comparing in self.comparings:
                self._look(comparing)
            self.stop.wait(self.pause)

    def look_due(self, comparing: Comparing) -> list[Compared]:
        """Compare those sources of a channel whose time has come; none while another process does. Raises Temporary when the store
        is out of reach."""
        if not _due(comparing):
            return []
        name, holder = lease_of(comparing.channel), this_process()
        if acquire_lease(self.store, name, holder=holder, ttl=LEASE, now=comparing.clock()) is None:
            return []
        found = []
        try:
            for comparer in _due(comparing):  # asked again: another process may just have done it
                if self.stop.is_set():
                    break
                found.append(comparing.compare(comparer, since=comparing.clock() - WINDOW))
                _log(comparing.channel, found[-1])
                comparer.close()
                acquire_lease(self.store, name, holder=holder, ttl=LEASE, now=comparing.clock())
            comparing.forget_others()
        finally:
            comparing.close()
            release_lease(self.store, name, holder=holder, now=comparing.clock())
        return found

    def _look(self, comparing: Comparing) -> None:
        if self.stop.is_set():
            return
        try:
            self.look_due(comparing)
        except Temporary as error:
            log.warning("comparison_postponed", channel=comparing.channel, problem=str(error))
        except Exception:
            log.exception("comparison_failed", channel=comparing.channel)


def _log(channel: str, compared: Compared) -> None:
    if compared.state is State.UNREACHABLE:
        log.warning("not_compared", channel=channel, source=compared.source, problem=compared.problem)
    elif compared.missing:
        log.warning("items_missing", channel=channel, source=compared.source, items=compared.missing)


def _due(comparing: Comparing) -> list[Comparer]:
    last, now = comparing.last(), comparing.clock()
    return [each for each in comparing.comparers or () if _is_due(last.get(each.name), each.every, now)]


def _is_due(last: Compared | None, every: timedelta, now: datetime) -> bool:
    """At its interval; sooner when what was found may soon be news, or when nobody answered."""
    if last is None:
        return True
    is_soon = last.wants_another_look or last.state is State.UNREACHABLE
    age = now - last.looked_at
    return age >= min(every, GRACE) if is_soon else not timedelta(0) <= age < every
