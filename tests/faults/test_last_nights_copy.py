"""Last night's back-up is put back on a service that has worked since: nothing goes out again, and mail of since is not lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance import books
from tests.acceptance.letters import mail
from tests.acceptance.mailing import append_raws
from tests.acceptance.service import Service
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpServer


@pytest.mark.faults
@pytest.mark.fault(19)
def test_what_was_sent_since_last_nights_copy_is_not_sent_again_and_what_came_in_since_is_there(
    service_on_each: Service, dovecot: Dovecot, smtp: SmtpServer, tmp_path: Path
) -> None:
    service = service_on_each
    service.start()
    append_raws(dovecot, letters(0, 5))
    books.wait_for_post(service, 5)
    books.wait_for_letters(service)
    copy = tmp_path / "last-night.tar"
    assert service.run("backup", str(copy)).returncode == 0

    # given a day's work since then, some of which had not gone out
    append_raws(dovecot, letters(5, 12))
    books.wait_for_post(service, 12)
    books.wait_for_letters(service)
    sent = len(smtp.taken)
    assert sent == 24
    assert service.stop() == 0

    # when it is put back
    done = service.run("restore", str(copy), "--force", "--yes")
    assert done.returncode == 0, done.stderr
    service.let_go()
    service.start()
    books.wait_for_post(service, 12)
    append_raws(dovecot, letters(12, 14))
    books.wait_for_post(service, 14)
    books.wait_for_letters(service)

    # then everything that the mailbox holds is in the books, and not a letter went out
    assert len(service.json("conversations")) == 14
    assert len(smtp.taken) == sent
    books.check_audit(service)
    assert "observe" in service.run("status").stdout

    # and live again, only what comes from now on is answered
    assert service.run("golive", "soporte", "--mode", "live", "--yes").returncode == 0
    append_raws(dovecot, letters(14, 15))
    books.wait_for_post(service, 15)
    books.wait_for_letters(service)
    assert [one.recipients for one in books.to_customers(smtp)[12:]] == [("c14@clientes.example",)]
    books.check_audit(service)


def letters(begin: int, end: int) -> list[bytes]:
    return [
        mail(f"c{n}@clientes.example", f"Asunto {n}", message_id=f"m{n}@clientes.example").as_bytes()
        for n in range(begin, end)
    ]
