"""The servers and services of the acceptance tests, for faults that want the whole of them."""

from __future__ import annotations

from tests.acceptance.conftest import (
    dovecot,
    make_service,
    redis_server,
    service,
    service_on_each,
    smtp,
    telegram,
    twilio,
)

__all__ = ["dovecot", "make_service", "redis_server", "service", "service_on_each", "smtp", "telegram", "twilio"]
