"""Runs a server of the town's beside us for as long as it is needed. Knows nothing of what it serves."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from daemon.spawn import ask_to_end, ended, kill_group, spawn
from ventanilla.errors import Unreachable

STARTS_WITHIN = 90.0
_ENDS_WITHIN = 2.0


@contextmanager
def town_process(argv: Sequence[str], is_ready: Callable[[], bool], log: Path) -> Iterator[Callable[[], None]]:
    """A server of the town's, which dies with us; yields what waits until it answers. It outlives the service, so that at the end
    it can be looked at."""
    process = spawn([argv[0], "-P", *argv[1:]], env=os.environ)

    def wait() -> None:
        started = monotonic()
        while not is_ready():
            if ended(process) is not None or monotonic() - started > STARTS_WITHIN:
                raise Unreachable(f"demo: {argv[2]} did not start; see {log}")
            sleep(0.05)

    try:
        yield wait
    finally:
        ask_to_end(process)
        asked = monotonic()
        while ended(process) is None:
            if monotonic() - asked > _ENDS_WITHIN:
                kill_group(process)
            sleep(0.02)
