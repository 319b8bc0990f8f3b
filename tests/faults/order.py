"""A pytest plugin (`-p tests.faults.order`): of all files only those that try faults are read, and what takes longest begins first.

It knows names and markers, and leaves out no test that is asked for: reading what has none costs every process fifteen seconds.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MARK = "mark.fault"
_OURS = re.compile(r"^from (tests\.[\w.]+) import", re.MULTILINE)
LONGEST: tuple[str, ...] = (
    "tests/faults/test_workers_killed.py",
    "tests/faults/test_every_step_dies.py",
    "tests/acceptance/test_machines_on_a_network.py",
    "tests/faults/test_any_day.py",
    "tests/faults/",
    "tests/acceptance/",
)
"""Beginnings of names, the longest tests first. Everything else is short."""


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """A file of tests whose text has no such marker, nor that of a suite which it takes over, has no such test."""
    if collection_path.suffix == ".py" and not tries_faults(collection_path):
        return True
    return None


def tries_faults(path: Path) -> bool:
    """Whether the file marks tests as faults, or imports from one that does."""
    return _marks(path) or any(
        _marks(ROOT / f"{one.replace('.', '/')}.py") for one in _OURS.findall(path.read_text("utf-8"))
    )


@cache
def _marks(path: Path) -> bool:
    return path.exists() and MARK in path.read_text("utf-8")


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None, None, None]:
    """After all others have chosen and ordered."""
    yield
    items.sort(key=lambda item: _place(item.nodeid))


def _place(name: str) -> int:
    return next((place for place, beginning in enumerate(LONGEST) if name.startswith(beginning)), len(LONGEST))
