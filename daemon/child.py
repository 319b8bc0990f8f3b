"""One child of the supervisor: started, watched, started again with growing pauses. It knows no other child."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import structlog

from daemon.fork import can_fork, fork
from daemon.inside import HEARTBEAT, START_ME_AGAIN
from daemon.spawn import Process, ask_to_end, ended, kill_group, spawn

log = structlog.get_logger(__name__)

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 30.0
# After this long in health its past is forgiven (seconds).
HEALTHY_AFTER = 60.0
# Ends in a row, without health in between, that make a crash loop.
LOOP_AFTER = 5


class ChildState(StrEnum):
    """What `status` shows of a child."""

    WAITING = "waiting"  # for those before it, at the start
    STARTING = "starting"
    RUNNING = "running"
    PAUSING = "pausing"  # before it is started again
    CRASH_LOOP = "crash_loop"
    FINISHED = "finished"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """What to run and how to treat it.

    `ready` says that it works, for those that are started after it (None: at once); it is asked often and must be quick.
    `stage` orders the end: stage 0 is asked to end first. `hung_after` seconds without a sign of life (`daemon.inside.beat`)
    it is killed. `after_exit(code, was_ready)` is told of each end. `once`: exit code 0 means that it has done its work.
    `call` does in a copy of this process what `argv` does in a new one: where a copy can be made it is preferred.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] | None = None
    ready: Callable[[], bool] | None = None
    ready_within: float = 15.0
    stage: int = 0
    hung_after: float | None = None
    after_exit: Callable[[int, bool], None] | None = None
    once: bool = False
    call: Callable[[], int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildStatus:
    """A child as others may see it. `since` is aware UTC: when the present state began. `restarts` counts from our start."""

    name: str
    pid: int | None
    state: ChildState
    restarts: int
    since: datetime
    last_exit: int | None = None


class Runner:
    """Runs one child. Every call takes `now` (monotonic seconds) and returns at once."""

    def __init__(self, child: Child, *, run_dir: Path) -> None:
        self.child = child
        self.status = ChildStatus(
            name=child.name, pid=None, state=ChildState.WAITING, restarts=0, since=datetime.now(UTC)
        )
        self._heartbeat = run_dir / f"{child.name}.alive"
        self._process: Process | None = None
        self._started = 0.0
        self._start_at = 0.0
        self._ends_in_a_row = 0
        self._had_its_chance = False

    @property
    def is_alive(self) -> bool:
        return self._process is not None

    @property
    def has_had_its_chance(self) -> bool:
        """True once those after it may be started: it worked, ended or took too long. It stays true."""
        return self._had_its_chance

    def step(self, now: float) -> None:
        """Notice an end, a start that is due, readiness, a hang, a recovery."""
        if self._process is None:
            if self.status.state is not ChildState.FINISHED and now >= self._start_at:
                self._start(now)
            return
        code = ended(self._process)
        if code is not None:
            self._note_end(code, now)
        elif self.status.state is ChildState.STARTING:
            self._look_whether_ready(now)
        else:
            self._look_after(now)

    def ask_to_end(self) -> None:
        if self._process is not None:
            ask_to_end(self._process)

    def ask_to_reload(self) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGHUP)

    def kill(self) -> None:
        if self._process is not None:
            kill_group(self._process)

    def has_ended(self) -> bool:
        """True when nothing of it runs, while we are stopping: an end now is noted and starts nothing."""
        if self._process is not None and ended(self._process) is not None:
            code, self._process = self._process.returncode, None
            self._set(ChildState.STOPPED, pid=None, last_exit=code)
            log.info("child_stopped", child=self.child.name, code=code)
        return self._process is None

    def _start(self, now: float) -> None:
        self._heartbeat.unlink(missing_ok=True)
        env = dict(os.environ if self.child.env is None else self.child.env)
        env.pop("NOTIFY_SOCKET", None)  # telling systemd is the supervisor's to do
        if self.child.hung_after is not None:
            env[HEARTBEAT] = str(self._heartbeat)
        self._process = self._copy_or_new(env)
        self._started = now
        restarts = self.status.restarts + (self.status.state is not ChildState.WAITING)
        self._set(ChildState.STARTING, pid=self._process.pid, restarts=restarts)
        log.info("child_started", child=self.child.name, pid=self._process.pid, restarts=restarts)

    def _copy_or_new(self, env: dict[str, str]) -> Process:
        if self.child.call is not None and can_fork():
            return fork(self.child.call, name=f"v-{self.child.name}", env=env)
        return spawn(self.child.argv, env=env)

    def _look_whether_ready(self, now: float) -> None:
        if self.child.ready is None or self.child.ready():
            self._set(ChildState.RUNNING)
        elif now - self._started > self.child.ready_within:
            log.error("child_not_ready", child=self.child.name, waited=self.child.ready_within)
            self._set(ChildState.RUNNING)

    def _look_after(self, now: float) -> None:
        if self._ends_in_a_row and now - self._started > HEALTHY_AFTER:
            self._ends_in_a_row = 0
        hung_after = self.child.hung_after
        if hung_after is not None and now - self._started > hung_after and _age(self._heartbeat) > hung_after:
            log.error("child_hangs", child=self.child.name, pid=self.status.pid, silent_for=hung_after)
            self.kill()

    def _note_end(self, code: int, now: float) -> None:
        was_ready = self.status.state is ChildState.RUNNING
        self._process = None
        if self.child.once and code == 0:
            self._set(ChildState.FINISHED, pid=None, last_exit=code)
            log.info("child_finished", child=self.child.name)
            return
        pause = self._pause_after(code, lived=now - self._started)
        self._start_at = now + pause
        looping = self._ends_in_a_row >= LOOP_AFTER
        self._set(ChildState.CRASH_LOOP if looping else ChildState.PAUSING, pid=None, last_exit=code)
        self._tell_of_end(code, pause, looping=looping)
        if self.child.after_exit is not None:
            self.child.after_exit(code, was_ready)

    def _pause_after(self, code: int, *, lived: float) -> float:
        if code == START_ME_AGAIN and lived > 1.0:  # one that asks for it on arrival is in a loop like any other
            return 0.0
        self._ends_in_a_row += 1
        return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(self._ends_in_a_row - 1, 16))

    def _tell_of_end(self, code: int, pause: float, *, looping: bool) -> None:
        if looping:
            tell, event = log.error, "child_keeps_ending"
        else:
            tell, event = log.warning, "child_ended"
        tell(event, child=self.child.name, code=code, in_a_row=self._ends_in_a_row, starts_again_in=pause)

    def _set(self, state: ChildState, **changes: object) -> None:
        self._had_its_chance |= state not in (ChildState.WAITING, ChildState.STARTING)
        self.status = replace(self.status, state=state, since=datetime.now(UTC), **changes)  # type: ignore[arg-type]


def _age(path: Path) -> float:
    """Seconds since the file was touched; endless when it is not there."""
    try:
        return datetime.now(UTC).timestamp() - path.stat().st_mtime
    except OSError:
        return float("inf")
