"""Servers for the e-mail channel's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.imap_email.mailbox import Mailbox
from tests.servers.dovecot import Dovecot


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    """A mail server of its own for each test, with the user `soporte`."""
    with Dovecot().user("soporte") as server:
        yield server


@pytest.fixture
def mailbox(dovecot: Dovecot) -> Iterator[Mailbox]:
    """The mailbox of `soporte`, pulled as a channel would."""
    box = Mailbox(dovecot)
    yield box
    box.close()


@pytest.fixture
def mailbox_on() -> Iterator[Callable[..., Mailbox]]:
    """Makes mailboxes on servers of the test's own, and closes them when it is over."""
    boxes: list[Mailbox] = []

    def make(server: Dovecot, *, user: str = "soporte") -> Mailbox:
        boxes.append(Mailbox(server, user=user))
        return boxes[-1]

    yield make
    for box in boxes:
        box.close()
