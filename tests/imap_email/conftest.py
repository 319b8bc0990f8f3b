"""Servers for the e-mail channel's tests."""

from __future__ import annotations

from collections.abc import Iterator

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
