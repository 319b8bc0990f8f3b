"""A process that does nothing but look for late promises, so that a test can kill it: STORE_URL BLOBS CONFIG NOW."""

from __future__ import annotations

import sys
import time
from datetime import datetime
from pathlib import Path

from config.load import load_config
from router.house import open_house
from router.promises.sweep import warn_and_break
from ventanilla.store.engine import open_store
from ventanilla.store.events import Journal


def main() -> None:
    """Until killed."""
    url, blobs, path, moment = sys.argv[1:5]
    store, now = open_store(url, Path(blobs)), datetime.fromisoformat(moment)
    with store.write() as connection:
        house = open_house(connection, load_config(path, thorough=False, today=now.date()).config, now=now)
    while True:
        warn_and_break(store, house, Journal(now=now, actor="sweeper"))
        time.sleep(0.05)  # as the sweeper does between its rounds


if __name__ == "__main__":
    main()
