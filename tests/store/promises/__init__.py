"""What the database itself must refuse, each as the change that would break it: one file a subject, all in BREAKS.

Tried on every engine, after every migration, after a restore and after an upgrade.
"""

from tests.store.promises import (
    cases,
    clocks,
    customers,
    desk,
    log,
    messages,
    once,
    owners,
    people,
    providers,
    times,
    words,
)
from tests.store.promises.ground import lay_ground
from tests.store.promises.register import BREAKS, check_refused

SUBJECTS = (cases, clocks, customers, desk, log, messages, once, owners, people, providers, times, words)
"""Each enters what it knows in the register when it is read."""

__all__ = ["BREAKS", "SUBJECTS", "check_refused", "lay_ground"]
