"""A mailbox on a real server, its channel's comparer, and the ledger that both meet at."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.reconcile.folder import Folder
from tests.servers.dovecot import Dovecot
from ventanilla.store.engine import Store


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    with Dovecot().user("soporte") as server:
        yield server


@pytest.fixture
def folder_on(dovecot: Dovecot) -> Iterator[Callable[..., Folder]]:
    """Makes folders of `soporte` that are pulled into a store; closed when the test is over."""
    made: list[Folder] = []

    def make(store: Store, **options: object) -> Folder:
        made.append(Folder(dovecot, store, **options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for folder in made:
        folder.close()


@pytest.fixture
def folder(folder_on: Callable[..., Folder], sqlite_store: Store) -> Folder:
    """The inbox, on SQLite."""
    return folder_on(sqlite_store)
