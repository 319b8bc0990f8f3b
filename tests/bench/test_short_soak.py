"""A soak as `make bench` does it, in short: what leaks with each mail shows within a thousand of them."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from bench import soak
from bench.engines import engines

SECONDS = 45.0


@pytest.mark.timeout(300)
def test_a_steady_load_grows_neither_memory_nor_files_nor_threads(tmp_path: Path) -> None:
    with ExitStack() as stack:
        (sqlite,) = engines(stack, "sqlite")
        rows = {row.what.removeprefix("SQLite: soak, "): row for row in soak.measure(tmp_path, sqlite, seconds=SECONDS)}

    memory = rows[f"{soak.MEMORY} grown"]
    assert memory.met, memory.note
    for what in ("open files grown", "threads grown"):
        assert (rows[what].value or 0.0) <= 10, rows[what].note
