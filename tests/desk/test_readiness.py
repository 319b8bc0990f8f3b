"""What spreads visits over several machines is told, at once, whether this one can take them."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from desk import readiness
from desk.app import build_app
from desk.readiness import AWAY, OTHER_FILE, OTHER_SCHEMA, Readiness
from ventanilla.errors import AnotherSchema, Temporary


class Nobody:
    """No provider."""

    def find(self, *_: object) -> None:
        """None of them."""


def asked(is_in_force: Callable[[], bool], *, times: int = 1) -> Any:
    nobody: Any = Nobody()
    with TestClient(build_app(nobody, public_url=None, ready=Readiness(is_in_force=is_in_force))) as client:
        return [client.get("/ready") for _ in range(times)][-1]


def failing(error: Exception) -> Callable[[], bool]:
    def ask() -> bool:
        raise error

    return ask


def test_a_machine_that_can_work_is_ready() -> None:
    answer = asked(lambda: True)

    assert (answer.status_code, answer.text) == (200, "ready\n")


@pytest.mark.parametrize(
    ("is_in_force", "reason"),
    [
        (lambda: False, OTHER_FILE),
        (failing(Temporary("connection to 10.0.0.1 refused")), AWAY),
        (failing(AnotherSchema("9001")), OTHER_SCHEMA),
    ],
)
def test_one_that_cannot_says_why_and_names_no_server(is_in_force: Callable[[], bool], reason: str) -> None:
    answer = asked(is_in_force)

    assert (answer.status_code, answer.text) == (503, f"{reason}\n")
    assert answer.headers["retry-after"] == "5"


def test_a_store_that_says_nothing_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "ANSWER_WITHIN", 0.05)
    comes_back = threading.Event()
    try:
        answer = asked(lambda: comes_back.wait(60))
    finally:
        comes_back.set()

    assert (answer.status_code, answer.text) == (503, f"{AWAY}\n")


def test_whoever_asks_often_makes_no_more_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "KEPT", 3600.0)
    looks = itertools.count()

    answer = asked(lambda: next(looks) == 0, times=5)

    assert answer.status_code == 200
    assert next(looks) == 1
