"""Three hundred mails from a real mailbox to one responsible person each, by the installed command and a TOML file alone."""

from __future__ import annotations

import pytest

from tests.acceptance import books
from tests.acceptance.letters import post
from tests.acceptance.mailing import append_all
from tests.acceptance.service import Service
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpServer

on_each = pytest.mark.parametrize(
    "service_on_each",
    [
        "embedded",
        pytest.param("postgresql and redis", marks=pytest.mark.slow),
    ],  # test_every_channel.py goes that road too
    indirect=True,
)


@on_each
def test_three_hundred_mails_come_in_once_each_with_one_owner_and_a_reason(
    service_on_each: Service, dovecot: Dovecot, smtp: SmtpServer
) -> None:
    service, letters = service_on_each, post(count=300)
    service.start()

    append_all(dovecot, letters)
    books.wait_for_post(service, len(letters))
    books.wait_for_letters(service)

    cases = books.check_books(service, letters, smtp)
    books.check_explanations(service, cases)
    assert service.stop() == 0
