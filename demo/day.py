"""One day in the town from opening to closing: when customers start and stop writing, and when the service may end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from time import monotonic

import structlog

from demo import queries
from demo.closing import wait_for_quiet
from ventanilla.errors import Temporary
from ventanilla.store.engine import Store

log = structlog.get_logger(__name__)

OPENS_WITHIN = 180.0
DRAINS_WITHIN = 90.0


Life = Callable[[threading.Event], None]
"""What goes on until the event is set."""


def closing_time(*, started: float, opened: float, duration: float | None) -> float:
    """When the last mail is written (monotonic), so that the road is empty when `duration` seconds have gone by since `started`.

    However long the service took to start, customers write for a third of the time.
    """
    if duration is None:
        return float("inf")
    return max(started + duration - min(6.0, max(2.0, duration * 0.1)), opened + duration / 3)


class Day:
    """Runs in threads beside the service.

    `people` are what goes on at the same time, a thread each. `until` tells, from the moment of opening (monotonic), when the
    last message is written. `closing` is called then, `done` once the service may end.
    """

    def __init__(
        self,
        store: Store,
        people: Mapping[str, Life],
        *,
        posted: Callable[[], int],
        until: Callable[[float], float],
        done: Callable[[], None],
        closing: Callable[[], None],
    ) -> None:
        self._store = store
        self._people = people
        self._posted = posted
        self._until = until
        self._done = done
        self._closing = closing
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._director = threading.Thread(target=self._run, name="day")
        self.is_drained = False
        self.is_interrupted = True  # until the time has come
        self.problem = ""

    def start(self) -> None:
        """Begin; customers write as soon as every channel is being watched."""
        self._director.start()

    def close(self) -> None:
        """Send the customers home; what is on the road still arrives."""
        self._stop.set()

    @property
    def is_closing(self) -> bool:
        return self._stop.is_set()

    def join(self) -> None:
        """Wait until nobody of the town does anything any more."""
        self._stop.set()
        self._director.join()

    def _run(self) -> None:
        try:
            if self._wait_for_first_pull():
                self._live()
        except Exception as error:
            log.exception("town_failed")
            self.problem = f"{type(error).__name__}: {error}"
        finally:
            self._done()

    def _live(self) -> None:
        for name, live in self._people.items():
            self._threads.append(threading.Thread(target=self._guarded, args=(live,), name=name))
            self._threads[-1].start()
        until = self._until(monotonic())
        while not self._stop.is_set() and monotonic() < until:
            self._stop.wait(min(1.0, max(0.0, until - monotonic())))
        self.is_interrupted = self._stop.is_set()
        self._stop.set()
        self._closing()
        for thread in self._threads:
            thread.join()
        self.is_drained = wait_for_quiet(self._store, self._posted, seconds=DRAINS_WITHIN)

    def _guarded(self, live: Callable[[threading.Event], None]) -> None:
        try:
            live(self._stop)
        except Exception as error:
            log.exception("town_failed", part=threading.current_thread().name)
            self.problem = f"{type(error).__name__}: {error}"
            self._stop.set()

    def _wait_for_first_pull(self) -> bool:
        """Until every channel has been looked at once: what comes after that is new, whatever the clock says."""
        until = monotonic() + OPENS_WITHIN
        while not self._stop.wait(0.1):
            try:
                with self._store.read() as connection:
                    rows = list(connection.execute(queries.CHANNELS))
            except Temporary:
                continue
            if rows and all(row.last_pull_at for row in rows):
                return True
            if monotonic() > until:
                self.problem = next((row.problem for row in rows if row.problem), "not every channel was looked at")
                return False
        return False
