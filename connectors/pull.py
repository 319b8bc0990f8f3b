"""The pull loop of one source: lease, pull, commit, enqueue, wait. Knows no vendor and routes nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from ventanilla.channel import Source
from ventanilla.errors import Conflict, LoginRefused, Permanent, Temporary
from ventanilla.processes import this_process
from ventanilla.store.channels import TellTrouble, note_pull, note_trouble
from ventanilla.store.engine import Store
from ventanilla.store.inbox import commit_batch, read_checkpoint
from ventanilla.store.leases import acquire_lease, lease_holder, release_lease

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=24)
RENEW = 8.0
LOOK = 2.0
"""Seconds between two looks at a lease that somebody else has: a clean stop is followed so soon, a death within LEASE and this."""
FRESH = 5.0
"""Seconds for which a lease is ours without asking again: if it is not, the next commit says so."""
FIRST_RETRY, LAST_RETRY = 1.0, 300.0

Enqueue = Callable[[Sequence[int]], object]


@dataclass(slots=True, kw_only=True)
class Puller:
    """Pulls one source until told to stop. `enqueue` may fail: the sweeper brings what it lost."""

    channel: str
    source: Source
    store: Store
    poll: timedelta
    enqueue: Enqueue
    tell_trouble: TellTrouble
    clock: Callable[[], datetime]
    stop: threading.Event = field(default_factory=threading.Event)
    _token: int = 0
    _token_of: str = ""
    _taken_at: float = 0.0
    _failures: int = 0
    _is_well: bool = False
    _committed: int = 0
    _waits: bool = False

    def run(self) -> None:
        """Until `stop`: one round after another; never raises."""
        keeper = threading.Thread(target=self._keep_lease, name=f"lease {self.channel}", daemon=True)
        keeper.start()
        while not self.stop.is_set():
            try:
                self._round()
                self._failures = 0
            except Exception as error:  # the loop parks the trouble and goes on; nothing is lost by it
                self._park(error)
        self.source.close()
        self._let_go()

    def interrupt(self) -> None:
        """Stop soon, from another thread."""
        self.stop.set()
        self.source.interrupt()

    def pull_once(self) -> int:
        """Pull and commit what is new; return how many items wanted routing."""
        new = self._committed = 0
        checkpoint = read_checkpoint(self.store, self.source.name)
        for batch in self.source.pull(checkpoint, now=self.clock()):
            ids = commit_batch(self.store, self.channel, batch, lease=(self._lease, self._token), now=self.clock())
            new += len(ids)
            self._committed += 1
            self._enqueue(ids)
            if self.stop.is_set():
                break
        return new

    @property
    def _lease(self) -> str:
        return f"pull {self.source.name}"

    def _round(self) -> None:
        if not self._take_lease():
            self.stop.wait(LOOK)
            return
        new = self.pull_once()
        self._note_well(new)
        if new:
            log.info("pulled", channel=self.channel, source=self.source.name, items=new)
        if not self.stop.is_set():
            self.source.wait(self.poll.total_seconds())

    def _note_well(self, new: int) -> None:
        """What was committed is noted with it: one more write just now would only be in the way of the message's routing."""
        if self._is_well and self._committed:
            return
        if note_pull(self.store, self.channel, self.source.name, now=self.clock(), items=new):
            log.info("channel_resumed", channel=self.channel)
        self._is_well = True

    def _take_lease(self) -> bool:
        if self._token and self._token_of == self._lease and time.monotonic() - self._taken_at < FRESH:
            return True
        token = acquire_lease(self.store, self._lease, holder=self._holder, ttl=LEASE, now=self.clock())
        if token is None and not self._waits:
            held_by = lease_holder(self.store, self._lease)
            log.info("waiting_for_lease", channel=self.channel, lease=self._lease, held_by=held_by)
        self._waits = token is None
        self._token, self._token_of = token or 0, self._lease
        self._taken_at = time.monotonic()
        return token is not None

    @property
    def _holder(self) -> str:
        return this_process()

    def _keep_lease(self) -> None:
        """Renew while a pull or a wait takes long; a lost lease makes the next commit fail, which is what it is for."""
        while not self.stop.wait(RENEW):
            try:
                if self._token:
                    acquire_lease(self.store, self._lease, holder=self._holder, ttl=LEASE, now=self.clock())
            except Exception as error:  # the next renewal may do; without a keeper nobody would renew
                log.warning("lease_not_renewed", channel=self.channel, problem=type(error).__name__)

    def _let_go(self) -> None:
        try:
            release_lease(self.store, self._lease, holder=self._holder, now=self.clock())
        except Temporary as error:
            log.warning("lease_not_released", channel=self.channel, problem=str(error))

    def _enqueue(self, ids: Sequence[int]) -> None:
        try:
            self.enqueue(ids)
        except Temporary as error:
            log.warning("not_enqueued", channel=self.channel, items=len(ids), problem=str(error))

    def _park(self, error: Exception) -> None:
        self._failures += 1
        self._is_well = False
        asked = getattr(error, "retry_after", None) or 0.0
        delay = max(asked, min(FIRST_RETRY * 2.0 ** min(self._failures - 1, 20), LAST_RETRY))
        pause = isinstance(error, LoginRefused | Permanent)
        known = isinstance(error, Temporary | Permanent | Conflict)
        log.log(
            30 if known else 40,
            "pull_failed",
            channel=self.channel,
            problem=str(error),
            retry=delay,
            exc_info=not known,
        )
        if isinstance(error, Conflict):
            self._token = 0
        else:
            self._note(error, pause=pause, delay=delay)
        self.stop.wait(delay)

    def _note(self, error: Exception, *, pause: bool, delay: float) -> None:
        problem = str(error) if isinstance(error, Temporary | Permanent) else f"{type(error).__name__} (see the log)"
        cure = getattr(error, "cure", "")
        now = self.clock()
        retry_at = now + timedelta(seconds=delay)
        try:
            with self.store.write() as connection:
                note_trouble(
                    connection,
                    self.channel,
                    self.source.name,
                    problem=problem,
                    cure=cure,
                    pause=pause,
                    retry_at=retry_at,
                    now=now,
                    tell=self.tell_trouble,
                )
        except Temporary as store_error:  # the next failure notes it
            log.warning("trouble_not_noted", channel=self.channel, problem=str(store_error))
        except Exception:
            log.exception("trouble_not_noted", channel=self.channel)
