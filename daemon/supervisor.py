"""Keeps the process tree: starts the children in order, starts again who ends, ends them in order. It knows no child's work."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic

import structlog

from daemon import notify
from daemon.child import Child, Runner
from daemon.private_folder import make_private
from daemon.roster import Roster
from daemon.signals import Signals
from daemon.status import STATUS_FILE, write_status
from ventanilla.errors import VentanillaError

log = structlog.get_logger(__name__)

TICK = 0.5
TICK_WHILE_STARTING = 0.05
# What a stage still gets when those before it used up the time to drain (seconds).
LAST_GRACE = 1.0


class Supervisor:
    """Runs children until it is told to stop. One a process, in its main thread; hold the data lock around it.

    `on_reload` is called at SIGHUP, then the children get one too; when it raises, they are not told and all goes on as before.
    It may return the children that there shall be from now on: those that are the same run on. `on_ready` is called once, when
    every child has had its chance to start.
    """

    def __init__(
        self,
        children: Sequence[Child],
        *,
        data_dir: Path,
        drain: float = 20.0,
        on_ready: Callable[[], None] | None = None,
        on_reload: Callable[[], Sequence[Child] | None] | None = None,
    ) -> None:
        self._status_file = data_dir / STATUS_FILE
        make_private(self._status_file.parent)
        self._roster = Roster(children, run_dir=self._status_file.parent)
        self._drain_for = drain
        self._on_ready = on_ready
        self._on_reload = on_reload
        self._signals = Signals()
        self._stop = False
        self._ready = False
        self._written: object = None
        self._watchdog = notify.watchdog_interval()
        self._fed = 0.0

    def stop(self) -> None:
        """Make `run` end as SIGTERM would; from any thread."""
        self._stop = True
        self._signals.wake()

    def run(self, *, duration: float | None = None) -> int:
        """Run until SIGTERM, SIGINT, `stop` or `duration` seconds, drain, and return the exit code 0.

        A child that ends is started again after 0.2 s, doubling to 30 s. A second SIGTERM or SIGINT kills instead of draining.
        Whatever is raised in here, the children are ended before it leaves.
        """
        until = float("inf") if duration is None else monotonic() + duration
        with self._signals:
            try:
                while not self._stop and monotonic() < until:
                    self._step(monotonic())
                    tick = TICK if self._ready else TICK_WHILE_STARTING
                    self._signals.wait(min(tick, until - monotonic()))
                    self._heed(self._signals.take())
            finally:
                self._drain()
        return 0

    def _step(self, now: float) -> None:
        self._roster.step(now)
        _reap_strangers({status.pid for status in self._roster.statuses})
        self._tell()
        if not self._ready and self._roster.is_complete:
            self._ready = True
            log.info("ready", children=len(self._roster.statuses))
            notify.notify(notify.READY)
            if self._on_ready is not None:
                self._on_ready()
        if self._watchdog is not None and now - self._fed >= self._watchdog:
            self._fed = now
            notify.notify(notify.WATCHDOG)

    def _heed(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            if number == signal.SIGHUP:
                self._reload()
            else:
                log.info("stopping", signal=signal.Signals(number).name)
                self._stop = True

    def _reload(self) -> None:
        notify.notify(notify.reloading())
        try:
            wanted = None if self._on_reload is None else self._on_reload()
        except VentanillaError as error:
            log.error("reload_refused", error=str(error), means="everything goes on as before")  # noqa: TRY400
        except Exception:
            log.exception("reload_failed", means="everything goes on as before")
        else:
            for runner in self._roster:
                runner.ask_to_reload()
            if wanted is not None:
                self._roster.change_to(wanted, kill_at=monotonic() + self._drain_for)
            log.info("reloaded")
        finally:
            notify.notify(notify.READY)

    def _drain(self) -> None:
        notify.notify(notify.STOPPING)
        until = monotonic() + self._drain_for
        for stage in sorted({runner.child.stage for runner in self._roster}):
            alive = [runner for runner in self._roster if runner.child.stage == stage and runner.is_alive]
            self._end(alive, until=max(until, monotonic() + LAST_GRACE))
        self._tell()
        log.info("stopped")

    def _end(self, runners: Sequence[Runner], *, until: float) -> None:
        for runner in runners:
            runner.ask_to_end()
        left = [runner for runner in runners if not runner.has_ended()]
        while left and monotonic() < until:
            self._signals.wait(0.1)
            if self._signals.take():  # again: somebody is in a hurry
                break
            left = [runner for runner in left if not runner.has_ended()]
        for runner in left:
            log.warning("child_killed", child=runner.child.name, pid=runner.status.pid)
            runner.kill()
        while not all(runner.has_ended() for runner in left):
            self._signals.wait(0.05)

    def _tell(self) -> None:
        told = self._roster.statuses
        if told == self._written:
            return
        try:
            write_status(self._status_file, told)
        except OSError as error:  # a full disk must not end the service
            log.warning("status_not_written", error=error.strerror)
        else:
            self._written = told


def _reap_strangers(ours: set[int | None]) -> None:
    """As pid 1 of a container we inherit orphans: wait for those that ended, and never for a child of ours."""
    if os.getpid() != 1:
        return
    with suppress(ChildProcessError):
        while (found := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) is not None:
            if found.si_pid in ours:
                return
            os.waitpid(found.si_pid, os.WNOHANG)
