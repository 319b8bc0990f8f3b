"""Runs the same thing in many threads that all start at one moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def at_once(things: Sequence[Callable[[], T]]) -> list[T]:
    """What each returned, in their order. Raises the first exception that any of them raised."""
    start = threading.Barrier(len(things))
    results: dict[int, T] = {}
    errors: list[BaseException] = []

    def run(number: int) -> None:
        start.wait()
        try:
            results[number] = things[number]()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(things))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return [results[number] for number in range(len(things))]
