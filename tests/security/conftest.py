"""The acceptance tests' servers and services, for whoever looks at a whole house from outside."""

from tests.acceptance.conftest import dovecot, make_service, service, smtp

__all__ = ["dovecot", "make_service", "service", "smtp"]
