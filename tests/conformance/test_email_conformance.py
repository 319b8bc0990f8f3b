"""The e-mail channel passes the suite that every channel passes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.email_channel import EmailChannel
from tests.conformance.source_suite import HintSuite, SeenSuite, SourceSuite
from tests.servers.dovecot import Dovecot


class TestEmail(SourceSuite, SeenSuite, HintSuite):
    """Against a real dovecot."""

    @pytest.fixture
    def channel(self) -> Iterator[EmailChannel]:
        """A mailbox with a password that is hard to quote."""
        with Dovecot() as server:
            yield EmailChannel(server)
