"""Messages and calls by Twilio pass the suite that every channel passes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.source_suite import SourceSuite
from tests.conformance.twilio_channel import TwilioCalls, TwilioMessages
from tests.servers.twilio_api import TwilioServer


class TestMessages(SourceSuite):
    """SMS to one number."""

    @pytest.fixture
    def channel(self) -> Iterator[TwilioMessages]:
        with TwilioServer() as server:
            yield TwilioMessages(server)


class TestCalls(SourceSuite):
    """Calls to one number."""

    @pytest.fixture
    def channel(self) -> Iterator[TwilioCalls]:
        with TwilioServer() as server:
            yield TwilioCalls(server)
