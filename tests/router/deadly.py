"""A routing process with a reader that some mails kill as a fault in a C library would: usage CONFIG ID…, a run for each ID.

A process of its own, because it really dies.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from config.load import load_config
from config.opening import open_configured_store
from router.reading import Readers
from router.service import route_items
from ventanilla.channel import Message
from worker import build_router

POISON = b"this mail kills whoever reads it"


def die_of(raw: bytes) -> None:
    """Die without a word of the one mail that is poison; of no other."""
    if POISON in raw:
        os.kill(os.getpid(), signal.SIGSEGV)


def main() -> None:
    loaded = load_config(Path(sys.argv[1]), today=datetime(2026, 11, 23, tzinfo=UTC).date())
    store = open_configured_store(loaded.config)
    router = build_router(loaded.config, store)
    reader = router.readers.by_channel["soporte"]
    deadly = Readers({"soporte": _deadly(reader)}, {"soporte": "tests.router.deadly_trial"})
    for ids in sys.argv[2:]:
        route_items(replace(router, readers=deadly), [int(one) for one in ids.split(",")])
    store.close()


def _deadly(reader: Callable[[bytes], Message]) -> Callable[[bytes], Message]:
    def read(raw: bytes) -> Message:
        die_of(raw)
        return reader(raw)

    return read


if __name__ == "__main__":
    main()
