"""The loop that has a copy of what a channel sent kept where its people look for it. Knows no vendor.

It goes by the outbox, after the fact: no copy that fails holds up, fails or repeats a sending, and a process that dies between
the two leaves a row that another finds. One process at a time does it for a channel.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa
import structlog

from connectors.insisting import insist
from connectors.letters import outgoing_whole
from ventanilla.channel import Outgoing
from ventanilla.errors import LoginRefused, Permanent, Temporary, VentanillaError
from ventanilla.processes import this_process
from ventanilla.store.channels import note_trouble, note_well
from ventanilla.store.copies import note_copied, uncopied_letters
from ventanilla.store.engine import Store
from ventanilla.store.leases import acquire_lease, release_lease
from ventanilla.store.outbox import back_off

log = structlog.get_logger(__name__)

COPYING = "copies"
"""The part of a channel that keeps copies, beside its sources and its sending."""
SETTLE = timedelta(seconds=10)
"""How long a provider has to put its own copy there before we look for one."""
FOR_SO_LONG = timedelta(days=7)
"""What could not be copied for so long, or went out before copies were wanted, stays without."""
LEASE = timedelta(minutes=5)
IDLE = 2.0


class Keeper(Protocol):
    """Keeps copies in one mailbox. Used by one thread at a time."""

    def keep(self, outgoing: Outgoing) -> None:
        """Have exactly one copy there; a repeat finds it. Raises Temporary, LoginRefused, and Permanent for what can never be
        kept."""

    def close(self) -> None:
        """Let go of connections. Never raises."""


@dataclass(slots=True, kw_only=True)
class Copier:
    """Keeps one channel's copies until told to stop. `make` is called once there is something to copy; None: nothing is to be."""

    channel: str
    store: Store
    make: Callable[[], Keeper | None]
    clock: Callable[[], datetime]
    settle: timedelta = SETTLE
    stop: threading.Event = field(default_factory=threading.Event)
    _keeper: Keeper | None = None
    _failures: int = 0
    _again_at: datetime | None = None
    _hopeless: set[int] = field(default_factory=set)
    _troubled: bool = True  # perhaps, by a process before this one

    def run(self) -> None:
        """Until `stop`. Never raises."""
        while not self.stop.wait(IDLE):
            try:
                if not self.copy_due():
                    self.stop.wait()
            except Temporary as error:
                log.warning("copies_not_looked_at", channel=self.channel, problem=str(error))
            except Exception:
                log.exception("copying_failed", channel=self.channel)

    def copy_due(self) -> bool:
        """Keep a copy of everything that is due now. False when this channel wants none. Raises Temporary while the store is
        away; what the mailbox does is noted and tried again later."""
        now = self.clock()
        if self._again_at is not None and now < self._again_at:
            return True
        due = uncopied_letters(self.store, self.channel, since=now - FOR_SO_LONG, before=now - self.settle)
        due = [row for row in due if row.id not in self._hopeless]
        if not due:
            return True
        self._keeper = self._keeper or self.make()
        if self._keeper is None:
            return False
        try:
            self._keep_all(self._keeper, due)
        finally:
            self._keeper.close()
            release_lease(self.store, self._lease, holder=this_process(), now=self.clock())
        return True

    def _keep_all(self, keeper: Keeper, due: list[sa.Row[Any]]) -> None:
        for row in due:
            now = self.clock()
            held = acquire_lease(self.store, self._lease, holder=this_process(), ttl=LEASE, now=now)
            if held is None or self.stop.is_set() or not self._keep(keeper, row):
                return

    def _keep(self, keeper: Keeper, row: sa.Row[Any]) -> bool:
        """Whether to go on with the next."""
        outgoing = insist(lambda: _outgoing(self.store, row), self.stop)
        try:
            if outgoing is not None:
                keeper.keep(outgoing)
        except (Temporary, LoginRefused) as error:
            self._note_trouble(error)
            return False
        except Permanent as error:
            self._hopeless.add(row.id)
            log.warning("copy_given_up", channel=self.channel, outbox_id=row.id, problem=str(error))
            return True
        insist(lambda: note_copied(self.store, row.id, now=self.clock()), self.stop)
        log.info("copied", channel=self.channel, outbox_id=row.id)
        self._note_well()
        return True

    def _note_trouble(self, error: VentanillaError) -> None:
        """`status` says it; nobody is woken for it, and everything else of the channel goes on."""
        self._troubled = True
        self._failures += 1
        now = self.clock()
        self._again_at = again_at = now + back_off(self._failures)
        log.warning("not_copied_yet", channel=self.channel, problem=str(error))
        with self.store.write() as connection:
            note_trouble(
                connection,
                self.channel,
                COPYING,
                problem=f"sent, but not copied: {error}",
                cure=getattr(error, "cure", ""),
                pause=False,
                retry_at=again_at,
                now=now,
            )

    def _note_well(self) -> None:
        self._failures, self._again_at = 0, None
        if self._troubled:
            with self.store.write() as connection:
                note_well(connection, self.channel, COPYING, now=self.clock())
            self._troubled = False

    @property
    def _lease(self) -> str:
        return f"{COPYING}:{self.channel}"


def _outgoing(store: Store, row: sa.Row[Any]) -> Outgoing | None:
    """What went out; None when it cannot be put together any more (its files were erased): then it has no copy."""
    try:
        return outgoing_whole(store, row)
    except (OSError, Permanent):
        log.warning("copy_cannot_be_made", outbox_id=row.id)
        return None
