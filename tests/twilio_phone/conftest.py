"""A server of Twilio's API, and one number of ours on it, for the phone channel's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers.twilio_api import TwilioServer
from tests.twilio_phone.line import OURS, PhoneLine


@pytest.fixture
def server() -> Iterator[TwilioServer]:
    """A server of its own for each test; the account has one number."""
    with TwilioServer() as started:
        started.number(OURS)
        yield started


@pytest.fixture
def line(server: TwilioServer) -> Iterator[PhoneLine]:
    """The channel that the number belongs to."""
    made = PhoneLine(server)
    yield made
    made.close()
