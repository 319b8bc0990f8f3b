"""A soak as `make bench` does it, in short: what leaks much with each mail shows within a thousand of them."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from bench import soak
from bench.engines import engines

SECONDS, WARM = 40.0, 800
MOST_GROWN = 10.0
"""Percent. The goal for an hour is half of it: here other tests come and go, and batches are larger while they do."""


@pytest.mark.timeout(300)
def test_a_steady_load_grows_neither_memory_nor_files_nor_threads(tmp_path: Path) -> None:
    with ExitStack() as stack:
        (sqlite,) = engines(stack, "sqlite")
        found = soak.measure(tmp_path, sqlite, seconds=SECONDS, warm=WARM)

    rows = {row.what.removeprefix("SQLite: soak, "): row for row in found}
    for what in (f"{soak.MEMORY} grown", "open files grown", "threads grown"):
        assert (rows[what].value or 0.0) <= MOST_GROWN, rows[what].note
