"""What several of the demo's tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from demo.provider_town import ProviderTown
from tests.demo.provider import provider_servers


@pytest.fixture(scope="module")
def provider_town() -> Iterator[ProviderTown]:
    """The demo's Telegram and Twilio servers, running."""
    with provider_servers() as town:
        yield town
