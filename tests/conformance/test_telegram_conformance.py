"""The Telegram channel passes the suite that every channel passes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.source_suite import HintSuite, SourceSuite
from tests.conformance.telegram_channel import TelegramChannel
from tests.servers.telegram_api import TelegramApi


class TestTelegram(SourceSuite, HintSuite):
    """Against a Bot API server on loopback."""

    @pytest.fixture
    def channel(self) -> Iterator[TelegramChannel]:
        """A bot that nobody has written to yet."""
        with TelegramApi() as server:
            yield TelegramChannel(server)
