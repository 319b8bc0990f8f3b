"""A process whose copies route and are killed, one after another: CONFIG KILLS SEED. Prints how many it killed at work.

Each is a real `ventanilla route` that is killed with -9 at a random moment soon after it began to route; the last two live on,
and beside them a `ventanilla sweep` from the beginning, until standard input ends.
"""

from __future__ import annotations

import os
import random
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

import cli.sweeping  # noqa: F401 - loaded here, every copy has it at once
import worker  # noqa: F401
from cli.main import main as command
from config.load import load_config
from config.opening import open_configured_store
from daemon.fork import Forked, fork
from ventanilla.store.engine import Store
from ventanilla.store.tables import inbox

AT_WORK = 0.6
"""Within how many seconds after it began a worker is killed."""
PATIENCE = 20.0


def main() -> None:
    """Until standard input ends; whoever is left dies with us."""
    config, kills, chance = sys.argv[1], int(sys.argv[2]), random.Random(int(sys.argv[3]))
    store = open_configured_store(load_config(Path(config), today=datetime.now(UTC).date()).config)
    run(config, "sweep")
    at_work = 0
    for _ in range(kills):
        before = attempts(store)
        store.close()  # no connection of SQLite's may live on in a copy
        victim = run(config, "route")
        give_up = time.monotonic() + PATIENCE
        while attempts(store) == before and time.monotonic() < give_up:
            time.sleep(0.03)
        at_work += attempts(store) > before
        time.sleep(chance.uniform(0, AT_WORK))
        victim.send_signal(9)
        assert victim.wait() == -9
    store.close()
    for _ in range(2):
        run(config, "route")
    print(at_work, flush=True)
    sys.stdin.read()


def attempts(store: Store) -> int:
    """How often anybody has begun to route anything."""
    with store.read() as connection:
        return int(connection.scalar(sa.select(sa.func.sum(inbox.c.attempts))) or 0)


def run(config: str, part: str) -> Forked:
    """One part of the service, as a copy of this process."""
    return fork(lambda: command(["--config", config, part]), name=part, env=dict(os.environ))


if __name__ == "__main__":
    main()
