"""The sweeper's two threads: what people wait for is not kept by what takes long."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cli import sweeping
from cli.assembly import Service, every
from tests.router.house_for_tests import MONDAY_TEN, House
from tests.servers.ports import wait_until
from ventanilla.store.engine import Store


def test_a_report_that_takes_long_keeps_nobody_waiting(
    sqlite_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, done, begun, rounds, stop = (
        House(sqlite_store, tmp_path),
        threading.Event(),
        threading.Event(),
        [],
        threading.Event(),
    )

    def slow_report(*_: Any) -> None:
        begun.set()
        done.wait(20)

    monkeypatch.setattr(sweeping, "_send_reports", slow_report)
    monkeypatch.setattr(sweeping, "drain_line", lambda *_: rounds.append(begun.is_set()))
    monkeypatch.setattr(sweeping, "build_broker", lambda _: SimpleNamespace())
    monkeypatch.setattr(sweeping, "bring_back", lambda *_: 0)
    monkeypatch.setattr(sweeping, "PAUSE", 0.01)
    service = Service(loaded=house.loaded, store=house.store, house=house.router.house)
    sweeper = threading.Thread(target=sweeping.sweep_until, args=(service, stop, lambda: None))
    sweeper.start()
    try:
        wait_until(lambda: rounds.count(True) >= 3, seconds=20)
        assert not done.is_set()
    finally:
        stop.set()
        done.set()
        sweeper.join(20)
    assert not sweeper.is_alive()


def test_what_has_its_minute_goes_on_when_the_clock_is_put_back() -> None:
    is_minute = every(60)

    asked = [is_minute(MONDAY_TEN + timedelta(seconds=seconds)) for seconds in (0, 30, 86_400, 86_430, 0, 30, 61)]

    assert asked == [True, False, True, False, True, False, True]
