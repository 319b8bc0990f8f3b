"""Somebody with 23 open cases leaves; two machines have different files: everybody's cases have one owner all the while."""

from __future__ import annotations

import os
import signal
from collections import Counter
from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pytest

from tests.acceptance import books
from tests.acceptance.conftest import Launch
from tests.acceptance.letters import mail
from tests.acceptance.mailing import append_raws
from tests.acceptance.redis_server import RedisServer
from tests.acceptance.service import Service, house
from tests.servers.dovecot import Dovecot
from tests.servers.ports import wait_until
from tests.servers.smtp import SmtpServer

CASES = 46


@pytest.mark.faults
@pytest.mark.fault(20)
def test_somebody_with_23_open_cases_cannot_vanish_and_hands_over_all_of_them_when_said_to_have_left(
    service: Service, dovecot: Dovecot, smtp: SmtpServer
) -> None:
    service.start()
    append_raws(dovecot, [mail(f"c{n}@clientes.example", f"Asunto {n}").as_bytes() for n in range(CASES)])
    books.wait_for_post(service, CASES)
    assert owners(service) == {"ana": 23, "luis": 23}

    # when she is taken out of the file, by command and by signal
    ana = service.settings["agents"].pop("ana")
    service.settings["teams"]["atencion"]["members"] = ["luis"]
    service.write()
    refused = service.run("reload")
    os.kill(service.pids()["up"], signal.SIGHUP)
    wait_until(lambda: "reload_refused" in events(service), what="the refusal in the log")
    assert refused.returncode == 2
    assert "agents.ana: still answers for 23 open cases" in refused.stderr
    assert owners(service) == {"ana": 23, "luis": 23}

    # and when she is said to have left, while mail comes in
    service.settings["agents"]["ana"] = ana | {"left": (datetime.now(UTC) - timedelta(days=2)).date()}
    service.write()
    append_raws(dovecot, [mail(f"d{n}@clientes.example", f"Otro {n}").as_bytes() for n in range(5)])
    done = service.json("reload")
    books.wait_for_post(service, CASES + 5)
    wait_until(lambda: set(owners(service)) == {"luis", "marta"} or set(owners(service)) == {"luis"}, seconds=60)

    assert done["left"] == ["ana"]
    assert done["handed_over"] >= 23
    assert sum(owners(service).values()) == CASES + 5
    books.wait_for_letters(service)
    books.check_audit(service)
    books.check_sent(service, smtp)


@pytest.mark.faults
@pytest.mark.fault(20)
def test_of_two_machines_with_different_files_the_one_whose_file_is_not_in_force_waits(
    make_service: Launch, dovecot: Dovecot, smtp: SmtpServer, empty_database: str, redis_server: RedisServer
) -> None:
    settings = house(dovecot, smtp) | {"store": {"url": empty_database}, "queue": {"url": redis_server.url}}
    other = deepcopy(settings)
    other["teams"]["atencion"]["members"] = ["luis"]
    first, second = make_service(settings, name="a"), make_service(other, name="b")
    first.start()
    append_raws(dovecot, [mail(f"c{n}@clientes.example", f"Asunto {n}").as_bytes() for n in range(4)])
    books.wait_for_post(first, 4)

    # when another machine comes with a file of its own, which is put in force by that
    second.launch()
    wait_until(lambda: "waiting" in events(first), seconds=120, what="the first machine's waiting")
    append_raws(dovecot, [mail(f"d{n}@clientes.example", f"Otro {n}").as_bytes() for n in range(6)])
    books.wait_for_post(second, 10)

    # then the newest file decides about what came since, and about all the books are right
    since = [case["owner"] for case in second.json("conversations") if case["contact"].startswith("d")]
    assert since == ["luis"] * 6
    books.wait_for_letters(second)
    books.check_audit(second)
    books.check_sent(second, smtp)


def owners(service: Service) -> Counter[str]:
    return Counter(case["owner"] for case in service.json("conversations"))


def events(service: Service) -> set[str]:
    return {line["event"] for line in service.said()}
