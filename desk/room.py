"""What every page and every route of the desk has at hand: the store, the house, the clock. Holds no state of a visitor."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from config.schema import Config
from router.house import House
from router.moves.base import Move, begin
from ventanilla.store.engine import Store
from ventanilla.words import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One process's desk. `enqueue` puts items of the ledger on the queue and may fail: the sweeper brings what it lost.
    `queue_url` is where Redis is."""

    store: Store
    house: House
    clock: Callable[[], datetime]
    enqueue: Callable[[Sequence[int]], object]
    queue_url: str

    @property
    def config(self) -> Config:
        """The file in force."""
        return self.house.config

    @property
    def public_url(self) -> str:
        """Where the world sees the desk, without a slash at its end; "" where the file does not say."""
        return (self.config.service.public_url or "").rstrip("/")

    @property
    def prefix(self) -> str:
        """The path below which the world sees it, such as "/desk"; mostly ""."""
        return urlsplit(self.public_url).path

    @property
    def is_encrypted(self) -> bool:
        """Whether browsers come by https, so that cookies can insist on it."""
        return self.public_url.startswith("https://")

    @contextmanager
    def moving(self, agent: str, *, side: Side = Side.DESK, now: datetime | None = None) -> Iterator[Move]:
        """A move of this agent (router/moves) in one transaction: committed with its events at the end, undone by any error. Raises
        Refused for somebody who may do nothing, Temporary when the store is away."""
        with self.store.write() as connection:
            move = begin(connection, self.house, agent, side, now=now or self.clock())
            yield move
            move.journal.flush(connection)
